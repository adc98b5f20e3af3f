"""One filter as a list, a map and charts. A domain's own page calls `show` with its register."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.registers.actions import look_up, personal_number
from linli.core.registers.declare import REGISTRY, Column, Facet, Kind, Register
from linli.core.registers.figures import Figures, Option
from linli.core.registers.queries import filters_visible_to
from linli.core.registers.selection import Selection
from linli.core.replica.reading import board
from linli.core.ui.templatetags.linli import day, pill

VIEWS = {"": "列表", "map": "地图", "charts": "图表"}
SHOWN_OPTIONS = 9
PART = "facets"  # what the page asks for by itself
NOTHING_LEFT = '<p class="muted">没有可以再缩小的条件。</p>'


def register_or_404(request: HttpRequest, slug: str) -> Register:
    """The register of an address, for somebody who has a post."""
    register = REGISTRY.get(slug)
    if register is None or not grants_of(request.user):
        raise Http404
    return register


def list_url(register: Register, *, public: bool = False) -> str:
    """Where the list stands."""
    if public:
        return reverse(register.public_url)
    return reverse(register.url) if register.url else reverse("core:register", args=[register.slug])


def points_url(register: Register, *, public: bool) -> str:
    """Where the map asks for its points."""
    return reverse("core:register_points", args=[register.slug, "public" if public else "desk"])


@login_required
@require_safe
def register_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The officers' page of a register that has no page of its own."""
    register = register_or_404(request, slug)
    if register.url:
        return HttpResponseRedirect(f"{list_url(register)}?{request.GET.urlencode()}")
    return show(request, register)


@board
def show(
    request: HttpRequest,
    register: Register,
    template: str = "core/registers/desk.html",
    extra: dict[str, Any] | None = None,
) -> HttpResponse:
    """The officers' face of a register, in the view that the address asks for. A domain's template extends ours."""
    if not grants_of(request.user):
        raise Http404
    assert isinstance(request.user, User)
    mine = list(filters_visible_to(request.user, register))
    first = next((kept for kept in mine if kept.is_default), None)
    if first is not None and not request.GET:
        selection = Selection.from_params(register, first.params, request.user)
        return redirect(f"{list_url(register)}?{selection.query() or 'all=1'}")
    selection = Selection.from_params(register, request.GET, request.user)
    if request.GET.get("part") == PART:
        return counted_facets(request, selection)
    shown = context(request, selection)
    kept_queries = [(kept, list_query(register, kept.params, request.user)) for kept in mine]
    shown["mine"] = [
        (kept, f"{shown['list_url']}?{query or 'all=1'}", query == shown["query"]) for kept, query in kept_queries
    ]
    shown["is_kept"] = any(here for _kept, _href, here in shown["mine"])
    return render(request, template, shown | (extra or {}))


def list_query(register: Register, params: dict[str, Any], user: User) -> str:
    """A kept filter as the register reads it today."""
    return Selection.from_params(register, params, user).query()


@board
def show_public(request: HttpRequest, register: Register) -> HttpResponse:
    """The public face of a register."""
    selection = Selection.from_params(register, request.GET, None, public=True)
    if request.GET.get("part") == PART:
        return counted_facets(request, selection)
    return render(request, "core/registers/public.html", context(request, selection))


def counted_facets(request: HttpRequest, selection: Selection) -> HttpResponse:
    """The facets alone, with the numbers that a page of words shows without: counting what a word finds takes as long
    as finding it, and the list need not wait."""
    url = list_url(selection.register, public=selection.public)
    view = request.GET.get("view", "")
    shown = _facets(Figures(selection), url, view if view in VIEWS else "").strip()
    return HttpResponse(shown or NOTHING_LEFT)


def context(request: HttpRequest, selection: Selection) -> dict[str, Any]:
    """What every view of a filter shows, and what this view shows."""
    register, view = selection.register, request.GET.get("view", "")
    view = view if view in VIEWS and (view != "map" or register.point) else ""
    url = list_url(register, public=selection.public)
    later = bool(selection.words) and view != "charts"
    figures = Figures(selection, careful=view == "charts", counting=not later)
    found: dict[str, Any] = {
        "register": register,
        "selection": selection,
        "query": selection.query(),
        "list_url": url,
        "reset_url": f"{url}?all=1" if not selection.public else url,
        "view": view,
        "total": figures.total,
        "tabs": [
            {"label": label, "url": f"{url}?{selection.query(view=name)}", "on": name == view, "count": None}
            for name, label in VIEWS.items()
            if name != "map" or register.point
        ],
        "parts": [(label, words, f"{url}?{rest}" if rest else url) for label, words, rest in _parts(selection, view)],
        "sorts": [
            (sort.label, f"{url}?{selection.query(sort=_sort(register, sort.name))}", sort is selection.sort)
            for sort in register.sorts
        ],
        "hidden": [(name, value) for name, values in selection.params.items() if name != "q" for value in values],
        "placeholder": _placeholder(selection),
        "short": any(word.is_short for word in selection.words),
    }
    if view == "charts":
        return found | {"charts": list(charts(figures, url))}
    found["facets"] = _facets(figures, url, view)
    found["facets_url"] = f"{url}?{selection.query(view=view or None, part=PART)}" if later else ""
    if view == "map":
        return found | {"points_url": f"{points_url(register, public=selection.public)}?{selection.query()}"}
    page = selection.page(request)
    columns = register.list_columns(public=selection.public)
    return found | {
        "page": page,
        "after": f"{url}?{selection.query(after=page.after)}" if page.after else "",
        "before": f"{url}?{selection.query(before=page.before)}" if page.before else "",
        "first": f"{url}?{selection.query()}" if not page.is_first else "",
        "columns": columns[2:],
        "title_column": columns[0] if columns else None,
        "rows": [Row(record, columns, register, public=selection.public) for record in page.rows],
    }


