"""The public board of a place: what was said, what was done, how long it took. Counts what everybody may read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, F, Q
from django.utils import timezone

from linli.areas.models import Area
from linli.core import clock
from linli.core.workdays import workdays_between
from linli.voice.choices.report import CONTENT, PUBLISHED, SETTLED
from linli.voice.models import Report

LATELY = 90  # days


@dataclass(frozen=True)
class Standing:
    """The numbers of a board, of what was said lately."""

    said: int
    settled: int
    answered: int
    in_time: int
    rated: int
    content: int
    days: float | None  # from said to answered, on the mean


def standing_of(area: Area) -> Standing:
    """In one query."""
    since = clock.today() - dt.timedelta(days=LATELY)
    rows = Report.objects.filter(
        scope__startswith=area.path, open_to_all=True, state__in=PUBLISHED, said_on__gte=since
    )
    answered = Q(replied_at__isnull=False)
    found = rows.aggregate(
        said=Count("pk"),
        settled=Count("pk", filter=Q(state__in=SETTLED)),
        answered=Count("pk", filter=answered),
        in_time=Count("pk", filter=answered & Q(replied_at__date__lte=F("due_on"))),
        rated=Count("pk", filter=Q(satisfied__isnull=False)),
        content=Count("pk", filter=Q(satisfied__gte=CONTENT)),
        mean=Avg(F("replied_at") - F("began_at"), filter=answered),
    )
    mean: dt.timedelta | None = found.pop("mean")
    return Standing(**found, days=round(mean.total_seconds() / 86400, 1) if mean is not None else None)


def took(report: Report) -> int | None:
    """Working days from the day it was said to the answer; 0 is the same day."""
    if report.replied_at is None or report.said_on is None:
        return None
    return max(0, workdays_between(report.said_on, timezone.localdate(report.replied_at)))


@dataclass(frozen=True)
class Published:
    """A column of the open data, with its entry in the dictionary."""

    name: str
    label: str
    kind: str
    meaning: str
    of: Callable[[Any], Any]


def _moment(at: dt.datetime | None) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds") if at is not None else ""


COLUMNS = (
    Published("number", "编号", "文本", "一件一个，不变", lambda row: row.number),
    Published("matter", "什么事", "文本", "本区诉求类别的名称", lambda row: row.matter.name),
    Published("topic", "归在", "文本", "类别所在的大类", lambda row: row.get_topic_display()),
    Published("urgency", "缓急", "文本", "紧急、简单、一般或复杂", lambda row: row.get_urgency_display()),
    Published("street", "街道", "文本", "所在街道", lambda row: row.community.parent.name),
    Published("community", "社区", "文本", "所在社区", lambda row: row.community.short_name),
    Published("words", "说了什么", "文本", "居民写的话，号码已遮住；没有写的人", lambda row: row.words),
    Published("state", "状态", "文本", "办到哪一步", lambda row: row.state_label),
    Published("handler", "承办单位", "文本", "还没有派出的为空", lambda row: str(row.handler or "")),
    Published("said_on", "提出日期", "日期", "年-月-日，北京时间", lambda row: row.said_on or ""),
    Published("due_on", "办理期限", "日期", "到这一天为止；还没有派出的为空", lambda row: row.due_on or ""),
    Published("replied_at", "答复时间", "时刻", "ISO 8601；没有答复的为空", lambda row: _moment(row.replied_at)),
    Published("days", "用了几个工作日", "整数", "从提出次日到答复；当天答复是 0", lambda row: took(row)),
    Published("answer", "答复内容", "文本", "承办单位写的", lambda row: row.answer),
    Published(
        "satisfied", "满意度", "整数", "5 非常满意、4 满意、3 基本满意、2 不满意、1 非常不满意；没有回访的为空",
        lambda row: row.satisfied,
    ),
)  # fmt: skip
