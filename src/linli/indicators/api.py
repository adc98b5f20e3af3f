"""Figures for programs: what there is, a number, a series, a split, and the records behind it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from pydantic import Field

from linli.areas.models import Area
from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.api.frame import mark, must_match, version_of
from linli.core.api.listing import UNKNOWN_PAGE
from linli.core.api.problems import Problem
from linli.core.api.rooms import Room
from linli.core.api.schemas import UID, After, Answer, Input, Limit, query, typed
from linli.core.figures.declare import PARTS, REGISTRY, Facts, Figure, Ratio, listed
from linli.indicators.actions import boards as actions
from linli.indicators.choices import MOST_FIGURES, Means, Verdict
from linli.indicators.models import Board
from linli.indicators.queries import periods, places
from linli.indicators.queries.boards import boards_for, boards_visible_to, latest_checks
from linli.indicators.queries.numbers import Number, Numbers
from linli.indicators.queries.periods import Period
from linli.indicators.queries.places import Spot
from linli.indicators.queries.published import compared, district_of, source_of
from linli.indicators.queries.records import Asked, Records, lists_of

_AREA: Any = Annotated[
    str, Field(max_length=30, description="区划代码；不写就是你的岗位所在", examples=["440511004"])
]
_PERIOD: Any = Annotated[
    str,
    Field(
        max_length=24,
        pattern=r"^(\d{4}(-\d{2}|-Q[1-4])?|\d{4}-\d{2}-\d{2}\.\.\d{4}-\d{2}-\d{2})$",
        description="月 2026-11、季度 2026-Q4、年 2026，或起止 2026-01-01..2026-03-15；不写就是本月",
        examples=["2026-11"],
    ),
]


class FigureMeaning(Answer):
    """What a figure means."""

    id: str = Field(examples=["orgs"])
    name: str = Field(examples=["在册社会组织"])
    unit: str = Field(examples=["家"])
    group: str = Field(examples=["组织"])
    is_ratio: bool = Field(examples=[False])
    is_stock: bool = Field(examples=[True], description="数的是期末当天；否则是期内")
    counted: str = Field(examples=["期末当天已经备案或登记、还没有终止的社会组织"], description="数的是什么")
    formula: str = Field(examples=["期末当天仍在的社会组织数量"], description="怎么算")
    source: str = Field(examples=["社会组织统计的通行口径"])
    categories: list[str] = Field(examples=[["kind", "legal_status"]], description="可以按什么分")
    lists: list[str] = Field(examples=[["orgs"]], description="背后有哪几份记录，见 records")


class FigureNumber(Answer):
    """A number. A ratio has both parts; its value is empty where nothing is below the line."""

    value: float | None = Field(examples=[532])
    numerator: float | None = Field(examples=[None])
    denominator: float | None = Field(examples=[None])


class PeriodNumber(FigureNumber):
    """A number of a period."""

    period: str = Field(examples=["2026-11"])
    first: dt.date = Field(examples=["2026-11-01"])
    last: dt.date = Field(examples=["2026-11-22"])


class FigureValue(PeriodNumber):
    """A figure of an area and a period."""

    figure: str = Field(examples=["orgs"])
    area: str = Field(examples=["440511"])


class PartNumber(FigureNumber):
    """A number of a part: an area below, or a value of a category."""

    key: str = Field(examples=["440511004"])
    name: str = Field(examples=["东方街道"])


class FigureRecord(Answer):
    """A record behind a number; its values by the names of its columns."""

    name: str = Field(examples=["凤亭下书画社"])
    url: str = Field(examples=["/register/Zk3v8mQ1bH0xY7tR5cW2aA/"])
    values: dict[str, Any] = Field(examples=[{"kind": "文体"}])


class FigureRecords(Answer):
    """A page of the records behind a number. `seen` of `count` are yours to see."""

    count: int = Field(examples=[12])
    seen: int = Field(examples=[12])
    items: list[FigureRecord]
    next: str | None = Field(description="下一页的 after")


class PublishedNumber(FigureNumber):
    """What a report says beside what is counted. The records are those of `figure` for this area and period."""

    id: str = Field(examples=["J007"], description="报告里的第几个数")
    figure: str = Field(examples=["orgs"])
    area: str = Field(examples=["440511"])
    period: str = Field(examples=["2018-12-31..2018-12-31"])
    published: float = Field(examples=[532])
    means: Means = Field(examples=["exact"])
    verdict: Verdict = Field(examples=["agrees"])
    difference: float | None = Field(examples=[0], description="平台的数减去公布的数")
    phrase: str = Field(examples=["增长到2018年底的532个"], description="报告原文")
    remarks: list[str] = Field(examples=[[]], description="报告自相矛盾的地方")


class Where(Answer):
    """Of which area and period."""

    area: _AREA = ""
    period: _PERIOD | None = None


class HowMany(Where):
    """How many periods, this one the last."""

    count: int = Field(12, ge=1, le=60, description="几期，最后一期是 period", examples=[12])


class Divided(Where):
    """By what a number is divided."""

    by: str = Field(
        "area", max_length=40, description="area：按下级区划；否则是 categories 里的一个", examples=["kind"]
    )


class Behind(Where):
    """Which of the records behind a number."""

    of: str = Field("", max_length=64, description="比率有两份记录，见 lists；不写就是第一份", examples=["orgs"])
    by: str = Field("", max_length=40, description="只要某一类：categories 里的一个", examples=["kind"])
    value: str = Field("", max_length=40, description="那一类的值", examples=["culture"])
    after: After = None
    limit: Limit = 30


room = Room("figures", "指标", "每个数都能取到背后的记录。数是全区的岗位都看得到的，记录只有你的岗位看得到的。")


def all_figures(request: HttpRequest) -> object:
    """Every figure that boards offer."""
    _reader(request)
    return [_meaning(figure) for figure in listed()]


@typed(asked=query(Where))
def value(request: HttpRequest, id: str, asked: Any) -> object:
    """One number."""
    figure, spot, period = _asked(request, id, asked)
    numbers = Numbers([figure], {"here": spot.paths}, [period])
    return {"figure": figure.id, "area": spot.key, **_of(period), **_number(numbers.of(figure, "here", period))}


@typed(asked=query(HowMany))
def series(request: HttpRequest, id: str, asked: Any) -> object:
    """The number of each of the last periods."""
    figure, spot, period = _asked(request, id, asked)
    told = period.back(asked.count)
    numbers = Numbers([figure], {"here": spot.paths}, told)
    return [{**_of(each), **_number(numbers.of(figure, "here", each))} for each in told]


@typed(asked=query(Divided))
def split(request: HttpRequest, id: str, asked: Any) -> object:
    """The number of each area below, or of each value of a category."""
    figure, spot, period = _asked(request, id, asked)
    if asked.by == "area":
        parts = places.below(_area(request, asked), period.last)
        numbers = Numbers([figure], {part.key: part.paths for part in parts}, [period])
        return [
            {"key": part.key, "name": part.name, **_number(numbers.of(figure, part.key, period))} for part in parts
        ]
    category = figure.facts.category(asked.by)
    if category is None or any(part.facts.category(asked.by) is None for part in figure.parts):
        raise Problem(404, "figure.category", f"“{figure.name}”不能按“{asked.by}”分，可选的见 categories。")
    numbers = Numbers([figure], {"here": spot.paths}, [period], by=category.name)
    return [
        {"key": key, "name": category.label_of(key), **_number(numbers.of(figure, "here", period, key))}
        for key in numbers.split(figure)
    ]


@typed(asked=query(Behind))
def records(request: HttpRequest, id: str, asked: Any) -> object:
    """The records behind a number, as far as the caller may see them."""
    figure, spot, period = _asked(request, id, asked)
    lists = lists_of(figure)
    chosen = next((part for part in lists if part.id == asked.of), None) if asked.of else lists[0]
    if chosen is None:
        raise Problem(404, "figure.list", f"没有“{asked.of}”这份记录，可选的见 lists。")
    within = _within(chosen.facts, asked)
    found = Records(Asked(chosen, spot, period, within), user_of(request))
    if asked.after and found.order.read(asked.after) is None:
        raise Problem(404, "page.unknown", UNKNOWN_PAGE)
    page = found.page(asked.after or "", asked.limit)
    name, *columns = [column for column in chosen.facts.columns if not column.personal]
    items = [
        {
            "name": str(name.of_record(record) or ""),
            "url": chosen.facts.href(record) if chosen.facts.href is not None else record.get_absolute_url(),
            "values": {column.name: column.of_record(record) for column in columns},
        }
        for record in page.rows
    ]
    return {"count": found.how_many, "seen": found.seen, "items": items, "next": page.after or None}


def published(request: HttpRequest) -> object:
    """The numbers of the report on the caller's district."""
    district = district_of(_reader(request))
    source = source_of(district) if district is not None else None
    if district is None or source is None:
        return []
    return [
        {
            "id": line.published.id,
            "figure": line.published.figure,
            "area": source.code,
            "period": line.published.period.key,
            "published": float(line.published.value),
            "means": line.published.means,
            "verdict": line.verdict,
            "difference": None if line.difference is None else float(line.difference),
            "phrase": line.published.phrase,
            "remarks": list(line.remarks),
            **_number(line.number),
        }
        for line in compared(source, district)
    ]


