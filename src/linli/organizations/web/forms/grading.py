"""The forms of grading: a round and its boards, a self-assessment, an evaluator's marks, ballots, changes."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from linli.core import clock
from linli.core.workflow.forms import FORMS, DraftForm, StepForm
from linli.organizations.choices import grading_case as cases
from linli.organizations.choices.grade_change import ChangeKind
from linli.organizations.choices.grading import LEAST, LEVELS, SCORES, WEIGHTS, WHOLE, Choice, Indicator
from linli.organizations.models import GradeChange, Grading, GradingRound, GradingSheet
from linli.organizations.queries.grading import accounts_in, picks_for
from linli.organizations.web.forms.federation import DATE


def _share(label: str, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=WHOLE, help_text=help_text)


def _mark(one: Indicator, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=f"{one.label}（0 到 100 分）", required=False, min_value=0, max_value=WHOLE, help_text=help_text
    )


def _text(label: str, rows: int, most: int, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
    )


class SheetPlanForm(DraftForm):
    """Weights and thresholds, and what each indicator looks at."""

    needed: ClassVar[tuple[str, ...]] = ("apply_until", "criteria")
    apply_until = forms.DateField(label="申请截止", required=False, widget=DATE, help_text="到这一天的夜里截止。")
    weight_basics = _share("基础条件的权重", "五项加起来正好 100。")
    weight_party = _share("党建工作的权重", "不低于区里定的下限。")
    weight_governance = _share("内部治理的权重")
    weight_work = _share("工作绩效的权重")
    weight_reputation = _share("社会评价的权重")
    criteria = _text("每一项看什么", 8, 2000, "逐项写明看哪些材料、怎样得分，评审和组织都照这一段。")
    least_1 = _share("1A（一星）的分数线", "满分 100，一级比一级高。")
    least_2 = _share("2A（二星）的分数线")
    least_3 = _share("3A（三星）的分数线")
    least_4 = _share("4A（四星）的分数线")
    least_5 = _share("5A（五星）的分数线")

    class Meta:
        model = GradingRound
        fields = ("apply_until", *WEIGHTS, "criteria", *LEAST)

    def clean_apply_until(self) -> Any:
        """Not in the past."""
        day = self.cleaned_data["apply_until"]
        if day is not None and day < clock.today():
            raise ValidationError("申请截止的日期不能在过去。")
        return day

    def clean(self) -> dict[str, Any]:
        """The weights are a whole, the thresholds rise."""
        cleaned = super().clean() or self.cleaned_data
        weights = [cleaned.get(name) for name in WEIGHTS]
        if None not in weights and sum(weights) != WHOLE:  # type: ignore[arg-type]
            self.add_error("weight_basics", f"五项权重加起来要正好 {WHOLE}，现在是 {sum(weights)}。")  # type: ignore[arg-type]
        least = [cleaned.get(name) for name in LEAST]
        if None not in least and least != sorted(set(least)):  # type: ignore[type-var]
            self.add_error("least_1", "分数线要一级比一级高。")
        return cleaned


class Picked(forms.CheckboxSelectMultiple):
    """People to tick, and a line for the accounts of others. One account a line is kept, so that a program may send
    the accounts as they are."""

    template_name = "organizations/grading/_picked.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        """Ticked or typed, one a line."""
        sent = data.getlist(name) if hasattr(data, "getlist") else [data.get(name) or ""]
        return "\n".join(account for text in sent for account in accounts_in(text))

    def format_value(self, value: Any) -> list[str]:
        """Whose boxes are ticked."""
        return accounts_in(value or "")


def _board(label: str, most: int, help_text: str) -> forms.CharField:
    widget = Picked(attrs={"class": "inline"})
    return forms.CharField(label=label, required=False, max_length=most, widget=widget, help_text=help_text)


class BoardsForm(DraftForm):
    """Who votes, and who looks at appeals: picked from those who hold a post in the area."""

    needed: ClassVar[tuple[str, ...]] = ("commission", "board")
    commission = _board("评估委员会", 2000, "勾选委员。等级评估 7 到 25 人，星级评定 5 到 15 人。")
    board = _board(
        "复核委员会", 800, "勾选复核委员，不能同时在评估委员会里。等级评估 5 到 9 人，星级评定 3 到 7 人。"
    )

    class Meta:
        model = GradingRound
        fields = ("commission", "board")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("commission", "board"):
            self.fields[name].widget.choices = picks_for(self.instance, getattr(self.instance, name))


class SelfForm(DraftForm):
    """What the organization gives itself, and on what grounds."""

    needed: ClassVar[tuple[str, ...]] = (*SCORES, "evidence")
    score_basics = _mark(Indicator.BASICS)
    score_party = _mark(Indicator.PARTY)
    score_governance = _mark(Indicator.GOVERNANCE)
    score_work = _mark(Indicator.WORK)
    score_reputation = _mark(Indicator.REPUTATION)
    evidence = _text("自评的依据", 8, 3000, "逐项写：做了什么、有什么材料证明。不写个人的姓名。")

    class Meta:
        model = Grading
        fields = (*SCORES, "evidence")


class MarksForm(DraftForm):
    """What the evaluator gives, and the declaration."""

    needed: ClassVar[tuple[str, ...]] = ("declared", *SCORES, "remark")
    declared = forms.BooleanField(
        label="我声明：和这家组织没有利害关系，两年以内没有在这家组织任职",
        required=False,
        help_text="有利害关系的不要打分，回到这件事的页面点“我要回避”。",
    )
    score_basics = _mark(Indicator.BASICS)
    score_party = _mark(Indicator.PARTY)
    score_governance = _mark(Indicator.GOVERNANCE)
    score_work = _mark(Indicator.WORK)
    score_reputation = _mark(Indicator.REPUTATION)
    remark = _text("评语", 5, 1000, "好在哪里、差在哪里。表决前别的评审看不到。")

    class Meta:
        model = GradingSheet
        fields = ("declared", *SCORES, "remark")


class ChangeForm(DraftForm):
    """Down or away, and on which facts."""

    needed: ClassVar[tuple[str, ...]] = ("kind", "facts")
    kind = forms.ChoiceField(label="处理", required=False, choices=[("", "请选择"), *ChangeKind.choices])
    new_level = forms.TypedChoiceField(
        label="降到哪一级",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "不适用"), *((level, f"{level}A（{level} 星）") for level in range(1, LEVELS))],
        help_text="只有降低等级要选。",
    )
    facts = _text("事实", 5, 1000, "写清什么时候、发生了什么、怎么查实的。组织的负责人会收到全文。")
    document = forms.CharField(
        label="依据的文书", required=False, max_length=120, help_text="处罚决定、检查记录的文号。"
    )

    class Meta:
        model = GradeChange
        fields = ("kind", "new_level", "facts", "document")


class VoteForm(StepForm):
    """By name, yes, no or neither."""

    choice = forms.ChoiceField(label="表决", choices=Choice.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label="意见（可不写）", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class ReplaceForm(StepForm):
    """Whom."""

    evaluator = forms.CharField(label="换下哪一名评审（姓名或账号）", max_length=60, strip=True)
    field_order = ("evaluator", "reason")


FORMS.update(
    {
        cases.VOTE.name: VoteForm,
        cases.VOTE_REVIEW.name: VoteForm,
        cases.REPLACE.name: ReplaceForm,
    }
)


class EnterForm(forms.Form):
    """A grade that was given on paper."""

    level = forms.TypedChoiceField(
        label="等级或星级", coerce=int, choices=[(level, f"{level}A（{level} 星）") for level in range(1, LEVELS + 1)]
    )
    granted_on = forms.DateField(
        label="评定日期", widget=DATE, help_text="等级满五年、星级满两年的已经失效，不能录。"
    )
    document = forms.CharField(label="依据的文书", max_length=120, strip=True, help_text="公告或者证书的文号。")
