"""Figures, boards and the big screen."""

from __future__ import annotations

from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    """Numbers that open into their records; every domain below declares its own."""

    name = "linli.indicators"
    label = "indicators"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "指标"
