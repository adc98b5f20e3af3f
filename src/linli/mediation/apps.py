"""People's mediation: the bodies that mediate, and their cases."""

from __future__ import annotations

from django.apps import AppConfig


class MediationConfig(AppConfig):
    """The network of mediation bodies, their mediators, and cases from application to archive."""

    name = "linli.mediation"
    label = "mediation"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "人民调解"
