"""Numbers that people quote: BA-440511004-2026-00317."""

from __future__ import annotations

from typing import Protocol

from django.db.models import F

from linli.core.workflow.models import Serial


class Place(Protocol):
    """Anything that lies in a numbered street."""

    @property
    def number_code(self) -> str:
        """The official code of the street, or a local one where there is none."""
        ...


def next_number(kind: str, place: Place, year: int) -> str:
    """The next number of a kind in a street and year; gapless: the row stays locked to the transaction's end."""
    key = f"{kind}-{place.number_code}-{year}"
    Serial.objects.get_or_create(key=key)
    row = Serial.objects.select_for_update().get(key=key)
    Serial.objects.filter(pk=row.pk).update(last=F("last") + 1)
    return f"{key}-{row.last + 1:05d}"
