"""The kernel's Django app: one label, many rooms."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from django.apps import AppConfig, apps

# A room that exists is loaded when Django starts, so that what it declares (rules, actions, pages) is known.
ROOMS = ("rules", "queries", "registers", "sheets", "actions", "holdings", "web.forms", "web.cases", "indicators")
OWN_ROOMS = (
    "linli.core.access.accounts",  # listens to logins from the first one on
    "linli.core.access.second_factors",
    "linli.core.api.choices",
    "linli.core.api.rules",
    "linli.core.api.actions",  # ends tokens with their accounts
    "linli.core.webhooks.choices",
    "linli.core.privacy.queries",
    "linli.core.privacy.actions.requests",
    "linli.core.privacy.actions.assessments",
    "linli.core.privacy.actions.incidents",
    "linli.core.privacy.holdings",
    "linli.core.privacy.web.cases",
    "linli.core.privacy.web.assessments",
    "linli.core.privacy.web.incidents",
    "linli.core.webhooks.rules",
    "linli.core.webhooks.actions",  # pauses webhooks with their accounts
)


class CoreConfig(AppConfig):
    """Loads the kernel, then the rooms of every domain in INSTALLED_APPS."""

    name = "linli.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "内核"

    def ready(self) -> None:
        """Configure logs and import the declared rooms of all Linli apps, lowest floor first."""
        from linli.core import logs

        logs.configure()
        for room in OWN_ROOMS:
            import_module(room)
        for config in apps.get_app_configs():
            if not config.name.startswith("linli."):
                continue
            for room in ROOMS:
                if _exists(config.name, room):
                    _load(f"{config.name}.{room}")


def _load(room: str) -> None:
    """A room, and all its modules where it has grown into a package."""
    loaded = import_module(room)
    for module in iter_modules(getattr(loaded, "__path__", ())):
        import_module(f"{room}.{module.name}")


def _exists(package: str, room: str) -> bool:
    """Whether a package has this room; a room may be a module where another domain has a package."""
    parent, _, _name = f"{package}.{room}".rpartition(".")
    spec = find_spec(parent)
    return bool(spec and spec.submodule_search_locations and find_spec(f"{package}.{room}"))
