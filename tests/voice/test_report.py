"""The loop of a report: said, taken up, sent out, answered, asked back; and what happens when it goes wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from tests.personas import World, post
from tests.voice.voices import SAID, body_of, said

from linli.core import clock
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.notices.models import Notice
from linli.core.workdays import add_workdays
from linli.core.workflow.duties import extend_duty, run_clock
from linli.core.workflow.models import CaseVersion, Task
from linli.core.workflow.queries import open_task
from linli.voice.actions import answers, drafts, intake
from linli.voice.actions.following import join_report
from linli.voice.models import Contact, Matter, Report


def owed(report: Report) -> tuple[str, Any]:
    task = open_task(report)
    assert task is not None
    return task.role, task.due_on


def told(world: World, name: str) -> list[str]:
    return list(Notice.objects.filter(recipient=world[name]).order_by("pk").values_list("title", flat=True))


def test_from_said_to_rated(world: World, sent: Report, light: Matter) -> None:
    officer, worker = world["street_officer"], world["community_worker"]
    assert (sent.state, sent.number[:3], sent.urgency, sent.scope) == (
        "submitted", "MS-", "simple", world.community.path,
    )  # fmt: skip
    assert owed(sent) == ("street_officer", add_workdays(clock.today(), 1))
    report = intake.accept_report(sent, actor=officer, matter=light, urgency="simple", open_to_all=True)
    report = intake.dispatch_report(report, actor=officer, handler=body_of(world, "community"))
    assert report.due_on == add_workdays(clock.today(), 3)
    assert owed(report) == ("community_worker", add_workdays(clock.today(), 1))
    report = answers.sign_report(report, actor=worker)
    report = answers.respond_report(report, actor=worker, reason="明天来换。")
    assert owed(report) == ("community_worker", report.due_on)
    report = answers.note_report(report, actor=worker, reason="电工已联系好。")
    report = answers.reply_report(report, actor=worker, reason="换好了。")
    assert owed(report) == ("street_officer", add_workdays(clock.today(), 3))
    report = answers.call_back_report(report, actor=officer, solved=True, satisfied=4)
    assert (report.state, report.reached, report.solved, report.satisfied) == ("closed", True, True, 4)
    report = answers.rate_report(report, actor=world["resident"], solved=True, satisfied=5)
    assert (report.state, report.satisfied, report.is_open) == ("rated", 5, False)
    assert len(told(world, "resident")) == 7


@pytest.mark.parametrize(("urgency", "days"), [("urgent", 1), ("simple", 3), ("normal", 5), ("complex", 15)])
def test_days_by_urgency_begin_on_the_next_working_day(
    world: World, sent: Report, light: Matter, urgency: str, days: int
) -> None:
    officer = world["street_officer"]
    report = intake.accept_report(sent, actor=officer, matter=light, urgency=urgency, open_to_all=True)
    report = intake.dispatch_report(report, actor=officer, handler=body_of(world, "community"))
    assert report.due_on == add_workdays(clock.today(), days)
    assert report.sign_by is not None
    assert report.sign_by <= report.due_on


def test_what_is_lacking_is_said(world: World, light: Matter) -> None:
    resident = world["resident"]
    report = drafts.begin_report(actor=resident)
    assert drafts.begin_report(actor=resident) == report
    assert drafts.missing(report) == ["选是什么事", "说说情况", "选在哪里"]
    with pytest.raises(BadInput, match="还差 3 项"):
        drafts.submit_report(report, actor=resident)
    report = drafts.save_report(report, actor=resident, revision=None, matter=light, words="灯", area=world.street)
    assert drafts.missing(report) == ["多说几个字，让人看得懂", "选到社区或楼栋"]


def test_numbers_of_persons_are_masked_before_they_are_kept(world: World, light: Matter) -> None:
    report = said(world, light, words="王五 13812342046 身份证 440511199003070017 半夜吵。", place="打 138 1234 2046")
    assert (report.words, report.place, report.masked) == (
        "王五 138****2046 身份证 4405**********0017 半夜吵。", "打 138****2046", True,
    )  # fmt: skip
    assert "13812342046" not in str(list(CaseVersion.objects.values_list("content", flat=True)))


@pytest.mark.parametrize("elsewhere", ["110", "court", "petition"])
def test_what_belongs_elsewhere_leaves_nothing_here(world: World, light: Matter, elsewhere: str) -> None:
    report = said(world, light, contact_phone="13800002046", contact_name="陈女士")
    join_report(report, actor=world["stranger"])
    report = intake.redirect_report(report, actor=world["street_officer"], elsewhere=elsewhere)
    assert (report.state, report.words, report.place, report.about) == ("redirected", "", "", None)
    assert list(CaseVersion.objects.filter(case_id=report.pk)) == []
    assert Contact.objects.count() == 0
    kept = Task.objects.filter(case_id=report.pk, process="report").values_list("title", "summary")
    assert not any("楼道" in text or "3 号楼" in text for row in kept for text in row)
    assert not any("楼道" in title for title in told(world, "resident"))
    assert report.get_elsewhere_display() in str(report.get_elsewhere_display())


def test_rejected_with_the_reason(world: World, sent: Report) -> None:
    report = intake.reject_report(sent, actor=world["street_officer"], reason="同一件事上月已办结。")
    assert (report.state, report.is_open) == ("rejected", False)
    assert Notice.objects.get(recipient=world["resident"]).body == "同一件事上月已办结。"


def test_a_dispute_is_decided_once_and_time_runs_on(world: World, dispatched: Report) -> None:
    worker, officer, due = world["community_worker"], world["street_officer"], dispatched.due_on
    report = answers.dispute_report(dispatched, actor=worker, reason="路灯归街道管。")
    assert owed(report)[0] == "street_officer"
    with pytest.raises(NotAllowed):
        intake.uphold_report(report, actor=worker, reason="x")
    again = intake.reassign_report(report, actor=officer, handler=body_of(world, "street"))
    assert (again.state, again.due_on, owed(again)[0]) == ("dispatched", due, "street_officer")
    with pytest.raises(NotAllowed):
        answers.dispute_report(again, actor=officer, reason="不归我们。")


def test_a_dispute_that_is_wrong_stays_where_it_was(world: World, dispatched: Report) -> None:
    report = answers.dispute_report(dispatched, actor=world["community_worker"], reason="不归我们。")
    report = intake.uphold_report(report, actor=world["street_officer"], reason="清单写明归社区。")
    assert (report.state, owed(report)[0]) == ("signed", "community_worker")


def test_the_first_receiver_stays_responsible_until_another_takes_over(world: World, working: Report) -> None:
    worker, officer, due = world["community_worker"], world["street_officer"], working.due_on
    street = body_of(world, "street")
    report = answers.transfer_report(working, actor=worker, body=street, reason="要动道路。")
    assert (report.handler, owed(report)[0]) == (body_of(world, "community"), "street_officer")
    back = answers.decline_report(report, actor=officer, reason="不动道路，社区能换。")
    assert (back.state, back.handler, back.asked) == ("in_progress", body_of(world, "community"), None)
    report = answers.transfer_report(back, actor=worker, body=street, reason="线路在道路下面。")
    report = answers.take_over_report(report, actor=officer)
    assert (report.handler, report.first_handler, report.due_on) == (street, body_of(world, "community"), due)
    assert report.caller_role == "district_officer"


def test_another_body_helps_and_the_handler_stays(world: World, working: Report) -> None:
    worker, officer = world["community_worker"], world["street_officer"]
    report = answers.ask_help_report(working, actor=worker, body=body_of(world, "street"), reason="请派登高车。")
    with pytest.raises(BadInput, match="还没有答复"):
        answers.ask_help_report(report, actor=worker, body=body_of(world, "street"), reason="请派登高车。")
    assert told(world, "street_officer")[-1] == "金苑社区路灯井盖：请你们协助"
    with pytest.raises(NotAllowed):
        answers.help_report(Report.objects.get(pk=report.pk), actor=worker, reason="x")
    report = answers.help_report(Report.objects.get(pk=report.pk), actor=officer, reason="车已到。")
    assert (report.state, report.handler, report.helps.get().answer) == (
        "in_progress", body_of(world, "community"), "车已到。",
    )  # fmt: skip


def test_one_extension_that_the_resident_is_told(world: World, working: Report) -> None:
    worker, before = world["community_worker"], working.due_on
    assert before is not None
    task = open_task(working)
    assert task is not None
    with pytest.raises(NotAllowed):
        extend_duty(task, reason="要等灯具。", actor=world["neighbour_worker"])
    extend_duty(task, reason="要等灯具。", actor=worker)
    report = Report.objects.get(pk=working.pk)
    assert report.due_on == add_workdays(before, 5)
    assert told(world, "resident")[-1] == "金苑社区路灯井盖：办理时限延长 5 个工作日"
    report = answers.transfer_report(report, actor=worker, body=body_of(world, "street"), reason="要动道路。")
    report = answers.decline_report(report, actor=world["street_officer"], reason="社区能换。")
    task = open_task(report)
    assert task is not None
    assert task.due_on == report.due_on
    with pytest.raises(WrongState, match="只能延长一次"):
        extend_duty(task, reason="再等。", actor=worker)


def test_three_tries_and_it_is_closed_without_counting_as_content(world: World, replied: Report) -> None:
    officer, report = world["street_officer"], replied
    with pytest.raises(NotAllowed):
        answers.close_unreached_report(report, actor=officer)
    for _ in range(3):
        report = answers.not_reached_report(report, actor=officer)
    with pytest.raises(BadInput, match="已经试过 3 次"):
        answers.not_reached_report(report, actor=officer)
    report = answers.close_unreached_report(report, actor=officer)
    assert (report.state, report.reached, report.satisfied, report.tries) == ("closed", False, None, 3)


def test_unsolved_and_not_content_goes_back_once(world: World, replied: Report) -> None:
    officer, worker = world["street_officer"], world["community_worker"]
    report = answers.call_back_report(replied, actor=officer, solved=False, satisfied=2)
    assert (report.state, report.replied_at, owed(report)[0]) == ("reopened", None, "community_worker")
    report = answers.reply_report(report, actor=worker, reason="换了新的灯座。")
    report = answers.call_back_report(report, actor=officer, solved=False, satisfied=1)
    assert report.state == "closed"
    with pytest.raises(NotAllowed):
        answers.reopen_report(report, actor=world["resident"], reason="还是不亮。")


def test_the_resident_reopens_or_confirms_without_being_called(world: World, replied: Report) -> None:
    resident = world["resident"]
    report = answers.reopen_report(replied, actor=resident, reason="二楼还是不亮。")
    assert report.state == "reopened"
    report = answers.reply_report(report, actor=world["community_worker"], reason="二楼也换好了。")
    report = answers.confirm_report(report, actor=resident, solved=True, satisfied=5)
    assert (report.state, report.closed_at is not None) == ("rated", True)


def test_what_is_not_rated_is_filed_away_by_the_clock(world: World, closed: Report) -> None:
    with clock.at(clock.now() + dt.timedelta(days=30)):
        run_clock()
    closed.refresh_from_db()
    assert (closed.state, closed.is_open) == ("archived", False)


def test_late_ones_climb_to_the_street_by_themselves(world: World, dispatched: Report) -> None:
    with clock.at(clock.now() + dt.timedelta(days=14)):
        run_clock()
    watched = Task.objects.get(case_id=dispatched.pk, process="report", kind="watch", closed_at=None)
    assert (watched.role, watched.scope) == ("street_head", world.community.path)


def test_merged_ones_are_told_and_taken_apart_without_losing_anybody(
    world: World, light: Matter, sent: Report
) -> None:
    officer = world["street_officer"]
    other = said(world, light, by="founder", words="三号楼道灯不亮，请来修。")
    join_report(other, actor=world["stranger"])
    merged = intake.merge_report(other, actor=officer, into=sent.number)
    assert (merged.state, merged.merged_into) == ("merged", sent)
    with pytest.raises(BadInput, match="没有这个编号"):
        intake.merge_report(sent, actor=officer, into="MS-0")
    third = said(world, light, by="volunteer")
    with pytest.raises(BadInput, match="已经有别的件"):
        intake.merge_report(sent, actor=officer, into=third.number)
    split = intake.split_report(merged, actor=officer)
    assert (split.state, split.merged_into, [f.user for f in split.follows.all()]) == (
        "submitted", None, [world["stranger"]],
    )  # fmt: skip


def test_those_merged_end_with_the_one_that_is_worked_on(world: World, light: Matter, working: Report) -> None:
    other = said(world, light, by="founder")
    join_report(other, actor=world["stranger"])
    intake.merge_report(other, actor=world["street_officer"], into=working.number)
    report = answers.reply_report(working, actor=world["community_worker"], reason="换好了。")
    answers.call_back_report(report, actor=world["street_officer"], solved=True, satisfied=5)
    other.refresh_from_db()
    assert (other.state, other.closed_at is not None) == ("archived", True)
    assert told(world, "stranger")[-2:] == ["金苑社区路灯井盖：已答复", "金苑社区路灯井盖：已办结"]
    assert "金苑社区路灯井盖：已答复" in told(world, "founder")


def test_nobody_answers_about_itself(world: World, light: Matter) -> None:
    officer, community = world["street_officer"], body_of(world, "community")
    report = said(world, light, about=community)
    report = intake.accept_report(report, actor=officer, matter=light, urgency="simple", open_to_all=True)
    with pytest.raises(BadInput, match="被反映的单位"):
        intake.dispatch_report(report, actor=officer, handler=community)


def test_what_is_about_the_street_goes_to_the_district(world: World, light: Matter) -> None:
    report = said(world, light, about=body_of(world, "street"))
    assert owed(report)[0] == "district_officer"
    with pytest.raises(NotAllowed):
        intake.accept_report(report, actor=world["street_officer"], matter=light, urgency="simple", open_to_all=True)


def test_a_worker_enters_what_came_by_telephone(world: World, light: Matter) -> None:
    worker = world["community_worker"]
    with pytest.raises(NotAllowed):
        drafts.begin_report(actor=world["resident"], on_behalf=True)
    report = drafts.begin_report(actor=worker, on_behalf=True)
    values = {"matter": light, "words": SAID, "area": world.community, "channel": "hotline"}
    report = drafts.save_report(report, actor=worker, revision=None, **values)
    assert drafts.missing(report) == ["写下诉求人的电话，好回访"]
    report = drafts.save_report(report, actor=worker, revision=None, contact_phone="13800002046", contact_name="陈")
    report = drafts.submit_report(report, actor=worker)
    assert (report.state, report.owner, report.entered_by) == ("submitted", None, worker)


def test_an_own_report_is_decided_by_others_and_nobody_learns_why(world: World, light: Matter) -> None:
    post(world["resident"], "street_officer", world.street, body_of(world, "street"))
    report = said(world, light)
    assert owed(report)[0] == "street_officer"  # as any other: no stand-in tells that its author holds the post
    with pytest.raises(NotAllowed):
        intake.reject_report(report, actor=world["resident"], reason="x")


@pytest.mark.parametrize("name", ["stranger", "founder", "neighbour_worker", "other_street_officer", "auditor"])
def test_steps_are_for_those_whose_turn_it_is(world: World, sent: Report, light: Matter, name: str) -> None:
    with pytest.raises(NotAllowed):
        intake.accept_report(sent, actor=world[name], matter=light, urgency="simple", open_to_all=True)
