"""What the proposal to end an organization asks."""

from __future__ import annotations

from typing import Any

from django import forms

from linli.core.workflow.forms import FORMS, StepForm
from linli.organizations.choices import dormant as choices
from linli.organizations.choices.dormant import Ending


class ProposeForm(StepForm):
    """Merge or cancel; into whom, where it is a merger."""

    ending = forms.ChoiceField(label="拟怎么办", choices=Ending.choices)
    into = forms.CharField(
        label="并入哪一家（备案编号）", max_length=40, required=False, strip=True, help_text="合并时填，要在本街道。"
    )
    field_order = ("ending", "into", "reason")

    def clean(self) -> dict[str, Any]:
        """A merger names the other one."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("ending") == Ending.MERGE and not cleaned.get("into"):
            self.add_error("into", "合并要填并入哪一家的备案编号。")
        return cleaned


FORMS[choices.PROPOSE_END.name] = ProposeForm
