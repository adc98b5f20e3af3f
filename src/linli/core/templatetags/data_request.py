"""What the facts of a request about personal data need: the row it names, its papers, links that ask a reason."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from linli.core.files.models import Attachment
from linli.core.files.queries import attachments_of
from linli.core.privacy.choices import REMEDY
from linli.core.privacy.declare import HOLDINGS, PROCESSINGS
from linli.core.privacy.masks import mask_name
from linli.core.privacy.models import DataRequest
from linli.core.privacy.queries import row_of, subject_of_request
from linli.core.privacy.registry import REVEALABLE, reveal_url

register = template.Library()


@register.simple_tag
def asked_links(case: DataRequest, *fields: str) -> SafeString:
    """One link a field that opens the form asking why; fields that are empty have none."""
    labels = REVEALABLE[case._meta.label_lower].fields
    links = [
        format_html('<a class="nowrap" href="{}" data-dialog>{}</a>', reveal_url(case, name), labels[name])
        for name in fields
        if getattr(case, name)
    ]
    joined = SafeString("、".join(links))
    return format_html('<small class="reveal">要看全（需填理由）：{}</small>', joined) if links else SafeString("")


@register.simple_tag
def request_row(case: DataRequest, posted: bool = False) -> dict[str, Any] | None:
    """The row a request names, with what stands there now (masked); None when it names none."""
    holding = HOLDINGS.get(case.holding_slug)
    if holding is None:
        return None
    found = row_of(case.record, subject_of_request(case))
    if found is None:
        return {"label": holding.label, "gone": True}
    row = found[1]
    item = holding.item(case.field)
    address = row.get_absolute_url() if posted and hasattr(row, "get_absolute_url") else ""
    return {
        "label": f"{holding.label}：{holding.title(row)}",
        "url": address or (holding.url(row) if holding.url and not posted else ""),
        "now": item.value(row) if item else "",
    }


@register.simple_tag
def request_papers(case: DataRequest) -> list[Attachment]:
    """The proofs that came with it."""
    return list(attachments_of(case))


@register.simple_tag
def remedy() -> str:
    """What a person can do who does not agree with the answer."""
    return REMEDY


@register.filter
def masked_name(name: str) -> str:
    """陈*梅."""
    return mask_name(name)


@register.filter
def processing_label(slug: str) -> str:
    """An entry of the register in words."""
    return PROCESSINGS[slug].label if slug in PROCESSINGS else slug
