"""What programs do with the calendar, closed years and incubators; cases follow from the declarations."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from linli.areas.models import Area
from linli.areas.queries import by_key, key_of
from linli.core import clock
from linli.core.access.grants import grants_of
from linli.core.access.signed_in import user_of
from linli.core.api.begins import begins
from linli.core.api.listing import page
from linli.core.api.rooms import Room
from linli.core.api.schemas import UID, Answer, Input, Paged, Word, page_of, word
from linli.organizations.actions import activities as actions
from linli.organizations.actions import incubation as rooms
from linli.organizations.actions.incubation import begin_incubation
from linli.organizations.choices.activities import ACTIVITY
from linli.organizations.choices.incubation import INCUBATION
from linli.organizations.models import Activity, ClosedYear, Incubation, Incubator
from linli.organizations.queries import activities as queries
from linli.organizations.queries.incubation import incubators_visible_to
from linli.organizations.queries.register import organizations_visible_to

AREA = Field(max_length=30, description="区划的代码", examples=["440511004"])


class BeginOfOrganization(Input):
    """Opens a draft of an organization."""

    organization: str = Field(max_length=22, description="名册里的标识", examples=[UID])


def _organization(body: BeginOfOrganization, actor: Any) -> Any:
    organization = organizations_visible_to(actor).filter(uid=body.organization).first()
    if organization is None:
        raise Http404
    return organization


@begins(ACTIVITY, BeginOfOrganization)
def open_activity(body: BeginOfOrganization, *, actor: Any) -> Activity:
    """A plan of an activity."""
    return actions.begin_activity(_organization(body, actor), actor=actor)


@begins(INCUBATION, BeginOfOrganization)
def open_incubation(body: BeginOfOrganization, *, actor: Any) -> Incubation:
    """An application for a place, or the stay that is open."""
    return begin_incubation(_organization(body, actor), actor=actor)


# --- the calendar -------------------------------------------------------------------------------------------------


class Announced(Answer):
    """An activity that everybody may come to."""

    uid: str = Field(examples=[UID])
    name: str = Field(examples=["冬至书画进楼道"])
    kind: Word = Field(examples=[{"code": "service", "label": "便民服务"}])
    organization: str = Field(examples=["凤亭下书画社"])
    starts_at: dt.datetime | None = Field(examples=["2026-12-21T06:30:00Z"])
    ends_at: dt.datetime | None = Field(examples=["2026-12-21T08:30:00Z"])
    place: str = Field(examples=["金苑社区综合文化站"])


class CalendarFilters(Paged):
    """Which activities."""

    area: str | None = Field(None, max_length=30, description="区划的代码；不写就是全部", examples=["440511004"])
    since: dt.date | None = Field(None, description="从哪一天起；不写就是今天", examples=["2026-12-01"])


class Code(Input):
    """What stands on the sheet on site."""

    code: str = Field(min_length=6, max_length=6, description="现场签到牌上的 6 位签到码", examples=["H7K2QM"])


calendar = Room("activities", "活动日历", "居民都可以来的活动，谁都可以看；到场的人可以签到。")


def announced(request: HttpRequest, filters: Query[CalendarFilters]) -> object:
    """What begins from a day on, in the order of time."""
    area = _area(filters.area) if filters.area else None
    since = queries.moment(filters.since or clock.today())
    rows = queries.public_activities(scope=area.path if area else "").filter(starts_at__gte=since)
    items, following = page(rows, ("starts_at",), filters.after, filters.limit)
    return {"items": [_told(row) for row in items], "next": following}


def check_in(request: HttpRequest, uid: str, body: Code) -> object:
    """Sign in on site; a second time changes nothing."""
    found = queries.announced_activity(uid, body.code)
    if found is None:
        raise Http404
    actions.check_in(found, code=body.code, actor=user_of(request))
    return _told(found)


def _told(row: Activity) -> dict[str, Any]:
    return {
        "uid": row.uid,
        "name": row.name,
        "kind": word(row.kind, row.get_kind_display()),
        "organization": row.organization.name,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "place": row.place,
    }


def _area(key: str) -> Area:
    area = by_key(key, Area.objects.all())
    if area is None:
        raise Http404
    return area


# --- closed years -------------------------------------------------------------------------------------------------


class YearClosed(Answer):
    """A year whose records are closed below an area."""

    year: int = Field(examples=[2025])
    area: str = Field(examples=["440511"])
    closed_at: dt.datetime = Field(examples=["2026-02-10T02:00:00Z"])


class CloseYear(Input):
    """Which year, where."""

    year: int = Field(ge=2000, le=2100, strict=True, examples=[2025])
    area: str = AREA


class ReopenYear(CloseYear):
    """Which year, and why."""

    reason: str = Field(min_length=1, max_length=300, examples=["漏报十二月的活动"])


years = Room("years", "年度结账", "结了账的年度不再增减。由区民政局科长结账。")


def closed(request: HttpRequest) -> object:
    """The years that are closed where the person's posts lie."""
    user = user_of(request)
    scopes = {grant.scope for grant in grants_of(user)}
    if not scopes:
        raise Http404
    held = {row.pk: row for scope in scopes for row in queries.closed_years(scope)}
    return [_year(row) for row in sorted(held.values(), key=lambda row: (-row.year, row.scope))]


