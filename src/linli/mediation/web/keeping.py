"""Keeping the network: opening bodies, terms, mediators, training; and what each mediator has on hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from linli.actors.choices import Role
from linli.areas.models import Area
from linli.areas.queries import by_key, key_of
from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.errors import BadInput
from linli.core.paging import keyset
from linli.mediation import queries
from linli.mediation.actions import network as actions
from linli.mediation.models import MediationBody, Mediator
from linli.mediation.rules import headed_by
from linli.mediation.web import forms_of_network as forms

KEEPERS = (Role.STREET_OFFICER, Role.STREET_HEAD)


def _places(user: User) -> list[Area]:
    """Where the person may open a body: the streets of the posts, and the communities below."""
    found: list[Area] = []
    for path in sorted({grant.scope for grant in grants_of(user) if grant.role in KEEPERS}):
        found += Area.objects.filter(path__startswith=path, level__in=("street", "community"), valid_to__isnull=True)
    return sorted(found, key=lambda area: area.path)


def _refused(form: django_forms.Form, refusal: BadInput) -> None:
    for field, text in (refusal.fields or {"": refusal.message}).items():
        form.add_error(field if field in form.fields else None, text)


@login_required
def bodies(request: HttpRequest) -> HttpResponse:
    """The bodies a person keeps, closed ones as well; POST opens one."""
    user = user_of(request)
    places = _places(user)
    if not places and not headed_by(user):
        raise Http404
    rows = queries.bodies_kept_by(user, KEEPERS)
    parents = [(row.uid, row.name) for row in rows.order_by("pk") if row.is_committee and row.closed_on is None]
    choices = [(key_of(area), area.full_name) for area in places]
    form = forms.BodyForm(choices, parents, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and places:
        if form.is_valid() and (made := _open(form, user)):
            messages.success(request, f"“{made.name}”已登记。")
            return redirect("mediation:keep", made.uid)
        status = 422
    page = keyset(rows, request)
    context = {
        "page": page,
        "lacks": {row.pk: queries.composition(row) for row in page.rows if row.closed_on is None},
        "form": form,
        "may_open": bool(places),
    }
    return render(request, "mediation/bodies.html", context, status=status)


def _open(form: forms.BodyForm, user: User) -> MediationBody | None:
    given = dict(form.cleaned_data)
    area = by_key(given.pop("area"), Area.objects.all())
    if area is None:
        raise Http404
    parent = given.pop("parent")
    given["parent"] = MediationBody.objects.filter(uid=parent).first() if parent else None
    try:
        return actions.open_body(area, actor=user, **given)
    except BadInput as refusal:
        _refused(form, refusal)
    return None


@login_required
def keep(request: HttpRequest, uid: str) -> HttpResponse:
    """One body: its particulars, term, mediators and their training. Each form does one thing."""
    user = user_of(request)
    body = get_object_or_404(queries.bodies_kept_by(user, KEEPERS), uid=uid)
    keeps = user.has_perm("mediation.keep_body", body)
    forms_now: dict[str, Any] = {
        "change": forms.ChangeForm(initial={name: getattr(body, name) for name in actions.CHANGEABLE}),
        "term": forms.TermForm(),
        "enrol": forms.EnrolForm(queries.people_to_enrol(body)),
        "training": forms.TrainingForm(queries.mediators_of(body)),
    }
    status = 200
    if request.method == "POST":
        said = _changed(request, body, user, forms_now)
        if said:
            messages.success(request, said)
            return redirect("mediation:keep", body.uid)
        status = 422
    year_hours = {row.mediator.pk: row for row in queries.loads(body)} if body.mediates else {}
    mediators = list(queries.mediators_of(body))
    context = {
        "body": body,
        "keeps": keeps,
        "lacking": queries.composition(body),
        "rows": [(row, year_hours.get(row.pk)) for row in mediators],
        "forms": forms_now,
        "people": queries.people_to_enrol(body).exists(),
    }
    return render(request, "mediation/keep.html", context, status=status)


def _changed(request: HttpRequest, body: MediationBody, user: User, held: dict[str, Any]) -> str:
    """Do what the form that was sent asks; the words for it, or nothing where it was refused."""
    if request.POST.get("close"):
        actions.close_body(body, actor=user)
        return f"“{body.name}”已撤销。"
    if uid := request.POST.get("end", "")[:22]:
        row = actions.end_mediator(get_object_or_404(Mediator, uid=uid, body=body), actor=user)
        return f"{row}不再是这里的调解员。"
    doing: dict[str, tuple[Callable[[], django_forms.Form], Callable[..., Any], str]] = {
        "change": (lambda: forms.ChangeForm(request.POST), actions.change_body, "已更新。"),
        "term": (lambda: forms.TermForm(request.POST), actions.begin_term, "新一届已登记。"),
        "enrol": (
            lambda: forms.EnrolForm(queries.people_to_enrol(body), request.POST),
            actions.enrol_mediator,
            "已登记调解员。",
        ),
        "training": (
            lambda: forms.TrainingForm(queries.mediators_of(body), request.POST),
            lambda _body, *, mediator, **more: actions.note_training(mediator, **more),
            "培训已记。",
        ),
    }
    what = request.POST.get("what", "")
    if what not in doing:
        raise Http404
    bind, act, said = doing[what]
    form = held[what] = bind()
    if not form.is_valid():
        return ""
    try:
        act(body, actor=user, **form.cleaned_data)
    except BadInput as refusal:
        _refused(form, refusal)
        return ""
    return said


@login_required
@require_safe
def load(request: HttpRequest) -> HttpResponse:
    """For the head of a committee: who has how much on hand, who is late, who has to learn."""
    heads = headed_by(user_of(request))
    committees = list(queries.network().filter(body_id__in=heads, parent__isnull=True).order_by("pk"))
    if not committees:
        raise Http404
    return render(
        request,
        "mediation/load.html",
        {
            "committees": [(row, queries.loads(row), queries.composition(row)) for row in committees],
            "cases_url": reverse("core:cases", args=["mediation"]),
        },
    )
