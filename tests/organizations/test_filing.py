"""The main job: an organization is filed, from a draft to a number on the register."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from tests.personas import World, complete

from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.notices.models import Notice
from linli.core.workdays.actions import load_published
from linli.core.workflow.duties import run_clock
from linli.core.workflow.models import Task
from linli.core.workflow.queries import differences, tasks_of, versions
from linli.organizations.actions import filings
from linli.organizations.models import Filing, Organization


def test_an_organization_is_filed_from_draft_to_number(world: World, draft: Filing) -> None:
    filing = filings.submit_filing(draft, actor=world["founder"])
    assert filing.number == f"SQ-440511004-{dt.date.today().year}-00001"
    assert [task.state for task in tasks_of(world["community_worker"])] == ["opinion"]

    filing = filings.support_filing(filing, actor=world["community_worker"], reason="场地可错时使用。")
    assert not tasks_of(world["community_worker"])
    assert [task.state for task in tasks_of(world["street_officer"])] == ["review"]

    filing = filings.agree_filing(filing, actor=world["street_officer"])
    assert filing.publicity_from is not None
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=30), tick=False):
        assert run_clock()["expired"] == 1

    organization = Organization.objects.get()
    assert (
        organization.number == f"BA-440511004-{dt.date.today().year + (0 if dt.date.today().month < 12 else 1)}-00001"
    )
    assert (organization.name, organization.leader_phone) == ("凤亭下书画社", "13800002046")
    assert [event.name for event in Event.objects.filter(subject_id=filing.pk, name__contains="filing")] == [
        "organizations.submit_filing",
        "organizations.support_filing",
        "organizations.agree_filing",
        "organizations.issue_filing",
    ]
    assert Notice.objects.filter(recipient=world["founder"]).count() == 3
    assert not Task.objects.filter(closed_at__isnull=True).exists()


def test_a_returned_application_shows_what_changed(world: World, submitted: Filing) -> None:
    filing = filings.return_filing_to_mend(submitted, actor=world["community_worker"], reason="宗旨写得太短。")
    filing = filings.save_draft(filing, actor=world["founder"], revision=None, purpose="每周六教老人写春联")
    filing = filings.resubmit_filing(filing, actor=world["founder"])

    first, second = versions(filing)
    assert [(d.label, d.after) for d in differences(first.content, second.content)] == [
        ("宗旨和活动内容", "每周六教老人写春联")
    ]
    assert filing.number == submitted.number


def test_an_incomplete_application_says_everything_that_is_missing(world: World) -> None:
    filing = filings.begin_filing(actor=world["founder"])

    with pytest.raises(BadInput) as refusal:
        filings.submit_filing(filing, actor=world["founder"])

    assert "填写组织名称" in refusal.value.message
    assert "上传章程" in refusal.value.message
    filing.refresh_from_db()
    assert (filing.state, filing.number) == ("draft", "")


def test_the_second_of_two_officers_is_told_who_was_first(world: World, reviewing: Filing) -> None:
    filings.agree_filing(reviewing, actor=world["street_officer"])

    with pytest.raises(WrongState) as refusal:
        filings.refuse_filing(reviewing, actor=world["street_head"], reason="不符合")

    assert "street_officer 已在" in refusal.value.message
    assert "你填的内容没有提交" in refusal.value.message


def test_nobody_decides_on_an_own_application(world: World) -> None:
    officer = world["street_officer"]
    filing = complete(filings.begin_filing(actor=officer), officer, world.community)
    filing = filings.submit_filing(filing, actor=officer)
    filing = filings.support_filing(filing, actor=world["community_worker"])

    with pytest.raises(NotAllowed):
        filings.agree_filing(filing, actor=officer)


def test_a_worker_enters_for_a_resident_and_both_are_recorded(world: World) -> None:
    worker = world["community_worker"]
    filing = filings.begin_filing(actor=worker, on_behalf=True)
    complete(filing, worker, world.community)
    filing = filings.submit_filing(filing, actor=worker)

    event = Event.objects.get(name="organizations.submit_filing")
    assert (event.actor, event.detail["behalf"], filing.entered_by) == (worker, True, worker)
    with pytest.raises(NotAllowed):  # who entered it does not judge it
        filings.support_filing(filing, actor=worker)
    assert filings.support_filing(filing, actor=world["community_head"]).state == "review"


def test_the_same_draft_on_two_phones_loses_nothing(world: World, draft: Filing) -> None:
    stale = draft.revision
    filings.save_draft(draft, actor=world["founder"], revision=stale, address="新址")

    with pytest.raises(WrongState) as refusal:
        filings.save_draft(draft, actor=world["founder"], revision=stale, address="另一个新址")

    assert refusal.value.code == "draft.revision"
    draft.refresh_from_db()
    assert draft.address == "新址"


def test_the_same_name_twice_in_a_community_is_refused_with_a_way_on(world: World, filed: Organization) -> None:
    founder = world["founder"]
    second = complete(filings.begin_filing(actor=founder), founder, world.community)

    with pytest.raises(BadInput) as refusal:
        filings.submit_filing(second, actor=founder)

    assert "本社区已有“凤亭下书画社”，请换一个名称" in refusal.value.message


def test_an_objection_brings_it_back_to_the_street(world: World, on_notice: Filing) -> None:
    filing = filings.object_to_filing(on_notice, actor=world["street_officer"], reason="场所同意书不是产权人签的。")

    assert filing.state == "review"
    assert tasks_of(world["street_officer"]).get().state == "review"


def test_a_case_keeps_the_parameters_it_began_under(world: World, submitted: Filing) -> None:
    from linli.core.parameters.actions import set_parameter

    set_parameter(
        "filing.days",
        3,
        scope=world.district.path,
        valid_from=dt.date(2020, 1, 1),
        reason="局务会",
        actor=world["district_head"],
    )
    filings.support_filing(submitted, actor=world["community_worker"])
    fresh = complete(filings.begin_filing(actor=world["founder"]), world["founder"], world.community, "春风画社")
    fresh = filings.submit_filing(fresh, actor=world["founder"])
    filings.support_filing(fresh, actor=world["community_worker"])

    days = dict(Task.objects.filter(state="review").values_list("title", "days"))
    assert days == {"凤亭下书画社申请备案": 10, "春风画社申请备案": 3}


def test_a_deadline_across_the_holidays_warns_and_climbs(world: World) -> None:
    """Five working days from 24 September 2026 end on 9 October (rulebook App. C); the community has 5."""
    load_published()
    with time_machine.travel("2026-09-24T09:00+08:00", tick=False) as clock:
        founder = world["founder"]
        filing = complete(filings.begin_filing(actor=founder), founder, world.community)
        filing = filings.submit_filing(filing, actor=founder)
        task = Task.objects.get(state="opinion")
        assert task.due_on == dt.date(2026, 10, 9)

        clock.move_to("2026-09-29T09:00+08:00")
        assert run_clock() == {"warned": 0, "raised": 0, "expired": 0}
        clock.move_to("2026-09-30T09:00+08:00")  # the third of five
        assert run_clock() == {"warned": 1, "raised": 0, "expired": 0}
        assert run_clock() == {"warned": 0, "raised": 0, "expired": 0}
        clock.move_to("2026-10-08T09:00+08:00")  # the fourth: 80 %
        assert run_clock() == {"warned": 1, "raised": 0, "expired": 0}
        clock.move_to("2026-10-10T09:00+08:00")
        assert run_clock() == {"warned": 0, "raised": 1, "expired": 0}
        assert [(row.kind, row.state) for row in tasks_of(world["street_officer"])] == [("watch", "opinion")]

        filings.support_filing(filing, actor=world["community_worker"])
        assert [(row.kind, row.state) for row in tasks_of(world["street_officer"])] == [("act", "review")]


def test_the_street_extends_once_with_a_reason_the_founder_reads(world: World, reviewing: Filing) -> None:
    from linli.core.workflow.duties import extend_duty

    task = Task.objects.get(state="review", closed_at__isnull=True)
    before = task.due_on
    task = extend_duty(task, reason="需实地核查场所", actor=world["street_officer"])

    assert before is not None
    assert task.due_on > before
    assert Notice.objects.filter(recipient=world["founder"], body="需实地核查场所").exists()
    with pytest.raises(WrongState):
        extend_duty(task, reason="再延", actor=world["street_officer"])


def test_the_system_alone_gives_the_number(world: World, on_notice: Filing) -> None:
    with pytest.raises(NotAllowed):
        filings.issue_filing(on_notice, actor=world["street_head"])

    assert filings.issue_filing(on_notice, actor=User.system()).state == "filed"


def test_an_extension_on_the_last_day_warns_of_nothing_that_has_passed(world: World) -> None:
    from linli.core.workflow.duties import extend_duty

    load_published()
    with time_machine.travel("2026-11-02T09:00+08:00", tick=False) as clock:
        founder = world["founder"]
        filing = complete(filings.begin_filing(actor=founder), founder, world.community)
        filing = filings.submit_filing(filing, actor=founder)
        filings.support_filing(filing, actor=world["community_worker"])
        clock.move_to("2026-11-16T09:00+08:00")
        run_clock()
        task = Task.objects.get(state="review", closed_at__isnull=True)
        assert task.due_on == dt.date(2026, 11, 16)

        task = extend_duty(task, reason="核查场所", actor=world["street_officer"])

        assert (task.due_on, task.near_on) == (dt.date(2026, 11, 23), dt.date(2026, 11, 18))
        assert run_clock() == {"warned": 0, "raised": 0, "expired": 0}


def test_what_a_worker_entered_is_owed_by_the_head(world: World) -> None:
    worker = world["community_worker"]
    filing = complete(filings.begin_filing(actor=worker, on_behalf=True), worker, world.community)
    filings.submit_filing(filing, actor=worker)

    assert not tasks_of(worker).filter(state="opinion").exists()
    assert tasks_of(world["community_head"]).get().state == "opinion"
