"""Joining a matter that somebody else has said already （我也遇到）."""

from __future__ import annotations

from django.db import transaction

from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import NotAllowed
from linli.voice.models import Follow, Report

JOIN, JOINED, LEFT = "voice.join_report", "voice.joined", "voice.left"


@transaction.atomic
def join_report(report: Report, *, actor: User) -> Follow:
    """Have the same matter; again changes nothing. Neither the trace nor the page says who joined."""
    held = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if not actor.has_perm(JOIN, held):
        raise NotAllowed(JOIN, "这一件已经办完、没有公开，或者就是你自己说的，不用再加。")
    follow, made = Follow.objects.get_or_create(report=held, user=actor)
    if made:
        record(actor, JOINED, held)
    return follow


@transaction.atomic
def leave_report(report: Report, *, actor: User) -> None:
    """Not to be told any more."""
    gone, _ = Follow.objects.filter(report=report, user=actor).delete()
    if gone:
        record(actor, LEFT, report)


@transaction.atomic
def forget_follow(follow: Follow, *, actor: User) -> None:
    """The person asked to be taken out."""
    record(actor, LEFT, follow.report)
    follow.delete()
