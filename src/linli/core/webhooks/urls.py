"""Pages about webhooks. Included by linli.core.urls under the namespace `core`."""

from __future__ import annotations

from django.urls import path

from linli.core.webhooks import web

urlpatterns = [
    path("my/webhooks/", web.webhooks, name="webhooks"),
    path("my/webhooks/<slug:uid>/", web.webhook, name="webhook"),
    path("my/webhooks/<slug:uid>/<slug:do>/", web.change, name="webhook_do"),
    path("my/webhooks/<slug:uid>/messages/<slug:message>/again/", web.again, name="webhook_again"),
]
