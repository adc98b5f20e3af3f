"""What the legal life of registered organizations holds about people: who heads them, and who wrote."""

from __future__ import annotations

from functools import partial

from django.db.models import QuerySet

from linli.core.privacy.choices import Ground
from linli.core.privacy.declare import (
    Holding,
    Item,
    Processing,
    Retention,
    Subject,
    declare_holdings,
    declare_processing,
    declare_retention,
)
from linli.core.privacy.holdings import STORED, delete_draft, erase_draft, owners, untouched_since
from linli.core.workflow.models import Case
from linli.organizations.models import AnnualReport, Deregistration, Registration

LEGAL = "legal"

declare_processing(
    Processing(
        LEGAL,
        "已登记社会组织的登记管理",
        "办理成立登记和注销登记；接受年度报告，作出检查结论，督促整改",
        Ground.DUTY,
        "个人信息保护法第十三条第一款第三项、第三十四条；社会团体登记管理条例；民办非企业单位登记管理暂行条例",
        "组织的负责人",
        "来自名册；申请和报告由负责人自己填写，没有账号的由社区工作者代填",
        "所在社区、街道、区民政局的经办人",
        STORED,
    )
)


def _reports(subject: Subject) -> QuerySet[AnnualReport]:
    return AnnualReport.objects.filter(owner=subject.key).select_related("organization__area__parent")


def _registrations(subject: Subject) -> QuerySet[Registration]:
    return Registration.objects.filter(owner=subject.key).select_related("organization__area__parent")


def _ends(subject: Subject) -> QuerySet[Deregistration]:
    return Deregistration.objects.filter(owner=subject.key).select_related("organization__area__parent")


def _kept(case: Case, subject: Subject) -> str:
    return "正在办理，请先撤回" if case.is_open and case.began_at is not None else ""


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
        persons=owners,
    ),
    Holding(
        "registrations",
        "我申请的成立登记",
        "organizations.Registration",
        LEGAL,
        _registrations,
        (
            Item("full_name", "登记名称"),
            Item("number", "编号"),
            Item("state", "状态"),
            Item("premises", "住所"),
            Item("complete_on", "受理日期"),
            Item("uscc", "统一社会信用代码"),
        ),
        unit="件",
        url=lambda row: str(row.get_absolute_url()),
        erase=erase_draft,
        kept_by_law=_kept,
        scope=lambda row: str(row.scope),
        persons=owners,
    ),
    Holding(
        "deregistrations",
        "我申请的注销登记",
        "organizations.Deregistration",
        LEGAL,
        _ends,
        (
            Item("organization", "组织", show=lambda row: row.organization.name),
            Item("number", "编号"),
            Item("state", "状态"),
            Item("cause", "原因"),
            Item("plan", "清算安排"),
            Item("liquidated_on", "清算结束"),
            Item("decided_on", "注销日期"),
        ),
        unit="件",
        url=lambda row: str(row.get_absolute_url()),
        erase=erase_draft,
        kept_by_law=_kept,
        scope=lambda row: str(row.scope),
        persons=owners,
    ),
)
declare_retention(
    *(
        Retention(
            f"{model._meta.model_name}-drafts",
            f"没有提交的{model._meta.verbose_name}申请",
            LEGAL,
            "自最后一次修改之日",
            "删除草稿和附件",
            "同 retention.draft_days",
            "retention.draft_days",
            model._meta.label,
            partial(untouched_since, model),
            delete_draft,
            since="created_at",
        )
        for model in (Registration, Deregistration)
    )
)
