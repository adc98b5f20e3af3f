"""A backup is really restored to find out whether it is good, and the restored trace is held against its seals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from django.conf import settings
from tests.core.backup.conftest import url_of

from linli.cli import backup as commands
from linli.cli.home import Halt
from linli.core.audit.chain import seal_events
from linli.core.backup import archive
from linli.core.backup.making import Made
from linli.core.backup.restoring import Target, restore
from linli.organizations.models import Organization

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture
def sealed(filed: Organization) -> Organization:
    """A district whose events are sealed."""
    assert seal_events(wait=True).events > 0
    return filed


def test_a_good_backup_comes_through(
    sealed: Organization, back_up: Callable[..., Made], identity: Any, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.write_bytes(archive.identity_file(identity, ""))

    found = CliRunner().invoke(commands.backup, ["verify", str(back_up().path), "-i", str(key), "--deep"])

    assert found.exit_code == 0, found.output
    assert "完好。最新：第 1 号" in found.output
    assert found.output.splitlines()[-1] == "✓ 这份备份可以用。"


def test_a_trace_that_was_changed_is_named(
    sealed: Organization, back_up: Callable[..., Made], identity: Any, empty_database: str, tmp_path: Path
) -> None:
    made = back_up()
    restore(made.path, [identity], Target(empty_database, tmp_path / "home", None), lambda said: None)
    with psycopg.connect(empty_database) as connection:
        connection.execute("ALTER TABLE core_event DISABLE TRIGGER USER")
        connection.execute("UPDATE core_event SET post = '处长' WHERE id = (SELECT min(id) FROM core_event)")
        connection.execute("ALTER TABLE core_event ENABLE TRIGGER USER")

    with pytest.raises(Halt, match=r"核验办理记录和业务数据没有通过：.*发现 1 处改动"):
        commands.try_chain(url_of(empty_database), tmp_path / "home", dict(settings.LINLI_SECRETS), made.manifest)


def test_what_a_backup_of_an_older_linli_lacks_is_known() -> None:
    known = commands.steps_since({"migrations": []})
    assert "core.0001_initial" in known
    assert commands.steps_since({"migrations": known[1:]}) == known[:1]
