"""Files and their small pictures. Included by linli.core.urls under the namespace `core`."""

from __future__ import annotations

from django.urls import path

from linli.core.files import web

urlpatterns = [
    path("files/<slug:uid>/", web.attachment, name="attachment"),
    path("files/<slug:uid>/thumb/", web.thumbnail, name="attachment_thumbnail"),
    path("files/<slug:uid>/remove/", web.remove, name="attachment_remove"),
    path("files/<slug:uid>/restore/", web.restore, name="attachment_restore"),
]
