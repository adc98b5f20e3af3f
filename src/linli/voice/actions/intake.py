"""Taking it up or not, sending it elsewhere, merging, and sending it to whoever answers."""

from __future__ import annotations

import datetime as dt

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet

from linli.actors.models import Body
from linli.core import clock
from linli.core.access.models import User
from linli.core.errors import BadInput
from linli.core.files.actions import erase_attachments
from linli.core.files.models import Attachment
from linli.core.notices import notify, notify_many
from linli.core.parameters import values_of
from linli.core.workdays import add_workdays
from linli.core.workflow.engine import perform, performs
from linli.core.workflow.models import CaseVersion, Task
from linli.voice.choices import report as choices
from linli.voice.choices.report import LIVE, Elsewhere, ReportState
from linli.voice.models import Contact, Follow, HelpAsked, Matter, Report
from linli.voice.queries.matters import bodies_for
from linli.voice.queries.reports import followers_of


@performs(choices.ACCEPT)
def accept_report(report: Report, *, actor: User, matter: Matter, urgency: str, open_to_all: bool = False) -> None:
    """Take it up: as which kind, how urgent, and whether everybody may read it."""
    if not report.scope.startswith(matter.scope) or matter.ended:
        text = "这一类不在本区的目录里，请另选。"
        raise BadInput(choices.ACCEPT.name, text, fields={"matter": text})
    report.matter, report.urgency = matter, urgency
    # What its author wants kept from others stays so.
    report.open_to_all = report.open_to_all and open_to_all


@performs(choices.REJECT)
def reject_report(report: Report, *, actor: User, reason: str) -> None:
    """Not taken up, with the reason."""


@performs(choices.REDIRECT)
def redirect_report(report: Report, *, actor: User, elsewhere: str) -> None:
    """Tell where it belongs and keep nothing of what was said: no words, place, photos, numbers, versions."""
    report.elsewhere = Elsewhere(elsewhere)
    report.words = report.place = ""
    report.lng = report.lat = report.about = None
    report.datum, report.masked, report.open_to_all = "", False, False
    kind = ContentType.objects.get_for_model(Report)
    CaseVersion.objects.filter(case_type=kind, case_id=report.pk).delete()
    Task.objects.filter(case_type=kind, case_id=report.pk).update(summary="")
    # Those that were taken out and wait for a change of mind as well.
    erase_attachments(Attachment.objects.filter(subject_type=kind, subject_id=report.pk), actor=actor)
    Contact.objects.filter(report=report).delete()
    Follow.objects.filter(report=report).delete()
    report._state.fields_cache.pop("contact", None)


@performs(choices.MERGE)
def merge_report(report: Report, *, actor: User, into: str) -> None:
    """The same matter as another: that one is worked on, and everybody who waits for this one is told of it.

    Followers and authors stay with the report they came to, so that taking it apart again loses nobody.
    """
    other = Report.objects.select_for_update().filter(number=into.strip()).exclude(pk=report.pk).first()
    near = other is not None and other.community_id == report.community_id and other.state in LIVE
    if other is None or not near or (report.open_to_all and not other.open_to_all):
        text = "没有这个编号，或者那一件不在本社区、没有公开、已经办完。请核对。"
        raise BadInput(choices.MERGE.name, text, fields={"into": text})
    if Report.objects.filter(merged_into=report, state=ReportState.MERGED).exists():
        text = "已经有别的件并到这一件，请把那一件并过来。"
        raise BadInput(choices.MERGE.name, text, fields={"into": text})
    report.merged_into = other


@performs(choices.SPLIT)
def split_report(report: Report, *, actor: User, reason: str = "") -> None:
    """Not the same after all: on its own again, with everybody who waits for it."""
    report.merged_into = None


@performs(choices.END_MERGED)
def end_merged_report(report: Report, *, actor: User) -> None:
    """The one it was merged into is closed."""
    report.closed_at = clock.now()


def merged_with(report: Report) -> QuerySet[Report]:
    """What is worked on together with a report."""
    return Report.objects.filter(merged_into=report, state=ReportState.MERGED)


def close_merged(report: Report) -> None:
    """End what was merged into a report that is closed."""
    for other in merged_with(report).order_by("pk"):
        perform(choices.END_MERGED, other, actor=User.system())


def tell_others(report: Report, words: str) -> None:
    """Tell everybody who has the same matter; the author is told by the step itself."""
    people = followers_of(report)
    people = people.exclude(pk=report.owner_id) if report.owner_id else people
    title = f"{report.title}：{words}"
    notify_many(people.values("pk"), kind="case.report", title=title, url=report.public_url)
    for other in merged_with(report).filter(owner__isnull=False).select_related("owner"):
        assert other.owner is not None
        notify(other.owner, kind="case.report", title=title, url=other.get_absolute_url())


# --- who answers, and by when ---------------------------------------------------------------------------------------


@performs(choices.DISPATCH)
def dispatch_report(report: Report, *, actor: User, handler: Body, reason: str = "") -> None:
    """Send it out. The day until which it has to be settled is counted from now and moved by nothing but the one
    extension."""
    _give(report, handler, choices.DISPATCH.name)
    report.dispatched_at, report.first_handler = clock.now(), handler
    report.due_on = add_workdays(clock.today(), report.days)


def _give(report: Report, handler: Body, step: str) -> None:
    """To a body that may answer there; it has a day to sign, and another to be heard of, within the whole time."""
    if not bodies_for(report.scope, but=report.about_id).filter(pk=handler.pk).exists():
        text = "这个单位管不到这里，或者正是被反映的单位，请另选。"
        raise BadInput(step, text, fields={"handler": text})
    report.handler = handler
    report.sign_by = until(report, choices.SIGN_DAYS)


def until(report: Report, parameter: str) -> dt.date:
    """A short time from now, and never beyond the day until which the whole has to be settled."""
    held = report.parameters.get(parameter)
    days = int(held if held is not None else values_of([parameter], report.scope)[parameter])
    day = add_workdays(clock.today(), days)
    return min(day, report.due_on) if report.due_on is not None else day


@performs(choices.REASSIGN)
def reassign_report(report: Report, *, actor: User, handler: Body, reason: str = "") -> None:
    """The dispute is right: somebody else answers, within the same time."""
    _give(report, handler, choices.REASSIGN.name)
    report.first_handler = handler
    report.upheld = True


@performs(choices.UPHOLD)
def uphold_report(report: Report, *, actor: User, reason: str) -> None:
    """The dispute is wrong: it stays where it was sent, and counts as signed."""
    report.upheld = True
    report.respond_by = until(report, choices.RESPOND_DAYS)


def open_help(report: Report, body_ids: set[int]) -> HelpAsked | None:
    """The first request for help that one of these bodies has not answered."""
    return report.helps.filter(answered_at__isnull=True, body__in=body_ids).first()
