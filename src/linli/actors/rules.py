"""Who may change the kernel's own records: accounts, posts, parameters, policies (rulebook §11.3, separation)."""

from __future__ import annotations

from typing import Any

import rules
from django.db.models import Q

from linli.actors import choices
from linli.actors.choices import ADMINISTRATORS, CASE_ROLES, BodyKind, Role
from linli.actors.models import Body, Post
from linli.core import clock
from linli.core.access.grants import Person, grants_of, holds
from linli.core.access.models import User
from linli.core.access.rules import is_owner, is_system, posted_as
from linli.core.parameters import REGISTRY as PARAMETERS
from linli.core.privacy import assessment_choices as assessments
from linli.core.privacy import choices as privacy
from linli.core.privacy import incident_choices as incidents
from linli.core.privacy.rules import (
    APPLICANT,
    DISINTERESTED,
    assessed_it,
    goes_to_district,
    is_among_concerned,
    is_draft,
    with_district,
    with_street,
)

__all__ = ["Role", "anywhere_as", "posted_as"]


def anywhere_as(*roles: str) -> rules.Predicate:
    """Holds one of these roles somewhere, whatever the record."""

    def test(user: Person, obj: Any = None) -> bool:
        return any(grant.role in roles for grant in grants_of(user))

    return rules.Predicate(test, name="anywhere_as(" + ", ".join(roles) + ")")


SYSADMIN, SECADMIN = posted_as(Role.SYSADMIN), posted_as(Role.SECADMIN)


@rules.predicate
def is_own(user: Person, obj: Any = None) -> bool:
    """A post, an appointment or an account of one's own: nobody decides in the own matter."""
    return obj is not None and user.pk in (getattr(obj, "user_id", None), obj.pk if isinstance(obj, User) else None)


@rules.predicate
def proposed_it(user: Person, obj: Any = None) -> bool:
    """Whoever proposed an appointment."""
    return obj is not None and obj.owner_id == user.pk


@rules.predicate
def is_of_an_administrator(user: Person, obj: Any = None) -> bool:
    """A post of one of the three administrators: ending it takes two, or one could remove the other's guard."""
    return obj is not None and obj.role in ADMINISTRATORS


@rules.predicate
def keeps_all_posts_of(user: Person, obj: Any = None) -> bool:
    """Every post of the account, held or to come, lies under the administrator's own area; a resident has none."""
    if not isinstance(obj, User):
        return False
    posts = Post.objects.filter(user=obj).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today()))
    return all(holds(user, ADMINISTRATORS, path) for path in posts.values_list("area__path", flat=True))


@rules.predicate
def administers_something(user: Person, obj: Any = None) -> bool:
    """The account holds, or will hold, a post of an administrator."""
    if not isinstance(obj, User):
        return False
    posts = Post.objects.filter(user=obj, role__in=ADMINISTRATORS)
    return posts.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today())).exists()


@rules.predicate
def keeps_the_parameter(user: Person, obj: Any = None) -> bool:
    """Business parameters are the district head's, technical ones the system administrator's, policies the security
    administrator's (rulebook §11.3). A policy holds for the whole installation, so whoever sets one covers all of it.
    """
    if obj is None or obj.key not in PARAMETERS:
        return False
    role = KEEPERS[PARAMETERS[obj.key].kept_by]
    if PARAMETERS[obj.key].kept_by != "business" and not obj.scope:
        return covers_every_district(user, role)
    return holds(user, role, obj.scope)


def covers_every_district(user: Person, role: str) -> bool:
    """Holds the role over every district this installation serves."""
    served = Body.objects.filter(kind=BodyKind.DEPARTMENT, valid_to__isnull=True, area__level="district")
    paths = set(served.values_list("area__path", flat=True))
    return bool(paths) and all(holds(user, role, path) for path in paths)


KEEPERS = {"business": Role.DISTRICT_HEAD, "technical": Role.SYSADMIN, "security": Role.SECADMIN}

rules.add_perm("core.edit_calendar", anywhere_as(Role.SYSADMIN))
rules.add_perm("core.view_parameters", anywhere_as(*KEEPERS.values()))
rules.add_perm("core.set_parameter", keeps_the_parameter)
rules.add_perm("core.set_policy", anywhere_as(Role.SECADMIN) & keeps_the_parameter)
rules.add_perm("core.view_policies", anywhere_as(*ADMINISTRATORS))
FEDERATION = (Role.FEDERATION_SECRETARY, Role.FEDERATION_TREASURER)
MEDIATION = (Role.MEDIATOR, Role.MEDIATION_HEAD)
rules.add_perm("core.view_desk", anywhere_as(*CASE_ROLES, *ADMINISTRATORS, *FEDERATION, *MEDIATION))
# Administrators keep the system and see no business data, not even as figures.
rules.add_perm("core.view_cases", anywhere_as(*CASE_ROLES))

# Accounts: the system administrator makes and keeps them. Whoever could reset another administrator's password could
# be both, so that takes the command line; any of the two may lock (never the own account).
rules.add_perm("core.manage_accounts", anywhere_as(Role.SYSADMIN))
rules.add_perm("core.view_accounts", anywhere_as(Role.SYSADMIN, Role.SECADMIN))
rules.add_perm("core.reveal_account", anywhere_as(Role.SYSADMIN) & keeps_all_posts_of)
rules.add_perm("core.create_account", is_system | anywhere_as(Role.SYSADMIN))
OTHERS = ~is_own & keeps_all_posts_of
rules.add_perm("core.lock_account", is_system | (anywhere_as(Role.SYSADMIN, Role.SECADMIN) & OTHERS))
rules.add_perm("core.unlock_account", is_system | (anywhere_as(Role.SYSADMIN) & OTHERS))
rules.add_perm("core.end_sessions", is_system | (anywhere_as(Role.SYSADMIN, Role.SECADMIN) & keeps_all_posts_of))
rules.add_perm("core.reset_account", is_system | (anywhere_as(Role.SYSADMIN) & OTHERS & ~administers_something))

