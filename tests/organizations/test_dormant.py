"""Dormant organizations: found by rule, heard, looked at, and decided on by people; never ended by the machine."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.organizations.test_activities import SUMMARY, held
from tests.personas import World

from linli.core import clock
from linli.core.audit.marks import sound_rows
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed
from linli.core.parameters.models import ParameterValue
from linli.core.workflow.duties import run_clock
from linli.core.workflow.engine import perform
from linli.organizations.actions import activities, dormant, rating
from linli.organizations.choices import dormant as choices
from linli.organizations.models import Activity, Dormancy, Organization
from linli.organizations.queries.dormant import dormancies_visible_to


@pytest.fixture
def old(filed: Organization) -> Organization:
    """Filed seven months ago."""
    Organization.objects.filter(pk=filed.pk).update(filed_on=clock.today() - dt.timedelta(days=214))
    filed.refresh_from_db()
    return filed


@pytest.fixture
def noticed(old: Organization) -> Dormancy:
    rating.rate_all()
    assert dormant.notice_dormant() == 1
    return Dormancy.objects.get()


def status(organization: Organization) -> str:
    return Organization.objects.get(pk=organization.pk).activity_status


def verified(world: World, organization: Organization, days: int) -> Activity:
    head = world["founder"]
    activity = activities.summarise_activity(held(organization, head, days), actor=head, **SUMMARY)
    return activities.confirm_activity(activity, actor=world["community_worker"])


@pytest.mark.parametrize(
    ("filed_days", "activities_at", "then"),
    [
        (100, [], "unknown"),
        (214, [], "dormant"),
        (214, [-30], "low"),
        (214, [-30, -60], "active"),
        (900, [-400, -500], "dormant"),
        (900, [-400, -300], "low"),
    ],
)
def test_the_rule(world: World, filed: Organization, filed_days: int, activities_at: list[int], then: str) -> None:
    Organization.objects.filter(pk=filed.pk).update(filed_on=clock.today() - dt.timedelta(days=filed_days))
    filed.refresh_from_db()
    for days in activities_at:
        verified(world, filed, days)
    rating.rate_all()
    assert status(filed) == then
    assert sound_rows(Organization, [filed.pk]) == {filed.pk}


def test_what_nobody_verified_does_not_count(world: World, old: Organization) -> None:
    activities.summarise_activity(held(old, world["founder"], -10), actor=world["founder"], **SUMMARY)
    rating.rate_all()
    assert status(old) == "dormant"


def test_a_verified_activity_counts_at_once(world: World, old: Organization) -> None:
    rating.rate_all()
    assert status(old) == "dormant"
    verified(world, old, -3)
    assert status(old) == "low"


def test_a_second_run_changes_nothing(old: Organization) -> None:
    assert (rating.rate_all(), rating.rate_all()) == (1, 0)
    assert (dormant.notice_dormant(), dormant.notice_dormant()) == (1, 0)
    assert Event.objects.filter(name="organizations.rated").count() == 1


def test_a_district_sets_its_own_rule(world: World, old: Organization) -> None:
    ParameterValue.objects.create(
        key="org.zombie.filed_months", scope=world.district.path, value=12, valid_from="2020-01-01",
        set_by=world["sysadmin"],
    )  # fmt: skip
    rating.rate_all()
    assert status(old) == "unknown"


def test_notice_and_sixty_days(world: World, noticed: Dormancy) -> None:
    assert (noticed.state, noticed.number[:3]) == ("answering", "XM-")
    assert noticed.answer_by == clock.today() + dt.timedelta(days=60)
    with clock.at(clock.now() + dt.timedelta(days=60)):
        run_clock()
    noticed.refresh_from_db()
    assert noticed.state == "answering"
    with clock.at(clock.now() + dt.timedelta(days=61)):
        run_clock()
    noticed.refresh_from_db()
    assert (noticed.state, status(noticed.organization)) == ("checking", "dormant")


def test_the_machine_ends_nothing(world: World, noticed: Dormancy) -> None:
    """However long nobody does anything, the filing stands."""
    for days in (61, 200, 400):
        with clock.at(clock.now() + dt.timedelta(days=days)):
            run_clock()
            rating.rate_all()
            dormant.notice_dormant()
    noticed.organization.refresh_from_db()
    assert noticed.organization.legal_status == "filed"
    for step in (choices.WAKE, choices.PROPOSE_END, choices.MERGE, choices.END):
        for state in step.sources:
            Dormancy.objects.filter(pk=noticed.pk).update(state=state)
            with pytest.raises(NotAllowed):
                perform(step, noticed, actor=world["founder"].system())
    with pytest.raises(IntegrityError), transaction.atomic():
        Dormancy.objects.filter(pk=noticed.pk).update(state="ended")


def closing(world: World, matter: Dormancy, **values: Any) -> Dormancy:
    matter = dormant.answer_dormancy(matter, reason="人都上班了。", actor=world["founder"])
    matter = dormant.check_dormancy(matter, reason="负责人已搬走。", actor=world["community_worker"])
    matter = dormant.propose_dormant_end(
        matter, reason="一年没有活动。", actor=world["street_officer"], **{"ending": "cancel", **values}
    )
    return dormant.reply_dormancy(matter, reason="没有意见。", actor=world["founder"])


def test_cancelled_by_a_person_after_a_hearing(world: World, noticed: Dormancy) -> None:
    matter = closing(world, noticed)
    with pytest.raises(BadInput, match="注销备案"):
        dormant.merge_dormant(matter, reason="x", actor=world["street_officer"])
    matter = dormant.end_dormant(matter, reason="同意注销。", actor=world["street_officer"])
    matter.organization.refresh_from_db()
    assert (matter.state, matter.decided_by) == ("ended", world["street_officer"])
    assert matter.organization.legal_status == "filing_cancelled"


def test_merged_into_another_of_the_street(world: World, noticed: Dormancy) -> None:
    def make(number: str, area: Any) -> Organization:
        return Organization.objects.create(
            name=f"组织{number}", area=area, number=number, filed_on=clock.today(), activity_status="active"
        )

    near, far = make("BA-2", world.neighbour_community), make("BA-3", world.far_community)
    own = noticed.organization.number
    matter = dormant.answer_dormancy(noticed, reason="想并到别家。", actor=world["founder"])
    matter = dormant.check_dormancy(matter, reason="属实。", actor=world["community_worker"])
    for number in (far.number, own, "BA-404"):
        with pytest.raises(BadInput, match="本街道另一家"):
            dormant.propose_dormant_end(
                matter, ending="merge", into=number, reason="并入。", actor=world["street_officer"]
            )
    matter = dormant.propose_dormant_end(
        matter, ending="merge", into=near.number, reason="并入。", actor=world["street_officer"]
    )
    matter = dormant.reply_dormancy(matter, reason="同意。", actor=world["founder"])
    matter = dormant.merge_dormant(matter, reason="两家都同意。", actor=world["street_officer"])
    matter.organization.refresh_from_db()
    assert (matter.state, matter.merged_into, matter.organization.legal_status) == (
        "merged",
        near,
        "filing_cancelled",
    )


def test_a_registered_one_is_not_the_streets_to_end(world: World, noticed: Dormancy) -> None:
    Organization.objects.filter(pk=noticed.organization_id).update(legal_status="registered")
    matter = dormant.answer_dormancy(noticed, reason="忙。", actor=world["founder"])
    matter = dormant.check_dormancy(matter, reason="属实。", actor=world["community_worker"])
    with pytest.raises(BadInput, match="登记管理机关"):
        dormant.propose_dormant_end(matter, ending="cancel", reason="x", actor=world["street_officer"])


def test_woken_ones_are_left_alone_for_a_while(world: World, noticed: Dormancy) -> None:
    matter = dormant.answer_dormancy(noticed, reason="下月恢复。", actor=world["founder"])
    dormant.wake_dormant(matter, reason="书记牵头，下月办一场。", actor=world["community_worker"])
    assert dormant.notice_dormant() == 0
    with clock.at(clock.now() + dt.timedelta(days=200)):
        assert dormant.notice_dormant() == 1


def test_list_and_rule_agree(world: World, noticed: Dormancy) -> None:
    for name in world.people:
        user = world[name]
        assert user.has_perm("organizations.view_dormancy", noticed) is (noticed in dormancies_visible_to(user)), name
