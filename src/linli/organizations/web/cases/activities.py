"""The step form of an activity, bound to its process."""

from __future__ import annotations

from typing import Any, cast

from linli.core.files.registry import register_readable
from linli.core.workflow.wizard import Document, Page, Wizard
from linli.organizations.actions import activities
from linli.organizations.choices import activities as choices
from linli.organizations.models import Activity
from linli.organizations.web.forms import activities as forms


def _reported(case: Any) -> dict[str, Any]:
    return {"reported_because": cast(Activity, case).reported_because}


PAGES = (
    Page("what", "办什么活动", "填好的会出现在活动日历和组织的页面上。", forms.WhatForm),
    Page("how", "怎么办", "钱怎么来、怎么用，一起说清楚。", forms.HowForm),
    Page(
        "scale",
        "有多少人、有没有特别情形",
        "人多或有特别情形的，先报联合会党组织听意见。",
        forms.ScaleForm,
        template="organizations/wizard_scale.html",
        helps=_reported,
    ),
    Page(
        "documents",
        "带上材料",
        "没有可以跳过。",
        documents=tuple(Document(*document) for document in choices.ACTIVITY_DOCUMENTS),
    ),
)

ACTIVITY_WIZARD = Wizard(
    choices.ACTIVITY,
    pages=lambda case: PAGES,
    save=activities.save_activity,
    missing=activities.missing,
    editable=frozenset(activities.EDITABLE),
    sending=frozenset({choices.ANNOUNCE.name, choices.REPORT.name}),
    next_words="办完以后回来填总结；现场签到够了或者社区核实以后，就计入活跃度。",
    sent="活动已提交",
)

register_readable(
    Activity,
    lambda user, subject: user.has_perm("organizations.view_activity", subject),
    changeable=lambda user, subject: ACTIVITY_WIZARD.may_edit(subject, user),
)
