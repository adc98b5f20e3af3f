"""Revealing, the own data, requests, the notice, the rules of keeping. Included by linli.core.urls as `core`."""

from __future__ import annotations

from django.urls import path

from linli.core.privacy.web import assessments, data, incidents, register, revealing

urlpatterns = [
    path("reveal/<str:kind>/<slug:uid>/<str:field>/", revealing.reveal_value, name="reveal"),
    path("my/access-log/", revealing.access_log, name="access_log"),
    path("me/data/", data.data_page, name="my_data"),
    path("me/data/takeout/", data.takeout_page, name="takeout"),
    path("me/data/takeout/<slug:uid>/download/", data.takeout_download, name="takeout_download"),
    path("me/data/takeout/<slug:uid>/remove/", data.takeout_remove, name="takeout_remove"),
    path("me/data/<slug:slug>/", data.holding_page, name="my_holding"),
    path("me/requests/", data.requests_page, name="data_requests"),
    path("me/consents/", data.consents_page, name="consents"),
    path("me/consents/<slug:processing>/withdraw/", data.consent_withdraw, name="consent_withdraw"),
    path("me/close/", data.close_account, name="close_account"),
    path("privacy/", register.privacy_page, name="privacy"),
    path("privacy/<int:number>/", register.privacy_page, name="privacy_version"),
    path("settings/processing/", register.processing_page, name="processing"),
    path("settings/processing/new/", register.local_page, name="processing_new"),
    path("settings/processing/<int:pk>/", register.local_page, name="processing_local"),
    path("settings/retention/", register.retention_page, name="retention"),
    path("settings/retention/<slug:slug>/", register.retention_rows, name="retention_rows"),
    path("settings/retention/<slug:slug>/<int:pk>/hold/", register.retention_hold, name="retention_hold"),
    path("settings/assessments/", assessments.coverage_page, name="assessments"),
    path("settings/assessments/<slug:uid>/print/", assessments.print_page, name="assessment_print"),
    path("incidents/report/", incidents.report_page, name="incident_report"),
    path("incidents/<slug:uid>/concerned/", incidents.concerned_page, name="incident_concerned"),
    path("me/incidents/<slug:uid>/", incidents.letter_page, name="incident_letter"),
]
