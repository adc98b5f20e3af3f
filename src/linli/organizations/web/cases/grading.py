"""The step forms of grading, and who reads the papers."""

from __future__ import annotations

from typing import Any

from linli.core.files.registry import register_readable
from linli.core.workflow.wizard import Document, Page, Wizard
from linli.organizations.actions import evaluation, grade_changes, grading_rounds, gradings
from linli.organizations.choices import grade_change as changes
from linli.organizations.choices import grading_case as cases
from linli.organizations.choices import grading_round as rounds
from linli.organizations.choices import grading_sheet as sheets
from linli.organizations.models import GradeChange, Grading, GradingRound, GradingSheet
from linli.organizations.web.forms import grading as forms

ROUND_PAGES = (
    Page("sheet", "评分表和分数线", "一级指标是固定的五项，权重和分数线由这一轮定。", forms.SheetPlanForm),
    Page("boards", "两个委员会", "公布以后不再改。委员有利害关系的，投票时机器会拦下。", forms.BoardsForm),
    Page(
        "papers",
        "带上文件",
        "方案的正式文件，可以不传。",
        documents=(Document("plan", "评估方案", False, "盖章的正本。"),),
    ),
)
ROUND_WIZARD = Wizard(
    rounds.ROUND,
    pages=lambda case: ROUND_PAGES,
    save=grading_rounds.save_round,
    missing=grading_rounds.round_missing,
    editable=frozenset({rounds.R.DRAFT}),
    sending=frozenset({rounds.OPEN_ROUND.name}),
    next_words="组织可以申请了，委员收到了通知。",
    sent="方案已公布",
    every_form=(forms.SheetPlanForm, forms.BoardsForm),
)


def _grading_pages(case: Any) -> tuple[Page, ...]:
    """The round's own words say what each indicator looks at."""
    why = case.round.criteria if case.round_id else "照评分表给自己打分，逐项写明依据。"
    return (Page("self", "自评", why, forms.SelfForm), GRADING_PAPERS)


GRADING_PAPERS = Page(
    "papers",
    "带上材料",
    "拍照或传文件都行，一份 20 MB 以内。",
    documents=(
        Document(gradings.REPORT, "自评报告", True, "逐项对照评分表。"),
        Document("proof", "佐证材料", False, "章程、会议记录、财务报告、活动照片等。"),
    ),
)
GRADING_WIZARD = Wizard(
    cases.GRADING,
    pages=_grading_pages,
    save=gradings.save_grading,
    missing=gradings.grading_missing,
    editable=gradings.EDITABLE,
    sending=frozenset({cases.APPLY.name, cases.APPLY_STARS.name, cases.REAPPLY.name}),
    next_words="接下来审核资格和材料，再由随机抽取的评审打分、委员会表决。",
    sent="申请已提交",
    every_form=(forms.SelfForm,),
)

SHEET_PAGES = (Page("marks", "打分", "独立打分，提交前后别的评审都看不到，直到提交表决。", forms.MarksForm),)
SHEET_WIZARD = Wizard(
    sheets.SHEET,
    pages=lambda case: SHEET_PAGES,
    save=evaluation.save_sheet,
    missing=evaluation.sheet_missing,
    editable=frozenset({sheets.T.DRAWN}),
    sending=frozenset({sheets.SEND_SHEET.name}),
    next_words="评分齐了以后提交委员会表决。",
    sent="评分已提交",
    every_form=(forms.MarksForm,),
)

CHANGE_PAGES = (
    Page("grounds", "怎么处理，为什么", "先告知组织，听了申辩，再由另一个人决定。", forms.ChangeForm),
    Page(
        "papers",
        "带上材料",
        "处罚决定、检查记录等。",
        documents=(Document("proof", "相关材料", False, "拍照或传文件都行。"),),
    ),
)
CHANGE_WIZARD = Wizard(
    changes.CHANGE,
    pages=lambda case: CHANGE_PAGES,
    save=grade_changes.save_grade_change,
    missing=grade_changes.grade_change_missing,
    editable=frozenset({changes.C.DRAFT}),
    sending=frozenset({changes.NOTIFY.name}),
    next_words="接下来组织可以申辩，申辩期满由另一个人决定。",
    sent="已告知组织",
    every_form=(forms.ChangeForm,),
)

register_readable(
    GradingRound,
    lambda user, subject: user.has_perm("organizations.view_gradinground", subject),
    changeable=lambda user, subject: ROUND_WIZARD.may_edit(subject, user),
)
register_readable(
    Grading,
    lambda user, subject: user.has_perm("organizations.read_grading_papers", subject),
    changeable=lambda user, subject: GRADING_WIZARD.may_edit(subject, user),
)
register_readable(
    GradingSheet,
    lambda user, subject: user.has_perm("organizations.view_gradingsheet", subject),
    changeable=lambda user, subject: SHEET_WIZARD.may_edit(subject, user),
)
register_readable(
    GradeChange,
    lambda user, subject: user.has_perm("organizations.view_gradechange", subject),
    changeable=lambda user, subject: CHANGE_WIZARD.may_edit(subject, user),
)
