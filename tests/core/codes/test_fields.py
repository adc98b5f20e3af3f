"""The fields put the right keyboard before a person and pass on the sentence of the check."""

from __future__ import annotations

import pytest
from django import forms

from linli.core.codes import fields


class Founder(forms.Form):
    name = fields.PersonNameField()
    id_number = fields.IdNumberField()
    mobile = fields.MobileField()
    office = fields.PhoneField(required=False)
    organization = fields.OrganizationNameField()
    uscc = fields.UsccField(required=False, help_text="没有可以不填")


GOOD = {
    "name": "陈 小梅",
    "id_number": "11010519491231002x",
    "mobile": "+86 138 0013 8000",
    "office": "",
    "organization": "红星（金平）舞蹈队",
    "uscc": "",
}


def test_values_come_out_normalised():
    form = Founder(GOOD)
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {
        "name": "陈小梅",
        "id_number": "11010519491231002X",
        "mobile": "13800138000",
        "office": "",
        "organization": "红星（金平）舞蹈队",
        "uscc": "",
    }


def test_every_field_says_what_is_wrong_with_it():
    form = Founder({**GOOD, "id_number": "110105194912310021", "mobile": "138", "uscc": "9"})
    assert form.errors.as_data().keys() == {"id_number", "mobile", "uscc"}
    assert form.errors["id_number"] == ["身份证号第 18 位应为 X。请核对后再填。"]
    assert form.errors["mobile"] == ["手机号要有 11 位，现在是 3 位。请核对后再填。"]


@pytest.mark.parametrize(
    ("name", "attrs"),
    [
        ("id_number", {"inputmode": "text", "autocomplete": "off", "maxlength": "24"}),
        ("mobile", {"type": "tel", "inputmode": "tel", "autocomplete": "tel", "maxlength": "20"}),
        ("name", {"autocomplete": "name", "maxlength": "60"}),
        ("uscc", {"autocapitalize": "characters", "maxlength": "24"}),
    ],
)
def test_the_keyboard_fits(name, attrs):
    html = str(Founder()[name])
    assert [f'{key}="{value}"' for key, value in attrs.items() if f'{key}="{value}"' not in html] == []


def test_the_hint_is_there_and_can_be_replaced():
    form = Founder()
    assert form["id_number"].help_text == "18 位，最后一位可能是字母 X"
    assert form["uscc"].help_text == "没有可以不填"
