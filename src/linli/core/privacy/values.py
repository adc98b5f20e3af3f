"""A personal value that shows itself masked unless it is asked for by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from linli.core.privacy.masks import HIDDEN, mask_id_number, mask_name, mask_phone


class Kind(StrEnum):
    """What a personal value is; decides its mask and the kind of its keyed hash."""

    NAME = "name"
    PHONE = "phone"
    ID_NUMBER = "id_number"
    OTHER = "other"


_MASKS: dict[Kind, Callable[[str], str]] = {
    Kind.NAME: mask_name,
    Kind.PHONE: mask_phone,
    Kind.ID_NUMBER: mask_id_number,
    Kind.OTHER: lambda value: HIDDEN if value else "",
}


@dataclass(frozen=True)
class PersonalValue:
    """Printed, formatted or logged it is masked; `.raw` is the only way to the value.

    `reveal_url` is where a reason opens it, "" where nobody may.
    """

    kind: Kind
    raw: str = field(repr=False)
    reveal_url: str = ""

    @property
    def masked(self) -> str:
        """The masked text."""
        return _MASKS[self.kind](self.raw)

    def __str__(self) -> str:
        return self.masked

    def __format__(self, spec: str) -> str:
        return format(self.masked, spec)

    def __bool__(self) -> bool:
        return bool(self.raw)