def close(request: HttpRequest, body: CloseYear) -> object:
    """Close a year."""
    return _year(actions.close_year(_area(body.area).path, body.year, actor=user_of(request)))


def reopen(request: HttpRequest, body: ReopenYear) -> object:
    """Open it again, with the reason."""
    closing = ClosedYear.objects.filter(scope=_area(body.area).path, year=body.year).first()
    if closing is None:
        raise Http404
    told = _year(closing)
    actions.reopen_year(closing, reason=body.reason, actor=user_of(request))
    return told


def _year(row: ClosedYear) -> dict[str, Any]:
    area = Area.objects.filter(path=row.scope).first()
    return {"year": row.year, "area": key_of(area) if area else "", "closed_at": row.closed_at}


# --- incubators ---------------------------------------------------------------------------------------------------


class Rooms(Answer):
    """An incubator, and how full it is."""

    uid: str = Field(examples=[UID])
    name: str = Field(examples=["东方社会组织孵化室"])
    area: str = Field(examples=["东方街道"])
    address: str = Field(examples=["街道政务服务中心二楼"])
    capacity: int = Field(examples=[12])
    staying: int = Field(examples=[4])
    closed_on: dt.date | None = Field(examples=[None])


class OpenRooms(Input):
    """A new incubator."""

    name: str = Field(min_length=1, max_length=60, examples=["东方社会组织孵化室"])
    address: str = Field(min_length=1, max_length=120, examples=["街道政务服务中心二楼"])
    capacity: int = Field(ge=1, le=500, strict=True, examples=[12])
    area: str = AREA


class PagedRooms(Paged):
    """Which page."""


incubators = Room("incubators", "孵化室", "孵化室有哪些、满没满；由联合会秘书和街道经办开办。")


def listed(request: HttpRequest, filters: Query[PagedRooms]) -> object:
    """Every incubator where the person's posts lie."""
    items, following = page(incubators_visible_to(user_of(request)), ("-pk",), filters.after, filters.limit)
    return {"items": [_rooms(row) for row in items], "next": following}


def open_one(request: HttpRequest, body: OpenRooms) -> object:
    """Open one."""
    given = body.model_dump(exclude={"area"})
    return _rooms(rooms.open_incubator(_area(body.area), actor=user_of(request), **given))


def close_one(request: HttpRequest, uid: str) -> object:
    """Close one that is empty."""
    found = incubators_visible_to(user_of(request)).filter(uid=uid).first()
    if found is None:
        raise Http404
    return _rooms(rooms.close_incubator(found, actor=user_of(request)))


def _rooms(row: Incubator) -> dict[str, Any]:
    return {
        "uid": row.uid,
        "name": row.name,
        "area": row.area.full_name,
        "address": row.address,
        "capacity": row.capacity,
        "staying": getattr(row, "staying", 0),
        "closed_on": row.closed_on,
    }


calendar.reads("", "活动日历", page_of(Announced), name="activities_list", open=True)(announced)
calendar.sends("/{uid}/check-in", "活动：现场签到", Announced, name="activities_check_in")(check_in)
years.reads("", "年度结账：列表", list[YearClosed], name="years_list")(closed)
years.sends("", "年度结账：结账", YearClosed, name="years_close")(close)
years.sends("/reopen", "年度结账：重新打开", YearClosed, name="years_reopen")(reopen)
incubators.reads("", "孵化室：列表", page_of(Rooms), name="incubators_list")(listed)
incubators.sends("", "孵化室：开办", Rooms, name="incubators_open")(open_one)
incubators.sends("/{uid}/close", "孵化室：停办", Rooms, name="incubators_close")(close_one)
