"""One question to all registers: one query asks all with few records together, each large one answers by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import IntegerField, Sum, Value

from linli.core.access.grants import Person
from linli.core.counting import joined
from linli.core.paging import Page
from linli.core.registers.declare import REGISTRY
from linli.core.registers.models import Tally
from linli.core.registers.search import FEW
from linli.core.registers.selection import Selection


def first_of_all(asked: str, user: Person, size: int) -> list[tuple[Selection, Page[Any]]]:
    """The first page of every register that has what is asked for, in the order they were declared.

    Two queries, two more for each small register that has any (at most `FEW` records), and those of a page for each
    large one.
    """
    params: Mapping[str, Any] = {"q": asked}
    selections = [Selection.from_params(register, params, user) for register in REGISTRY.values()]
    small = _small(selections)
    parts = [
        selection.matching.annotate(nth_list=Value(place, output_field=IntegerField())).values_list("nth_list", "pk")
        for place, selection in enumerate(selections)
        if selection in small
    ]
    keys: dict[int, list[int]] = {}
    for place, pk in joined(parts) if parts else ():
        keys.setdefault(place, []).append(pk)
    found = []
    for place, selection in enumerate(selections):
        if selection in small:
            if place not in keys:
                continue
            selection.finder.known = keys[place]
        page = selection.page({}, size)
        if page.rows:
            found.append((selection, page))
    return found


def _small(selections: Sequence[Selection]) -> list[Selection]:
    slugs = [selection.register.slug for selection in selections if selection.register.is_indexed]
    rows = Tally.objects.filter(register__in=slugs, scope="").values_list("register").annotate(total=Sum("n"))
    large = {register for register, total in rows if total > FEW}
    return [selection for selection in selections if selection.register.slug not in large]
