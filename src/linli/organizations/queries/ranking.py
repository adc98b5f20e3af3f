"""What is read of the four dimensions: a page of a ranking, a place, and why somebody stands where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import QuerySet

from linli.areas.choices import Level
from linli.areas.models import Area
from linli.organizations.choices.filing import Kind
from linli.organizations.choices.ranking import ADVICE, GRADES, POINT, WHOLE, Dimension, Item
from linli.organizations.models import Organization, Ruler, Standing
from linli.organizations.queries.register import HIDDEN, OUTLINES

WHERE = {Level.DISTRICT: "district", Level.STREET: "street", Level.COMMUNITY: "scope"}
ORDER = ("-total", "-pk")
_CENT = Decimal("0.01")


def standings_in(area: Area, kind: str) -> QuerySet[Standing]:
    """Those of a kind in a district, street or community; the page is read along an index (`ORDER`)."""
    where = WHERE[Level(area.level)]
    return Standing.objects.filter(**{where: area.path}, ranked=True, kind=kind)


def unranked_districts() -> list[Area]:
    """Districts that have organizations and no ruler yet: after an upgrade, or the first import."""
    ruled = Ruler.objects.values("district")
    districts = Area.objects.filter(level=Level.DISTRICT).exclude(path__in=ruled).order_by("path")
    return [one for one in districts if Organization.objects.filter(scope__startswith=one.path).exists()]


def listed(rows: QuerySet[Standing]) -> QuerySet[Standing]:
    """With what a line of the list says."""
    hidden = (f"organization__{name}" for name in (*HIDDEN, *OUTLINES))
    return rows.select_related("organization__area__parent").defer(*hidden)


def standing_of(uid: str) -> Standing | None:
    """One organization's standing, where it takes part."""
    return listed(Standing.objects.filter(organization__uid=uid, ranked=True)).first()


@dataclass(frozen=True)
class Place:
    """Where an organization stands among those of its kind in an area; equals share a place."""

    area: Area
    place: int
    among: int


def places_of(standing: Standing) -> list[Place]:
    """Its places, from the community up: each is counted on an index, nothing is numbered."""
    area: Area | None = standing.organization.area
    found = []
    while area is not None and area.level in WHERE:
        rows = standings_in(area, standing.kind)
        found.append(Place(area, place_in(rows, standing.total), rows.count()))
        area = area.parent
    return found


def place_in(rows: QuerySet[Standing], total: int) -> int:
    """The place that belongs to a total: one more than have more."""
    return rows.filter(total__gt=total).count() + 1


def next_above(standing: Standing, area: Area) -> Standing | None:
    """The nearest one of the same kind in an area that has more."""
    rows = standings_in(area, standing.kind).filter(total__gt=standing.total)
    return listed(rows).order_by("total", "pk").first()


def ruler_of(standing: Standing) -> Ruler:
    """What it was measured by."""
    return Ruler.objects.get(district=standing.district, kind=standing.kind)


def rulers_in(area: Area) -> dict[str, Ruler]:
    """The rulers that hold in an area, by kind."""
    return {row.kind: row for row in Ruler.objects.filter(district__in=_heads(area.path))}


def _heads(path: str) -> Iterable[str]:
    steps = path.rstrip("/").split("/")
    return ["/".join(steps[:n]) + "/" for n in range(1, len(steps) + 1)]


def kinds_in(area: Area) -> list[tuple[str, str]]:
    """The kinds that are compared in an area."""
    held = set(rulers_in(area))
    return [(kind.value, str(kind.label)) for kind in Kind if kind.value in held]


# --- why ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """One dimension of a standing: what it is worth, of how much, from which facts, and what to do next."""

    dimension: Dimension
    share: Decimal  # of this dimension, in hundredths
    worth: Decimal  # points it brings
    most: Decimal  # points it could bring
    facts: str
    advice: tuple[str, ...]

    @property
    def lost(self) -> Decimal:
        """What it costs the organization."""
        return self.most - self.worth


def parts_of(standing: Standing, ruler: Ruler) -> list[Part]:
    """The four parts in their order; their points add up to the total but for the rounding of the last hundredth."""
    told = {
        Dimension.ACTIVE: _active(standing, ruler),
        Dimension.ORDERLY: _orderly(standing, ruler),
        Dimension.COVERAGE: _coverage(standing),
        Dimension.INFLUENCE: _influence(standing, ruler),
    }
    found = []
    for dimension, (facts, advice) in told.items():
        share, most = standing.part(dimension), Decimal(100 * ruler.weight(dimension)) / ruler.weights
        full = share >= WHOLE
        found.append(
            Part(
                dimension,
                _rounded(Decimal(share) / 100),
                _rounded(most * share / WHOLE),
                _rounded(most),
                facts,
                () if full or not most else advice,
            )
        )
    return found


def pulled_down(parts: list[Part]) -> list[Part]:
    """What costs it points, the dearest first."""
    return sorted((part for part in parts if part.lost > 0), key=lambda part: -part.lost)


def missing(standing: Standing, ruler: Ruler) -> list[Item]:
    """What of the checklist is not done."""
    return [item for item in ruler.asked if not standing.passed & item]


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_CENT, ROUND_HALF_UP)


def plain(value: Decimal) -> str:
    """3, 2.5: no zeros that say nothing."""
    return f"{value.normalize():f}"


def _active(standing: Standing, ruler: Ruler) -> tuple[str, tuple[str, ...]]:
    more = -(-ruler.median_doubled // 2) - standing.held
    facts = f"核实的活动 {standing.held} 场，同类组织的中位数 {plain(ruler.median)} 场"
    return facts, (f"再办 {more} 场活动并经核实，这一项就满分。",)


def _orderly(standing: Standing, ruler: Ruler) -> tuple[str, tuple[str, ...]]:
    lacking = missing(standing, ruler)
    facts = f"{len(ruler.asked)} 项里做到 {len(ruler.asked) - len(lacking)} 项"
    if lacking:
        facts += f"，还差：{'、'.join(str(item.label) for item in lacking)}"
    return facts, tuple(ADVICE[item] for item in lacking)


def _coverage(standing: Standing) -> tuple[str, tuple[str, ...]]:
    facts = f"服务到的居民至少 {standing.served:,} 人，应服务 {standing.target:,} 人"
    return facts, ("办面向更多居民的活动，请到场的人现场签到：不同的人都算，同一个人只算一次。",)


def _influence(standing: Standing, ruler: Ruler) -> tuple[str, tuple[str, ...]]:
    grade = f"{standing.grade} 级（满 {GRADES} 级）" if standing.grade else "没有在有效期内的等级或星级"
    facts = f"{grade}；{ruler.awards_from} 年以来表彰 {standing.awards} 次（{ruler.awards_most} 次算满）"
    advice = []
    if standing.grade < GRADES:
        advice.append("参加等级评估或者星级评定。")
    if standing.awards < ruler.awards_most:
        advice.append("排在前面的，会提进年度表彰名单。")
    return facts, tuple(advice)


def points(total: int) -> Decimal:
    """A total as a page shows it: of a hundred, with two places."""
    return _rounded(Decimal(total) / POINT)
