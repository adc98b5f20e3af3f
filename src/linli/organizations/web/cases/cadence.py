"""The step form of the regular times, and who reads its papers."""

from __future__ import annotations

from typing import Any

from linli.core.files.registry import register_readable
from linli.core.workflow.wizard import Document, Page, Wizard
from linli.organizations.actions import cadence as actions
from linli.organizations.actions.federation import EVIDENCE
from linli.organizations.choices import cadence as choices
from linli.organizations.choices.cadence import ABOUT, OccasionKind, OccasionState
from linli.organizations.models import Occasion
from linli.organizations.web.forms import cadence as forms

PAPERS = {
    OccasionKind.SURVEY_MEMBERS: "问卷样张和汇总。",
    OccasionKind.SURVEY_RESIDENTS: "问卷样张和汇总。",
    OccasionKind.VISIT: "走访记录汇总，不用每户拍照。",
    OccasionKind.COUNCIL: "会议纪要和签到。",
    OccasionKind.ASSEMBLY: "会议纪要和签到。",
}


def _pages(case: Any) -> tuple[Page, ...]:
    kind = OccasionKind(case.kind) if case.kind else OccasionKind.VISIT
    form = forms.VisitForm if kind == OccasionKind.VISIT else forms.CountedForm
    return (
        Page("result", f"{kind.label}开展得怎样", ABOUT[kind], form),
        Page(
            "evidence",
            "带上佐证材料",
            PAPERS[kind],
            documents=(Document(EVIDENCE, "佐证材料", True, PAPERS[kind]),),
        ),
    )


OCCASION_WIZARD = Wizard(
    choices.OCCASION,
    pages=_pages,
    save=actions.save_occasion,
    missing=actions.occasion_missing,
    editable=frozenset({OccasionState.OPEN}),
    sending=frozenset({choices.HOLD_OCCASION.name}),
    every_form=(forms.CountedForm,),
    next_words="",
    sent="已记下",
)

register_readable(
    Occasion,
    lambda user, subject: user.has_perm("organizations.view_occasion", subject),
    changeable=lambda user, subject: OCCASION_WIZARD.may_edit(subject, user),
)
