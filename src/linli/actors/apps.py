"""Bodies and posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from linli.core.access.models import User
    from linli.core.ui.navigation import Whereabouts


class ActorsConfig(AppConfig):
    """Who acts: departments, streets, communities, organizations, and the posts people hold in them."""

    name = "linli.actors"
    label = "actors"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "机构与岗位"

    def ready(self) -> None:
        """Tell the top bar where a person works."""
        from linli.core.audit.queries import register_places as register_audited_places
        from linli.core.ui.navigation import register_whereabouts

        register_whereabouts(whereabouts)
        register_audited_places(places)

        from linli.actors.queries import scope_choices, scope_names
        from linli.core.parameters.places import register_places

        register_places(scope_choices, scope_names)


def places() -> list[tuple[str, list[tuple[str, str]]]]:
    """The streets of the districts served, by path: what the audit officer filters by."""
    from linli.actors.queries import served_districts
    from linli.areas.queries import children

    return [
        (district.name, [(district.path, "全区"), *((street.path, street.name) for street in children(district))])
        for district in served_districts()
    ]


def whereabouts(user: User) -> Whereabouts | None:
    """Place and post of the first post held today; None for a resident."""
    from linli.actors.queries import posts_of
    from linli.core.ui.navigation import Whereabouts

    posts = posts_of(user)
    if not posts:
        return None
    post = posts[0]
    parent = post.area.parent
    shown = parent is not None and post.area.level != "district"
    path = f"{parent.short_name} · {post.area.short_name}" if shown and parent else post.area.short_name
    return Whereabouts(post.area.short_name, path, post.title or str(post.get_role_display()))
