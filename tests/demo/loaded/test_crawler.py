"""A crawler in the loaded district: every persona follows every kind of link, then tries the addresses of the others.

A link that is shown works; a page never holds a personal number in the clear; what a person may not see is neither
shown nor served by its address.
"""

from __future__ import annotations

import re
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test import Client
from django.urls import Resolver404, resolve

from linli.core.access.models import User
from linli.core.workflow.declare import REGISTRY
from linli.demo.personas import PERSONAS
from linli.organizations.choices.filing import FilingState
from linli.organizations.models import Filing, Organization

pytestmark = pytest.mark.usefixtures("district")

VISITOR = ""
ONE_OF_A_KIND = 2  # addresses of one route that are opened
PAGES_AT_MOST = 90
MOST_QUERIES = 30
NUMBERS = re.compile(r"(?<!\d)(?:\d{17}[\dX]|1[3-9]\d{9})(?!\d)")
LEFT_ALONE = ("/accounts/logout/", "/static/", "/demo/")


class Links(HTMLParser):
    """Every address a page leads to by GET."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for name in ("href", "hx-get", "data-points"):
            if tag != "link" and given.get(name):
                self.found.append(str(given[name]))


@dataclass
class Walk:
    """What one person came to see."""

    username: str
    client: Client
    pages: dict[str, str] = field(default_factory=dict)
    queries: dict[str, int] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)  # seconds
    broken: list[str] = field(default_factory=list)
    kinds: Counter[tuple[str, frozenset[str]]] = field(default_factory=Counter)

    def run(self) -> Walk:
        """Breadth first from the home page."""
        waiting = deque([("/", "")])
        seen = {"/"}
        while waiting and len(self.pages) < PAGES_AT_MOST:
            address, seen_on = waiting.popleft()
            if not self.is_new_kind(address):
                continue
            text = self.open(address, seen_on)
            for link in links(text, address):
                if link not in seen:
                    seen.add(link)
                    waiting.append((link, address))
        return self

    def is_new_kind(self, address: str) -> bool:
        """At most ONE_OF_A_KIND of each route and set of query keys."""
        kind = kind_of(address)
        self.kinds[kind] += 1
        return self.kinds[kind] <= ONE_OF_A_KIND

    def open(self, address: str, seen_on: str) -> str:
        """The page's text; an answer that is none is remembered as broken."""
        asked: list[str] = []

        def count(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
            asked.append(sql)
            return execute(sql, *rest)

        began = time.perf_counter()
        with connection.execute_wrapper(count):
            answer = self.client.get(address)
        self.took[address], self.queries[address] = time.perf_counter() - began, len(asked)
        if answer.status_code in (301, 302):
            return ""
        if answer.status_code != 200:
            self.broken.append(f"{answer.status_code} {address}（{seen_on}）")
            return ""
        text = text_of(answer)
        self.pages[address] = text
        return text


def kind_of(address: str) -> tuple[str, frozenset[str]]:
    """The route of an address and the keys of its query: addresses of one kind are one page with other records."""
    try:
        route = resolve(urlsplit(address).path).route
    except Resolver404:
        route = address
    return route, frozenset(parse_qs(urlsplit(address).query))


def text_of(answer: object) -> str:
    """An answer's text; nothing for a file."""
    if getattr(answer, "streaming", False) or not answer.headers.get("Content-Type", "").startswith("text/html"):
        return ""
    return answer.content.decode()


def links(text: str, address: str) -> Iterator[str]:
    """Addresses of our own that a page leads to."""
    parser = Links()
    parser.feed(text)
    for link in parser.found:
        whole = urldefrag(urljoin(address, link)).url
        if whole.startswith("/") and not whole.startswith(LEFT_ALONE):
            yield whole


@pytest.fixture(scope="module")
def walks(said: list[str], django_db_blocker: Any) -> Iterator[dict[str, Walk]]:
    """Everybody's walk, done once; what opening pages wrote (read notices, looks) is gone after this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = {VISITOR: Walk(VISITOR, Client()).run()}
        for persona in PERSONAS:
            client = Client()
            client.force_login(
                User.objects.get(username=persona.username), "allauth.account.auth_backends.AuthenticationBackend"
            )
            made[persona.username] = Walk(persona.username, client).run()
        yield made
        transaction.set_rollback(True)


def test_every_link_that_is_shown_works(walks: dict[str, Walk]) -> None:
    assert {walk.username: walk.broken for walk in walks.values() if walk.broken} == {}
    assert all(len(walk.pages) > 5 for walk in walks.values()), {
        name: len(walk.pages) for name, walk in walks.items()
    }


def test_no_page_holds_a_personal_number_of_somebody_else(walks: dict[str, Walk]) -> None:
    private: dict[str, set[int | None]] = {}
    for row in [*Organization.objects.all(), *Filing.objects.all()]:
        for number in (row.leader_id_number, row.leader_phone):
            private.setdefault(number, set()).update({row.owner_id, getattr(row, "entered_by_id", None)})
    people = dict(User.objects.values_list("username", "pk"))
    leaks = [
        (walk.username, address, number)
        for walk in walks.values()
        for address, text in walk.pages.items()
        for number in set(NUMBERS.findall(text)) & private.keys()
        if people.get(walk.username) not in private[number]
    ]

    assert len(private) > 500
    assert leaks == []


def test_addresses_of_others_stay_shut(walks: dict[str, Walk]) -> None:
    """Everybody tries every case address that anybody saw; it opens exactly for those whose list holds the case."""
    addresses = {
        (match["slug"], match["uid"])
        for walk in walks.values()
        for address in walk.pages
        if (match := re.fullmatch(r"/cases/(?P<slug>[-\w]+)/(?P<uid>[-\w]{22})/", address))
    }
    assert len(addresses) > 5
    wrong = []
    for walk in walks.values():
        user = User.objects.filter(username=walk.username).first() or AnonymousUser()
        for slug, uid in sorted(addresses):
            status = walk.client.get(f"/cases/{slug}/{uid}/").status_code
            visible_to = REGISTRY[slug].visible_to
            assert visible_to is not None
            may = user.is_authenticated and visible_to(user).filter(uid=uid).exists()
            expected = 200 if may else 404 if user.is_authenticated else 302
            if status != expected:
                wrong.append((walk.username, slug, uid, status, expected))

    assert wrong == []


def test_no_page_names_an_application_its_reader_may_not_see(walks: dict[str, Walk]) -> None:
    hidden_states = {FilingState.DRAFT, FilingState.OPINION, FilingState.REVIEW, FilingState.WITHDRAWN}
    known = set(Organization.objects.values_list("name", flat=True))
    leaks = []
    for walk in walks.values():
        user = User.objects.filter(username=walk.username).first() or AnonymousUser()
        visible_to = REGISTRY["filing"].visible_to
        assert visible_to is not None
        seen = set(visible_to(user).values_list("pk", flat=True)) if user.is_authenticated else set()
        names = {
            name
            for name in Filing.objects.filter(state__in=hidden_states)
            .exclude(pk__in=seen)
            .exclude(name="")
            .values_list("name", flat=True)
            if name not in known
        }
        leaks += [
            (walk.username, address, name) for address, text in walk.pages.items() for name in names if name in text
        ]

    assert leaks == []
