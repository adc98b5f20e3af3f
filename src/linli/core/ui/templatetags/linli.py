"""How dates, durations, money and pictures are written (interface.md, "Typography and form"). A builtin library."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno
from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.forms import BaseForm
from django.http import HttpRequest
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString, mark_safe

from linli.core import clock
from linli.core.ui.icons import ICONS

register = template.Library()

WEEKDAYS = "一二三四五六日"
#: From this sum on, money is told in 万元; below it every fen shows.
WAN_FROM = Decimal(100_000)
#: Query parameters that belong to a position in a list, not to its filter.
POSITION = ("after", "before", "page")


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """11月21日 周六； another year: 2025年11月21日 周五. Nothing stays nothing."""
    if not value:
        return ""
    date = _local(value).date() if isinstance(value, dt.datetime) else value
    year = "" if date.year == clock.today().year else f"{date.year}年"
    return f"{year}{date.month}月{date.day}日 周{WEEKDAYS[date.weekday()]}"


#: How sure a rule is, as declarations mark it (read in its text, in an excerpt, from practice), in a reader's words.
SURE = {"V": "〔已核对原文〕", "V-": "〔据转述〕", "M": "〔通行做法，请按本地规定核对〕"}


@register.filter
def rule(source: object) -> str:
    """The source of a rule, its mark of certainty said in words."""
    return re.sub(r" ?\[(V-?|M)\]", lambda found: SURE[found[1]], str(source))


def pill(text: str, tone: str) -> SafeString:
    """A state in a word, as `<c-pill>` writes it; for lists whose cells Python writes."""
    return format_html('<span class="pill {}">{}</span>', tone, text)


@register.filter
def when(value: dt.date | dt.datetime | None) -> str:
    """11月21日 周六 14:30, in Asia/Shanghai; a mere date has no time."""
    if not isinstance(value, dt.datetime):
        return day(value)
    return f"{day(value)} {_local(value):%H:%M}"


@register.filter
def iso(value: dt.date | dt.datetime | None) -> str:
    """For the `datetime` attribute of <time>."""
    if not value:
        return ""
    return _local(value).isoformat(timespec="minutes") if isinstance(value, dt.datetime) else value.isoformat()


def _local(value: dt.datetime) -> dt.datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


@register.filter
def from_now(value: dt.timedelta) -> dt.datetime:
    """The moment after a duration from now."""
    return clock.now() + value


@register.filter
def span(value: dt.timedelta | str | None) -> str:
    """A duration in its two largest units: 3 天， 2 小时 15 分钟， 不到 1 分钟. The sign is left to the sentence."""
    if not isinstance(value, dt.timedelta):  # None, or a template's empty text for what is not there
        return ""
    minutes = int(abs(value).total_seconds() // 60)
    if minutes < 1:
        return "不到 1 分钟"
    days, minutes = divmod(minutes, 1440)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{number} {unit}" for number, unit in ((days, "天"), (hours, "小时"), (minutes, "分钟")) if number]
    if days and not hours:
        parts = parts[:1]
    return " ".join(parts[:2])


@register.filter
def money(value: Decimal | int | float | str | None, form: str = "") -> str:
    """48,000.00 元； from 100,000 元 on 61.2 万元.

    `money:"exact"` keeps every fen (contracts, payments); `money:"wan"` shortens from 10,000 元 on (boards).
    """
    if value is None or value == "":
        return ""
    try:
        sum_ = Decimal(str(value))
    except InvalidOperation:
        return ""
    threshold = Decimal(10_000) if form == "wan" else WAN_FROM
    if form != "exact" and abs(sum_) >= threshold:
        return f"{(sum_ / 10_000).quantize(Decimal('0.1'), ROUND_HALF_UP):,} 万元"
    return f"{sum_.quantize(Decimal('0.01'), ROUND_HALF_UP):,} 元"


@register.filter
def number(value: int | float | Decimal | str | None) -> str:
    """1,286; nothing stays nothing, also as a template hands it over: a key that is not there is an empty text."""
    return "" if value is None or value == "" else f"{value:,}"


@register.filter
def at(values: Sequence[Any], index: int) -> Any:
    """The value at a place, None past the end: a chart's table reads its columns by row."""
    return values[index] if values and index < len(values) else None


@register.simple_tag
def parameter_words(parameter: Any, value: Any) -> str:
    """A parameter's value with its unit or in its words."""
    return str(parameter.words(value))


@register.simple_tag
def svg_icon(name: str, label: str = "") -> SafeString:
    """A line icon. With a label it speaks; without one it is decoration. An unknown name raises KeyError."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" width="20" height="20" focusable="false" {}>{}</svg>',
        spoken,
        mark_safe(ICONS[name]),  # noqa: S308 -- our own constants
    )


@register.simple_tag
def qr(text: str, label: str = "二维码") -> SafeString:
    """A QR code (error level M) as inline SVG without style attributes, which the content policy would drop."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, omitsize=True, svgclass="qr", lineclass=None, border=2
    )
    drawn = out.getvalue().decode().strip()
    spoken = format_html('<svg role="img" aria-label="{}" ', label)
    return mark_safe(drawn.replace("<svg ", spoken, 1))  # noqa: S308 -- segno's own output and an escaped label


@register.simple_tag(takes_context=True)
def with_query(context: Context, **changes: Any) -> str:
    """The present query with some parameters changed (None removes one); the position in the list starts anew."""
    query = context["request"].GET.copy()
    for key in POSITION:
        query.pop(key, None)
    for key, value in changes.items():
        query.pop(key, None)
        if value not in (None, ""):
            query.setlist(key, value) if isinstance(value, list) else query.__setitem__(key, str(value))
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def with_one(context: Context, key: str, value: Any) -> str:
    """The present query with this as the facet's one value, or without the facet where it is chosen already."""
    chosen = context["request"].GET.get(key) == str(value)
    return str(with_query(context, **{key: None if chosen else value}))


@register.simple_tag(takes_context=True)
def is_chosen(context: Context, key: str, value: Any) -> bool:
    """Whether the address has this value of a facet."""
    return str(value) in context["request"].GET.getlist(key)


@register.simple_tag(takes_context=True)
def with_choice(context: Context, key: str, value: Any) -> str:
    """The present query with one value of a facet added, or taken away where it stands already."""
    chosen = context["request"].GET.getlist(key)
    text = str(value)
    rest = [one for one in chosen if one != text]
    return str(with_query(context, **{key: rest if text in chosen else [*chosen, text]}))


@register.simple_tag
def summarised(form: BaseForm) -> str:
    """Marks a form whose errors stand in a summary already, so that `{{ form }}` does not repeat them."""
    form.summarised = True  # type: ignore[attr-defined]
    return ""


@register.filter
def own_page(address: str | None, request: HttpRequest) -> str:
    """The address when it is one of ours (a way back that cannot lead away), else the home page."""
    safe = address and url_has_allowed_host_and_scheme(address, {request.get_host()})
    return str(address) if safe else "/"


@register.simple_tag
def asset(name: str) -> str:
    """Address of a built file with a mark of its content, so that browsers may keep it for a year."""
    return f"{staticfiles_storage.url(f'dist/{name}')}?v={_mark(name)}"


def _mark(name: str) -> str:
    found = finders.find(f"dist/{name}") or (Path(settings.STATIC_ROOT) / f"dist/{name}")
    path = Path(str(found))
    return _mark_of(str(path), path.stat().st_mtime_ns) if path.exists() else "0"


@lru_cache(maxsize=32)
def _mark_of(path: str, _changed: int) -> str:
    return hashlib.blake2s(Path(path).read_bytes(), digest_size=5).hexdigest()
