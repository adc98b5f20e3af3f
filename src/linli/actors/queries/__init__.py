"""Posts held today, and what follows from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from django.db.models import Q, QuerySet

from linli.actors.choices import ADMINISTRATORS, APPOINTMENT, BODY_ROLES, BodyKind, Role
from linli.actors.models import Appointment, Body, Post
from linli.areas.models import Area
from linli.areas.queries import Node, picker_groups, picker_tree, predecessors
from linli.core import clock
from linli.core.access.grants import Grant, Person, covered, grants_of
from linli.core.access.models import User
from linli.core.registers import Place
from linli.core.revisions import AREAS, BODIES, remembered
from linli.core.workflow import visible

NAMED_BY = ("name", "level", "path", "parent_id")


def posts_on(day: dt.date) -> QuerySet[Post]:
    """Posts held on a day."""
    return Post.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


def posts_of(user: User) -> list[Post]:
    """The posts a person holds today, with body and area; asked once for each instance of the user."""
    held: list[Post] | None = getattr(user, "_posts", None)
    if held is None:
        held = _posts_today(user)
        user._posts = held  # type: ignore[attr-defined]
    return held


def _posts_today(user: User) -> list[Post]:
    return list(
        posts_on(clock.today())
        .filter(user=user)
        .select_related("body", "area__parent")
        .only(
            "role",
            "title",
            "user_id",
            "body__name",
            "body__short_name",
            *(
                f"{area}__{name}"
                for area in ("area", "area__parent")
                for name in ("name", "level", "path", "parent_id")
            ),
        )
        .order_by("id")
    )


def role_in(role: str, body_id: int) -> str:
    """A role in one body, as duties name it: "mediation_head.12"."""
    return f"{role}.{body_id}"


def provided_grants(user: User) -> list[Grant]:
    """The kernel's view of a person's posts; an area that took over another's place covers the old one's records."""
    posts = posts_of(user)
    before = _taken_over({post.area_id for post in posts}) if posts else {}
    return [
        Grant(role, path, post.body_id, str(post.body))
        for post in posts
        for role in (post.role, *([role_in(post.role, post.body_id)] if post.role in BODY_ROLES else []))
        for path in (post.area.path, *before.get(post.area_id, ()))
    ]


def _taken_over(areas: set[int]) -> dict[int, set[str]]:
    """Paths of each area's predecessors, theirs included (merge and split keep the old areas' records reachable)."""
    paths: dict[int, set[str]] = {}
    seen, wave = set(areas), {pk: {pk} for pk in areas}  # an area, and those whose posts reach it
    before = predecessors()
    while wave:
        onward: dict[int, set[int]] = {}
        for heir, post_areas in wave.items():
            for pk, path in before.get(heir, ()):
                for post_area in post_areas:
                    paths.setdefault(post_area, set()).add(path)
                    onward.setdefault(pk, set()).add(post_area)
        wave = {pk: heirs for pk, heirs in onward.items() if pk not in seen}
        seen.update(wave)
    return paths


def holders_of(role: str, scope: str) -> list[User]:
    """Active people whose post of this role lies nearest above the path; empty when nobody holds it.

    An empty path asks for everybody who holds the role anywhere: those who answer for the installation.
    """
    role, _dot, body = role.partition(".")
    posts = posts_on(clock.today()).filter(role=role, user__is_active=True)
    if body:
        posts = posts.filter(body_id=int(body))
    if not scope:
        return list({row.user_id: row.user for row in posts.select_related("user")}.values())
    posts = posts.filter(area_id__in=[int(part) for part in scope.split("/") if part])
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

    def read() -> list[Area]:
        ids = Body.objects.filter(kind=BodyKind.DEPARTMENT, valid_to__isnull=True).values("area")
        return list(Area.objects.filter(pk__in=ids, level="district").order_by("code", "pk"))

    return list(remembered((BODIES, AREAS), "served districts", read))


def communities_by_street() -> list[tuple[str, list[tuple[int, str]]]]:
    """Select choices: every street served with its communities."""
    return [group for district in served_districts() for group in picker_groups(district)]


def served_places() -> tuple[Place, ...]:
    """The streets of the districts served, each followed by its communities: what registers filter by."""
    return remembered((AREAS, BODIES), ("served places", clock.today()), _served_places)


def _served_places() -> tuple[Place, ...]:
    found: list[Place] = []

    def visit(node: Node, path: str, above: str) -> None:
        for child in node.children:
            below = f"{path}{child.id}/"
            found.append(Place(str(child.id), below, child.name, above, child.code))
            visit(child, below, below)

    for district in served_districts():
        visit(picker_tree(district), district.path, "")
    return tuple(found)


def street_body(area: Area) -> Body | None:
    """The street office an area belongs to; None where there is none."""
    ids = [int(part) for part in area.path.split("/") if part]
    return Body.objects.filter(area_id__in=ids, kind=BodyKind.STREET, valid_to__isnull=True).first()


def successors_of(post: Post, *, on: dt.date) -> QuerySet[Post]:
    """Posts of the same role over the same place or more, of other active people, without an end, on a day."""
    above = [int(part) for part in post.area.path.split("/") if part]
    others = posts_on(on).filter(role=post.role, area_id__in=above, valid_to__isnull=True, user__is_active=True)
    return others.exclude(user=post.user_id)


@visible(APPOINTMENT)
def appointments_visible_to(user: Person) -> QuerySet[Appointment]:
    """List twin of the rule actors.view_appointment: those who propose and those who agree, where they are posted."""
    own = Q(owner=user) if isinstance(user, User) and user.pk else Q(pk__in=())
    return Appointment.objects.filter(own | covered(user, (Role.SYSADMIN, Role.SECADMIN))).select_related(
        "user", "body", "area__parent", "owner", "replaces__user", "post"
    )


def posts_visible_to(user: Person) -> QuerySet[Post]:
    """Who holds, held or will hold what, under the areas of a system or security administrator."""
    return (
        Post.objects.filter(covered(user, (Role.SYSADMIN, Role.SECADMIN), "area__path"))
        .select_related("user", "body", "area__parent")
        .defer("area__boundary", "area__parent__boundary")
    )


def bodies_visible_to(user: Person) -> QuerySet[Body]:
    """The bodies, closed ones included, under the areas of a system or security administrator."""
    return (
        Body.objects.filter(covered(user, (Role.SYSADMIN, Role.SECADMIN), "area__path"))
        .select_related("area__parent")
        .defer("area__boundary", "area__parent__boundary")
    )


def accounts_visible_to(user: Person) -> QuerySet[User]:
    """The accounts an administrator keeps: without a post, or with all posts under the administrator's own area."""
    if not any(grant.role in (Role.SYSADMIN, Role.SECADMIN) for grant in grants_of(user)):
        return User.objects.none()
    running = Post.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today()))
    elsewhere = running.exclude(covered(user, ADMINISTRATORS, "area__path"))
    return User.objects.filter(is_system=False).exclude(pk__in=elsewhere.values("user"))


