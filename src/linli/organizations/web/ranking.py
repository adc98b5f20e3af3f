"""Pages of the four dimensions: the ranking of a kind in an area, one organization's parts, lists of commendation."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from linli.areas.choices import Level
from linli.areas.models import Area
from linli.areas.queries import by_key, key_of
from linli.core import clock
from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.paging import Order, Page
from linli.organizations.actions.commendation import LEVELS, begin_commendation
from linli.organizations.choices.ranking import Dimension
from linli.organizations.models import Ruler, Standing
from linli.organizations.queries import commendation as commendations
from linli.organizations.queries import ranking as queries

SIZE = 30
ORDER = Order(Standing, queries.ORDER)


def _districts() -> list[Area]:
    """Those that have a ranking."""
    return list(Area.objects.filter(path__in=Ruler.objects.values("district")).defer("boundary").order_by("path"))


def _area(key: str, districts: list[Area]) -> Area | None:
    """The district, street or community of an address; the first district where it names none."""
    if not key:
        return districts[0] if districts else None
    found = by_key(key, Area.objects.filter(level__in=queries.WHERE))
    if found is None or not any(found.path.startswith(district.path) for district in districts):
        raise Http404
    return found


def read_page(rows: QuerySet[Standing], after: str) -> Page[Standing]:
    """One page along the index; a nonsense key shows the first."""
    key = ORDER.read(after)
    found: list[Standing] = []
    for segment in ORDER.segments(key):
        found += rows.filter(segment).order_by(*ORDER.order_by)[: SIZE + 1 - len(found)]
        if len(found) > SIZE:
            break
    shown = found[:SIZE]
    following = ORDER.written(ORDER.key_of(shown[-1])) if len(found) > SIZE else ""
    return Page(shown, following, key is None)


def placed(rows: QuerySet[Standing], shown: list[Standing]) -> list[tuple[int, Standing]]:
    """Each with its place, equals with the same; the first of the page is counted on the index, the others follow."""
    if not shown:
        return []
    first = shown[0]
    before = rows.filter(Q(total__gt=first.total) | Q(total=first.total, pk__gt=first.pk)).count()
    found = [(queries.place_in(rows, first.total), first)]
    for n, row in enumerate(shown[1:], 1):
        found.append((found[-1][0] if row.total == shown[n - 1].total else before + n + 1, row))
    return found


@require_safe
def ranking(request: HttpRequest) -> HttpResponse:
    """The ranking of a kind in a district, street or community; everybody may read it."""
    districts = _districts()
    area = _area(request.GET.get("area", ""), districts)
    if area is None:
        return render(request, "organizations/ranking/list.html", {"area": None})
    kinds = queries.kinds_in(area)
    asked = request.GET.get("kind", "")
    kind = asked if asked in dict(kinds) else kinds[0][0]
    rows = queries.standings_in(area, kind)
    page = read_page(queries.listed(rows), request.GET.get("after", ""))
    url = reverse("organizations:ranking")
    return render(
        request,
        "organizations/ranking/list.html",
        {
            "area": area,
            "kind": kind,
            "page": page,
            "rows": placed(rows, page.rows),
            "among": rows.count(),
            "ruler": queries.rulers_in(area)[kind],
            "dimensions": Dimension.choices,
            "tabs": [
                {"label": label, "url": f"{url}?area={key_of(area)}&kind={value}", "on": value == kind, "count": None}
                for value, label in kinds
            ],
            "areas": [(key_of(each), _indented(each)) for each in _choices(area, districts)],
            "key": key_of(area),
        },
    )


def _indented(area: Area) -> str:
    return {Level.STREET: "　", Level.COMMUNITY: "　　"}.get(Level(area.level), "") + area.name


def _choices(area: Area, districts: list[Area]) -> list[Area]:
    """The districts, the streets of the one that is looked at, and the communities of the street."""
    found: list[Area] = []
    living = Area.objects.filter(valid_to__isnull=True).defer("boundary")
    for district in districts:
        found.append(district)
        if not area.path.startswith(district.path):
            continue
        for street in living.filter(parent=district, level=Level.STREET).order_by("code", "pk"):
            found.append(street)
            if area.path.startswith(street.path):
                found += living.filter(parent=street, level=Level.COMMUNITY).order_by("code", "pk")
    return found


@require_safe
def standing(request: HttpRequest, uid: str) -> HttpResponse:
    """One organization's four parts; what to do next is for itself and the officers."""
    row = queries.standing_of(uid)
    if row is None:
        raise Http404
    ruler = queries.ruler_of(row)
    parts = queries.parts_of(row, ruler)
    places = queries.places_of(row)
    explained = isinstance(request.user, User) and request.user.has_perm(
        "organizations.explain_standing", row.organization
    )
    above = queries.next_above(row, places[-1].area) if places else None
    return render(
        request,
        "organizations/ranking/standing.html",
        {
            "organization": row.organization,
            "standing": row,
            "points": queries.points(row.total),
            "ruler": ruler,
            "median": queries.plain(ruler.median),
            "parts": parts,
            "places": [
                (place, f"{reverse('organizations:ranking')}?area={key_of(place.area)}&kind={row.kind}")
                for place in places
            ],
            "explained": explained,
            "pulled": queries.pulled_down(parts) if explained else [],
            "gap": queries.points(above.total - row.total) if above and explained else None,
            "praised": row.organization.commended.filter(struck="", commendation__state="published").select_related(
                "commendation__area"
            ),
        },
    )


# --- lists of commendation ----------------------------------------------------------------------------------------


def _places(user: object) -> list[Area]:
    """Where the person may draw a list."""
    if not isinstance(user, User) or not user.is_authenticated:
        return []
    scopes = sorted({grant.scope for grant in grants_of(user) if grant.role == "district_officer"})
    found: list[Area] = []
    for path in scopes:
        found += Area.objects.filter(path__startswith=path, level__in=LEVELS, valid_to__isnull=True).defer("boundary")
    return sorted(found, key=lambda area: area.path)


@require_safe
def commendation_lists(request: HttpRequest) -> HttpResponse:
    """What was published, by year; whoever draws lists begins one here."""
    today = clock.today().year
    return render(
        request,
        "organizations/ranking/commendations.html",
        {
            "rows": commendations.published()[:200],
            "places": [(key_of(area), area.name) for area in _places(request.user)],
            "sees_cases": isinstance(request.user, User)
            and request.user.has_perm("organizations.view_commendations"),
            "years": [today, today - 1],
        },
    )


@require_safe
def commendation_list(request: HttpRequest, uid: str) -> HttpResponse:
    """One published list; it prints."""
    found = get_object_or_404(commendations.published(), uid=uid)
    rows = commendations.praised_in(found)
    return render(request, "organizations/ranking/commendation.html", {"case": found, "rows": rows})


@login_required
@require_POST
def commendation_begin(request: HttpRequest) -> HttpResponse:
    """Draw the list of a year."""
    assert isinstance(request.user, User)
    area = by_key(request.POST.get("area", ""), Area.objects.all())
    year = request.POST.get("year", "")
    if area is None or not year.isascii() or not year.isdigit() or len(year) != 4:
        raise Http404
    return redirect(begin_commendation(area, year=int(year), actor=request.user))
