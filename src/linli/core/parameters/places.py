"""Which places a person may set values for, and what a place is called. Core knows no areas; actors answers here."""

from __future__ import annotations

from collections.abc import Callable, Collection

from linli.core.access.grants import Person

Groups = list[tuple[str, list[tuple[str, str]]]]

_choices: Callable[[Person], Groups] | None = None
_names: Callable[[Collection[str]], dict[str, str]] | None = None

EVERYWHERE = "整个平台"


def register_places(choices: Callable[[Person], Groups], names: Callable[[Collection[str]], dict[str, str]]) -> None:
    """Set who answers: select choices of paths for a person, and the names of paths."""
    global _choices, _names
    _choices, _names = choices, names


def places_for(user: Person) -> Groups:
    """Select choices of the places under a person's posts."""
    return _choices(user) if _choices else []


def names_of(paths: Collection[str]) -> dict[str, str]:
    """Names by path; one query however many."""
    found = _names({path for path in paths if path}) if _names else {}
    return {path: found.get(path, path) if path else EVERYWHERE for path in paths}
