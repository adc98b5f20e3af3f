"""Incidents a person reported, and those that person was told of."""

from __future__ import annotations

from operator import attrgetter

from linli.core.privacy.actions.incidents import letter_url
from linli.core.privacy.declare import Holding, Item, declare_holdings
from linli.core.privacy.incident_models import Concerned, Incident
from linli.core.privacy.values import Kind

TOLD_LABELS = {
    "info": "涉及的信息",
    "cause": "原因",
    "harm": "可能的危害",
    "measures": "已采取的措施",
    "advice": "可以怎样做",
    "contact": "联系方式",
}

declare_holdings(
    Holding(
        "incident-reports",
        "报告过的个人信息事件",
        "core.Incident",
        "incident",
        lambda subject: Incident.objects.filter(owner=subject.key),
        (
            Item("number", "编号"),
            Item("kind", "怎么了"),
            Item("what", "发现了什么", Kind.OTHER),
            Item("found_at", "发现时间"),
            Item("state", "状态"),
            Item("ended_at", "办结时间"),
        ),
        unit="件",
        url=lambda row: str(row.get_absolute_url()),
        scope=lambda row: str(row.scope),
    ),
    Holding(
        "incidents",
        "涉及我的个人信息事件",
        "core.Concerned",
        "incident",
        lambda subject: Concerned.objects.filter(person=subject.key, told_at__isnull=False).select_related(
            "incident"
        ),
        (
            Item("number", "编号", show=lambda row: row.incident.number),
            Item("told_at", "通知时间"),
            *(Item(name, label, show=attrgetter(f"incident.{name}")) for name, label in TOLD_LABELS.items()),
        ),
        title=lambda row: str(row.incident.title),
        unit="件",
        url=lambda row: letter_url(row.incident),
    ),
)
