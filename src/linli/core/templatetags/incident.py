"""What the facts of an incident need: how many people it concerns, and whether the reader may look for them."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from linli.core.files.queries import attachments_of
from linli.core.privacy.incident_choices import IncidentState
from linli.core.privacy.incident_models import Concerned, Incident

register = template.Library()


@register.simple_tag(takes_context=True)
def who_handles(context: Context, case: Incident) -> dict[str, Any]:
    """Counts, papers and rights of the reader; nothing for whoever holds no post."""
    if not context.get("posted"):
        return {}
    rows = Concerned.objects.filter(incident=case)
    return {
        "counted": case.state not in (IncidentState.REPORTED, IncidentState.DISMISSED),
        "total": rows.count(),
        "untold": rows.filter(told_at__isnull=True).count(),
        "may_gather": context["request"].user.has_perm("privacy.gather_concerned", case),
        "papers": list(attachments_of(case)),
    }
