"""What the facts of a report need from the rooms below."""

from __future__ import annotations

from typing import Any

from django import template

from linli.core.files.queries import attachments_of
from linli.voice.choices.report import ReportState
from linli.voice.models import Contact, Report
from linli.voice.queries.reports import joined, similar_reports

register = template.Library()
WAITING = (ReportState.SUBMITTED, ReportState.ACCEPTED)


@register.simple_tag(takes_context=True)
def shown_report(context: template.Context, report: Report) -> dict[str, Any]:
    """Photos, helpers, how many have the same; for the dispatcher what is alike, and the contact for who may ask."""
    user = context["request"].user
    dispatching = report.state in WAITING and user.has_perm("voice.merge_report", report)
    reaching = user.has_perm("voice.reveal_author", report)
    return {
        "photos": list(attachments_of(report, "photo")),
        "helps": list(report.helps.select_related("body")) if report.pk else [],
        "joined": joined(report),
        "similar": similar_reports(
            report.words,
            report.community,
            exact=report.area_id,
            matter=report.matter_id,
            but=report.pk,
            public=False,
        )
        if dispatching
        else [],
        "contact": Contact.objects.filter(report=report).select_related("report__about").first()
        if reaching
        else None,
    }
