"""The forms of reforms: small, over the actions that exist."""

from __future__ import annotations

from typing import Any

from django import forms

from linli.areas.choices import Level
from linli.areas.models import Area
from linli.core import clock
from linli.core.ui.forms import LongSelect

REASON: dict[str, Any] = {
    "label": "依据",
    "max_length": 200,
    "help_text": "批文或会议，例如：金府函〔2026〕12 号",
    "error_messages": {"required": "请写明依据。"},
}
DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
Options = list[tuple[int, str]]


class RenameForm(forms.Form):
    """Another name; code and history stay."""

    name = forms.CharField(label="新名称", max_length=60, error_messages={"required": "请填新名称。"})
    reason = forms.CharField(**REASON)


class AddForm(forms.Form):
    """An area below this one."""

    level = forms.ChoiceField(label="层级")
    name = forms.CharField(label="名称", max_length=60, error_messages={"required": "请填名称。"})
    code = forms.CharField(label="代码", max_length=18, required=False, help_text="没有正式代码的可以不填")

    def __init__(self, levels: list[Level], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["level"]
        choice.choices = [(level.value, level.label) for level in levels]


class MoveForm(forms.Form):
    """Another area above."""

    to = forms.TypedChoiceField(label="移到哪里下面", coerce=int, widget=LongSelect)
    reason = forms.CharField(**REASON)

    def __init__(self, places: Options, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        to.choices = [("", "请选择"), *places]
        to.error_messages["required"] = "请选移到哪里。"


class MergeForm(forms.Form):
    """Another area that goes on for both."""

    into = forms.TypedChoiceField(label="并入哪里", coerce=int, widget=LongSelect)
    on = forms.DateField(label="自哪天起", widget=DATE, initial=clock.today)
    reason = forms.CharField(**REASON)

    def __init__(self, places: Options, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        into: Any = self.fields["into"]
        into.choices = [("", "请选择"), *places]
        into.error_messages["required"] = "请选并入哪里。"


class SplitForm(forms.Form):
    """New areas beside or in place of this one, and which of them takes what hangs below."""

    names = forms.CharField(
        label="拆出来的新区划",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="一行一个名称；有代码的写在名称后面，空一格",
        error_messages={"required": "请写拆出来的区划，一行一个。"},
    )
    goes_on = forms.BooleanField(label="原区划继续存在（只拆一部分出去）", required=False, initial=True)
    on = forms.DateField(label="自哪天起", widget=DATE, initial=clock.today)
    reason = forms.CharField(**REASON)

    def parts(self) -> list[tuple[str, str]]:
        """Name and code of each new area."""
        found = []
        for line in self.cleaned_data["names"].splitlines():
            words = line.split()
            if not words:
                continue
            code = words[-1] if len(words) > 1 and words[-1].isascii() and words[-1].isdigit() else ""
            found.append((" ".join(words[:-1] if code else words), code))
        return found


class EndForm(forms.Form):
    """From when the area is no more."""

    on = forms.DateField(label="自哪天起停用", widget=DATE, initial=clock.today)
    reason = forms.CharField(**REASON)


def named(areas: list[Area]) -> Options:
    """Options of areas by full name."""
    return [(area.pk, area.full_name) for area in areas]
