"""The inbox at any size: every row once, in the order of deadlines, at the same cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from tests.personas import World, post

from linli.actors.models import Body
from linli.core import clock
from linli.core.access.models import User
from linli.core.counting import Bounded
from linli.core.workflow import inbox
from linli.core.workflow.models import Task
from linli.core.workflow.queries import tasks_of
from linli.organizations.models import Filing

Counted = Callable[[int], AbstractContextManager[Any]]


def owe(world: World, count: int, *, role: str = "street_officer", place: str = "street", owner: str = "") -> None:
    """Rows of the inbox, some late, some due today, some without a deadline; only rows, no cases behind them."""
    today, last = clock.today(), Task.objects.count()
    days = [today - dt.timedelta(days=2), today, today + dt.timedelta(days=3), None]
    Task.objects.bulk_create(
        Task(
            process="filing",
            case_type=ContentType.objects.get_for_model(Filing),
            case_id=1_000_000 + last + n,
            state="review",
            role="owner" if owner else role,
            owner=world[owner] if owner else None,
            scope=getattr(world, place).path,
            title=f"第 {n} 件申请备案",
            url="/",
            due_on=days[n % 4],
        )
        for n in range(count)
    )


def walk(user: User, size: int = 7, between: Callable[[], None] = lambda: None) -> list[int]:
    """All pages, one after the other."""
    found: list[int] = []
    after = ""
    while True:
        page = inbox.page(user, after=after, size=size)
        found += [row.pk for row in page.rows]
        if not page.after:
            return found
        after = page.after
        between()


@pytest.mark.django_db
def test_pages_hold_every_row_once_in_the_order_of_deadlines(world: World) -> None:
    owe(world, 40)
    owe(world, 9, place="community")
    owe(world, 6, owner="street_officer")
    owe(world, 12, role="community_worker", place="community")
    owe(world, 5, place="other_street")
    user = world["street_officer"]

    assert walk(user) == list(tasks_of(user).values_list("pk", flat=True))
    assert len(walk(user)) == 55


@pytest.mark.django_db
def test_rows_closed_between_two_pages_hide_none_of_the_others(world: World) -> None:
    owe(world, 60)
    user = world["street_officer"]
    all_rows = walk(user)
    closed: list[int] = []

    def close_some() -> None:
        gone = [row.pk for row in inbox.page(user, size=5).rows]
        Task.objects.filter(pk__in=gone).update(closed_at=clock.now())
        closed.extend(gone)

    seen = walk(user, between=close_some)

    assert len(seen) == len(set(seen))
    assert set(all_rows) - set(closed) <= set(seen)


@pytest.mark.django_db
def test_posts_within_each_other_show_a_row_once(world: World) -> None:
    owe(world, 8, place="community")
    user = world["street_officer"]
    body = Body.objects.get(area=world.district)
    post(user, "street_officer", world.district, body)
    user = world["street_officer"]

    assert walk(user, size=3) == list(tasks_of(user).values_list("pk", flat=True))
    assert inbox.waiting(user) == Bounded(8)


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["x", "2026-13-40.5", ".", "2026-11-20.", "1.2.3", "2026-11-20.9999999999999999999"])
def test_a_nonsense_place_is_the_first_page(world: World, key: str) -> None:
    owe(world, 8)

    assert inbox.page(world["street_officer"], after=key, size=3).is_first


@pytest.mark.django_db
def test_what_is_asked_only_is_shown_only(world: World) -> None:
    owe(world, 8)
    user, today = world["street_officer"], clock.today()

    assert {row.due_on for row in inbox.page(user, only=inbox.TODAY).rows} == {today}
    assert all(row.due_on and row.due_on < today for row in inbox.page(user, only=inbox.LATE).rows)
    assert inbox.page(user, process="amendment").rows == []
    assert [str(inbox.waiting(user, only=only)) for only in ("", inbox.LATE, inbox.TODAY)] == ["8", "2", "2"]


@pytest.mark.django_db
def test_the_desk_counts_no_further_than_it_says(
    world: World, client: Client, django_assert_max_num_queries: Counted
) -> None:
    owe(world, 10)
    client.force_login(world["street_officer"], backend="allauth.account.auth_backends.AuthenticationBackend")
    client.get(reverse("portal:desk"))
    queries = []
    for more in (0, 2990):
        owe(world, more)
        with django_assert_max_num_queries(30) as seen:
            answer = client.get(reverse("portal:desk"))
        queries.append(len(seen))
    text = answer.content.decode()

    assert queries[0] == queries[1]
    assert "今天要办 999+ 件" in text
    assert "751 件已超期" in text
    assert text.count('class="row-duty') == inbox.SIZE
    assert str(inbox.waiting(world["street_officer"])) == "999+"


@pytest.mark.django_db
def test_the_next_page_of_the_desk_goes_on_where_the_first_ended(world: World, client: Client) -> None:
    owe(world, 70)
    client.force_login(world["street_officer"], backend="allauth.account.auth_backends.AuthenticationBackend")
    after = inbox.page(world["street_officer"]).after

    first = client.get(reverse("portal:desk")).content.decode()
    second = client.get(reverse("portal:desk"), {"after": after}).content.decode()

    assert f"after={after}" in first
    assert (second.count('class="row-duty'), "回到最前" in second) == (10, True)
