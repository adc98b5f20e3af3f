"""Addresses of areas."""

from __future__ import annotations

from django.urls import path

from .web import reforms, views

app_name = "areas"

urlpatterns = [
    path("manage/", reforms.tree, name="tree"),
    path("manage/<int:pk>/", reforms.area_page, name="area"),
    path("manage/<int:pk>/<slug:verb>/", reforms.area_step, name="area_step"),
    path("<int:pk>/shapes.json", views.shapes, name="shapes"),
    path("<int:pk>/picker.json", views.picker, name="picker"),
    path("<int:pk>/options/", views.options, name="options"),
]
