"""The forms of credit: what came about, and why an organization is put on a list."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from linli.core import clock
from linli.core.workflow.forms import DraftForm
from linli.organizations.choices.credit import CAUSES, ENTERED, LETTERS_APART, Cause, CreditList
from linli.organizations.models import CreditInfo, CreditListing
from linli.organizations.web.forms.federation import DATE


class InfoForm(forms.ModelForm):  # type: ignore[type-arg]
    """What came about, by whom and when."""

    kind = forms.ChoiceField(label="信息类别", choices=[(kind.value, kind.label) for kind in ENTERED])
    title = forms.CharField(label="标题", max_length=80, help_text="例如：2025 年度检查合格；责令改正通知书。")
    content = forms.CharField(label="内容", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    source = forms.CharField(label="作出机关", max_length=80, help_text="例如：汕头市金平区民政局。")
    document = forms.CharField(label="文书号", required=False, max_length=60)
    happened_on = forms.DateField(
        label="形成日期", widget=DATE, help_text="形成或者收到后 5 个工作日内归集；晚了也要录，会照实写明。"
    )

    class Meta:
        model = CreditInfo
        fields = ("kind", "title", "content", "source", "document", "happened_on")


class WithdrawForm(forms.Form):
    """Why something is taken down."""

    reason = forms.CharField(
        label="撤下的理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明撤下的理由。"},
    )


class ListingForm(DraftForm):
    """For which cause, on which facts."""

    needed: ClassVar[tuple[str, ...]] = ("cause", "facts")
    cause = forms.ChoiceField(
        label="情形", required=False, choices=[("", "请选择"), *((cause.value, cause.label) for cause in Cause)]
    )
    facts = forms.CharField(
        label="事实",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="写清什么时候、发生了什么、怎么查实的。组织的负责人会收到全文。",
    )
    document = forms.CharField(
        label="依据的文书", required=False, max_length=120, help_text="处罚决定、整改通知的文号。"
    )
    first_letter_on = forms.DateField(
        label="第一次寄信", required=False, widget=DATE, help_text="只有“按登记的住所联系不上”要填。"
    )
    second_letter_on = forms.DateField(
        label="第二次寄信",
        required=False,
        widget=DATE,
        help_text=f"和第一次相隔 {LETTERS_APART[0]} 到 {LETTERS_APART[1]} 天。",
    )

    class Meta:
        model = CreditListing
        fields = ("cause", "facts", "document", "first_letter_on", "second_letter_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        of_list = CAUSES.get(self.instance.credit_list, tuple(Cause))
        self.fields["cause"].choices = [("", "请选择"), *((cause.value, cause.label) for cause in of_list)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Letters come in order, none in the future."""
        cleaned = super().clean() or self.cleaned_data
        first, second = cleaned.get("first_letter_on"), cleaned.get("second_letter_on")
        for name, day in (("first_letter_on", first), ("second_letter_on", second)):
            if day and day > clock.today():
                self.add_error(name, "寄信的日期不能在将来。")
        if first and second and not LETTERS_APART[0] <= (second - first).days <= LETTERS_APART[1]:
            self.add_error("second_letter_on", f"两次寄信要相隔 {LETTERS_APART[0]} 到 {LETTERS_APART[1]} 天。")
        return cleaned


LISTS = [(one.value, one.label) for one in CreditList]
