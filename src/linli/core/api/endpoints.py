"""Addresses of the operations and their document. Included by linli.urls at /api/v1/."""

from __future__ import annotations

from django.urls import path, re_path

from linli.core.api import docs
from linli.core.api.mount import api, nothing_here

urlpatterns = [
    path("openapi.json", docs.document, name="api-document"),
    path("docs", docs.page, name="api-docs"),
    path("docs/<str:name>", docs.asset, name="api-docs-asset"),
    path("", api().urls),
    re_path(r"^(?P<rest>.*)$", nothing_here),
]
