"""Activities as iCalendar （RFC 5545）, for the calendars of phones and mail programs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from linli.core import clock
from linli.organizations.models import Activity

SHANGHAI = ZoneInfo("Asia/Shanghai")


def feed_of(activities: Iterable[Activity], title: str, address_of: Callable[[Activity], str]) -> bytes:
    """A calendar of these activities; a reader may ask for it again every six hours."""
    calendar = Calendar()
    calendar.add("prodid", "-//Linli//activities//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title)
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    calendar.add("refresh-interval", dt.timedelta(hours=6), parameters={"value": "DURATION"})
    for activity in activities:
        calendar.add_component(_event(activity, address_of(activity)))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(activity: Activity, address: str) -> Event:
    assert activity.starts_at is not None
    assert activity.ends_at is not None
    event = Event()
    event.add("uid", f"{activity.uid}@linli")
    event.add("dtstamp", clock.now().astimezone(dt.UTC))
    event.add("sequence", activity.revision)
    event.add("dtstart", activity.starts_at.astimezone(SHANGHAI))
    event.add("dtend", activity.ends_at.astimezone(SHANGHAI))
    event.add("summary", activity.name)
    event.add("location", activity.place)
    event.add("description", f"{activity.organization.name} · {activity.get_kind_display()}")
    event.add("url", address)
    return event
