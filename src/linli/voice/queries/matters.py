"""What is read of kinds of matters, and of who does what about them."""

from __future__ import annotations

from django.db.models import QuerySet

from linli.actors.choices import BodyKind
from linli.actors.models import Body
from linli.areas.choices import Level
from linli.areas.models import Area
from linli.core.access.grants import Person, covered, grants_of
from linli.voice.choices.matters import Part
from linli.voice.models import Handling, Matter, Report
from linli.voice.models.report import ANSWERS
from linli.voice.rules import READING


def steps_above(scope: str) -> list[str]:
    """The paths of an area and of all above it."""
    parts = scope.split("/")[:-1]
    return ["/".join(parts[: n + 1]) + "/" for n in range(len(parts))]


def matters_at(scope: str) -> QuerySet[Matter]:
    """The kinds in use where something lies; every district's where the place is not yet known."""
    rows = Matter.objects.filter(ended=False)
    return rows.filter(scope__in=steps_above(scope)) if scope else rows


def matters_visible_to(user: Person) -> QuerySet[Matter]:
    """The kinds of the districts a person's posts lie in, those out of use as well."""
    scopes = {grant.scope for grant in grants_of(user) if grant.role in READING}
    above = {path for scope in scopes for path in steps_above(scope)}
    return (Matter.objects.filter(scope__in=above) | Matter.objects.filter(covered(user, READING))).select_related(
        "area"
    )


def handlings_visible_to(user: Person) -> QuerySet[Handling]:
    """The lines of the streets a person's posts lie in or above."""
    scopes = {grant.scope for grant in grants_of(user) if grant.role in READING}
    above = {path for scope in scopes for path in steps_above(scope)}
    rows = Handling.objects.filter(scope__in=above) | Handling.objects.filter(covered(user, READING))
    return rows.select_related("matter", "body", "area").order_by("pk")


def lines_of_street(scope: str) -> QuerySet[Handling]:
    """The list of a street."""
    return Handling.objects.filter(scope=scope).select_related("matter", "body").order_by("pk")


def bodies_for(scope: str, *, but: int | None = None) -> QuerySet[Body]:
    """Bodies that may answer what lies there: the community's, the street's, the district's, whom posts hold."""
    rows = Body.objects.filter(area__path__in=steps_above(scope), kind__in=list(ANSWERS), valid_to__isnull=True)
    rows = rows.exclude(pk=but) if but is not None else rows
    return rows.order_by("-area__path", "pk")


def handler_by_list(report: Report) -> Body | None:
    """Whom the street's list names for this kind of matter; None where it says nothing, or names whom it is about."""
    if report.matter_id is None or not report.scope:
        return None
    line = (
        Handling.objects.filter(matter=report.matter_id, part=Part.LEAD, scope__in=steps_above(report.scope))
        .select_related("body")
        .first()
    )
    if line is None:
        return None
    found = line.body or body_of_community(report.scope)
    return found if found is not None and found.pk != report.about_id else None


def body_of_community(scope: str) -> Body | None:
    """The community's own body."""
    return Body.objects.filter(
        area__path__in=steps_above(scope), kind=BodyKind.COMMUNITY, valid_to__isnull=True
    ).first()


def streets_of(user: Person) -> list[Area]:
    """The streets whose list a person may read: those of the posts, and those below."""
    scopes = {grant.scope for grant in grants_of(user) if grant.role in READING}
    above = {path for scope in scopes for path in steps_above(scope)}
    rows = Area.objects.filter(level=Level.STREET, valid_to__isnull=True)
    found = rows.filter(path__in=above) | rows.filter(covered(user, READING, "path"))
    return list(found.defer("boundary").order_by("code", "pk"))
