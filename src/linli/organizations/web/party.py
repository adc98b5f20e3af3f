"""Pages of Party-building: a street's units and figures, its members, and the posts of the two committees."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.errors import BadInput
from linli.core.paging import keyset
from linli.core.workflow.wizard_web import go_on
from linli.organizations.actions import party as actions
from linli.organizations.actions import party_people as people
from linli.organizations.choices.filing import LIVING
from linli.organizations.choices.party import COVERING, VIEW, UnitKind, UnitState
from linli.organizations.models import Federation, PartySession
from linli.organizations.queries import party as queries
from linli.organizations.queries.federation import federation_of
from linli.organizations.web.forms.party import (
    BeginUnitForm,
    CommitteePostForm,
    PartyMemberForm,
    RelationsForm,
    TransferForm,
)

FORMS: dict[str, tuple[str, str, type[forms.Form], str]] = {
    "unit": (
        "设党组织或派党建指导员",
        "先提出来，确认后报街道审批。联合党支部先选一家，再加入别的组织。",
        BeginUnitForm,
        "organizations.suggest_units",
    ),
    "member": (
        "登记党员",
        "党员身份属于敏感个人信息：只登记管理需要的，每次查看都会留下记录。",
        PartyMemberForm,
        "organizations.keep_party_members",
    ),
    "post": (
        "登记两委成员兼职",
        "社区两委成员兼任社会组织职务，要有批准依据。",
        CommitteePostForm,
        "organizations.keep_committee_posts",
    ),
}
SHOWN, OFFERED = 100, 1000


def _federation(request: HttpRequest, uid: str) -> Federation:
    return get_object_or_404(queries.party_federations(request.user), uid=uid)


def _places(user: User, federation: Federation) -> list[Area]:
    """The areas of a street whose Party-building somebody sees: the street itself, or communities."""
    return list(Area.objects.filter(path__in=queries.paths_within(user, federation)).order_by("path"))


@login_required
@require_safe
def streets(request: HttpRequest) -> HttpResponse:
    """The streets whose Party-building somebody sees; who sees one is taken there."""
    user = user_of(request)
    if not user.has_perm(VIEW):
        raise PermissionDenied
    page = keyset(queries.party_federations(user), request, ascending=True)
    if len(page.rows) == 1 and page.is_first and not page.after:
        return redirect("organizations:party", uid=page.rows[0].uid)
    rows = [(row, queries.party_figures(queries.paths_within(user, row))) for row in page.rows]
    return render(request, "organizations/party/streets.html", {"page": page, "rows": rows})


@login_required
@require_safe
def party(request: HttpRequest, uid: str) -> HttpResponse:
    """A street's Party-building: what is covered, by which units, what is suggested, and what is held on time."""
    row, user = _federation(request, uid), user_of(request)
    paths, places = queries.paths_within(user, row), _places(user, row)
    units = list(queries.units_visible_to(user).filter(federation=row).order_by("kind", "pk"))
    standing = [unit for unit in units if unit.state in COVERING]
    waiting = [unit for unit in units if unit.state in (UnitState.SUGGESTED, UnitState.STREET)]
    covered, full = queries.covered_by([*standing, *waiting]), queries.full_in(standing)
    year = clock.today().year
    sessions = PartySession.objects.filter(queries.below(paths), federation=row)
    return render(
        request,
        "organizations/party/page.html",
        {
            "federation": row,
            "places": places,
            "whole_street": paths == (row.scope,),
            "standing": [(unit, covered.get(unit.pk, []), full.get(unit.pk, 0)) for unit in standing[:SHOWN]],
            "waiting": [(unit, covered.get(unit.pk, [])) for unit in waiting[:SHOWN]],
            "more": len(standing) > SHOWN or len(waiting) > SHOWN,
            "kinds": [(kind, sum(unit.kind == kind for unit in standing)) for kind in UnitKind],
            "least": queries.least_of(row),
            "figures": queries.party_figures(paths),
            "year": year,
            "kept": queries.sessions_kept(sessions, dt.date(year, 1, 1), dt.date(year, 12, 31)),
            "sessions": queries.sessions_owed(user, row, 8),
            "may_suggest": user.has_perm("organizations.suggest_units", row),
            "may_keep": any(user.has_perm("organizations.keep_party_members", place) for place in places),
            "may_post": user.has_perm("organizations.keep_committee_posts", row),
        },
    )


