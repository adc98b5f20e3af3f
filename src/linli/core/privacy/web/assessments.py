"""Impact assessments: the pages on which one is written, which entries have one, and the report on paper."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from linli.core.access.grants import grants_of
from linli.core.files.registry import register_readable
from linli.core.privacy import assessment_choices as choices
from linli.core.privacy.actions import assessments
from linli.core.privacy.assessment_choices import AssessmentState, Conclusion
from linli.core.privacy.assessment_models import Assessment
from linli.core.privacy.places import Place, district_of, districts
from linli.core.privacy.queries import assessments_visible_to
from linli.core.privacy.telling import changes_between
from linli.core.workflow.forms import DraftForm
from linli.core.workflow.wizard import Document, Page, Wizard


class AnswerForm(DraftForm):
    """One matter of an assessment."""

    class Meta:
        model = Assessment
        fields: ClassVar[tuple[str, ...]] = ()
        widgets: ClassVar[dict[str, Any]] = {
            "necessity": forms.Textarea(attrs={"rows": 7}),
            "effects": forms.Textarea(attrs={"rows": 7}),
            "measures": forms.Textarea(attrs={"rows": 7}),
            "mends": forms.Textarea(attrs={"rows": 4}),
            "risk": forms.RadioSelect,
            "conclusion": forms.RadioSelect,
        }
        help_texts: ClassVar[dict[str, str]] = {
            "necessity": "为什么要处理、少要一项行不行、换个影响小的办法行不行、依据哪一条",
            "effects": "看到、改动、丢失了会怎样：歧视、名誉、财产、人身；谁可能看到；会不会被挪作他用",
            "measures": "权限、加密、遮盖、留痕、期限、培训、合同；和上面的风险一条对一条",
            "mends": "结论是“可以处理”的不用写",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("risk", "conclusion"):
            if name in self.fields:  # a radio of nothing is no answer
                offered = self.fields[name].choices  # type: ignore[attr-defined]
                self.fields[name].choices = [choice for choice in offered if choice[0]]  # type: ignore[attr-defined]


class NecessityForm(AnswerForm):
    """Lawful, legitimate, necessary (PIPL 56 no. 1)."""

    needed = ("necessity",)

    class Meta(AnswerForm.Meta):
        fields = ("necessity",)


class EffectsForm(AnswerForm):
    """Effects and risks (PIPL 56 no. 2)."""

    needed = ("effects", "risk")

    class Meta(AnswerForm.Meta):
        fields = ("effects", "risk")


class MeasuresForm(AnswerForm):
    """Protection (PIPL 56 no. 3)."""

    needed = ("measures",)

    class Meta(AnswerForm.Meta):
        fields = ("measures",)


class ConclusionForm(AnswerForm):
    """What follows."""

    needed = ("conclusion",)

    class Meta(AnswerForm.Meta):
        fields = ("conclusion", "mends")

    def clean(self) -> dict[str, Any]:
        """Mending without words is none."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("conclusion") in (Conclusion.MEND, Conclusion.STOP) and not cleaned.get("mends"):
            self.add_error("mends", "请写明要改什么、谁改、何时改好。")
        return cleaned


def _declared(case: Any) -> dict[str, Any]:
    """What the register says today, beside the question; and what has changed since the last assessment."""
    due = assessments.entry_now(case)
    said = due.said if due is not None else case.declared
    before = case.previous.declared if case.previous else {}
    return {"said": said, "changes": changes_between({"": before}, {"": said}) if before else []}


_TEMPLATE = "core/privacy/assessment_page.html"
PAGES = (
    Page("necessity", "合法、正当、必要吗", "第五十六条第一项。", NecessityForm, template=_TEMPLATE, helps=_declared),
    Page("effects", "会有什么影响和风险", "第五十六条第二项。", EffectsForm, template=_TEMPLATE, helps=_declared),
    Page("measures", "保护得够不够", "第五十六条第三项。", MeasuresForm, template=_TEMPLATE, helps=_declared),
    Page("conclusion", "结论", "报科长审定，生效以后到期或者登记改了要重评。", ConclusionForm),
    Page(
        "papers",
        "附上材料",
        "技术检测报告、委托合同、会议记录等，没有可以跳过。",
        documents=(Document("proof", "有关材料", False, "随评估一起保存，至少三年。"),),
    ),
)

WIZARD = Wizard(
    choices.ASSESSMENT,
    pages=lambda case: PAGES,
    save=assessments.save_assessment,
    missing=assessments.missing,
    editable=frozenset({AssessmentState.DRAFT}),
    sending=frozenset({choices.SEND.name}),
    next_words="由科长审定；同意以后生效，到期前会自动提醒重评。",
    sent="评估已报科长",
)
register_readable(
    Assessment,
    lambda user, subject: user.has_perm("core.view_assessment", subject),
    changeable=lambda user, subject: WIZARD.may_edit(subject, user),
)


# --- which entries have one ------------------------------------------------------------------------------------


def _places(request: HttpRequest) -> list[Place]:
    """The districts this reader answers for, or reads."""
    held = grants_of(request.user)
    return [place for place in districts() if any(grant.covers(place.path) for grant in held)]


@login_required
@require_safe
def coverage_page(request: HttpRequest) -> HttpResponse:
    """Entry by entry: whether the law asks for an assessment, which one holds, until when, and whose turn it is."""
    if not request.user.has_perm("privacy.view_assessments"):
        raise Http404
    tables = []
    for place in _places(request):
        rows = assessments_visible_to(request.user).filter(scope=place.path, state__in=assessments.STANDING)
        standing = {case.key: case for case in rows}
        tables.append((place, [(due, standing.get(due.key)) for due in assessments.entries_due(place.path)]))
    context = {"tables": tables}
    return render(request, "core/privacy/coverage.html", context)


@login_required
@require_safe
def print_page(request: HttpRequest, uid: str) -> HttpResponse:
    """The report on A4."""
    case = get_object_or_404(assessments_visible_to(request.user), uid=uid)
    if not case.number:
        raise Http404  # nothing was reported yet
    place = district_of(case.scope)
    context = {"case": case, "place": place, "said": case.declared, "answers": case.snapshot()}
    return render(request, "core/privacy/assessment_print.html", context)
