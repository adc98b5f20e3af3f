"""Reforms: areas merge and split. The old rows stay, ended; the new ones name them as predecessors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction

from linli.areas.models import Area
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.audit.marks import link
from linli.core.errors import BadInput, WrongState

from .tree import finish, lock_tree, permit, rehang


@transaction.atomic
def merge_areas(sources: Sequence[Area], *, into: Area, on: dt.date, reason: str, actor: User) -> Area:
    """Let `sources` go up into one area from a day on; what hung below them hangs below it.

    `into` is an area that goes on (A is merged into B) or a new one made by `create_area` (A and B become C).
    """
    permit(actor, "merge_areas", into)
    for source in sources:
        permit(actor, "merge_areas", source)
    if not sources:
        raise BadInput("areas.merge_nothing", "请选要并入的区划。")
    _same_level([into, *sources])
    if into.pk in {source.pk for source in sources}:
        raise BadInput("areas.merge_itself", f"“{into.name}”不能并入自己。请只选要停用的区划。")
    lock_tree()
    _living(into)
    for source in sources:
        for child in Area.objects.filter(parent=source, valid_to=None):
            rehang(child, to=into)
        finish(source, on=on)
    link(into.predecessors, *sources)
    into.refresh_from_db()
    record(actor, "areas.merge_areas", into, sources=[source.name for source in sources], on=on, reason=reason)
    return into


@transaction.atomic
def split_area(
    area: Area,
    *,
    into: Sequence[Area],
    on: dt.date,
    reason: str,
    actor: User,
    children: Mapping[int, Area] | None = None,
    goes_on: bool = False,
) -> list[Area]:
    """Let parts of an area be areas of their own from a day on.

    `into` are areas made by `create_area`. `children` says by id which of them takes each child. Where the area
    `goes_on`, children that are not named stay with it; where it does not, it ends and every child must be named.
    """
    permit(actor, "split_area", area)
    for part in into:
        permit(actor, "split_area", part)
    if not into or (len(into) < 2 and not goes_on):
        raise BadInput("areas.split_into_one", "拆分后至少要有两个区划。如果只是改名，请用改名。")
    _same_level([area, *into])
    lock_tree()
    _living(area)
    for part in into:
        _living(part)
    takers = {part.pk for part in into}
    for child in Area.objects.filter(parent=area, valid_to=None):
        taker = (children or {}).get(child.pk)
        if taker is None:
            continue
        if taker.pk not in takers:
            raise BadInput("areas.split_elsewhere", f"“{child.name}”要归到拆分出来的区划。请重新选。")
        rehang(child, to=taker)
    if not goes_on:
        finish(area, on=on)
    for part in into:
        link(part.predecessors, area)
        part.refresh_from_db()
    area.refresh_from_db()
    record(actor, "areas.split_area", area, into=[part.name for part in into], on=on, reason=reason, goes_on=goes_on)
    return list(into)


def _same_level(areas: Sequence[Area]) -> None:
    if len({area.level for area in areas}) > 1:
        raise BadInput("areas.levels_differ", "合并和拆分只在同一层级之间。请重新选。")


def _living(area: Area) -> None:
    area.refresh_from_db()
    if area.valid_to is not None:
        raise WrongState("areas.ended", f"“{area.name}”已经在 {area.valid_to:%Y-%m-%d} 停用。请选现在的区划。")
