"""What the API owes to callers outside its operations: errors of Django itself as problems, HEAD, and CORS."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from linli.core.api.problems import MEDIA_TYPE, STATUSES, Problem

PREFIX = "/api/"
ALLOWED_HEADERS = "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key"
EXPOSED_HEADERS = "ETag, Location, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset"


class ApiMiddleware:
    """Stands outside sessions and views, so that no page of theirs ever answers a program."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX) or request.path_info == "/api/":
            return self.get_response(request)
        try:
            request.get_host()
        except DisallowedHost:
            return Problem(400, "host.unknown", "这里没有这个主机名。请用平台公布的地址。").response()
        origin = request.headers.get("Origin", "")
        allowed = bool(origin) and origin in settings.LINLI_API_ORIGINS
        if allowed and request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            answer: HttpResponseBase = HttpResponse(status=204)
            answer["Access-Control-Allow-Methods"] = "GET, POST, PUT, PATCH, DELETE"
            answer["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
            answer["Access-Control-Max-Age"] = "600"
        else:
            answer = self._answer(request)
        if settings.LINLI_API_ORIGINS:
            patch_vary_headers(answer, ["Origin"])
        if allowed:
            answer["Access-Control-Allow-Origin"] = origin
            answer["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
        return answer

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        if request.method == "HEAD":
            request.method = "GET"
            answer: HttpResponseBase = self.get_response(request)
            request.method = "HEAD"
            if isinstance(answer, HttpResponse):
                answer["Content-Length"] = str(len(answer.content))
                answer.content = b""
        else:
            answer = self.get_response(request)
        return _as_problem(answer)


def _as_problem(answer: HttpResponseBase) -> HttpResponseBase:
    """Django's own error pages and the way to the login page, said to a program."""
    status = answer.status_code
    if status in (301, 302) or (status >= 400 and answer.get("Content-Type") != MEDIA_TYPE):
        status = 401 if status in (301, 302) else status if status in STATUSES else 400
        problem = Problem(status).response()
        for name in ("Allow", "X-Request-ID"):
            if name in answer:
                problem[name] = answer[name]
        return problem
    return answer
