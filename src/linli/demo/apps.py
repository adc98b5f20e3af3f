"""The demo: a believable district to try Linli with. Installed under LINLI_DEMO alone."""

from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """A district, its people and their cases; no tables of its own."""

    name = "linli.demo"
    label = "demo"
    verbose_name = "演示"
