"""Figures of applications to be filed and of changes."""

from __future__ import annotations

from django.db.models import Q

from linli.core.figures import Category, Counts, Facts, Figure, Ratio, declare
from linli.core.registers import Column
from linli.core.registers import Kind as Show
from linli.organizations.choices.filing import (
    AmendmentKind,
    AmendmentState,
    FilingState,
    Kind,
)
from linli.organizations.indicators.wording import CASES, USUAL, words
from linli.organizations.queries.register import (
    amendments_visible_to,
    filings_visible_to,
    reach_of,
)

FILINGS = Facts(
    slug="filings",
    label="备案申请",
    unit="件",
    model_label="organizations.Filing",
    began="began_at",
    ended="ended_at",
    where=Q(began_at__isnull=False) & ~Q(state=FilingState.DRAFT),
    visible_to=filings_visible_to,
    reach=reach_of,
    categories=(
        Category("state", "状态", "state", words(FilingState)),
        Category("kind", "类别", "kind", words(Kind)),
    ),
    columns=(
        Column("name", "名称"),
        Column("number", "编号", kind=Show.CODE),
        Column("kind", "类别", show=dict(words(Kind)).get, kind=Show.CHOICE),
        Column("place", "社区", "area__full_name", kind=Show.AREA),
        Column("state", "状态", show=dict(words(FilingState)).get, kind=Show.CHOICE),
        Column("began_at", "提交", kind=Show.MOMENT),
        Column("ended_at", "办结", kind=Show.MOMENT),
    ),
)
AMENDMENTS = Facts(
    slug="amendments",
    label="变更与注销",
    unit="件",
    model_label="organizations.Amendment",
    began="began_at",
    ended="ended_at",
    where=Q(began_at__isnull=False) & ~Q(state=AmendmentState.DRAFT),
    visible_to=amendments_visible_to,
    reach=reach_of,
    categories=(
        Category("kind", "事项", "kind", words(AmendmentKind)),
        Category("state", "状态", "state", words(AmendmentState)),
    ),
    columns=(
        Column("organization", "社会组织", "organization__name"),
        Column("number", "编号", kind=Show.CODE),
        Column("kind", "事项", show=dict(words(AmendmentKind)).get, kind=Show.CHOICE),
        Column("state", "状态", show=dict(words(AmendmentState)).get, kind=Show.CHOICE),
        Column("began_at", "提交", kind=Show.MOMENT),
        Column("ended_at", "办结", kind=Show.MOMENT),
    ),
)


def _case(id: str, name: str, facts: Facts, counts: Counts, counted: str, **more: object) -> Figure:
    given: dict[str, object] = {"unit": "件", "group": CASES, "source": "办件统计的通行口径"}
    return Figure(id=id, name=name, facts=facts, counts=counts, counted=counted, **(given | more))  # type: ignore[arg-type]


SUBMITTED = _case("filings_submitted", "备案申请", FILINGS, Counts.BEGAN, "期内提交的备案申请，退回补正的不重复算")
CLOSED = _case("filings_closed", "办结的备案申请", FILINGS, Counts.ENDED, "期内办结的备案申请：备案、不予备案、撤回")
OPEN = _case("filings_open", "在办的备案申请", FILINGS, Counts.STOCK, "期末当天已经提交、还没有办结的备案申请")
GRANTED = _case(
    "filings_granted",
    "予以备案",
    FILINGS,
    Counts.ENDED,
    "期内办结并予以备案的申请",
    where={"state": (FilingState.FILED,)},
)
CHANGES = _case("amendments_submitted", "变更和注销申请", AMENDMENTS, Counts.BEGAN, "期内提交的变更、注销备案申请")
CHANGED = _case("amendments_closed", "办结的变更和注销", AMENDMENTS, Counts.ENDED, "期内办结的变更、注销备案申请")
declare(
    SUBMITTED,
    CLOSED,
    OPEN,
    GRANTED,
    Ratio(
        "close_rate",
        "备案办结率",
        CLOSED,
        SUBMITTED,
        "办件统计的通行口径",
        group=CASES,
        good="up",
        note="办结的不一定是期内提交的，可能超过 100%",
    ),
    Ratio("grant_rate", "备案通过率", GRANTED, CLOSED, USUAL, group=CASES),
    CHANGES,
    CHANGED,
)