# Bodies and posts: sysadmin proposes, secadmin agrees; taking an ordinary post away must not wait for two.
# The system appoints for an operator at the command line, who could change the tables anyway.
rules.add_perm("actors.appoint", is_system)
rules.add_perm("actors.relieve", is_system | (SYSADMIN & ~is_own & ~is_of_an_administrator))
rules.add_perm("actors.manage_bodies", is_system | SYSADMIN)
rules.add_perm("actors.view_posts", anywhere_as(Role.SYSADMIN, Role.SECADMIN))
rules.add_perm(choices.PROPOSE.name, SYSADMIN & ~is_own)
rules.add_perm(choices.AGREE.name, SECADMIN & ~is_own & ~proposed_it)
rules.add_perm(choices.REFUSE.name, SECADMIN & ~is_own & ~proposed_it)
rules.add_perm(choices.WITHDRAW.name, proposed_it)
rules.add_perm("actors.view_appointment", SYSADMIN | SECADMIN | proposed_it)

# The trace: read and checked by the audit administrator alone, who can do nothing else (rulebook §11.3).
AUDITADMIN = anywhere_as(Role.AUDITADMIN)
rules.add_perm("core.read_audit", AUDITADMIN)
rules.add_perm("core.verify_audit", is_system | AUDITADMIN)
rules.add_perm("core.export_audit", is_system | AUDITADMIN)
rules.add_perm("core.accept_change", is_system)
# Requests about the own data: the street answers for records of its area, the district for accounts and looks.
_STREET = with_street & posted_as(Role.STREET_OFFICER, Role.STREET_HEAD)
_DISTRICT = with_district & posted_as(Role.DISTRICT_OFFICER, Role.DISTRICT_HEAD)
_READERS = posted_as(Role.STREET_OFFICER, Role.STREET_HEAD, Role.DISTRICT_OFFICER, Role.DISTRICT_HEAD, Role.AUDITOR)
rules.add_perm("privacy.begin_request", rules.is_authenticated)
for step in (privacy.SUBMIT, privacy.RESUBMIT):
    rules.add_perm(step.name, APPLICANT & ~goes_to_district)
for step in (privacy.SUBMIT_DISTRICT, privacy.RESUBMIT_DISTRICT):
    rules.add_perm(step.name, APPLICANT & goes_to_district)
rules.add_perm(privacy.WITHDRAW.name, APPLICANT)
for step in (privacy.GRANT, privacy.GRANT_PART, privacy.REFUSE, privacy.RETURN):
    rules.add_perm(step.name, DISINTERESTED & (_STREET | _DISTRICT))
rules.add_perm(privacy.TRANSFER.name, DISINTERESTED & _STREET)
rules.add_perm("core.view_request", APPLICANT | (~is_draft & _READERS))
# Impact assessments: the district's officer assesses, its head approves, never the same person.
_OFFICER, _HEAD = posted_as(Role.DISTRICT_OFFICER), posted_as(Role.DISTRICT_HEAD)
_DISTRICT_READERS = (Role.DISTRICT_OFFICER, Role.DISTRICT_HEAD, Role.AUDITOR)
rules.add_perm(assessments.SEND.name, _OFFICER)
rules.add_perm(assessments.APPROVE.name, _HEAD & ~assessed_it)
rules.add_perm(assessments.RETURN.name, _HEAD)
rules.add_perm(assessments.LAPSE.name, is_system | _HEAD)
rules.add_perm(assessments.DROP.name, is_system)
rules.add_perm("core.view_assessment", posted_as(*_DISTRICT_READERS, Role.SECADMIN))
rules.add_perm("privacy.view_assessments", anywhere_as(*_DISTRICT_READERS, Role.SECADMIN))
# Incidents: anybody reports, the district's officer handles, its head tells the authority and the persons.
rules.add_perm(incidents.REPORT.name, is_owner)
for step in (incidents.CONFIRM, incidents.DISMISS, incidents.ASSESS):
    rules.add_perm(step.name, _OFFICER | _HEAD)
for step in (incidents.RETURN, incidents.TELL_AUTHORITY, incidents.TELL_PERSONS, incidents.REQUIRE):
    rules.add_perm(step.name, _HEAD)
rules.add_perm(incidents.SPARE_PERSONS.name, _HEAD & ~is_among_concerned)
rules.add_perm(incidents.CLOSE.name, _OFFICER | _HEAD)
rules.add_perm("privacy.gather_concerned", _OFFICER | _HEAD)
rules.add_perm("core.view_incident", is_owner | (~is_draft & posted_as(*_DISTRICT_READERS)))
rules.add_perm("privacy.view_incidents", anywhere_as(*_DISTRICT_READERS))
# The register of processing, keeping times and legal holds.
rules.add_perm("privacy.edit_register", posted_as(Role.DISTRICT_HEAD))
rules.add_perm("privacy.hold", posted_as(Role.DISTRICT_HEAD))
rules.add_perm("privacy.view_register", anywhere_as(*CASE_ROLES, *ADMINISTRATORS))
rules.add_perm("privacy.view_retention", anywhere_as(Role.DISTRICT_HEAD, Role.SECADMIN))
