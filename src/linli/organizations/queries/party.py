"""What is read of Party-building: members, units, meetings, and the shares with both their numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from linli.actors.choices import BodyKind
from linli.actors.models import Body
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.grants import Person, covered, grants_of
from linli.core.access.models import User
from linli.core.parameters import value_of
from linli.core.privacy.choices import NumberKind
from linli.core.privacy.models import VerifiedNumber
from linli.core.workflow import visible
from linli.organizations.choices.filing import LIVING
from linli.organizations.choices.party import (
    BRANCH_MIN,
    COVERING,
    PARTY_READERS,
    SESSION,
    UNIT,
    PartyStage,
    SessionState,
    Standing,
    UnitKind,
)
from linli.organizations.models import (
    CommitteePost,
    Federation,
    Organization,
    PartyCoverage,
    PartyMember,
    PartySession,
    PartyUnit,
)
from linli.organizations.queries.cadence import Kept
from linli.organizations.queries.federation import OF_FEDERATION, OF_ORGANIZATION
from linli.organizations.queries.register import HIDDEN
from linli.organizations.rules.grouping import Candidate


def party_reach(user: Person) -> tuple[str, ...]:
    """The paths below which a person's posts show Party-building."""
    return tuple({grant.scope for grant in grants_of(user) if grant.role in PARTY_READERS})


def party_members_visible_to(user: Person) -> QuerySet[PartyMember]:
    """List twin of the rule organizations.view_party_member."""
    return (
        PartyMember.objects.filter(covered(user, PARTY_READERS))
        .select_related("organization__area__parent", "managed_by", "reported_to")
        .defer(
            *("id_number", "phone", "search_text", "search_private", "search_codes"),
            *OF_ORGANIZATION,
            *("organization__area__boundary", "organization__area__parent__boundary", "reported_to__boundary"),
        )
    )


def account_of(member: PartyMember) -> User | None:
    """The account whose card was verified to be this member's, so that the person is told of every look."""
    if not member.id_number_hash:
        return None
    verified = VerifiedNumber.objects.filter(kind=NumberKind.ID_NUMBER, value_hash=member.id_number_hash)
    found = verified.select_related("person").order_by("pk").first()
    return found.person if found is not None else None


def committee_posts_visible_to(user: Person) -> QuerySet[CommitteePost]:
    """Posts of the two committees below a person's posts."""
    return (
        CommitteePost.objects.filter(covered(user, PARTY_READERS))
        .select_related("organization__area")
        .defer(*OF_ORGANIZATION, "organization__area__boundary")
    )


@visible(UNIT)
def units_visible_to(user: Person) -> QuerySet[PartyUnit]:
    """List twin of the rule organizations.view_partyunit."""
    return (
        PartyUnit.objects.filter(covered(user, PARTY_READERS))
        .select_related("federation__area", "led_by__area")
        .defer(*OF_FEDERATION, "federation__area__boundary", "led_by__area__boundary")
    )


@visible(SESSION)
def sessions_visible_to(user: Person) -> QuerySet[PartySession]:
    """List twin of the rule organizations.view_partysession."""
    return (
        PartySession.objects.filter(covered(user, PARTY_READERS))
        .select_related("federation__area", "party_unit__led_by__area")
        .defer(*OF_FEDERATION, "federation__area__boundary", "party_unit__led_by__area__boundary")
    )


# --- where somebody works -----------------------------------------------------------------------------------------


def party_federations(user: Person) -> QuerySet[Federation]:
    """The federations of whose street a person sees Party-building, or, of a community's secretary, a part."""
    return (
        Federation.objects.filter(covered(user, PARTY_READERS) | Q(pk__in=_around(party_reach(user))))
        .select_related("area__parent", "body")
        .defer("search_text", "search_private", "search_codes", "area__boundary", "area__parent__boundary")
    )


def _around(reach: Iterable[str]) -> list[int]:
    """Federations whose street one of the paths lies in."""
    ids = {int(part) for path in reach for part in path.split("/") if part}
    rows = Federation.objects.filter(area__in=ids).values_list("pk", "scope")
    return [pk for pk, scope in rows if any(path.startswith(scope) for path in reach)]


