"""Addresses of imports. Included by linli.core.urls under the namespace `core`."""

from __future__ import annotations

from django.urls import path

from linli.core.sheets import web

urlpatterns = [
    path("imports/<slug:slug>/", web.import_list, name="imports"),
    path("imports/<slug:slug>/template.xlsx", web.template_file, name="import_template"),
    path("imports/<slug:slug>/<slug:uid>/", web.import_page, name="import"),
    path("imports/<slug:slug>/<slug:uid>/progress/", web.progress, name="import_progress"),
    path("imports/<slug:slug>/<slug:uid>/rejected.xlsx", web.rejected_file, name="import_rejected"),
    path("imports/<slug:slug>/<slug:uid>/decide/", web.decide_all, name="import_decide"),
    path("imports/<slug:slug>/<slug:uid>/rows/<int:number>/", web.row_page, name="import_row"),
    path("imports/<slug:slug>/<slug:uid>/<slug:step>/", web.step, name="import_step"),
]
