"""The tree of areas."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from linli.core import clock
from linli.core.audit.marks import Marked, mark_links

from .choices import PARENTS, UPPER_LEVELS, CodeKind, Datum, Level, UrbanClass, UrbanRural
from .datum import Point

_LONG_ENDINGS = (
    (re.compile(r"(?:社区)?(?:居民委员会|居委会)$"), "社区"),
    (re.compile(r"村?(?:村民委员会|村委会)$"), "村"),
)


class Joined(Func):
    """SQL `a || b`: unlike Concat it is NULL as soon as one part is, so an unsaved row has no opinion."""

    template = "(%(expressions)s)"
    arg_joiner = " || "
    output_field = models.TextField()


def _step_of_path(place: int) -> Func:
    return Func(F("path"), Value("/"), Value(place), function="split_part", output_field=models.TextField())


class Area(Marked):
    """A part of the country, from the province down to a building. Renaming keeps the row; ending keeps it too.

    `path` holds the ids of all ancestors and of the area itself ("1/25/310/"): it is the scope that posts, parameters
    and cases refer to, so whoever moved an area by SQL would move rights. A code is used once for ever
    (民政部令79号): a dead one stays with its dead area.
    """

    MARKED = ("parent", "path", "level", "name", "code", "code_kind", "valid_from", "valid_to")

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级")
    )
    # Collation C: a prefix search then uses the index whatever the locale of the database is.
    path = models.CharField(max_length=200, blank=True, editable=False, db_collation="C")
    level = models.CharField(_("层级"), max_length=10, choices=Level)
    name = models.CharField(_("名称"), max_length=60)
    code = models.CharField(_("代码"), max_length=18, null=True, blank=True)
    code_kind = models.CharField(_("代码种类"), max_length=11, choices=CodeKind, blank=True)
    urban_class = models.CharField(_("城乡分类"), max_length=3, choices=UrbanClass, blank=True)
    urban_rural = models.CharField(_("城乡"), max_length=5, choices=UrbanRural, blank=True)
    valid_from = models.DateField(_("起始日"), null=True, blank=True, help_text=_("不清楚时留空"))
    valid_to = models.DateField(_("停用日"), null=True, blank=True, help_text=_("从这一天起不再使用"))
    predecessors = models.ManyToManyField(
        "self", symmetrical=False, related_name="successors", blank=True, verbose_name=_("前身")
    )
    households = models.PositiveIntegerField(_("户数"), null=True, blank=True)
    population = models.PositiveIntegerField(_("人口"), null=True, blank=True)
    lng = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    datum = models.CharField(_("坐标系"), max_length=8, choices=Datum, blank=True)
    point_source = models.CharField(_("坐标来源"), max_length=60, blank=True)
    boundary = models.JSONField(_("边界"), null=True, blank=True, help_text=_("GeoJSON Polygon 或 MultiPolygon"))
    boundary_datum = models.CharField(_("边界坐标系"), max_length=8, choices=Datum, blank=True)
    boundary_source = models.CharField(_("边界来源"), max_length=60, blank=True)
    changed_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("区划")
        ordering = ["code", "id"]
        constraints = [
            models.UniqueConstraint(fields=["path"], name="areas_path_once"),
            models.UniqueConstraint(
                fields=["code"],
                name="areas_code_once",
                violation_error_message=_("这个代码已经用过。停用的代码也不再使用，请填新代码。"),
            ),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="areas_level_known"),
            models.CheckConstraint(condition=~Q(code=""), name="areas_code_null_not_empty"),
            models.CheckConstraint(
                condition=Q(valid_from__lt=F("valid_to")),
                name="areas_ends_after_it_begins",
                violation_error_message=_("停用日要晚于起始日。请核对。"),
            ),
            models.CheckConstraint(
                # The last two steps of the path; split_part gives "" before the root.
                condition=Exact(
                    Joined(_step_of_path(-3), Value("/"), _step_of_path(-2)),
                    Joined(
                        Coalesce(Cast("parent_id", models.TextField()), Value("")),
                        Value("/"),
                        Cast("id", models.TextField()),
                    ),
                ),
                name="areas_path_ends_with_parent_and_id",
            ),
            models.CheckConstraint(
                condition=Q(lng=None, lat=None, datum="", point_source="")
                | Q(lng__range=(-180, 180), lat__range=(-90, 90), datum__in=Datum.values) & ~Q(point_source=""),
                name="areas_point_whole_or_none",
                violation_error_message=_("坐标要连同坐标系和来源一起填，或者都不填。"),
            ),
            models.CheckConstraint(
                condition=Q(boundary__isnull=True, boundary_datum="", boundary_source="")
                | Q(boundary__isnull=False, boundary_datum__in=Datum.values) & ~Q(boundary_source=""),
                name="areas_boundary_whole_or_none",
                violation_error_message=_("边界要连同坐标系和来源一起填，或者都不填。"),
            ),
            models.CheckConstraint(
                condition=Q(urban_class="")
                | Q(urban_class__startswith="1", urban_rural=UrbanRural.URBAN)
                | Q(urban_class__startswith="2", urban_rural=UrbanRural.RURAL),
                name="areas_urban_class_agrees",
                violation_error_message=_("城乡分类与城乡不一致：1 开头是城市，2 开头是农村。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **options: Any) -> None:
        """Give a new area its id and its path together, so that no row is ever without a path."""
        if self._state.adding and not self.path:
            if self.pk is None:
                (self.pk,) = reserve_ids(1)
            self.path = f"{self.parent.path if self.parent else ''}{self.pk}/"
            options["force_insert"] = True
        self.changed_at = clock.now()
        if options.get("update_fields") is not None:
            options["update_fields"] = {*options["update_fields"], "changed_at"}
        super().save(*args, **options)

    @property
    def scope(self) -> str:
        """The path, under the name by which the kernel asks for it."""
        return self.path

    @property
    def short_name(self) -> str:
        """As people say it: 金苑居委会 is 金苑社区, 逢涌村委会 is 逢涌村."""
        if self.level == Level.COMMUNITY:
            for ending, short in _LONG_ENDINGS:
                shortened, found = ending.subn(short, self.name)
                if found and shortened != short:
                    return shortened
        return self.name

    @property
    def full_name(self) -> str:
        """As a letter writes it, from the street down: 东方街道凤凰社区. Lists select_related("…__parent")."""
        spoken, step = self.short_name, self
        while step.level not in (*UPPER_LEVELS, Level.STREET) and step.parent is not None:
            step = step.parent
            if step.level not in UPPER_LEVELS:
                spoken = step.short_name + spoken
        return spoken

    @property
    def number_code(self) -> str:
        """The nine digits of the street, for numbers people quote; a local code where there is no official one."""
        if self.code and len(self.code) >= 9:
            return self.code[:9]
        return self.parent.number_code if self.parent else self.code or f"L{self.pk}"

    @property
    def ancestor_ids(self) -> list[int]:
        """From the root down, without the area itself."""
        return [int(part) for part in self.path.split("/")[:-2]]

    @property
    def point(self) -> Point | None:
        """The centre, or None."""
        if self.lng is None or self.lat is None:
            return None
        return Point(self.lng, self.lat, Datum(self.datum), self.point_source)

    def is_valid_on(self, day: dt.date) -> bool:
        """Whether the area exists on that day; an unknown beginning counts as long ago."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)

    def clean(self) -> None:
        """The parent stands above: what may lie under what is data in choices.PARENTS."""
        allowed = PARENTS[Level(self.level)]
        if self.parent is None:
            # A single district may be the whole installation, so the line above it may be missing.
            if self.level in UPPER_LEVELS:
                return
            raise ValidationError({"parent": _("请选上级。")}, code="area_parent_missing")
        if self.parent.level not in allowed:
            raise ValidationError(
                {
                    "parent": f"{Level(self.level).label}不能直接放在{Level(self.parent.level).label}下面，"
                    f"上级可以是{'、'.join(str(level.label) for level in Level if level in allowed)}。"
                },
                code="area_parent_level",
            )


def reserve_ids(count: int) -> list[int]:
    """Fresh ids from the table's own sequence, for rows whose path must be known before they are written."""
    table = connection.ops.quote_name(Area._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [row[0] for row in cursor.fetchall()]


# Through its predecessors an area's officers reach the records of those.
mark_links(Area.predecessors.through, _("区划的前身"))
