"""The audit officer's pages. Included by linli.core.urls under the namespace `core`."""

from __future__ import annotations

from django.urls import path

from linli.core.audit import web

urlpatterns = [
    path("audit/", web.event_list, name="audit"),
    path("audit/export/", web.event_export, name="audit_export"),
    path("audit/checks/", web.checks, name="audit_checks"),
    path("audit/checks/start/", web.check_start, name="audit_check_start"),
    path("audit/<int:pk>/", web.event_page, name="audit_event"),
]
