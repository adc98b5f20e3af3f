"""What is read of federations, their members and their loops."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from linli.actors.choices import BodyKind, Role
from linli.actors.models import Body
from linli.areas.models import Area
from linli.core.access.grants import Person, covered, grants_of
from linli.core.access.models import User
from linli.core.workflow import visible
from linli.organizations.choices.federation import (
    FEDERATION_READERS,
    FRIENDSHIP,
    PILLAR,
    TENURE,
    One,
    PillarState,
    TenureState,
    Title,
)
from linli.organizations.choices.membership import (
    DISCIPLINE,
    ENQUIRY,
    MEMBERSHIP,
    EnquiryState,
    MemberKind,
    MembershipState,
    MemberStatus,
)
from linli.organizations.models import Enquiry, Federation, Friendship, Member, Membership, Pillar, Tenure
from linli.organizations.queries.register import HIDDEN as ORGANIZATION_HIDDEN

HIDDEN = ("contact_phone", "search_text", "search_private", "search_codes")
OF_FEDERATION = tuple(f"federation__{name}" for name in ("search_text", "search_private", "search_codes"))
OF_ORGANIZATION = tuple(f"organization__{name}" for name in ORGANIZATION_HIDDEN)

# Who may begin the record of a federation.
OPENERS = (Role.STREET_OFFICER, Role.STREET_HEAD, Role.DISTRICT_OFFICER, Role.DISTRICT_HEAD)


def federation_reach(user: Person) -> tuple[str, ...]:
    """The paths below which a person's posts show the matters of federations."""
    return tuple({grant.scope for grant in grants_of(user) if grant.role in FEDERATION_READERS})


def _own(user: Person) -> Q:
    return Q(owner=user.pk) | Q(entered_by=user.pk) if isinstance(user, User) and user.pk else Q(pk__in=())


def federations_visible_to(user: Person) -> QuerySet[Federation]:
    """List twin of the rule organizations.view_federation."""
    return (
        Federation.objects.filter(covered(user, FEDERATION_READERS))
        .select_related("area__parent", "body")
        .defer("search_text", "search_private", "search_codes", "area__boundary", "area__parent__boundary")
    )


def public_federations() -> QuerySet[Federation]:
    """Every federation, as everybody may know it."""
    return (
        Federation.objects.filter(body__valid_to__isnull=True)
        .select_related("area__parent", "body")
        .defer("search_text", "search_private", "search_codes", "area__boundary", "area__parent__boundary")
        .order_by("pk")
    )


def bodies_without_record(user: Person, *roles: str) -> QuerySet[Body]:
    """Federations that exist as bodies under the person's posts and have no record yet."""
    return (
        Body.objects.filter(covered(user, roles, "area__path"), kind=BodyKind.FEDERATION, valid_to__isnull=True)
        .exclude(pk__in=Federation.objects.values("body"))
        .exclude(area__in=Federation.objects.values("area"))
        .select_related("area__parent")
        .order_by("pk")
    )


def federation_of(area: Area | None) -> Federation | None:
    """The federation of the street an area lies in."""
    if area is None:
        return None
    ids = [int(part) for part in area.path.split("/") if part]
    return Federation.objects.filter(area_id__in=ids).select_related("area").first()


def members_visible_to(user: Person) -> QuerySet[Member]:
    """List twin of the rule organizations.view_member: the federation's, the street's, the district's, the own."""
    own = Q(owner=user.pk) if isinstance(user, User) and user.pk else Q(pk__in=())
    return (
        Member.objects.filter(own | covered(user, FEDERATION_READERS))
        .select_related("federation__area", "organization__area__parent", "owner")
        .defer(*HIDDEN, *OF_FEDERATION, *OF_ORGANIZATION, "federation__area__boundary")
    )


@visible(PILLAR)
def pillars_visible_to(user: Person) -> QuerySet[Pillar]:
    """List twin of the rule organizations.view_pillar."""
    return Pillar.objects.filter(covered(user, FEDERATION_READERS)).select_related("federation").defer(*OF_FEDERATION)


