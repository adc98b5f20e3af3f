"""The catalogue of a district and the list of a street （三事清单）."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from linli.actors.models import Body
from linli.areas.choices import Level
from linli.areas.models import Area
from linli.areas.queries import by_key, key_of
from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.errors import BadInput
from linli.voice.actions import matters as actions
from linli.voice.choices.matters import VIEW, Part
from linli.voice.models import Matter
from linli.voice.queries import matters as queries
from linli.voice.rules import READING

if TYPE_CHECKING:
    MatterModelForm = forms.ModelForm[Matter]
else:  # a class of Django that cannot be subscripted at run time
    MatterModelForm = forms.ModelForm


class MatterForm(MatterModelForm):
    """A kind of matter."""

    class Meta:
        model = Matter
        fields = ("code", "name", "topic", "urgency", "hint")


def _districts(user: User) -> list[Area]:
    """The districts whose catalogue a person may keep."""
    rows = Area.objects.filter(level=Level.DISTRICT, valid_to__isnull=True)
    scopes = {grant.scope for grant in grants_of(user) if grant.role in READING}
    found = rows.filter(path__in={path for scope in scopes for path in queries.steps_above(scope)})
    return [
        area for area in found.order_by("code") if user.has_perm(actions.KEEP, Matter(area=area, scope=area.path))
    ]


@login_required
def catalogue(request: HttpRequest) -> HttpResponse:
    """The kinds of matters, with how urgent each is; who keeps them may add, change and end."""
    user = user_of(request)
    if not user.has_perm(VIEW):
        raise Http404
    rows = queries.matters_visible_to(user)
    mine = _districts(user)
    form, status = MatterForm(prefix="new"), 200
    if request.method == "POST":
        answer, form = _changed(request, user, mine)
        if answer is not None:
            return answer
        status = 422
    kept = {area.pk for area in mine}
    context = {
        "rows": [(row, row.area_id in kept) for row in rows],
        "form": form if mine else None,
        "urgencies": Matter._meta.get_field("urgency").choices,
    }
    return render(request, "voice/matters.html", context, status=status)


def _changed(request: HttpRequest, user: User, mine: list[Area]) -> tuple[HttpResponse | None, MatterForm]:
    if uid := request.POST.get("matter", "")[:22]:
        matter = get_object_or_404(queries.matters_visible_to(user), uid=uid)
        if request.POST.get("do") in ("end", "resume"):
            actions.change_matter(matter, ended=request.POST["do"] == "end", actor=user)
        else:
            actions.change_matter(matter, urgency=request.POST.get("urgency", ""), actor=user)
        messages.success(request, f"“{matter.name}”已改。")
        return redirect("voice:matters"), MatterForm(prefix="new")
    if not mine:
        raise Http404
    if request.POST.get("common") == "1":
        added = actions.take_over_common(mine[0], actor=user)
        messages.success(request, f"加了 {added} 类。")
        return redirect("voice:matters"), MatterForm(prefix="new")
    form = MatterForm(request.POST, prefix="new")
    if form.is_valid():
        try:
            actions.add_matter(mine[0], actor=user, **form.cleaned_data)
        except BadInput as refusal:
            for field, text in (refusal.fields or {"": refusal.message}).items():
                form.add_error(field if field in form.fields else None, text)
        else:
            messages.success(request, f"加了“{form.cleaned_data['name']}”。")
            return redirect("voice:matters"), form
    return None, form


@login_required
def duties(request: HttpRequest) -> HttpResponse:
    """Who leads, assists or passes on each kind of matter in a street; the street keeps it."""
    user = user_of(request)
    streets = queries.streets_of(user)
    if not user.has_perm(VIEW) or not streets:
        raise Http404
    rows = Area.objects.filter(pk__in=[street.pk for street in streets])
    asked = request.GET.get("street", "")[:24]
    street = by_key(asked, rows) if asked else streets[0]
    if street is None:
        raise Http404
    bodies = queries.bodies_for(street.path)
    if request.method == "POST":
        matter = get_object_or_404(queries.matters_at(street.path), uid=request.POST.get("matter", "")[:22])
        line = actions.set_handling(
            matter,
            street,
            body=_body(request.POST.get("body", ""), bodies),
            part=request.POST.get("part", "") if request.POST.get("part", "") in ("", *Part.values) else "",
            actor=user,
        )
        messages.success(request, f"“{matter.name}”的清单已改。" if line else f"已从“{matter.name}”的清单去掉。")
        return redirect(f"{request.path}?street={key_of(street)}")
    context = {
        "street": street,
        "streets": [(key_of(one), one) for one in streets] if len(streets) > 1 else [],
        "lines": _matrix(street),
        "bodies": bodies,
        "parts": Part.choices,
        "may_keep": user.has_perm(actions.LIST, Place(street.path)),
    }
    return render(request, "voice/duties.html", context)


class Place:
    """Somewhere, as a rule asks for it."""

    def __init__(self, scope: str) -> None:
        self.scope = scope


def _body(key: str, bodies: Any) -> Body | None:
    if not key:
        return None
    number = int(key) if key.isascii() and key.isdigit() and len(key) < 19 else 0
    found: Body = get_object_or_404(bodies, pk=number)
    return found


def _matrix(street: Area) -> list[dict[str, Any]]:
    """Each kind of matter with who does what, the leading one first."""
    said: dict[int, dict[str, list[Any]]] = {}
    known = queries.lines_of_street(street.path)
    for line in known:
        said.setdefault(line.matter_id, {}).setdefault(line.part, []).append(line)
    return [
        {"matter": matter, "parts": [(part.label, said.get(matter.pk, {}).get(part.value, [])) for part in Part]}
        for matter in queries.matters_at(street.path)
    ]
