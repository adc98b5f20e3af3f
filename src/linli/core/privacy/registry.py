"""Which personal fields of which records can be revealed, to whom, and whose they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse

from linli.core.access.models import User


@dataclass(frozen=True)
class Revealable:
    """What a domain says about its personal fields. The model has a `uid`."""

    model: type[Model]
    fields: Mapping[str, str]  # attribute → its Chinese label
    visible_to: Callable[[User], QuerySet[Any]]
    permission: str
    subject_of: Callable[[Any], User | None]

    @property
    def kind(self) -> str:
        """The word in the address, e.g. "organizations.organization"."""
        return self.model._meta.label_lower


REVEALABLE: dict[str, Revealable] = {}


def register_revealable(
    model: type[Model],
    fields: Mapping[str, str],
    *,
    visible_to: Callable[[User], QuerySet[Any]],
    permission: str,
    subject_of: Callable[[Any], User | None],
) -> None:
    """Let fields of a model be revealed with a reason. Call it from the domain's rules or queries.

    `visible_to` decides 404, `permission` (asked with the record) decides 403, `subject_of` names the account
    of the person concerned, who is told and can look it up; None when that person has no account.
    """
    entry = Revealable(model, dict(fields), visible_to, permission, subject_of)
    if entry.kind in REVEALABLE and REVEALABLE[entry.kind].model is not model:
        raise ValueError(f"registered twice: {entry.kind}")
    REVEALABLE[entry.kind] = entry


def reveal_url(record: Model, field: str) -> str:
    """Address at which a reason opens this field; KeyError for a field nobody registered."""
    entry = REVEALABLE[record._meta.label_lower]
    if field not in entry.fields:
        raise KeyError(field)
    return reverse("core:reveal", args=[entry.kind, record.uid, field])  # type: ignore[attr-defined]
