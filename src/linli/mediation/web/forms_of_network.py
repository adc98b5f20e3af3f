"""The forms by which the network is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet

from linli.core import clock
from linli.core.access.models import User
from linli.core.codes.fields import PhoneField
from linli.mediation.choices.network import NodeKind, Profession
from linli.mediation.models import Mediator

if TYPE_CHECKING:
    UserField = forms.ModelChoiceField[User]
    MediatorField = forms.ModelChoiceField[Mediator]
else:  # a class of Django that cannot be subscripted at run time
    UserField = MediatorField = forms.ModelChoiceField


def day(label: str, **more: Any) -> forms.DateField:
    """A date as browsers ask for it."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class BodyForm(forms.Form):
    """A new body."""

    kind = forms.ChoiceField(label="类型", choices=NodeKind.choices)
    name = forms.CharField(label="名称", max_length=60, strip=True)
    area = forms.ChoiceField(label="街道或社区")
    parent = forms.ChoiceField(
        label="所属调委会", required=False, help_text="调解室、个人工作室和调解小组要选；其他不选。"
    )
    place = forms.CharField(label="地点", max_length=120, strip=True)
    contact_phone = PhoneField(label="联系电话", required=False, help_text="公开的办公电话。")
    hours = forms.CharField(label="接待时间", max_length=60, required=False, strip=True)

    def __init__(self, places: list[tuple[str, str]], parents: list[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data)
        self.fields["area"].choices = places  # type: ignore[attr-defined]
        self.fields["parent"].choices = [("", "不属于调委会"), *parents]  # type: ignore[attr-defined]


class ChangeForm(forms.Form):
    """What may change of a body."""

    name = forms.CharField(label="名称", max_length=60, strip=True)
    place = forms.CharField(label="地点", max_length=120, strip=True)
    contact_phone = PhoneField(label="联系电话", required=False, help_text="公开的办公电话。")
    hours = forms.CharField(label="接待时间", max_length=60, required=False, strip=True)


class TermForm(forms.Form):
    """A committee was elected."""

    begins_on = day("新一届自", help_text="一届三年。要有三至九名委员，其中有妇女。")


class EnrolForm(forms.Form):
    """Somebody comes on the list of mediators."""

    user = UserField(
        label="谁",
        queryset=User.objects.none(),
        empty_label="请选择",
        help_text="系统管理员任为这里的调解员以后，名字才会出现。",
    )
    profession = forms.ChoiceField(label="身份", choices=Profession.choices, help_text="三方联调按身份搭配。")
    is_member = forms.BooleanField(label="是调委会委员", required=False)
    female = forms.BooleanField(label="妇女", required=False)
    skills = forms.CharField(label="擅长", required=False, max_length=60, strip=True)

    def __init__(self, people: QuerySet[User], data: Any = None) -> None:
        super().__init__(data)
        self.fields["user"].queryset = people  # type: ignore[attr-defined]


class TrainingForm(forms.Form):
    """Some hours of learning."""

    mediator = MediatorField(label="谁", queryset=Mediator.objects.none(), empty_label="请选择")
    held_on = day("日期", initial=clock.today)
    hours = forms.DecimalField(label="学时", min_value=0.5, max_value=80, max_digits=4, decimal_places=1)
    subject = forms.CharField(label="内容", max_length=80, strip=True)

    def __init__(self, rows: QuerySet[Mediator], data: Any = None) -> None:
        super().__init__(data)
        self.fields["mediator"].queryset = rows  # type: ignore[attr-defined]
