"""Somebody owns the tables: no trigger, no foreign key holds them. `linli audit verify` and the page name
each thing that was done to it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from click.testing import CliRunner
from django.core.files.storage import default_storage
from django.db import Error, connection, transaction
from django.test import Client
from tests.core.audit.tamperings import EVENT, PAPER, SEAL, TAMPERINGS
from tests.personas import World

from linli.actors.models import Body, Post
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import commands, record
from linli.core.audit.chain import START, begin_stamps, link_text, seal_events
from linli.core.audit.findings import Report
from linli.core.audit.marks import Marked, link, shape_of
from linli.core.audit.models import Event, Seal, Verification
from linli.core.audit.records import verify_records
from linli.core.audit.texts import DIGEST
from linli.core.files.models import Attachment
from linli.core.parameters.models import ParameterValue
from linli.core.registers.models import ShareLink
from linli.core.workdays.models import CalendarDay
from linli.core.workflow.models import CaseVersion
from linli.organizations.models import Filing, Organization

#: What the statements of tamperings.py name.
Lab = dict[str, Any]


def sql(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []


#: What whoever owns the tables can do to them, on any server and without being its superuser.
UNGUARD = """
DO $$
DECLARE found record;
BEGIN
    FOR found IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
                 WHERE contype = 'f' AND connamespace = 'public'::regnamespace LOOP
        EXECUTE format('ALTER TABLE %%s DROP CONSTRAINT %%I', found.place, found.conname);
    END LOOP;
    FOR found IN SELECT DISTINCT tgrelid::regclass AS place FROM pg_trigger t
                 JOIN pg_class c ON c.oid = t.tgrelid
                 WHERE NOT tgisinternal AND c.relnamespace = 'public'::regnamespace LOOP
        EXECUTE format('ALTER TABLE %%s DISABLE TRIGGER USER', found.place);
    END LOOP;
