"""Addresses of the portal."""

from __future__ import annotations

from django.urls import path

from linli.portal.web import finding, views

app_name = "portal"

urlpatterns = [
    path("", views.home, name="home"),
    path("desk/", views.desk, name="desk"),
    path("desk/done/", views.done, name="done"),
    path("find/", finding.find, name="find"),
    path("processes/", views.processes, name="processes"),
]
