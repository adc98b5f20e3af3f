"""Addresses of the kernel's pages."""

from __future__ import annotations

from django.urls import include, path

from linli.core.parameters import web as parameters
from linli.core.workdays import web as calendar
from linli.core.workflow import web as cases
from linli.core.workflow import wizard_web as wizard

app_name = "core"

urlpatterns = [
    path("cases/<slug:slug>/", cases.case_list, name="cases"),
    path("cases/<slug:slug>/picture/", cases.process_page, name="process"),
    path("cases/<slug:slug>/<slug:uid>/", cases.case_page, name="case"),
    path("cases/<slug:slug>/<slug:uid>/extend/", cases.case_extend, name="extend"),
    path("cases/<slug:slug>/<slug:uid>/urge/", cases.case_urge, name="urge"),
    path("cases/<slug:slug>/<slug:uid>/edit/<slug:page>/", wizard.wizard_page, name="wizard"),
    path("cases/<slug:slug>/<slug:uid>/edit/<slug:page>/check/", wizard.wizard_check, name="wizard_check"),
    path("cases/<slug:slug>/<slug:uid>/<slug:step>/", cases.case_step, name="step"),
    path("tasks/<int:pk>/", cases.task_panel, name="task"),
    path("settings/calendar/", calendar.calendar_page, name="calendar"),
    path("settings/parameters/", parameters.parameter_list, name="parameters"),
    path("settings/parameters/<str:key>/", parameters.parameter_page, name="parameter"),
    path("settings/parameters/<str:key>/<int:pk>/end/", parameters.parameter_end, name="parameter_end"),
    path("settings/policies/", parameters.policy_list, name="policies"),
    path("settings/policies/<str:key>/", parameters.parameter_page, name="policy"),
    path("settings/policies/<str:key>/<int:pk>/end/", parameters.parameter_end, name="policy_end"),
    path("", include("linli.core.audit.urls")),
    path("", include("linli.core.sheets.urls")),
    path("", include("linli.core.exports.urls")),
    path("", include("linli.core.api.urls")),
    path("", include("linli.core.registers.urls")),
    path("", include("linli.core.webhooks.urls")),
    path("", include("linli.core.privacy.urls")),
    path("", include("linli.core.files.urls")),
    path("", include("linli.core.notices.urls")),
    path("", include("linli.core.ui.urls")),
    path("", include("linli.core.access.urls")),
]
