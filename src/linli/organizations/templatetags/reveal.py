"""What the facts of a case need from the rooms below: links that ask a reason, papers, neighbours."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from linli.core.files.queries import attachments_of
from linli.core.privacy.registry import REVEALABLE, reveal_url
from linli.core.workflow.wizard import WIZARDS
from linli.organizations.choices.filing import DOCUMENTS
from linli.organizations.models import Filing, Organization
from linli.organizations.queries.register import similar_organizations

register = template.Library()

SLOTS = {slot: label for slot, label, _needed, _why in DOCUMENTS} | {
    "proof": "相关材料",
    "evidence": "佐证材料",
    "approval": "批准文件",
    "election": "选举或聘任记录",
    "agreement": "友好合作协议",
    "application": "申请书",
    "resolution": "会议决议",
    "liquidation": "清算报告",
}


@register.simple_tag(takes_context=True)
def reveal_links(context: template.Context, record: Any, *fields: str) -> SafeString:
    """One link a field that opens the form asking why, for whoever may; "查看手机号". Empty fields have none."""
    entry = REVEALABLE[record._meta.label_lower]
    may = context["request"].user.has_perm(entry.permission, record)
    labels = entry.fields
    shown = [field for field in fields if may and getattr(record, field)]
    links = [
        format_html(
            '<a class="nowrap" href="{}" data-dialog>{}</a>',
            reveal_url(record, field),
            labels[field].removeprefix("负责人"),
        )
        for field in shown
    ]
    if not links:
        return SafeString("")
    joined = SafeString("、".join(links))
    return format_html('<small class="reveal">要看全（需填理由）：{}</small>', joined)


@register.simple_tag
def papers_of(case: Any) -> dict[str, Any]:
    """The files of a case with the words of their slots, and which needed ones are lacking."""
    files = list(attachments_of(case))
    wizard = WIZARDS.get(case.process.slug)
    asked = [one for page in (wizard.pages(case) if wizard else ()) for one in page.documents]
    labels = SLOTS | {one.slot: one.label for one in asked}
    for file in files:
        file.slot_label = labels.get(file.slot, "")  # type: ignore[attr-defined]
    held = {file.slot for file in files}
    return {"files": files, "lacking": [one.label for one in asked if one.needed and one.slot not in held]}


@register.simple_tag
def similar_to(case: Filing) -> list[Organization]:
    """Organizations like the one applied for."""
    return similar_organizations(case.name, case.area, case.kind)
