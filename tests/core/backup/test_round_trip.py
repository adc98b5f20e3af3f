"""What is backed up comes back: every row, every file, the keys, on every PostgreSQL of this machine."""

from __future__ import annotations

import io
import json
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pyrage
import pytest
from django.conf import settings
from tests.core.backup.conftest import Folder, content, digests, url_of

from linli.cli import backup as commands
from linli.cli.cluster import Cluster
from linli.core.audit.chain import seal_events
from linli.core.audit.models import Event
from linli.core.backup.actions import conninfo
from linli.core.backup.choices import Outcome
from linli.core.backup.making import DUMP, Made
from linli.core.backup.models import Backup
from linli.core.backup.reading import look_through, try_out
from linli.core.backup.restoring import Target, restore
from linli.core.files.models import Attachment
from linli.core.postgres import Programs, embedded, of_the_system
from linli.organizations.models import Organization

pytestmark = pytest.mark.django_db(transaction=True)

SERVERS = {each.major: each for each in (embedded(), *of_the_system()) if each.major >= 15 and each.has("initdb")}


def test_every_row_and_every_file_comes_back(
    filed: Organization,
    back_up: Callable[..., Made],
    identity: Any,
    folder: Path,
    empty_database: str,
    tmp_path: Path,
) -> None:
    (folder / "imports").mkdir()
    (folder / "imports" / "list.csv").write_bytes(b"a,b\n")
    before = content(conninfo())
    made = back_up()
    files = Folder()

    manifest = restore(made.path, [identity], Target(empty_database, tmp_path, files), lambda said: None)

    assert content(empty_database) == before
    assert files.found == digests(folder)
    assert len(files.found) == 3
    assert manifest["audit"]["events"] == Event.objects.exclude(name="core.backup").count()
    assert manifest["tables"]["public.organizations_organization"]["rows"] == 1
    row = Backup.objects.get()
    assert (row.outcome, row.name, row.files, row.missing) == (Outcome.GOOD, made.path.name, 3, 0)


def test_what_comes_back_goes_on(
    filed: Organization, back_up: Callable[..., Made], identity: Any, empty_database: str, tmp_path: Path
) -> None:
    restore(back_up().path, [identity], Target(empty_database, tmp_path, None), lambda said: None)

    with psycopg.connect(empty_database) as connection:
        last = connection.execute("SELECT max(id) FROM core_event").fetchone()
        fresh = connection.execute(
            "INSERT INTO core_event (at, actor_id, post, name, scope, detail, request_id)"
            " SELECT at, actor_id, '', 'x', '', '{}', '' FROM core_event LIMIT 1 RETURNING id"
        ).fetchone()
        assert last is not None
        assert fresh is not None
        assert fresh[0] > last[0]
        with pytest.raises(psycopg.IntegrityError, match="an event is never changed or deleted"):
            connection.execute("UPDATE core_event SET name = 'y'")


@pytest.mark.parametrize("server", SERVERS.values(), ids=lambda server: f"PostgreSQL {server.major}")
def test_it_comes_back_on_another_server_and_from_there_again(
    server: Programs,
    filed: Organization,
    back_up: Callable[..., Made],
    identity: Any,
    empty_database: str,
    tmp_path: Path,
) -> None:
    """Every row and the sealed chain: on each server of this machine, and from there on the one of the tests."""
    from linli.core.backup import making

    assert seal_events(wait=True).events > 0
    before = content(conninfo())
    made = back_up()
    with tempfile.TemporaryDirectory(prefix="linli-other-") as place:
        Path(place).chmod(0o711)
        cluster = Cluster(Path(place, "postgres"), Path(place, "log"), {"shared_buffers": "16MB"}, server)
        cluster.start(die_with_parent=True, keep_safe=False)
        try:
            restore(made.path, [identity], Target(cluster.url, tmp_path, None), lambda said: None)
            there = content(cluster.url)
            plan = making.Plan(cluster.url, tmp_path / "there", [identity.to_public()], "0", "real")
            back = making.make(plan)
            secrets = dict(settings.LINLI_SECRETS)
            commands.try_chain(url_of(cluster.url), Path(place, "home"), secrets, made.manifest)
        finally:
            cluster.stop()
    restore(back.path, [identity], Target(empty_database, tmp_path, None), lambda said: None)

    assert there == before
    assert content(empty_database) == before
    assert back.manifest["tables"] == made.manifest["tables"]
    assert back.manifest["audit"]["seal"] == made.manifest["audit"]["seal"]
    commands.try_chain(url_of(empty_database), tmp_path / "home", secrets, back.manifest)


