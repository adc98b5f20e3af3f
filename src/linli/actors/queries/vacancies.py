"""Posts that owe duties and are held by nobody: what such a place would wait for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Count, Q

from linli.actors.choices import SEATS, Role
from linli.actors.queries import posts_on
from linli.areas.models import Area
from linli.areas.queries import areas_valid_on
from linli.core import clock
from linli.core.access.grants import Person, grants_of
from linli.core.workflow.declare import REGISTRY
from linli.core.workflow.models import Task

KEEPERS = (Role.SYSADMIN, Role.SECADMIN)


@dataclass
class Vacancy:
    """A role nobody holds over an area, what it owes there, and how much waits for it now."""

    area: Area
    role: str
    owes: tuple[str, ...]  # loop and state in words
    waiting: int = 0

    @property
    def role_label(self) -> str:
        """The role in words."""
        return str(Role(self.role).label)


def duties_of(role: str) -> tuple[str, ...]:
    """What a role owes, watches over or stands in for: "备案申请·街道审核"."""
    return tuple(
        f"{process.label}·{process.label_of(duty.state)}"
        for process in REGISTRY.values()
        for duty in process.duties
        if role in (duty.owed_by, duty.stands_in)
    )


def vacancies_seen_by(user: Person) -> list[Vacancy]:
    """Every place under the administrator's areas at which a role that owes something is held by nobody.

    Three queries, however many places there are.
    """
    scopes = {grant.scope for grant in grants_of(user) if grant.role in KEEPERS}
    wanted = {role: duties for role in SEATS if (duties := duties_of(role))}
    if not scopes or not wanted:
        return []
    under = Q()
    for scope in scopes:
        under |= Q(path__startswith=scope)
    areas = list(
        areas_valid_on()
        .filter(under, level__in={SEATS[role] for role in wanted})
        .select_related("parent")
        .defer("boundary", "parent__boundary")
        .order_by("path")
    )
    held: dict[str, set[int]] = defaultdict(set)
    posts = posts_on(clock.today()).filter(role__in=wanted, user__is_active=True)
    for role, area_id in posts.values_list("role", "area_id"):
        held[role].add(area_id)
    return [
        Vacancy(area, role, duties)
        for role, duties in wanted.items()
        for area in areas
        if area.level == SEATS[role] and not held[role].intersection((*area.ancestor_ids, area.pk))
    ]


def count_waiting(vacancies: Iterable[Vacancy]) -> None:
    """Fill in how many open duties wait for nobody; one query for a page of rows."""
    rows = list(vacancies)
    if not rows:
        return
    places = [Q(role=row.role, scope__startswith=row.area.path) for row in rows]
    waiting = Task.objects.filter(reduce(or_, places), closed_at__isnull=True)  # by the inbox's index
    counts = waiting.aggregate(**{f"n{i}": Count("pk", filter=place) for i, place in enumerate(places)})
    for i, row in enumerate(rows):
        row.waiting = counts[f"n{i}"]