def _reader(request: HttpRequest) -> User:
    user = user_of(request)
    if not user.has_perm("indicators.view_figures"):
        raise Http404
    return user


def _area(request: HttpRequest, asked: Any) -> Area:
    found = places.area_of(_reader(request), asked.area)
    if found is None:
        raise Http404
    return found


def _asked(request: HttpRequest, id: str, asked: Any) -> tuple[Figure | Ratio, Spot, Period]:
    area = _area(request, asked)
    figure = REGISTRY.get(id) or PARTS.get(id)
    if figure is None:
        raise Http404
    period = periods.read(asked.period) if asked.period else periods.now()
    if period is None:
        raise Problem(404, "figure.period", f"没有“{asked.period}”这个期间，或者它还没有开始。")
    return figure, places.spot_of(area), period


def _within(facts: Facts, asked: Any) -> dict[str, tuple[str, ...]]:
    if not asked.by:
        return {}
    category = facts.category(asked.by)
    if category is None:
        raise Problem(404, "figure.category", f"这份记录不能按“{asked.by}”分，可选的见 categories。")
    return {category.name: (asked.value,)}


def _of(period: Period) -> dict[str, Any]:
    return {"period": period.key, "first": period.first, "last": period.last}


def _number(number: Number) -> dict[str, float | None]:
    def plain(value: Decimal | None) -> float | None:
        return None if value is None else round(float(value), 4)

    return {
        "value": plain(number.value),
        "numerator": plain(number.numerator),
        "denominator": plain(number.denominator),
    }


