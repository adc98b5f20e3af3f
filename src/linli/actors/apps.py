"""Bodies and posts."""

from __future__ import annotations

from django.apps import AppConfig


class ActorsConfig(AppConfig):
    """Who acts: departments, streets, communities, organizations, and the posts people hold in them."""

    name = "linli.actors"
    label = "actors"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "机构与岗位"
