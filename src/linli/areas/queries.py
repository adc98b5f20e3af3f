"""Everything read about areas. Areas are public, so no list here asks who reads it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Count, ManyToOneRel, Max, Q, QuerySet

from linli.core import clock
from linli.core.access.grants import Person, grants_of
from linli.core.audit.models import Event
from linli.core.revisions import AREAS, remembered
from linli.core.sheets.declare import Place

from .choices import Datum, Level
from .datum import Point, convert_geometry
from .models import Area

PICKER_LEVELS = (Level.PROVINCE, Level.CITY, Level.DISTRICT, Level.STREET, Level.COMMUNITY)


def valid(day: dt.date | None = None) -> Q:
    """Areas that exist on a day (today): an unknown beginning counts as long ago, the last day is the one before."""
    day = day or clock.today()
    return (Q(valid_from=None) | Q(valid_from__lte=day)) & (Q(valid_to=None) | Q(valid_to__gt=day))


def areas_valid_on(day: dt.date | None = None) -> QuerySet[Area]:
    """All areas that exist on a day (today)."""
    return Area.objects.filter(valid(day))


def children(area: Area | None, *, on: dt.date | None = None, levels: Iterable[Level] = ()) -> QuerySet[Area]:
    """The areas directly below, or the roots; perhaps of some levels only."""
    found = areas_valid_on(on).filter(parent=area)
    return found.filter(level__in=tuple(levels)) if levels else found


def subtree(area: Area, *, on: dt.date | None = None, levels: Iterable[Level] = ()) -> QuerySet[Area]:
    """The area and all below it that exist on a day, perhaps of some levels only."""
    found = areas_valid_on(on).filter(path__startswith=area.path)
    return found.filter(level__in=tuple(levels)) if levels else found


def ancestors(area: Area) -> list[Area]:
    """From the root down to the parent, in one query."""
    ids = area.ancestor_ids
    found = Area.objects.in_bulk(ids)
    return [found[pk] for pk in ids]


def by_code(code: str, *, on: dt.date | None = None) -> Area | None:
    """The area that bore the code on a day (today). Short form: "44", "4405", "440511"."""
    return areas_valid_on(on).filter(code=code).first()


def search(
    text: str, *, within: Area | None = None, levels: Iterable[Level] = (), on: dt.date | None = None
) -> QuerySet[Area]:
    """Areas whose name or code holds the text; 凤凰社区 also finds 凤凰居委会. Nothing for an empty text."""
    text = "".join(text.split())
    if not text:
        return Area.objects.none()
    found = areas_valid_on(on) if within is None else subtree(within, on=on)
    matches = Q(name__icontains=text) | Q(code__startswith=text)
    for said, written in (("社区", "居委会"), ("社区", "居民委员会"), ("村", "村委会"), ("村", "村民委员会")):
        if text.endswith(said) and text != said:
            matches |= Q(level=Level.COMMUNITY, name__contains=text.removesuffix(said) + written)
    found = found.filter(matches)
    return found.filter(level__in=tuple(levels)) if levels else found


def full_names(areas: Sequence[Area]) -> dict[int, str]:
    """Full names by id (`Area.full_name`), in one query however many areas and however deep."""
    above = Area.objects.in_bulk({pk for area in areas for pk in area.ancestor_ids})
    for area in (*areas, *above.values()):
        if area.parent_id is not None:
            area.parent = above[area.parent_id]
    return {area.pk: area.full_name for area in areas}


def areas_at(point: Point, *, within: Area) -> list[Area]:
    """The areas below `within` whose boundary holds the point, widest first; each asked in its own datum."""
    # Loaded when asked for: it brings numpy, and most processes never look at an outline.
    from shapely.geometry import Point as Position
    from shapely.geometry import shape

    found = []
    positions: dict[str, Position] = {}
    for area in subtree(within).filter(boundary__isnull=False):
        if area.boundary_datum not in positions:
            moved = point.to(Datum(area.boundary_datum))
            positions[area.boundary_datum] = Position(moved.lng, moved.lat)
        if shape(area.boundary).covers(positions[area.boundary_datum]):
            found.append(area)
    return sorted(found, key=lambda area: len(area.ancestor_ids))


@dataclass
class Node:
    """One entry of a picker."""

    id: int
    name: str
    level: str
    children: list[Node] = field(default_factory=list)
    code: str = ""

    def as_json(self) -> dict[str, object]:
        """For selects that follow each other."""
        return {"id": self.id, "name": self.name, "children": [child.as_json() for child in self.children]}


def predecessors() -> dict[int, list[tuple[int, str]]]:
    """Area → the areas whose place it took (merge, split), each with its path."""

    def read() -> dict[int, list[tuple[int, str]]]:
        found: dict[int, list[tuple[int, str]]] = {}
        for pk, path, heir in Area.objects.filter(successors__isnull=False).values_list("pk", "path", "successors"):
            found.setdefault(heir, []).append((pk, path))
        return found

    return remembered((AREAS,), "predecessors", read)


def state_of(area: Area) -> str:
    """A short mark that changes whenever something in the subtree does, or the day turns."""
    seen = Area.objects.filter(path__startswith=area.path).aggregate(count=Count("pk"), last=Max("changed_at"))
    return hashlib.sha256(f"{area.path}{seen['count']}{seen['last']}{clock.today()}".encode()).hexdigest()[:20]


def picker_tree(area: Area, *, levels: Sequence[Level] = PICKER_LEVELS) -> Node:
    """The valid areas below, by name, as light nodes; the same until the tree changes or the day turns."""
    return remembered(
        (AREAS,), ("picker", area.pk, tuple(levels), clock.today()), lambda: _picker_tree(area, tuple(levels))
    )


def _picker_tree(area: Area, levels: Sequence[Level]) -> Node:
    root = Node(area.pk, area.short_name, area.level)
    nodes = {area.pk: root}
    below = subtree(area, levels=levels).exclude(pk=area.pk).only("name", "level", "path", "parent_id", "code")
    # Parents come first: a longer path is never above a shorter one of the same line.
    for found in sorted(below, key=lambda found: found.path.count("/")):
        # Where a level is left out, an area hangs from the nearest one that is in.
        holder = next(nodes[pk] for pk in reversed(found.ancestor_ids) if pk in nodes)
        nodes[found.pk] = Node(found.pk, found.short_name, found.level, code=found.code or "")
        holder.children.append(nodes[found.pk])
    return root


def picker_groups(area: Area, *, level: Level = Level.COMMUNITY) -> list[tuple[str, list[tuple[int, str]]]]:
    """Choices for one plain select: areas of a level, grouped under the name of what holds them."""
    groups: list[tuple[str, list[tuple[int, str]]]] = []

    def visit(node: Node) -> None:
        options = [(child.id, child.name) for child in node.children if child.level == level]
        if options:
            groups.append((node.name, options))
        for child in node.children:
            visit(child)

    visit(picker_tree(area, levels=(*PICKER_LEVELS[: PICKER_LEVELS.index(level)], level)))
    return groups


def convert_point(lng: float, lat: float, datum: str, target: str) -> tuple[float, float]:
    """A position in another datum, to about a tenth of a metre."""
    point = Point(lng, lat, Datum(datum)).to(Datum(target))
    return round(point.lng, 6), round(point.lat, 6)


def outlines(paths: Sequence[str], target: str) -> list[dict[str, Any]]:
    """The areas of some paths as GeoJSON features, where it is known where they lie; in one query."""
    found = Area.objects.filter(path__in=paths).order_by("path")
    return [shape for area in found if (shape := shape_of(area, Datum(target))) is not None]


def shape_of(area: Area, target: Datum) -> dict[str, Any] | None:
    """One area as a GeoJSON feature, or None where nobody knows where it lies."""
    geometry: dict[str, Any]
    source = ""
    if area.boundary is not None:
        geometry = convert_geometry(area.boundary, Datum(area.boundary_datum), target)
        source = area.boundary_source
    elif area.point is not None:
        point = area.point.to(target)
        geometry = {"type": "Point", "coordinates": [round(point.lng, 7), round(point.lat, 7)]}
        source = area.point_source
    else:
        return None
    return {
        "type": "Feature",
        "id": area.pk,
        "geometry": geometry,
        "properties": {"name": area.short_name, "level": area.level, "path": area.path, "source": source},
    }


class Communities:
    """The communities of one scope by every name people write, for workbooks: 金苑社区, 金苑居委会, 金苑, a code."""

    ENDINGS = ("社区居民委员会", "社区居委会", "居民委员会", "居委会", "社区", "村民委员会", "村委会", "村")

    def __init__(self, scope: str) -> None:
        found = (
            areas_valid_on()
            .filter(level=Level.COMMUNITY)
            .select_related("parent")
            .defer("boundary", "parent__boundary")
        )
        self.by_name: dict[str, list[Area]] = {}
        self.by_code: dict[str, Area] = {}
        self.by_id: dict[int, Place] = {}
        self.outside: set[str] = set()
        self.inside: list[Area] = []
        # Communities beside the scope are known by name alone, so that a row can be told that it lies elsewhere.
        root = scope.split("/", 1)[0] + "/"
        for area in found.filter(path__startswith=root).order_by("code", "pk"):
            names = {area.name, area.short_name, self._stem(area.name)}
            if not area.path.startswith(scope):
                self.outside |= names | ({area.code} if area.code else set())
                continue
            self.inside.append(area)
            self.by_id[area.pk] = Place(area.pk, area.path, area.full_name, area.number_code)
            for name in names:
                self.by_name.setdefault(name, []).append(area)
            if area.code:
                self.by_code[area.code] = area

    def _stem(self, name: str) -> str:
        for ending in self.ENDINGS:
            if name.endswith(ending) and len(name) > len(ending) + 1:
                return name.removesuffix(ending)
        return name

    def of(self, id: int) -> Place:
        """A community that was found before."""
        return self.by_id[id]

    def options(self) -> list[tuple[str, str]]:
        """(street, community) in the order of their codes."""
        return [(area.parent.short_name if area.parent else "", area.short_name) for area in self.inside]

    def find(self, upper: str, name: str) -> Place | str:
        """The community of this name (and street), or a sentence."""
        text, street = "".join(name.split()), "".join(upper.split())
        if text.isascii() and text.isdigit():
            area = self.by_code.get(text)
            return self.by_id[area.pk] if area else self._unknown(text)
        candidates = self.by_name.get(text) or self._with_street(text) or self.by_name.get(self._stem(text), [])
        if street:
            within = [area for area in candidates if self._is_street(area, street)]
            if candidates and not within:
                return f"“{street}”没有“{text}”这个社区。请核对街道和社区。"
            candidates = within
        if len(candidates) > 1:
            streets = "、".join(area.parent.short_name for area in candidates if area.parent)
            return f"有 {len(candidates)} 个“{text}”（{streets}）。请在“所在街道”里写明是哪个街道的。"
        return self.by_id[candidates[0].pk] if candidates else self._unknown(text)

    def _with_street(self, text: str) -> list[Area]:
        """东方街道金苑社区 in one cell; the district may stand in front too."""
        found = []
        for area in self.inside:
            street = area.parent.short_name if area.parent else ""
            if street and street in text and text.partition(street)[2] in {area.name, area.short_name}:
                found.append(area)
        return found

    def _is_street(self, area: Area, street: str) -> bool:
        parent = area.parent
        stems = ("街道办事处", "街道", "镇人民政府", "镇", "乡")
        if parent is None:
            return False
        if street in (parent.name, parent.short_name, parent.code):
            return True

        def stem(name: str) -> str:
            return next((name.removesuffix(end) for end in stems if name.endswith(end)), name)

        return stem(street) == stem(parent.name)

    def _unknown(self, text: str) -> str:
        if text in self.outside or self._stem(text) in self.outside:
            return f"“{text}”不在你的辖区，这里不能导入。请删去这一行，或请所在街道导入。"
        return f"没有“{text}”这个社区。请从模板的下拉框里选，或填 12 位社区代码。"


# --- for the administrators who keep the tree -------------------------------------------------------------------

TOLD = {
    "areas.create_area": "设立",
    "areas.rename_area": "更名",
    "areas.end_area": "停用",
    "areas.move_area": "改变隶属",
    "areas.merge_areas": "并入了别的区划",
    "areas.split_area": "拆分",
    "areas.import_divisions": "导入",
}


def kept_by(user: Person) -> QuerySet[Area]:
    """The areas under the administrator's posts, ended ones included."""
    under = Q(pk__in=())
    for grant in grants_of(user):
        if grant.role == "sysadmin":
            under |= Q(path__startswith=grant.scope)
    return Area.objects.filter(under).select_related("parent").defer("boundary", "parent__boundary")


