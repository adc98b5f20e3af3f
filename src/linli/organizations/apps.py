"""Organizations: the register and the loops that change it."""

from __future__ import annotations

from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    """Community social organizations, their filing and its changes."""

    name = "linli.organizations"
    label = "organizations"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "社会组织"