END $$
"""


@pytest.fixture
def lab(world: World, filed: Organization, settings: Any, tmp_path: Path) -> Lab:
    """A filed organization with all that belongs to it, everything sealed in several links and marked."""
    settings.HOME = tmp_path
    begin_stamps()
    link(world.community.predecessors, world.other_street)
    ParameterValue.objects.create(
        key="filing.days", value=9, valid_from=clock.today(), reason="试", set_by=User.system()
    )
    CalendarDay.objects.update_or_create(day=dt.date(2026, 10, 1), defaults={"is_workday": False, "note": "国庆"})
    factor = Authenticator.objects.create(user=world["founder"], type="totp", data={"secret": "one"})
    Authenticator.objects.create(user=world["stranger"], type="totp", data={"secret": "two"})
    share = ShareLink.objects.create(owner=world["founder"], register="organizations", revoked_at=clock.now())
    one = record(world["founder"], "test.one", filed, reason="原来的理由")
    two = record(world["founder"], "test.two", filed, reason="别的理由")
    seal_events()
    for n in range(3):
        record(User.system(), "test.more", None, number=n)
        seal_events()
    done = run("seal")
    assert done.exit_code == 0, done.output
    newest = Seal.objects.latest("number")
    charter = Attachment.objects.filter(slot="charter").earliest("pk")
    lab = {
        "e": one.pk,
        "f": two.pk,
        "z": newest.last_id,
        "n": newest.number,
        "home": home_of(one.pk),
        "org": filed.pk,
        "filing": filed.filing.pk,
        "user": world["founder"].pk,
        "post": Post.objects.get(user=world["street_officer"]).pk,
        "other": Post.objects.get(user=world["district_head"]).pk,
        "body": Body.objects.earliest("pk").pk,
        "paper": charter.pk,
        "stored": charter.stored_as,
        "version": CaseVersion.objects.earliest("pk").pk,
        "parameter": ParameterValue.objects.latest("pk").pk,
        "link": Area.predecessors.through._base_manager.latest("pk").pk,
        "area": world.community.pk,
        "far": world.other_street.pk,
        "factor": factor.pk,
        "other_factor": Authenticator.objects.latest("pk").pk,
        "share": share.pk,
        "post_kind": shape_of(Post).kind,
        "user_kind": shape_of(User).kind,
        "org_kind": shape_of(Organization).kind,
    }
    assert run("verify", "--lanes", "1").exit_code == 0
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql(UNGUARD)
    return lab


def home_of(pk: int) -> int:
    return Seal.objects.filter(last_id__gte=pk).earliest("number").number


def run(*words: str) -> Any:
    return CliRunner().invoke(commands.audit.commands[words[0]], list(words[1:]))


def findings() -> list[dict[str, Any]]:
    """What the command finds; it fails, and says of each the sentence that is kept for the page."""
    done = run("verify", "--lanes", "1")
    found: list[dict[str, Any]] = Verification.objects.latest("pk").findings
    assert done.exit_code == (1 if found else 0), done.output
    assert [each["text"] for each in found] == [
        line.removeprefix("✗ ") for line in done.output.splitlines() if line.startswith("✗ ")
    ]
    return found


def places(lab: Lab) -> set[tuple[str, str, int]]:
    """Kind, what it is about, which one."""
    places = set()
    for each in findings():
        if "model" in each:
            places.add((each["kind"], each["model"], each["row"]))
        elif "event" in each:
            places.add((each["kind"], EVENT, each["event"]))
        else:
            places.add((each["kind"], SEAL, each["seal"]))
    return places


@pytest.mark.parametrize("name", TAMPERINGS)
def test_it_is_named(lab: Lab, client: Client, world: World, name: str) -> None:
    statement, wanted = TAMPERINGS[name]
    sql(statement.format(**lab))
    if name.startswith("event copied") or "forged" in name:
        lab["new"] = Event.objects.latest("pk").pk
        seal_events()  # the sealer takes no event that is not the program's
    lab["next"] = lab["n"] + 1

    assert places(lab) == {
        (kind, about, lab[which] if isinstance(which, str) else which) for kind, about, which in wanted
    }
    client.force_login(world["auditadmin"])
    page = client.get("/audit/checks/").content.decode()
    assert all(finding["text"] in page for finding in Verification.objects.latest("pk").findings)


def test_an_event_changed_before_it_was_sealed_is_named(lab: Lab) -> None:
    """The minute between writing and sealing."""
    pk = record(User.system(), "test.fresh", None, reason="原来的").pk
    sql('UPDATE core_event SET detail = \'{"reason": "改过"}\' WHERE id = %s', pk)
    assert places(lab) == {("event_forged", EVENT, pk)}

    seal_events()
    assert places(lab) == {("event_forged", EVENT, pk)}

    sql('UPDATE core_event SET detail = \'{"reason": "原来的"}\' WHERE id = %s', pk)
    seal_events()
    assert findings() == []


def test_everything_emptied_is_a_tail_cut(lab: Lab) -> None:
    """Nothing inside tells; the file outside does. Rows of which events spoke are still there and marked."""
    sql("DELETE FROM core_seal")
    sql("DELETE FROM core_event")
    sql("SELECT setval('core_event_id_seq', 1, false)")
    assert places(lab) == {("tail_cut", SEAL, lab["n"])}


def test_a_chain_written_anew_without_the_key_is_named_from_there_on(lab: Lab) -> None:
    sql("UPDATE core_event SET name = 'test.other' WHERE id = %s", lab["e"])
    reseal(lab["home"], None)
    assert places(lab) == {("seal_forged", SEAL, number) for number in range(lab["home"], lab["n"] + 1)}


def test_a_chain_written_anew_with_the_key_differs_from_what_was_published(lab: Lab) -> None:
    from linli.core.audit.chain import sign

    sql("UPDATE core_event SET name = 'test.other' WHERE id = %s", lab["e"])
    reseal(lab["home"], sign)
    assert places(lab) == {("seal_forged", SEAL, lab["n"])}


def reseal(first: int, sign: Callable[[bytes], bytes] | None) -> None:
    before = Seal.objects.filter(number=first - 1).first()
    previous = bytes(before.hash) if before else START
    for seal in Seal.objects.filter(number__gte=first).order_by("number"):
        ((digests,),) = sql(
            f"SELECT coalesce(string_agg({DIGEST}, '' ORDER BY id), '') FROM core_event e WHERE id BETWEEN %s AND %s",
            seal.first_id,
            seal.last_id,
        )
        seal.digests, seal.root, seal.previous = digests, hashlib.sha256(digests).digest(), previous
        seal.hash = previous = hashlib.sha256(link_text(seal).encode()).digest()
        seal.mac = sign(seal.hash) if sign else seal.mac
        seal.save()


@pytest.mark.parametrize(("content", "kind"), [(b"%PDF-1.7 another", "file_changed"), (None, "file_missing")])
def test_a_file_that_was_exchanged_is_named(lab: Lab, content: bytes | None, kind: str) -> None:
    path = Path(default_storage.path(lab["stored"]))
    kept = path.read_bytes()
    try:
        path.write_bytes(content) if content else path.unlink()
        assert places(lab) == {(kind, PAPER, lab["paper"])}
        assert run("verify", "--lanes", "1", "--no-files").exit_code == 0
    finally:
        path.write_bytes(kept)


#: A value unlike the one before, by the type of the column.
OTHERWISE = {
    "boolean": "NOT {0}",
    "date": "{0} + 1",
    "timestamp with time zone": "{0} + interval '1 microsecond'",
    "jsonb": "jsonb_build_array({0}, 1)",
    "double precision": "{0} + 0.001",
    "character varying": "CASE {0} WHEN '' THEN 'x' ELSE left({0}, -1) END",
    "text": "{0} || 'x'",
    "ARRAY": "{0} || {0}",
}


@pytest.mark.parametrize(
    "model",
    [Organization, Filing, User, Post, Body, Attachment, CaseVersion, Area, ShareLink, Authenticator],
)
def test_each_marked_column_is_named(lab: Lab, model: type[Marked]) -> None:
    """Column by column, on one row: the database itself refuses the change, or the check names row and field."""
    row, table, seen = model._base_manager.earliest("pk"), model._meta.db_table, 0
    types = dict(sql("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s", table))
    for name in model.MARKED:
        column = model._meta.get_field(name).column  # type: ignore[union-attr]
        other = OTHERWISE.get(types[column], "{0} + 1").format(column)
        empty = sql(f"SELECT {column} IS NULL FROM {table} WHERE id = %s", row.pk) == [(True,)]
        if empty:
            other = {"boolean": "true", "date": "'2026-01-01'", "jsonb": "'[]'"}.get(types[column], "'1'")
        if empty and types[column] == "timestamp with time zone":
            other = "now()"
        try:
            with transaction.atomic():
                sql(f"UPDATE {table} SET {column} = {other} WHERE id = %s", row.pk)
                found = verify_records(report=Report(), only=[model]).findings
                assert [(each.kind, each.row, each.fields) for each in found] == [("row_changed", row.pk, (name,))]
                seen += 1
                transaction.set_rollback(True)
        except Error:
            continue  # a constraint of the table is before us
    assert seen > len(model.MARKED) // 2
