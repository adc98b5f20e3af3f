"""What the page of a case asks of the person who reads it."""

from __future__ import annotations

from typing import Any

from django import template

from linli.core.files.queries import attachments_of
from linli.mediation.choices.states import PAPERS, SIGNED, CaseState
from linli.mediation.models import MediationCase

register = template.Library()


@register.simple_tag(takes_context=True)
def table_of(context: template.Context, case: MediationCase) -> dict[str, Any]:
    """Who sits there, what was said, which papers; notes of the mediators for those who sit there alone."""
    user = context["request"].user
    inside = user.has_perm("mediation.view_notes", case)
    notes = case.notes.select_related("by")
    files = list(attachments_of(case))
    labels = dict(PAPERS)
    for file in files:
        file.slot_label = labels.get(file.slot, "")  # type: ignore[attr-defined]
    may_add = case.is_open and case.began_at is not None and user.has_perm("mediation.add_paper", case)
    slots = [slot for slot in PAPERS if slot[0] != SIGNED or case.state == CaseState.SIGNING]
    return {
        "inside": inside,
        "side": case.side_of(user),
        "notes": list(notes if inside else notes.filter(for_parties=True)),
        "sessions": list(case.sessions.select_related("noted_by")),
        "seats": [seat for seat in case.seats.all() if seat.until is None],
        "files": files,
        "slots": slots if may_add else [],
        "invites": case.is_open and user.has_perm("mediation.invite_party", case),
    }


@register.simple_tag
def lacks_of(lacks: dict[int, list[str]], pk: int) -> list[str]:
    """What a committee lacks by law, of a page's rows."""
    return lacks.get(pk, [])
