"""Figures of Party-building."""

from __future__ import annotations

from django.db.models import Case, CharField, Q, Value, When

from linli.core.figures import Category, Counts, Facts, Figure, declare
from linli.core.registers import Column
from linli.core.registers import Kind as Show
from linli.organizations.choices.party import UNIT, PartyStage, UnitKind
from linli.organizations.indicators.register import share
from linli.organizations.indicators.wording import PARTY, words
from linli.organizations.queries.party import (
    committee_posts_visible_to,
    party_members_visible_to,
    party_reach,
    units_visible_to,
)
from linli.organizations.registers.party import PARTY_MEMBERS as PEOPLE

PARTY_UNITS = Facts(
    slug="party-units",
    label="党组织",
    unit="个",
    model_label="organizations.PartyUnit",
    began="approved_on",
    ended="ended_at",
    where=Q(approved_on__isnull=False),
    visible_to=units_visible_to,
    reach=party_reach,
    categories=(Category("kind", "组织形式", "kind", words(UnitKind)),),
    columns=tuple(column for column in UNIT.columns if column.name in ("name", "kind", "led_by", "term_to")),
)
PARTY_PEOPLE = Facts(
    slug="party-people",
    label="党员",
    unit="人",
    model_label="organizations.PartyMember",
    began="joined_on",
    ended="left_on",
    visible_to=party_members_visible_to,
    reach=party_reach,
    categories=(
        Category("stage", "党员类别", "stage", words(PartyStage)),
        Category(
            "managed",
            "有没有纳入管理",
            Case(When(managed_by__isnull=False, then=Value("yes")), default=Value("no"), output_field=CharField()),
            (("yes", "纳入管理"), ("no", "没有纳入管理")),
        ),
    ),
    columns=tuple(PEOPLE.list_columns(public=False)),
)
COMMITTEE_POSTS = Facts(
    slug="committee-posts",
    label="两委成员兼职",
    unit="家",
    model_label="organizations.CommitteePost",
    began="held_from",
    ended="held_to",
    visible_to=committee_posts_visible_to,
    reach=party_reach,
    categories=(
        Category(
            "head",
            "任什么职务",
            Case(When(is_head=True, then=Value("head")), default=Value("other"), output_field=CharField()),
            (("head", "会长、召集人"), ("other", "其他职务")),
        ),
    ),
    distinct={"organizations": "organization"},
    columns=(
        Column("organization", "社会组织", "organization__name"),
        Column("place", "社区", "organization__area__full_name", kind=Show.AREA),
        Column("approval", "批准依据"),
        Column("held_from", "任职自", kind=Show.DAY),
        Column("held_to", "任职至", kind=Show.DAY),
    ),
)
_JINPING = "金平的报告：党支部 46 个、党小组 171 个，纳入管理的党员 1320 人，兼任职务 99.43%、任会长 96.20%"


def _party(id: str, name: str, facts: Facts, counted: str, **more: object) -> Figure:
    given: dict[str, object] = {"unit": facts.unit, "group": PARTY, "source": _JINPING, "good": "up"}
    return Figure(id=id, name=name, facts=facts, counts=Counts.STOCK, counted=counted, **(given | more))  # type: ignore[arg-type]


BRANCHES = _party(
    "party_branches",
    "党支部",
    PARTY_UNITS,
    "期末当天已经批准设立、没有撤销的独立党支部和联合党支部",
    where={"kind": (UnitKind.OWN, UnitKind.JOINT)},
)
GROUPS = _party(
    "party_groups",
    "党小组",
    PARTY_UNITS,
    "期末当天已经批准设立、没有撤销的党小组",
    where={"kind": (UnitKind.GROUP,)},
)
MANAGED = _party(
    "party_managed",
    "纳入管理的党员",
    PARTY_PEOPLE,
    "期末当天登记在册、由社会组织的党组织管理的党员；一人只在一处",
    where={"managed": ("yes",)},
)
WITH_POST = _party(
    "cadre_posts",
    "两委成员兼任职务的组织",
    COMMITTEE_POSTS,
    "期末当天有社区两委成员经批准兼任职务的社会组织；一家有几人也只算一家",
    weight="organizations",
)
WITH_HEAD = _party(
    "cadre_heads",
    "两委成员任会长、召集人的组织",
    COMMITTEE_POSTS,
    "期末当天由社区两委成员经批准任会长或召集人的社会组织",
    weight="organizations",
    where={"head": ("head",)},
)
declare(
    BRANCHES,
    GROUPS,
    MANAGED,
    WITH_POST,
    share("cadre_post", "两委兼职率", WITH_POST, group=PARTY, source=_JINPING, places=2, good="up"),
    WITH_HEAD,
    share("cadre_head", "两委任会长率", WITH_HEAD, group=PARTY, source=_JINPING, places=2, good="up"),
)
