"""How a case of a process begins over the API: the one thing a process does not declare, so its domain says it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from linli.core.workflow.declare import Process

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Beginning:
    """The body and the function that opens a draft: `(body, actor) -> Case`."""

    body: type[BaseModel]
    open: Callable[..., Any]


BEGINNINGS: dict[str, Beginning] = {}


def begins(process: Process, body: type[BaseModel]) -> Callable[[F], F]:
    """Bind what opens a draft, in the domain's `api.py`: `@begins(FILING, BeginFiling)`."""

    def bind(function: F) -> F:
        BEGINNINGS[process.slug] = Beginning(body, function)
        return function

    return bind
