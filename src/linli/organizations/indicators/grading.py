"""Figures of grading: who holds a grade or stars, how many of three A and more, what was given and what ran out.

Who holds something is read from the register, where grades of workbooks stand as well; what was given and what ended
is read from the grades themselves, each with its days.
"""

from __future__ import annotations

from django.db.models import CharField, Q
from django.db.models.functions import Cast

from linli.core.figures import Category, Counts, Facts, Figure, Ratio, declare
from linli.core.registers import Column
from linli.core.registers import Kind as Show
from linli.organizations.choices.filing import LIVING, Kind
from linli.organizations.choices.grading import LEVELS, NATIONAL, STARS, EndCause, SchemeName
from linli.organizations.choices.states import Grade
from linli.organizations.indicators.register import REGISTERED
from linli.organizations.indicators.wording import words
from linli.organizations.queries.grading import held_visible_to
from linli.organizations.queries.register import organizations_visible_to, reach_of
from linli.organizations.registers.organizations import ORGANIZATIONS as REGISTER

_STARS = tuple((str(n), label) for n, label in enumerate(STARS.levels, 1))
_LEVELS = tuple((str(n), f"{NATIONAL.words(n)}（{STARS.words(n)}）") for n in range(1, LEVELS + 1))
_COLUMNS = (
    *(column for column in REGISTER.columns if column.name == "name"),
    *REGISTER.list_columns(public=False)[1:],
)
_LIVING = Q(legal_status__in=[status.value for status in LIVING])

GRADED = Facts(
    slug="graded",
    label="有评估等级的组织",
    unit="家",
    model_label="organizations.Organization",
    began="registered_on",
    ended="ended_on",
    where=~Q(grade="") & _LIVING,
    visible_to=organizations_visible_to,
    reach=reach_of,
    categories=(
        Category("grade", "评估等级", "grade", words(Grade)),
        Category("kind", "类别", "kind", words(Kind)),
    ),
    columns=(
        *_COLUMNS,
        Column("grade", "评估等级", kind=Show.CHOICE),
        Column("grade_until", "有效期至", kind=Show.DAY),
    ),
)
STARRED = Facts(
    slug="starred",
    label="有星级的组织",
    unit="家",
    model_label="organizations.Organization",
    began="filed_on",
    ended="ended_on",
    where=Q(stars__isnull=False) & _LIVING,
    visible_to=organizations_visible_to,
    reach=reach_of,
    categories=(
        Category("stars", "星级", Cast("stars", CharField()), _STARS),
        Category("kind", "类别", "kind", words(Kind)),
    ),
    columns=(*_COLUMNS, Column("stars", "星级", kind=Show.NUMBER), Column("stars_until", "有效期至", kind=Show.DAY)),
)
GIVEN = Facts(
    slug="heldgrades",
    label="等级证书",
    unit="份",
    model_label="organizations.HeldGrade",
    began="granted_on",
    ended="ended_on",
    visible_to=held_visible_to,
    reach=reach_of,
    kept=False,  # a few a year wherever one looks
    categories=(
        Category("scheme", "评什么", "scheme", words(SchemeName)),
        Category("level", "等级或星级", Cast("level", CharField()), _LEVELS),
        Category("ended_by", "失效原因", "ended_by", words(EndCause)),
    ),
    columns=(
        Column("organization", "社会组织", "organization__name"),
        Column("number", "编号", kind=Show.CODE),
        Column("scheme", "评什么", show=dict(words(SchemeName)).get, kind=Show.CHOICE),
        Column("level", "等级或星级", kind=Show.NUMBER),
        Column("granted_on", "评定日期", kind=Show.DAY),
        Column("valid_until", "有效期至", kind=Show.DAY),
        Column("ended_on", "失效日期", kind=Show.DAY),
        Column("ended_by", "失效原因", show=dict(words(EndCause)).get, kind=Show.CHOICE),
    ),
)

_GROUP = "评估"


def _figure(id: str, name: str, facts: Facts, counts: Counts, counted: str, source: str, **more: object) -> Figure:
    given: dict[str, object] = {"unit": facts.unit, "group": _GROUP}
    return Figure(id=id, name=name, facts=facts, counts=counts, counted=counted, source=source, **(given | more))  # type: ignore[arg-type]


HOLDING = _figure(
    "orgs_graded",
    "有评估等级的组织",
    GRADED,
    Counts.STOCK,
    "名册上等级有效的已登记组织；到期当夜移出",
    NATIONAL.law,
    good="up",
)
THREE_A = _figure(
    "orgs_graded_3a",
    "3A 以上的组织",
    GRADED,
    Counts.STOCK,
    "其中 3A、4A、5A 的",
    NATIONAL.law,
    where={"grade": (Grade.A3.value, Grade.A4.value, Grade.A5.value)},
    good="up",
)
BY_GRADE = tuple(
    _figure(
        f"orgs_grade_{grade.value.lower()}",
        f"{grade.label} 的组织",
        GRADED,
        Counts.STOCK,
        f"其中 {grade.label} 的",
        NATIONAL.law,
        where={"grade": (grade.value,)},
        listed=False,
    )
    for grade in Grade
)
WITH_STARS = _figure(
    "orgs_starred", "有星级的组织", STARRED, Counts.STOCK, "名册上星级有效的组织；到期当夜移出", STARS.law, good="up"
)
GRANTED = _figure(
    "grades_given",
    "评出的等级",
    GIVEN,
    Counts.BEGAN,
    "评定日期在期内的等级，后来失效的也算",
    NATIONAL.law,
    where={"scheme": (SchemeName.GRADE.value,)},
    good="up",
)
STARS_GRANTED = _figure(
    "stars_given",
    "评出的星级",
    GIVEN,
    Counts.BEGAN,
    "评定日期在期内的星级，后来失效的也算",
    STARS.law,
    where={"scheme": (SchemeName.STARS.value,)},
    good="up",
)
EXPIRED = _figure(
    "grades_expired",
    "到期的等级和星级",
    GIVEN,
    Counts.ENDED,
    "期内到期、没有重新评定的",
    NATIONAL.law,
    where={"ended_by": (EndCause.EXPIRED.value,)},
    good="down",
)
TAKEN = _figure(
    "grades_taken",
    "降低和取消的等级",
    GIVEN,
    Counts.ENDED,
    "期内决定降低或取消的",
    NATIONAL.law,
    where={"ended_by": (EndCause.DOWNGRADED.value, EndCause.CANCELLED.value)},
    good="down",
)
declare(
    HOLDING,
    THREE_A,
    *BY_GRADE,
    Ratio(
        "graded_3a_share",
        "3A 以上占比",
        THREE_A,
        REGISTERED,
        NATIONAL.law,
        group=_GROUP,
        good="up",
    ),
    Ratio("graded_share", "评估覆盖率", HOLDING, REGISTERED, NATIONAL.law, group=_GROUP, good="up"),
    WITH_STARS,
    GRANTED,
    STARS_GRANTED,
    EXPIRED,
    TAKEN,
)
