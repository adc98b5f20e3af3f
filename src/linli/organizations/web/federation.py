"""Pages of federations: for everybody who looks for something, for members, and for those who run one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.core import clock
from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.errors import BadInput
from linli.core.paging import keyset
from linli.core.workflow import queries as cases
from linli.core.workflow.declare import Process
from linli.core.workflow.listing import Cases, late_tasks
from linli.core.workflow.wizard import WIZARDS
from linli.organizations.actions import federation as actions
from linli.organizations.actions import membership as members
from linli.organizations.choices.cadence import OCCASION
from linli.organizations.choices.federation import FRIENDSHIP, PILLAR, TENURE, FriendshipState, One
from linli.organizations.choices.membership import (
    DISCIPLINE,
    ENQUIRY,
    MEMBER_MOVES,
    MEMBERSHIP,
    MemberKind,
    MembershipKind,
)
from linli.organizations.models import Enquiry, Federation, Member, Occasion
from linli.organizations.queries import federation as queries
from linli.organizations.queries.cadence import kept_on_time, occasions_of_year
from linli.organizations.queries.custody import custody_seen_by, kept_ledgers, may_have_custody
from linli.organizations.queries.register import organizations_visible_to
from linli.organizations.web.forms.federation import EnquiryForm, JoinForm, OpenForm

SHOWN = 8


@require_safe
def federations(request: HttpRequest) -> HttpResponse:
    """Every street's federation: where to join, and where to ask for something."""
    page = keyset(queries.public_federations(), request, ascending=True)
    mine = queries.federations_visible_to(request.user)
    seen = set(mine.filter(pk__in=[row.pk for row in page.rows]).values_list("pk", flat=True))
    lacking = queries.bodies_without_record(request.user, *queries.OPENERS).exists()
    return render(
        request,
        "organizations/federation/list.html",
        {"page": page, "rows": [(row, row.pk in seen) for row in page.rows], "may_open": lacking},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def federation_open(request: HttpRequest) -> HttpResponse:
    """Begin the record of a federation that has none yet."""
    bodies = queries.bodies_without_record(request.user, *queries.OPENERS)
    if request.method != "POST" and not bodies.exists():
        raise Http404
    form = OpenForm(request.POST or None, bodies=[(str(body.pk), body.name) for body in bodies])
    if request.method == "POST" and form.is_valid():
        body = get_object_or_404(bodies, pk=form.cleaned_data["body"])
        try:
            made = actions.open_federation(body, founded_on=form.cleaned_data["founded_on"], actor=user_of(request))
        except BadInput as refusal:
            for field, words in refusal.fields.items():
                form.add_error(field, words)
        else:
            messages.success(request, f"“{made.name}”的档案建好了。六个一的每一项都已交给联合会秘书。")
            return redirect(made)
    status = 422 if form.is_bound else 200
    return render(request, "organizations/federation/open.html", {"form": form}, status=status)


@login_required
@require_safe
def federation(request: HttpRequest, uid: str) -> HttpResponse:
    """One federation: its six, who sits in it, its members and friends, and what waits."""
    row = get_object_or_404(queries.federations_visible_to(request.user), uid=uid)
    user = user_of(request)
    year = clock.today().year
    friends = queries.friendships_visible_to(user).filter(federation=row, state=FriendshipState.IN_FORCE)
    friends = friends.order_by("valid_to", "pk")
    return render(
        request,
        "organizations/federation/page.html",
        {
            "federation": row,
            "pillars": queries.pillars_of(row),
            "seats": queries.seats_of(row),
            "members": queries.member_counts(row),
            "friends": list(friends[:SHOWN]),
            "friend_count": friends.count(),
            "waiting": [
                (process, *_waiting(process, row, user))
                for process in (ENQUIRY, MEMBERSHIP, OCCASION, TENURE, PILLAR)
            ],
            "ledgers": kept_ledgers(row),
            "year": year,
            "occasions": occasions_of_year(row, year),
            "kept": kept_on_time(Occasion.objects.filter(federation=row), dt.date(year, 1, 1), dt.date(year, 12, 31)),
            "may_seat": user.has_perm("organizations.begin_tenure", row),
            "may_befriend": user.has_perm("organizations.begin_friendship", row),
            "may_recheck": user.has_perm("organizations.recheck_pillar", row),
            "may_enter": user.has_perm("organizations.bring_member", row),
        },
    )


def _waiting(process: Process, row: Federation, user: User) -> tuple[int, int]:
    """Open cases of a federation, and how many of them are late."""
    seen = Cases(process, user).seen.filter(federation=row).exclude(state__in=process.ends)
    open_ones = seen.exclude(state=process.start) if process.reach else seen.exclude(state="in_force")
    keys = open_ones.exclude(state="in_office").values("pk")
    return keys.count(), late_tasks(process).filter(case_id__in=keys).count()


@login_required
@require_POST
def federation_begin(request: HttpRequest, uid: str, what: str) -> HttpResponse:
    """Open a draft that belongs to a federation: a post, an agreement, another round of one of the six."""
    row = get_object_or_404(queries.federations_visible_to(request.user), uid=uid)
    user = user_of(request)
    made: Any
    if what == TENURE.slug:
        made = actions.begin_tenure(row, actor=user)
    elif what == FRIENDSHIP.slug:
        made = actions.begin_friendship(row, actor=user, name=request.POST.get("name", "").replace("\0", ""))
    elif what in One.values:
        made = actions.recheck_pillar(row, what, actor=user)
        messages.success(request, f"“{One(what).label}”重新核对，已交给联合会秘书。")
        return redirect(row)
    else:
        raise Http404
    return redirect(WIZARDS[made.process.slug].url(made))


# --- members ----------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, uid: str) -> HttpResponse:
    """As what to join a federation; then the application is filled in."""
    row = get_object_or_404(queries.public_federations(), uid=uid)
    user = user_of(request)
    behalf = user.has_perm("organizations.bring_member", row)
    own = organizations_visible_to(user).filter(legal_status__in=members.MAY_JOIN)
    own = own.filter(scope__startswith=row.scope) if behalf else own.filter(owner=user)
    held = Member.objects.filter(federation=row).exclude(status="left").exclude(organization=None)
    offered = own.exclude(pk__in=held.values("organization")).order_by("name")[:500]
    form = JoinForm(request.POST or None, organizations=[(one.uid, one.name) for one in offered])
    if request.method == "POST" and form.is_valid():
        chosen = next((one for one in offered if one.uid == form.cleaned_data["organization"]), None)
        kind = form.cleaned_data["member_kind"]
        try:
            matter = members.begin_joining(
                row,
                member_kind=kind,
                organization=chosen if kind == MemberKind.ORGANIZATION else None,
                actor=user,
            )
        except BadInput as refusal:
            for field, words in refusal.fields.items():
                form.add_error(field, words)
        else:
            return redirect(WIZARDS[MEMBERSHIP.slug].url(matter))
    status = 422 if form.is_bound else 200
    context = {"form": form, "federation": row, "behalf": behalf}
    return render(request, "organizations/federation/join.html", context, status=status)


@login_required
@require_safe
def member(request: HttpRequest, uid: str) -> HttpResponse:
    """One member, what was decided about it, and what may be asked."""
    row = get_object_or_404(queries.members_visible_to(request.user), uid=uid)
    user = user_of(request)
    asked = [
        (kind, kind.label)
        for kind in (*DISCIPLINE, MembershipKind.LEAVE)
        if row.status in MEMBER_MOVES[kind][0]
        and user.has_perm(
            "organizations.bring_member" if kind in DISCIPLINE else "organizations.leave_federation",
            row.federation if kind in DISCIPLINE else row,
        )
    ]
    matters = queries.memberships_visible_to(user).filter(member=row).order_by("-pk")
    return render(
        request,
        "organizations/federation/member.html",
        {
            "member": row,
            "matters": matters[:30],
            "asked": asked,
            "custody": custody_seen_by(user, row),
            "may_custody": user.has_perm("organizations.begin_custody", row) and may_have_custody(row),
            "sees_federation": user.has_perm("organizations.view_federation", row.federation),
        },
    )


@login_required
@require_POST
def member_matter(request: HttpRequest, uid: str, kind: str) -> HttpResponse:
    """Open a matter about a member, or leave."""
    row = get_object_or_404(queries.members_visible_to(request.user), uid=uid)
    if kind not in MEMBER_MOVES:
        raise Http404
    matter = members.begin_matter(row, kind, actor=user_of(request))
    return redirect(WIZARDS[MEMBERSHIP.slug].url(matter))


# --- the one queue ----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def enquire(request: HttpRequest, uid: str) -> HttpResponse:
    """Ask a federation for something of the street's; nobody needs an account."""
    row = get_object_or_404(queries.public_federations(), uid=uid)
    form = EnquiryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actor = request.user if isinstance(request.user, User) else None
        try:
            made = members.make_enquiry(row, actor=actor, **form.cleaned_data)
        except BadInput as refusal:
            for field, words in refusal.fields.items():
                form.add_error(field, words)
        else:
            return redirect(reverse("organizations:enquiry", args=[made.uid]))
    status = 422 if form.is_bound else 200
    return render(request, "organizations/federation/enquire.html", {"form": form, "federation": row}, status=status)


@require_safe
def enquiry(request: HttpRequest, uid: str) -> HttpResponse:
    """How far an enquiry is, for whoever has its address; without the contact."""
    row = Enquiry.objects.select_related("federation__body").filter(uid=uid).exclude(state="draft").first()
    if row is None:
        raise Http404
    told = cases.timeline(row, public=True)
    return render(
        request,
        "organizations/federation/enquiry.html",
        {
            "enquiry": row,
            "task": cases.open_task(row),
            "answer": next((entry for entry in told if entry.quote), None),
            "stages": cases.stage_bar(row, cases.open_task(row)),
            "address": request.build_absolute_uri(row.tracking_url),
        },
    )
