"""A case from the first word to the register, by a program, with the same actions as on the pages."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.personas import PDF

from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.organizations.actions import filings
from linli.organizations.models import Filing

DRAFT = {
    "name": "凤亭下书画社",
    "kind": "culture",
    "purpose": "面向社区老人和儿童开展书法、国画公益教学",
    "area": "440511004001",
    "address": "金苑社区文化活动中心 203 室",
    "leader_name": "陈秀梅",
    "leader_id_number": "11010519491231002X",
    "leader_phone": "13800002046",
    "founders": "陈秀梅\n林伟\n黄敏\n吴强\n郑丽",
    "member_count": 11,
    "party_member_count": 2,
    "consented": True,
}


def test_a_program_files_an_organization(world, program) -> None:
    founder, community, street = program("founder"), program("community_worker"), program("street_officer")

    begun = founder.post("/cases/filing", {})
    assert begun.status_code == 201
    path = f"/cases/filing/{begun.json()['uid']}"
    saved = founder.call("PATCH", path, DRAFT, If_Match=begun["ETag"])
    assert (saved.status_code, saved.json()["draft"]["missing"]) == (200, ["上传章程", "上传活动场所使用同意书"])
    for slot in ("charter", "venue"):
        paper = SimpleUploadedFile(f"{slot}.pdf", PDF, "application/pdf")
        assert founder.send_file(path + "/papers", slot=slot, file=paper).status_code == 201
    sent = founder.post(path + "/steps/submit_filing", {}, If_Match=saved["ETag"])
    assert sent.json()["state"] == {"code": "opinion", "label": "社区出意见"}
    assert [row["uid"] for row in community.get("/inbox").json()["items"]] == [begun.json()["uid"]]
    supported = community.post(path + "/steps/support_filing", {"reason": "场地可错时使用。"}, If_Match=sent["ETag"])
    agreed = street.post(path + "/steps/agree_filing", {}, If_Match=supported["ETag"])
    assert agreed.status_code == 200
    filings.issue_filing(Filing.objects.get(uid=begun.json()["uid"]), actor=User.system())

    found = street.get("/registers/organizations").json()["items"]
    assert [(row["name"], row["leader"], row["kind"]) for row in found] == [
        ("凤亭下书画社", "陈*梅", {"code": "culture", "label": "文体"})
    ]
    told = founder.get(path + "/timeline").json()
    assert [line["text"] for line in told][:2] == ["公示期满，予以备案", "街道同意备案，开始公示"]
    calls = Event.objects.filter(name="api.call", actor=world["street_officer"])
    assert [event.detail["operation"] for event in calls] == ["cases_filing_step"]
    assert {event.detail["token"] for event in calls} == {"台账同步"}


def test_the_steps_that_are_offered_are_the_steps_that_work(world, program, reviewing) -> None:
    street = program("street_officer")
    case = street.get(f"/cases/filing/{reviewing.uid}")
    offered = {step["step"]: step["input"]["required"] for step in case.json()["steps"]}
    assert offered == {"agree_filing": [], "return_filing_from_street": ["reason"], "refuse_filing": ["reason"]}

    path = f"/cases/filing/{reviewing.uid}/steps/"
    without = street.post(path + "refuse_filing", {}, If_Match=case["ETag"])
    assert (without.status_code, without.json()["fields"]) == (
        422,
        {"reason": "请写明“不予备案”的理由，申请人会看到。"},
    )
    assert street.post(path + "support_filing", {}, If_Match=case["ETag"]).status_code == 403
    assert street.post(path + "issue_filing", {}, If_Match=case["ETag"]).status_code == 403
    assert street.post(path + "no_such_step", {}, If_Match=case["ETag"]).status_code == 422


def test_a_lost_update_is_refused(world, program, reviewing) -> None:
    street, path = program("street_officer"), f"/cases/filing/{reviewing.uid}"
    seen = street.get(path)
    filings.return_filing_from_street(reviewing, actor=world["street_officer"], reason="缺场地证明")

    late = street.post(path + "/steps/agree_filing", {}, If_Match=seen["ETag"])
    missing = street.post(path + "/steps/agree_filing", {})
    weak = street.post(path + "/steps/agree_filing", {}, If_Match=f"W/{seen['ETag']}")
    any_version = street.post(path + "/steps/agree_filing", {}, If_Match="*")

    assert [answer.status_code for answer in (late, missing, weak, any_version)] == [412, 428, 412, 409]
    reviewing.refresh_from_db()
    assert reviewing.state == "mend_street"


def test_a_tag_that_compression_made_weak_still_names_the_version(world, program, reviewing) -> None:
    street, path = program("street_officer"), f"/cases/filing/{reviewing.uid}"
    seen = street.get(path, Accept_Encoding="gzip")
    assert seen["ETag"].startswith('W/"')

    assert street.post(path + "/steps/agree_filing", {}, If_Match=seen["ETag"]).status_code == 200


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": "中"}, "name"),
        ({"kind": "sport"}, "kind"),
        ({"kind": 5}, "kind"),
        ({"area": "999999999999"}, "area"),
        ({"leader_phone": "12345"}, "leader_phone"),
        ({"member_count": 1, "party_member_count": 2}, "party_member_count"),
        ({"member_count": 2**40}, "member_count"),
        ({"nonsense": "x"}, "nonsense"),
        ({"name": "书画社\0"}, "name"),
    ],
)
def test_a_wrong_draft_is_named_by_field_and_nothing_is_saved(program, draft, sent, field) -> None:
    founder, path = program("founder"), f"/cases/filing/{draft.uid}"
    before = founder.get(path)
    answer = founder.call("PATCH", path, sent | {"address": "别处"}, If_Match=before["ETag"])

    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])
    assert answer["Content-Type"] == "application/problem+json"
    assert founder.get(path)["ETag"] == before["ETag"]


def test_who_may_not_see_a_case_finds_nothing(program, draft, submitted) -> None:
    path = f"/cases/filing/{submitted.uid}"
    for name in ("stranger", "other_street_officer", "neighbour_worker", "sysadmin"):
        other = program(name)
        answers = [
            other.get(path),
            other.get(path + "/timeline"),
            other.post(path + "/steps/withdraw_filing", {}, If_Match="*"),
            other.call("PATCH", path, {"name": "别的名字"}, If_Match="*"),
            other.post(path + "/urge", {}),
            other.post(path + "/reveal", {"field": "leader_phone", "purpose": "contact", "reason": "想看一看"}),
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert other.get("/cases/filing").json()["items"] == []
        assert other.get("/inbox").json()["items"] == []


def test_a_paper_is_taken_read_and_taken_away(world, program, draft) -> None:
    founder, path = program("founder"), f"/cases/filing/{draft.uid}"
    held = founder.get(path).json()["papers"]
    assert [paper["slot"] for paper in held] == ["charter", "venue"]
    file = founder.client.get(held[0]["download"], headers=founder.headers)
    assert (file.status_code, b"".join(file.streaming_content)) == (200, PDF)
    assert program("stranger").get(f"/files/{held[0]['uid']}").status_code == 404

    wrong = founder.send_file(path + "/papers", slot="nowhere", file=SimpleUploadedFile("a.pdf", PDF))
    empty = founder.send_file(path + "/papers", slot="charter", file=SimpleUploadedFile("a.pdf", b""))
    typed = founder.post(path + "/papers", {"slot": "charter"})
    assert [answer.status_code for answer in (wrong, empty, typed)] == [422, 422, 415]
    assert wrong.json()["code"] == "input.refused"  # which there are hangs on the case: its own words, not the form's
    assert founder.call("DELETE", f"{path}/papers/{held[0]['uid']}").status_code == 204
    assert [paper["slot"] for paper in founder.get(path).json()["papers"]] == ["venue"]
    assert founder.call("DELETE", f"{path}/papers/{held[0]['uid']}").status_code == 404


def test_extending_and_urging(world, program, reviewing) -> None:
    street, path = program("street_officer"), f"/cases/filing/{reviewing.uid}"
    seen = street.get(path)
    duty, match = seen.json()["duty"], {"If_Match": seen["ETag"]}
    assert (duty["owed_by"]["code"], duty["may_extend"], duty["may_urge"]) == ("street_officer", True, False)

    assert street.post(path + "/extend", {"reason": " "}, **match).status_code == 422
    longer = street.post(path + "/extend", {"reason": "要再看一遍场地"}, **match).json()["duty"]
    assert longer["due_on"] > duty["due_on"]
    assert street.post(path + "/extend", {"reason": "再一次"}, **match).status_code == 409
    assert street.post(path + "/urge", {"reason": "快办"}).status_code == 403


def test_a_list_costs_the_same_however_long(world, program, django_assert_num_queries) -> None:
    founder = world["founder"]
    reader = program("founder")
    reader.get("/cases/filing?limit=50")

    def queries(rows: int) -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        while Filing.objects.count() < rows:
            filings.begin_filing(actor=founder)
        with CaptureQueriesContext(connection) as caught:
            assert len(reader.get("/cases/filing?limit=50").json()["items"]) == rows
        return len(caught)

    one = queries(1)
    assert one <= 10
    assert queries(30) == one


def test_pages_of_a_list_are_whole_and_end(world, program) -> None:
    for _ in range(7):
        filings.begin_filing(actor=world["founder"])
    founder, seen, after = program("founder"), [], ""
    for _ in range(4):
        answer = founder.get(f"/cases/filing?limit=2{after}").json()
        seen += [row["uid"] for row in answer["items"]]
        after = f"&after={answer['next']}"
        if answer["next"] is None:
            break
    assert seen == list(Filing.objects.order_by("-pk").values_list("uid", flat=True))
    assert founder.get("/cases/filing?after=nonsense").status_code == 404
