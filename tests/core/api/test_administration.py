"""What the three administrators, the district head and a person for themselves do, by programs."""

from __future__ import annotations

import json

from linli.actors.models import Body, Post
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.parameters.models import ParameterValue
from linli.core.privacy.models import DataRequest

TODAY = str(clock.today())


def test_an_account_is_opened_posted_and_locked(world, program) -> None:
    system, security = program("sysadmin"), program("secadmin")
    made = system.post("/accounts", {"username": "zhangwei", "name": "张伟"}, Idempotency_Key="k1")
    assert (made.status_code, made["Cache-Control"]) == (201, "private, no-cache")
    assert User.objects.get(username="zhangwei").check_password(made.json()["password"])
    assert system.post("/accounts", {"username": "zhangwei", "name": "张伟"}, Idempotency_Key="k1").status_code == 409
    assert security.post("/accounts", {"username": "other", "name": "王敏"}).status_code == 403

    asked = {
        "kind": "appoint",
        "user": made.json()["uid"],
        "role": "street_officer",
        "area": world.street.code,
        "since": TODAY,
        "cause": "区民政局会议",
    }
    begun = system.post("/cases/appointment", asked)
    assert begun.status_code == 201
    path = f"/cases/appointment/{begun.json()['uid']}/steps/agree_appointment"
    assert system.post(path, {}, If_Match=begun["ETag"]).status_code == 403
    assert security.post(path, {}, If_Match=begun["ETag"]).status_code == 200
    post = Post.objects.get(user__username="zhangwei")
    assert (post.role, post.area) == ("street_officer", world.street)

    account = f"/accounts/{made.json()['uid']}"
    seen = system.get(account)
    assert [held["role"]["code"] for held in seen.json()["posts"]] == ["street_officer"]
    locked = security.post(account + "/lock", {"reason": "离职"}, If_Match=seen["ETag"])
    assert (locked.json()["active"], locked.json()["history"][0]["text"]) == (False, "锁定账号")
    late = system.post(account + "/unlock", {"reason": "误锁"}, If_Match=seen["ETag"])
    assert (late.status_code, late.json()["code"]) == (412, "match.changed")
    relieved = system.get(f"/posts/{post.pk}")
    done = system.post(f"/posts/{post.pk}/relieve", {"since": TODAY, "cause": "离职"}, If_Match=relieved["ETag"])
    assert done.json()["standing"] == "已卸任"


def test_several_accounts_or_none(world, program) -> None:
    system, before = program("sysadmin"), User.objects.count()
    one = {"username": "a1", "name": "王敏"}
    wrong = system.post("/accounts/several", {"accounts": [one, {"username": "a2", "name": "13800002046"}]})
    twice = system.post("/accounts/several", {"accounts": [one, one]})
    assert (wrong.status_code, twice.status_code, list(twice.json()["fields"])) == (422, 422, ["accounts.1.username"])
    assert User.objects.count() == before
    assert len(system.post("/accounts/several", {"accounts": [one]}).json()) == 1


def test_a_body_is_changed_once(world, program) -> None:
    system = program("sysadmin")
    body = Body.objects.get(area=world.street)
    seen = system.get(f"/bodies/{body.pk}")
    change = {"phone": "0754-1", "reason": "换号"}
    first = system.call("PATCH", f"/bodies/{body.pk}", change, If_Match=seen["ETag"])
    second = system.call("PATCH", f"/bodies/{body.pk}", change, If_Match=seen["ETag"])
    assert [first.status_code, second.status_code, first.json()["phone"]] == [200, 412, "0754-1"]
    assert program("other_street_officer").get(f"/bodies/{body.pk}").status_code == 404


def test_an_area_is_renamed_and_split(world, program) -> None:
    system = program("sysadmin")
    path = f"/reforms/{world.community.code}"
    seen = system.get(path)
    renamed = system.post(path + "/rename", {"name": "新金苑居委会", "reason": "批文"}, If_Match=seen["ETag"])
    assert renamed.json()["name"] == "新金苑居委会"
    parts = {"parts": [{"name": "东苑居委会", "code": "440511004091"}], "on": TODAY, "reason": "批文"}
    assert system.post(path + "/split", parts, If_Match=seen["ETag"]).status_code == 412
    assert system.post(path + "/split", parts, If_Match=renamed["ETag"]).status_code == 200
    assert Area.objects.get(code="440511004091").parent == world.street
    assert program("street_officer").get(path).status_code == 404


