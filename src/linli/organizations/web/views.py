"""The officers' register, an organization's whole life on a page, and beginning an application."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from linli.areas.models import Area
from linli.core import clock
from linli.core.access.signed_in import user_of
from linli.core.audit.models import Event
from linli.core.files.queries import attachments_of
from linli.core.parameters import value_of
from linli.core.registers.web.pages import show
from linli.core.sheets.rules import scopes_of
from linli.core.workflow import queries as cases
from linli.core.workflow.declare import STEPS
from linli.core.workflow.duties import LABELS
from linli.core.workflow.wizard import WIZARDS
from linli.core.workflow.wizard_web import go_on
from linli.organizations.actions.amendments import begin_amendment
from linli.organizations.actions.filings import begin_filing
from linli.organizations.choices.filing import DOCUMENTS, FILING, AmendmentKind, Kind, LegalStatus
from linli.organizations.choices.states import IncubationStatus
from linli.organizations.models import Organization
from linli.organizations.queries import federation as federations
from linli.organizations.queries import grading as gradings
from linli.organizations.queries import register as queries
from linli.organizations.queries.activities import activities_visible_to, verified_since
from linli.organizations.queries.annual import annual_reports_visible_to, owes_report
from linli.organizations.queries.credit import entries_of
from linli.organizations.queries.custody import custodies_visible_to, ledgers_of
from linli.organizations.queries.deregistration import deregistrations_visible_to, registered_here
from linli.organizations.queries.dormant import dormancies_visible_to
from linli.organizations.queries.incubation import incubations_visible_to
from linli.organizations.queries.party import unit_seen_by
from linli.organizations.queries.ranking import standing_of
from linli.organizations.queries.registration import registrations_visible_to
from linli.organizations.queries.revocation import revocations_visible_to
from linli.organizations.registers.organizations import ORGANIZATIONS
from linli.organizations.rules.activities import MAY_HOLD
from linli.organizations.rules.filing import enters_for_others
from linli.organizations.rules.incubation import MAY_APPLY
from linli.organizations.rules.registration import MAY_REGISTER
from linli.organizations.sheets.organizations import ORGANIZATIONS as SHEET


@login_required
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """The officers' list: all states, scoped to the person's posts."""
    may = {"may_enter": enters_for_others(request.user), "may_import": bool(scopes_of(SHEET, request.user))}
    return show(request, ORGANIZATIONS, "organizations/register.html", may)


@login_required
@require_safe
def record(request: HttpRequest, uid: str) -> HttpResponse:
    """One organization: facts, cases, papers and everything that ever happened, on one page."""
    organization = get_object_or_404(queries.organizations_visible_to(request.user), uid=uid)
    user, year = user_of(request), clock.today().year - 1
    filing = queries.filings_visible_to(user).filter(organization=organization).first()
    amendments = list(queries.amendments_visible_to(user).filter(organization=organization).order_by("-pk"))
    stays = list(incubations_visible_to(user).filter(organization=organization).order_by("-pk"))
    dormancies = list(dormancies_visible_to(user).filter(organization=organization).order_by("-pk"))
    reports = list(annual_reports_visible_to(user).filter(organization=organization).order_by("-year"))
    asked = registrations_visible_to(user).filter(organization=organization).order_by("-pk")
    ends = deregistrations_visible_to(user).filter(organization=organization).order_by("-pk")
    graded = gradings.gradings_visible_to(user).filter(organization=organization).order_by("-pk")
    lowered = gradings.grade_changes_visible_to(user).filter(organization=organization).order_by("-pk")
    struck = list(revocations_visible_to(user).filter(organization=organization).order_by("-pk"))
    lawful = [*struck, *ends, *reports, *asked, *graded, *lowered]
    return render(
        request,
        "organizations/record.html",
        {
            "organization": organization,
            "filing": filing,
            "amendments": amendments,
            "attachments": [row for case in [filing, *amendments] if case for row in attachments_of(case)],
            "life": life_of(
                organization, [case for case in [filing, *amendments, *stays, *dormancies, *lawful] if case]
            ),
            "activities": list(
                activities_visible_to(user).filter(organization=organization).order_by("-starts_at", "-pk")[:5]
            ),
            "verified": verified_since(organization, clock.today() - dt.timedelta(days=365)),
            "may_hold": user.has_perm("organizations.begin_activity", organization)
            and organization.legal_status in MAY_HOLD,
            "others": [*lawful, *stays, *dormancies],
            "cases_count": len([*amendments, *lawful, *stays, *dormancies]) + bool(filing),
            "may_end": user.has_perm("organizations.begin_deregistration", organization)
            and organization.legal_status == LegalStatus.REGISTERED
            and registered_here(organization),
            "may_revoke": user.has_perm("organizations.begin_revocation", organization)
            and organization.legal_status == LegalStatus.REGISTERED
            and registered_here(organization)
            and not any(case.is_open for case in struck),
            "may_register": user.has_perm("organizations.begin_registration", organization)
            and organization.legal_status in MAY_REGISTER,
            "report_year": year
            if user.has_perm("organizations.begin_report", organization)
            and not any(one.year == year for one in reports)
            and owes_report(organization, year)
            else None,
            "may_apply": user.has_perm("organizations.begin_incubation", organization)
            and organization.legal_status in MAY_APPLY
            and organization.incubation_status in (IncubationStatus.NONE, IncubationStatus.EXITED),
            "kinds": amendable(organization),
            "entries": entries_of(organization),
            "standing": standing_of(organization.uid),
            "sees_credit": user.has_perm("organizations.view_credit", organization),
            "unit": unit_seen_by(user, organization),
            "may_amend": user.has_perm("organizations.amend", organization)
            and organization.legal_status in (LegalStatus.FILED, LegalStatus.REGISTERED),
            "may_reveal": user.has_perm("organizations.reveal_leader", organization),
            "similar": [
                other
                for other in queries.similar_organizations(organization.name, organization.area, organization.kind)
                if other.pk != organization.pk
            ],
        },
    )


def amendable(organization: Organization) -> list[tuple[str, Any]]:
    """The changes that may be asked for; the end of a registered one is no change but a liquidation."""
    filed = organization.legal_status == LegalStatus.FILED
    return [(kind.value, kind.label) for kind in AmendmentKind if filed or kind is not AmendmentKind.CANCEL]


OWN_EVENTS = {
    "organizations.entered": "记入名册",
    "organizations.amended": "名册内容变更",
    "organizations.cancelled": "注销备案",
    "organizations.registered": "登记，记入名册",
    "organizations.deregistered": "注销登记",
    "organizations.revoked": "撤销登记",
    "organizations.banned": "取缔",
    "organizations.revocation_reversed": "复议撤销原决定，名册恢复",
    "organizations.merged_into": "一家组织并入",
    "organizations.legal_status": "法律状态变化",
    "organizations.graded": "等级记入名册",
    "organizations.grade_ended": "等级失效",
    "sheets.created": "从表格记入名册",
    "sheets.updated": "按表格更新名册",
    "sheets.restored": "撤销导入，恢复原来的内容",
}


def life_of(organization: Organization, of_cases: list[Any]) -> list[cases.Entry]:
    """Every event of the organization and its cases, newest first."""
    types = ContentType.objects.get_for_models(Organization, *{type(case) for case in of_cases})
    match = Q(subject_type=types[Organization], subject_id=organization.pk)
    for case in of_cases:
        match |= Q(subject_type=types[type(case)], subject_id=case.pk)
    names = [*STEPS, *OWN_EVENTS, *LABELS]
    events = (
        Event.objects.filter(match, name__in=names)
        .select_related("actor", "on_behalf_of")
        .order_by("-at", "-id")[:200]
    )
    entries = []
    for event in events:
        entry = cases.entry_of(event, owner_id=organization.owner_id)
        if event.name in OWN_EVENTS:
            after = event.detail.get("after", {})
            after = after if isinstance(after, dict) else {"legal_status": after}
            quote = ";".join(
                f"{FIELD_WORDS.get(name, name)}:{dict(LegalStatus.choices).get(value, value)}"
                for name, value in after.items()
            )
            entry = cases.Entry(event.at, OWN_EVENTS[event.name], entry.who, entry.post, entry.behalf, quote, "done")
        entries.append(entry)
    return entries


FIELD_WORDS = {
    "name": "名称",
    "address": "活动场所",
    "leader": "负责人",
    "area": "所在社区",
    "legal_status": "法律状态",
    "uscc": "统一社会信用代码",
}


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Say what an application needs; POST opens a draft, or goes on with the own one that is unfinished.

    Everybody may read the page; it is also where a visitor comes back to after signing in.
    """
    if request.method != "POST":
        least = value_of("filing.founders_min", "", None)
        return render(request, "organizations/begin.html", {"documents": DOCUMENTS, "least": least})
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("organizations:begin"))
    user = user_of(request)
    behalf = request.POST.get("behalf") == "1" and enters_for_others(user)
    if not behalf and request.POST.get("fresh") != "1":
        held = queries.filings_visible_to(user).filter(owner=user, state="draft").order_by("-pk").first()
        if held is not None:
            return redirect(WIZARDS[FILING.slug].url(held))
    filing = begin_filing(actor=user, on_behalf=behalf)
    return redirect(WIZARDS[FILING.slug].url(filing))


