"""The file for outsiders is checked by the very program that the docs print, without the database."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from tests.personas import World

from linli.core.access.models import User
from linli.core.audit import chain, record
from linli.core.audit.chain import seal_events
from linli.core.audit.models import Event, Seal
from linli.core.audit.proof import case_proof, events_proof, proof_lines, subject_named
from linli.core.errors import BadInput, NotAllowed
from linli.organizations.models import Organization

DOCS = Path(__file__).resolve().parents[3] / "docs" / "audit.md"


@pytest.fixture
def check(tmp_path: Path) -> object:
    """The program of the docs as a function of the file's lines: exit code and what it said."""
    (code,) = re.findall(r"^```python\n(.*?)^```", DOCS.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert len([line for line in code.splitlines() if line.strip()]) <= 30
    program = tmp_path / "check.py"
    program.write_text(code, encoding="utf-8")

    def run(lines: Iterable[str], *heads: str) -> tuple[int, str]:
        file = tmp_path / "proof.jsonl"
        file.write_text("".join(lines), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-I", str(program), str(file), *heads],
            capture_output=True,
            check=False,
            env={"PYTHONUTF8": "1"},
        )
        return done.returncode, (done.stdout + done.stderr).decode()

    return run


@pytest.fixture
def sealed(db: None, monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.setattr(chain, "MOST", 4)
    actor = User.system()
    for n in range(11):
        record(actor, "test.step", actor if n % 3 == 0 else None, number=n, reason="理由“引号”\n第二行")
    seal_events()
    return actor


def newest() -> str:
    return bytes(Seal.objects.latest("number").hash).hex()


def test_everything_fits(sealed: User, check: object) -> None:
    code, said = check(proof_lines(actor=sealed), newest())  # type: ignore[operator]

    assert (code, said.strip()) == (0, f"11 of the 11 events in 3 links fit; last hash {newest()}")


def test_a_range_fits(sealed: User, check: object) -> None:
    code, said = check(proof_lines(actor=sealed, first=2, last=2))  # type: ignore[operator]
    assert (code, said.split(" links")[0]) == (0, "4 of the 4 events in 1")


def test_a_case_fits_up_to_the_newest_link(world: World, filed: Organization, check: object) -> None:
    seal_events()
    record(User.system(), "test.after", None)
    seal_events()
    kind = ContentType.objects.get_for_model(filed.filing)
    events = Event.objects.filter(subject_type=kind, subject_id=filed.filing.pk)
    lines = list(case_proof(subject_named(filed.filing.number), actor=User.system()))
    code, said = check(lines, newest())  # type: ignore[operator]

    assert code == 0, said
    told = [json.loads(json.loads(line)["event"])[5] for line in lines if '"event"' in line]
    assert sorted(events.values_list("name", flat=True)) == sorted(told)
    assert "11010519491231002X" not in "".join(lines)
    assert "13800002046" not in "".join(lines)


def test_late_events_are_in_the_link_that_sealed_them(sealed: User, check: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('core_event_id_seq')")
        late = cursor.fetchone()[0]
    record(sealed, "test.step", None)
    seal_events()
    Event.objects.create(pk=late, actor=sealed, name="test.late")
    seal_events()
    lines = list(events_proof([late], actor=sealed))
    code, _said = check(lines, newest())  # type: ignore[operator]

    assert code == 0
    assert check(proof_lines(actor=sealed), newest())[0] == 0  # type: ignore[operator]
    assert sum('"event"' in line for line in lines) == 1


def test_an_event_not_sealed_yet_is_counted_apart(sealed: User) -> None:
    event = record(sealed, "test.step", None)
    assert [json.loads(line) for line in events_proof([event.pk], actor=sealed)] == [
        {"format": "linli-proof-1", "unsealed": 1}
    ]


@pytest.mark.parametrize("kind", ["whole", "chosen"])
@pytest.mark.parametrize("act", ["change", "drop event", "add event", "change link", "drop link", "swap links"])
def test_what_was_changed_in_the_file_is_found(sealed: User, check: object, kind: str, act: str) -> None:
    ids = list(Event.objects.values_list("pk", flat=True))
    lines = list(proof_lines(actor=sealed) if kind == "whole" else events_proof(ids, actor=sealed))
    at = {name: [i for i, line in enumerate(lines) if f'"{name}"' in line] for name in ("event", "link")}
    if act == "change":
        lines[at["event"][5]] = lines[at["event"][5]].replace("test.step", "test.stop")
    elif act == "drop event" and kind == "whole":
        del lines[at["event"][5]]
    elif act == "add event":
        lines.insert(at["event"][5], lines[at["event"][5]].replace("test.step", "test.more"))
    elif act == "change link":
        lines[at["link"][1]] = lines[at["link"][1]].replace("[2, ", "[7, ")
    elif act == "drop link":
        del lines[at["link"][1]]
    elif act == "swap links":
        one, other = at["link"][:2]
        lines[one], lines[other] = lines[other], lines[one]
    else:  # leaving out a chosen event is no forgery
        return
    code, said = check(lines)  # type: ignore[operator]

    assert code == 1
    assert said.startswith("✗ ")


def test_a_head_published_elsewhere_must_be_there(sealed: User, check: object) -> None:
    assert check(proof_lines(actor=sealed), "0" * 64)[0] == 1  # type: ignore[operator]


def test_a_database_that_was_changed_gives_a_file_that_does_not_fit(sealed: User, check: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE core_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE core_event SET post = '街道' WHERE detail->>'number' = '3'")
    code, said = check(proof_lines(actor=sealed))  # type: ignore[operator]

    assert (code, said.strip()) == (1, "✗ link [1]: events differ")


def test_the_export_is_for_the_audit_officer_and_leaves_an_event(world: World, sealed: User) -> None:
    for name in ("founder", "district_head", "auditor", "sysadmin"):
        with pytest.raises(NotAllowed):
            proof_lines(actor=world[name])
    list(proof_lines(actor=sealed))
    event = Event.objects.latest("id")

    assert (event.name, event.detail) == ("core.audit_exported", {"first": 1, "last": None})


def test_a_name_nobody_bears_is_refused(db: None) -> None:
    with pytest.raises(BadInput):
        subject_named("SQ-0")