def test_it_replaces_what_is_there_only_when_asked(
    filed: Organization, back_up: Callable[..., Made], identity: Any, empty_database: str, tmp_path: Path
) -> None:
    from linli.core.backup.archive import BackupError

    made = back_up()
    with psycopg.connect(empty_database) as connection:
        connection.execute("CREATE TABLE mine (n int)")
    with pytest.raises(BackupError, match="已有数据"):
        restore(made.path, [identity], Target(empty_database, tmp_path, None), lambda said: None)
    assert list(content(empty_database)) == ["mine"]

    for _twice in range(2):
        restore(made.path, [identity], Target(empty_database, tmp_path, None, replace=True), lambda said: None)

    assert "mine" not in content(empty_database)
    assert try_out_again(empty_database, made, identity) == []


def try_out_again(url: str, made: Made, identity: Any) -> list[str]:
    """Compare a database with what the backup says of itself."""
    from linli.core.backup.reading import compare

    with psycopg.connect(url) as connection:
        return compare(connection, look_through(made.path, [identity]).manifest)


def test_a_difference_is_found(
    filed: Organization, back_up: Callable[..., Made], identity: Any, empty_database: str
) -> None:
    made = back_up()
    assert try_out(made.path, [identity], empty_database) == []
    with psycopg.connect(empty_database) as connection:
        connection.execute("UPDATE organizations_organization SET name = name || '?'")
        connection.execute("DELETE FROM core_delivery WHERE id = (SELECT min(id) FROM core_delivery)")

    said = try_out_again(empty_database, made, identity)

    count = made.manifest["tables"]["public.core_delivery"]["rows"]
    assert said[0] == f"public.core_delivery：应有 {count} 行，实有 {count - 1} 行"
    assert said[1] == "public.organizations_organization：行数相同，内容不同"


def test_anybody_with_age_and_tar_can_open_it(
    filed: Organization, back_up: Callable[..., Made], identity: Any
) -> None:
    import hashlib
    import zlib

    opened = io.BytesIO(pyrage.decrypt(back_up().path.read_bytes(), [identity]))
    with tarfile.open(fileobj=opened) as tar:
        members = {info.name: tar.extractfile(info).read() for info in tar}  # type: ignore[union-attr]
    sums = dict(reversed(line.split("  ", 1)) for line in members.pop("SHA256SUMS").decode().splitlines())

    assert sums == {name: hashlib.sha256(data).hexdigest() for name, data in members.items()}
    packed = b"".join(data for name, data in members.items() if name.startswith(DUMP))
    assert b"COPY public.core_event" in zlib.decompress(packed, zlib.MAX_WBITS | 16)
    assert members["secrets/field_keys"].decode() == ",".join(settings.LINLI_FIELD_KEYS)
    assert json.loads(members["manifest.json"])["contains"] == ["database", "secrets", "files"]


def test_keys_and_files_can_be_left_out(filed: Organization, back_up: Callable[..., Made], identity: Any) -> None:
    seen: list[str] = []
    look_through(back_up(files=False, keys=False).path, [identity], lambda member: seen.append(member.name))

    assert [name for name in seen if not name.startswith(DUMP)] == []


def test_an_attachment_without_its_file_is_told(
    filed: Organization, back_up: Callable[..., Made], folder: Path
) -> None:
    lost = Attachment.objects.order_by("pk")[0].stored_as
    (folder / lost).unlink()

    made = back_up()

    assert made.missing == (lost,)
    assert Backup.objects.get().missing == 1
