"""Notices and how they come. Included by linli.core.urls under the namespace `core`."""

from __future__ import annotations

from django.urls import path

from linli.core.notices import web

urlpatterns = [
    path("notices/", web.notices, name="notices"),
    path("notices/read-all/", web.read_all, name="notices_read_all"),
    path("notices/preferences/", web.preferences, name="notice_preferences"),
    path("notices/preferences/robots/", web.add_robot, name="notice_robot_add"),
    path("notices/preferences/robots/<slug:uid>/remove/", web.remove_robot, name="notice_robot_remove"),
    path("notices/preferences/test/", web.send_test, name="notice_test"),
    path("notices/<slug:uid>/", web.notice, name="notice"),
]
