"""Home pages and the workbench."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """What a person sees first."""

    name = "linli.portal"
    label = "portal"
    verbose_name = "门户"

    def ready(self) -> None:
        """Tell the navigation what there is."""
        from linli.portal import menu

        menu.build()
