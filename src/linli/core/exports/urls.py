"""Exports. Included by linli.core.urls under the namespace `core`."""

from __future__ import annotations

from django.urls import path

from linli.core.exports import web

urlpatterns = [
    path("exports/", web.export_list, name="exports"),
    path("exports/<slug:uid>/file/", web.export_file, name="export_file"),
    path("exports/<slug:uid>/remove/", web.export_remove, name="export_remove"),
    path("exports/<slug:uid>/progress/", web.export_progress, name="export_progress"),
    path("export/<slug:slug>/", web.export_page, name="export"),
]
