"""Somebody with the database in hands, triggers switched off: each kind of tampering is found and named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.personas import World

from linli.core.access.models import User
from linli.core.audit import chain, heads, record
from linli.core.audit.actions import accept_change, begin_marks
from linli.core.audit.chain import link_text, seal_events
from linli.core.audit.findings import Report
from linli.core.audit.marks import mark_rows, shape_of
from linli.core.audit.models import Event, Mark, Seal
from linli.core.audit.records import verify_records
from linli.core.audit.texts import DIGEST
from linli.core.audit.verify import verify_chain
from linli.core.errors import BadInput, NotAllowed
from linli.organizations.models import Organization

Found = list[tuple[str, int | None]]


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def sealed(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> list[int]:
    """Twelve events in four links, an id rolled back between; the guards of the database are down."""
    settings.HOME = tmp_path
    monkeypatch.setattr(chain, "MOST", 3)
    actor = User.system()
    ids = []
    for n in range(12):
        ids.append(record(actor, f"test.step{n}", None, number=n, reason="原来的理由").pk)
        if n == 6:
            sql("SELECT nextval('core_event_id_seq')")
    seal_events()
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("ALTER TABLE core_event DISABLE TRIGGER USER")
    sql("ALTER TABLE core_seal DISABLE TRIGGER USER")
    assert verify_chain().clean
    return ids


def found() -> Found:
    return [(finding.kind, finding.event) for finding in verify_chain().findings]


@pytest.mark.parametrize(
    "change",
    [
        'detail = \'{"number": 4, "reason": "改过的理由"}\'',
        "at = at - interval '1 microsecond'",
        "name = 'test.other'",
        "scope = '1/2/'",
        "post = '街道'",
        "request_id = 'x'",
        "subject_id = 7",
        "on_behalf_of_id = actor_id",
        "detail = '{}'",
    ],
)
def test_a_changed_event_is_named(sealed: list[int], change: str) -> None:
    sql(f"UPDATE core_event SET {change} WHERE id = %s", sealed[4])
    report = verify_chain()

    assert [(finding.kind, finding.event, finding.seal) for finding in report.findings] == [
        ("event_changed", sealed[4], 2)
    ]
    assert str(sealed[4]) in report.findings[0].text


def test_another_actor_is_named(sealed: list[int]) -> None:
    other = User.objects.create_user("other")
    sql("UPDATE core_event SET actor_id = %s WHERE id = %s", other.pk, sealed[0])
    assert found() == [("event_changed", sealed[0])]


def test_a_deleted_event_is_named(sealed: list[int]) -> None:
    sql("DELETE FROM core_event WHERE id = ANY(%s)", [sealed[1], sealed[11]])
    assert found() == [("event_deleted", sealed[1]), ("event_deleted", sealed[11])]


def test_an_event_put_under_an_id_that_was_given_long_ago_is_named(
    sealed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    gap = sealed[6] + 1
    sql("UPDATE core_seal SET at = at - interval '9 days' WHERE number = 3")
    monkeypatch.setattr("linli.core.audit.verify._link", lambda *_rest: None)  # the other alarm is tested below
    Event.objects.create(pk=gap, actor=User.system(), name="test.forged")
    assert found() == [("event_inserted", gap)]


@pytest.mark.parametrize("pk", [0, -5])
def test_an_event_below_the_first_is_named(sealed: list[int], pk: int) -> None:
    Event.objects.create(pk=pk, actor=User.system(), name="test.forged")
    assert found() == [("event_inserted", pk)]


def test_swapped_events_are_named_as_such(sealed: list[int]) -> None:
    one, other = sealed[2], sealed[8]
    sql("UPDATE core_event SET id = -1 WHERE id = %s", one)
    sql("UPDATE core_event SET id = %s WHERE id = %s", one, other)
    sql("UPDATE core_event SET id = %s WHERE id = -1", other)

    assert found() == [
        ("event_changed", one),
        ("event_changed", other),
        ("event_swapped", one),
        ("event_swapped", other),
    ]


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ("count = count + 1", {"seal_changed"}),
        ("late = '{1}'", {"seal_changed"}),
        ("absent = '{}'", {"seal_changed"}),
        ("at = at - interval '1 day'", {"seal_changed"}),
        ("digests = digests || sha256('x')", {"seal_changed"}),
        ("root = sha256('x')", {"seal_changed"}),
        ("hash = sha256('x')", {"seal_changed", "chain_broken"}),
        ("previous = sha256('x')", {"seal_changed", "chain_broken"}),
        ("mac = sha256('x')", {"seal_forged"}),
        ("first_id = first_id - 1", {"seal_changed", "chain_broken"}),
    ],
)
def test_a_changed_link_is_named(sealed: list[int], change: str, kinds: set[str]) -> None:
    sql(f"UPDATE core_seal SET {change} WHERE number = 3")
    report = verify_chain()

    assert kinds <= {finding.kind for finding in report.findings}
    assert {finding.seal for finding in report.findings if finding.kind.startswith(("seal", "chain"))} <= {3, 4}


def test_a_deleted_link_is_named(sealed: list[int]) -> None:
    sql("DELETE FROM core_seal WHERE number = 2")
    assert [(finding.kind, finding.seal) for finding in verify_chain().findings] == [("seal_missing", 2)]


def test_the_first_link_is_missed(sealed: list[int]) -> None:
    sql("DELETE FROM core_seal WHERE number = 1")
    assert [(finding.kind, finding.seal) for finding in verify_chain().findings] == [("seal_missing", 1)]


def test_swapped_links_are_named(sealed: list[int]) -> None:
    sql("UPDATE core_seal SET number = -1 WHERE number = 2")
    sql("UPDATE core_seal SET number = 2 WHERE number = 3")
    sql("UPDATE core_seal SET number = 3 WHERE number = -1")
    kinds = {(finding.kind, finding.seal) for finding in verify_chain().findings}

    assert {("seal_changed", 2), ("seal_changed", 3), ("chain_broken", 2)} <= kinds


def test_a_link_made_anew_without_the_key_is_a_forgery(sealed: list[int]) -> None:
    """A changed event, its digest, root, and every later hash put right: the signature cannot be."""
    sql("UPDATE core_event SET name = 'test.other' WHERE id = %s", sealed[4])
    reseal(2)
    report = verify_chain()

    assert [(finding.kind, finding.seal) for finding in report.findings] == [
        ("seal_forged", 2),
        ("seal_forged", 3),
        ("seal_forged", 4),
    ]


def test_a_chain_made_anew_with_the_key_differs_from_the_heads_outside(sealed: list[int]) -> None:
    heads.keep_head(now=True)
    sql("UPDATE core_event SET name = 'test.other' WHERE id = %s", sealed[4])
    reseal(2, sign=chain.sign)

    assert [(finding.kind, finding.seal) for finding in verify_chain().findings] == [("seal_forged", 4)]


def reseal(first: int, sign: Callable[[bytes], bytes] | None = None) -> None:
    previous = bytes(Seal.objects.get(number=first - 1).hash)
    for seal in Seal.objects.filter(number__gte=first).order_by("number"):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT string_agg({DIGEST}, '' ORDER BY id) FROM core_event e WHERE id BETWEEN %s AND %s",
                [seal.first_id, seal.last_id],
            )
            seal.digests = bytes(cursor.fetchone()[0])
        seal.root, seal.previous = hashlib.sha256(seal.digests).digest(), previous
        seal.hash = previous = hashlib.sha256(link_text(seal).encode()).digest()
        seal.mac = sign(seal.hash) if sign else seal.mac
        seal.save()


def test_a_tail_cut_off_is_missed(sealed: list[int]) -> None:
    """Links and events of the end are gone without a trace inside; the file outside knows them."""
    heads.keep_head(now=True)
    sql("DELETE FROM core_seal WHERE number > 2")
    sql("DELETE FROM core_event WHERE id > (SELECT max(last_id) FROM core_seal)")

    assert [(finding.kind, finding.seal) for finding in verify_chain().findings] == [("tail_cut", 4)]


def test_after_a_restore_the_later_heads_are_void(sealed: list[int]) -> None:
    heads.keep_head(now=True)
    sql("DELETE FROM core_seal WHERE number > 2")
    sql("DELETE FROM core_event WHERE id > (SELECT max(last_id) FROM core_seal)")
    heads.note_restore()
    assert verify_chain().clean

    record(User.system(), "test.after", None)
    seal_events()
    heads.keep_head(now=True)
    assert verify_chain().clean
    assert [head.number for head in heads.valid_heads()] == [2, 3]


def test_heads_are_kept_at_most_every_ten_minutes_and_a_torn_line_is_passed_over(sealed: list[int]) -> None:
    heads.keep_head()
    record(User.system(), "test.after", None)
    seal_events()
    heads.keep_head()
    with heads.path().open("a") as file:
        file.write('{"number": 9, "ha')

    assert [head.number for head in heads.read_heads()] == [4]
    heads.keep_head(now=True)
    assert [head.number for head in heads.read_heads()] == [4, 5]  # the next one begins a line of its own
    assert heads.path().stat().st_mode & 0o777 == 0o600
    assert (
        json.loads(heads.path().read_text().splitlines()[0])["hash"] == bytes(Seal.objects.get(number=4).hash).hex()
    )


def test_the_tail_that_waits_is_said(sealed: list[int]) -> None:
    record(User.system(), "test.after", None)
    report = verify_chain()

    assert report.clean
    assert report.counts["unsealed"] == 1
    assert "还有 1 条办理记录没有封存" in report.notes[0]


def test_checking_from_a_link_on_sees_what_comes_after(sealed: list[int]) -> None:
    sql("UPDATE core_event SET name = 'x' WHERE id = ANY(%s)", [sealed[0], sealed[9]])
    report = verify_chain(since=3)

    assert [(finding.kind, finding.event) for finding in report.findings] == [("event_changed", sealed[9])]
    assert (report.counts["seals"], report.counts["events"], report.through) == (2, 6, 4)


# --- records ------------------------------------------------------------------------------------------------------


def records() -> list[Any]:
    return verify_records(report=Report()).findings


def test_a_changed_record_is_named_with_its_fields(filed: Organization) -> None:
    assert records() == []
    sql("UPDATE organizations_organization SET name = '假名字书画社', address = '别处' WHERE id = %s", filed.pk)
    finding = records()[0]

    assert (finding.kind, finding.model, finding.row) == ("row_changed", "organizations.organization", filed.pk)
    assert finding.fields == ("name", "address")
    assert finding.text == f"社会组织 {filed.pk}（{filed.uid}）被绕过系统改动，改动的是：名称、活动场所。"


def test_a_record_put_in_is_named(world: World, filed: Organization) -> None:
    begin_marks()
    sql(
        """INSERT INTO actors_post (user_id, role, body_id, area_id, title, valid_from)
           SELECT user_id, 'mediator', body_id, area_id, title, valid_from FROM actors_post ORDER BY id LIMIT 1"""
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM actors_post")
        pk = cursor.fetchone()[0]
    assert [(each.kind, each.model, each.row) for each in records()] == [("row_inserted", "actors.post", pk)]

    begin_marks()
    assert len(records()) == 1, "marks are begun once"


@pytest.mark.parametrize("with_mark", [False, True])
def test_a_deleted_record_is_named_even_when_its_mark_is_gone_too(
    world: World, filed: Organization, with_mark: bool
) -> None:
    user = world["stranger"]
    record(User.system(), "test.about", user)
    pk = user.pk
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("DELETE FROM core_user WHERE id = %s", pk)
    if with_mark:
        sql("DELETE FROM core_mark WHERE kind_id = %s AND row_id = %s", shape_of(User).kind, pk)
    assert [(each.kind, each.model, each.row) for each in records()] == [("row_deleted", "core.user", pk)]


def test_what_the_program_removes_is_no_alarm(world: World) -> None:
    user = User.objects.create_user("leaves")
    record(User.system(), "test.about", user)
    user.delete()
    User.objects.create_user("leaves2")
    User.objects.filter(username="leaves2").delete()

    assert records() == []


def test_a_changed_mark_is_named(world: World, filed: Organization) -> None:
    Mark.objects.filter(kind_id=shape_of(Organization).kind, row_id=filed.pk).update(mac=bytes(32))
    assert [(each.kind, each.row, each.fields) for each in records()] == [("row_changed", filed.pk, ())]


def test_rows_from_before_the_marks_are_marked_once(world: World, filed: Organization) -> None:
    user = world["stranger"]
    record(User.system(), "test.about", user)
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("DELETE FROM core_user WHERE id = %s", user.pk)
    sql("DELETE FROM core_mark")
    assert begin_marks() > 20
    assert records() == []
    assert begin_marks() == 0


def test_a_change_that_was_looked_into_is_accepted(world: World, filed: Organization) -> None:
    sql("UPDATE organizations_organization SET name = '真名字书画社' WHERE id = %s", filed.pk)
    with pytest.raises(NotAllowed):
        accept_change("organizations.organization", filed.pk, reason="核对过原件", actor=world["founder"])
    with pytest.raises(BadInput):
        accept_change("organizations.organization", filed.pk, reason="", actor=User.system())
    with pytest.raises(BadInput):
        accept_change("organizations.nothing", filed.pk, reason="核对过原件", actor=User.system())
    accept_change("Organizations.Organization", filed.pk, reason="核对过原件", actor=User.system())

    assert records() == []
    event = Event.objects.latest("id")
    assert (event.name, event.subject, event.detail["reason"]) == ("core.change_accepted", filed, "核对过原件")


def test_marking_a_row_by_hand_needs_the_key(filed: Organization, settings: Any) -> None:
    sql("UPDATE organizations_organization SET name = '假名字书画社' WHERE id = %s", filed.pk)
    kept, settings.LINLI_HASH_KEY = settings.LINLI_HASH_KEY, "guessed"
    mark_rows(Organization, [filed.pk])
    settings.LINLI_HASH_KEY = kept

    assert [each.row for each in records()] == [filed.pk]
