"""What mediation holds about people: the two sides, their words, and the mediators in office."""

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
from linli.core.privacy.holdings import STORED, delete_draft, erase_draft, untouched_since
from linli.core.privacy.values import Kind
from linli.mediation.actions.keeping import forget_case
from linli.mediation.choices.cases import MEDIATION as PROCESS
from linli.mediation.models import CaseNote, MediationCase, MediationParty, MediationSession, Mediator, Training

MEDIATION, MEDIATORS = "mediation", "mediators"

declare_processing(
    Processing(
        MEDIATION,
        "人民调解",
        "受理纠纷，征得双方同意后调解，订立协议，督促履行，立卷归档",
        Ground.DUTY,
        "个人信息保护法第十三条第一款第三项；人民调解法第十五条第四项（不得泄露当事人的个人隐私、商业秘密）、第二十七条",
        "纠纷的双方当事人",
        "当事人自己填写，调解员记录；公安、法院、热线、信访、网格移送",
        "主持和参加调解的调解员、调委会主任、双方当事人；街道和区只看数字，看不到案件",
        STORED,
    ),
    Processing(
        MEDIATORS,
        "调解员名册",
        "公开谁在哪里调解，安排案件和培训",
        Ground.DUTY,
        "个人信息保护法第十三条第一款第三项；人民调解法第八条、第十条、第十四条",
        "调解员",
        "所在街道和调委会登记",
        "姓名、身份和所在调解组织对外公开；培训和手上的案件数只给街道和调委会",
        STORED,
    ),
)


def _mine(subject: Subject) -> Q:
    sides = MediationParty.objects.filter(user=subject.key).values("case")
    return Q(owner=subject.key) | Q(pk__in=sides)


def _kept(case: MediationCase, subject: Subject) -> str:
    if case.began_at is None:
        return ""
    return "还没有办结，请等办结或先撤回" if case.is_open else "人民调解法第二十七条：调解档案按档案规定保存"


def _kept_row(row: Any, subject: Subject) -> str:
    return _kept(row.case, subject)


def _erase_party(party: MediationParty, *, actor: Any) -> None:
    erase_draft(party.case, actor=actor)


def _persons(rows: QuerySet[Any]) -> QuerySet[Any]:
    return MediationParty.objects.filter(case__in=rows.values("pk"), user__isnull=False).values("user")


def _of_cases(rows: QuerySet[Any]) -> QuerySet[Any]:
    return MediationParty.objects.filter(case__in=rows.values("case"), user__isnull=False).values("user")


def _sides(subject: Subject) -> QuerySet[Any]:
    return MediationParty.objects.filter(user=subject.key).values("case")


