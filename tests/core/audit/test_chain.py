"""Sealing: every column is covered, the two ways of digesting agree, nobody waits, late events come later."""

from __future__ import annotations

import datetime as dt
import threading
import time
from typing import Any

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import chain, record
from linli.core.audit.chain import ids_of, seal_events
from linli.core.audit.models import Event, Gap, Seal
from linli.core.audit.texts import COLUMNS, DIGEST, TEXT, canonical_text, digest_of
from linli.core.audit.verify import verify_chain


@pytest.fixture
def actor(db: None) -> User:
    return User.system()


def write(actor: User, count: int = 1, **more: Any) -> list[int]:
    return [record(actor, "test.step", None, number=n, **more).pk for n in range(count)]


def test_every_column_is_sealed() -> None:
    assert {field.column for field in Event._meta.local_fields} == set(COLUMNS)


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
NUMBERS = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False, width=32)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS | st.decimals(-1000, 1000, places=2) | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=8,
)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(
    at=st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2199, 1, 1), timezones=st.just(dt.UTC)),
    detail=st.dictionaries(WORDS, VALUES, max_size=5),
    words=st.tuples(WORDS, WORDS, WORDS, WORDS),
    numbers=st.tuples(st.none() | st.integers(-(2**63), 2**63 - 1)),
)
def test_the_database_and_its_twin_agree(
    actor: User, at: dt.datetime, detail: dict[str, Any], words: tuple[str, ...], numbers: tuple[int | None]
) -> None:
    event = Event.objects.create(
        at=at,
        actor=actor,
        post=words[0],
        name=words[1],
        scope=words[2],
        request_id=words[3],
        detail=detail,
        subject_id=numbers[0],
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'America/St_Johns'")
        cursor.execute("SET LOCAL datestyle = 'German, DMY'")
        cursor.execute(f"SELECT {TEXT}, {DIGEST} FROM core_event e WHERE id = %s", [event.pk])
        text, digest = cursor.fetchone()
        cursor.execute("RESET datestyle")
        cursor.execute("SET LOCAL timezone = 'UTC'")

    assert canonical_text(event) == text
    assert digest_of(text) == bytes(digest)
    assert canonical_text(Event.objects.get(pk=event.pk)) == text


def test_links_follow_each_other(actor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "MOST", 4)
    ids = write(actor, 10)
    sealed = seal_events()
    seals = list(Seal.objects.order_by("number"))

    assert (sealed.links, sealed.events) == (3, 10)
    assert [seal.number for seal in seals] == [1, 2, 3]
    assert [pk for seal in seals for pk in ids_of(seal)] == ids
    assert [bytes(seal.previous) for seal in seals] == [bytes(32), *(bytes(seal.hash) for seal in seals[:2])]
    assert seal_events() == chain.Sealed(0, 0)
    assert verify_chain().clean


def test_one_seal_of_nothing_is_none(db: None) -> None:
    assert seal_events() == chain.Sealed(0, 0)
    assert not Seal.objects.exists()
    assert verify_chain().clean


def test_what_was_rolled_back_is_absent_for_good(actor: User) -> None:
    first = write(actor)
    try:
        with transaction.atomic():
            lost = write(actor, 3)
            raise RuntimeError
    except RuntimeError:
        pass
    last = write(actor)
    seal_events()
    seal = Seal.objects.get()

    assert seal.absent[-2:] == [lost[0], lost[-1]]
    assert list(ids_of(seal)) == first + last
    assert verify_chain().clean


def test_what_an_id_was_waited_for_too_long_is_forgotten(actor: User) -> None:
    write(actor)
    seal_events()
    gap = Gap.objects.create(first_id=10**6, last_id=10**6, at=clock.now() - chain.WAITED_FOR * 2)
    write(actor)
    seal_events()

    assert not Gap.objects.filter(pk=gap.pk).exists()


def test_an_id_that_was_never_given_is_not_sealed_and_is_named(actor: User) -> None:
    write(actor)
    stranger = Event.objects.create(pk=10**9, actor=actor, name="test.forged")
    seal_events()

    assert Seal.objects.get().last_id < stranger.pk
    assert [(found.kind, found.event) for found in verify_chain().findings] == [("event_inserted", stranger.pk)]


# --- several at once ----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_events_in_flight_are_sealed_when_they_come() -> None:
    """A transaction that took its ids first and commits last blocks nobody and is no false alarm."""
    actor = User.system()
    began, go_on = threading.Event(), threading.Event()
    slow: list[int] = []

    def slow_writer() -> None:
        try:
            with transaction.atomic():
                slow.extend(write(actor, 2))
                began.set()
                go_on.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=slow_writer)
    thread.start()
    assert began.wait(10)
    quick = write(actor, 3)
    seal_events()
    first = Seal.objects.get()
    assert (
        first.absent == [*([1, slow[0] - 1] if slow[0] > 1 else []), slow[0], slow[-1]]
        or first.absent[-1] == slow[-1]
    )
    assert list(ids_of(first)) == quick
    assert verify_chain().clean
    go_on.set()
    thread.join()

    assert verify_chain().clean, "there, known to be absent, and not sealed yet"
    write(actor)
    seal_events()
    second = Seal.objects.get(number=2)
    assert second.late == slow
    assert verify_chain().clean
    assert verify_chain(lanes=2).clean
    assert seal_events() == chain.Sealed(0, 0)