@visible(TENURE)
def tenures_visible_to(user: Person) -> QuerySet[Tenure]:
    """List twin of the rule organizations.view_tenure."""
    return (
        Tenure.objects.filter(_own(user) | covered(user, FEDERATION_READERS))
        .select_related("federation__area", "owner")
        .defer(*OF_FEDERATION, "federation__area__boundary")
    )


@visible(FRIENDSHIP)
def friendships_visible_to(user: Person) -> QuerySet[Friendship]:
    """List twin of the rule organizations.view_friendship."""
    return (
        Friendship.objects.filter(_own(user) | covered(user, FEDERATION_READERS))
        .select_related("federation__area", "owner")
        .defer(*OF_FEDERATION, "federation__area__boundary")
    )


def _about(user: Person) -> Q:
    """Matters the federation brings against a member, for that member to answer."""
    if not isinstance(user, User) or not user.pk:
        return Q(pk__in=())
    return Q(kind__in=DISCIPLINE) & (Q(member__owner=user.pk) | Q(member__organization__owner=user.pk))


@visible(MEMBERSHIP, reach=federation_reach)
def memberships_visible_to(user: Person) -> QuerySet[Membership]:
    """List twin of the rule organizations.view_membership: a draft is its applicant's alone."""
    seen = (covered(user, FEDERATION_READERS) | _about(user)) & ~Q(state=MembershipState.DRAFT)
    return (
        Membership.objects.filter(_own(user) | seen)
        .select_related("federation__area", "member__organization", "organization", "owner")
        .defer(*HIDDEN, *OF_FEDERATION, *OF_ORGANIZATION, "federation__area__boundary", "member__contact_phone")
    )


@visible(ENQUIRY, reach=federation_reach)
def enquiries_visible_to(user: Person) -> QuerySet[Enquiry]:
    """List twin of the rule organizations.view_enquiry."""
    own = Q(owner=user.pk) if isinstance(user, User) and user.pk else Q(pk__in=())
    posted = covered(user, FEDERATION_READERS) & ~Q(state=EnquiryState.DRAFT)
    return (
        Enquiry.objects.filter(own | posted)
        .select_related("federation__area", "owner")
        .defer(*HIDDEN, *OF_FEDERATION, "federation__area__boundary")
    )


@dataclass(frozen=True)
class Pillars:
    """The six of one federation: the latest round of each."""

    rows: list[tuple[One, Pillar | None]]

    @property
    def met(self) -> int:
        """How many stand as met now."""
        return sum(row is not None and row.state == PillarState.MET for _one, row in self.rows)


def pillars_of(federation: Federation) -> Pillars:
    """The checklist as it stands: of each of the six the latest round."""
    latest = {row.item: row for row in Pillar.objects.filter(federation=federation).order_by("item", "round")}
    return Pillars([(one, latest.get(one.value)) for one in One])


def seats_of(federation: Federation) -> list[Tenure]:
    """Who is in office, the president first."""
    order = {title.value: place for place, title in enumerate(Title)}
    rows = Tenure.objects.filter(federation=federation, state=TenureState.IN_OFFICE)
    return sorted(rows, key=lambda row: (order[row.title_held], row.pk))


@dataclass(frozen=True)
class MemberCount:
    """How many members of a kind there are, by how they stand; those who left are not members."""

    kind: MemberKind
    total: int
    warned: int
    suspended: int


def member_counts(federation: Federation) -> list[MemberCount]:
    """The members of a federation by kind."""
    rows = (
        Member.objects.filter(federation=federation)
        .exclude(status=MemberStatus.LEFT)
        .values_list("kind", "status")
        .annotate(n=Count("pk"))
        .order_by()
    )
    found = {(kind, status): n for kind, status, n in rows}
    return [
        MemberCount(
            kind,
            sum(n for (its, _status), n in found.items() if its == kind),
            found.get((kind.value, MemberStatus.WARNED.value), 0),
            found.get((kind.value, MemberStatus.SUSPENDED.value), 0),
        )
        for kind in MemberKind
    ]


def members_of_organizations(organizations: Iterable[int]) -> dict[int, Member]:
    """The standing membership of each of these organizations."""
    rows = Member.objects.filter(organization__in=list(organizations)).exclude(status=MemberStatus.LEFT)
    return {row.organization_id or 0: row for row in rows.select_related("federation")}
