"""The form of a value, as its parameter's declaration asks for it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from linli.core import clock
from linli.core.parameters import Parameter
from linli.core.parameters.places import Groups
from linli.core.ui.forms import LongSelect


class ValueForm(forms.Form):
    """A value, where, from when, and on what ground."""

    place = forms.ChoiceField(label="对哪里有效", widget=LongSelect)
    valid_from = forms.DateField(
        label="自哪天起",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="可以写以后的日期，到那天自动生效",
        error_messages={"required": "请填自哪天起。"},
    )
    reason = forms.CharField(
        label="依据",
        max_length=200,
        help_text="写明文件或会议，例如：区民政局 2026 年第 3 次局务会",
        error_messages={"required": "请写明依据。"},
    )
    field_order = ["value", "place", "valid_from", "reason"]

    def __init__(self, parameter: Parameter, places: Groups, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"] = _field_of(parameter)
        if places:
            where: Any = self.fields["place"]
            where.choices = places
        else:
            del self.fields["place"]
        self.order_fields(self.field_order)

    def clean_valid_from(self) -> dt.date:
        """A value never holds backwards: what was decided then was decided under the value of then."""
        day: dt.date = self.cleaned_data["valid_from"]
        if day < clock.today():
            raise forms.ValidationError("不能追溯到以前的日期。请填今天或以后。")
        return day

    def typed(self) -> Any:
        """The value as the action takes it."""
        value = self.cleaned_data["value"]
        return ",".join(value) if isinstance(value, list) else value


def _field_of(parameter: Parameter) -> forms.Field:
    label, missing = f"新取值（{parameter.unit}）" if parameter.unit else "新取值", {"required": "请填新取值。"}
    if parameter.offered and parameter.many:
        return forms.MultipleChoiceField(
            label="选哪些", choices=parameter.offered, required=False, widget=forms.CheckboxSelectMultiple
        )
    if parameter.offered:
        return forms.ChoiceField(label=label, choices=parameter.offered, error_messages=missing)
    if parameter.type is bool:
        return forms.ChoiceField(label=label, choices=[("true", "是"), ("false", "否")], error_messages=missing)
    if parameter.type is int:
        bounds = [f"{word} {bound}" for word, bound in (("至少", parameter.least), ("至多", parameter.most)) if bound]
        return forms.CharField(
            label=label,
            max_length=12,
            help_text="，".join(bounds),
            widget=forms.TextInput(attrs={"inputmode": "numeric"}),
            error_messages=missing,
        )
    return forms.CharField(label=label, max_length=200, error_messages=missing)


class EndForm(forms.Form):
    """From when a value holds no longer."""

    on = forms.DateField(
        label="自哪天起停用", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), initial=clock.today
    )
    reason = forms.CharField(label="依据", max_length=200, error_messages={"required": "请写明依据。"})

    def clean_on(self) -> dt.date:
        """What held until yesterday held."""
        day: dt.date = self.cleaned_data["on"]
        if day < clock.today():
            raise forms.ValidationError("不能追溯到以前的日期。请填今天或以后。")
        return day
