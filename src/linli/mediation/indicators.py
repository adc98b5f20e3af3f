"""Figures of mediation （rulebook §12）: success with each of its denominators, performance, confirmation, days.

Numbers are for everybody who reads figures. The records behind them open to whoever may see the cases alone.
"""

from __future__ import annotations

from django.db.models import Case, CharField, Q, Value, When

from linli.core.figures import Category, Counts, Facts, Figure, Ratio, declare
from linli.core.registers import Column
from linli.core.registers import Kind as Show
from linli.mediation.choices.states import Confirmation, Dispute, Outcome, Source
from linli.mediation.queries import cases_visible_to

GROUP = "人民调解"
LAW = "人民调解法；rulebook §12"

_COLUMNS = (
    Column("number", "编号", kind=Show.CODE),
    Column("body", "调解组织", "body__name"),
    Column("dispute", "纠纷类型", show=dict(Dispute.choices).get, kind=Show.CHOICE),
    Column("outcome", "结果", show=dict(Outcome.choices).get, kind=Show.CHOICE),
    Column("accepted_on", "受理", kind=Show.DAY),
    Column("settled_on", "调结", kind=Show.DAY),
)
_CATEGORIES = (
    Category("dispute", "纠纷类型", "dispute", tuple((str(v), str(w)) for v, w in Dispute.choices)),
    Category("source", "来源", "source", tuple((str(v), str(w)) for v, w in Source.choices)),
    Category("outcome", "结果", "outcome", tuple((str(v), str(w)) for v, w in Outcome.choices)),
)
ACCEPTED = Facts(
    slug="mediations",
    label="受理的调解",
    unit="件",
    model_label="mediation.MediationCase",
    began="accepted_on",
    ended="settled_on",
    where=Q(accepted_on__isnull=False),
    visible_to=cases_visible_to,
    kept=False,  # some hundreds a year in a street
    categories=_CATEGORIES,
    columns=_COLUMNS,
)
SETTLED = Facts(
    slug="mediationsettled",
    label="有结果的调解",
    unit="件",
    model_label="mediation.MediationCase",
    began="settled_on",
    where=Q(settled_on__isnull=False),
    visible_to=cases_visible_to,
    kept=False,
    categories=_CATEGORIES,
    columns=_COLUMNS,
)
DUE = Facts(
    slug="mediationdue",
    label="到期应履行的协议",
    unit="份",
    model_label="mediation.MediationCase",
    began="perform_by",
    where=Q(effective_on__isnull=False),
    visible_to=cases_visible_to,
    kept=False,
    categories=(
        Category(
            "performance",
            "履行情况",
            Case(
                When(performed_on__isnull=False, then=Value("performed")),
                When(breached_on__isnull=False, then=Value("breached")),
                default=Value("open"),
                output_field=CharField(),
            ),
            (("performed", "已履行"), ("breached", "没有履行"), ("open", "还没有结论")),
        ),
    ),
    columns=(*_COLUMNS[:3], Column("perform_by", "履行期限", kind=Show.DAY)),
)
EFFECTIVE = Facts(
    slug="mediationeffective",
    label="生效的协议",
    unit="份",
    model_label="mediation.MediationCase",
    began="effective_on",
    where=Q(effective_on__isnull=False),
    visible_to=cases_visible_to,
    kept=False,
    categories=(
        Category(
            "confirmation", "司法确认", "confirmation", tuple((str(v), str(w)) for v, w in Confirmation.choices)
        ),
        Category("outcome", "形式", "outcome", (("oral", "口头协议"), ("written", "书面协议"))),
    ),
    columns=(*_COLUMNS[:3], Column("effective_on", "生效", kind=Show.DAY)),
)


def _figure(id: str, name: str, facts: Facts, counted: str, **more: object) -> Figure:
    given: dict[str, object] = {"unit": facts.unit, "group": GROUP, "source": LAW, "counts": Counts.BEGAN}
    return Figure(id=id, name=name, facts=facts, counted=counted, **(given | more))  # type: ignore[arg-type]


AGREED = ("oral", "written")
RECEIVED = _figure("med_accepted", "受理的调解", ACCEPTED, "受理日期在期内的案件")
OPEN = _figure("med_open", "在调的纠纷", ACCEPTED, "期末当天已经受理、还没有结果的案件", counts=Counts.STOCK)
SUCCESS = _figure(
    "med_agreed", "调解成功", SETTLED, "期内达成口头或书面协议的案件", where={"outcome": AGREED}, good="up"
)
TRIED = _figure(
    "med_tried",
    "调解有结论",
    SETTLED,
    "期内达成协议的和没有达成协议的；一方拒绝的、撤回的和在办的不算",
    where={"outcome": (*AGREED, "failed")},
)
STOPPED = _figure(
    "med_refused", "一方拒绝调解", SETTLED, "期内一方明确拒绝而停止的案件", where={"outcome": ("refused",)}
)
TO_PERFORM = _figure("med_due", "应履行的协议", DUE, "履行期限在期内的生效协议")
DONE = _figure(
    "med_performed", "已履行的协议", DUE, "其中已经履行的", where={"performance": ("performed",)}, good="up"
)
IN_EFFECT = _figure("med_effective", "生效的协议", EFFECTIVE, "期内生效的口头和书面协议")
WRITTEN = _figure("med_written", "生效的书面协议", EFFECTIVE, "期内生效的书面协议", where={"outcome": ("written",)})
CONFIRMED = _figure(
    "med_confirmed",
    "法院确认的协议",
    EFFECTIVE,
    "其中法院已经确认的",
    where={"outcome": ("written",), "confirmation": ("confirmed",)},
)
declare(
    RECEIVED,
    OPEN,
    SUCCESS,
    TRIED,
    Ratio(
        "med_succ", "调解成功率", SUCCESS, TRIED, LAW, group=GROUP, good="up",
        note="分母不含一方拒绝、撤回和在办的",
    ),
    Ratio(
        "med_succ_accepted", "调解成功率（比受理）", SUCCESS, RECEIVED, LAW, group=GROUP, good="up",
        note="分母是期内受理的全部案件；成功的不一定是期内受理的",
    ),
    STOPPED,
    TO_PERFORM,
    DONE,
    Ratio("med_perf", "协议履行率", DONE, TO_PERFORM, LAW, group=GROUP, good="up"),
    IN_EFFECT,
    WRITTEN,
    CONFIRMED,
    Ratio("med_confirm", "司法确认率", CONFIRMED, WRITTEN, LAW, group=GROUP),
)  # fmt: skip
