"""The annual report: the work of the year, its money and its meetings."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from linli.core.workflow.forms import DraftForm
from linli.organizations.models import AnnualReport

_MOST = 100_000


def _count(label: str, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=_MOST, help_text=help_text)


def _money(label: str, help_text: str = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_digits=14, decimal_places=2, help_text=help_text
    )


class WorkForm(DraftForm):
    """What it did in the year, and with whom."""

    needed: ClassVar[tuple[str, ...]] = ("work", "activities", "members", "party_members", "staff")
    work = forms.CharField(
        label="一年的工作",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text="做了什么、为谁做、成效怎样；重大事项和变更也写上。不写个人的姓名。",
    )
    activities = _count("活动场次", "已按平台核实过的活动填好，可以改。")
    members = _count("成员人数", "年末的人数。")
    party_members = _count("其中党员")
    staff = _count("专职人员", "没有就填 0。")

    class Meta:
        model = AnnualReport
        fields = ("work", "activities", "members", "party_members", "staff")

    def clean(self) -> dict[str, Any]:
        """Party members are some of the members."""
        cleaned = super().clean() or self.cleaned_data
        members, party = cleaned.get("members"), cleaned.get("party_members")
        if members is not None and party is not None and party > members:
            self.add_error("party_members", f"党员人数不能多于成员人数（{members} 人）。")
        return cleaned


class MoneyForm(DraftForm):
    """What came in, went out, and is left; and how often it met."""

    needed: ClassVar[tuple[str, ...]] = ("income", "expense", "assets", "debts", "councils", "assemblies")
    income = _money("收入（元）", "全年合计，和财务报告一致。")
    expense = _money("支出（元）")
    assets = _money("年末资产（元）")
    debts = _money("年末负债（元）", "没有就填 0。")
    councils = _count("理事会次数")
    assemblies = _count("会员大会次数", "社会服务机构没有会员大会的填 0。")

    class Meta:
        model = AnnualReport
        fields = ("income", "expense", "assets", "debts", "councils", "assemblies")
