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


class OnlySent(Refusal):
    """An address that takes what is sent and shows nothing: typed in, reloaded, or reached after signing in anew."""

    status = 405
    title = "这个地址不能直接打开"


class RefusalMiddleware:
    """Turns a refusal that nobody caught into a page (or an htmx fragment) with its sentence and a way on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            response.status_code == OnlySent.status
            and "text/html" in request.headers.get("Accept", "")
            and not response.streaming
            and not response.content
        ):
            return self._only_sent(request, response)
        return response

    def _only_sent(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        refusal = OnlySent(
            "request.method", "它只接收表单里送来的内容，刚才没有办任何事。请回到原来的页面，再按一次那里的按钮。"
        )
        page = render(request, "core/refusal.html", {"refusal": refusal}, status=refusal.status)
        page["Allow"] = response["Allow"]
        return page

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django's hook; returns None for anything that is not a refusal."""
        if not isinstance(exception, Refusal):
            return None
        if isinstance(exception, NotAllowed):
            from linli.core.audit.refusals import record_refusal

            record_refusal(request.user, exception.code, method=request.method or "", path=request.path)
        return render(request, "core/refusal.html", {"refusal": exception}, status=exception.status)
