"""Activities: planned, reported where the triggers say so, held, summed up, and verified by somebody else."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import icalendar
import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from tests.personas import UserFactory, World

from linli.core import clock
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.parameters.models import ParameterValue
from linli.core.workflow.engine import perform
from linli.core.workflow.queries import open_task
from linli.core.workflow.wizard import WIZARDS
from linli.organizations.actions import activities as actions
from linli.organizations.choices import activities as choices
from linli.organizations.models import Activity, CheckIn, ClosedYear, Organization
from linli.organizations.queries.activities import activities_visible_to, public_activities, verified_since
from linli.organizations.rules.activities import MAY_HOLD

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SUMMARY = {"person_times": 40, "persons": 30, "hours": Decimal("6.5"), "summary_text": "来了三十人。"}


def in_days(days: int, hour: int = 14) -> dt.datetime:
    day = clock.today() + dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(hour), tzinfo=dt.timezone(dt.timedelta(hours=8)))


def plan(organization: Organization, actor: Any, **values: Any) -> Activity:
    activity = actions.begin_activity(organization, actor=actor)
    starts_at = values.pop("starts_at", in_days(3))
    told = {
        "name": "冬至书画进楼道",
        "kind": "service",
        "starts_at": starts_at,
        "ends_at": starts_at + dt.timedelta(hours=2),
        "place": "金苑文化中心",
        "plan": "写春联、教孩子。",
        "expected": 40,
        **values,
    }
    return actions.save_activity(activity, actor=actor, revision=None, **told)


def held(organization: Organization, actor: Any, days: int = -1, **values: Any) -> Activity:
    activity = plan(organization, actor, starts_at=in_days(days), **values)
    activity = actions.announce_activity(activity, actor=actor)
    return actions.hold_activity(activity, actor=actor)


@pytest.fixture
def head(world: World) -> Any:
    return world["founder"]


def test_a_small_one_stands_on_the_calendar_at_once(world: World, filed: Organization, head: Any) -> None:
    activity = plan(filed, head)
    assert not head.has_perm(choices.REPORT.name, activity)
    assert list(public_activities()) == []

    activity = actions.announce_activity(activity, actor=head)
    assert (activity.state, activity.number[:3]) == ("planned", "HD-")
    assert list(public_activities()) == [activity]
    task = open_task(activity)
    assert task is not None
    assert (task.role, task.owner) == ("owner", head)
    assert task.due_on is not None
    assert task.due_on == activity.summary_due
    assert task.due_on >= (clock.today() + dt.timedelta(days=3 + 10))  # ten working days after the event


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"expected": 199}, []),
        ({"expected": 200}, ["预计到场 200 人（200 人起）"]),
        ({"outdoor": True}, ["室外举办"]),
        ({"fire": True, "minors": True}, ["用火、燃放烟花", "主要由未成年人参加"]),
    ],
)
def test_the_triggers_say_whether_it_is_reported(
    filed: Organization, head: Any, values: dict[str, Any], why: list[str]
) -> None:
    activity = plan(filed, head, **values)
    assert activity.reported_because == why
    assert head.has_perm(choices.REPORT.name, activity) is bool(why)
    assert head.has_perm(choices.ANNOUNCE.name, activity) is not bool(why)


def test_a_district_says_which_triggers_count(world: World, filed: Organization, head: Any) -> None:
    ParameterValue.objects.create(
        key="major.triggers",
        scope=world.district.path,
        value="fire",
        valid_from="2020-01-01",
        set_by=world["sysadmin"],
    )
    assert plan(filed, head, outdoor=True).reported_because == []
    assert plan(filed, head, fire=True).reported_because == ["用火、燃放烟花"]


def test_an_opinion_is_not_a_licence(world: World, filed: Organization, head: Any) -> None:
    secretary = world["federation_secretary"]
    activity = actions.report_activity(plan(filed, head, outdoor=True), actor=head)
    task = open_task(activity)
    assert task is not None
    assert (activity.state, task.role) == ("reported", "federation_secretary")

    activity = actions.disagree_activity(activity, reason="场地离学校太近。", actor=secretary)
    activity = actions.go_ahead_with_activity(activity, reason="改在周末。", actor=head)
    assert activity.state == "planned"


def test_a_returned_one_may_be_mended_so_that_nothing_is_to_be_reported(
    world: World, filed: Organization, head: Any
) -> None:
    activity = actions.report_activity(plan(filed, head, outdoor=True), actor=head)
    activity = actions.return_activity(activity, reason="请改到室内。", actor=world["federation_secretary"])
    activity = actions.save_activity(activity, actor=head, revision=None, outdoor=False)
    assert WIZARDS["activity"].may_edit(activity, head)
    assert actions.announce_activity(activity, actor=head).state == "planned"


def test_plan_and_money_are_looked_at(world: World, filed: Organization, head: Any) -> None:
    activity = actions.report_activity(plan(filed, head, outdoor=True), actor=head)
    with pytest.raises(BadInput, match="资金使用"):
        actions.agree_activity(activity, plan_read=True, money_read=False, actor=world["federation_secretary"])
    activity = actions.agree_activity(activity, plan_read=True, money_read=True, actor=world["federation_secretary"])
    assert activity.state == "planned"


@pytest.mark.parametrize("by", ["agree", "go_ahead"])
def test_a_thousand_people_need_the_police_first(world: World, filed: Organization, head: Any, by: str) -> None:
    secretary = world["federation_secretary"]
    activity = actions.report_activity(plan(filed, head, expected=1200), actor=head)

    def forward(case: Activity) -> Activity:
        if by == "agree":
            return actions.agree_activity(case, actor=secretary)
        return actions.go_ahead_with_activity(case, reason="知道了。", actor=head)

    if by == "go_ahead":
        activity = actions.disagree_activity(activity, reason="人太多。", actor=secretary)
    with pytest.raises(BadInput, match="1,200 人，要先填公安许可编号"):
        forward(activity)
    with pytest.raises(IntegrityError), transaction.atomic():
        Activity.objects.filter(pk=activity.pk).update(state="planned")

    activity = actions.license_activity(activity, police_number="汕公治许〔2026〕18号", actor=head)
    assert forward(activity).state == "planned"


def test_it_is_reported_before_it_takes_place(filed: Organization, head: Any) -> None:
    late = plan(filed, head, outdoor=True, starts_at=in_days(-2))
    with pytest.raises(BadInput, match="要在举办之前报备"):
        actions.report_activity(late, actor=head)


def test_it_is_held_when_it_has_begun(filed: Organization, head: Any) -> None:
    activity = actions.announce_activity(plan(filed, head), actor=head)
    with pytest.raises(BadInput, match="还没有开始"):
        actions.hold_activity(activity, actor=head)


def test_person_times_persons_and_hours_are_three_counts(filed: Organization, head: Any) -> None:
    activity = held(filed, head)
    with pytest.raises(BadInput, match="不能多于人次"):
        actions.summarise_activity(activity, actor=head, **SUMMARY | {"persons": 41})
    activity = actions.summarise_activity(activity, actor=head, **SUMMARY)
    assert (activity.person_times, activity.persons, activity.hours) == (40, 30, Decimal("6.5"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Activity.objects.filter(pk=activity.pk).update(persons=41)
    with pytest.raises(IntegrityError), transaction.atomic():
        Activity.objects.filter(pk=activity.pk).update(person_times=None)


# --- verified by somebody else ------------------------------------------------------------------------------------


def test_the_community_confirms(world: World, filed: Organization, head: Any) -> None:
    activity = actions.summarise_activity(held(filed, head), actor=head, **SUMMARY)
    assert actions.verify_by_attendance(activity.pk) is False
    assert verified_since(filed, clock.today() - dt.timedelta(days=365)) == 0

    activity = actions.confirm_activity(activity, actor=world["community_worker"])
    assert (activity.state, activity.confirmed_by) == ("verified", world["community_worker"])
    assert verified_since(filed, clock.today() - dt.timedelta(days=365)) == 1


def test_the_organizer_cannot_verify_alone(world: World, filed: Organization, head: Any) -> None:
    entered = held(filed, world["community_worker"])
    entered = actions.summarise_activity(entered, actor=world["community_worker"], **SUMMARY)
    task = open_task(entered)
    assert task is not None
    assert task.role == "community_head"
    for who in (world["community_worker"], head):
        with pytest.raises(NotAllowed):
            actions.confirm_activity(entered, actor=who)
        with pytest.raises(IntegrityError), transaction.atomic():
            Activity.objects.filter(pk=entered.pk).update(state="verified", confirmed_by=who)
    with pytest.raises(IntegrityError), transaction.atomic():
        Activity.objects.filter(pk=entered.pk).update(state="verified")
    with pytest.raises(NotAllowed):
        perform(choices.COUNT_IN, entered, actor=head)


def on_now(filed: Organization, head: Any) -> Activity:
    """An activity that began a moment ago."""
    starts_at = clock.now() - dt.timedelta(minutes=10)
    return actions.announce_activity(plan(filed, head, starts_at=starts_at), actor=head)


def test_enough_people_on_site_verify_it(world: World, filed: Organization, head: Any) -> None:
    activity = on_now(filed, head)
    people = [UserFactory() for _n in range(5)]
    for person in people:
        actions.check_in(activity, code=activity.code.lower(), actor=person)
        actions.check_in(activity, code=activity.code, actor=person)  # the second time changes nothing
    assert CheckIn.objects.count() == 5
    activity = actions.summarise_activity(actions.hold_activity(activity, actor=head), actor=head, **SUMMARY)

    assert actions.verify_by_attendance(activity.pk) is True
    assert actions.verify_by_attendance(activity.pk) is False
    activity.refresh_from_db()
    assert (activity.state, activity.checked_in, activity.confirmed_by) == ("verified", 5, None)


def test_too_few_are_left_to_the_community(filed: Organization, head: Any) -> None:
    activity = on_now(filed, head)
    for _n in range(4):
        actions.check_in(activity, code=activity.code, actor=UserFactory())
    activity = actions.summarise_activity(actions.hold_activity(activity, actor=head), actor=head, **SUMMARY)
    assert actions.verify_by_attendance(activity.pk) is False


def test_who_may_not_sign_in(world: World, filed: Organization, head: Any) -> None:
    activity = on_now(filed, head)
    with pytest.raises(NotAllowed):
        actions.check_in(activity, code=activity.code, actor=head)
    with pytest.raises(BadInput):
        actions.check_in(activity, code="ABC234", actor=world["resident"])
    Activity.objects.filter(pk=activity.pk).update(
        starts_at=clock.now() - dt.timedelta(hours=5), ends_at=clock.now() - dt.timedelta(hours=3)
    )
    with pytest.raises(WrongState):
        actions.check_in(activity, code=activity.code, actor=world["resident"])
    assert CheckIn.objects.count() == 0


# --- closed years -------------------------------------------------------------------------------------------------


@pytest.fixture
def last_year(world: World) -> int:
    return clock.today().year - 1


def test_an_activity_is_not_dated_into_a_closed_year(
    client: Client, world: World, filed: Organization, head: Any, last_year: int
) -> None:
    then = dt.datetime(last_year, 6, 1, 14, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    before = plan(filed, head, starts_at=then)
    with pytest.raises(NotAllowed):
        actions.close_year(world.district.path, last_year, actor=world["district_officer"])
    actions.close_year(world.district.path, last_year, actor=world["district_head"])

    # action
    with pytest.raises(BadInput, match="已经结账"):
        plan(filed, head, starts_at=then)
    with pytest.raises(BadInput, match="已经结账"):
        actions.announce_activity(before, actor=head)
    # database, also past the program
    fresh = plan(filed, head)
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="closed"), transaction.atomic():
        cursor.execute(
            "UPDATE organizations_activity SET starts_at = %s, ends_at = %s WHERE id = %s",
            [then, then + dt.timedelta(hours=1), fresh.pk],
        )
    # form
    client.force_login(head, backend=BACKEND)
    page = WIZARDS["activity"].url(fresh, "what")
    told = {"name": "补记", "kind": "show", "starts_at": then.strftime("%Y-%m-%dT%H:%M"), "place": "广场"}
    answer = client.post(page, told | {"ends_at": (then + dt.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")})
    assert answer.status_code == 422
    assert f"{last_year} 年度已经结账" in answer.content.decode()
    fresh.refresh_from_db()
    assert fresh.starts_at != then


def test_what_happened_in_a_year_stays_when_it_is_closed(
    world: World, filed: Organization, head: Any, last_year: int
) -> None:
    then = dt.datetime(last_year, 12, 20, 14, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    activity = actions.announce_activity(plan(filed, head, starts_at=then), actor=head)
    activity = actions.summarise_activity(actions.hold_activity(activity, actor=head), actor=head, **SUMMARY)
    actions.close_year(world.district.path, last_year, actor=world["district_head"])
    with pytest.raises(BadInput):
        actions.confirm_activity(activity, actor=world["community_worker"])
    for values in ({"person_times": 400}, {"starts_at": in_days(-1), "ends_at": in_days(1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Activity.objects.filter(pk=activity.pk).update(**values)

    (closing,) = ClosedYear.objects.all()
    actions.reopen_year(closing, reason="漏了十二月的。", actor=world["district_head"])
    assert actions.confirm_activity(activity, actor=world["community_worker"]).state == "verified"
    names = list(Event.objects.filter(name__contains="year").values_list("name", flat=True))
    assert names == ["organizations.year_closed", "organizations.year_reopened"]


def test_only_a_year_that_is_over_is_closed(world: World, last_year: int) -> None:
    head = world["district_head"]
    with pytest.raises(BadInput):
        actions.close_year(world.district.path, last_year + 1, actor=head)
    actions.close_year(world.district.path, last_year, actor=head)
    with pytest.raises(WrongState):
        actions.close_year(world.district.path, last_year, actor=head)


def test_the_page_of_closed_years(client: Client, world: World, last_year: int) -> None:
    client.force_login(world["resident"], backend=BACKEND)
    assert client.get("/years/").status_code == 404
    client.force_login(world["district_head"], backend=BACKEND)
    area = f"{world.district.code}"
    assert client.post("/years/", {"area": area, "year": str(last_year)}).status_code == 302
    assert client.post("/years/", {"area": area, "year": "x"}).status_code == 422
    assert f"{last_year} 年度" in client.get("/years/").content.decode()
    reopened = client.post("/years/", {"area": area, "year": str(last_year), "reopen": "1", "reason": "漏报"})
    assert (reopened.status_code, ClosedYear.objects.count()) == (302, 0)


# --- who sees and may what ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["draft", "planned"])
def test_list_and_rule_agree(world: World, filed: Organization, head: Any, state: str) -> None:
    activity = plan(filed, head)
    if state == "planned":
        activity = actions.announce_activity(activity, actor=head)
    for name in world.people:
        user = world[name]
        assert user.has_perm("organizations.view_activity", activity) is (activity in activities_visible_to(user)), (
            name
        )


@pytest.mark.parametrize("status", ["liquidating", "deregistered", "revoked", "banned", "filing_cancelled"])
def test_one_that_ended_holds_none(filed: Organization, head: Any, status: str) -> None:
    Organization.objects.filter(pk=filed.pk).update(legal_status=status)
    filed.refresh_from_db()
    assert status not in MAY_HOLD
    with pytest.raises(WrongState):
        actions.begin_activity(filed, actor=head)


def test_a_stranger_begins_none(world: World, filed: Organization) -> None:
    with pytest.raises(NotAllowed):
        actions.begin_activity(filed, actor=world["stranger"])


# --- pages --------------------------------------------------------------------------------------------------------


def test_the_head_walks_from_plan_to_calendar(client: Client, world: World, filed: Organization, head: Any) -> None:
    client.force_login(head, backend=BACKEND)
    begun = client.post(f"/register/{filed.uid}/activity/")
    activity = Activity.objects.get()
    wizard = WIZARDS["activity"]
    assert begun["Location"] == wizard.url(activity, "what")
    starts_at, ends_at = in_days(2), in_days(2, 16)
    pages = {
        "what": {
            "name": "义诊",
            "kind": "service",
            "starts_at": starts_at.strftime("%Y-%m-%dT%H:%M"),
            "ends_at": ends_at.strftime("%Y-%m-%dT%H:%M"),
            "place": "楼下",
            "open_to_all": "on",
        },
        "how": {"plan": "量血压"},
        "scale": {"expected": "30"},
    }
    for page, told in pages.items():
        assert client.post(wizard.url(activity, page), told).status_code == 302, page
    assert client.post(wizard.url(activity, "check")).status_code == 302
    activity.refresh_from_db()
    assert (activity.state, activity.starts_at) == ("planned", starts_at)
    assert client.get(activity.get_absolute_url()).status_code == 200
    assert activity.code in client.get(activity.get_absolute_url()).content.decode()
    assert client.get(f"/activities/{activity.uid}/poster/").status_code == 200

    client.logout()
    day = starts_at.strftime("%Y-%m-%d")
    for address in ("/activities/", f"/activities/?day={day}", f"/activities/?month={day[:7]}&area=440511004"):
        assert "义诊" in client.get(address).content.decode(), address
    assert "义诊" not in client.get("/activities/?area=440511005").content.decode()
    assert "义诊" in client.get(filed.public_url).content.decode()
    page = client.get(activity.public_url).content.decode()
    assert (activity.code in page, head.name in page) == (False, False)


@pytest.mark.parametrize("query", ["day=9999-99-99", "month=x", "after=nonsense", "day=0001-01-01", "month=%00"])
def test_nonsense_shows_the_calendar(client: Client, db: Any, query: str) -> None:
    assert client.get(f"/activities/?{query}").status_code == 200


def test_what_is_not_open_to_all_is_not_public(client: Client, filed: Organization, head: Any) -> None:
    activity = actions.announce_activity(plan(filed, head, open_to_all=False), actor=head)
    assert client.get(activity.public_url).status_code == 404
    assert client.get(f"{activity.public_url}?code={activity.code}").status_code == 200
    assert activity.name not in client.get("/activities/").content.decode()
    assert activity.name not in client.get("/activities.ics").content.decode()


def test_people_sign_in_on_the_page(client: Client, world: World, filed: Organization, head: Any) -> None:
    activity = on_now(filed, head)
    assert client.post(activity.public_url, {"code": activity.code}).status_code == 302
    client.force_login(world["resident"], backend=BACKEND)
    assert client.post(activity.public_url, {"code": "AAAAAA"}).status_code == 422
    assert client.post(activity.public_url, {"code": activity.code}).status_code == 302
    assert "你已经签到" in client.get(activity.public_url).content.decode()
    assert CheckIn.objects.get().person == world["resident"]


def test_the_feed_is_icalendar(client: Client, filed: Organization, head: Any) -> None:
    activity = actions.announce_activity(plan(filed, head), actor=head)
    for address in ("/activities.ics", f"/o/{filed.uid}/activities.ics"):
        answer = client.get(address)
        feed = icalendar.Calendar.from_ical(answer.content)
        (event,) = feed.walk("VEVENT")
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        assert (event["SUMMARY"], event.decoded("DTSTART")) == ("冬至书画进楼道", activity.starts_at)
        assert str(event["UID"]) == f"{activity.uid}@linli"


def test_the_calendar_costs_the_same_with_many(
    client: Client, filed: Organization, head: Any, django_assert_max_num_queries: Any
) -> None:
    first = actions.announce_activity(plan(filed, head), actor=head)

    def copy(n: int) -> Activity:
        return Activity(
            organization=filed, scope=filed.scope, state="planned", name=f"第 {n} 场", place="楼下", kind="class",
            expected=9, starts_at=first.starts_at, ends_at=first.ends_at, number=f"HD-{n}",
        )  # fmt: skip

    Activity.objects.bulk_create([copy(n) for n in range(40)])
    with django_assert_max_num_queries(4):
        page = client.get("/activities/").content.decode()
    assert page.count('class="item"') == 30
    assert "往后看" in page


def test_the_steps_over_http(client: Client, world: World, filed: Organization, head: Any) -> None:
    activity = actions.report_activity(plan(filed, head, expected=1200), actor=head)
    client.force_login(world["federation_secretary"], backend=BACKEND)
    address = f"/cases/activity/{activity.uid}/agree_activity/"
    assert client.get("/cases/activity/").status_code == 200
    refused = client.post(address, {"agree_activity-plan_read": "on"})
    assert "请先审阅资金使用" in refused.content.decode()
    ticked = {"agree_activity-plan_read": "on", "agree_activity-money_read": "on"}
    refused = client.post(address, ticked)
    assert (refused.status_code, "要先填公安许可编号" in refused.content.decode()) == (422, True)
    actions.license_activity(activity, police_number="汕公治许〔2026〕18号", actor=head)
    assert client.post(address, ticked).status_code == 302
    activity.refresh_from_db()
    assert activity.state == "planned"
