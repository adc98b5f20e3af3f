"""Figures of what residents say: how many, heard in time, settled in time, solved, content （rulebook §12）."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, CharField, Q, Value, When
from django.db.models.functions import TruncDate
from django.utils import timezone

from linli.core.figures import Category, Counts, Facts, Figure, Ratio, declare
from linli.core.registers import Column
from linli.core.registers import Kind as Show
from linli.voice.choices.matters import Topic, Urgency
from linli.voice.choices.report import CONTENT, Channel, ReportState
from linli.voice.queries.reports import report_reach, reports_visible_to

VOICE = "诉求"
SHANGHAI = timezone.get_default_timezone()
OFFICIAL = "北京市接诉即办工作条例第三十二条：响应率、解决率、满意率 [V]"
NOT_COUNTED = (ReportState.DRAFT, ReportState.WITHDRAWN, ReportState.REDIRECTED)


def _words(choices: Any) -> tuple[tuple[str, str], ...]:
    return tuple((one.value, str(one.label)) for one in choices)


def _told(*whens: When, default: str) -> Case:
    return Case(*whens, default=Value(default), output_field=CharField())


TIMES = (("in_time", "按期"), ("late", "超期"), ("open", "还没有"))
HEARD = Category(
    "heard",
    "首次回应",
    _told(
        When(responded_at__isnull=True, then=Value("open")),
        When(respond_by__lt=TruncDate("responded_at", tzinfo=SHANGHAI), then=Value("late")),
        default="in_time",
    ),
    TIMES,
)
ANSWERED = Category(
    "answered",
    "答复",
    _told(
        When(replied_at__isnull=True, then=Value("open")),
        When(due_on__lt=TruncDate("replied_at", tzinfo=SHANGHAI), then=Value("late")),
        default="in_time",
    ),
    TIMES,
)
REACHED = Category(
    "reached",
    "回访联系",
    _told(When(reached=True, then=Value("yes")), When(reached=False, then=Value("no")), default="open"),
    (("yes", "联系上了"), ("no", "没联系上"), ("open", "还没有回访")),
)
SOLVED = Category(
    "solved",
    "解决",
    _told(When(solved=True, then=Value("yes")), When(solved=False, then=Value("no")), default="open"),
    (("yes", "解决了"), ("no", "没解决"), ("open", "没有问到")),
)
PLEASED = Category(
    "pleased",
    "满意",
    _told(
        When(satisfied__isnull=True, then=Value("open")),
        When(satisfied__gte=CONTENT, then=Value("yes")),
        default="no",
    ),
    (("yes", "满意和基本满意"), ("no", "不满意"), ("open", "没有问到")),
)
COLUMNS = (
    Column("matter", "什么事", "matter__name"),
    Column("number", "编号", kind=Show.CODE),
    Column("state", "状态", show=dict(_words(ReportState)).get, kind=Show.CHOICE),
    Column("place", "社区", "community__full_name", kind=Show.AREA),
    Column("handler", "承办单位", "handler__name"),
    Column("began_at", "提出", kind=Show.MOMENT),
    Column("due_on", "办理期限", kind=Show.DAY),
    Column("closed_at", "办结", kind=Show.MOMENT),
)
SAID = Facts(
    slug="voice_reports",
    label="诉求",
    unit="件",
    model_label="voice.Report",
    began="began_at",
    ended="closed_at",
    where=Q(began_at__isnull=False) & ~Q(state__in=NOT_COUNTED),
    visible_to=reports_visible_to,
    reach=report_reach,
    categories=(
        Category("state", "状态", "state", _words(ReportState)),
        Category("topic", "归在", "topic", _words(Topic)),
        Category("urgency", "缓急", "urgency", _words(Urgency)),
        Category("channel", "怎么来的", "channel", _words(Channel)),
        ANSWERED,
        REACHED,
        SOLVED,
        PLEASED,
    ),
    columns=COLUMNS,
)
SENT_OUT = Facts(
    slug="voice_sent_out",
    label="派出的诉求",
    unit="件",
    model_label="voice.Report",
    began="dispatched_at",
    where=Q(dispatched_at__isnull=False),
    visible_to=reports_visible_to,
    reach=report_reach,
    categories=(HEARD, Category("topic", "归在", "topic", _words(Topic))),
    columns=COLUMNS,
)


def _figure(id: str, name: str, counts: Counts, counted: str, **more: Any) -> Figure:
    given: dict[str, Any] = {"unit": "件", "facts": SAID, "group": VOICE, "source": OFFICIAL} | more
    return Figure(id=id, name=name, counts=counts, counted=counted, **given)


SUBMITTED = _figure("voice_said", "诉求", Counts.BEGAN, "期内提出的诉求；撤回的、告知去处的不算")
CLOSED = _figure(
    "voice_closed", "办结的诉求", Counts.ENDED, "期内办结的诉求：回访过的，三次没联系上的，随同一件办结的"
)
OPEN = _figure(
    "voice_open", "在办的诉求", Counts.STOCK, "期末当天已经提出、还没有办结的诉求，不予受理的不算",
    where={"state": tuple(
        state.value for state in ReportState if state not in (*NOT_COUNTED, ReportState.REJECTED)
    )},
    good="down",
)  # fmt: skip
DISPATCHED = _figure("voice_dispatched", "派出的诉求", Counts.BEGAN, "期内派给承办单位的诉求", facts=SENT_OUT)
RESPONDED = _figure(
    "voice_responded", "按时回应的诉求", Counts.BEGAN, "期内派出、在回应期限内首次回应的诉求",
    facts=SENT_OUT, where={"heard": ("in_time",)}, listed=False,
)  # fmt: skip
ON_TIME = _figure(
    "voice_in_time", "按时办结的诉求", Counts.ENDED, "期内办结、在办理期限内答复的诉求",
    where={"answered": ("in_time",)}, listed=False,
)  # fmt: skip
ASKED = _figure(
    "voice_reached", "回访联系上的诉求", Counts.ENDED, "期内办结、回访联系上或者本人评价了的诉求",
    where={"reached": ("yes",)}, listed=False,
)  # fmt: skip
SETTLED = _figure(
    "voice_solved", "解决的诉求", Counts.ENDED, "期内办结、诉求人说解决了的诉求",
    where={"reached": ("yes",), "solved": ("yes",)}, listed=False,
)  # fmt: skip
RATED = _figure(
    "voice_rated", "评价过的诉求", Counts.ENDED, "期内办结、诉求人说了满意不满意的诉求",
    where={"pleased": ("yes", "no")}, listed=False,
)  # fmt: skip
CONTENTED = _figure(
    "voice_content", "满意的诉求", Counts.ENDED, "期内办结、诉求人满意或基本满意的诉求",
    where={"pleased": ("yes",)}, listed=False,
)  # fmt: skip


def _ratio(id: str, name: str, above: Figure, below: Figure, note: str = "") -> Ratio:
    return Ratio(id, name, above, below, OFFICIAL, group=VOICE, good="up", note=note)


declare(
    SUBMITTED,
    CLOSED,
    OPEN,
    DISPATCHED,
    RESPONDED,
    ON_TIME,
    ASKED,
    SETTLED,
    RATED,
    CONTENTED,
    _ratio("voice_response_rate", "响应率", RESPONDED, DISPATCHED, "按时首次回应 ÷ 派出"),
    _ratio("voice_solved_rate", "解决率", SETTLED, ASKED, "解决 ÷ 回访联系上"),
    _ratio("voice_satisfied_rate", "满意率", CONTENTED, RATED, "满意和基本满意 ÷ 评价过；没联系上的不进分母"),
    _ratio("voice_on_time_rate", "按时办结率", ON_TIME, CLOSED, "随同一件办结的没有自己的答复，不算按时"),
)
