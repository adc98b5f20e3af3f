"""The forms of a revocation: its ground, and what its steps ask."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from linli.core import clock
from linli.core.ui.forms import LongSelect
from linli.core.workflow.forms import FORMS, DraftForm, StepForm
from linli.organizations.choices import revocation as choices
from linli.organizations.choices.revocation import GROUNDS, RevocationGround, RevocationKind
from linli.organizations.models import Revocation
from linli.organizations.web.forms.federation import DATE


class GroundForm(DraftForm):
    """On which ground, on which facts, by which article."""

    needed: ClassVar[tuple[str, ...]] = ("ground", "facts", "law")
    ground = forms.ChoiceField(label="情形", required=False, choices=[("", "请选择"), *RevocationGround.choices])
    facts = forms.CharField(
        label="事实",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="什么时候、发生了什么、怎么查实的。组织的负责人会收到全文。不写和案情无关的个人信息。",
    )
    law = forms.CharField(
        label="依据的条款", required=False, max_length=200, help_text="法规的名称和第几条第几款第几项。"
    )

    class Meta:
        model = Revocation
        fields = ("ground", "facts", "law")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        of_kind = GROUNDS.get(RevocationKind(self.instance.kind)) if self.instance.kind else None
        offered = [(one.value, one.label) for one in of_kind or tuple(RevocationGround)]
        self.fields["ground"].choices = [("", "请选择"), *offered]  # type: ignore[attr-defined]


class HearingForm(StepForm):
    """When it was held and announced."""

    field_order = ("told_on", "heard_on", "reason")
    told_on = forms.DateField(label="通知当事人", widget=DATE, error_messages={"required": "请填哪天通知的。"})
    heard_on = forms.DateField(label="听证日期", widget=DATE, error_messages={"required": "请填哪天听证的。"})


class DecideForm(StepForm):
    """Under which number."""

    field_order = ("decision_number", "reason")
    decision_number = forms.CharField(
        label="决定书文号", max_length=60, strip=True, error_messages={"required": "请填决定书文号。"}
    )


class ServeForm(StepForm):
    """When it was served."""

    field_order = ("served_on", "reason")
    served_on = forms.DateField(
        label="送达日期", widget=DATE, initial=clock.today, error_messages={"required": "请填哪天送达的。"}
    )


class RecallForm(StepForm):
    """When certificate and seal were taken back."""

    field_order = ("recalled_on", "reason")
    recalled_on = forms.DateField(
        label="收缴日期", widget=DATE, initial=clock.today, error_messages={"required": "请填哪天收缴的。"}
    )


FORMS.update(
    {
        choices.HOLD_HEARING.name: HearingForm,
        choices.DECIDE.name: DecideForm,
        choices.SERVE.name: ServeForm,
        choices.RECALL.name: RecallForm,
    }
)


class BanForm(forms.Form):
    """What acts without being registered, and where."""

    name = forms.CharField(
        label="它用的名称", min_length=2, max_length=60, strip=True, error_messages={"required": "请填它用的名称。"}
    )
    area = forms.ChoiceField(label="在哪里", widget=LongSelect, error_messages={"required": "请选街道或社区。"})
    address = forms.CharField(label="活动地点", required=False, max_length=120, strip=True)

    def __init__(self, places: list[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["area"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "请选择"), *places]