def impact_of(area: Area) -> list[tuple[str, int]]:
    """What hangs below an area: areas, then bodies and posts by name, everything else as one number.

    An administrator needs to know how much a reform touches, not what it is.
    """
    below = Area.objects.filter(path__startswith=area.path).exclude(pk=area.pk)
    told = [("下级区划", below.filter(valid()).count())]
    rest = 0
    for relation in Area._meta.get_fields(include_hidden=True):
        model: Any = relation.related_model
        if not isinstance(relation, ManyToOneRel) or model._meta.app_label == "areas":
            continue
        count = model._default_manager.filter(**{f"{relation.field.name}__path__startswith": area.path}).count()
        try:
            model._meta.get_field("valid_to")
        except FieldDoesNotExist:
            rest += count
        else:
            told.append((str(model._meta.verbose_name), count))
    return [*told, ("其他记录", rest)]


def reforms_of(area: Area) -> QuerySet[Event]:
    """What was done to an area, newest first."""
    events = Event.objects.filter(subject_type__app_label="areas", subject_type__model="area", subject_id=area.pk)
    return events.filter(name__in=TOLD).select_related("actor").order_by("-at", "-pk")[:20]


def key_of(area: Area) -> str:
    """The outward name of an area: its code; one without a code, or with a dead one, by its number."""
    return area.code if area.code and area.valid_to is None else f"id-{area.pk}"


def by_key(key: str, rows: QuerySet[Area]) -> Area | None:
    """The area of an outward name among these."""
    number = key.removeprefix("id-")
    if number != key:
        fits = number.isascii() and number.isdigit() and len(number) < 19
        return rows.filter(pk=int(number)).first() if fits else None
    return rows.filter(valid(), code=key).first()
