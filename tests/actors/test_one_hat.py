"""The three administrators exclude each other and every business post: in the database, at any isolation level."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.personas import World, post

from linli.actors.choices import ADMINISTRATORS, Role
from linli.actors.models import Body, Post
from linli.areas.models import Area
from linli.core.access.models import User

DAY = dt.date(2026, 1, 1)
INSERT = (
    "INSERT INTO actors_post (user_id, role, body_id, area_id, title, valid_from, valid_to) "
    "VALUES (%s, %s, %s, %s, '', %s, %s)"
)


def days(number: int | None) -> dt.date | None:
    return None if number is None else DAY + dt.timedelta(days=number)


def insert(user: User, role: str, place: Area, since: dt.date | None, until: dt.date | None) -> None:
    """Past the program, as somebody at a psql prompt would."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT, [user.pk, role, Body.objects.get(area=place).pk, place.pk, since, until])


def hat(role: str) -> str:
    return role if role in ADMINISTRATORS else "business"


SOME = (*ADMINISTRATORS, Role.AUDITOR, Role.STREET_OFFICER, Role.VOLUNTEER)


@pytest.mark.parametrize("second", SOME)
@pytest.mark.parametrize("first", SOME)
def test_two_posts_at_once_are_of_one_hat(world: World, first: str, second: str) -> None:
    user = world["resident"]
    insert(user, first, world.district, DAY, None)

    if hat(first) == hat(second):
        insert(user, second, world.street, DAY, None)
        assert Post.objects.filter(user=user).count() == 2
        return
    with pytest.raises(IntegrityError, match="actors_post_one_hat"):
        insert(user, second, world.street, DAY, None)
    body = Body.objects.get(area=world.street)
    with pytest.raises(ValidationError, match="互斥"):
        Post(user=user, role=second, body=body, area=world.street, valid_from=DAY).full_clean()


spans = st.tuples(st.integers(0, 6), st.none() | st.integers(0, 6)).filter(lambda s: s[1] is None or s[0] <= s[1])


@pytest.mark.django_db
@settings(max_examples=60, deadline=None)
@given(spans, spans, st.sampled_from(Role.values), st.sampled_from(Role.values))
def test_posts_of_two_hats_never_share_a_day(
    one: tuple[int, int | None], other: tuple[int, int | None], first: str, second: str
) -> None:
    def held(span: tuple[int, int | None]) -> set[int]:
        return {day for day in range(20) if span[0] <= day and (span[1] is None or day < span[1])}

    with transaction.atomic():
        area = Area.objects.create(name="区", level="district")
        Body.objects.create(name="局", kind="department", area=area)
        user = User.objects.create(username="one", password="!")
        insert(user, first, area, days(one[0]), days(one[1]))
        clash = hat(first) != hat(second) and bool(held(one) & held(other))
        same = first == second and one[1] is None and other[1] is None
        try:
            insert(user, second, area, days(other[0]), days(other[1]))
        except IntegrityError:
            refused = True
        else:
            refused = False
        transaction.set_rollback(True)

    assert refused == (clash or same)


def test_changing_a_row_is_held_too(world: World) -> None:
    user = world["resident"]
    body = Body.objects.get(area=world.street)
    ended = post(user, Role.STREET_OFFICER, world.street, body)
    Post.objects.filter(pk=ended.pk).update(valid_to=DAY)
    insert(user, Role.SYSADMIN, world.street, DAY, None)

    for change in ({"valid_to": None}, {"valid_to": DAY + dt.timedelta(days=1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Post.objects.filter(pk=ended.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.filter(user=user, role=Role.SYSADMIN).update(user=world["street_officer"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ"])
def test_of_two_at_the_same_moment_one_is_refused(world: World, level: str) -> None:
    """Both see nothing of the other when they begin; the second waits for the first and then is refused."""
    user = world["resident"]
    body = Body.objects.get(area=world.district)
    inserted, commit, results = threading.Event(), threading.Event(), {}

    def give(role: str, first: bool) -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
                cursor.execute("SELECT count(*) FROM actors_post")  # the snapshot is taken here
                if not first:
                    inserted.set()
                cursor.execute(INSERT, [user.pk, role, body.pk, world.district.pk, DAY, None])
                if first:
                    commit.wait(5)
            results[role] = "held"
        except (IntegrityError, OperationalError):  # a deadlock found by the database is a refusal too
            results[role] = "refused"
        finally:
            connection.close()

    first = threading.Thread(target=give, args=(Role.SYSADMIN, True))
    second = threading.Thread(target=give, args=(Role.SECADMIN, False))
    first.start()
    second.start()
    assert inserted.wait(5)
    commit.set()
    first.join(10)
    second.join(10)

    assert sorted(results.values()) == ["held", "refused"]
    assert Post.objects.filter(user=user).count() == 1


def test_nobody_proposes_or_agrees_for_oneself_in_plain_sql_either(world: World) -> None:
    from linli.actors.models import Appointment

    body = Body.objects.get(area=world.street)
    values: dict[str, Any] = {
        "kind": "appoint",
        "role": "street_officer",
        "body": body,
        "area": world.street,
        "cause": "x",
    }
    sys, sec, one = world["sysadmin"], world["secadmin"], world["resident"]
    for owner, user, decided in ((sys, sys, None), (sys, sec, sec), (sys, one, sys), (None, one, None)):
        with pytest.raises(IntegrityError, match="actors_appointment_"), transaction.atomic():
            Appointment.objects.create(owner=owner, user=user, decided_by=decided, **values)
    assert Appointment.objects.create(owner=sys, user=one, decided_by=sec, **values).pk
