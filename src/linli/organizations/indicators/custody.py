"""Figures of the custody of funds: ledgers, what is kept, comes and goes, and statements made on time."""

from __future__ import annotations

from django.db.models import Case, CharField, F, Q, Value, When

from linli.core.figures import Category, Counts, Facts, Figure, Ratio, declare
from linli.core.registers import Column
from linli.core.registers import Kind as Show
from linli.organizations.choices.custody import CustodyState, EntryKind, EntryState, Fund
from linli.organizations.indicators.wording import words
from linli.organizations.queries.custody import (
    custodies_visible_to,
    custody_entries_visible_to,
    custody_reach,
    statements_visible_to,
)

GROUP = "财务代管"
SOURCE = "金平的报告：联合会为会员代管财务；民办发〔2020〕36号：一家一本分账，两人经手，每月对账"

LEDGERS = Facts(
    slug="custodies",
    label="代管分账",
    unit="本",
    model_label="organizations.Custody",
    began="valid_from",
    ended="ended_on",
    where=Q(state__in=[CustodyState.IN_FORCE.value, CustodyState.ENDING.value, CustodyState.ENDED.value]),
    visible_to=custodies_visible_to,
    reach=custody_reach,
    kept=False,  # a few of each federation
    columns=(
        Column("member", "会员", "member__name"),
        Column("number", "编号", kind=Show.CODE),
        Column("state", "状态", show=dict(words(CustodyState)).get, kind=Show.CHOICE),
        Column("valid_from", "协议自", kind=Show.DAY),
        Column("ended_on", "终止日期", kind=Show.DAY),
    ),
    href=lambda row: str(row.ledger_url),
)

ENTRIES = Facts(
    slug="custodyentries",
    label="代管收支",
    unit="元",
    model_label="organizations.CustodyEntry",
    began="happened_on",
    where=Q(state=EntryState.BOOKED.value),
    visible_to=custody_entries_visible_to,
    reach=custody_reach,
    kept=False,
    categories=(
        Category("kind", "收支", "kind", words(EntryKind)),
        Category("fund", "资金来源", "fund", words(Fund)),
    ),
    sums={"came": "money_in", "went": "money_out", "change": "change"},
    columns=(
        Column("member", "会员", "custody__member__name"),
        Column("number", "编号", kind=Show.CODE),
        Column("kind", "收支", show=dict(words(EntryKind)).get, kind=Show.CHOICE),
        Column("fund", "资金来源", show=dict(words(Fund)).get, kind=Show.CHOICE),
        Column("happened_on", "发生日期", kind=Show.DAY),
        Column("money_in", "收入（元）", kind=Show.NUMBER),
        Column("money_out", "支出（元）", kind=Show.NUMBER),
    ),
)

STATEMENTS = Facts(
    slug="custodystatements",
    label="代管对账单",
    unit="份",
    model_label="organizations.CustodyStatement",
    began="due_on",
    visible_to=statements_visible_to,
    reach=custody_reach,
    kept=False,
    categories=(
        Category(
            "timeliness",
            "有没有按时出",
            Case(
                When(made_on__lte=F("due_on"), then=Value("on_time")),
                default=Value("late"),
                output_field=CharField(),
            ),
            (("on_time", "按时出具"), ("late", "晚出")),
        ),
    ),
    columns=(
        Column("member", "会员", "custody__member__name"),
        Column("month", "月份", kind=Show.DAY),
        Column("due_on", "最晚", kind=Show.DAY),
        Column("made_on", "出具日期", kind=Show.DAY),
        Column("closing", "期末余额（元）", kind=Show.NUMBER),
    ),
)


def _money(id: str, name: str, counts: Counts, weight: str, counted: str) -> Figure:
    return Figure(
        id=id, name=name, unit="元", facts=ENTRIES, counts=counts, counted=counted, source=SOURCE, weight=weight,
        group=GROUP,
    )  # fmt: skip


def _made(id: str, name: str, counted: str, **more: object) -> Figure:
    given: dict[str, object] = {"unit": "份", "group": GROUP, "source": SOURCE, "counts": Counts.BEGAN}
    return Figure(id=id, name=name, facts=STATEMENTS, counted=counted, **(given | more))  # type: ignore[arg-type]


DUE = _made("custody_statements", "应出的代管对账单", "最晚日期在期内、已经出具的对账单")
ON_TIME = _made(
    "custody_statements_on_time",
    "按时出的代管对账单",
    "其中按时出具的",
    where={"timeliness": ("on_time",)},
    good="up",
)
declare(
    Figure(
        id="custody_ledgers",
        name="代管分账",
        unit="本",
        facts=LEDGERS,
        counts=Counts.STOCK,
        counted="期末当天联合会在管的分账",
        source=SOURCE,
        group=GROUP,
    ),
    _money("custody_balance", "代管余额", Counts.STOCK, "change", "到期末为止入账的收入减支出，冲正相抵"),
    _money("custody_in", "代管收入", Counts.BEGAN, "came", "发生日期在期内的收款，冲正相抵"),
    _money("custody_out", "代管支出", Counts.BEGAN, "went", "发生日期在期内的付款和退还，冲正相抵"),
    DUE,
    ON_TIME,
    Ratio("custody_on_time", "代管对账单按时率", ON_TIME, DUE, SOURCE, group=GROUP, good="up"),
)
