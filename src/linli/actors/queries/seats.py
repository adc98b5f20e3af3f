"""What stands around a post: its open duties, who sees them too, and who held the seat before."""

from __future__ import annotations

from django.db.models import Count

from linli.actors.models import Post
from linli.actors.queries import posts_on, posts_visible_to
from linli.core import clock
from linli.core.access.models import User
from linli.core.workflow.declare import REGISTRY
from linli.core.workflow.models import Task


def open_duties(post: Post) -> list[tuple[str, int]]:
    """How many open duties of each loop the post's role owes in its area. No administrator sees which."""
    counts = (
        Task.objects.filter(closed_at__isnull=True, role=post.role, scope__startswith=post.area.path)
        .order_by()
        .values_list("process")
        .annotate(n=Count("pk"))
    )
    return [(REGISTRY[process].label, n) for process, n in counts if process in REGISTRY]


def beside(post: Post) -> list[Post]:
    """Other people who hold the same role over the same place or more today: they see what is open."""
    above = [int(part) for part in post.area.path.split("/") if part]
    others = posts_on(clock.today()).filter(role=post.role, area_id__in=above, user__is_active=True)
    return list(others.exclude(user=post.user_id).select_related("user", "body", "area").order_by("-area__path")[:8])


def posts_on_same_seat(post: Post, reader: User) -> list[Post]:
    """Everybody who held, holds or will hold this role in this body over this area, newest first."""
    rows = posts_visible_to(reader).filter(role=post.role, body=post.body_id, area=post.area_id)
    return list(rows.order_by("-valid_from", "-pk")[:20])
