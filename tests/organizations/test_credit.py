"""Credit: information within five working days, two lists that are heard, decided by another, repaired and left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests.personas import World

from linli.core import clock
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.notices.models import Notice
from linli.core.workflow.duties import run_clock
from linli.core.workflow.models import Task
from linli.organizations.actions import credit as actions
from linli.organizations.choices.credit import CAUSES, Cause, CreditList, InfoKind, ListingState
from linli.organizations.choices.states import CreditStatus
from linli.organizations.models import CreditInfo, CreditListing, Organization
from linli.organizations.queries import credit as queries

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
INFO = {
    "kind": "inspection",
    "title": "抽查合格",
    "content": "财务、会务都符合章程。",
    "source": "区民政局",
    "document": "",
}
Later = Callable[[dt.date], None]


@pytest.fixture
def later() -> Iterator[Later]:
    """Let the clock stand on another day, to the end of the test."""
    with ExitStack() as stack:

        def go(day: dt.date) -> None:
            stack.enter_context(clock.at(dt.datetime.combine(day, dt.time(2), tzinfo=dt.UTC)))

        yield go


def proposed(world: World, organization: Organization, cause: str = "no_report", **values: Any) -> CreditListing:
    """Told to the organization by the district officer."""
    of_list = next(one for one, causes in CAUSES.items() if cause in causes)
    listing = actions.begin_listing(organization, credit_list=of_list, actor=world["district_officer"])
    values = {"cause": cause, "facts": "2025 年度工作报告到期没有报送，催告两次。", **values}
    listing = actions.save_listing(listing, actor=world["district_officer"], revision=None, **values)
    return actions.notify_listing(listing, actor=world["district_officer"])


def heard(listing: CreditListing, world: World) -> CreditListing:
    """The time to answer is over."""
    return actions.end_hearing(listing, actor=type(world["founder"]).system())


def listed(world: World, organization: Organization, cause: str = "no_report", **values: Any) -> CreditListing:
    """Decided by the head."""
    listing = heard(proposed(world, organization, cause, **values), world)
    return actions.enter_listing(listing, actor=world["district_head"], reason="事实清楚。")


def status(organization: Organization) -> str:
    """As the register says it now."""
    return Organization.objects.get(pk=organization.pk).credit_status


# --- information ------------------------------------------------------------------------------------------------


def test_what_came_about_is_entered_once_by_the_district_and_seen_by_its_head(
    client: Client, world: World, filed: Organization
) -> None:
    client.force_login(world["district_officer"], backend=BACKEND)
    address = f"/register/{filed.uid}/credit/"

    answer = client.post(address, {**INFO, "happened_on": clock.today().isoformat()})

    info = CreditInfo.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert (info.organization, info.kind, info.entered_by) == (filed, InfoKind.INSPECTION, world["district_officer"])
    assert Event.objects.filter(name="organizations.enter_credit_info", subject_id=info.pk).count() == 1
    client.force_login(world["founder"], backend=BACKEND)
    page = client.get(address).text
    assert "抽查合格" in page
    assert "归集信用信息" not in page


def test_a_wrong_day_is_named_and_nothing_is_kept(client: Client, world: World, filed: Organization) -> None:
    client.force_login(world["district_officer"], backend=BACKEND)
    tomorrow = clock.today() + dt.timedelta(days=1)

    answer = client.post(f"/register/{filed.uid}/credit/", {**INFO, "happened_on": tomorrow.isoformat()})

    assert answer.status_code == 422
    assert "形成日期不能在将来。" in answer.text
    assert CreditInfo.objects.count() == 0


def test_basic_information_is_the_register_and_is_not_entered(world: World, filed: Organization) -> None:
    with pytest.raises(BadInput):
        actions.enter_credit_info(
            filed, actor=world["district_officer"], **{**INFO, "kind": "basic", "happened_on": clock.today()}
        )


@pytest.mark.parametrize(("day", "days", "late"), [("2026-11-13", 5, False), ("2026-11-12", 6, True)])
def test_five_working_days_are_counted(
    world: World, filed: Organization, later: Later, day: str, days: int, late: bool
) -> None:
    later(dt.date(2026, 11, 20))
    happened = dt.date.fromisoformat(day)
    info = actions.enter_credit_info(filed, actor=world["district_officer"], **{**INFO, "happened_on": happened})

    assert (queries.workdays_taken(info), queries.was_late(info)) == (days, late)


def test_what_was_wrong_is_taken_down_with_a_reason_and_stays_readable(
    client: Client, world: World, filed: Organization
) -> None:
    info = actions.enter_credit_info(filed, actor=world["district_officer"], **{**INFO, "happened_on": clock.today()})
    client.force_login(world["district_officer"], backend=BACKEND)

    assert client.post(f"/credit/{info.uid}/withdraw/", {"reason": " "}).status_code == 422
    assert client.post(f"/credit/{info.uid}/withdraw/", {"reason": "录错了组织"}).status_code == 302

    info.refresh_from_db()
    assert (info.withdrawn_on, info.withdrawn_reason) == (clock.today(), "录错了组织")
    assert "录错了组织" in client.get(f"/register/{filed.uid}/credit/").text
    with pytest.raises(WrongState):
        actions.withdraw_credit_info(info, reason="再撤一次", actor=world["district_officer"])


@pytest.mark.parametrize(
    ("who", "seen", "enters"),
    [
        ("founder", 200, False),
        ("street_officer", 200, False),
        ("district_officer", 200, True),
        ("district_head", 200, True),
        ("auditor", 200, False),
        ("community_worker", 404, False),
        ("other_street_officer", 404, False),
        ("resident", 404, False),
        ("sysadmin", 404, False),
    ],
)
def test_who_reads_the_record_and_who_enters(
    client: Client, world: World, filed: Organization, who: str, seen: int, enters: bool
) -> None:
    client.force_login(world[who], backend=BACKEND)

    assert client.get(f"/register/{filed.uid}/credit/").status_code == seen
    if enters:
        actions.enter_credit_info(filed, actor=world[who], **{**INFO, "happened_on": clock.today()})
    else:
        with pytest.raises(NotAllowed):
            actions.enter_credit_info(filed, actor=world[who], **{**INFO, "happened_on": clock.today()})


# --- the two lists ----------------------------------------------------------------------------------------------


def test_told_heard_decided_by_another_mended_and_left(client: Client, world: World, filed: Organization) -> None:
    listing = proposed(world, filed)
    assert status(filed) == CreditStatus.NORMAL
    assert Notice.objects.filter(recipient=world["founder"], title__contains="拟将").count() == 1

    actions.reply_listing(listing, actor=world["founder"], reason="报告已经寄出，附邮寄回执。")
    with pytest.raises(WrongState):
        actions.enter_listing(listing, actor=world["district_head"], reason="太早")
    listing = heard(listing, world)
    with pytest.raises(NotAllowed):
        actions.enter_listing(listing, actor=world["district_officer"], reason="自己提、自己定")
    listing = actions.enter_listing(listing, actor=world["district_head"], reason="催告两次没有报送。")

    assert (listing.state, listing.listed_on, listing.earliest_on) == (
        ListingState.LISTED,
        clock.today(),
        clock.today(),
    )
    assert status(filed) == CreditStatus.ABNORMAL
    changed = Event.objects.get(name="organizations.credit_status")
    assert changed.detail == {"before": "normal", "after": "abnormal", "entries": [listing.number]}
    for address in ("/credit/", f"/o/{filed.uid}/"):
        assert listing.number in client.get(address).text

    listing = actions.ask_removal(listing, actor=world["founder"], reason="报告已补报。")
    listing = actions.grant_removal(listing, actor=world["district_officer"], reason="收到报告。")

    assert (listing.state, listing.removed_on) == (ListingState.REMOVED, clock.today())
    assert status(filed) == CreditStatus.NORMAL
    assert listing.number not in client.get("/credit/").text
    assert listing.number not in client.get(f"/o/{filed.uid}/").text


def test_the_time_to_answer_ends_by_the_clock_and_the_decision_is_owed_by_a_person(
    world: World, filed: Organization, later: Later
) -> None:
    listing = proposed(world, filed)
    later(clock.today() + dt.timedelta(days=40))

    run_clock()

    listing.refresh_from_db()
    task = Task.objects.get(case_id=listing.pk, process="listing", closed_at=None, kind="act")
    assert (listing.state, task.role) == (ListingState.DECISION, "district_head")
    assert status(filed) == CreditStatus.NORMAL


def test_spared_the_organization_is_told_and_its_status_stays(world: World, filed: Organization) -> None:
    listing = heard(proposed(world, filed), world)

    actions.spare_listing(listing, actor=world["district_head"], reason="报告在期限内已经寄出。")

    assert status(filed) == CreditStatus.NORMAL
    assert Notice.objects.filter(recipient=world["founder"], title__contains="不列入").count() == 1
    assert proposed(world, filed).state == ListingState.HEARING


def test_the_graver_list_wins_and_what_is_left_counts(world: World, filed: Organization, later: Later) -> None:
    first = listed(world, filed)
    second = listed(world, filed, "defaulter")
    assert status(filed) == CreditStatus.DISHONEST

    later(dt.date(2030, 1, 4))
    asked = actions.ask_removal(second, actor=world["founder"], reason="已履行完毕。")
    actions.grant_removal(asked, actor=world["district_officer"])
    assert status(filed) == CreditStatus.ABNORMAL

    asked = actions.ask_removal(first, actor=world["founder"], reason="已补报。")
    actions.grant_removal(asked, actor=world["district_officer"])
    assert status(filed) == CreditStatus.NORMAL


def test_two_years_on_the_graver_list_are_the_least(world: World, filed: Organization, later: Later) -> None:
    later(dt.date(2026, 8, 31))
    listing = listed(world, filed, "suspended")
    assert listing.earliest_on == dt.date(2028, 8, 31)

    later(dt.date(2028, 8, 30))
    with pytest.raises(WrongState, match="2028年8月31日"):
        actions.ask_removal(listing, actor=world["founder"], reason="都改好了。")
    with pytest.raises(IntegrityError), transaction.atomic():
        CreditListing.objects.filter(pk=listing.pk).update(state="removed", removed_on=dt.date(2028, 8, 30))
    later(dt.date(2028, 8, 31))
    assert actions.ask_removal(listing, actor=world["founder"], reason="都改好了。").state == ListingState.REPAIR


def test_where_nothing_can_be_mended_half_a_year_is_enough_and_the_clock_asks(
    world: World, filed: Organization, later: Later
) -> None:
    later(dt.date(2026, 8, 31))
    listing = listed(world, filed, "fined_lightly")
    assert (listing.earliest_on, listing.released_on) == (dt.date(2027, 2, 28), dt.date(2027, 2, 28))

    later(dt.date(2027, 3, 2))
    run_clock()

    listing.refresh_from_db()
    assert listing.state == ListingState.REPAIR
    assert status(filed) == CreditStatus.ABNORMAL  # a person verifies
    actions.grant_removal(listing, actor=world["district_officer"])
    assert status(filed) == CreditStatus.NORMAL


def test_a_wrong_entry_is_annulled_at_once_by_the_head_alone(world: World, filed: Organization) -> None:
    listing = listed(world, filed, "suspended")
    with pytest.raises(NotAllowed):
        actions.annul_listing(listing, actor=world["district_officer"], reason="处罚撤销了")

    listing = actions.annul_listing(listing, actor=world["district_head"], reason="处罚被复议撤销。")

    assert (listing.state, listing.annulled, listing.removed_on) == (ListingState.REMOVED, True, clock.today())
    assert status(filed) == CreditStatus.NORMAL


@pytest.mark.parametrize(("days", "fits"), [(None, False), (19, False), (20, True), (60, True), (61, False)])
def test_nobody_to_be_found_takes_two_letters_twenty_to_sixty_days_apart(
    world: World, filed: Organization, days: int | None, fits: bool
) -> None:
    first = clock.today() - dt.timedelta(days=70)
    second = None if days is None else first + dt.timedelta(days=days)
    letters = {"first_letter_on": first, "second_letter_on": second}

    if fits:
        assert proposed(world, filed, "unreachable", **letters).state == ListingState.HEARING
        return
    with pytest.raises(BadInput, match="两次寄信"):
        proposed(world, filed, "unreachable", **letters)
    draft = CreditListing.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        CreditListing.objects.filter(pk=draft.pk).update(state="hearing")


def test_a_cause_of_the_other_list_is_refused_by_action_and_database(world: World, filed: Organization) -> None:
    officer = world["district_officer"]
    draft = actions.begin_listing(filed, credit_list=CreditList.ABNORMAL, actor=officer)

    with pytest.raises(BadInput):
        actions.save_listing(draft, actor=officer, revision=None, cause=Cause.DEFAULTER, facts="失信被执行人")
    with pytest.raises(IntegrityError), transaction.atomic():
        CreditListing.objects.filter(pk=draft.pk).update(cause="defaulter")


def test_the_same_cause_twice_is_refused(world: World, filed: Organization) -> None:
    listed(world, filed)

    with pytest.raises(BadInput, match="已经提出或者在列"):
        proposed(world, filed)


def test_whoever_proposed_cannot_decide_even_in_the_database(world: World, filed: Organization) -> None:
    listing = heard(proposed(world, filed), world)
    officer = world["district_officer"]

    with pytest.raises(IntegrityError), transaction.atomic():
        CreditListing.objects.filter(pk=listing.pk).update(decided_by=officer)


def test_two_years_on_the_abnormal_list_are_laid_before_an_officer_once(
    world: World, filed: Organization, later: Later
) -> None:
    later(dt.date(2024, 5, 20))
    listing = listed(world, filed)
    later(dt.date(2026, 5, 19))
    assert actions.suggest_after_two_years() == 0

    later(dt.date(2026, 5, 20))
    assert (actions.suggest_after_two_years(), actions.suggest_after_two_years()) == (1, 0)

    found = CreditListing.objects.get(cause=Cause.TWO_YEARS)
    assert (found.state, found.document, found.owner) == (ListingState.CHECK, listing.number, None)
    assert status(filed) == CreditStatus.ABNORMAL
    task = Task.objects.get(case_id=found.pk, process="listing", closed_at=None, kind="act")
    assert task.role == "district_officer"
    assert actions.take_up_listing(found, actor=world["district_officer"]).state == ListingState.HEARING


def test_an_organization_that_has_gone_is_not_listed_any_more(world: World, filed: Organization) -> None:
    listing = heard(proposed(world, filed), world)
    Organization.objects.filter(pk=filed.pk).update(legal_status="filing_cancelled")

    with pytest.raises(WrongState):
        actions.enter_listing(listing, actor=world["district_head"], reason="事实清楚。")
    with pytest.raises(WrongState):
        actions.begin_listing(
            Organization.objects.get(pk=filed.pk), credit_list="dishonest", actor=world["district_officer"]
        )


READERS = ("founder", "street_officer", "district_officer", "district_head", "auditor", "resident")


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("told", [True, False])
def test_list_and_rule_agree(world: World, filed: Organization, who: str, told: bool) -> None:
    if told:
        proposed(world, filed)
    else:
        actions.begin_listing(filed, credit_list="abnormal", actor=world["district_officer"])
    user, view = world[who], "organizations.view_creditlisting"

    seen = set(queries.listings_visible_to(user))
    assert seen == {row for row in CreditListing.objects.all() if user.has_perm(view, row)}


@given(day=st.dates(dt.date(2000, 1, 1), dt.date(2090, 1, 1)), months=st.integers(-240, 240))
def test_months_later_keeps_the_day_or_ends_with_the_month(day: dt.date, months: int) -> None:
    found = queries.months_later(day, months)

    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or ((found + dt.timedelta(days=1)).day == 1 and found.day < day.day)


# --- pages and programs -----------------------------------------------------------------------------------------


def test_the_lists_cost_the_same_with_one_and_with_many(
    client: Client, world: World, filed: Organization, django_assert_num_queries: Any
) -> None:
    listed(world, filed)
    client.get("/credit/")
    with django_assert_num_queries(1):
        assert client.get("/credit/").text.count('class="item"') == 1
    for cause in ("no_party", "not_mended", "defaulter"):
        listed(world, filed, cause)
    with django_assert_num_queries(1):
        assert client.get("/credit/").text.count('class="item"') == 4
    assert client.get("/credit/?list=dishonest").text.count('class="item"') == 1
    assert client.get("/credit/?list=nonsense").text.count('class="item"') == 4


def test_the_draft_opens_from_the_record_for_the_district_alone(
    client: Client, world: World, filed: Organization
) -> None:
    address = f"/register/{filed.uid}/credit/begin/"
    client.force_login(world["street_officer"], backend=BACKEND)
    assert client.post(address, {"credit_list": "abnormal"}).status_code == 403

    client.force_login(world["district_officer"], backend=BACKEND)
    assert client.post(address, {"credit_list": "neither"}).status_code == 422
    answer = client.post(address, {"credit_list": "abnormal"})

    listing = CreditListing.objects.get()
    assert answer.status_code == 302
    page = client.get(answer["Location"]).text
    assert "没有按时报送年度工作报告" in page
    assert "被司法机关列为失信被执行人" not in page
    assert listing.owner == world["district_officer"]
    assert client.post(address, {"credit_list": "abnormal"})["Location"] == answer["Location"]
    assert CreditListing.objects.count() == 1
