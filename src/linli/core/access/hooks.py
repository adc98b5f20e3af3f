"""What other rooms hang onto an account: what must hold before it is locked, what ends with its access.

A room above registers a function; this room calls it inside its own transaction. Whatever else opens doors in a
person's name (tokens of programs, links) registers `on_revoke`, so that one call closes all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from linli.core.access.models import User

G = TypeVar("G", bound=Callable[[User], None])
C = TypeVar("C", bound=Callable[[User], int])

_guards: list[Callable[[User], None]] = []
_closers: list[Callable[[User], int]] = []


def before_lock(function: G) -> G:
    """Ask this function before an account is locked; it raises a Refusal where that must not be."""
    if function not in _guards:
        _guards.append(function)
    return function


def on_revoke(function: C) -> C:
    """Call this function when all access of an account ends; it returns how many doors it closed."""
    if function not in _closers:
        _closers.append(function)
    return function


def ask_before_lock(user: User) -> None:
    """Raise what any guard raises."""
    for guard in _guards:
        guard(user)


def close_doors(user: User) -> int:
    """Close everything that others opened in the account's name; how many doors that were."""
    return sum([close(user) for close in _closers])


def on_new_rights(user: User) -> None:
    """Forget what this instance of the user remembers of its rights, so that new ones hold at once."""
    for name in ("_grants", "_posts"):
        if hasattr(user, name):
            delattr(user, name)
    user.__dict__.pop("is_staff", None)
