"""Addresses of the demo; included under settings.DEMO alone."""

from __future__ import annotations

from django.urls import path

from linli.demo.web import views

app_name = "demo"

urlpatterns = [
    path("", views.personas, name="personas"),
    path("become/", views.become, name="become"),
]
