"""How operations are declared: a room of the API with its words, and one line an operation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from ninja import Router
from ninja.constants import NOT_SET
from ninja.decorators import _apply_decorators

from linli.core.api.callers import Bearer
from linli.core.api.frame import ANY, FILES, JSON, Call, framed

F = TypeVar("F", bound=Callable[..., Any])

#: Every scope a token may be given, with its words; filled as operations are declared.
SCOPES: dict[str, str] = {}
ROOMS: list[tuple[str, Room]] = []
_VERBS = {"read": "查看", "write": "办理", "reveal": "查看个人信息"}


class Room(Router):
    """A part of the API: its key names the scopes (`read:cases`), its label is the tag in the document."""

    def __init__(self, key: str, label: str, about: str = "", *, prefix: str = "") -> None:
        super().__init__(tags=[label])
        self.key, self.label, self.about = key, label, about
        ROOMS.append((prefix or f"/{key}", self))

    def reads(self, path: str, summary: str, answers: Any, **how: Any) -> Callable[[F], F]:
        """A GET. `open=True`: also without a token."""
        return self._operation("GET", path, summary, answers, verb="read", **how)

    def sends(self, path: str, summary: str, answers: Any, *, status: int = 200, **how: Any) -> Callable[[F], F]:
        """A POST."""
        return self._operation("POST", path, summary, answers, verb="write", status=status, **how)

    def changes(
        self, path: str, summary: str, answers: Any, *, method: str = "PATCH", **how: Any
    ) -> Callable[[F], F]:
        """A PATCH (or PUT) against the version in If-Match."""
        return self._operation(method, path, summary, answers, verb="write", guarded=True, **how)

    def removes(self, path: str, summary: str, **how: Any) -> Callable[[F], F]:
        """A DELETE."""
        return self._operation("DELETE", path, summary, None, verb="write", status=204, **how)

    def alters(self, path: str, summary: str, answers: Any, **how: Any) -> Callable[[F], F]:
        """A POST that takes a step on a record, against the version in If-Match."""
        return self._operation("POST", path, summary, answers, verb="write", guarded=True, **how)

    def _operation(
        self,
        method: str,
        path: str,
        summary: str,
        answers: Any,
        *,
        verb: str,
        name: str = "",
        scope: str = "",
        status: int = 200,
        open: bool = False,
        guarded: bool = False,
        keeps: bool = True,
        takes: str = JSON,
        gives: str = JSON,
        about: str = "",
    ) -> Callable[[F], F]:
        scope = "" if open else scope or f"{verb}:{self.key}"
        if scope:
            verb = scope.partition(":")[0]
            SCOPES.setdefault(scope, f"{_VERBS[verb]}：{self.label}")

        def declare(function: F) -> F:
            operation_id = name or f"{self.key}_{function.__name__}"
            call = Call(
                operation_id,
                method,
                scope,
                guarded=guarded,
                keeps=keeps,
                takes="" if method in ("GET", "DELETE") else takes,
                gives=gives,
                about=about,
            )
            self.add_api_operation(
                path,
                [method],
                function,
                auth=[Bearer()] if scope else NOT_SET,
                response={status: answers} if gives == JSON else NOT_SET,
                operation_id=operation_id,
                summary=summary,
                description="",
                tags=[self.label],
                openapi_extra={"x-call": call},
            )
            operation = self.path_operations[path].operations[-1]
            call = replace(call, takes=call.takes if has_body(operation) else "", asks=asked_of(operation))
            operation.openapi_extra = {"x-call": call}
            _apply_decorators((partial(framed, call),), operation)
            return function

        return declare


def asked_of(operation: Any) -> frozenset[str]:
    """The names of an operation's parameters behind the question mark."""
    models = [model for model in operation.models if model.__ninja_param_source__ == "query"]
    return frozenset(name for model in models for name in model.__ninja_flatten_map__)


def has_body(operation: Any) -> bool:
    """Whether an operation reads a body."""
    return any(model.__ninja_param_source__ in ("body", "form", "file") for model in operation.models)


__all__ = ["ANY", "FILES", "JSON", "ROOMS", "SCOPES", "Room"]