def place_choices(user: Person, *roles: str) -> list[tuple[str, list[tuple[int, str]]]]:
    """Select choices: the places under a person's posts of these roles, down to the community, by street."""
    groups: list[tuple[str, list[tuple[int, str]]]] = []
    seen: set[int] = set()

    def visit(node: Node) -> None:
        inner = [child for child in node.children if child.children]
        leaves = [(child.id, child.name) for child in node.children if not child.children]
        if node.id not in seen:
            seen.add(node.id)
            groups.append((node.name, [(node.id, f"{node.name}（本级）"), *leaves]))
        for child in inner:
            visit(child)

    for scope in sorted({grant.scope for grant in grants_of(user) if grant.role in roles}, key=len):
        root = Area.objects.filter(path=scope).first()
        if root is not None:
            visit(picker_tree(root))
    return groups


def body_choices(bodies: Iterable[Body]) -> list[tuple[str, list[tuple[int, str]]]]:
    """Select choices: bodies grouped under the place they sit in."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for body in bodies:
        groups.setdefault(body.area.full_name, []).append((body.pk, str(body)))
    return list(groups.items())


def seat_of(area: Area) -> Body | None:
    """The one body that acts for an area: its street office, its community, its department; None where unclear."""
    wanted = {"street": BodyKind.STREET, "community": BodyKind.COMMUNITY}.get(area.level, BodyKind.DEPARTMENT)
    found = list(Body.objects.filter(area=area, kind=wanted, valid_to__isnull=True)[:2])
    return found[0] if len(found) == 1 else None


def scope_choices(user: Person) -> list[tuple[str, list[tuple[str, str]]]]:
    """Select choices: the paths of the places under any of a person's posts, down to the street and community."""
    groups = place_choices(user, *Role.values)
    paths = dict(
        Area.objects.filter(pk__in=[pk for _name, options in groups for pk, _label in options]).values_list(
            "pk", "path"
        )
    )
    return [(name, [(paths[pk], label) for pk, label in options]) for name, options in groups]


def scope_names(paths: Collection[str]) -> dict[str, str]:
    """The names of places by path."""
    found = Area.objects.filter(path__in=paths).select_related("parent").defer("boundary", "parent__boundary")
    return {area.path: area.full_name for area in found}
