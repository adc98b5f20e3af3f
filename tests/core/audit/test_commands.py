"""`linli audit`: what an operator types and reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.db import connection

from linli.core.access.models import User
from linli.core.audit import commands, record
from linli.core.audit.models import Event, Seal, Verification
from linli.organizations.models import Organization


@pytest.fixture
def linli(db: None, settings: Any, tmp_path: Path) -> Any:
    settings.HOME = tmp_path

    def run(*words: str) -> Result:
        command = commands.audit.commands[words[0]]
        return CliRunner().invoke(command, list(words[1:]))

    return run


def test_seal_then_verify(linli: Any, filed: Organization, settings: Any) -> None:
    first = linli("seal")
    assert first.exit_code == 0, first.output
    seal = Seal.objects.latest("number")
    assert f"最新：第 {seal.number} 号 {bytes(seal.hash).hex()}" in first.output
    assert (settings.HOME / "audit" / "heads.jsonl").exists()

    checked = linli("verify", "--lanes", "1")
    assert checked.exit_code == 0, checked.output
    assert f"完好。最新：第 {seal.number} 号" in checked.output
    found = Verification.objects.get()
    assert (found.outcome, found.findings, found.through) == ("clean", [], seal.number)
    assert Event.objects.latest("id").name == "core.audit_verified"

    assert linli("head").output.startswith(f"{seal.number} {bytes(seal.hash).hex()} ")


def test_verify_names_what_was_changed_and_fails(linli: Any, filed: Organization) -> None:
    linli("seal")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE organizations_organization SET name = '假名字书画社' WHERE id = %s", [filed.pk])
    checked = linli("verify", "--lanes", "1")

    assert checked.exit_code == 1
    assert f"✗ 社会组织 {filed.pk}（{filed.uid}）被绕过系统改动，改动的是：名称。" in checked.output
    assert linli("verify", "--lanes", "1", "--no-records").exit_code == 0

    accepted = linli("accept", "organizations.organization", str(filed.pk), "--reason", "核对过原件")
    assert accepted.exit_code == 0, accepted.output
    assert linli("verify", "--lanes", "1").exit_code == 0
    assert linli("accept", "organizations.nothing", "1", "--reason", "核对过原件").exit_code == 1


def test_nothing_sealed_yet(linli: Any) -> None:
    assert linli("head").exit_code == 1
    assert "还没有封存过" in linli("verify", "--lanes", "1").output


def test_export_and_restored(linli: Any, filed: Organization, tmp_path: Path) -> None:
    linli("seal")
    file = tmp_path / "proof.jsonl"
    assert linli("export", str(file)).exit_code == 0
    assert file.read_text(encoding="utf-8").count('"event"') == sum(Seal.objects.values_list("count", flat=True))
    assert linli("export", str(file), "--case", filed.filing.number).exit_code == 0
    assert linli("export", str(file), "--case", "SQ-0").exit_code == 1
    record(User.system(), "test.after", None)
    assert linli("restored").exit_code == 0
    assert linli("verify", "--lanes", "1").exit_code == 0
