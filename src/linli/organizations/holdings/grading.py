"""What grading holds about people: who applied, who evaluates, who sits on a board and how they voted."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import QuerySet

from linli.core.access.models import User
from linli.core.privacy.choices import Ground
from linli.core.privacy.declare import (
    Holding,
    Item,
    Processing,
    Retention,
    Subject,
    declare_holdings,
    declare_not_personal,
    declare_processing,
    declare_retention,
)
from linli.core.privacy.holdings import STORED, delete_draft, untouched_since
from linli.core.workflow.models import Case
from linli.organizations.models import BoardMember, Grading, GradingSheet, GradingVote

EVALUATION = "grading"

declare_processing(
    Processing(
        EVALUATION,
        "社会组织评估",
        "接受评估申请，随机抽取评审、检查利害关系，评审打分，委员会记名表决，处理复核",
        Ground.DUTY,
        "个人信息保护法第十三条第一款第三项、第三十四条；社会组织评估管理办法（民政部令39号）",
        "组织的负责人、评审、评估委员会和复核委员会的委员",
        "来自名册和岗位；评分和表决由本人填写",
        "区民政局、街道的经办人和这一轮的委员；公示只写票数",
        STORED,
    )
)


def _key(subject: Subject) -> int:
    return subject.user.pk if subject.user is not None else 0


def _owners(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(owner__isnull=False).values("owner")


def _gradings(subject: Subject) -> QuerySet[Grading]:
    return Grading.objects.filter(owner=_key(subject)).select_related("organization", "round__area")


def _sheets(subject: Subject) -> QuerySet[GradingSheet]:
    return GradingSheet.objects.filter(owner=_key(subject)).select_related("grading__organization", "grading__round")


def _seats(subject: Subject) -> QuerySet[BoardMember]:
    return BoardMember.objects.filter(user=_key(subject)).select_related("round__area")


def _votes(subject: Subject) -> QuerySet[GradingVote]:
    rows = GradingVote.objects.filter(member__user=_key(subject))
    return rows.select_related("grading__organization", "grading__round", "member__user")


def _kept(case: Case, subject: Subject) -> str:
    return "正在办理，请先撤回" if case.is_open and case.began_at is not None else ""


def _erase(case: Case, *, actor: User) -> None:
    """It says nothing of a person but who applied, which the log keeps as well; a draft goes whole."""
    if case.began_at is None and case.state == "draft":
        delete_draft(case)


declare_holdings(
    Holding(
        "gradings",
        "我申请的评估",
        "organizations.Grading",
        EVALUATION,
        _gradings,
        (
            Item("organization", "组织", show=lambda row: row.organization.name),
            Item("round", "轮次", show=lambda row: row.round.title),
            Item("number", "编号"),
            Item("state", "状态"),
            Item("evidence", "自评的依据"),
        ),
        unit="件",
        url=lambda row: str(row.get_absolute_url()),
        erase=_erase,
        kept_by_law=_kept,
        scope=lambda row: str(row.scope),
        persons=_owners,
    ),
    Holding(
        "grading-sheets",
        "我填的评分表",
        "organizations.GradingSheet",
        EVALUATION,
        _sheets,
        (
            Item("organization", "组织", show=lambda row: row.grading.organization.name),
            Item("number", "编号"),
            Item("state", "状态"),
            Item("remark", "评语"),
            Item("sent_on", "提交日期"),
        ),
        unit="份",
        url=lambda row: str(row.get_absolute_url()),
        scope=lambda row: str(row.scope),
        persons=_owners,
    ),
    Holding(
        "grading-seats",
        "我担任的评估委员",
        "organizations.BoardMember",
        EVALUATION,
        _seats,
        (
            Item("round", "轮次", show=lambda row: row.round.title),
            Item("board", "委员会"),
        ),
        unit="个",
        url=lambda row: str(row.round.get_absolute_url()),
        scope=lambda row: str(row.round.scope),
        persons=lambda rows: rows.values("user"),
    ),
    Holding(
        "grading-votes",
        "我的记名表决",
        "organizations.GradingVote",
        EVALUATION,
        _votes,
        (
            Item("organization", "组织", show=lambda row: row.grading.organization.name),
            Item("choice", "表决"),
            Item("words", "意见"),
            Item("cast_at", "时间"),
        ),
        unit="票",
        url=lambda row: str(row.grading.get_absolute_url()),
        scope=lambda row: str(row.grading.scope),
        persons=lambda rows: rows.values("member__user"),
    ),
)
declare_not_personal(
    organizations_GradingRound="评估的方案，账号只记谁拟；委员的名单见评估委员",
    organizations_HeldGrade="组织的等级，公开；账号只记谁录入",
    organizations_GradeChange="对组织等级的处理，账号只记谁提出、谁决定",
)
declare_retention(
    Retention(
        "grading-drafts",
        "没有提交的评估申请",
        EVALUATION,
        "自最后一次修改之日",
        "删除草稿和附件",
        "同 retention.draft_days",
        "retention.draft_days",
        "organizations.Grading",
        partial(untouched_since, Grading),
        delete_draft,
        since="created_at",
    )
)
