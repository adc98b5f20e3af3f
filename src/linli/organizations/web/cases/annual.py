"""The step form of an annual report, bound to its process."""

from __future__ import annotations

from typing import Any

from linli.core.files.registry import register_readable
from linli.core.workflow.wizard import Document, Page, Wizard
from linli.organizations.actions import annual
from linli.organizations.choices import annual as choices
from linli.organizations.models import AnnualReport
from linli.organizations.web.forms import annual as forms


def _pages(case: Any) -> tuple[Page, ...]:
    """An organization of 4A or 5A need not attach the financial report （民政部令39号：简化年检）."""
    finance = "资产负债、收支明细。" if not case.simple else "评估等级 4A 以上，可以不交。"
    return (
        Page("work", "这一年做了什么", "名册和平台已有的内容先填好了，核对就行。", forms.WorkForm),
        Page("money", "收支和会议", "数字和财务报告一致。", forms.MoneyForm),
        Page(
            "papers",
            "带上材料",
            "拍照或传文件都行，一份 20 MB 以内。",
            documents=(
                Document("report", "年度工作报告", True, "盖章的正本。"),
                Document("finance", "财务报告", not case.simple, finance),
                Document("other", "其他材料", False, "会议记录、整改情况等。"),
            ),
        ),
    )


ANNUAL_WIZARD = Wizard(
    choices.ANNUAL,
    pages=_pages,
    save=annual.save_report,
    missing=annual.missing,
    editable=frozenset(annual.EDITABLE),
    sending=frozenset({choices.SEND.name, choices.RESEND.name}),
    next_words="接下来由主管单位初审，再由登记机关检查，结论会通知你。",
    sent="年度报告已报送",
)

register_readable(
    AnnualReport,
    lambda user, subject: user.has_perm("organizations.view_annualreport", subject),
    changeable=lambda user, subject: ANNUAL_WIZARD.may_edit(subject, user),
)
