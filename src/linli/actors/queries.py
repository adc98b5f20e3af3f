"""Posts held today, and what follows from them."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet

from linli.actors.choices import BodyKind
from linli.actors.models import Body, Post
from linli.areas.models import Area
from linli.areas.queries import picker_groups
from linli.core import clock
from linli.core.access.grants import Grant, Person, grants_of
from linli.core.access.models import User


def posts_on(day: dt.date) -> QuerySet[Post]:
    """Posts held on a day."""
    return Post.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


def posts_of(user: User) -> list[Post]:
    """The posts a person holds today, with body and area; asked once for each instance of the user."""
    held: list[Post] | None = user.__dict__.get("_posts")
    if held is None:
        held = user.__dict__["_posts"] = _posts_today(user)
    return held


def _posts_today(user: User) -> list[Post]:
    return list(
        posts_on(clock.today())
        .filter(user=user)
        .select_related("body", "area__parent")
        .defer("area__boundary", "area__parent__boundary")
        .order_by("id")
    )


def provided_grants(user: User) -> list[Grant]:
    """The kernel's view of a person's posts; an area that took over another's place covers the old one's records."""
    found = []
    for post in posts_of(user):
        found.append(Grant(post.role, post.area.path, post.body_id, str(post.body)))
        for path in _taken_over(post.area):
            found.append(Grant(post.role, path, post.body_id, str(post.body)))
    return found


def _taken_over(area: Area) -> list[str]:
    """Paths of predecessors, theirs included (merge and split keep the old areas' records reachable)."""
    paths: list[str] = []
    seen, wave = {area.pk}, [area.pk]
    while wave:
        rows = list(Area.objects.filter(successors__in=wave).values_list("pk", "path"))
        wave = [pk for pk, _path in rows if pk not in seen]
        seen.update(wave)
        paths.extend(path for pk, path in rows if pk in wave)
    return paths


def holders_of(role: str, scope: str) -> list[User]:
    """Active people whose post of this role lies nearest above the path; empty when nobody holds it."""
    ids = [int(part) for part in scope.split("/") if part]
    posts = posts_on(clock.today()).filter(role=role, area_id__in=ids, user__is_active=True)
    rows = list(posts.select_related("user", "area").defer("area__boundary"))
    if not rows:
        return []
    nearest = max(len(row.area.path) for row in rows)
    return list({row.user_id: row.user for row in rows if len(row.area.path) == nearest}.values())


def areas_posted_to(user: Person, *roles: str) -> QuerySet[Area]:
    """The areas under a person's posts of these roles."""
    found = Q(pk__in=())
    for grant in grants_of(user):
        if grant.role in roles:
            found |= Q(path__startswith=grant.scope)
    return Area.objects.filter(found)


def bodies_in(area: Area, kind: str) -> QuerySet[Body]:
    """Bodies of a kind whose seat lies in the area."""
    return Body.objects.filter(area__path__startswith=area.path, kind=kind, valid_to__isnull=True).order_by("id")


def served_districts() -> list[Area]:
    """The districts this installation serves: those with a department of their own. Never just one by assumption."""
    ids = Body.objects.filter(kind=BodyKind.DEPARTMENT, valid_to__isnull=True).values("area")
    return list(Area.objects.filter(pk__in=ids, level="district").order_by("code", "pk"))


def communities_by_street() -> list[tuple[str, list[tuple[int, str]]]]:
    """Select choices: every street served with its communities."""
    return [group for district in served_districts() for group in picker_groups(district)]


def street_body(area: Area) -> Body | None:
    """The street office an area belongs to; None where there is none."""
    ids = [int(part) for part in area.path.split("/") if part]
    return Body.objects.filter(area_id__in=ids, kind=BodyKind.STREET, valid_to__isnull=True).first()
