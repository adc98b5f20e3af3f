"""Levels of areas, what may lie under what, and the kinds of codes and coordinates."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Level(TextChoices):
    """Where an area stands (rulebook §1.1). Levels may be missing: a micro-grid may hang from a community."""

    PROVINCE = "province", _("省级")
    CITY = "city", _("地级")
    DISTRICT = "district", _("区县")
    STREET = "street", _("街道、镇、乡")
    COMMUNITY = "community", _("社区、村")
    GRID = "grid", _("网格")
    MICROGRID = "microgrid", _("微网格")
    BUILDING = "building", _("楼栋")
    # Side units: they stand beside the grid, not in it. An estate crosses grids; owners vote there.
    ESTATE = "estate", _("小区")
    HAMLET = "hamlet", _("自然村")
    PARK = "park", _("园区")


# The order in which a list is written: whatever may hold an area comes before it.
TOP_DOWN: tuple[Level, ...] = (
    Level.PROVINCE,
    Level.CITY,
    Level.DISTRICT,
    Level.STREET,
    Level.COMMUNITY,
    Level.GRID,
    Level.MICROGRID,
    Level.ESTATE,
    Level.HAMLET,
    Level.PARK,
    Level.BUILDING,
)

# These are known by their own name, and one of them is the root of an installation.
UPPER_LEVELS: tuple[Level, ...] = (Level.PROVINCE, Level.CITY, Level.DISTRICT)

# Every grid belongs to exactly one community (rulebook §1.2), so nothing else may hold one.
PARENTS: dict[Level, frozenset[Level]] = {
    Level.PROVINCE: frozenset(),
    Level.CITY: frozenset({Level.PROVINCE}),
    Level.DISTRICT: frozenset({Level.PROVINCE, Level.CITY}),
    Level.STREET: frozenset({Level.CITY, Level.DISTRICT}),
    Level.COMMUNITY: frozenset({Level.DISTRICT, Level.STREET}),
    Level.GRID: frozenset({Level.COMMUNITY}),
    Level.MICROGRID: frozenset({Level.COMMUNITY, Level.GRID}),
    Level.BUILDING: frozenset(
        {Level.COMMUNITY, Level.GRID, Level.MICROGRID, Level.ESTATE, Level.HAMLET, Level.PARK},
    ),
    Level.ESTATE: frozenset({Level.DISTRICT, Level.STREET, Level.COMMUNITY}),
    Level.HAMLET: frozenset({Level.STREET, Level.COMMUNITY}),
    Level.PARK: frozenset({Level.CITY, Level.DISTRICT, Level.STREET, Level.COMMUNITY}),
}


class CodeKind(TextChoices):
    """Who sets a code (rulebook §1.2)."""

    OFFICIAL = "official", _("行政区划代码")
    STATISTICAL = "statistical", _("统计用区划代码")
    LOCAL = "local", _("本地编码")


CODE_KINDS: dict[Level, CodeKind] = {
    Level.PROVINCE: CodeKind.OFFICIAL,
    Level.CITY: CodeKind.OFFICIAL,
    Level.DISTRICT: CodeKind.OFFICIAL,
    Level.STREET: CodeKind.OFFICIAL,
    Level.COMMUNITY: CodeKind.STATISTICAL,
}


class UrbanRural(TextChoices):
    """Coarse split, kept apart from the statistical class since many lists know only this."""

    URBAN = "urban", _("城市")
    RURAL = "rural", _("农村")


class UrbanClass(TextChoices):
    """城乡分类代码 (国统字〔2009〕91号): 1xx is urban, 2xx is rural."""

    CORE = "111", _("主城区")
    FRINGE = "112", _("城乡结合区")
    TOWN_CENTRE = "121", _("镇中心区")
    TOWN_FRINGE = "122", _("镇乡结合区")
    SPECIAL = "123", _("特殊区域")
    TOWNSHIP_CENTRE = "210", _("乡中心区")
    VILLAGE = "220", _("村庄")


class Datum(TextChoices):
    """Systems of coordinates in use in China (rulebook §1.6)."""

    WGS84 = "wgs84", "WGS-84"
    CGCS2000 = "cgcs2000", "CGCS2000"
    GCJ02 = "gcj02", "GCJ-02"
    BD09 = "bd09", "BD-09"