def _meaning(figure: Figure | Ratio) -> dict[str, Any]:
    shared = [
        category.name
        for category in figure.facts.categories
        if all(part.facts.category(category.name) is not None for part in figure.parts)
    ]
    return {
        "id": figure.id,
        "name": figure.name,
        "unit": figure.unit,
        "group": figure.group,
        "is_ratio": isinstance(figure, Ratio),
        "is_stock": figure.is_stock,
        "counted": figure.counted,
        "formula": figure.formula,
        "source": figure.source,
        "categories": shared,
        "lists": [part.id for part in lists_of(figure)],
    }


room.reads("", "指标：有哪些", list[FigureMeaning], name="figures_list")(all_figures)
room.reads("/published", "指标：公布数字对照", list[PublishedNumber], name="figures_published")(published)
room.reads("/{id}", "指标：一个数", FigureValue, name="figures_value")(value)
room.reads("/{id}/series", "指标：走势", list[PeriodNumber], name="figures_series")(series)
room.reads("/{id}/split", "指标：分区划、分类", list[PartNumber], name="figures_split")(split)
room.reads("/{id}/records", "指标：背后的记录", FigureRecords, name="figures_records")(records)


# --- boards and checks --------------------------------------------------------------------------------------------


class ComposedBoard(Answer):
    """Figures that somebody put together."""

    uid: str = Field(examples=[UID])
    name: str = Field(examples=["周一例会"])
    figures: list[str] = Field(examples=[["orgs", "on_time"]])
    shared: bool = Field(examples=[False], description="辖区内的同事也看得到")
    mine: bool = Field(examples=[True])


