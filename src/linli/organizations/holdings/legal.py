"""What the legal life of registered organizations holds about people: who heads them, and who wrote."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from linli.core.privacy.choices import Ground
from linli.core.privacy.declare import Holding, Item, Processing, Subject, declare_holdings, declare_processing
from linli.core.privacy.holdings import STORED
from linli.organizations.models import AnnualReport

LEGAL = "legal"

declare_processing(
    Processing(
        LEGAL,
        "已登记社会组织的登记管理",
        "接受年度报告，作出检查结论，督促整改",
        Ground.DUTY,
        "个人信息保护法第十三条第一款第三项、第三十四条；社会团体登记管理条例；民办非企业单位登记管理暂行条例",
        "组织的负责人",
        "来自名册；报告由负责人自己填写，没有账号的由社区工作者代填",
        "所在社区、街道、区民政局的经办人",
        STORED,
    )
)


def _key(subject: Subject) -> int:
    return subject.user.pk if subject.user is not None else 0


def _owners(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(owner__isnull=False).values("owner")


def _reports(subject: Subject) -> QuerySet[AnnualReport]:
    return AnnualReport.objects.filter(owner=_key(subject)).select_related("organization__area__parent")


declare_holdings(
    Holding(
        "annual-reports",
        "我报送的年度报告",
        "organizations.AnnualReport",
        LEGAL,
        _reports,
        (
            Item("organization", "组织", show=lambda row: row.organization.name),
            Item("year", "年度"),
            Item("number", "编号"),
            Item("state", "状态"),
            Item("due_on", "报送期限"),
            Item("sent_on", "报送日期"),
            Item("work", "一年的工作"),
        ),
        unit="份",
        url=lambda row: str(row.get_absolute_url()),
        scope=lambda row: str(row.scope),
        persons=_owners,
    )
)
