"""Revealing, and who revealed. Included by linli.core.urls under the namespace `core`."""

from __future__ import annotations

from django.urls import path

from linli.core.privacy import web

urlpatterns = [
    path("reveal/<str:kind>/<slug:uid>/<str:field>/", web.reveal_value, name="reveal"),
    path("my/access-log/", web.access_log, name="access_log"),
]