declare_holdings(
    Holding(
        "mediations",
        "我的调解",
        "mediation.MediationCase",
        MEDIATION,
        lambda subject: MediationCase.objects.filter(_mine(subject)).select_related("body"),
        (
            Item("number", "编号"),
            Item("body", "调解组织", show=lambda row: row.body.name),
            Item("state", "状态"),
            Item("dispute", "纠纷类型"),
            Item("facts", "纠纷经过", Kind.OTHER, sensitive=True),
            Item("wish", "希望怎么解决", Kind.OTHER),
            Item("terms", "协议内容", Kind.OTHER),
            Item("effective_on", "生效日期"),
            Item("performed_on", "履行日期"),
        ),
        unit="件",
        url=lambda row: str(row.get_absolute_url()),
        erase=erase_draft,
        kept_by_law=_kept,
        scope=lambda row: str(row.scope),
        persons=_persons,
    ),
    Holding(
        "mediation-sides",
        "我作为当事人的信息",
        "mediation.MediationParty",
        MEDIATION,
        lambda subject: MediationParty.objects.filter(user=subject.key).select_related("case__body"),
        (
            Item("case", "案件", show=lambda row: row.case.title),
            Item("side", "哪一方"),
            Item("name", "姓名", Kind.NAME),
            Item("phone", "手机号", Kind.PHONE),
            Item("id_number", "身份证号", Kind.ID_NUMBER, sensitive=True),
            Item("address", "住址", Kind.OTHER),
        ),
        answers_for=("code",),
        url=lambda row: str(row.case.get_absolute_url()),
        erase=_erase_party,
        kept_by_law=_kept_row,
        scope=lambda row: str(row.scope),
        persons=lambda rows: rows.filter(user__isnull=False).values("user"),
    ),
    Holding(
        "mediation-sessions",
        "我参加过的调解",
        "mediation.MediationSession",
        MEDIATION,
        lambda subject: MediationSession.objects.filter(case__in=_sides(subject)).select_related("case__body"),
        (
            Item("case", "案件", show=lambda row: row.case.title),
            Item("held_at", "时间"),
            Item("place", "地点"),
            Item("present", "到场"),
        ),
        note="调解记录的内容按调解档案保管，可以到调委会查阅。",
        answers_for=("notes",),
        scope=lambda row: str(row.scope),
        persons=_of_cases,
    ),
    Holding(
        "mediation-words",
        "调解案件里的说明",
        "mediation.CaseNote",
        MEDIATION,
        lambda subject: CaseNote.objects.filter(case__in=_sides(subject), for_parties=True).select_related(
            "case__body"
        ),
        (
            Item("case", "案件", show=lambda row: row.case.title),
            Item("step", "哪一步", show=lambda row: row.label),
            Item("words", "说明", Kind.OTHER),
            Item("at", "时间"),
        ),
        note="写给调解员和主任看的说明不在内，按调解档案保管。",
        scope=lambda row: str(row.scope),
        persons=_of_cases,
    ),
    Holding(
        "mediator-rows",
        "我在调解员名册上的登记",
        "mediation.Mediator",
        MEDIATORS,
        lambda subject: Mediator.objects.filter(user=subject.key).select_related("body"),
        (
            Item("body", "调解组织", show=lambda row: row.body.name),
            Item("profession", "身份"),
            Item("is_member", "委员", show=lambda row: "是" if row.is_member else "否"),
            Item("female", "女", show=lambda row: "是" if row.female else "否"),
            Item("skills", "擅长"),
            Item("since", "自"),
            Item("until", "至"),
        ),
        scope=lambda row: str(row.scope),
        persons=lambda rows: rows.values("user"),
    ),
    Holding(
        "mediator-trainings",
        "我的调解员培训",
        "mediation.Training",
        MEDIATORS,
        lambda subject: Training.objects.filter(mediator__user=subject.key).select_related("mediator__body"),
        (
            Item("held_on", "日期"),
            Item("hours", "学时"),
            Item("subject", "内容"),
        ),
        scope=lambda row: str(row.scope),
        persons=lambda rows: rows.values("mediator__user"),
    ),
)
declare_not_personal(
    mediation_MediationBody_name="调解组织的名称，公开",
    mediation_MediationBody_contact_phone="调解组织公开的办公电话",
)
declare(
    Parameter(
        "retention.mediation_days",
        int,
        3650,
        "天",
        "保存期限：人民调解档案里的个人信息",
        "人民调解法第二十七条；档案保管期限按档案规定 [M]，天数为本系统所定",
        1825,
        36500,
    ),
)


def _archived(cutoff: dt.datetime) -> QuerySet[MediationCase]:
    """Cases that ended before a moment and still say who they were about."""
    named = MediationParty.objects.exclude(name="", phone="", id_number="", address="", user=None).values("case")
    return MediationCase.objects.filter(state__in=PROCESS.ends, ended_at__lt=cutoff, pk__in=named)


declare_retention(
    Retention(
        "mediation-drafts",
        "没有提交的调解申请",
        MEDIATION,
        "自最后一次修改之日",
        "删除草稿和附件",
        "同 retention.draft_days",
        "retention.draft_days",
        "mediation.MediationCase",
        lambda cutoff: untouched_since(MediationCase, cutoff),
        delete_draft,
        since="created_at",
    ),
    Retention(
        "mediations",
        "办结的人民调解",
        MEDIATION,
        "自归档之日",
        "删去当事人、经过、记录、协议和附件，只留数字",
        "同 retention.mediation_days",
        "retention.mediation_days",
        "mediation.MediationCase",
        _archived,
        forget_case,
        since="ended_at",
    ),
)
