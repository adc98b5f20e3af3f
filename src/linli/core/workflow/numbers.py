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


def numbers_after(keys: list[str]) -> list[str]:
    """The next number of each serial, as many as it is named; the serials stay locked to the transaction's end.

    They are locked in the order of their names, so that two who want several do not wait for each other in a circle.
    """
    last: dict[str, int] = {}
    for key in sorted(set(keys)):
        Serial.objects.get_or_create(key=key)
        last[key] = Serial.objects.select_for_update().get(key=key).last
    given = []
    for key in keys:
        last[key] += 1
        given.append(f"{key}-{last[key]:05d}")
    for key, count in last.items():
        Serial.objects.filter(key=key).update(last=count)
    return given


def pass_over(key: str, last: int) -> None:
    """Let a serial go on behind a number that came from elsewhere."""
    Serial.objects.get_or_create(key=key)
    Serial.objects.filter(key=key, last__lt=last).update(last=last)
