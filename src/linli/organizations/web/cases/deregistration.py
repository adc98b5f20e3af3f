"""The step form of the end of a registration, bound to its process."""

from __future__ import annotations

from typing import Any

from linli.core.files.registry import register_readable
from linli.core.workflow.wizard import Document, Page, Wizard
from linli.organizations.actions import deregistration
from linli.organizations.choices import deregistration as choices
from linli.organizations.models import Deregistration
from linli.organizations.web.forms import deregistration as forms

BEFORE = (
    Page("cause", "为什么终止", "先由主管单位审查，同意后开始清算。", forms.CauseForm),
    Page(
        "papers",
        "带上材料",
        "拍照或传文件都行，一份 20 MB 以内。",
        documents=tuple(Document(*paper) for paper in choices.PAPERS),
    ),
)
AFTER = (
    Page("liquidation", "清算的结果", "和清算报告一致。", forms.LiquidationForm),
    Page(
        "report",
        "带上清算报告",
        "申请书和决议已经交过，不用再交。",
        documents=tuple(Document(*paper) for paper in choices.PAPERS_AFTER),
    ),
)


def _pages(case: Any) -> tuple[Page, ...]:
    return AFTER if case.state in deregistration.AFTER else BEFORE


DEREGISTRATION_WIZARD = Wizard(
    choices.DEREGISTRATION,
    pages=_pages,
    save=deregistration.save_deregistration,
    missing=deregistration.missing,
    editable=frozenset(deregistration.EDITABLE),
    sending=frozenset(step.name for step in deregistration.SENDING),
    next_words="先由主管单位审查；同意后清算，清算结束十五日内带清算报告申请注销登记。",
    every_form=(forms.CauseForm, forms.LiquidationForm),
)

register_readable(
    Deregistration,
    lambda user, subject: user.has_perm("organizations.view_deregistration", subject),
    changeable=lambda user, subject: DEREGISTRATION_WIZARD.may_edit(subject, user),
)
