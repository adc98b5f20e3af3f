"""The API as a whole: the rooms of the kernel, then those of the domains, under one document."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.renderers import JSONRenderer

from linli.core.api import openapi
from linli.core.api.parser import StrictParser
from linli.core.api.problems import problem_of
from linli.core.api.rooms import ROOMS

VERSION = "1"
ABOUT = """邻里共治的接口。与网页用同样的记录、同样的岗位权限、同样的办理动作。

程序用令牌调用：在“我的 → 接口令牌”建立，放进 `Authorization: Bearer …`。列表按 `next` 翻页；改动要带
`If-Match`；POST 可带 `Idempotency-Key`，重发不会办两次；出错时得到 `application/problem+json`。
"""


class Utf8(JSONRenderer):
    """JSON in which Chinese stands as it is written."""

    json_dumps_params: dict[str, Any] = {"ensure_ascii": False}


class Api(NinjaAPI):
    """NinjaAPI with our document and our errors."""

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """The document; made once, since it only depends on declarations."""
        if not hasattr(self, "_document"):
            self._document = openapi.finish(super().get_openapi_schema(**kwargs))
        return self._document

    def on_exception(self, request: HttpRequest, exc: Any) -> HttpResponse:
        """Every error is a problem; the frame is told which refusal it was."""
        request.api_refusal = exc  # type: ignore[attr-defined]
        return problem_of(exc).response()


@cache
def api() -> Api:
    """Built when the addresses are first read: by then everything has been declared."""
    from linli.core.api import routers

    import_module("linli.core.api.routers.beginnings")

    # The domains first: they say how their cases begin. Imported here and not at every start, since most processes
    # serve no API.
    for config in apps.get_app_configs():
        if config.name.startswith("linli.") and config.name != "linli.core" and find_spec(f"{config.name}.api"):
            import_module(f"{config.name}.api")
    of_domains = len(ROOMS)
    for name in routers.IN_ORDER:
        import_module(f"{routers.__name__}.{name}").build()
    rooms = [*ROOMS[of_domains:], *ROOMS[:of_domains]]
    whole = Api(
        title="邻里共治接口",
        version=VERSION,
        description=ABOUT,
        urls_namespace="api",
        parser=StrictParser(),
        renderer=Utf8(),
        openapi_url=None,
        docs_url=None,
        openapi_extra={"tags": [{"name": room.label, "description": room.about} for _, room in rooms]},
    )
    for prefix, room in rooms:
        whole.add_router(prefix, room)
    return whole


def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Any other address below the API."""
    return problem_of(Http404()).response()
