"""What can be counted of areas: the streets and communities there were on a day."""

from __future__ import annotations

from linli.areas.choices import Level, UrbanRural
from linli.areas.models import Area
from linli.core.figures import Category, Counts, Facts, Figure, declare
from linli.core.registers import Column
from linli.core.registers import Kind as Value

LEVELS = {level.value: str(level.label) for level in Level}
URBAN_RURAL = {each.value: str(each.label) for each in UrbanRural}

AREAS = Facts(
    slug="areas",
    label="区划",
    unit="个",
    model_label="areas.Area",
    began="valid_from",
    ended="valid_to",  # from this day on it is no longer used
    visible_to=lambda user: Area.objects.select_related("parent").defer("boundary", "parent__boundary"),
    reach=lambda user: ("",),
    scope="path",
    categories=(
        Category("level", "层级", "level", tuple(LEVELS.items())),
        Category("urban_rural", "城乡", "urban_rural", tuple(URBAN_RURAL.items())),
    ),
    columns=(
        Column("name", "名称", "full_name"),
        Column("code", "代码", kind=Value.CODE),
        Column("level", "层级", show=LEVELS.get, kind=Value.CHOICE),
        Column("urban_rural", "城乡", show=URBAN_RURAL.get, kind=Value.CHOICE),
        Column("valid_from", "起始日", kind=Value.DAY),
        Column("valid_to", "停用日", kind=Value.DAY),
    ),
    kept=False,  # a district has some hundred; the whole country's tree would make a million cells that nobody reads
    href=lambda area: "",
)
STREETS = Figure(
    id="streets",
    name="街道数",
    unit="个",
    facts=AREAS,
    counts=Counts.STOCK,
    counted="期末当天存在的街道、镇、乡；撤并以后按新的区划",
    source="区划；金平的报告写作时 17 个街道，撤并后 12 个",
    where={"level": (Level.STREET,)},
    group="区划",
)
COMMUNITIES = Figure(
    id="communities",
    name="村社数",
    unit="个",
    facts=AREAS,
    counts=Counts.STOCK,
    counted="期末当天存在的社区和村",
    source="区划；金平的报告 171 个社区，上虞的报告 359 个村社",
    where={"level": (Level.COMMUNITY,)},
    group="区划",
)
COMMUNITIES_URBAN = Figure(
    id="communities_urban",
    name="城市社区数",
    unit="个",
    facts=AREAS,
    counts=Counts.STOCK,
    counted="期末当天存在、登记为城市的社区",
    source="区划；上虞的报告：45 个城市社区有孵化园，占 88%",
    where={"level": (Level.COMMUNITY,), "urban_rural": (UrbanRural.URBAN,)},
    group="区划",
    listed=False,
)
declare(STREETS, COMMUNITIES, COMMUNITIES_URBAN)
