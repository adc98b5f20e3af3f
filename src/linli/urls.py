"""All addresses."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include("linli.core.urls")),
    path("api/v1/", include("linli.core.api.endpoints")),
    path("areas/", include("linli.areas.urls")),
    path("settings/", include("linli.actors.urls")),
    path("", include("linli.organizations.urls")),
    path("voice/", include("linli.voice.urls")),
    path("mediation/", include("linli.mediation.urls")),
    path("", include("linli.indicators.urls")),
    path("", include("linli.portal.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("linli.demo.urls")))