class BoardInput(Input):
    """A board as a whole."""

    name: str = Field(min_length=1, max_length=40, examples=["周一例会"])
    figures: list[str] = Field(min_length=1, max_length=MOST_FIGURES, examples=[["orgs", "on_time"]])
    shared: bool = Field(False, strict=True, description="辖区内的同事也看得到")


class RollupCheck(Answer):
    """What the nightly check of one table found."""

    facts: str = Field(examples=["organizations"])
    at: dt.datetime = Field(examples=["2026-11-22T18:40:00Z"])
    rows: int = Field(examples=[532], description="记录数")
    cells: int = Field(examples=[4210], description="汇总格数")
    drifted: int = Field(examples=[0], description="不符的格数")


boards = Room("boards", "看板", "自己挑指标组成的看板；数从 figures 取。")


def all_boards(request: HttpRequest) -> object:
    """The own boards, and those that colleagues share."""
    user = _reader(request)
    return [_told(board, user) for board in boards_for(user)]


def one_board(request: HttpRequest, uid: str) -> object:
    """One of them."""
    return _marked(request, _board(request, uid))


def compose(request: HttpRequest, body: BoardInput) -> object:
    """A board of one's own."""
    return _marked(request, actions.compose_board(**body.model_dump(), actor=_reader(request)))


def change(request: HttpRequest, uid: str, body: BoardInput) -> object:
    """Another name, other figures, shared or no longer."""
    board = _board(request, uid, lock=True)
    must_match(request, _version(board))
    return _marked(request, actions.change_board(board, **body.model_dump(), actor=user_of(request)))


def remove(request: HttpRequest, uid: str) -> None:
    """Throw it away."""
    board = _board(request, uid, lock=True)
    must_match(request, _version(board))
    actions.remove_board(board, actor=user_of(request))


def checks(request: HttpRequest) -> object:
    """Whether the roll-ups agree with the records."""
    if not user_of(request).has_perm("indicators.view_checks"):
        raise Http404
    return latest_checks()


def _board(request: HttpRequest, uid: str, *, lock: bool = False) -> Board:
    rows = boards_visible_to(_reader(request))
    board = (rows.select_for_update(of=("self",)) if lock else rows).filter(uid=uid).first()
    if board is None:
        raise Http404
    return board


def _version(board: Board) -> str:
    return version_of(board.pk, board.name, list(board.figures), board.shared)


def _marked(request: HttpRequest, board: Board) -> dict[str, Any]:
    mark(request, _version(board))
    return _told(board, user_of(request))


def _told(board: Board, user: User) -> dict[str, Any]:
    return {
        "uid": board.uid,
        "name": board.name,
        "figures": list(board.figures),
        "shared": board.shared,
        "mine": board.owner_id == user.pk,
    }


boards.reads("", "看板：列表", list[ComposedBoard], name="boards_list")(all_boards)
boards.reads("/checks", "指标核对：最近一次", list[RollupCheck], name="boards_checks")(checks)
boards.reads("/{uid}", "看板：一个", ComposedBoard, name="boards_one")(one_board)
boards.sends("", "看板：组一个", ComposedBoard, status=201, name="boards_compose")(compose)
boards.changes("/{uid}", "看板：修改", ComposedBoard, name="boards_change", method="PUT")(change)
boards.removes("/{uid}", "看板：删除", name="boards_remove", guarded=True)(remove)
