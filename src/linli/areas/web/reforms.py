"""Areas for the system administrator: found in the tree, and changed by reforms, each looked at before it is done."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from linli.areas import actions, queries
from linli.areas.choices import PARENTS, Level
from linli.areas.models import Area
from linli.areas.web.reform_forms import AddForm, EndForm, MergeForm, MoveForm, RenameForm, SplitForm, named
from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import BadInput
from linli.core.paging import keyset
from linli.core.workflow.web import asked

LABELS = {
    "rename": "更名",
    "add": "加下级",
    "move": "改变隶属",
    "merge": "并入别处",
    "split": "拆分",
    "end": "停用",
}
OFFERED = 3000  # areas in one select


def _keeper(request: HttpRequest) -> User:
    if not request.user.has_perm("areas.view_tree"):
        raise Http404
    return cast("User", request.user)


@login_required
@require_safe
def tree(request: HttpRequest) -> HttpResponse:
    """The areas kept here: found by name or code, or the upper levels to go down from."""
    user = _keeper(request)
    words, level, ended = asked(request, "q"), asked(request, "level"), asked(request, "ended") == "1"
    rows = queries.kept_by(user)
    if words:
        rows = rows.filter(Q(name__contains=words) | Q(code__startswith=words))
    if level in Level.values:
        rows = rows.filter(level=level)
    if not words and not level:
        rows = rows.filter(level__in=(Level.PROVINCE, Level.CITY, Level.DISTRICT, Level.STREET))
    if not ended:
        rows = rows.filter(queries.valid())
    page = keyset(rows, request, ascending=True, size=40)
    names = queries.full_names(page.rows)
    return render(
        request,
        "areas/tree.html",
        {
            "page": page,
            "rows": [(area, names[area.pk]) for area in page.rows],
            "words": words,
            "level": level,
            "levels": Level.choices,
            "ended": ended,
        },
    )


def _forms(area: Area, user: User, bound: tuple[str, forms.Form] | None, only: str = "") -> dict[str, forms.Form]:
    """The forms that make sense for this area; one bound where it was sent."""
    living = queries.kept_by(user).filter(queries.valid()).order_by("path")
    below = [level for level in Level if area.level in PARENTS[level]]
    made: dict[str, Any] = {
        "rename": lambda: RenameForm(prefix="rename", initial={"name": area.name}),
        "add": lambda: AddForm(below, prefix="add"),
        "move": lambda: MoveForm(_parents(area, living), prefix="move"),
        "merge": lambda: MergeForm(_twins(area, living), prefix="merge"),
        "split": lambda: SplitForm(prefix="split"),
        "end": lambda: EndForm(prefix="end"),
    }
    if not below:
        del made["add"]
    if area.parent_id is None:
        for verb in ("move", "merge", "split"):
            del made[verb]
    return {
        verb: bound[1] if bound and bound[0] == verb else make()
        for verb, make in made.items()
        if not only or verb == only
    }


def _parents(area: Area, living: QuerySet[Area]) -> list[tuple[int, str]]:
    allowed = living.filter(level__in=PARENTS[Level(area.level)]).exclude(path__startswith=area.path)
    return named(list(allowed.exclude(pk=area.parent_id or 0)[:OFFERED]))


def _twins(area: Area, living: QuerySet[Area]) -> list[tuple[int, str]]:
    return named(list(living.filter(level=area.level).exclude(pk=area.pk)[:OFFERED]))


def _context(area: Area, request: HttpRequest, bound: tuple[str, forms.Form] | None = None) -> dict[str, Any]:
    user = _keeper(request)
    children = queries.kept_by(user).filter(parent=area).filter(queries.valid())
    events = queries.reforms_of(area)
    page = keyset(children, request, ascending=True, size=40)
    return {
        "area": area,
        "crumbs": [(one.name, "" if not _kept(one, user) else one.pk) for one in queries.ancestors(area)],
        "page": page,
        "forms": []
        if area.valid_to
        else [(verb, LABELS[verb], form) for verb, form in _forms(area, user, bound).items()],
        "open_verb": bound[0] if bound else "",
        "predecessors": list(area.predecessors.all()),
        "successors": list(area.successors.all()),
        "history": [
            {"at": event.at, "text": _told(event), "who": str(event.actor), "quote": event.detail.get("reason", "")}
            for event in events
        ],
    }


def _kept(area: Area, user: User) -> bool:
    return any(grant.role == "sysadmin" and area.path.startswith(grant.scope) for grant in grants_of(user))


def _told(event: Event) -> str:
    before, after = event.detail.get("before"), event.detail.get("after")
    return f"{queries.TOLD[event.name]}：{before} → {after}" if before and after else queries.TOLD[event.name]


@login_required
@require_safe
def area_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One area: what it is, what hangs below, what was done to it, and the reforms."""
    area = get_object_or_404(queries.kept_by(_keeper(request)), pk=pk)
    return render(request, "areas/area.html", _context(area, request))