def _sort(register: Register, name: str) -> str | None:
    return None if name == register.sorts[0].name else name


def _parts(selection: Selection, view: str) -> Iterator[tuple[str, str, str]]:
    for label, words, rest in selection.parts():
        yield label, words, "&".join(part for part in (rest, f"view={view}" if view else "") if part)


def _placeholder(selection: Selection) -> str:
    """What may be searched, in a few words."""
    labels = {column.sources[0]: column.label for column in selection.register.columns}
    return "、".join(labels[field] for field in selection.searched if field in labels)


def _facets(figures: Figures, url: str, view: str) -> SafeString:
    """The facets, rendered once: the page shows them beside the list, and in a drawer on a phone."""
    groups = []
    for facet in figures.selection.facets:
        options = figures.options(facet)
        if not options or (facet.kind == Kind.AREA and len(options) < 2 and not options[0].chosen):
            continue
        shown = [_linked(option, url, view) for option in options]
        split = max(SHOWN_OPTIONS, *(i + 1 for i, option in enumerate(options) if option.chosen), 0)
        groups.append((facet, shown[:split], shown[split:], _way_up(figures, facet, url, view)))
    return render_to_string("core/registers/_facets.html", {"groups": groups, "unit": figures.register.unit})


def _linked(option: Option, url: str, view: str) -> tuple[Option, str]:
    query = "&".join(part for part in (option.query, f"view={view}" if view else "") if part)
    return option, f"{url}?{query}" if query else f"{url}?all=1"


def _way_up(figures: Figures, facet: Facet, url: str, view: str) -> tuple[str, str] | None:
    """From the communities of a street back to it, or to all streets."""
    selection = figures.selection
    area = selection.area
    if facet.kind != Kind.AREA or area is None:
        return None
    above = next((place for place in selection.places.values() if place.path == area.above), None)
    seen = above is not None and (selection.reach is None or above.path.startswith(selection.reach))
    key = above.key if above is not None and seen else None
    query = selection.query(**{facet.name: key, "view": view or None})
    return (above.name if above is not None and seen else "全部"), f"{url}?{query or 'all=1'}"


class Cell(NamedTuple):
    """A value of a row, as HTML: a template that decided it cell by cell would take longer than finding the rows."""

    label: str
    html: str


def _cell(column: Column, record: Any) -> Cell:
    text = _text(column, record)
    return Cell(column.label, pill(text, column.tone_of(record)) if column.tones and text else text)


class Row:
    """A record as the list shows it."""

    def __init__(self, record: Any, columns: list[Column], register: Register, *, public: bool) -> None:
        name, *others = columns
        self.name = name.of_record(record)
        self.note = others[0].of_record(record) if others else ""
        self.href = record.public_url if public else record.get_absolute_url()
        self.cells = [_cell(column, record) for column in others[1:]]
        if public:
            kinds = [column for column in columns if column.kind == Kind.CHOICE][:1]
            places = [column for column in columns if column.kind == Kind.AREA][:1]
            self.state = "".join(_text(column, record) for column in kinds)
            self.where = "".join(_text(column, record) for column in places)
            self.excerpt = next(
                (_text(column, record) for column in register.columns if column.name == register.excerpt), ""
            )


def _text(column: Column, record: Any) -> str:
    value = column.of_record(record)
    if value is None or value == "":
        return ""
    return day(value) if column.kind in (Kind.DAY, Kind.MOMENT) else str(value)


def charts(figures: Figures, url: str) -> Iterator[dict[str, Any]]:
    """A chart for each facet: what it shows, how sure, and its table; every bar opens its records."""
    from linli.core.registers.charting import chart_of

    for facet in figures.selection.facets:
        found = chart_of(figures, facet, url)
        if found is not None:
            yield found


@login_required
@require_POST
def find(request: HttpRequest, slug: str) -> HttpResponse:
    """What was typed into the search box. A whole personal number is looked up and leaves the address at once."""
    register = register_or_404(request, slug)
    assert isinstance(request.user, User)
    typed = request.POST.get("q", "").replace("\0", "").strip()[:200]
    params = request.POST.copy()
    params.pop("q", None)
    params.pop("who", None)
    who = look_up(register, typed, actor=request.user)
    if who:
        # A person is looked for everywhere, not only among what was filtered before.
        return HttpResponseRedirect(f"{list_url(register)}?who={who}")
    selection = Selection.from_params(register, {**dict(params.lists()), "q": typed}, request.user)
    view = request.POST.get("view", "")
    return HttpResponseRedirect(
        f"{list_url(register)}?{selection.query(view=view if view in VIEWS else None) or 'all=1'}"
    )


__all__ = [
    "context",
    "find",
    "list_url",
    "personal_number",
    "register_or_404",
    "register_page",
    "show",
    "show_public",
]