def test_a_parameter_is_set_seen_and_ended(world, program) -> None:
    head = program("district_head")
    seen = head.get("/parameters/filing.days")
    new = {"value": 8, "valid_from": TODAY, "reason": "局务会"}
    put = head.call("PUT", "/parameters/filing.days", new, If_Match=seen["ETag"])
    assert (put.json()["value"], [row["standing"] for row in put.json()["history"]]) == (8, ["现行"])
    assert head.call("PUT", "/parameters/filing.days", new, If_Match=seen["ETag"]).status_code == 412
    value = ParameterValue.objects.get()
    ended = head.post(
        f"/parameters/filing.days/values/{value.pk}/end", {"on": TODAY, "reason": "局务会"}, If_Match=put["ETag"]
    )
    assert (ended.json()["value"], ended.json()["history"]) == (ended.json()["default"], [])
    assert program("street_officer").call("PUT", "/parameters/filing.days", new, If_Match="*").status_code == 403


def test_policies_are_the_administrators_to_read_and_one_to_set(world, program) -> None:
    key = "/parameters/security.password_days"
    officer = program("street_officer")
    assert officer.get(key).status_code == 404
    assert [row["key"] for row in officer.get("/parameters").json() if row["key"].startswith("security.")] == []
    security = program("secadmin")
    seen = security.get(key)
    new = {"value": 60, "valid_from": TODAY, "reason": "等级保护测评"}
    assert program("sysadmin").call("PUT", key, new, If_Match=seen["ETag"]).status_code == 403
    put = security.call("PUT", key, new, If_Match=seen["ETag"])
    assert (put.json()["value"], ParameterValue.objects.get().scope) == (60, "")
    weak = security.call("PUT", key, new | {"value": 999}, If_Match=put["ETag"])
    assert (weak.status_code, list(weak.json()["fields"])) == (422, ["value"])


def test_the_calendar_is_changed_by_the_system_administrator(world, program) -> None:
    system, path = program("sysadmin"), "/calendar/days/2026-06-08"
    assert system.get("/calendar/deadline?day=2026-06-05&count=1").json() == {"day": "2026-06-08"}
    seen = system.get("/calendar/years/2026")
    change = {"is_workday": False, "note": "台风停工"}
    done = system.call("PUT", path, change, If_Match=seen["ETag"])
    assert done.json()["exceptions"] == [{"day": "2026-06-08", "is_workday": False, "note": "台风停工"}]
    assert system.call("PUT", path, change, If_Match=seen["ETag"]).status_code == 412
    assert program("street_officer").call("PUT", path, change, If_Match="*").status_code == 403


def test_the_audit_officer_searches_proves_and_checks(world, program, filed) -> None:
    audit = program("auditadmin")
    found = audit.get("/audit/events?person=street_officer&name=organizations.agree_filing").json()["items"]
    assert [(row["label"], row["actor"]) for row in found] == [("同意备案", "street_officer")]
    one = audit.get(f"/audit/events/{found[0]['id']}").json()
    assert (one["seal"], one["intact"]) == (None, None)
    first = audit.get("/audit/events?limit=2").json()
    second = audit.get(f"/audit/events?limit=2&after={first['next']}").json()
    assert len({row["id"] for row in first["items"] + second["items"]}) == 4
    assert audit.get("/audit/events?since=2026-02-02&until=2026-01-01").status_code == 422

    proof = audit.post("/audit/proof", {"person": "street_officer"})
    assert (proof.status_code, proof["Content-Type"]) == (200, "application/jsonl")
    assert json.loads(b"".join(proof.streaming_content).splitlines()[0])["unsealed"] > 0
    assert Event.objects.filter(name="core.audit_exported").count() == 1
    begun = audit.post("/audit/checks").json()
    assert audit.get(f"/audit/checks/{begun['id']}").json()["state"]["code"] == "running"
    for name in ("sysadmin", "secadmin", "district_head"):
        other = program(name)
        assert other.get("/audit/events").status_code == 403
        assert other.post("/audit/proof", {}).status_code == 403


