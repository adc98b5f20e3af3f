"""Which district answers for an account, and what a path is called. The kernel knows no areas; `actors` tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A district or street as far as a request needs it."""

    path: str
    label: str
    number_code: str


_districts: Callable[[], list[Place]] = list
_of: Callable[[str], Place | None] = lambda path: None  # noqa: E731 -- until somebody registers


def register_places(districts: Callable[[], list[Place]], of: Callable[[str], Place | None]) -> None:
    """Name who knows the districts served and the place of a path."""
    global _districts, _of
    _districts, _of = districts, of


def districts() -> list[Place]:
    """The districts this installation serves."""
    return _districts()


def place_of(path: str) -> Place | None:
    """The place of a path; None for an unknown one."""
    return _of(path)


def district_of(path: str) -> Place | None:
    """The district a path lies in; None outside all of them."""
    return next((place for place in districts() if path.startswith(place.path)), None)
