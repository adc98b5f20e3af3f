"""Refusals: each has a machine code, a sentence a person can act on, and the HTTP status that fits.

Unseen is 404 (raised by the fetch), seen but not allowed 403, wrong state 409, bad input 422 with every field named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class Refusal(Exception):  # noqa: N818 -- not a fault of the program
    """Something a person asked for and cannot have. `message` says what is wrong, why, and what to do."""

    status = 400
    title = "这一步没有完成"

    def __init__(self, code: str, message: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = dict(fields or {})


class NotAllowed(Refusal):
    """Seen, but this post may not do it."""

    status = 403
    title = "你的岗位不办这一步"


class WrongState(Refusal):
    """The record has moved on, or is not there yet."""

    status = 409
    title = "这件事已经往前走了"


class BadInput(Refusal):
    """Input that cannot be taken; `fields` names each one."""

    status = 422
    title = "有几处要改"


class RefusalMiddleware:
    """Turns a refusal that nobody caught into a page (or an htmx fragment) with its sentence and a way on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django's hook; returns None for anything that is not a refusal."""
        if not isinstance(exception, Refusal):
            return None
        if isinstance(exception, NotAllowed):
            from linli.core.audit.refusals import record_refusal

            record_refusal(request.user, exception.code, method=request.method or "", path=request.path)
        return render(request, "core/refusal.html", {"refusal": exception}, status=exception.status)
