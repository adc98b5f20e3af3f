"""Working on it: signing, answering, asking others, and what the resident says of it."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from linli.actors.models import Body
from linli.core import clock
from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.errors import BadInput, NotAllowed
from linli.core.notices import notify_many
from linli.core.workdays import add_workdays
from linli.core.workflow.engine import performs
from linli.voice.actions.intake import close_merged, open_help, tell_others, until
from linli.voice.choices import report as choices
from linli.voice.choices.report import CONTENT, TRIES, ReportState
from linli.voice.models import HelpAsked, Report
from linli.voice.queries.matters import bodies_for
from linli.voice.rules import ANSWERING


@performs(choices.SIGN)
def sign_report(report: Report, *, actor: User) -> None:
    """It is ours."""
    report.respond_by = until(report, choices.RESPOND_DAYS)


@performs(choices.DISPUTE)
def dispute_report(report: Report, *, actor: User, reason: str) -> None:
    """It is not ours: whoever dispatched decides."""


@performs(choices.RESPOND)
def respond_report(report: Report, *, actor: User, reason: str) -> None:
    """The first word to the resident （响应）."""
    report.responded_at = clock.now()


@performs(choices.PROGRESS)
def note_report(report: Report, *, actor: User, reason: str) -> None:
    """How far it is."""
    tell_others(report, "有新进展")


@performs(choices.ASK_HELP)
def ask_help_report(report: Report, *, actor: User, body: Body, reason: str) -> None:
    """Ask another body for something; the handler stays responsible."""
    _may_be_asked(report, body, choices.ASK_HELP.name, "body")
    asked = HelpAsked(report=report, body=body, wanted=reason)
    try:
        asked.validate_constraints()
    except ValidationError as error:
        text = " ".join(error.messages)
        raise BadInput(choices.ASK_HELP.name, text, fields={"body": text}) from error
    asked.save()
    _tell_body(report, body, "请你们协助")


@performs(choices.HELP)
def help_report(report: Report, *, actor: User, reason: str) -> None:
    """What the body that was asked has done."""
    asked = open_help(report, {grant.body_id for grant in grants_of(actor) if grant.role in ANSWERING})
    if asked is None:
        raise NotAllowed(choices.HELP.name, "没有请你们协助，或者已经答复了。")
    asked.answer, asked.answered_at = reason, clock.now()
    asked.save()


@performs(choices.TRANSFER)
def transfer_report(report: Report, *, actor: User, body: Body, reason: str) -> None:
    """Ask another body to take it over; until it does, the handler stays responsible （首接负责）."""
    _may_be_asked(report, body, choices.TRANSFER.name, "body")
    report.asked = body
    report.sign_by = until(report, choices.SIGN_DAYS)


@performs(choices.TAKE_OVER)
def take_over_report(report: Report, *, actor: User, reason: str = "") -> None:
    """It is ours now; who had it first is remembered."""
    report.handler, report.asked = report.asked, None


@performs(choices.DECLINE)
def decline_report(report: Report, *, actor: User, reason: str) -> None:
    """It stays with who asked."""
    report.asked = None


def _may_be_asked(report: Report, body: Body, step: str, field: str) -> None:
    there = bodies_for(report.scope, but=report.about_id).exclude(pk=report.handler_id or 0)
    if not there.filter(pk=body.pk).exists():
        text = "这个单位管不到这里，或者就是你们自己、被反映的单位，请另选。"
        raise BadInput(step, text, fields={field: text})


def _tell_body(report: Report, body: Body, words: str) -> None:
    """Tell whoever answers in a body that something is asked of it."""
    people = User.objects.filter(posts__body=body, posts__role__in=ANSWERING, posts__valid_to__isnull=True)
    notify_many(
        people.values("pk"), kind="duty.report", title=f"{report.title}：{words}", url=report.get_absolute_url()
    )


@performs(choices.REPLY)
def reply_report(report: Report, *, actor: User, reason: str) -> None:
    """What was done about it."""
    report.answer, report.replied_at = reason, clock.now()
    report.tries = 0
    tell_others(report, "已答复")


# --- what the resident says -----------------------------------------------------------------------------------------


@performs(choices.CALL_BACK)
def call_back_report(report: Report, *, actor: User, solved: bool, satisfied: int, reason: str = "") -> None:
    """Contacted; solved or not; how content. Unsolved and not content: it goes back once （rulebook §6.4）."""
    report.reached, report.solved, report.satisfied = True, solved, satisfied
    if not solved and satisfied < CONTENT and report.reopened_at is None:
        _reopen(report)
        return
    _close(report)


@performs(choices.NOT_REACHED)
def not_reached_report(report: Report, *, actor: User) -> None:
    """Nobody answered; three times are enough."""
    if report.tries >= TRIES:
        raise BadInput(choices.NOT_REACHED.name, f"已经试过 {TRIES} 次，可以办结了。")
    report.tries += 1


@performs(choices.CLOSE_UNREACHED)
def close_unreached_report(report: Report, *, actor: User) -> None:
    """Closed without an answer: counted, and left out of how many were content."""
    report.reached = False
    _close(report)


@performs(choices.CONFIRM)
def confirm_report(report: Report, *, actor: User, solved: bool, satisfied: int, reason: str = "") -> None:
    """The resident answers without being called."""
    report.reached, report.solved, report.satisfied = True, solved, satisfied
    _close(report)


@performs(choices.RATE)
def rate_report(report: Report, *, actor: User, solved: bool, satisfied: int, reason: str = "") -> None:
    """The resident says how it was, after it was closed; this counts in the place of what was said on the phone."""
    report.reached, report.solved, report.satisfied = True, solved, satisfied


@performs(choices.REOPEN)
def reopen_report(report: Report, *, actor: User, reason: str) -> None:
    """Not solved: back to who answered, once."""
    report.solved = False
    _reopen(report)


@performs(choices.FILE_AWAY)
def file_away_report(report: Report, *, actor: User) -> None:
    """The time for rating it has run."""


def _reopen(report: Report) -> None:
    report.state = ReportState.REOPENED
    report.reopened_at = clock.now()
    report.replied_at = report.closed_at = None
    report.due_on = add_workdays(clock.today(), report.days)


def _close(report: Report) -> None:
    report.closed_at = clock.now()
    tell_others(report, "已办结")
    close_merged(report)
