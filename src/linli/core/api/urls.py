"""Pages about tokens. Included by linli.core.urls under the namespace `core`."""

from __future__ import annotations

from django.urls import path

from linli.core.api import web

urlpatterns = [
    path("my/tokens/", web.tokens, name="tokens"),
    path("my/tokens/<slug:uid>/revoke/", web.revoke, name="token_revoke"),
    path("settings/tokens/", web.all_tokens, name="all_tokens"),
]
