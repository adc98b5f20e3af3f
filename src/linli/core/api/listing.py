"""Keyset pages in any declared order: the next starts after the last row of this one, whatever came in between."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import DateField, DateTimeField, F, Q, QuerySet
from django.db.models.expressions import OrderBy

from linli.core.api.problems import Problem
from linli.core.privacy.cipher import DecryptionError, decrypt, encrypt


def page(rows: QuerySet[Any], by: Sequence[str], after: str | None, limit: int) -> tuple[list[Any], str | None]:
    """One page of rows in the order of `by` (the primary key is added), and the key of the next; None at the end.

    The key is opaque: what it holds (values of the last row) is encrypted.
    """
    terms = [(term.lstrip("-"), term.startswith("-")) for term in by]
    if "pk" not in dict(terms):
        terms.append(("pk", True))
    ordered = rows.order_by(*(_order(name, down=down) for name, down in terms))
    if after:
        ordered = ordered.filter(_beyond(terms, _read(after, rows, [name for name, _ in terms])))
    found = list(ordered[: limit + 1])
    if len(found) <= limit:
        return found, None
    last = [_value(found[limit - 1], name) for name, _ in terms]
    return found[:limit], encrypt(json.dumps(last, cls=DjangoJSONEncoder))


def _order(name: str, *, down: bool) -> OrderBy | str:
    if name == "pk":
        return "-pk" if down else "pk"
    return F(name).desc(nulls_last=True) if down else F(name).asc(nulls_last=True)


def _value(row: Any, name: str) -> Any:
    if isinstance(row, dict):
        return row[name]
    for part in name.split("__"):
        row = getattr(row, part)
    return row


def _read(after: str, rows: QuerySet[Any], names: list[str]) -> list[Any]:
    try:
        values = json.loads(decrypt(after))
        if len(values) != len(names):
            raise ValueError(after)
        return [_typed(rows, name, value) for name, value in zip(names, values, strict=True)]
    except (DecryptionError, ValueError, TypeError):
        raise Problem(404, "page.unknown", "没有这一页。after 请用上一页应答里的 next。") from None


def _typed(rows: QuerySet[Any], name: str, value: Any) -> Any:
    field = rows.model._meta.pk if name == "pk" else rows.model._meta.get_field(name)
    if value is None or not isinstance(field, DateField):
        return value
    return dt.datetime.fromisoformat(value) if isinstance(field, DateTimeField) else dt.date.fromisoformat(value)


def _beyond(terms: list[tuple[str, bool]], values: list[Any]) -> Q:
    """Rows after the given values; a missing value stands last in both directions."""
    found, same = Q(pk__in=()), Q()
    for (name, down), value in zip(terms, values, strict=True):
        if value is None:
            same &= Q(**{f"{name}__isnull": True})
            continue
        further = Q(**{f"{name}__{'lt' if down else 'gt'}": value})
        if name != "pk":
            further |= Q(**{f"{name}__isnull": True})
        found |= same & further
        same &= Q(**{name: value})
    return found
