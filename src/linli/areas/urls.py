"""Addresses of areas."""

from __future__ import annotations

from django.urls import path

from .web import views

app_name = "areas"

urlpatterns = [
    path("<int:pk>/shapes.json", views.shapes, name="shapes"),
    path("<int:pk>/picker.json", views.picker, name="picker"),
    path("<int:pk>/options/", views.options, name="options"),
]