@login_required
def amend(request: HttpRequest, uid: str, kind: str) -> HttpResponse:
    """Begin a change of an organization, or go on with the one that is open. GET shows the organization."""
    organization = get_object_or_404(queries.organizations_visible_to(request.user), uid=uid)
    if kind not in AmendmentKind.values:
        raise Http404
    if request.method != "POST":
        return redirect(organization)
    amendment = begin_amendment(organization, kind=kind, actor=user_of(request))
    return go_on(amendment, user_of(request))


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """A person's own matters: applications, changes, organizations."""
    user = user_of(request)
    own = Q(owner=user) | Q(entered_by=user)
    filings = list(queries.filings_visible_to(user).filter(own).order_by("-pk")[:50])
    amendments = list(queries.amendments_visible_to(user).filter(own).order_by("-pk")[:50])
    matters = list(federations.memberships_visible_to(user).filter(own).order_by("-pk")[:50])
    enquiries = list(federations.enquiries_visible_to(user).filter(owner=user).order_by("-pk")[:50])
    reports = list(annual_reports_visible_to(user).filter(own).order_by("-pk")[:50])
    registrations = list(registrations_visible_to(user).filter(own).order_by("-pk")[:50])
    ends = list(deregistrations_visible_to(user).filter(own).order_by("-pk")[:50])
    sheets = list(gradings.sheets_visible_to(user).filter(owner=user).order_by("-pk")[:50])
    graded = list(gradings.gradings_visible_to(user).filter(own).order_by("-pk")[:50])
    custodies = list(custodies_visible_to(user).filter(own).order_by("-pk")[:50])
    applied = [*filings, *amendments, *registrations, *reports, *ends, *matters, *custodies, *enquiries]
    held = [*graded, *sheets, *applied]
    return render(
        request,
        "organizations/mine.html",
        {
            "open": [case for case in held if case.is_open],
            "ended": [case for case in held if not case.is_open],
            "members": federations.members_visible_to(user).filter(owner=user),
            "ballots": gradings.ballots_waiting_for(user)[:50],
            "organizations": queries.organizations_visible_to(user).filter(owner=user),
            "ledgers": ledgers_of(user).filter(member__organization__owner=user).order_by("-pk")[:50],
            "tasks": {task.case_id: task for task in cases.own_tasks(user)},
            "may_enter": enters_for_others(user),
        },
    )


@login_required
@require_safe
def similar(request: HttpRequest) -> HttpResponse:
    """Organizations like the one being named, as a fragment under the field."""
    raw = request.GET.get("area", "")
    area = Area.objects.filter(pk=int(raw)).first() if raw.isascii() and raw.isdigit() and len(raw) < 10 else None
    found = queries.similar_organizations(request.GET.get("name", "").replace("\0", "")[:60], area)
    return render(request, "organizations/_similar.html", {"similar": found, "kinds": Kind})