def paths_within(user: Person, federation: Federation) -> tuple[str, ...]:
    """The part of a federation's street a person sees: all of it, or communities."""
    reach = party_reach(user)
    if any(federation.scope.startswith(path) for path in reach):
        return (federation.scope,)
    return tuple(sorted(path for path in reach if path.startswith(federation.scope)))


def below(paths: Iterable[str], field: str = "scope") -> Q:
    """Rows that lie below one of the paths."""
    found = Q(pk__in=())
    for path in paths:
        found |= Q(**{f"{field}__startswith": path})
    return found


def community_body(area: Area | None) -> Body | None:
    """The community whose Party organization leads what lies there."""
    if area is None:
        return None
    ids = [int(part) for part in area.path.split("/") if part]
    rows = Body.objects.filter(area__in=ids, kind=BodyKind.COMMUNITY, valid_to__isnull=True)
    return rows.select_related("area").order_by("-area__path", "pk").first()


def party_organizations(user: Person) -> QuerySet[Organization]:
    """The organizations of whose Party-building a person's posts show something."""
    rows = Organization.objects.filter(below(party_reach(user))).select_related("area__parent")
    return rows.defer(*HIDDEN, "area__boundary", "area__parent__boundary")


# --- members and cover --------------------------------------------------------------------------------------------


def party_members_of(organizations: QuerySet[Organization] | Iterable[int]) -> dict[int, tuple[int, int]]:
    """Organization → full and probationary members who have not left; who has none is not there."""
    rows = PartyMember.objects.filter(organization__in=organizations, left_on__isnull=True)
    found = rows.values_list("organization").annotate(
        full=Count("pk", filter=Q(stage=PartyStage.FULL)),
        probationary=Count("pk", filter=Q(stage=PartyStage.PROBATIONARY)),
    )
    return {key: (full, probationary) for key, full, probationary in found.order_by()}


def unit_of(organization: Organization) -> PartyUnit | None:
    """The standing unit that manages an organization's members; an instructor manages nobody."""
    held = PartyCoverage.objects.filter(organization=organization, holds=True, unit__state__in=COVERING)
    found = held.exclude(unit__kind=UnitKind.INSTRUCTOR).select_related("unit").first()
    return found.unit if found is not None else None


def unit_seen_by(user: Person, organization: Organization) -> PartyUnit | None:
    """The standing unit that covers an organization, for whoever may see it."""
    rows = units_visible_to(user).filter(
        state__in=COVERING, coverage__organization=organization, coverage__holds=True
    )
    return rows.first()


def candidates_of(federation: Federation) -> list[Candidate]:
    """The living organizations of the street with members that no unit covers or is to cover."""
    rows = Organization.objects.filter(scope__startswith=federation.scope, legal_status__in=LIVING)
    rows = rows.exclude(pk__in=PartyCoverage.objects.filter(holds=True).values("organization"))
    counts = party_members_of(rows)
    return [
        Candidate(row.pk, row.name, row.scope, row.get_kind_display(), *counts[row.pk])
        for row in rows.filter(pk__in=counts).only("pk", "name", "scope", "kind").order_by("pk")
    ]


def covered_by(units: Iterable[PartyUnit]) -> dict[int, list[str]]:
    """Unit → names of the organizations it covers or is to cover, in one query."""
    found: dict[int, list[str]] = {}
    rows = PartyCoverage.objects.filter(unit__in=list(units)).order_by("organization__name")
    for unit, name in rows.values_list("unit", "organization__name"):
        found.setdefault(unit, []).append(name)
    return found


def full_in(units: Iterable[PartyUnit]) -> dict[int, int]:
    """Unit → full members in the organizations it covers, in one query."""
    rows = PartyCoverage.objects.filter(unit__in=list(units), holds=True).order_by()
    present = Q(organization__party_members__left_on__isnull=True, organization__party_members__stage=PartyStage.FULL)
    return dict(rows.values_list("unit").annotate(n=Count("organization__party_members", filter=present)))


def least_of(federation: Federation) -> int:
    """With how many full members an organization has a branch of its own."""
    return int(value_of(BRANCH_MIN, federation.scope))


def sessions_owed(user: Person, federation: Federation, most: int) -> list[PartySession]:
    """The meetings that are still to be held, the most urgent first."""
    rows = sessions_visible_to(user).filter(federation=federation, state=SessionState.OPEN)
    return list(rows.order_by("due_on", "pk")[:most])


