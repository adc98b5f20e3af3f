"""The forms of custody: what was agreed, and one receipt or payment."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from linli.core import clock
from linli.core.workflow.forms import FORMS, DraftForm, StepForm
from linli.organizations.choices import custody as choices
from linli.organizations.choices.custody import TYPED, Fund
from linli.organizations.models import Custody, CustodyEntry
from linli.organizations.queries.custody import last_statement
from linli.organizations.web.forms.federation import DATE


class CustodyForm(DraftForm):
    """What the federation keeps for the member, from when to when."""

    needed: ClassVar[tuple[str, ...]] = ("document_number", "terms", "valid_from", "valid_to")
    document_number = forms.CharField(
        label="协议文号", required=False, max_length=60, help_text="双方签的代管协议的编号。"
    )
    terms = forms.CharField(
        label="约定的内容",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="代管哪些资金，怎么申请用款，谁经手，终止时余款怎么办。不写个人的姓名和账号。",
    )
    valid_from = forms.DateField(label="协议自", required=False, widget=DATE, help_text="从本月起开账，以前的不补。")
    valid_to = forms.DateField(label="协议至", required=False, widget=DATE, help_text="到期前续签或者结清终止。")

    class Meta:
        model = Custody
        fields = ("document_number", "terms", "valid_from", "valid_to")

    def clean(self) -> dict[str, Any]:
        """An agreement ends after it began."""
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("valid_from"), cleaned.get("valid_to")
        if since and until and until <= since:
            self.add_error("valid_to", "协议的结束日要晚于开始日。")
        return cleaned


class ReversalForm(DraftForm):
    """When and why something booked is taken back; the rest is given."""

    needed: ClassVar[tuple[str, ...]] = ("happened_on", "purpose")
    happened_on = forms.DateField(
        label="发生日期", required=False, widget=DATE, help_text="还没有结账的日期；已结账的月份不再改动。"
    )
    purpose = forms.CharField(
        label="冲正的原因", required=False, max_length=200, help_text="写清错在哪里；正确的另记一笔。"
    )

    class Meta:
        model = CustodyEntry
        fields: tuple[str, ...] = ("happened_on", "purpose")

    def clean_happened_on(self) -> Any:
        """Not in the future, and not in a month that is closed."""
        day = self.cleaned_data["happened_on"]
        if day is None:
            return day
        if day > clock.today():
            raise forms.ValidationError("发生日期不能在将来。")
        closed = last_statement(self.instance.custody) if self.instance.custody_id else None
        if closed is not None and day <= closed.through:
            raise forms.ValidationError(f"{closed.month:%Y年%-m月}和以前已经结账，请填之后的日期。")
        return day


class EntryForm(ReversalForm):
    """One receipt or payment."""

    needed: ClassVar[tuple[str, ...]] = (
        *("kind", "fund", "amount", "happened_on", "purpose", "counterpart", "voucher_number"),
    )
    kind = forms.ChoiceField(
        label="收支",
        required=False,
        choices=[(kind.value, kind.label) for kind in TYPED],
        widget=forms.RadioSelect,
        help_text="退还：退回来款方，或者终止时把余款交还会员。",
    )
    fund = forms.ChoiceField(
        label="资金来源",
        required=False,
        choices=Fund.choices,
        widget=forms.RadioSelect,
        help_text="财政、捐赠和自有资金分开记，各有各的余额。",
    )
    amount = forms.DecimalField(
        label="金额（元）", required=False, min_value=0, max_digits=14, decimal_places=2, help_text="和凭证一致。"
    )
    purpose = forms.CharField(
        label="用途", required=False, max_length=200, help_text="做什么用，对应哪个项目或活动。不写个人的姓名。"
    )
    counterpart = forms.CharField(
        label="对方", required=False, max_length=80, help_text="单位写全称；是个人的只写“个人”，姓名看凭证。"
    )
    voucher_number = forms.CharField(
        label="凭证号", required=False, max_length=40, help_text="银行回单、票据或者记账凭证的号码。"
    )

    class Meta(ReversalForm.Meta):
        fields = ("kind", "fund", "amount", "happened_on", "purpose", "counterpart", "voucher_number")

    def clean_amount(self) -> Any:
        """More than nothing."""
        amount = self.cleaned_data["amount"]
        if amount is not None and amount <= 0:
            raise forms.ValidationError("金额要大于零；记错了用冲正，不记负数。")
        return amount


class RenewForm(StepForm):
    """To which day."""

    field_order = ("valid_to", "reason")
    valid_to = forms.DateField(label="新的结束日", widget=DATE, error_messages={"required": "请填新的结束日。"})


FORMS[choices.RENEW.name] = RenewForm
