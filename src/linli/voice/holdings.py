"""What voice holds about people: who said what, how to reach them, who follows; and when that goes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from linli.core.parameters import Parameter, declare
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
from linli.core.privacy.holdings import STORED, delete_draft, erase_draft, owners, untouched_since
from linli.core.privacy.values import Kind
from linli.voice.actions.drafts import forget_contact, forget_report_contact
from linli.voice.actions.following import forget_follow
from linli.voice.models import Contact, Follow, Report

VOICE = "voice"
CONTACT_DAYS = "retention.contact_days"

declare_processing(
    Processing(
        VOICE,
        "居民诉求",
        "受理、交办、答复居民反映的事，回访是不是解决了",
        Ground.DUTY,
        "个人信息保护法第十三条第一款第三项、第三十四条；城市居民委员会组织法；接诉即办的地方规定",
        "提出诉求的居民，和一起跟进的邻居",
        "本人填写；打电话、来访的由社区工作者或街道经办代为登记",
        "诉求的内容给受理、承办、协助的单位；是谁说的不给承办单位和被反映的单位，回访的人填理由才能看",
        STORED,
    )
)


def _kept(report: Report, subject: Subject) -> str:
    return "正在办理，请先撤回或等办结" if report.is_open and report.began_at is not None else ""


def _contacts(subject: Subject) -> QuerySet[Contact]:
    mine = Q(report__owner=subject.key) | Q(phone_hash__in=subject.phone_hashes)
    return Contact.objects.filter(mine).select_related("report__matter", "report__community")


def _reached(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(report__owner__isnull=False).values("report__owner")


def _following(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.values("user")


declare_holdings(
    Holding(
        "reports",
        "我说的事",
        "voice.Report",
        VOICE,
        lambda subject: Report.objects.filter(owner=subject.key).select_related("matter", "community"),
        (
            Item("number", "编号"),
            Item("matter", "什么事", show=lambda row: row.matter.name if row.matter else ""),
            Item("words", "说的情况"),
            Item("place", "具体位置"),
            Item("state", "状态"),
            Item("answer", "答复内容"),
            Item("began_at", "提出时间"),
        ),
        unit="件",
        url=lambda row: str(row.get_absolute_url()),
        erase=erase_draft,
        kept_by_law=_kept,
        scope=lambda row: str(row.scope),
        persons=owners,
    ),
    Holding(
        "report-contacts",
        "诉求的联系方式",
        "voice.Contact",
        VOICE,
        _contacts,
        (
            Item("name", "怎么称呼", Kind.NAME),
            Item("phone", "联系电话", Kind.PHONE),
            Item("report", "哪一件", show=lambda row: row.report.number),
        ),
        title=lambda row: row.report.title,
        answers_for=("phone_hash",),
        erase=forget_contact,
        kept_by_law=lambda row, subject: _kept(row.report, subject),
        scope=lambda row: str(row.scope),
        persons=_reached,
    ),
    Holding(
        "follows",
        "我也遇到的事",
        "voice.Follow",
        VOICE,
        lambda subject: Follow.objects.filter(user=subject.key).select_related("report__matter", "report__community"),
        (Item("report", "哪一件", show=lambda row: row.report.title), Item("since", "从什么时候")),
        title=lambda row: row.report.title,
        erase=forget_follow,
        scope=lambda row: str(row.report.scope),
        persons=_following,
    ),
)
declare_not_personal(
    voice_Matter_name="类别的名称",
)
declare(
    Parameter(
        CONTACT_DAYS,
        int,
        180,
        "天",
        "保存期限：办结后诉求人的联系方式",
        "最小必要（个人信息保护法第十九条）[V-]；天数为本系统所定，够回访和复核",
        30,
        1095,
    )
)


def _over(cutoff: dt.datetime) -> QuerySet[Report]:
    """Ended long ago, and it is still known how to reach the author."""
    return Report.objects.filter(ended_at__lt=cutoff, contact__isnull=False)


declare_retention(
    Retention(
        "report-drafts",
        "没有提交的诉求",
        VOICE,
        "自最后一次修改之日",
        "删除草稿和照片",
        "同 retention.draft_days",
        "retention.draft_days",
        "voice.Report",
        lambda cutoff: untouched_since(Report, cutoff),
        delete_draft,
        since="created_at",
    ),
    Retention(
        "report-contacts",
        "诉求人的联系方式",
        VOICE,
        "自办结、归档之日",
        "删除称呼和电话；诉求和答复留下，不写是谁说的",
        "同 retention.contact_days",
        CONTACT_DAYS,
        "voice.Report",
        _over,
        forget_report_contact,
        since="ended_at",
    ),
)
