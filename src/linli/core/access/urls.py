"""Accounts beyond what allauth serves. Included by linli.core.urls under the namespace `core`."""

from __future__ import annotations

from django.urls import path

from linli.core.access import web

urlpatterns = [path("my/resume/", web.resume, name="resume")]
