"""Figures of incubation, of what organizations do, and of those that stand for many: hubs.

Source: rulebook §12 (incub_grad, incub_cov, xx_cov), the reports of Jinping and Shangyu.
"""

from __future__ import annotations

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When

from linli.areas.choices import Level, UrbanRural
from linli.areas.indicators import COMMUNITIES, COMMUNITIES_URBAN
from linli.areas.models import Area
from linli.core.access.grants import Person, covered
from linli.core.figures import Category, Counts, Facts, Figure, Ratio, declare
from linli.core.registers import Column
from linli.core.registers import Kind as Show
from linli.core.workflow.models import Task
from linli.organizations.choices.activities import ActivityKind, ActivityState
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.choices.incubation import STAYING, IncubationState
from linli.organizations.indicators.register import GONE, ON_REGISTER, ORGANIZATIONS
from linli.organizations.indicators.wording import ACTIVITIES as DOING
from linli.organizations.indicators.wording import INCUBATION, USUAL, words
from linli.organizations.models.register import NAMED_AS_HUB
from linli.organizations.queries.activities import ACTIVITY_READERS, activities_visible_to, activity_reach
from linli.organizations.queries.incubation import incubation_reach, incubations_visible_to, incubators_visible_to

# --- incubation -----------------------------------------------------------------------------------------------------

INCUBATIONS = Facts(
    slug="incubations",
    label="入驻孵化",
    unit="家",
    model_label="organizations.Incubation",
    began="admitted_on",
    ended="ended_at",
    where=Q(admitted_on__isnull=False)
    & Q(state__in=[*(state.value for state in STAYING), IncubationState.GRADUATED, IncubationState.EXITED]),
    visible_to=incubations_visible_to,
    reach=incubation_reach,
    categories=(Category("state", "状态", "state", words(IncubationState)),),
    columns=(
        Column("organization", "社会组织", "organization__name"),
        Column("incubator", "孵化室", "incubator__name"),
        Column("state", "状态", show=dict(words(IncubationState)).get, kind=Show.CHOICE),
        Column("admitted_on", "入驻日期", kind=Show.DAY),
        Column("until", "孵化期至", kind=Show.DAY),
        Column("ended_at", "离开", kind=Show.MOMENT),
    ),
)
_URBAN_COMMUNITY = Exists(
    Area.objects.filter(pk=OuterRef("area"), level=Level.COMMUNITY, urban_rural=UrbanRural.URBAN)
)
INCUBATORS = Facts(
    slug="incubators",
    label="孵化室",
    unit="个",
    model_label="organizations.Incubator",
    began="opened_on",
    ended="closed_on",
    visible_to=incubators_visible_to,
    reach=incubation_reach,
    kept=False,  # one a street or community; so it may ask where it lies
    categories=(
        Category(
            "place",
            "设在哪里",
            Case(When(_URBAN_COMMUNITY, then=Value("urban")), default=Value("other"), output_field=CharField()),
            (("urban", "城市社区"), ("other", "街道和其他村社")),
        ),
    ),
    distinct={"areas": "area"},
    columns=(
        Column("name", "孵化室"),
        Column("place", "所在", "area__full_name", kind=Show.AREA),
        Column("address", "地址"),
        Column("capacity", "能容纳几家", kind=Show.NUMBER),
        Column("opened_on", "开办日期", kind=Show.DAY),
        Column("closed_on", "停办日期", kind=Show.DAY),
    ),
    href=lambda incubator: "",
)
_JINPING = "金平的报告：进驻联合会的共 81 个，其中 17 个达到登记条件"
_SHANGYU = "上虞的报告：45 个城市社区有孵化园，覆盖率 88%"


def _figure(id: str, name: str, facts: Facts, counts: Counts, counted: str, **more: object) -> Figure:
    given: dict[str, object] = {"unit": facts.unit, "group": INCUBATION, "source": _JINPING, "good": "up"}
    return Figure(id=id, name=name, facts=facts, counts=counts, counted=counted, **(given | more))  # type: ignore[arg-type]


ROOMS = _figure("incubators", "孵化室", INCUBATORS, Counts.STOCK, "期末当天开着的孵化室、孵化园", source=_SHANGYU)
ENTERED = _figure("incub_entered", "入驻孵化", INCUBATIONS, Counts.BEGAN, "期内入驻孵化室的社会组织；再次入驻再算")
STAYING_NOW = _figure("incub_in", "在孵的组织", INCUBATIONS, Counts.STOCK, "期末当天在孵化室里的社会组织")
GRADUATED = _figure(
    "incub_graduated",
    "出壳",
    INCUBATIONS,
    Counts.ENDED,
    "期内达到登记条件、离开孵化室的社会组织",
    where={"state": (IncubationState.GRADUATED,)},
)
WITH_PARK = _figure(
    "incub_communities",
    "有孵化园的城市社区",
    INCUBATORS,
    Counts.STOCK,
    "期末当天有孵化室或孵化园开着的城市社区；一个社区有几处也只算一个",
    where={"place": ("urban",)},
    weight="areas",
    source=_SHANGYU,
)
declare(
    ROOMS,
    ENTERED,
    STAYING_NOW,
    GRADUATED,
    Ratio(
        "incub_grad",
        "孵化出壳率",
        GRADUATED,
        ENTERED,
        _JINPING,
        group=INCUBATION,
        good="up",
        note="出壳的不一定是期内入驻的；达到条件不等于已经登记",
    ),
    WITH_PARK,
    Ratio("incub_cov", "孵化园覆盖率", WITH_PARK, COMMUNITIES_URBAN, _SHANGYU, group=INCUBATION, good="up"),
)

