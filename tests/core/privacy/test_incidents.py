"""An incident from the report to the closing: who is told, whom it concerns, a crowd costs no more statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.personas import PERSONAS, World

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.audit.marks import sound_rows
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.notices.models import Delivery, Notice, Preference
from linli.core.privacy.actions import disclose, incidents
from linli.core.privacy.actions.incidents import from_looks, from_records, gather_concerned
from linli.core.privacy.incident_models import Concerned, Incident
from linli.core.privacy.queries import incidents_visible_to
from linli.core.workflow.models import Task
from linli.core.workflow.wizard import WIZARDS
from linli.organizations.models import Organization

SignedIn = Callable[..., Client]
FOUND = {
    "kind": "leaked",
    "level": "ordinary",
    "info": "姓名、手机号",
    "cause": "名单误发到工作群",
    "harm": "可能接到骚扰电话",
    "measures": "已撤回并要求群里的人删除",
    "advice": "不回拨陌生电话",
    "contact": "区民政局 0754-88880000",
}


@pytest.fixture
def reported(world: World) -> Incident:
    """A resident saw a list in a chat group."""
    return incidents.report_incident(
        kind="leaked", what="有人把名单发到了微信群", found_at=clock.now(), actor=world["resident"]
    )


def assessed(world: World, case: Incident) -> Incident:
    """Confirmed and known well enough to be told."""
    officer = world["district_officer"]
    case = incidents.confirm_incident(case, actor=officer)
    begun = clock.now() - dt.timedelta(days=1)
    case = incidents.save_incident(case, actor=officer, revision=None, happened_from=begun, **FOUND)
    return incidents.assess_incident(case, actor=officer)


@pytest.fixture
def told(world: World, reported: Incident) -> Incident:
    """The authority knows; the persons do not yet."""
    return incidents.tell_authority(
        assessed(world, reported),
        actor=world["district_head"],
        authority="区委网信办",
        told_authority_on=clock.today(),
        authority_number="回执 7",
    )


def looked_at(world: World, who: str, *people: User) -> None:
    disclose(
        record(world[who], "privacy.reveal", None, scope=world.district.path, label="手机号"), [p.pk for p in people]
    )


def test_anybody_reports_and_the_district_is_told_at_once(world: World, reported: Incident) -> None:
    task = Task.objects.get(process="incident", closed_at__isnull=True)

    assert (reported.state, reported.number[:10], reported.scope) == ("reported", "SJ-440511-", world.district.path)
    assert (task.role, task.days) == ("district_officer", 1)
    heard = set(Notice.objects.filter(kind="duty.incident").values_list("recipient__username", flat=True))
    assert heard == {"district_officer", "district_head"}
    assert "微信群" not in str(list(Event.objects.values_list("detail", flat=True)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT what FROM core_incident")
        assert "微信群" not in cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("kind", {"kind": "x"}),
        ("what", {"what": " 嗯 "}),
        ("found_at", {"found_at": dt.datetime(2099, 1, 1, tzinfo=dt.UTC)}),
        ("place", {"place": "9/9/"}),
    ],
)
def test_a_wrong_report_names_the_field(world: World, field: str, values: dict[str, object]) -> None:
    given = {"kind": "leaked", "what": "名单发到了群里", "found_at": clock.now()} | values
    with pytest.raises(BadInput) as refusal:
        incidents.report_incident(**given, actor=world["resident"])  # type: ignore[arg-type]

    assert list(refusal.value.fields) == [field]
    assert not Incident.objects.exists()


def test_from_report_to_closing(world: World, told: Incident, told_founder: User) -> None:
    head, officer = world["district_head"], world["district_officer"]
    looked_at(world, "street_officer", told_founder, world["volunteer"])
    found = from_looks(who=world["street_officer"], since=clock.now() - dt.timedelta(hours=1), until=clock.now())
    assert gather_concerned(told, found, actor=officer) == 2
    assert gather_concerned(told, found, actor=officer) == 0  # nobody twice

    case = incidents.tell_persons(told, actor=head)
    case = incidents.close_incident(case, actor=officer, closing="查清是误发，已经改成不能转发的链接。")

    assert (case.state, case.told_at is not None) == ("closed", True)
    letters = Notice.objects.filter(kind="privacy.incident")
    assert set(letters.values_list("recipient__username", flat=True)) == {"founder", "volunteer"}
    assert set(letters.values_list("url", flat=True)) == {f"/me/incidents/{case.uid}/"}
    assert all(len(uid) == 22 for uid in letters.values_list("uid", flat=True))
    assert Notice.objects.filter(kind="case.incident", recipient=world["resident"]).count() == 2  # confirmed, closed
    assert sound_rows(Incident, [case.pk]) == {case.pk}


def test_a_crowd_is_told_in_as_many_statements_as_two(world: World, told: Incident) -> None:
    event = record(world["street_officer"], "privacy.reveal", None, scope=world.district.path)
    costs = []
    for size in (1, 2, 3, 300):
        people = _crowd(size)
        disclose(event, [person.pk for person in people])
        with CaptureQueriesContext(connection) as queries:
            found = from_looks(who=world["street_officer"], since=event.at, until=clock.now())
            assert gather_concerned(told, found, actor=world["district_officer"]) == size
            told = incidents.tell_persons(told, actor=world["district_head"])
        costs.append(len(queries))
        told = incidents.require_telling(told, actor=world["district_head"], reason="又查到了有关的人")

    assert abs(costs[2] - costs[3]) <= 2  # what any of them asks because a cache was emptied
    assert Notice.objects.filter(kind="privacy.incident").count() == 306
    assert not Concerned.objects.filter(told_at__isnull=True).exists()


def _crowd(size: int) -> list[User]:
    return User.objects.bulk_create(
        User(username=f"crowd{size}-{n}", name=f"居民{n}", password="!") for n in range(size)
    )


def test_channels_follow_what_each_person_wants(
    world: World, told: Incident, told_founder: User, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from linli.core.notices import channels

    monkeypatch.setattr(channels, "email_offered", lambda: True)
    other = world["volunteer"]
    other.email = "v@example.org"
    other.save()
    Preference.objects.create(user=other, group="privacy", channel="email", enabled=False)
    looked_at(world, "street_officer", told_founder, other)
    since = clock.now() - dt.timedelta(hours=1)
    found = from_looks(who=world["street_officer"], since=since, until=clock.now())
    gather_concerned(told, found, actor=world["district_officer"])

    incidents.tell_persons(told, actor=world["district_head"])

    rows = Delivery.objects.filter(notice__kind="privacy.incident")
    assert sorted(rows.values_list("notice__recipient__username", "channel", "state")) == [
        ("founder", "email", "queued"),
        ("founder", "in_app", "sent"),
        ("volunteer", "in_app", "sent"),
    ]


def test_a_filter_of_a_register_names_its_people(world: World, told: Incident, filed: Organization) -> None:
    Organization.objects.filter(pk=filed.pk).update(owner=None)
    found = from_records(Organization.objects.all(), "名册")
    assert (gather_concerned(told, found, actor=world["district_officer"]), found.without) == (0, 1)
    told.refresh_from_db()

    with pytest.raises(BadInput, match="1 条记录的本人没有账号"):
        incidents.tell_persons(told, actor=world["district_head"])
    case = incidents.tell_persons(told, actor=world["district_head"], otherwise="已打电话告知 1 人")
    assert case.state == "closing"


def test_nobody_is_left_untold_in_silence(world: World, told: Incident) -> None:
    head = world["district_head"]
    with pytest.raises(BadInput, match="名单里没有人"):
        incidents.tell_persons(told, actor=head)
    with pytest.raises(NotAllowed):
        incidents.spare_persons(told, actor=world["district_officer"], reason="已经全部撤回")

    case = incidents.spare_persons(told, actor=head, reason="一分钟内撤回，无人下载")
    assert (case.state, case.spare_reason) == ("closing", "一分钟内撤回，无人下载")
    case = incidents.require_telling(case, actor=head, reason="网信办要求通知")
    assert (case.state, case.spare_reason) == ("persons", "")
    with pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.filter(pk=case.pk).update(state="closed")


def test_whoever_is_concerned_does_not_decide_that_nobody_is_told(world: World, told: Incident) -> None:
    head = world["district_head"]
    Concerned.objects.create(incident=told, person=head)

    assert not head.has_perm("privacy.spare_persons", told)
    assert head.has_perm("privacy.tell_persons", told)


def test_what_is_none_ends_with_a_reason_the_reporter_reads(
    world: World, reported: Incident, signed_in: SignedIn
) -> None:
    case = incidents.dismiss_incident(reported, actor=world["district_officer"], reason="那是公开的公示名单")

    assert case.state == "dismissed"
    page = signed_in("resident").get(case.get_absolute_url()).content.decode()
    assert "那是公开的公示名单" in page
    assert "有人把名单发到了微信群" in page


def test_the_list_can_be_begun_anew_until_they_are_told(world: World, told: Incident, told_founder: User) -> None:
    officer = world["district_officer"]
    looked_at(world, "street_officer", told_founder)
    since = clock.now() - dt.timedelta(hours=1)
    gather_concerned(told, from_looks(who=world["street_officer"], since=since, until=clock.now()), actor=officer)

    assert incidents.clear_concerned(told, actor=officer) == 1
    assert not Concerned.objects.exists()
    case = incidents.spare_persons(told, actor=world["district_head"], reason="没有泄露出去")
    with pytest.raises(WrongState):
        incidents.clear_concerned(case, actor=officer)
    with pytest.raises(NotAllowed):
        incidents.clear_concerned(case, actor=world["street_officer"])


def test_list_and_rule_agree(world: World, reported: Incident) -> None:
    for name in PERSONAS:
        user = world[name]
        seen = incidents_visible_to(user).filter(pk=reported.pk).exists()
        assert seen == user.has_perm("core.view_incident", reported), name
        assert seen == (name in ("resident", "district_officer", "district_head", "auditor")), name


def test_reporting_on_the_page(world: World, signed_in: SignedIn) -> None:
    client = signed_in("sysadmin")  # an administrator may as well
    assert client.get("/incidents/report/").status_code == 200
    assert client.post("/incidents/report/", {"kind": "leaked"}).status_code == 422
    future = {"kind": "lost", "what": "柜子里的登记本不见了", "found_at": "2099-01-01T09:00"}
    assert "不能在将来" in client.post("/incidents/report/", future).content.decode()

    sent = client.post("/incidents/report/", future | {"found_at": "2026-01-05T09:00"})

    case = Incident.objects.get()
    assert (sent.status_code, sent["Location"], case.state) == (302, case.get_absolute_url(), "reported")
    assert client.get(case.get_absolute_url()).status_code == 200
    assert client.get("/cases/incident/").status_code == 404  # but sees no register of them
    assert Client().get("/incidents/report/").status_code == 302


def test_handling_on_the_pages(world: World, reported: Incident, filed: Organization, signed_in: SignedIn) -> None:
    officer, head = signed_in("district_officer"), signed_in("district_head")
    officer.post(f"{reported.get_absolute_url()}confirm_incident/", {})
    wizard = WIZARDS["incident"]
    facts = {"kind": "leaked", "info": "手机号", "happened_from": "2026-01-05T08:00", "level": "ordinary"}
    wrong = officer.post(wizard.url(reported, "facts"), facts | {"happened_to": "2026-01-04T08:00"})
    assert (wrong.status_code, "结束不能早于开始" in wrong.content.decode()) == (422, True)
    assert officer.post(wizard.url(reported, "facts"), facts).status_code == 302
    assert officer.post(wizard.url(reported, "cause"), FOUND).status_code == 302
    assert officer.post(wizard.url(reported, "advice"), FOUND).status_code == 302
    assert officer.post(wizard.url(reported, "check")).status_code == 302
    step = f"{reported.get_absolute_url()}{{}}/".format
    paper = {"tell_authority-authority": "区委网信办", "tell_authority-told_authority_on": "2099-01-01"}
    assert head.post(step("tell_authority"), paper).status_code == 422
    assert (
        head.post(step("tell_authority"), paper | {"tell_authority-told_authority_on": "2026-01-06"}).status_code
        == 302
    )

    who = f"/incidents/{reported.uid}/concerned/"
    assert signed_in("resident").get(who).status_code == signed_in("auditor").get(who).status_code == 404
    assert officer.post(who, {"how": "records", "records-address": "https://elsewhere/x"}).status_code == 422
    assert officer.post(who, {"how": "looks", "looks-username": "nobody"}).status_code == 422
    address = f"http://testserver{reverse('organizations:register')}?q=" + filed.name[:2]
    assert officer.post(who, {"how": "records", "records-address": address}).status_code == 302
    assert Concerned.objects.get().person == world["founder"]
    assert "名单 1 人" in officer.get(who).content.decode()

    letter = f"/me/incidents/{reported.uid}/"
    founder = signed_in("founder")
    assert founder.get(letter).status_code == 404  # not told yet
    assert head.post(step("tell_persons"), {}).status_code == 302
    text = founder.get(letter).content.decode()
    assert [FOUND[name] in text for name in ("cause", "harm", "measures", "advice", "contact")] == [True] * 5
    assert signed_in("stranger").get(letter).status_code == 404
    assert founder.get("/me/data/incidents/").status_code == 200
    assert officer.post(step("close_incident"), {"close_incident-closing": "短"}).status_code == 422
    done = officer.post(step("close_incident"), {"close_incident-closing": "查清是误发，已改成不能转发的链接。"})
    assert (done.status_code, Incident.objects.get().state) == (302, "closed")