@login_required
@require_safe
def behind(request: HttpRequest, uid: str, figure: str) -> HttpResponse:
    """Exactly the organizations one of the figures counts."""
    row, user = _federation(request, uid), user_of(request)
    if figure not in queries.BEHIND:
        raise Http404
    found = queries.organizations_behind(figure, queries.paths_within(user, row))
    page = keyset(found, request)
    units, posts = queries.named_units(page.rows), queries.posts_in(page.rows)
    return render(
        request,
        "organizations/party/behind.html",
        {
            "federation": row,
            "title": queries.BEHIND[figure],
            "count": found.count(),
            "page": page,
            "rows": [(one, units.get(one.pk), posts.get(one.pk, [])) for one in page.rows],
            "may_post": user.has_perm("organizations.keep_committee_posts", row),
        },
    )


@login_required
@require_POST
def suggest(request: HttpRequest, uid: str) -> HttpResponse:
    """Have groupings suggested for whoever no unit covers."""
    row = _federation(request, uid)
    made = actions.suggest_units(row, actor=user_of(request))
    none = "有党员的组织都已经有安排，没有新的建议。"
    messages.success(request, f"提出了 {len(made)} 条建议，请逐条采纳、调整或不采纳。" if made else none)
    return redirect("organizations:party", uid=row.uid)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, uid: str, what: str) -> HttpResponse:
    """Enter a member, a post of the two committees, or propose a unit by hand."""
    row, user = _federation(request, uid), user_of(request)
    if what not in FORMS:
        raise Http404
    title, lead, form_class, permission = FORMS[what]
    if not any(user.has_perm(permission, place) for place in _places(user, row)):
        raise PermissionDenied
    living = queries.party_organizations(user).filter(scope__startswith=row.scope, legal_status__in=LIVING)
    offered = list(living.order_by("name").values_list("uid", "name")[:OFFERED])
    made: Any = form_class
    form = made(request.POST or None, organizations=offered)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        organization = living.get(uid=given.pop("organization"))
        try:
            if what == "unit":
                unit = actions.begin_unit(row, organization=organization, actor=user, **given)
                return go_on(unit, user)
            if what == "member":
                return _entered(request, people.enter_party_member(organization, actor=user, **given), "已登记。")
            people.enter_committee_post(organization, actor=user, **given)
        except BadInput as refusal:
            for field, words in refusal.fields.items():
                form.add_error(field if field in form.fields else None, words)
        else:
            messages.success(request, "已登记。")
            return redirect("organizations:party_behind", uid=row.uid, figure="post")
    status = 422 if form.is_bound else 200
    context = {"form": form, "federation": row, "title": title, "lead": lead}
    return render(request, "organizations/party/form.html", context, status=status)


def _entered(request: HttpRequest, target: Any, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect(target)


@login_required
@require_POST
def post_end(request: HttpRequest, uid: str) -> HttpResponse:
    """A post of the two committees is held no more."""
    user = user_of(request)
    post = get_object_or_404(queries.committee_posts_visible_to(user), uid=uid)
    people.end_committee_post(post, actor=user)
    messages.success(request, "已登记卸任。")
    row = federation_of(post.organization.area)
    if row is None:
        return redirect("organizations:party_streets")
    return redirect("organizations:party_behind", uid=row.uid, figure="post")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, uid: str) -> HttpResponse:
    """One member in the three relations; POST changes them, or transfers the member out."""
    user = user_of(request)
    row = get_object_or_404(queries.party_members_visible_to(user), uid=uid)
    leaving = request.POST.get("leave") == "1"
    # Name and phone are not filled in: to read them in full, a reason is asked.
    told = {"stage": row.stage, "belongs_to": row.belongs_to, "reported_to": row.reported_to_id}
    relations = RelationsForm(request.POST if request.method == "POST" and not leaving else None, initial=told)
    transfer = TransferForm(request.POST if leaving else None)
    form: forms.Form = transfer if leaving else relations
    if request.method == "POST" and form.is_valid():
        try:
            if leaving:
                people.transfer_party_member(row, actor=user, **transfer.cleaned_data)
                return _entered(request, row, "已转出。别的党组织现在可以纳入。")
            given = {name: value for name, value in relations.cleaned_data.items() if value or name == "reported_to"}
            people.change_party_member(row, actor=user, **given)
            return _entered(request, row, "已更改。")
        except BadInput as refusal:
            for field, words in refusal.fields.items():
                form.add_error(field if field in form.fields else None, words)
    context = {
        "member": row,
        "bad": form if form.is_bound else None,
        "relations": relations,
        "transfer": transfer,
        "may_keep": user.has_perm("organizations.keep_party_members", row) and row.left_on is None,
    }
    return render(request, "organizations/party/member.html", context, status=422 if form.is_bound else 200)
