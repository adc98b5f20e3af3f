"""What is read of parameters: values over time, which one holds when, and which running cases keep an older one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.db.models.fields.json import KeyTransform

from linli.core import clock
from linli.core.access.grants import Person
from linli.core.parameters import REGISTRY, Parameter
from linli.core.parameters.models import ParameterValue
from linli.core.workflow.declare import REGISTRY as PROCESSES


def known(family: Iterable[str], words: str = "") -> list[Parameter]:
    """The declared parameters of these keepers, perhaps only those whose words or key hold a text."""
    wanted = set(family)
    return [
        parameter
        for parameter in REGISTRY.values()
        if parameter.kept_by in wanted and (not words or words in str(parameter.label) or words in parameter.key)
    ]


@dataclass(frozen=True)
class Line:
    """A parameter on the list: the value where the reader looks, whether it was set, and what comes next."""

    parameter: Parameter
    value: Any
    is_set: bool
    coming: ParameterValue | None


def lines(parameters: list[Parameter], scope: str) -> list[Line]:
    """The parameters as they stand for a place today; one query for any number of them."""
    today = clock.today()
    rows = ParameterValue.objects.filter(key__in=[one.key for one in parameters]).exclude(valid_to__lte=today)
    held: dict[str, ParameterValue] = {}
    coming: dict[str, ParameterValue] = {}
    for row in sorted(rows, key=lambda row: (len(row.scope), row.valid_from)):
        if not scope.startswith(row.scope):
            continue
        if row.valid_from <= today:
            held[row.key] = row
        elif row.key not in coming:
            coming[row.key] = row
    return [
        Line(one, held[one.key].value if one.key in held else one.standard, one.key in held, coming.get(one.key))
        for one in parameters
    ]


@dataclass(frozen=True)
class Row:
    """A value in the history: where, from when to when, and whether it holds now."""

    value: ParameterValue
    place: str
    standing: str
    tone: str


def history(parameter: Parameter, names: dict[str, str], rows: Iterable[ParameterValue]) -> list[Row]:
    """The values over time with what each is today. Of several for a place the one that began last holds."""
    today = clock.today()
    kept = list(rows)
    now: dict[str, int] = {}
    for row in sorted(kept, key=lambda row: row.valid_from):
        if row.valid_from <= today and (row.valid_to is None or row.valid_to > today):
            now[row.scope] = row.pk
    told = []
    for row in kept:
        if now.get(row.scope) == row.pk:
            state = ("现行", "ok")
        elif row.valid_from > today:
            state = ("将生效", "act")
        elif row.valid_to is not None and row.valid_to <= today:
            state = ("已停用", "")
        else:
            state = ("已被替换", "")
        told.append(Row(row, names.get(row.scope, row.scope), *state))
    return told


def values_about(key: str, scope: str) -> list[ParameterValue]:
    """The values of a parameter that touch a place: its own, those below and those above; newest first."""
    rows = ParameterValue.objects.filter(key=key).select_related("set_by").order_by("-valid_from", "-id")
    above = [scope[: i + 1] for i, letter in enumerate(scope) if letter == "/"]
    return list(rows.filter(Q(scope__in=["", *above]) | Q(scope__startswith=scope))[:200])


@dataclass(frozen=True)
class Kept:
    """How many running cases of a loop keep a value."""

    label: str
    value: Any
    count: int
    differs: bool


def kept_by_cases(parameter: Parameter, user: Person, scope: str, on: dt.date | None = None) -> list[Kept]:
    """The running cases this person may see, by the value each began under."""
    from linli.core.parameters import value_of

    now = value_of(parameter.key, scope, on)
    found = []
    for process in PROCESSES.values():
        if parameter.key not in process.parameter_keys() or process.visible_to is None:
            continue
        if not user.has_perm(process.view):
            continue
        running = process.visible_to(user).filter(began_at__isnull=False, ended_at__isnull=True)
        counts = (
            running.order_by()
            .annotate(kept=KeyTransform(parameter.key, "parameters"))
            .values_list("kept")
            .annotate(n=Count("pk"))
        )
        found += [Kept(process.label, kept, n, kept != now) for kept, n in counts if kept is not None]
    return sorted(found, key=lambda one: (one.label, -one.count))
