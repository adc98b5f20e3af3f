"""Addresses of the shared face."""

from __future__ import annotations

from django.urls import path, re_path

from linli.core.ui import web

urlpatterns = [
    re_path(r"^elder/(?P<choice>on|off)/$", web.elder, name="elder"),
    path("robots.txt", web.robots, name="robots"),
    path("patterns/", web.pattern_page, name="patterns"),
    path("patterns/map.json", web.pattern_map, name="patterns_map"),
    re_path(r"^patterns/(?P<face>public|form|print)/$", web.pattern_page, name="patterns_face"),
]
