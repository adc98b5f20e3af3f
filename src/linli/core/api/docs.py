"""The document for programs and the page for people. Nothing comes from elsewhere: Swagger UI is part of ninja."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

import ninja
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition, require_safe

from linli.core.api.mount import VERSION, api

FOLDER = Path(ninja.__file__).parent / "static" / "ninja"
# Served from here and not collected with the other static files: only this page uses them, and they are large.
ASSETS = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}


@cache
def _document() -> str:
    schema = api().get_openapi_schema(path_prefix=f"/api/v{VERSION}/")
    return json.dumps(schema, ensure_ascii=False)


def _tag(request: HttpRequest) -> str:
    return f'"{hashlib.sha256(_document().encode()).hexdigest()[:20]}"'


@require_safe
@condition(etag_func=_tag)
def document(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3.1, the same for everybody: what may be asked is no secret, the answers are."""
    answer = HttpResponse(_document(), content_type="application/json")
    patch_cache_control(answer, public=True, max_age=300)
    return answer


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Swagger UI under our policy: without inline script or style. Whoever is signed in can try as themselves."""
    return render(request, "core/api/docs.html")


@require_safe
def asset(request: HttpRequest, name: str) -> HttpResponseBase:
    """One of the two files of Swagger UI."""
    if name not in ASSETS:
        raise Http404
    answer = FileResponse((FOLDER / name).open("rb"), content_type=ASSETS[name])
    patch_cache_control(answer, public=True, max_age=86_400)
    return answer
