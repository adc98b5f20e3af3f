"""What the steps of a report ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from linli.actors.models import Body
from linli.core.privacy.masks import scrub_typed
from linli.core.ui.forms import LongSelect
from linli.core.workflow.forms import FORMS, StepForm
from linli.core.workflow.models import Case
from linli.voice.choices import report as choices
from linli.voice.choices.matters import Urgency
from linli.voice.choices.report import Elsewhere, Satisfaction
from linli.voice.models import Matter, Report
from linli.voice.models.report import ANSWERS
from linli.voice.queries.matters import bodies_for, handler_by_list, matters_at
from linli.voice.web.forms.draft import grouped

if TYPE_CHECKING:
    BodyField = forms.ModelChoiceField[Body]
    MatterField = forms.ModelChoiceField[Matter]
else:  # classes of Django that cannot be subscripted at run time
    BodyField = MatterField = forms.ModelChoiceField

BODIES = Body.objects.filter(kind__in=list(ANSWERS), valid_to__isnull=True)


class WordsForm(StepForm):
    """Words that everybody may come to read hold no numbers of persons."""

    def clean_reason(self) -> str:
        """Refuse what looks like the number of a person."""
        said: str = self.cleaned_data["reason"]
        if scrub_typed(said) != said:
            raise ValidationError("这段话会公开，请去掉里面的手机号、身份证号。")
        return said


class OwnWordsForm(StepForm):
    """What residents write themselves is masked, not refused."""

    def clean_reason(self) -> str:
        """Without the numbers of persons."""
        return scrub_typed(self.cleaned_data["reason"])


class AcceptForm(StepForm):
    """As what, how urgent, and open to all or not."""

    matter = MatterField(label="类别", queryset=Matter.objects.filter(ended=False), widget=LongSelect)
    urgency = forms.ChoiceField(label="缓急", choices=Urgency.choices, widget=forms.RadioSelect)
    open_to_all = forms.BooleanField(
        label="公开", required=False, help_text="内容里认得出某一个人、涉及隐私的，不公开。诉求人不让公开的不会公开。"
    )

    def fit(self, case: Case) -> None:
        """As its author chose."""
        assert isinstance(case, Report)
        field = self.fields["matter"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = matters_at(case.scope)
        field.choices = grouped(field.queryset)
        self.initial = {
            **self.initial,
            "matter": case.matter_id,
            "urgency": case.urgency,
            "open_to_all": case.open_to_all,
        }
        self.fields["open_to_all"].disabled = not case.open_to_all


class RedirectForm(StepForm):
    """Where it belongs."""

    elsewhere = forms.ChoiceField(
        label="去处",
        choices=Elsewhere.choices,
        widget=forms.RadioSelect,
        help_text="确认后内容、照片和联系方式都删掉，不能恢复；只留下“告知了去处”这件事。",
    )


class MergeForm(StepForm):
    """Which one it is the same as."""

    into = forms.CharField(
        label="并入哪一件", max_length=40, strip=True, help_text="填那一件的编号；相近的列在上面。"
    )


class HandlerForm(WordsForm):
    """Who answers."""

    handler = BodyField(label="主办单位", queryset=BODIES)
    field_order = ("handler", "reason")

    def fit(self, case: Case) -> None:
        """Whoever may answer there; the street's list fills it in."""
        assert isinstance(case, Report)
        field = self.fields["handler"]
        assert isinstance(field, forms.ModelChoiceField)
        rows = bodies_for(case.scope, but=case.about_id)
        if case.state == choices.ReportState.DISPUTED:
            rows = rows.exclude(pk=case.handler_id or 0)
        else:
            listed = handler_by_list(case)
            self.initial["handler"] = listed.pk if listed is not None else None
        field.queryset = rows


class BodyForm(WordsForm):
    """Which other body."""

    body = BodyField(label="请哪个单位", queryset=BODIES)
    field_order = ("body", "reason")

    def fit(self, case: Case) -> None:
        """Whoever else may answer there."""
        assert isinstance(case, Report)
        field = self.fields["body"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = bodies_for(case.scope, but=case.about_id).exclude(pk=case.handler_id or 0)


def as_bool(value: Any) -> bool | None:
    """A yes or no as a browser or a program sends it."""
    return {"yes": True, "no": False}.get(str(value))


class SaidForm(OwnWordsForm):
    """Solved or not, and how content."""

    solved = forms.TypedChoiceField(
        label="解决了没有",
        choices=[("yes", "解决了"), ("no", "没解决")],
        coerce=as_bool,
        widget=forms.RadioSelect,
    )
    satisfied = forms.TypedChoiceField(
        label="满意不满意", choices=Satisfaction.choices, coerce=int, widget=forms.RadioSelect
    )
    field_order = ("solved", "satisfied", "reason")


FORMS.update(
    {
        choices.ACCEPT.name: AcceptForm,
        choices.REDIRECT.name: RedirectForm,
        choices.MERGE.name: MergeForm,
        choices.DISPATCH.name: HandlerForm,
        choices.REASSIGN.name: HandlerForm,
        choices.ASK_HELP.name: BodyForm,
        choices.TRANSFER.name: BodyForm,
        choices.CALL_BACK.name: SaidForm,
        choices.CONFIRM.name: SaidForm,
        choices.RATE.name: SaidForm,
        choices.REOPEN.name: OwnWordsForm,
        choices.WITHDRAW.name: OwnWordsForm,
        **{
            step.name: WordsForm
            for step in (
                choices.REJECT,
                choices.SPLIT,
                choices.DISPUTE,
                choices.UPHOLD,
                choices.RESPOND,
                choices.PROGRESS,
                choices.HELP,
                choices.TAKE_OVER,
                choices.DECLINE,
                choices.REPLY,
            )
        },
    }
)