def test_a_person_sees_and_asks_about_the_own_data(world, program, filed) -> None:
    founder = program("founder")
    held = {row["slug"]: row["count"] for row in founder.get("/data/holdings").json()}
    assert held["account"] == 1
    begun = founder.post("/cases/request", {"kind": "explain"})
    path = f"/cases/request/{begun.json()['uid']}"
    assert begun.json()["draft"]["missing"] == ["写明想知道什么"]
    saved = founder.call("PATCH", path, {"words": "为什么要我的身份证号？"}, If_Match=begun["ETag"])
    assert saved.json()["draft"]["missing"] == []
    offered = [step["step"] for step in saved.json()["steps"]]
    sent = founder.post(f"{path}/steps/{offered[0]}", {}, If_Match=saved["ETag"])
    assert (sent.status_code, DataRequest.objects.get().state in ("street", "district")) == (200, True)
    assert program("stranger").get(path).status_code == 404


def test_own_values_in_full_leave_a_trace_and_need_the_scope(world, program) -> None:
    User.objects.filter(username="founder").update(phone="13800002046")
    founder = program("founder")
    masked = founder.get("/data/holdings/account").json()["items"][0]["values"]
    assert "138****2046" in {cell["value"] for cell in masked}
    full = founder.post("/data/holdings/account/reveal")
    assert "13800002046" in {cell["value"] for cell in full.json()["items"][0]["values"]}
    assert Event.objects.filter(name="privacy.show_own").count() == 1
    reader = program("founder", "read:data", "write:data")
    assert reader.post("/data/holdings/account/reveal").status_code == 403


def test_a_filter_is_kept_shared_and_opened(world, program, filed) -> None:
    street, head = program("street_officer"), program("district_head")
    area = f"area={world.street.code}"
    assert len(street.get(f"/registers/organizations?{area}").json()["items"]) == 1
    assert street.get(f"/registers/organizations?area={world.other_street.code}").json()["items"] == []
    assert street.get("/registers/organizations?area=999999").status_code == 404
    kept = street.post("/filters/organizations", {"name": "本街道文体", "filter": f"kind=culture&{area}"})
    assert (kept.status_code, kept.json()["words"]) == (201, "街道、社区：东方街道；类别：文体")
    path = f"/filters/organizations/{kept.json()['uid']}"
    first = street.call("PATCH", path, {"first": True}, If_Match=kept["ETag"])
    assert first.json()["first"] is True
    assert street.call("DELETE", path, None, If_Match=kept["ETag"]).status_code == 412
    assert head.get(path).status_code == 404
    link = street.post("/links", {"kind": "organizations", "filter": "kind=culture", "days": 7}).json()
    assert head.post(f"/links/{link['uid']}/open").json()["words"] == "类别：文体"
    assert street.call("DELETE", f"/links/{link['uid']}").status_code == 204
    assert head.post(f"/links/{link['uid']}/open").status_code == 404
    assert street.call("DELETE", path, None, If_Match=first["ETag"]).status_code == 204


def test_figures_and_look_up(world, program, filed) -> None:
    street, other = program("street_officer"), program("other_street_officer")
    figures = street.get("/registers/figures/organizations?kind=culture").json()
    assert (figures["total"]["n"], figures["filter"]) == (1, "类别：文体")
    assert other.get("/registers/figures/organizations").json()["total"]["n"] == 0
    assert street.get("/registers/map/organizations?bbox=1,2,3&zoom=4").status_code == 422
    who = street.post("/registers/look-up/organizations", {"number": "13800002046"}).json()["who"]
    assert len(street.get(f"/registers/organizations?who={who}").json()["items"]) == 1
    assert other.get(f"/registers/organizations?who={who}").json()["items"] == []
    assert street.post("/registers/look-up/organizations", {"number": "138"}).status_code == 422
    assert program(None).get("/public/figures/organizations").json()["total"]["n"] == 1
