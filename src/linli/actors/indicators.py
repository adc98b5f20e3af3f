"""What can be counted of the work of posts: the duties they owed, and whether they were done in time."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.db.models.functions import TruncDate
from django.utils import timezone

from linli.actors.choices import CASE_ROLES, Role
from linli.core.access.grants import Person, covered, grants_of
from linli.core.figures import Category, Counts, Facts, Figure, Ratio, declare
from linli.core.registers import Column
from linli.core.registers import Kind as Show
from linli.core.workflow.declare import OWNER, REGISTRY, SYSTEM
from linli.core.workflow.models import Task


def duties_visible_to(user: Person) -> QuerySet[Task]:
    """The duties of posts under a person's areas, open ones and those done; the inbox shows each person the own."""
    return Task.objects.filter(covered(user, CASE_ROLES)).select_related("closed_by")


def reach_of(user: Person) -> tuple[str, ...]:
    """The paths below which a person's posts show every duty."""
    return tuple({grant.scope for grant in grants_of(user) if grant.role in CASE_ROLES})


def _processes() -> list[tuple[str, str]]:
    return [(slug, process.label) for slug, process in REGISTRY.items()]


def _state(process: str, state: str) -> Any:
    return REGISTRY[process].label_of(state) if process in REGISTRY else state


ROLES = {role.value: str(role.label) for role in Role}
SHANGHAI = timezone.get_default_timezone()
TIMES = (("in_time", "按期"), ("late", "超期"), ("open", "未办"))
DUTIES = Facts(
    slug="duties",
    label="办理步骤",
    unit="步",
    model_label="core.Task",
    began="opened_at",
    ended="closed_at",
    where=Q(kind=Task.Kind.ACT) & ~Q(role__in=[OWNER, SYSTEM]),
    visible_to=duties_visible_to,
    reach=reach_of,
    categories=(
        Category("process", "事项", "process", _processes),
        Category("role", "岗位", "role", tuple(ROLES.items())),
        Category(
            "time",
            "是否按期",
            Case(
                When(closed_at__isnull=True, then=Value("open")),
                When(due_on__lt=TruncDate("closed_at", tzinfo=SHANGHAI), then=Value("late")),
                default=Value("in_time"),
                output_field=CharField(),
            ),
            TIMES,
        ),
    ),
    columns=(
        Column("title", "事项"),
        Column("state", "步骤", ("process", "state"), _state),
        Column("role", "岗位", show=ROLES.get, kind=Show.CHOICE),
        Column("opened_at", "转来", kind=Show.MOMENT),
        Column("due_on", "期限", kind=Show.DAY),
        Column("closed_at", "办结", kind=Show.MOMENT),
    ),
    href=lambda task: task.url,
)
_ASKED = "办件统计的通行口径：按期办结 ÷ 办结"
CLOSED = Figure(
    id="duties_closed",
    name="办结步骤",
    unit="步",
    facts=DUTIES,
    counts=Counts.ENDED,
    counted="各岗位在期内办完的步骤；申请人自己的和系统的不算",
    source=_ASKED,
    group="办理",
)
IN_TIME = Figure(
    id="duties_in_time",
    name="按期办结步骤",
    unit="步",
    facts=DUTIES,
    counts=Counts.ENDED,
    counted="期内办完、没有超过期限的步骤；没有期限的算按期",
    source=_ASKED,
    where={"time": ("in_time",)},
    group="办理",
    listed=False,
)
OWED = Figure(
    id="duties_owed",
    name="待办步骤",
    unit="步",
    facts=DUTIES,
    counts=Counts.STOCK,
    counted="期末当天已经转到岗位、还没有办的步骤",
    source=_ASKED,
    group="办理",
    good="down",
)
ON_TIME = Ratio(
    id="on_time",
    name="按期办结率",
    numerator=IN_TIME,
    denominator=CLOSED,
    source=_ASKED,
    group="办理",
    good="up",
)
declare(ON_TIME, CLOSED, IN_TIME, OWED)