# --- hubs -----------------------------------------------------------------------------------------------------------

HUB, CENTRE = "xiangxian", "centre"
HUBS = Facts(
    slug="hubs",
    label="枢纽型组织",
    unit="家",
    model_label="organizations.Organization",
    began="filed_on",
    ended="ended_on",
    where=NAMED_AS_HUB
    & Q(legal_status__in=ON_REGISTER)
    & (Q(ended_on__isnull=False) | ~Q(legal_status__in=[status.value for status in GONE])),
    visible_to=ORGANIZATIONS.visible_to,
    reach=ORGANIZATIONS.reach,
    categories=(
        Category(
            "hub",
            "哪一种",
            Case(When(name__contains="乡贤", then=Value(HUB)), default=Value(CENTRE), output_field=CharField()),
            ((HUB, "乡贤参事社（会）"), (CENTRE, "社会组织服务中心")),
        ),
        Category("legal_status", "法律状态", "legal_status", words(LegalStatus)),
    ),
    columns=ORGANIZATIONS.columns,
)
_HUBS = "上虞的报告：359 个村社，登记乡贤参事社 291 个；44 个社区有社会组织服务中心"
CENTRES = _figure(
    "service_centres",
    "社会组织服务中心",
    HUBS,
    Counts.STOCK,
    "期末当天在册、名称里写明是社会组织服务中心的组织",
    where={"hub": (CENTRE,)},
    group="组织",
    source=_HUBS,
)
XIANGXIAN = _figure(
    "xiangxian",
    "登记的乡贤参事社",
    HUBS,
    Counts.STOCK,
    "期末当天已经登记、名称里写明乡贤的组织（参事社、参事会）",
    where={"hub": (HUB,), "legal_status": (LegalStatus.REGISTERED, LegalStatus.LIQUIDATING)},
    group="组织",
    source=_HUBS,
)
declare(
    CENTRES,
    XIANGXIAN,
    Ratio("xx_cov", "乡贤参事社覆盖率", XIANGXIAN, COMMUNITIES, _HUBS, group="组织", good="up", note="一村一社"),
)

# --- activities -----------------------------------------------------------------------------------------------------


def major_reports_visible_to(user: Person) -> QuerySet[Task]:
    """The opinions on major activities that federations owed: what is seen of activities."""
    return Task.objects.filter(covered(user, ACTIVITY_READERS)).select_related("closed_by")


HELD = Facts(
    slug="activities",
    label="核实的活动",
    unit="场",
    model_label="organizations.Activity",
    began="starts_at",
    where=Q(state=ActivityState.VERIFIED),
    visible_to=activities_visible_to,
    reach=activity_reach,
    categories=(Category("kind", "活动类型", "kind", words(ActivityKind)),),
    sums={"person_times": "person_times", "persons": "persons", "hours": "hours"},
    columns=(
        Column("name", "活动"),
        Column("organization", "举办组织", "organization__name"),
        Column("kind", "类型", show=dict(words(ActivityKind)).get, kind=Show.CHOICE),
        Column("starts_at", "开始", kind=Show.MOMENT),
        Column("place", "地点"),
        Column("person_times", "人次", kind=Show.NUMBER),
        Column("persons", "人数", kind=Show.NUMBER),
    ),
)
MAJOR = Facts(
    slug="major-reports",
    label="重大活动报备",
    unit="次",
    model_label="core.Task",
    began="opened_at",
    ended="closed_at",
    where=Q(kind=Task.Kind.ACT, process="activity", state=ActivityState.REPORTED),
    visible_to=major_reports_visible_to,
    reach=activity_reach,
    columns=(
        Column("title", "活动"),
        Column("opened_at", "报备", kind=Show.MOMENT),
        Column("due_on", "意见期限", kind=Show.DAY),
        Column("closed_at", "提出意见", kind=Show.MOMENT),
    ),
    href=lambda task: task.url,
)
_DONE = "金平的报告：公益活动 1181 次，参与群众 126 万人次"
_ASKED = "金平的报告：重大活动报备制度；意见不是许可"
_act = {"group": DOING, "source": _DONE}
declare(
    _figure("activities", "举办的活动", HELD, Counts.BEGAN, "期内开始、经签到或社区核实的活动", **_act),
    _figure(
        "activity_times",
        "参加活动的人次",
        HELD,
        Counts.BEGAN,
        "期内核实的活动的人次相加；一人来几次就算几次",
        unit="人次",
        weight="person_times",
        **_act,
    ),
    _figure(
        "activity_hours",
        "活动服务时长",
        HELD,
        Counts.BEGAN,
        "期内核实的活动里服务的小时相加",
        unit="小时",
        weight="hours",
        group=DOING,
        source=USUAL,
    ),
    _figure(
        "major_reported",
        "重大活动报备",
        MAJOR,
        Counts.BEGAN,
        "期内向联合会党组织报备的次数；退回后再报再算",
        group=DOING,
        source=_ASKED,
        good="",
    ),
)
