"""Form fields for what a standard defines: the right keyboard on a phone, a hint, and the check of its module."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from . import id_number, names, phone, uscc


class _CheckedField(forms.CharField):
    """A text field whose cleaned value is what `check` returns; an empty optional field stays empty."""

    hint = ""
    attrs: ClassVar[dict[str, str]] = {}

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", self.hint)
        super().__init__(**options)

    @staticmethod
    def check(text: str) -> str:
        """The value as it is stored, or ValidationError."""
        return text

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), **self.attrs}

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        return self.check(text) if text else text


class IdNumberField(_CheckedField):
    """Citizen identity number; never offered by the browser's memory, since phones are shared at a counter."""

    check = staticmethod(id_number.check_id_number)
    hint = "18 位，最后一位可能是字母 X"
    # Wider than 18, so that a number pasted with spaces is not cut off before it is checked.
    attrs: ClassVar[dict[str, str]] = {
        "inputmode": "text",
        "autocomplete": "off",
        "autocapitalize": "characters",
        "spellcheck": "false",
        "maxlength": "24",
    }


class MobileField(_CheckedField):
    """Mobile number."""

    check = staticmethod(phone.check_mobile)
    hint = "11 位手机号"
    widget = forms.TextInput(attrs={"type": "tel"})
    attrs: ClassVar[dict[str, str]] = {"inputmode": "tel", "autocomplete": "tel", "maxlength": "20"}


class PhoneField(_CheckedField):
    """Mobile or landline number."""

    check = staticmethod(phone.check_phone)
    hint = "手机号，或“区号-号码”，如 0754-88012345"
    widget = forms.TextInput(attrs={"type": "tel"})
    attrs: ClassVar[dict[str, str]] = {"inputmode": "tel", "autocomplete": "tel", "maxlength": "30"}


class PersonNameField(_CheckedField):
    """Name of a person as on the identity card."""

    check = staticmethod(names.check_person_name)
    hint = "与身份证一致，少数民族姓名中间用“·”"
    attrs: ClassVar[dict[str, str]] = {"autocomplete": "name", "spellcheck": "false", "maxlength": "60"}


class OrganizationNameField(_CheckedField):
    """Name of an organization."""

    check = staticmethod(names.check_organization_name)
    hint = f"全称，{names.ORGANIZATION_LENGTH[0]} 至 {names.ORGANIZATION_LENGTH[1]} 个字"
    attrs: ClassVar[dict[str, str]] = {"autocomplete": "organization", "spellcheck": "false", "maxlength": "80"}


class UsccField(_CheckedField):
    """Unified social credit code."""

    check = staticmethod(uscc.check_uscc)
    hint = "18 位数字和大写字母，没有 I、O、S、V、Z"
    attrs: ClassVar[dict[str, str]] = {
        "inputmode": "text",
        "autocomplete": "off",
        "autocapitalize": "characters",
        "spellcheck": "false",
        "maxlength": "24",
    }
