"""What taking an organization from a list of commendation asks, and the list of which year is drawn."""

from __future__ import annotations

from django import forms

from linli.core.workflow.forms import FORMS, StepForm
from linli.organizations.choices import commendation as choices


class StrikeForm(StepForm):
    """Which one."""

    organization = forms.CharField(
        label="划去哪一家（名称或备案编号）", max_length=60, strip=True, help_text="和名单上写的一字不差。"
    )
    field_order = ("organization", "reason")


FORMS[choices.STRIKE.name] = StrikeForm
