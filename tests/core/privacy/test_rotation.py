"""`linli keys`: adding a key and re-encrypting with it, also after a kill and next to a lost key."""

from __future__ import annotations

import stat
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner
from django.db import connection

from linli.core.access.models import User
from linli.core.privacy import rotation
from linli.core.privacy.cipher import key_mark
from linli.core.privacy.commands import add, rotate, status
from linli.core.privacy.rotation import Column, count_by_key, verify

PHONE = Column(User, "phone")


@pytest.fixture
def people(db, settings) -> list[User]:
    settings.LINLI_FIELD_KEYS = ["old"]
    return [User.objects.create_user(f"u{i}", phone=f"1380000{i:04}" if i else "") for i in range(8)]


def test_users_phone_is_among_the_columns() -> None:
    assert "core.User.phone" in {str(column) for column in rotation.columns()}


def test_rotation_moves_every_value_to_the_newest_key(people, settings, monkeypatch) -> None:
    monkeypatch.setattr(rotation, "BATCH", 3)
    settings.LINLI_FIELD_KEYS = ["new", "old"]
    result = CliRunner().invoke(rotate)
    assert result.exit_code == 0, result.output
    assert "core.User.phone：已换 7 条，核对 7 条可读，0 条不是最新密钥" in result.output
    assert count_by_key(PHONE) == {key_mark("new"): 7}
    settings.LINLI_FIELD_KEYS = ["new"]
    assert [u.phone for u in User.objects.filter(pk__in=[p.pk for p in people]).order_by("pk")] == [
        p.phone for p in people
    ]


def test_a_killed_rotation_goes_on_where_it_stopped(people, settings, monkeypatch) -> None:
    monkeypatch.setattr(rotation, "BATCH", 3)
    settings.LINLI_FIELD_KEYS = ["new", "old"]
    next(rotation.rotate(PHONE))  # one batch, then nothing more
    assert count_by_key(PHONE) == {key_mark("new"): 3, key_mark("old"): 4}
    *_, last = rotation.rotate(PHONE)
    assert (last.changed, last.left, last.unreadable) == (4, 0, [])
    *_, again = rotation.rotate(PHONE)
    assert again.changed == 0


def test_a_lost_key_is_reported_and_the_rest_is_done(people, settings) -> None:
    settings.LINLI_FIELD_KEYS = ["lost"]
    User.objects.filter(pk=people[3].pk).update(phone="13911112222")
    settings.LINLI_FIELD_KEYS = ["new", "old"]
    result = CliRunner().invoke(rotate)
    assert result.exit_code == 1
    assert f"1 条读不出来（编号 {people[3].pk}）" in result.output
    assert count_by_key(PHONE) == {key_mark("new"): 6, key_mark("lost"): 1}
    assert verify(PHONE) == (6, 1)


def test_plain_text_in_the_column_is_reported_not_hidden(people, settings) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_user SET phone = '13811112222' WHERE id = %s", [people[2].pk])
    assert count_by_key(PHONE)[""] == 1
    assert "没有加密" in CliRunner().invoke(status).output


def secrets_file(tmp_path: Path, settings) -> Path:
    settings.HOME = tmp_path
    path = tmp_path / "secrets" / "field_keys"
    path.parent.mkdir()
    path.write_text("old")
    path.chmod(0o600)
    return path


def test_adding_a_key_puts_it_first_and_keeps_the_file_private(tmp_path, settings, monkeypatch) -> None:
    monkeypatch.delenv("LINLI_FIELD_KEYS", raising=False)
    path = secrets_file(tmp_path, settings)
    result = CliRunner().invoke(add)
    keys = path.read_text().split(",")
    assert result.exit_code == 0
    assert (len(keys), keys[1]) == (2, "old")
    assert keys[0] not in result.output
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["field_keys"]


def test_two_operators_at_once_lose_no_key(tmp_path, settings) -> None:
    path = secrets_file(tmp_path, settings)
    threads = [Thread(target=rotation.add_key, args=(path,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(path.read_text().split(","))) == 9


def test_a_full_disk_leaves_the_old_keys(tmp_path, settings, monkeypatch) -> None:
    monkeypatch.delenv("LINLI_FIELD_KEYS", raising=False)
    path = secrets_file(tmp_path, settings)

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(rotation.os, "fsync", full)
    result = CliRunner().invoke(add)
    assert result.exit_code == 1
    assert "原来的密钥没有变" in result.output
    assert path.read_text() == "old"
    assert [p.name for p in path.parent.iterdir()] == ["field_keys"]


def test_keys_from_the_environment_are_not_written_to_a_file(tmp_path, settings, monkeypatch) -> None:
    monkeypatch.setenv("LINLI_FIELD_KEYS", "a,b")
    path = secrets_file(tmp_path, settings)
    assert CliRunner().invoke(add).exit_code == 1
    assert path.read_text() == "old"
