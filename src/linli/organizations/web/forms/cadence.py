"""What a federation says of a survey, a round of visits, a meeting."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from linli.core import clock
from linli.core.workflow.forms import DraftForm
from linli.organizations.choices.cadence import MEETINGS, SURVEYS
from linli.organizations.models import Occasion
from linli.organizations.web.forms.federation import DATE


class VisitForm(DraftForm):
    """When, how many person-times, what was heard."""

    needed: ClassVar[tuple[str, ...]] = ("done_on", "reached")
    done_on = forms.DateField(label="开展日期", required=False, widget=DATE, help_text="分几天开展的，填最后一天。")
    reached = forms.IntegerField(
        label="走访多少人次", required=False, min_value=1, max_value=1_000_000, help_text="同一个人走访两次算两人次。"
    )
    note = forms.CharField(
        label="情况和收到的意见",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写事不写名：意见是什么、要谁办。",
    )

    class Meta:
        model = Occasion
        fields: tuple[str, ...] = ("done_on", "reached", "note")

    def clean_done_on(self) -> Any:
        """In its period or after it, and not in the future."""
        day = self.cleaned_data["done_on"]
        if day and day > clock.today():
            raise forms.ValidationError("开展日期在将来。开展以后再记。")
        if day and self.instance.period_from and day < self.instance.period_from:
            raise forms.ValidationError("开展日期早于这一期，应当记在上一期。")
        return day

    def clean(self) -> dict[str, Any]:
        """Part of a whole."""
        cleaned = super().clean() or self.cleaned_data
        asked, reached = cleaned.get("asked"), cleaned.get("reached")
        if asked and reached and reached > asked:
            words = "收回的不能多于发出的。" if self.instance.kind in SURVEYS else "实到的不能多于应到的。"
            self.add_error("reached", words)
        return cleaned


class CountedForm(VisitForm):
    """A survey or a meeting: of how many."""

    needed: ClassVar[tuple[str, ...]] = ("done_on", "asked", "reached")
    field_order = ("done_on", "asked", "reached", "note")
    asked = forms.IntegerField(label="发出几份", required=False, min_value=1, max_value=1_000_000)

    class Meta(VisitForm.Meta):
        fields = ("done_on", "asked", "reached", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        meeting = self.instance.kind in MEETINGS
        self.fields["asked"].label = "应到几人" if meeting else "发出几份"
        self.fields["reached"].label = "实到几人" if meeting else "收回几份"
        self.fields["reached"].help_text = ""
