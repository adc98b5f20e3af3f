"""The register of reports: what officers list, count and export, and programs read. No column tells the author."""

from __future__ import annotations

from django.db.models import TextChoices

from linli.actors.queries import served_places
from linli.areas.queries import convert_point, outlines
from linli.core.registers import Column, Facet, Register, Sort, declare
from linli.core.registers import Kind as Value
from linli.voice.choices.matters import Topic, Urgency
from linli.voice.choices.report import REPORT, Channel, ReportState, Satisfaction
from linli.voice.queries.reports import report_reach, reports_visible_to


def _words(choices: type[TextChoices]) -> dict[str, str]:
    return {member.value: str(member.label) for member in choices}


def _level(value: int | None) -> str:
    return str(Satisfaction(value).label) if value is not None else ""


def _excerpt(words: str) -> str:
    return f"{words[:22]}…" if len(words) > 22 else words


def _yes(value: bool | None) -> str:
    return "" if value is None else "是" if value else "否"


STATES, GROUPS, URGENCIES, CHANNELS = _words(ReportState), _words(Topic), _words(Urgency), _words(Channel)
COLUMNS = (
    Column("number", "编号", kind=Value.CODE),
    Column("matter", "什么事", "matter__name"),
    Column("words", "说了什么"),
    Column("state", "状态", show=STATES.get, kind=Value.CHOICE, tones={"rejected": "late", "reopened": "late",
           "closed": "ok", "rated": "ok", "archived": "ok"}),
    Column("urgency", "缓急", show=URGENCIES.get, kind=Value.CHOICE, tones={"urgent": "late"}),
    Column("topic", "归在", show=GROUPS.get, kind=Value.CHOICE),
    Column("street", "街道", "community__parent__name"),
    Column("community", "社区", "community__name"),
    Column("place", "具体位置"),
    Column("channel", "怎么来的", show=CHANNELS.get, kind=Value.CHOICE),
    Column("handler", "承办单位", "handler__name"),
    Column("began_at", "提出", kind=Value.MOMENT),
    Column("dispatched_at", "派单", kind=Value.MOMENT),
    Column("responded_at", "首次回应", kind=Value.MOMENT),
    Column("due_on", "办理期限", kind=Value.DAY),
    Column("replied_at", "答复", kind=Value.MOMENT),
    Column("answer", "答复内容"),
    Column("closed_at", "办结", kind=Value.MOMENT),
    Column("solved", "解决了", show=_yes),
    Column("satisfied", "满意度", show=_level),
)  # fmt: skip

REPORTS = declare(
    Register(
        slug="reports",
        label="诉求",
        unit="件",
        model_label="voice.Report",
        view="voice.view_report",
        visible_to=reports_visible_to,
        columns=(Column("uid", "标识", kind=Value.CODE), *COLUMNS),
        facets=(
            Facet("area", "街道、社区", "scope", Value.AREA, places=served_places),
            Facet("state", "状态", "state", choices=tuple(STATES.items())),
            Facet("urgency", "缓急", "urgency", choices=tuple(URGENCIES.items())),
            Facet("topic", "归在", "topic", choices=tuple(GROUPS.items())),
            Facet("channel", "怎么来的", "channel", choices=tuple(CHANNELS.items())),
            Facet("year", "提出年份", "said_on", Value.DAY),
        ),
        sorts=(
            Sort("newest", "新提出的在前", ("-pk",)),
            Sort("due", "先到期的在前", ("due_on",)),
        ),
        search=("words", "place", "number"),
        point=("lng", "lat", "datum"),
        reach=report_reach,
        listed=(
            "matter",
            Column("where", "社区", "community__full_name", kind=Value.AREA),
            Column("excerpt", "说了什么", "words", _excerpt),
            "urgency",
            "state",
            "handler",
            "due_on",
        ),
        outlines=outlines,
        convert=convert_point,
    )
)
REPORT.columns = COLUMNS
