"""`ui` in every template: menus, large print, the place. No query is made until a template uses a part."""

from __future__ import annotations

from functools import cached_property
from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

from linli.core import clock
from linli.core.access.grants import grants_of
from linli.core.ui import navigation
from linli.core.ui.navigation import Shown, Whereabouts

ELDER_COOKIE = "elder"


class Ui:
    """What the layouts need, each part worked out when it is first read."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.demo: bool = settings.DEMO

    @cached_property
    def user(self) -> Any:
        """The visitor; an early error page has none yet."""
        return getattr(self.request, "user", None) or AnonymousUser()

    @cached_property
    def elder(self) -> bool:
        """Large print: this device's choice, else the account's."""
        chosen = self.request.COOKIES.get(ELDER_COOKIE)
        if chosen is not None:
            return chosen == "1"
        # Only a page that already knows its user may ask the account; a public page must stay free of queries.
        if settings.SESSION_COOKIE_NAME not in self.request.COOKIES:
            return False
        return bool(getattr(self.user, "elder_mode", False))

    @cached_property
    def desk(self) -> list[Shown]:
        """Entries of the officers' side menu."""
        return [entry for entry in self._desk if entry.group not in navigation.ASIDE]

    @cached_property
    def own(self) -> list[Shown]:
        """Entries of the menu under the person's name, the same on both faces."""
        return [entry for entry in self._desk if entry.group == "own"]

    @cached_property
    def bar(self) -> list[Shown]:
        """Entries at the right end of the desk's top bar."""
        return [entry for entry in self._desk if entry.group == "bar"]

    @cached_property
    def _desk(self) -> list[Shown]:
        if not self.user.is_authenticated:
            return []
        return navigation.entries_for(self.user, "desk", self.request.path)

    @cached_property
    def groups(self) -> list[tuple[str, list[Shown]]]:
        """The desk's entries by group, for the side menu."""
        return [(name, list(entries)) for name, entries in groupby(self.desk, key=lambda entry: entry.group)]

    @cached_property
    def nav(self) -> SafeString:
        """The side menu, written once: the drawer of a phone holds it, too."""
        return render_to_string("ui/_nav.html", {"groups": self.groups})

    @cached_property
    def public(self) -> list[Shown]:
        """Entries of the residents' face; where two match the address, the longer one is the one we are at."""
        entries = navigation.entries_for(self.user, "public", self.request.path)
        here = max((entry for entry in entries if entry.is_here), key=lambda entry: len(entry.url), default=None)
        for entry in entries:
            entry.is_here = entry is here
        return entries

    @cached_property
    def is_staff_face(self) -> bool:
        """Whether the user has work at a desk."""
        return bool(grants_of(self.user))

    @cached_property
    def layout(self) -> str:
        """The layout for pages that belong to both faces: accounts, refusals, messages."""
        return "ui/desk.html" if self.is_staff_face else "ui/public.html"

    @cached_property
    def whereabouts(self) -> Whereabouts | None:
        """Place and post of the user."""
        return navigation.whereabouts_of(self.user)

    @cached_property
    def desk_search(self) -> str:
        """Address of the desk's search page, or nothing."""
        return navigation.search_address("desk")

    @cached_property
    def base_url(self) -> str:
        """Address printed in QR codes and letters, without a slash at the end; empty for a host that is not ours,
        whose refusal is a page as well.
        """
        try:
            return settings.LINLI_BASE_URL or f"{self.request.scheme}://{self.request.get_host()}"
        except DisallowedHost:
            return ""

    @cached_property
    def personas_url(self) -> str:
        """Where a demo lets one change the person; empty outside the demo."""
        try:
            return reverse("demo:personas") if self.demo else ""
        except NoReverseMatch:
            return ""

    @cached_property
    def tiles(self) -> dict[str, str]:
        """The optional source of map tiles; empty address: the map draws areas and points on plain paper."""
        return {
            "url": settings.LINLI_TILE_URL,
            "attribution": settings.LINLI_TILE_ATTRIBUTION,
            "datum": settings.LINLI_TILE_DATUM,
        }

    @property
    def today(self) -> Any:
        """The date in Asia/Shanghai."""
        return clock.today()


def ui(request: HttpRequest) -> dict[str, Ui]:
    """Context processor."""
    return {"ui": Ui(request)}
