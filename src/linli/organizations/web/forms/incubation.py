"""The application to an incubator, and what the steps of a stay ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from linli.core import clock
from linli.core.workflow.forms import FORMS, DraftForm, StepForm
from linli.organizations.choices import incubation as choices
from linli.organizations.choices.incubation import SupportKind
from linli.organizations.models import Incubation, Incubator
from linli.organizations.queries.incubation import incubators_for

if TYPE_CHECKING:
    IncubatorField = forms.ModelChoiceField[Incubator]
else:  # a class of Django that cannot be subscripted at run time
    IncubatorField = forms.ModelChoiceField


class ApplyForm(DraftForm):
    """Which rooms, what it does already, and what it needs."""

    needed: ClassVar[tuple[str, ...]] = ("incubator", "why", "wants")
    incubator = IncubatorField(
        label="孵化室",
        required=False,
        queryset=Incubator.objects.filter(closed_on__isnull=True),
        empty_label="请选择",
        help_text="本街道和社区开办的孵化室。",
    )
    why = forms.CharField(
        label="现在做什么、有多少人参加",
        required=False,
        max_length=500,
        help_text="孵化室扶持有一定群众基础、活动内容健康的初创期组织。",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    wants = forms.CharField(
        label="需要什么扶持",
        required=False,
        max_length=500,
        help_text="政策指导、项目协调、场所设备，写具体。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    class Meta:
        model = Incubation
        fields = ("incubator", "why", "wants")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.organization_id:
            field = self.fields["incubator"]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = incubators_for(self.instance.organization.area)


class AdmitForm(StepForm):
    """Which room or place."""

    place = forms.CharField(label="房间或工位", max_length=60, strip=True, help_text="例如：203 室 4 号工位。")
    field_order = ("place", "reason")


class SupportForm(StepForm):
    """A piece of help."""

    kind = forms.ChoiceField(label="扶持", choices=SupportKind.choices)
    given_on = forms.DateField(
        label="日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), initial=clock.today
    )
    words = forms.CharField(label="做了什么", max_length=300, strip=True, help_text="一句话，不写个人的姓名。")

    def clean_given_on(self) -> Any:
        """Not in the future."""
        day = self.cleaned_data["given_on"]
        if day > clock.today():
            raise ValidationError("日期不能晚于今天。")
        return day


class MeasureForm(StepForm):
    """How far it is."""

    individuals = forms.IntegerField(label="个人会员", min_value=0, max_value=100_000)
    units = forms.IntegerField(label="单位会员", min_value=0, max_value=100_000)
    funds = forms.DecimalField(label="活动资金（元）", min_value=0, max_digits=12, decimal_places=2)
    has_venue = forms.BooleanField(label="有固定住所", required=False)
    has_charter = forms.BooleanField(label="有章程草案", required=False)


FORMS.update(
    {
        choices.ADMIT.name: AdmitForm,
        choices.SUPPORT_INCUBATION.name: SupportForm,
        choices.MEASURE.name: MeasureForm,
    }
)


class IncubatorForm(forms.Form):
    """A new incubator."""

    name = forms.CharField(label="名称", max_length=60, strip=True)
    address = forms.CharField(label="地址", max_length=120, strip=True)
    capacity = forms.IntegerField(label="能容纳几家", min_value=1, max_value=500)
    area = forms.ChoiceField(label="街道或社区")

    def __init__(self, places: list[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["area"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = places
