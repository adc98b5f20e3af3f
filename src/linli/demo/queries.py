"""How much waits for each persona, for all of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from linli.actors.choices import BODY_ROLES
from linli.actors.queries import posts_on, role_in
from linli.core import clock
from linli.core.access.models import User
from linli.core.workflow import OWNER
from linli.core.workflow.models import Task


def waiting_for(users: Iterable[User]) -> dict[int, int]:
    """Open duties by user id, as workflow.queries.tasks_of counts them; two queries for any number of people."""
    wanted = [user.pk for user in users]
    held: dict[int, list[tuple[str, str]]] = defaultdict(list)
    posts = posts_on(clock.today()).filter(user__in=wanted)
    for user_id, role, body_id, path in posts.values_list("user", "role", "body", "area__path"):
        held[user_id].append((role, path))
        if role in BODY_ROLES:
            held[user_id].append((role_in(role, body_id), path))
    counts = dict.fromkeys(wanted, 0)
    for role, owner, scope in Task.objects.filter(closed_at__isnull=True).values_list("role", "owner", "scope"):
        for pk in wanted:
            if role == OWNER:
                counts[pk] += owner == pk
            else:
                counts[pk] += any(role == post and scope.startswith(path) for post, path in held[pk])
    return counts
