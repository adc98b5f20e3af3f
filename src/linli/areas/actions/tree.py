"""Single changes to the tree."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import connection, transaction
from django.db.models import BigIntegerField, Case, F, Model, Value, When
from django.db.models.functions import Concat, Substr

from linli.areas.choices import CODE_KINDS, CodeKind, Datum, Level
from linli.areas.datum import Point
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.audit.models import Event
from linli.core.codes.characters import half_width, one_space
from linli.core.codes.division_code import DIGITS, check_code_of_level
from linli.core.errors import BadInput, NotAllowed, WrongState

_TREE_LOCK = 0x6C696E6C69  # any number nobody else uses: "linli"


def permit(actor: User, step: str, area: Area | None) -> None:
    """NotAllowed unless the actor may take the step on this area."""
    if not actor.has_perm(f"areas.{step}", area):
        where = f"“{area.short_name}”" if area else "顶层"
        raise NotAllowed("areas.not_allowed", f"调整{where}的区划由当地的系统管理员办理。请联系他们。")


def lock_tree() -> None:
    """One structural change at a time: a path read now must still be true when the row is written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TREE_LOCK])


def name_kept(name: str) -> str:
    """The name as it is stored; BadInput when it is empty or too long."""
    name = one_space(half_width(name))
    longest = Area._meta.get_field("name").max_length
    if not name:
        raise BadInput("areas.name_empty", "请填区划名称。", fields={"name": "请填区划名称。"})
    if longest and len(name) > longest:
        sentence = f"区划名称最多 {longest} 个字，现在是 {len(name)} 个字。"
        raise BadInput("areas.name_long", sentence, fields={"name": sentence})
    return name


def checked(area: Area) -> Area:
    """The area if its fields agree with each other; BadInput that names each field if not."""
    try:
        area.full_clean(validate_unique=False)
    except ValidationError as error:
        fields = {name: "".join(messages) for name, messages in error.message_dict.items()}
        raise BadInput("areas.invalid", "".join(fields.values()), fields=fields) from error
    return area


def _code_kept(code: str | None, level: Level) -> str | None:
    """The code as it is stored; BadInput when it is malformed, in use, or was ever used (民政部令79号)."""
    if not code:
        return None
    try:
        code = check_code_of_level(code, level) if level in DIGITS else half_width(code).strip()
    except ValidationError as error:
        sentence = "".join(error.messages)
        raise BadInput("areas.code_wrong", sentence, fields={"code": sentence}) from error
    holder = Area.objects.filter(code=code).first()
    if holder is None:
        return code
    if holder.valid_to is None:
        sentence = f"代码 {code} 是“{holder.name}”的。请核对后再填。"
    else:
        sentence = (
            f"代码 {code} 曾属于“{holder.name}”，{holder.valid_to:%Y-%m-%d} 停用。停用的代码不再使用，请填新代码。"
        )
    raise BadInput("areas.code_used", sentence, fields={"code": sentence})


@transaction.atomic
def create_area(
    *,
    name: str,
    level: Level,
    parent: Area | None,
    actor: User,
    code: str | None = None,
    code_kind: CodeKind | None = None,
    valid_from: dt.date | None = None,
    **fields: Any,
) -> Area:
    """Add an area under another. `fields` are the plain fields of the model (urban_class, households, …)."""
    permit(actor, "create_area", parent)
    lock_tree()
    if parent is not None:
        parent.refresh_from_db(fields=["path", "valid_to", "level"])
        if parent.valid_to is not None:
            raise WrongState("areas.parent_ended", f"“{parent.name}”已经停用，不能再设下级。请选现在的上级。")
    code = _code_kept(code, level)
    area = Area(name=name_kept(name), level=level, parent=parent, code=code, valid_from=valid_from, **fields)
    if code:
        area.code_kind = code_kind or CODE_KINDS.get(level, CodeKind.LOCAL)
    checked(area).save()
    record(actor, "areas.create_area", area, area=area.name, level=level, code=code)
    return area


@transaction.atomic
def rename_area(area: Area, *, name: str, reason: str, actor: User) -> Area:
    """Give the area another name; code, path and history stay (民政部令79号)."""
    permit(actor, "rename_area", area)
    area = Area.objects.select_for_update().get(pk=area.pk)
    before, area.name = area.name, name_kept(name)
    area.save(update_fields=["name"])
    record(actor, "areas.rename_area", area, before=before, after=area.name, reason=reason)
    return area


@transaction.atomic
def end_area(area: Area, *, on: dt.date, reason: str, actor: User) -> Area:
    """The area no longer exists from that day on. What is still below it must be moved or ended first."""
    permit(actor, "end_area", area)
    lock_tree()
    area = finish(area, on=on)
    record(actor, "areas.end_area", area, on=on, reason=reason)
    return area