@login_required
@require_POST
def area_step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """A reform in two presses: the first shows what it touches, the second does it."""
    user = _keeper(request)
    area = get_object_or_404(queries.kept_by(user), pk=pk)
    made = _forms(area, user, None, only=verb).get(verb)
    if made is None:
        raise Http404
    form = _bound(verb, made, request)
    if form.is_valid():
        try:
            if request.POST.get("confirm") == "1":
                done = _do(verb, area, form, request, user)
                messages.success(request, f"{LABELS[verb]}已办好。")
                return redirect("areas:area", pk=done.pk)
        except BadInput as refusal:
            for name, sentence in refusal.fields.items():
                form.add_error(name if name in form.fields else None, sentence)
            if not refusal.fields:
                form.add_error(None, refusal.message)
        else:
            return render(request, "areas/area.html", _context(area, request, (verb, form)) | _look(verb, area, form))
    return render(request, "areas/area.html", _context(area, request, (verb, form)), status=422)


def _bound(verb: str, made: forms.Form, request: HttpRequest) -> forms.Form:
    made.data, made.is_bound = request.POST, True
    return made


def _look(verb: str, area: Area, form: forms.Form) -> dict[str, Any]:
    """What the reform would do, in lines, and where each child goes in a split."""
    typed = form.cleaned_data
    target = Area.objects.filter(pk=typed.get("to") or typed.get("into") or 0).first()
    said: list[tuple[str, str]] = []
    match verb:
        case "rename":
            said = [("更名", f"{area.name} → {typed['name']}"), ("不变", "代码、下级、岗位和历史记录")]
        case "add":
            said = [("新设", f"{typed['name']}（{Level(typed['level']).label}）"), ("放在", f"{area.full_name}下面")]
        case "move" if target is not None:
            said = [("隶属", f"{area.parent.name if area.parent else ''} → {target.name}")]
        case "merge" if target is not None:
            said = [
                ("停用", f"{area.full_name}，自 {typed['on']:%Y-%m-%d} 起"),
                ("下级归到", target.full_name),
                (
                    "岗位",
                    f"{area.short_name}的岗位不会自动转过去，请到“岗位”里移交；{target.short_name}的岗位看得到原来的记录",
                ),
            ]
        case "split":
            parts = "、".join(name for name, _code in form.parts())  # type: ignore[attr-defined]
            said = [
                ("新设", parts),
                ("原区划", "继续存在" if typed["goes_on"] else f"自 {typed['on']:%Y-%m-%d} 起停用"),
            ]
        case "end":
            said = [("停用", f"{area.full_name}，自 {typed['on']:%Y-%m-%d} 起；下面要先清空")]
    look: dict[str, Any] = {"verb": verb, "label": LABELS[verb], "said": said, "form": form}
    if verb not in ("rename", "add"):
        look["impact"] = queries.impact_of(area)
    if verb == "split":
        look["children"] = list(queries.children(area).order_by("path").only("name", "level", "path", "parent_id"))
        look["parts"] = [name for name, _code in form.parts()]  # type: ignore[attr-defined]
        look["stays"] = typed["goes_on"]
    return {"look": look}


@transaction.atomic
def _do(verb: str, area: Area, form: forms.Form, request: HttpRequest, user: User) -> Area:
    typed = form.cleaned_data
    reason = typed.get("reason", "")
    match verb:
        case "rename":
            return actions.rename_area(area, name=typed["name"], reason=reason, actor=user)
        case "add":
            return actions.create_area(
                name=typed["name"], level=Level(typed["level"]), parent=area, code=typed["code"] or None, actor=user
            )
        case "move":
            return actions.move_area(area, to=Area.objects.get(pk=typed["to"]), reason=reason, actor=user)
        case "merge":
            into = Area.objects.get(pk=typed["into"])
            return actions.merge_areas([area], into=into, on=typed["on"], reason=reason, actor=user)
        case "end":
            return actions.end_area(area, on=typed["on"], reason=reason, actor=user)
    return _split(area, form, request, user)


def _split(area: Area, form: forms.Form, request: HttpRequest, user: User) -> Area:
    typed = form.cleaned_data
    parts = [
        actions.create_area(
            name=name,
            level=Level(area.level),
            parent=area.parent,
            code=code or None,
            actor=user,
            valid_from=typed["on"],
            urban_class=area.urban_class,
            urban_rural=area.urban_rural,
        )
        for name, code in form.parts()  # type: ignore[attr-defined]
    ]
    takers: dict[int, Area] = {}
    for child in queries.children(area):
        place = request.POST.get(f"child-{child.pk}", "")
        if place.isascii() and place.isdigit() and int(place) < len(parts):
            takers[child.pk] = parts[int(place)]
    actions.split_area(
        area,
        into=parts,
        on=typed["on"],
        reason=typed["reason"],
        actor=user,
        children=takers,
        goes_on=typed["goes_on"],
    )
    return area if typed["goes_on"] else parts[0]
