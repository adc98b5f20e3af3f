"""The calendar of activities, an activity's public page, signing in on site, feeds, and closed years."""

from __future__ import annotations

import calendar as months
import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from linli.areas.models import Area
from linli.areas.queries import by_key, key_of
from linli.core import clock
from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.paging import Order, Page
from linli.core.workflow.wizard import WIZARDS
from linli.organizations.actions.activities import begin_activity, check_in, close_year, reopen_year
from linli.organizations.choices.activities import ACTIVITY
from linli.organizations.icalendar import feed_of
from linli.organizations.models import Activity, ClosedYear
from linli.organizations.queries import activities as queries
from linli.organizations.queries.register import organizations_visible_to, public_organization
from linli.organizations.web.public import absolute

SIZE = 30
FIRST_YEAR, LAST_YEAR = 2000, 2100


def _day(text: str) -> dt.date | None:
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year < LAST_YEAR else None


def _area(request: HttpRequest) -> Area | None:
    """The area the address names; 404 for one that is not there."""
    key = request.GET.get("area", "").replace("\0", "")[:30]
    if not key:
        return None
    area = by_key(key, Area.objects.all())
    if area is None:
        raise Http404
    return area


def _page(rows: QuerySet[Activity], after: str) -> Page[Activity]:
    """The activities after a key in the order of time; one range of an index each."""
    order = Order(Activity, ["starts_at"])
    key = order.read(after)
    found: list[Activity] = []
    for segment in order.segments(key):
        found += rows.filter(segment).order_by(*order.order_by)[: SIZE + 1 - len(found)]
        if len(found) > SIZE:
            break
    more = len(found) > SIZE
    return Page(found[:SIZE], order.written(order.key_of(found[SIZE - 1])) if more else "", key is None)


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """A month with how much there is on each day, and what comes next: everybody may read it."""
    area, today = _area(request), clock.today()
    chosen = _day(request.GET.get("day", ""))
    first = (_day(request.GET.get("month", "") + "-01") or chosen or today).replace(day=1)
    following = (first + dt.timedelta(days=32)).replace(day=1)
    rows = queries.public_activities(scope=area.path if area else "")
    counts = queries.activities_by_day(rows, first, following)
    since = chosen or (today if first <= today < following else first)
    listed = rows.filter(starts_at__gte=queries.moment(since))
    if chosen:
        listed = listed.filter(starts_at__lt=queries.moment(chosen + dt.timedelta(days=1)))
    weeks = [
        [{"day": day, "count": counts.get(day, 0), "out": day.month != first.month} for day in week]
        for week in months.Calendar().monthdatescalendar(first.year, first.month)
    ]
    query = f"area={key_of(area)}" if area else ""
    feed = reverse("organizations:activities_feed") + (f"?{query}" if query else "")
    return render(
        request,
        "organizations/calendar.html",
        {
            "area": area,
            "weeks": weeks,
            "month": first,
            "before": (first - dt.timedelta(days=1)).strftime("%Y-%m"),
            "after": following.strftime("%Y-%m"),
            "today": today,
            "chosen": chosen,
            "since": since,
            "total": sum(counts.values()),
            "page": _page(listed, request.GET.get("after", "")),
            "area_query": f"&{query}" if query else "",
            "feed": absolute(request, feed),
        },
    )


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The public calendar as iCalendar, below an area: from a month ago on."""
    area = _area(request)
    rows = queries.public_activities(scope=area.path if area else "")
    return _calendar(request, rows, f"{area.short_name if area else ''}社会组织活动")


@require_safe
def organization_feed(request: HttpRequest, uid: str) -> HttpResponse:
    """The activities of one organization as iCalendar."""
    organization = public_organization(uid)
    if organization is None:
        raise Http404
    return _calendar(request, queries.public_activities(organization=organization), f"{organization.name}的活动")


def _calendar(request: HttpRequest, rows: QuerySet[Activity], title: str) -> HttpResponse:
    since = clock.now() - dt.timedelta(days=31)
    found = rows.filter(starts_at__gte=since).order_by("starts_at", "pk")[:500]
    content = feed_of(found, title, lambda activity: absolute(request, activity.public_url))
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="activities.ics"'
    return answer


def activity(request: HttpRequest, uid: str) -> HttpResponse:
    """One activity as everybody may know it. Who stands on site signs in here: POST with the code."""
    code = (request.POST if request.method == "POST" else request.GET).get("code", "").replace("\0", "")[:12]
    found = queries.announced_activity(uid, code)
    if found is None:
        raise Http404
    error = ""
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect_to_login(f"{found.public_url}?code={code}")
        try:
            check_in(found, code=code, actor=user_of(request))
        except (BadInput, NotAllowed, WrongState) as refusal:
            error = refusal.message
        else:
            messages.success(request, f"签到好了：{found.name}。")
            return redirect(f"{found.public_url}?code={code}")
    was_there = request.user.is_authenticated and found.check_ins.filter(person=user_of(request)).exists()
    return render(
        request,
        "organizations/activity.html",
        {
            "activity": found,
            "code": code,
            "error": error,
            "signing_in": found.is_open_to_sign_in(clock.now()),
            "was_there": was_there,
            "address": absolute(request, found.public_url),
        },
        status=422 if error else 200,
    )


@login_required
@require_safe
def poster(request: HttpRequest, uid: str) -> HttpResponse:
    """The sheet with code and QR code to hang up on site, for the organizer and the community."""
    found = get_object_or_404(queries.activities_visible_to(request.user), uid=uid)
    user = user_of(request)
    if user.pk not in (found.owner_id, found.entered_by_id):
        raise NotAllowed("organizations.poster", "签到牌由举办方打印。")
    if found.state not in ("planned", "held"):
        raise WrongState("organizations.poster", "活动发布以后才有签到牌。")
    return render(
        request,
        "organizations/activity_poster.html",
        {"activity": found, "address": absolute(request, f"{found.public_url}?code={found.code}")},
    )


@login_required
def begin(request: HttpRequest, uid: str) -> HttpResponse:
    """Begin an activity of an organization. GET shows the organization."""
    organization = get_object_or_404(organizations_visible_to(request.user), uid=uid)
    if request.method != "POST":
        return redirect(organization)
    return redirect(WIZARDS[ACTIVITY.slug].url(begin_activity(organization, actor=user_of(request))))


@login_required
def years(request: HttpRequest) -> HttpResponse:
    """The years that are closed where the person's posts lie; POST closes one, or opens it again with a reason."""
    user = user_of(request)
    scopes = sorted({grant.scope for grant in grants_of(user)})
    if not scopes:
        raise Http404
    error, status = "", 200
    if request.method == "POST":
        try:
            _change_year(request, user)
        except BadInput as refusal:
            error, status = refusal.message, 422
        else:
            return redirect("organizations:years")
    held = ClosedYear.objects.select_related("closed_by").filter(
        pk__in=[row.pk for scope in scopes for row in queries.closed_years(scope)]
    )
    mine = [scope for scope in scopes if user.has_perm("organizations.close_year", ClosedYear(scope=scope))]
    areas = {area.path: area for area in Area.objects.filter(path__in={*mine, *(row.scope for row in held)})}
    last = clock.today().year - 1
    closed = {(row.scope, row.year) for row in held}
    context: dict[str, Any] = {
        "rows": [
            (row, areas[row.scope], key_of(areas[row.scope]), row.scope in mine)
            for row in held.order_by("-year", "scope")
        ],
        "to_close": [
            (areas[scope], key_of(areas[scope]), year)
            for scope in mine
            if scope in areas
            for year in range(last, last - 3, -1)
            if (scope, year) not in closed
        ],
        "error": error,
    }
    return render(request, "organizations/years.html", context, status=status)


def _change_year(request: HttpRequest, user: User) -> None:
    area = by_key(request.POST.get("area", "")[:30], Area.objects.all())
    raw = request.POST.get("year", "")
    if area is None or not (raw.isascii() and raw.isdigit() and len(raw) == 4):
        raise BadInput("organizations.year", "请选要结账的年度。")
    if request.POST.get("reopen"):
        closing = get_object_or_404(ClosedYear, scope=area.path, year=int(raw))
        reopen_year(closing, reason=request.POST.get("reason", "").replace("\0", "")[:300], actor=user)
        messages.success(request, f"{raw} 年度已打开，可以补记。")
    else:
        close_year(area.path, int(raw), actor=user)
        messages.success(request, f"{raw} 年度已结账，那一年的活动不再增减。")