def finish(area: Area, *, on: dt.date) -> Area:
    """Close an area inside an action that holds the tree lock."""
    area = Area.objects.select_for_update().get(pk=area.pk)
    if area.valid_to is not None:
        raise WrongState("areas.ended", f"“{area.name}”已经在 {area.valid_to:%Y-%m-%d} 停用。")
    left = list(Area.objects.filter(parent=area, valid_to=None).order_by("code", "id")[:4])
    if left:
        names = "、".join(child.name for child in left[:3]) + ("等" if len(left) > 3 else "")
        raise WrongState("areas.not_empty", f"“{area.name}”下面还有{names}。请先把它们移走或停用。")
    area.valid_to = on
    checked(area).save(update_fields=["valid_to"])
    return area


@transaction.atomic
def move_area(area: Area, *, to: Area, reason: str, actor: User) -> Area:
    """Hang the area with all below it under another parent. Who is posted above both may do it."""
    permit(actor, "move_area", area)
    permit(actor, "move_area", to)
    lock_tree()
    before = Area.objects.get(pk=area.parent_id).name if area.parent_id else ""
    area = rehang(area, to=to)
    record(actor, "areas.move_area", area, before=before, after=to.name, reason=reason)
    return area


def rehang(area: Area, *, to: Area) -> Area:
    """Rewrite the paths of a whole subtree in one statement, inside an action that holds the tree lock."""
    area, to = Area.objects.get(pk=area.pk), Area.objects.get(pk=to.pk)
    if to.path.startswith(area.path):
        raise BadInput("areas.into_itself", f"“{area.name}”不能移到自己下面。请选别的上级。")
    if to.valid_to is not None:
        raise WrongState("areas.parent_ended", f"“{to.name}”已经停用，不能再设下级。请选现在的上级。")
    area.parent = to
    checked(area)
    old, new = area.path, f"{to.path}{area.pk}/"
    # The row's own parent changes in the same statement, since the database holds path and parent together.
    Area.objects.filter(path__startswith=old).update(
        path=Concat(Value(new), Substr("path", len(old) + 1)),
        parent=Case(When(pk=area.pk, then=Value(to.pk)), default=F("parent_id"), output_field=BigIntegerField()),
        changed_at=clock.now(),
    )
    for model in _models_with_scope():
        model._default_manager.filter(scope__startswith=old).update(
            scope=Concat(Value(new), Substr("scope", len(old) + 1))
        )
    area.refresh_from_db()
    return area


def _models_with_scope() -> list[type[Model]]:
    """Models that repeat a path in a column named `scope`; events keep the path of their day."""
    found: list[type[Model]] = []
    for model in apps.get_models():
        if model is Event:
            continue
        try:
            model._meta.get_field("scope")
        except FieldDoesNotExist:
            continue
        found.append(model)
    return found


@transaction.atomic
def set_point(area: Area, *, point: Point, actor: User) -> Area:
    """Set the centre, in the datum it was measured in and with its source."""
    permit(actor, "set_point", area)
    area = Area.objects.select_for_update().get(pk=area.pk)
    area.lng, area.lat, area.datum, area.point_source = point.lng, point.lat, point.datum, point.source
    checked(area).save(update_fields=["lng", "lat", "datum", "point_source"])
    record(actor, "areas.set_point", area, lng=point.lng, lat=point.lat, datum=point.datum, source=point.source)
    return area


@transaction.atomic
def set_boundary(area: Area, *, geometry: dict[str, Any], datum: Datum, source: str, actor: User) -> Area:
    """Set the outline: a GeoJSON Polygon or MultiPolygon without self-crossings."""
    permit(actor, "set_boundary", area)
    from shapely.errors import ShapelyError
    from shapely.geometry import shape

    try:
        outline = shape(geometry)
        sound = outline.geom_type in ("Polygon", "MultiPolygon") and outline.is_valid and not outline.is_empty
    except (ShapelyError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        sound = False
    if not sound:
        sentence = "边界要是 GeoJSON 的 Polygon 或 MultiPolygon，边线不能自相交叉。请在制图软件里修好后再上传。"
        raise BadInput("areas.boundary_wrong", sentence, fields={"boundary": sentence})
    area = Area.objects.select_for_update().get(pk=area.pk)
    area.boundary, area.boundary_datum, area.boundary_source = geometry, datum, source
    checked(area).save(update_fields=["boundary", "boundary_datum", "boundary_source"])
    record(actor, "areas.set_boundary", area, datum=datum, source=source)
    return area
