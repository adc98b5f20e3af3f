"""The plan of an activity, one matter a form, and what its steps ask."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from linli.core.workflow.declare import Step
from linli.core.workflow.forms import FORMS, DraftForm, StepForm
from linli.organizations.actions.activities import closed_words
from linli.organizations.choices import activities as choices
from linli.organizations.choices.activities import ActivityKind, Trigger
from linli.organizations.models import Activity
from linli.organizations.queries.activities import is_closed

MOMENT = "%Y-%m-%dT%H:%M"


def _moment(label: str, hint: str = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=False,
        help_text=hint,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        input_formats=[MOMENT, "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"],
    )


class WhatForm(DraftForm):
    """What it is, when and where."""

    needed: ClassVar[tuple[str, ...]] = ("name", "kind", "starts_at", "ends_at", "place")
    name = forms.CharField(label="活动名称", required=False, max_length=60, help_text="例如：冬至书画进楼道。")
    kind = forms.ChoiceField(
        label="活动类型",
        required=False,
        choices=[("", "请选择"), *ActivityKind.choices],
        help_text="按主要内容选一个。",
    )
    starts_at = _moment("开始时间")
    ends_at = _moment("结束时间")
    place = forms.CharField(label="地点", required=False, max_length=120, help_text="写到楼、室或者广场名称。")
    open_to_all = forms.BooleanField(
        label="居民都可以来", required=False, help_text="勾上的活动会出现在公开的活动日历里。"
    )

    class Meta:
        model = Activity
        fields = ("name", "kind", "starts_at", "ends_at", "place", "open_to_all")

    def clean_starts_at(self) -> Any:
        """Not in a year whose records are closed."""
        starts_at = self.cleaned_data["starts_at"]
        if starts_at is not None:
            day = timezone.localdate(starts_at)
            if is_closed(self.instance.organization.scope, day):
                raise ValidationError(closed_words(day.year))
        return starts_at

    def clean(self) -> dict[str, Any]:
        """A time is whole, and ends after it begins."""
        cleaned = super().clean() or self.cleaned_data
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if "starts_at" in cleaned and "ends_at" in cleaned and (starts_at is None) != (ends_at is None):
            self.add_error("ends_at" if ends_at is None else "starts_at", "开始和结束时间要一起填。")
        elif starts_at is not None and ends_at is not None and ends_at <= starts_at:
            self.add_error("ends_at", "结束要晚于开始。请核对时间。")
        if {"starts_at", "ends_at"} & self.errors.keys():  # a time is kept whole or not at all
            cleaned.pop("starts_at", None)
            cleaned.pop("ends_at", None)
        return cleaned


class HowForm(DraftForm):
    """How it goes, and the money."""

    needed: ClassVar[tuple[str, ...]] = ("plan",)
    plan = forms.CharField(
        label="怎么办",
        required=False,
        max_length=1000,
        help_text="流程、分工、安全安排，几句话说清楚。",
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    budget = forms.DecimalField(
        label="预算（元）", required=False, min_value=0, max_digits=12, decimal_places=2, help_text="不花钱就不用填。"
    )
    money_from = forms.CharField(
        label="钱从哪里来、怎么用",
        required=False,
        max_length=300,
        help_text="会费、赞助、社区经费等；主要用在哪里。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    class Meta:
        model = Activity
        fields = ("plan", "budget", "money_from")


class ScaleForm(DraftForm):
    """How many come, and what asks for a report."""

    needed: ClassVar[tuple[str, ...]] = ("expected",)
    expected = forms.IntegerField(label="预计到场人数", required=False, min_value=1, max_value=1_000_000)
    outdoor = forms.BooleanField(label=Trigger.OUTDOOR.label, required=False)
    procession = forms.BooleanField(label=Trigger.PROCESSION.label, required=False)
    fire = forms.BooleanField(label=Trigger.FIRE.label, required=False)
    funds = forms.BooleanField(label=Trigger.FUNDS.label, required=False)
    guests = forms.BooleanField(label=Trigger.GUESTS.label, required=False)
    minors = forms.BooleanField(label=Trigger.MINORS.label, required=False)
    police_number = forms.CharField(
        label="公安许可编号",
        required=False,
        max_length=60,
        help_text="预计 1,000 人以上要有。提前 20 天向公安机关申请；5,000 人以上向市公安局申请。",
    )

    class Meta:
        model = Activity
        fields = ("expected", *Trigger.values, "police_number")


class LicenceForm(StepForm):
    """The number of the police licence."""

    police_number = forms.CharField(label="公安许可编号", max_length=60, strip=True)


class AgreeForm(StepForm):
    """Plan and money were both looked at."""

    plan_read = forms.BooleanField(label="活动方案已审阅")
    money_read = forms.BooleanField(label="资金使用已审阅")
    field_order = ("plan_read", "money_read", "reason")

    def __init__(self, step: Step, data: Any = None) -> None:
        super().__init__(step, data)
        self.fields["plan_read"].error_messages["required"] = "请先审阅活动方案。"
        self.fields["money_read"].error_messages["required"] = "请先审阅资金使用。"


class SummaryForm(StepForm):
    """What came of it: person-times, persons and hours are three counts."""

    person_times = forms.IntegerField(
        label="人次", min_value=1, max_value=1_000_000, help_text="同一个人来三次，算三人次。"
    )
    persons = forms.IntegerField(label="人数", min_value=1, max_value=1_000_000, help_text="同一个人只算一个。")
    hours = forms.DecimalField(
        label="服务时长（小时）",
        min_value=0,
        max_digits=9,
        decimal_places=1,
        help_text="工作人员和志愿者服务的小时加起来；没有就填 0。",
    )
    spent = forms.DecimalField(
        label="支出（元）", required=False, min_value=0, max_digits=12, decimal_places=2, help_text="没花钱就不用填。"
    )
    summary_text = forms.CharField(
        label="总结",
        max_length=1000,
        help_text="办得怎么样，几句话。不写个人的姓名。",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean(self) -> dict[str, Any]:
        """Persons are at most person-times."""
        cleaned = super().clean() or self.cleaned_data
        times, persons = cleaned.get("person_times"), cleaned.get("persons")
        if times is not None and persons is not None and persons > times:
            self.add_error("persons", f"人数（{persons:,}）不能多于人次（{times:,}）。")
        return cleaned


FORMS.update(
    {
        choices.LICENSE.name: LicenceForm,
        choices.AGREE.name: AgreeForm,
        choices.SUMMARISE.name: SummaryForm,
    }
)
