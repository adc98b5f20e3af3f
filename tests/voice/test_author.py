"""Nobody who answers or is complained of learns who said it: by page, API, export, search, timeline or refusal."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from tests.personas import World, post
from tests.voice.voices import SAID, body_of, said

from linli.core.access.models import User
from linli.core.api.actions import issue_token
from linli.core.api.web import known_scopes
from linli.core.errors import NotAllowed, WrongState
from linli.core.privacy.models import Disclosure
from linli.core.workflow.duties import urge_duty
from linli.core.workflow.models import Task
from linli.core.workflow.queries import open_task, timeline
from linli.core.workflow.web import may_urge
from linli.voice.actions import answers, drafts, intake
from linli.voice.models import Contact, Matter, Report
from linli.voice.queries.reports import contacts_visible_to, reports_visible_to

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NAME, PHONE, CALLED = "诸葛怀瑾", "13911112046", "诸葛女士"
SECRETS = (NAME, PHONE, CALLED, "zhuge-author")
READS = ("community_worker", "community_head", "street_officer", "street_head", "district_officer", "auditor")


@pytest.fixture
def told(world: World, light: Matter) -> Report:
    """Said by somebody who is a worker of the very body that answers, has a telling name, and is complained of."""
    User.objects.filter(pk=world.people["resident"].pk).update(name=NAME, username="zhuge-author")
    author = world["resident"]
    author.phone = PHONE
    author.save()
    post(world["resident"], "community_worker", world.community, body_of(world, "community"))
    report = said(world, light, contact_name=CALLED, contact_phone=PHONE)
    officer = world["street_officer"]
    report = intake.accept_report(report, actor=officer, matter=light, urgency="simple", open_to_all=True)
    report = intake.dispatch_report(report, actor=officer, handler=body_of(world, "community"))
    report = answers.sign_report(report, actor=world["community_worker"])
    report = answers.respond_report(report, actor=world["community_worker"], reason="明天来。")
    report = answers.reply_report(report, actor=world["community_worker"], reason="换好了。")
    return answers.reopen_report(report, actor=world["resident"], reason="还是不亮。")


def test_what_must_not_leak_is_there(told: Report) -> None:
    assert told.owner is not None
    assert (told.owner.name, told.owner.username, Contact.objects.get().phone) == (NAME, "zhuge-author", PHONE)
    assert Contact.objects.get().name == CALLED


PAGES = (
    "/cases/report/{uid}/",
    "/cases/report/",
    "/registers/reports/",
    "/registers/reports/?q=诸葛",
    "/cases/report/?q=诸葛怀瑾",
    "/processes/report/",
    "/desk/",
    "/done/",
    "/find/?q=诸葛怀瑾",
    "/voice/r/{uid}/",
    "/voice/",
    "/voice/enter/",
    "/figures/voice_said/records/",
)


@pytest.mark.parametrize("name", READS)
def test_no_page_tells(client: Client, world: World, told: Report, name: str) -> None:
    client.force_login(world[name], backend=BACKEND)
    read = 0
    for path in PAGES:
        page = client.get(path.format(uid=told.uid), follow=True)
        text = page.content.decode().replace("诸葛怀瑾”", "").replace('value="诸葛怀瑾"', "")
        text = text.replace('value="诸葛"', "").replace("q=%E8", "")
        found = [secret for secret in (PHONE, CALLED, "zhuge-author") if secret in text]
        assert found == [], path
        if "q=" not in path:
            assert NAME not in text, path
        read += page.status_code == 200
    assert read >= 6
    assert SAID[:6] in client.get(told.get_absolute_url()).content.decode()


@pytest.mark.parametrize("name", READS)
def test_no_answer_of_the_api_tells(client: Client, world: World, told: Report, name: str) -> None:
    user = world[name]
    _token, secret = issue_token(
        name="t", scopes=["read:cases", "read:registers"], days=9, known=known_scopes(), actor=user
    )
    head = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    for path in (
        f"/api/v1/cases/report/{told.uid}",
        f"/api/v1/cases/report/{told.uid}/timeline",
        f"/api/v1/cases/report/{told.uid}/changes",
        "/api/v1/cases/report",
        "/api/v1/registers/reports",
        f"/api/v1/registers/reports/{told.uid}",
        f"/api/v1/voice/reports/{told.uid}",
    ):
        answer = client.get(path, **head)
        assert answer.status_code == 200, path
        assert [secret for secret in SECRETS if secret in answer.content.decode()] == [], path
    found = client.get("/api/v1/cases/report?q=诸葛怀瑾", **head)
    assert found.json()["items"] == []


def test_nobody_finds_a_report_by_its_author(world: World, told: Report) -> None:
    from linli.core.registers.selection import Selection
    from linli.voice.registers import REPORTS

    for words in (NAME, PHONE, CALLED, "zhuge-author"):
        assert Selection.from_params(REPORTS, {"q": words}, world["street_officer"]).queryset.count() == 0
    assert Selection.from_params(REPORTS, {"q": "楼道"}, world["street_officer"]).queryset.count() == 1


def test_no_export_has_a_column_for_it(told: Report) -> None:
    from linli.voice.choices.report import REPORT
    from linli.voice.registers import REPORTS

    sources = {source for column in (*REPORTS.columns, *REPORT.columns) for source in column.sources}
    assert {source for source in sources if source.startswith(("owner", "entered_by", "contact"))} == set()
    row = [column.of_record(told) for column in REPORTS.columns]
    assert [secret for secret in SECRETS if secret in json.dumps(row, default=str, ensure_ascii=False)] == []


@pytest.mark.parametrize("public", [True, False])
def test_the_timeline_speaks_of_the_author_as_such(world: World, told: Report, public: bool) -> None:
    lines = timeline(told, public=public)
    own = [line for line in lines if line.text in ("提出诉求", "要求重办", "开始填写")]
    assert [(line.who, line.post) for line in own] == [("诉求人", "")] * (2 if public else 3)
    assert [secret for secret in SECRETS if secret in str(lines)] == []


def test_a_refusal_does_not_tell_who_was_first(world: World, told: Report, light: Matter) -> None:
    other = said(world, light, words="门口的路灯也不亮了")
    drafts.withdraw_report(other, actor=world["resident"])
    with pytest.raises(WrongState) as refused:
        intake.reject_report(other, actor=world["street_officer"], reason="x")
    assert ("诉求人 已在" in refused.value.message, NAME in refused.value.message) == (True, False)


def test_the_rows_of_the_inbox_do_not_tell_who_closed_them(world: World, told: Report) -> None:
    rows = Task.objects.filter(case_id=told.pk, process="report").exclude(role="owner")
    assert world["resident"].pk not in set(rows.values_list("closed_by", flat=True))
    assert [secret for secret in SECRETS if secret in str(list(rows.values()))] == []


def test_an_author_above_urges_no_own_report(world: World, light: Matter) -> None:
    report = said(world, light, by="street_head")
    task = open_task(report)
    assert task is not None
    with pytest.raises(NotAllowed):
        urge_duty(task, reason="请快办。", actor=world["street_head"])
    assert may_urge(world["street_head"], task) is False


@pytest.mark.parametrize("name", ["community_worker", "community_head", "neighbour_worker", "street_head", "auditor"])
def test_whoever_answers_cannot_open_the_contact(client: Client, world: World, told: Report, name: str) -> None:
    contact = Contact.objects.get()
    assert world[name].has_perm("voice.reveal_author", contact) is False
    client.force_login(world[name], backend=BACKEND)
    answer = client.post(
        f"/reveal/voice.contact/{contact.uid}/phone/", {"purpose": "contact", "reason": "想知道是谁说的"}
    )
    assert (answer.status_code in (403, 404), PHONE in answer.content.decode()) == (True, False)
    assert Disclosure.objects.count() == 0


def test_the_complained_of_body_cannot_either_though_it_dispatches(world: World, light: Matter) -> None:
    street = body_of(world, "street")
    report = said(world, light, about=street, contact_phone=PHONE)
    assert world["street_officer"].has_perm("voice.reveal_author", report) is False
    assert world["district_officer"].has_perm("voice.reveal_author", report) is True


def test_a_street_that_answers_itself_does_not_ask_back(world: World, sent: Report, light: Matter) -> None:
    officer = world["street_officer"]
    report = intake.accept_report(sent, actor=officer, matter=light, urgency="simple", open_to_all=True)
    assert officer.has_perm("voice.reveal_author", report) is True
    report = intake.dispatch_report(report, actor=officer, handler=body_of(world, "street"))
    assert officer.has_perm("voice.reveal_author", report) is False
    assert (report.caller_role, world["district_officer"].has_perm("voice.reveal_author", report)) == (
        "district_officer", True,
    )  # fmt: skip
    report = answers.sign_report(report, actor=officer)
    report = answers.respond_report(report, actor=officer, reason="收到。")
    report = answers.reply_report(report, actor=officer, reason="修好了。")
    with pytest.raises(NotAllowed):
        answers.call_back_report(report, actor=officer, solved=True, satisfied=5)


def test_who_asks_back_opens_it_with_a_reason_and_the_author_is_told(
    client: Client, world: World, light: Matter
) -> None:
    report = said(world, light, contact_phone=PHONE)
    contact = Contact.objects.get(report=report)
    client.force_login(world["street_officer"], backend=BACKEND)
    page = client.get(report.get_absolute_url()).content.decode()
    assert (f"/{contact.uid}/" in page, PHONE in page) == (True, False)
    assert list(contacts_visible_to(world["stranger"])) == []
    answer = client.post(
        f"/reveal/voice.contact/{contact.uid}/phone/", {"purpose": "contact", "reason": "受理前核实地点"}
    )
    assert (answer.status_code, PHONE in answer.content.decode()) == (200, True)
    assert Disclosure.objects.get().person == world["resident"]


@pytest.mark.parametrize("state", ["draft", "sent"])
def test_list_and_rule_agree(world: World, light: Matter, state: str) -> None:
    report: Any
    report = drafts.begin_report(actor=world["resident"]) if state == "draft" else said(world, light)
    for name in world.people:
        user = world[name]
        assert user.has_perm("voice.view_report", report) is (report in reports_visible_to(user)), name


def test_a_hidden_report_is_no_public_page(client: Client, world: World, light: Matter) -> None:
    report = said(world, light, open_to_all=False)
    report = intake.accept_report(
        report, actor=world["street_officer"], matter=light, urgency="simple", open_to_all=True
    )
    assert (report.open_to_all, client.get(f"/voice/r/{report.uid}/").status_code) == (False, 404)
