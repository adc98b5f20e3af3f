"""The words in which the running cases of the demo are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from linli.core.workflow import Step
from linli.demo.names import Sort
from linli.organizations.choices.filing import AGREE, AmendmentKind

FILED_AFTER = 7  # working days after the street agreed, its five days of notice have run in any case


class Besides(StrEnum):
    """What happens to a case besides its steps."""

    DRAFT = "draft"
    EXTEND = "extend"
    URGE = "urge"


DRAFT, EXTEND, URGE = Besides.DRAFT, Besides.EXTEND, Besides.URGE
Do = Step | Besides


@dataclass(frozen=True)
class Part:
    """Something done; `changes` are typed and `paper` is uploaded before it; `fields` are all a draft has."""

    back: int
    time: str
    do: Do
    words: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    paper: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wish:
    """What somebody wants to found."""

    sort: Sort
    name: str = ""
    purpose: str = ""
    address: str = ""
    leader: str = ""
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FilingStory:
    """An application: where, what, by whom (`persona`, a worker on `behalf` of somebody, a new account), what."""

    community: str
    wish: Wish
    parts: tuple[Part, ...]
    persona: str = ""
    behalf: bool = False
    photo: bool = False

    @property
    def ends_filed(self) -> bool:
        """Whether the notice has run out by now: agreed more than its five days ago, without an objection."""
        last = self.parts[-1]
        return last.do is AGREE and last.back >= FILED_AFTER


@dataclass(frozen=True)
class AmendmentStory:
    """A change of some organization of the community."""

    community: str
    kind: AmendmentKind
    cause: str
    parts: tuple[Part, ...]
    wanted: str = ""  # the new name, where it is not the usual completion; {old} is the present one