@pytest.mark.django_db(transaction=True)
def test_writers_do_not_wait_for_the_sealer(monkeypatch: pytest.MonkeyPatch) -> None:
    actor = User.system()
    write(actor, 5)
    held, go_on = threading.Event(), threading.Event()
    whole = chain._next_link

    def slow_link() -> Any:
        seal = whole()
        held.set()
        go_on.wait(10)
        return seal

    monkeypatch.setattr(chain, "_next_link", slow_link)

    def sealer() -> None:
        try:
            seal_events()
        finally:
            connection.close()

    thread = threading.Thread(target=sealer)
    thread.start()
    assert held.wait(10)
    began = time.monotonic()
    write(actor, 5)
    took = time.monotonic() - began
    second_sealer = seal_events()  # leaves at once
    go_on.set()
    thread.join()
    monkeypatch.undo()
    seal_events()

    assert took < 5
    assert second_sealer == chain.Sealed(0, 0)
    assert verify_chain().clean
    assert sum(Seal.objects.values_list("count", flat=True)) == Event.objects.count()


@pytest.mark.django_db(transaction=True)
def test_many_writers_and_two_sealers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "MOST", 7)
    actor, stop = User.system(), threading.Event()

    def worker(run: Any) -> threading.Thread:
        def loop() -> None:
            try:
                run()
            finally:
                connection.close()

        thread = threading.Thread(target=loop)
        thread.start()
        return thread

    def writer() -> None:
        for n in range(15):
            with transaction.atomic():
                record(actor, "test.step", None, number=n)
                if n % 5 == 0:
                    transaction.set_rollback(True)

    def sealer() -> None:
        while not stop.is_set():
            seal_events()

    sealers = [worker(sealer) for _ in range(2)]
    for thread in [worker(writer) for _ in range(4)]:
        thread.join()
    stop.set()
    for thread in sealers:
        thread.join()
    seal_events()

    assert verify_chain().clean
    sealed = [pk for seal in Seal.objects.order_by("number") for pk in ids_of(seal)]
    assert sorted(sealed) == sorted(Event.objects.values_list("pk", flat=True))


# --- kept -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_event SET name = 'x'",
        "DELETE FROM core_event",
        "UPDATE core_seal SET count = 0",
        "DELETE FROM core_seal",
    ],
)
def test_the_database_refuses_to_change_what_is_kept(actor: User, statement: str) -> None:
    write(actor)
    seal_events()
    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["core_event", "core_seal"])
def test_the_database_refuses_to_empty_what_is_kept(table: str) -> None:
    """Tests commit and clean up, so conftest.py switches this off; here it is on."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_is_not_emptied")
        with pytest.raises((IntegrityError, InternalError), match="never changed or deleted"), transaction.atomic():
            cursor.execute(f"TRUNCATE {table} CASCADE")
