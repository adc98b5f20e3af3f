"""The application to end, the report of the liquidation, and the day it was over."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from linli.core import clock
from linli.core.codes.uscc import check_uscc
from linli.core.workflow.forms import FORMS, DraftForm, StepForm
from linli.organizations.choices import deregistration as choices
from linli.organizations.choices.deregistration import EndKind
from linli.organizations.models import Deregistration
from linli.organizations.queries.deregistration import taker_by_code
from linli.organizations.web.forms.federation import DATE


class CauseForm(DraftForm):
    """Why it ends, into whom it goes, and how it will liquidate."""

    needed: ClassVar[tuple[str, ...]] = ("kind", "cause", "plan")
    kind = forms.ChoiceField(label="终止的情形", required=False, choices=EndKind.choices, widget=forms.RadioSelect)
    taker = forms.CharField(
        label="并入哪一家",
        required=False,
        max_length=30,
        strip=True,
        help_text="只有合并才填：对方的统一社会信用代码，要是本区已登记的组织。",
    )
    cause = forms.CharField(
        label="原因",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明什么时候、由什么会议按章程决定。",
    )
    plan = forms.CharField(
        label="清算安排",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="清算组怎么组成、债权债务怎么公告和处理、打算什么时候结束。不写个人的姓名。",
    )

    class Meta:
        model = Deregistration
        fields = ("kind", "cause", "plan")

    field_order = ("kind", "taker", "cause", "plan")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.merged_into is not None:
            self.fields["taker"].initial = self.instance.merged_into.uscc

    def clean(self) -> dict[str, Any]:
        """The code of the taker becomes the organization; without a merger there is none."""
        cleaned = super().clean() or self.cleaned_data
        if "taker" not in cleaned:
            return cleaned
        code, merges = cleaned.pop("taker"), cleaned.get("kind") == EndKind.MERGE
        cleaned["merged_into"] = None
        if code and not merges:
            self.add_error("taker", "只有“并入另一家组织”才填。")
        elif code:
            self._take(cleaned, code)
        return cleaned

    def _take(self, cleaned: dict[str, Any], text: str) -> None:
        try:
            code = check_uscc(text)
        except ValidationError as error:
            self.add_error("taker", error.messages[0])
            return
        cleaned["merged_into"] = taker_by_code(self.instance.organization, code)
        if cleaned["merged_into"] is None:
            self.add_error("taker", "没有找到用这个代码的、本区已登记的另一家组织。请核对后再填。")


class LiquidationForm(DraftForm):
    """What the liquidation came to."""

    needed: ClassVar[tuple[str, ...]] = ("claims", "debts", "remainder", "heir")
    claims = forms.DecimalField(
        label="收回债权（元）", required=False, min_value=0, max_digits=14, decimal_places=2, help_text="没有就填 0。"
    )
    debts = forms.DecimalField(
        label="清偿债务（元）", required=False, min_value=0, max_digits=14, decimal_places=2, help_text="没有就填 0。"
    )
    remainder = forms.DecimalField(
        label="剩余财产（元）", required=False, min_value=0, max_digits=14, decimal_places=2, help_text="没有就填 0。"
    )
    heir = forms.CharField(
        label="剩余财产的去向",
        required=False,
        max_length=200,
        help_text="按章程用于公益目的，或者转给宗旨相近的组织；不能分给个人。没有就写“无剩余”。",
    )

    class Meta:
        model = Deregistration
        fields = ("claims", "debts", "remainder", "heir")


class EndLiquidationForm(StepForm):
    """The day the liquidation was over."""

    liquidated_on = forms.DateField(label="清算结束的日期", widget=DATE, initial=clock.today)

    def clean_liquidated_on(self) -> Any:
        """Not in the future."""
        day = self.cleaned_data["liquidated_on"]
        if day > clock.today():
            raise ValidationError("清算结束的日期不能晚于今天。")
        return day


FORMS[choices.END_LIQUIDATION.name] = EndLiquidationForm
