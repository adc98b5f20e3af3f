"""Figures of annual reports."""

from __future__ import annotations

from django.db.models import Case, CharField, F, Q, Value, When

from linli.core.figures import Category, Counts, Facts, Figure, Ratio, declare
from linli.core.registers import Column
from linli.core.registers import Kind as Show
from linli.organizations.choices.annual import ReportState, Result
from linli.organizations.indicators.wording import LAWFUL, words
from linli.organizations.queries.annual import annual_reports_visible_to
from linli.organizations.queries.register import (
    reach_of,
)

ANNUAL_REPORTS = Facts(
    slug="annualreports",
    label="年度报告",
    unit="份",
    model_label="organizations.AnnualReport",
    began="due_on",
    where=~Q(state__in=[ReportState.CALLED.value, ReportState.EXEMPT.value]),
    visible_to=annual_reports_visible_to,
    reach=reach_of,
    kept=False,  # one a year of each registered organization
    categories=(
        Category(
            "timeliness",
            "有没有按时报送",
            Case(
                When(sent_on__isnull=True, then=Value("unsent")),
                When(sent_on__lte=F("due_on"), then=Value("on_time")),
                default=Value("late"),
                output_field=CharField(),
            ),
            (("on_time", "按时报送"), ("late", "晚报"), ("unsent", "没有报送")),
        ),
        Category("result", "结论", "result", words(Result)),
        Category("state", "状态", "state", words(ReportState)),
    ),
    columns=(
        Column("organization", "社会组织", "organization__name"),
        Column("number", "编号", kind=Show.CODE),
        Column("year", "年度", kind=Show.NUMBER),
        Column("state", "状态", show=dict(words(ReportState)).get, kind=Show.CHOICE),
        Column("result", "结论", show=dict(words(Result)).get, kind=Show.CHOICE),
        Column("due_on", "报送期限", kind=Show.DAY),
        Column("sent_on", "报送日期", kind=Show.DAY),
    ),
)


_CHECKED = "年度检查办法：3 月 31 日前报送，5 月 31 日前报登记管理机关"


def _report(id: str, name: str, counted: str, **more: object) -> Figure:
    given: dict[str, object] = {"unit": "份", "group": LAWFUL, "source": _CHECKED, "counts": Counts.BEGAN}
    return Figure(id=id, name=name, facts=ANNUAL_REPORTS, counted=counted, **(given | more))  # type: ignore[arg-type]


REPORTS_DUE = _report("reports_due", "应报的年度报告", "报送期限在期内的年度报告，不用报送的除外")
REPORTS_SENT = _report(
    "reports_sent",
    "报送的年度报告",
    "其中已经报送的，晚报的也算",
    where={"timeliness": ("on_time", "late")},
    good="up",
)
REPORTS_ON_TIME = _report(
    "reports_on_time", "按时报送的年度报告", "其中期限以内报送的", where={"timeliness": ("on_time",)}, good="up"
)
REPORTS_CONCLUDED = _report(
    "reports_concluded",
    "有结论的年度报告",
    "其中登记机关作出结论的",
    where={"result": tuple(Result.values)},
    listed=False,
)
REPORTS_PASSED = _report(
    "reports_passed", "年度检查合格", "其中结论是合格的", where={"result": (Result.PASSED,)}, good="up"
)
declare(
    REPORTS_DUE,
    REPORTS_SENT,
    REPORTS_ON_TIME,
    Ratio("report_on_time", "年报按时报送率", REPORTS_ON_TIME, REPORTS_DUE, _CHECKED, group=LAWFUL, good="up"),
    REPORTS_CONCLUDED,
    REPORTS_PASSED,
    Ratio("report_passed", "年度检查合格率", REPORTS_PASSED, REPORTS_CONCLUDED, _CHECKED, group=LAWFUL, good="up"),
)
