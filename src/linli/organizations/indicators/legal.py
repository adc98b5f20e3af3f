"""Figures of registrations and of the ends of registered organizations."""

from __future__ import annotations

from django.db.models import Q

from linli.core.figures import Category, Counts, Facts, Figure, declare
from linli.core.registers import Column
from linli.core.registers import Kind as Show
from linli.organizations.choices.deregistration import DeregistrationState, EndKind
from linli.organizations.choices.registration import RegistrationState
from linli.organizations.choices.states import LegalType
from linli.organizations.indicators.wording import LAWFUL, words
from linli.organizations.queries.deregistration import deregistrations_visible_to
from linli.organizations.queries.register import reach_of
from linli.organizations.queries.registration import registrations_visible_to

REGISTRATIONS = Facts(
    slug="registrations",
    label="成立登记",
    unit="件",
    model_label="organizations.Registration",
    began="began_at",
    ended="ended_at",
    where=Q(began_at__isnull=False) & ~Q(state=RegistrationState.DRAFT),
    visible_to=registrations_visible_to,
    reach=reach_of,
    categories=(
        Category("state", "状态", "state", words(RegistrationState)),
        Category("legal_type", "法律类型", "legal_type", words(LegalType)),
    ),
    columns=(
        Column("full_name", "名称"),
        Column("number", "编号", kind=Show.CODE),
        Column("legal_type", "法律类型", show=dict(words(LegalType)).get, kind=Show.CHOICE),
        Column("state", "状态", show=dict(words(RegistrationState)).get, kind=Show.CHOICE),
        Column("began_at", "提交", kind=Show.MOMENT),
        Column("ended_at", "办结", kind=Show.MOMENT),
    ),
)
DEREGISTRATIONS = Facts(
    slug="deregistrations",
    label="注销登记",
    unit="件",
    model_label="organizations.Deregistration",
    began="began_at",
    ended="ended_at",
    where=Q(began_at__isnull=False) & ~Q(state=DeregistrationState.DRAFT),
    visible_to=deregistrations_visible_to,
    reach=reach_of,
    categories=(
        Category("state", "状态", "state", words(DeregistrationState)),
        Category("kind", "终止的情形", "kind", words(EndKind)),
    ),
    columns=(
        Column("organization", "社会组织", "organization__name"),
        Column("number", "编号", kind=Show.CODE),
        Column("kind", "终止的情形", show=dict(words(EndKind)).get, kind=Show.CHOICE),
        Column("state", "状态", show=dict(words(DeregistrationState)).get, kind=Show.CHOICE),
        Column("began_at", "提交", kind=Show.MOMENT),
        Column("ended_at", "办结", kind=Show.MOMENT),
    ),
)
_ASSOCIATIONS = "社会团体登记管理条例、民办非企业单位登记管理暂行条例"


def _case(id: str, name: str, facts: Facts, counts: Counts, counted: str, **where: tuple[str, ...]) -> Figure:
    return Figure(id, name, "件", facts, counts, counted, _ASSOCIATIONS, where, group=LAWFUL)


declare(
    _case("registrations", "成立登记申请", REGISTRATIONS, Counts.BEGAN, "期内提交的成立登记申请"),
    _case(
        "registered",
        "予以登记",
        REGISTRATIONS,
        Counts.ENDED,
        "期内作出决定、准予登记的",
        state=(RegistrationState.REGISTERED,),
    ),
    _case("deregistrations", "注销登记申请", DEREGISTRATIONS, Counts.BEGAN, "期内提出的终止和注销登记"),
    _case(
        "deregistered",
        "准予注销登记",
        DEREGISTRATIONS,
        Counts.ENDED,
        "期内清算完毕、准予注销登记的",
        state=(DeregistrationState.DEREGISTERED,),
    ),
)