# --- figures ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Share:
    """A part of a whole; both are shown."""

    part: int
    whole: int

    @property
    def percent(self) -> str:
        """Two decimals, as the report of Jinping prints it; a dash of nothing."""
        return f"{100 * self.part / self.whole:.2f}" if self.whole else "—"


@dataclass(frozen=True)
class PartyFigures:
    """Of a place's living organizations: by which route they are covered, where the two committees hold posts."""

    cover: dict[str, int]  # own, joint, group, instructor, none
    post: Share
    head: Share
    managed: int  # members managed by a unit

    @property
    def organized(self) -> Share:
        """Covered by an own or joint branch or a group (rulebook §12, party_org_cov)."""
        return Share(sum(self.cover.get(kind, 0) for kind in ORGANIZED), sum(self.cover.values()))


def party_figures(paths: Iterable[str]) -> PartyFigures:
    """The figures of everything below the paths, each over the living organizations there."""
    paths = tuple(paths)
    rows = Organization.objects.filter(below(paths), legal_status__in=LIVING)
    cover = dict(rows.order_by().values_list("party_cover").annotate(n=Count("pk")))
    held = CommitteePost.objects.filter(below(paths), organization__legal_status__in=LIVING, held_to__isnull=True)
    posts = held.aggregate(
        post=Count("organization", distinct=True),
        head=Count("organization", distinct=True, filter=Q(is_head=True)),
    )
    managed = PartyMember.objects.filter(below(paths), standing=Standing.MANAGED)
    whole = sum(cover.values())
    return PartyFigures(cover, Share(posts["post"], whole), Share(posts["head"], whole), managed.count())


def sessions_kept(rows: QuerySet[PartySession], since: dt.date, until: dt.date) -> Kept:
    """Of the meetings due in a period: those due by today or held already count; what was waived is in neither."""
    ripe = Q(due_on__lte=clock.today()) | Q(state=SessionState.DONE)
    found = rows.filter(ripe, due_on__gte=since, due_on__lte=until)
    counts = found.filter(state__in=(SessionState.OPEN, SessionState.DONE)).aggregate(
        due=Count("pk"), in_time=Count("pk", filter=Q(state=SessionState.DONE, done_on__lte=F("due_on")))
    )
    return Kept(counts["in_time"], counts["due"])


ORGANIZED = ("own", "joint", "group")
BEHIND = {
    "organized": "党的组织覆盖到的组织",
    "own": "单独建立党支部的组织",
    "joint": "联合党支部覆盖的组织",
    "group": "设了党小组的组织",
    "instructor": "派了党建指导员的组织",
    "none": "没有覆盖的组织",
    "post": "两委成员兼任职务的组织",
    "head": "两委成员任会长、召集人的组织",
}


def organizations_behind(figure: str, paths: Iterable[str]) -> QuerySet[Organization]:
    """Exactly the organizations a figure of `party_figures` counts; `figure` is a key of BEHIND."""
    rows = Organization.objects.filter(below(paths), legal_status__in=LIVING).select_related("area")
    rows = rows.defer(*HIDDEN, "area__boundary")
    held = CommitteePost.objects.filter(held_to__isnull=True)
    if figure == "post":
        return rows.filter(pk__in=held.values("organization"))
    if figure == "head":
        return rows.filter(pk__in=held.filter(is_head=True).values("organization"))
    return rows.filter(party_cover__in=ORGANIZED if figure == "organized" else (figure,))


def named_units(organizations: Iterable[Organization]) -> dict[int, PartyUnit]:
    """Organization → the unit that covers it, in one query."""
    rows = PartyCoverage.objects.filter(organization__in=list(organizations), holds=True)
    rows = rows.filter(unit__state__in=COVERING).select_related("unit")
    return {row.organization_id: row.unit for row in rows}


def posts_in(organizations: Iterable[Organization]) -> dict[int, list[CommitteePost]]:
    """Organization → the posts of the two committees held in it, in one query."""
    found: dict[int, list[CommitteePost]] = {}
    for post in CommitteePost.objects.filter(organization__in=list(organizations), held_to__isnull=True):
        found.setdefault(post.organization_id, []).append(post)
    return found
