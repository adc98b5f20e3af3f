"""The audit officer's pages: who may open them, what they find, that they cost the same however much there is."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.personas import PERSONAS, World

from linli.actors.actions.watch import check_and_tell
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.audit.actions import ask_verification, verify
from linli.core.audit.chain import seal_events
from linli.core.audit.jobs import verify_audit
from linli.core.audit.models import Event, Verification
from linli.core.errors import NotAllowed
from linli.core.notices.models import Notice
from linli.core.privacy.models import Disclosure
from linli.organizations.models import Filing, Organization

pytestmark = pytest.mark.django_db
ADDRESSES = ("/audit/", "/audit/checks/")


@pytest.fixture
def officer(client: Client, world: World) -> Client:
    client.force_login(world["auditadmin"])
    return client


def rows(answer: Any) -> list[str]:
    return [line.event.name for line in answer.context["lines"]]


@pytest.mark.parametrize("who", [*PERSONAS, "nobody"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_the_trace_is_read_by_the_audit_administrator_alone(
    client: Client, world: World, address: str, who: str
) -> None:
    if who != "nobody":
        client.force_login(world[who])
    answer = client.get(address)

    assert answer.status_code == {"auditadmin": 200, "nobody": 302}.get(who, 403)


@pytest.mark.parametrize("address", ["/audit/export/", "/audit/checks/start/"])
def test_nobody_else_exports_or_checks(client: Client, world: World, address: str) -> None:
    for who in ("auditor", "sysadmin", "secadmin", "district_head", "founder"):
        client.force_login(world[who])
        assert client.post(address).status_code == 403
    assert not Verification.objects.exists()


@pytest.mark.parametrize("who", [*PERSONAS])
def test_the_list_and_the_rule_agree(world: World, who: str) -> None:
    from linli.core.audit.queries import events_visible_to

    record(User.system(), "test.step", None)
    assert events_visible_to(world[who]).exists() == world[who].has_perm("core.read_audit") == (who == "auditadmin")


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (
            {"person": "founder"},
            {"core.case_begun", "organizations.draft_saved", "organizations.submit_filing", "files.store"},
        ),
        ({"name": "organizations.agree_filing"}, {"organizations.agree_filing"}),
        ({"record": "NUMBER", "name": "organizations.support_filing"}, {"organizations.support_filing"}),
        ({"scope": "STREET", "name": "organizations.entered"}, {"organizations.entered"}),
        ({"scope": "OTHER"}, set()),
        ({"group": "rights"}, {"actors.appoint"}),
        ({"outcome": "failed"}, {"access.refused"}),
        ({"group": "failed"}, {"access.refused"}),
        ({"request": "r-1"}, {"test.asked"}),
        ({"until": "2020-01-01"}, {"test.old"}),
        ({"since": "2020-01-01", "name": "test.old"}, set()),
        ({"since": "2019-05-01", "until": "2019-05-01"}, {"test.old"}),
        ({"person": "没有这个人"}, set()),
        ({"record": "没有这件事"}, set()),
    ],
)
def test_events_are_found(
    officer: Client, world: World, filed: Organization, asked: dict[str, str], names: set[str]
) -> None:
    system = User.system()
    record(system, "actors.appoint", None)
    record(world["stranger"], "access.refused", None, path="/x/")
    Event.objects.create(actor=system, name="test.asked", request_id="r-1")
    Event.objects.create(actor=system, name="test.old", at=dt.datetime(2019, 5, 1, 3, tzinfo=dt.UTC))
    said = {"NUMBER": filed.filing.number, "STREET": world.street.path, "OTHER": world.other_street.path}
    from linli.core.audit.web import SearchForm

    answer = officer.get("/audit/", {name: said.get(value, value) for name, value in asked.items()})

    if "scope" in asked:  # only districts with a department of their own are offered
        assert said[asked["scope"]] in {
            path for _name, group in SearchForm().fields["scope"].choices if _name for path, _label in group
        }
    assert answer.status_code == 200
    assert set(rows(answer)) == names


def test_a_wrong_day_is_said(officer: Client) -> None:
    answer = officer.get("/audit/", {"since": "2026-02-01", "until": "2026-01-01"})
    assert (answer.status_code, "截止日期在开始日期之前" in answer.text) == (422, True)
    assert officer.get("/audit/", {"since": "gestern"}).status_code == 422
    assert officer.get("/audit/", {"after": "nonsense"}).status_code == 200


def test_pages_follow_each_other_and_cost_the_same(officer: Client, world: World) -> None:
    moment = clock.now()
    people = list(User.objects.all()[:5])

    def fill(count: int) -> None:
        Event.objects.bulk_create(
            Event(
                actor=people[n % 5], name="test.step", at=moment + dt.timedelta(seconds=n // 3), detail={"number": n}
            )
            for n in range(count)
        )

    fill(1)
    officer.get("/audit/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        officer.get("/audit/")
    fill(130)
    with CaptureQueriesContext(connection) as many:
        first = officer.get("/audit/")
    assert len(many) == len(few)

    seen, answer = [line.event.pk for line in first.context["lines"]], first
    while answer.context["page"].after:
        answer = officer.get("/audit/", {"after": answer.context["page"].after})
        seen += [line.event.pk for line in answer.context["lines"]]
    assert seen == list(Event.objects.order_by("-at", "-id").values_list("pk", flat=True))


def test_who_looked_at_a_personal_value_is_seen_and_the_value_is_not(
    officer: Client, client: Client, world: World, filed: Organization
) -> None:
    looker = Client()
    looker.force_login(world["street_officer"])
    looker.post(
        f"/reveal/organizations.organization/{filed.uid}/leader_phone/",
        {"purpose": "contact", "reason": "通知本人来领证"},
    )
    assert Disclosure.objects.count() == 1
    answer = officer.get("/audit/", {"group": "reveal"})

    assert rows(answer) == ["privacy.reveal"]
    assert "通知本人来领证" in answer.text
    assert "13800002046" not in answer.text


def test_signing_in_and_failing_to_are_there(officer: Client, world: World) -> None:
    user = world["founder"]
    user.set_password("Right-2026-password")
    user.save()
    other = Client()
    other.post("/accounts/login/", {"login": "founder", "password": "wrong"})
    other.post("/accounts/login/", {"login": "founder", "password": "Right-2026-password"})

    assert rows(officer.get("/audit/", {"group": "sign"})) == [
        "access.login",
        "access.login_failed",
        "access.login",  # the officer's own
    ]


def test_an_event_is_held_against_its_seal(officer: Client, world: World, filed: Organization) -> None:
    event = Event.objects.get(name="organizations.entered")
    page = f"/audit/{event.pk}/"
    assert "还没有封存" in officer.get(page).text
    seal_events()
    assert "和第 1 号封存里的摘要一致" in officer.get(page).text
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE core_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE core_event SET post = '街道' WHERE id = %s", [event.pk])
    assert "和第 1 号封存里的摘要不符" in officer.get(page).text
    assert officer.get("/audit/999999999/").status_code == 404


def test_the_result_is_exported_with_its_proof(officer: Client, world: World, filed: Organization) -> None:
    seal_events()
    answer = officer.post("/audit/export/", {"name": "organizations.agree_filing"})
    lines = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]

    assert [json.loads(line["event"])[5] for line in lines if "event" in line] == ["organizations.agree_filing"]
    assert Event.objects.latest("id").detail["filter"] == {"name": "organizations.agree_filing"}
    assert officer.post("/audit/export/", {"since": "x"}).status_code == 302
    assert officer.get("/audit/export/").status_code == 405


def test_a_check_runs_in_the_background_and_stays(
    officer: Client, world: World, filed: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "还没有核验过" in officer.get("/audit/checks/").text
    assert officer.post("/audit/checks/start/").status_code == 302
    made = Verification.objects.get()
    assert ask_verification(actor=world["auditadmin"]) == made, "one at a time"
    assert "正在核验" in officer.get("/audit/checks/").text
    monkeypatch.setattr("linli.core.audit.jobs.verify", lambda found: verify(found, lanes=1))
    verify_audit(verification_id=made.pk)
    verify_audit(verification_id=made.pk)
    page = officer.get("/audit/checks/").text

    assert "没有发现改动" in page
    assert Event.objects.filter(name="core.audit_verified").count() == 1
    with connection.cursor() as cursor:
        cursor.execute("UPDATE organizations_organization SET name = '假名字书画社' WHERE id = %s", [filed.pk])
    verify(Verification.objects.create(), lanes=1)
    page = officer.get("/audit/checks/").text
    assert "改动的是：名称" in page
    with pytest.raises(NotAllowed):
        ask_verification(actor=world["founder"])


def test_a_check_that_breaks_off_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_rest: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("linli.core.audit.actions.verify_chain", broken)
    made = Verification.objects.create()
    with pytest.raises(RuntimeError):
        verify(made)
    assert (made.outcome, Event.objects.filter(name="core.audit_verified").exists()) == ("stopped", False)


def test_the_audit_administrators_are_told_every_week(
    world: World, filed: Organization, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any
) -> None:
    settings.HOME = tmp_path
    monkeypatch.setattr("linli.actors.actions.watch.verify", lambda found: verify(found, lanes=1))
    made = check_and_tell()
    notice = Notice.objects.get(recipient=world["auditadmin"], kind="audit.head")
    assert made.outcome == "clean"
    assert notice.title.startswith("办理记录完好")
    assert made.counts["head"] in notice.body

    with connection.cursor() as cursor:
        cursor.execute("UPDATE organizations_organization SET name = '假名字书画社' WHERE id = %s", [filed.pk])
    check_and_tell()
    notice = Notice.objects.filter(recipient=world["auditadmin"], kind="audit.head").latest("pk")
    assert notice.title == "核验发现 1 处改动，请马上查看"


def test_the_menu_shows_it_to_whom_it_is_for(client: Client, world: World, reviewing: Filing) -> None:
    for who, there in (("auditadmin", True), ("street_officer", False), ("auditor", False)):
        client.force_login(world[who])
        assert ('href="/audit/"' in client.get("/desk/").text) is there


def test_known_names_have_words(filed: Organization, django_assert_num_queries: Callable[..., Any]) -> None:
    from linli.core.audit.labels import label_of

    with django_assert_num_queries(1):
        names = set(Event.objects.values_list("name", flat=True))
    assert {name for name in names if label_of(name) == name} == set()
