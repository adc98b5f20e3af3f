"""What is read of organizations and their cases. Every list starts at a …_visible_to, or is public by declaration."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from linli.actors.choices import Role
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.grants import Person, covered, grants_of
from linli.core.access.models import User
from linli.core.counting import Bounded, bounded
from linli.core.registers.search import has_any
from linli.core.registers.words import pairs, plain
from linli.core.workflow import visible
from linli.core.workflow.listing import Cases
from linli.organizations.choices.filing import AMENDMENT, FILING, LIVING, AmendmentState, FilingState, LegalStatus
from linli.organizations.models import Amendment, Filing, Organization

READERS = (
    Role.COMMUNITY_WORKER,
    Role.COMMUNITY_HEAD,
    Role.STREET_OFFICER,
    Role.STREET_HEAD,
    Role.DISTRICT_OFFICER,
    Role.DISTRICT_HEAD,
    Role.AUDITOR,
)


# Decrypting costs and outlines are long; a list shows neither. Whoever reads one on a page fetches it then.
PRIVATE = ("leader_id_number", "leader_phone")
SEARCHED = ("search_text", "search_private", "search_codes")
HIDDEN = (*PRIVATE, *SEARCHED)
OUTLINES = ("area__boundary", "area__parent__boundary")


def own(user: Person) -> Q:
    """Cases of the person's own, or entered by the person for somebody."""
    return Q(owner=user.pk) | Q(entered_by=user.pk) if isinstance(user, User) and user.pk else Q(pk__in=())


def reach_of(user: Person) -> tuple[str, ...]:
    """The paths below which a person's posts show every organization, and every case that was sent."""
    return tuple({grant.scope for grant in grants_of(user) if grant.role in READERS})


@visible(FILING, reach=reach_of)
def filings_visible_to(user: Person) -> QuerySet[Filing]:
    """List twin of the rule organizations.view_filing: a draft is its applicant's alone."""
    posted = covered(user, READERS) & ~Q(state=FilingState.DRAFT)
    return (
        Filing.objects.filter(own(user) | posted)
        .select_related("area__parent", "owner", "organization")
        .defer(*HIDDEN, *OUTLINES, "founders", *(f"organization__{name}" for name in HIDDEN))
    )


@visible(AMENDMENT, reach=reach_of)
def amendments_visible_to(user: Person) -> QuerySet[Amendment]:
    """List twin of the rule organizations.view_amendment."""
    posted = covered(user, READERS) & ~Q(state=AmendmentState.DRAFT)
    return (
        Amendment.objects.filter(own(user) | posted)
        .select_related("organization__area__parent", "owner", "new_area__parent")
        .defer(
            "new_leader_id_number",
            "new_leader_phone",
            "new_area__boundary",
            "new_area__parent__boundary",
            *(f"organization__{name}" for name in (*HIDDEN, *OUTLINES)),
        )
    )


def organizations_visible_to(user: Person) -> QuerySet[Organization]:
    """List twin of the rule organizations.view_organization: the officers' register, all states."""
    own = Q(owner=user.pk) if isinstance(user, User) and user.pk else Q(pk__in=())
    return (
        Organization.objects.filter(own | covered(user, READERS))
        .select_related("area__parent")
        .defer(*HIDDEN, *OUTLINES)
    )


def public_register() -> QuerySet[Organization]:
    """What every visitor may read: living organizations, without personal values."""
    return (
        Organization.objects.filter(legal_status__in=LIVING).select_related("area__parent").defer(*HIDDEN, *OUTLINES)
    )


def public_organization(uid: str) -> Organization | None:
    """An organization's public page; one whose filing ended says so instead of vanishing (its QR code lives on)."""
    shown = (*LIVING, LegalStatus.CANCELLED, LegalStatus.DEREGISTERED, LegalStatus.REVOKED)
    return Organization.objects.filter(uid=uid, legal_status__in=shown).select_related("area__parent").first()


def filings_in_publicity() -> QuerySet[Filing]:
    """What is on public notice today."""
    return (
        Filing.objects.filter(state=FilingState.PUBLICITY, publicity_to__gte=clock.today())
        .select_related("area__parent")
        .defer(*HIDDEN, *OUTLINES, "founders")
        .order_by("publicity_to", "id")
    )


def newest_organizations() -> QuerySet[Organization]:
    """The public register, the latest filed first."""
    return public_register().filter(filed_on__isnull=False).order_by(F("filed_on").desc(nulls_last=True), "-pk")


def filed_since(user: Person, day: dt.date) -> Bounded:
    """How many organizations were filed since a day where the person's posts lie."""
    rows = [
        Organization.objects.filter(filed_on__gte=day, scope__startswith=path) for path in Cases(FILING, user).reach
    ]
    return bounded(*rows) if rows else Bounded(0)


CANDIDATES = 300  # for a name that resembles
_COMMON = re.compile(r"[社区街道居委会队协会组织志愿服务团中心站室的之\s]|[^一-鿿]")


def _pairs(name: str) -> set[str]:
    core = _COMMON.sub("", name) or name
    return {core[i : i + 2] for i in range(len(core) - 1)} or {core}


def similar_organizations(name: str, area: Area | None, kind: str = "", limit: int = 5) -> list[Organization]:
    """Organizations of the same street whose name shares a pair of characters; nearest first.

    For the applicant and the officers to see before a twin is filed; a hint, never a refusal. At most `CANDIDATES`
    are compared. docs/algorithms/similar-names.md has the example.
    """
    if not name.strip() or area is None:
        return []
    street = "/".join(area.path.rstrip("/").split("/")[:-1]) + "/"
    own = _pairs(name.strip())
    alike = Q()
    for pair in own:
        alike |= Q(name__contains=pair)
    found = public_register().filter(alike)
    wanted = [plain(pair) for pair in own]
    if all(len(pair) == 2 for pair in wanted):
        # The tokens alone narrow it, see Selection.named; in any order, so that no more is read than is compared.
        found = found.filter(has_any(Organization.TOKENS, wanted), has_any(Organization.TOKENS, [street]))
    else:
        found = found.filter(scope__startswith=street)
    candidates = found.values_list("pk", "name", "area_id", "kind")[:CANDIDATES]

    def nearness(candidate: tuple[int, str, int, str]) -> tuple[int, bool, bool, str, int]:
        pk, name, area_id, its_kind = candidate
        return -len(own & _pairs(name)), area_id != area.pk, its_kind != kind, name, pk

    nearest = [pk for pk, *_rest in sorted(candidates, key=nearness)[:limit]]
    return sorted(public_register().filter(pk__in=nearest), key=lambda row: nearest.index(row.pk))


def name_taken(name: str, area: Area | None, *, but: Organization | None = None) -> Organization | None:
    """The living organization of the same community that bears the name already, however its marks are typed."""
    spelt = plain(name)
    if area is None or len(spelt) < 2:
        return None
    taken = public_register().filter(area=area, search_text__contains=f"\n{spelt}")
    for pair in pairs(spelt):
        taken = taken.filter(has_any(Organization.TOKENS, [pair]))
    taken = taken.filter(has_any(Organization.TOKENS, [area.path])).order_by("pk")
    return next((row for row in (taken.exclude(pk=but.pk) if but else taken) if plain(row.name) == spelt), None)


def counts_by(register: QuerySet[Organization], field: str) -> dict[Any, int]:
    """How many of a register have each value of a field."""
    return dict(register.order_by().values_list(field).annotate(n=Count("pk")))
