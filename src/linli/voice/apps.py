"""Voice: what residents say, and who answers by when."""

from __future__ import annotations

from django.apps import AppConfig


class VoiceConfig(AppConfig):
    """Reports of residents, the kinds of matters, and the list of who does what."""

    name = "linli.voice"
    label = "voice"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "诉求"
