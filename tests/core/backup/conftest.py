"""A committed district with papers, its backup, and empty databases to restore into."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings as django_settings
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from linli.core.access.models import User
from linli.core.backup import archive
from linli.core.backup.actions import conninfo, make_backup, plan_of
from linli.core.backup.archive import Member
from linli.core.backup.making import Made


@pytest.fixture(autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> Path:
    """Files of this test alone."""
    place = tmp_path_factory.mktemp("files")
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": place}},
    }
    return place


@pytest.fixture
def identity() -> Any:
    return archive.new_identity()


@pytest.fixture
def back_up(tmp_path: Path, identity: Any) -> Callable[..., Made]:
    """Make a backup of what the test has committed."""

    def make(**choices: Any) -> Made:
        plan = plan_of(tmp_path / "backups", [identity.to_public()], **choices)
        return make_backup(plan, actor=User.system())

    return make


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The conninfo of a new database on the server of the tests."""
    name = f"restored_{uuid.uuid4().hex[:8]}"
    here = conninfo_to_dict(django_settings.DATABASES["default"].get("URL") or conninfo())
    with psycopg.connect(make_conninfo(**{**here, "dbname": "postgres"}), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        yield make_conninfo(**{**here, "dbname": name})
        for left in reversed(range(20)):
            try:
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
                break
            except psycopg.errors.InsufficientPrivilege:  # the server itself tidies it up: a moment later it is done
                if not left:
                    raise
                time.sleep(0.5)


class Folder:
    """A place for files that keeps their digests."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def put(self, name: str, member: Member) -> None:
        self.found[name] = hashlib.sha256(member.read()).hexdigest()


def content(url: str) -> dict[str, str]:
    """A digest of each table's rows as COPY writes them, sorted: another way than the backup's own sums."""
    found = {}
    with psycopg.connect(url) as connection:
        connection.execute("SET timezone TO 'UTC'")
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 2"
        ).fetchall()
        for schema, table in tables:
            with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(schema, table))) as copy:
                rows = sorted(b"".join(copy).split(b"\n"))
            found[table] = hashlib.sha256(b"\n".join(rows)).hexdigest()
    return found


def digests(folder: Path) -> dict[str, str]:
    """Every file under a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def url_of(conninfo: str) -> str:
    """As DATABASE_URL has it."""
    parts = conninfo_to_dict(conninfo)
    who, where = f"{parts['user']}:{parts.get('password', '')}", str(parts["host"])
    if where.startswith("/"):
        return f"postgresql://{who}@/{parts['dbname']}?host={quote(where)}"
    return f"postgresql://{who}@{where}:{parts.get('port', 5432)}/{parts['dbname']}"
