"""The app of areas."""

from __future__ import annotations

from django.apps import AppConfig


class AreasConfig(AppConfig):
    """Areas and their codes, points and boundaries."""

    name = "linli.areas"
    label = "areas"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "区划"
