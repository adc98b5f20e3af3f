"""A wrong key, a damaged, truncated or foreign file: a sentence, and nothing is touched."""

from __future__ import annotations

import errno
import io
import random
import tarfile
import tracemalloc
from pathlib import Path
from typing import Any

import pyrage
import pytest

from linli.core.backup import archive
from linli.core.backup.archive import BackupError, Checked, Writer
from linli.core.backup.reading import look_through

MB = 1 << 20


@pytest.fixture
def good(tmp_path: Path, identity: Any) -> Path:
    path = tmp_path / "linli-2026-11-22T000000Z-0000.tar.age"
    with Writer(path, [identity.to_public()]) as writer:
        writer.add("manifest.json", b'{"format": 1}')
        writer.add("files/a", random.Random(1).randbytes(300_000))
        writer.seal()
    return path


def said(path: Path, identity: Any) -> str:
    with pytest.raises(BackupError) as caught:
        look_through(path, [identity])
    return str(caught.value)


def test_good(good: Path, identity: Any) -> None:
    contents = look_through(good, [identity])

    assert (contents.members, contents.files, contents.bytes) == (1, 1, 300_000)
    assert [path.name for path in good.parent.glob("linli*")] == [good.name]


def test_wrong_key(good: Path) -> None:
    assert "这把密钥打不开" in said(good, archive.new_identity())


@pytest.mark.parametrize("part", [0.0, 0.001, 0.3, 0.7, 0.999])
def test_truncated(good: Path, identity: Any, part: float) -> None:
    whole = good.read_bytes()
    good.write_bytes(whole[: int(len(whole) * part)])

    assert said(good, identity).endswith(("请换一份备份。", "不是 age 加密的备份。"))


@pytest.mark.parametrize("seed", range(12))
def test_a_flipped_bit(good: Path, identity: Any, seed: int) -> None:
    damaged = bytearray(good.read_bytes())
    damaged[random.Random(seed).randrange(len(damaged))] ^= 1 << seed % 8
    good.write_bytes(damaged)

    assert said(good, identity)


def encrypted(path: Path, identity: Any, members: dict[str, bytes]) -> Path:
    """An age file with a tar of somebody else's making."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    path.write_bytes(pyrage.encrypt(plain.getvalue(), [identity.to_public()]))
    return path


SUM_OF_ONE = "44b533a2a5cb23d3ea5dd9e7a39c7b0b4ee0d0c4ff5e5f5a5e8e6f5d2e3a7c10"


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"manifest.json": b'{"format": 1}'}, "不完整或已损坏"),
        ({"manifest.json": b'{"format": 1}', "SHA256SUMS": f"{SUM_OF_ONE}  manifest.json\n".encode()}, "校验和不符"),
        ({"manifest.json": b'{"format": 1}', "SHA256SUMS": b""}, "没列入校验和"),
        ({"readme.txt": b"hello"}, "这不是 Linli 的备份"),
        ({"manifest.json": b"[]"}, "这不是 Linli 的备份"),
        ({"manifest.json": b'{"format": 99, "linli": "9.0"}'}, "更新版本的 Linli（9.0）"),
        ({}, "不完整或已损坏"),
    ],
)
def test_whole_but_wrong(tmp_path: Path, identity: Any, members: dict[str, bytes], sentence: str) -> None:
    assert sentence in said(encrypted(tmp_path / "x.tar.age", identity, members), identity)


def test_something_else(tmp_path: Path, identity: Any) -> None:
    (tmp_path / "x").write_bytes(b"PK\3\4 a zip")

    assert said(tmp_path / "x", identity) == "x 不是 age 加密的备份。"
    assert "打不开" in said(tmp_path / "nowhere", identity)


def test_a_full_disk_leaves_nothing(tmp_path: Path, identity: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Checked, data: bytes) -> int:
        error = OSError(errno.ENOSPC, "No space left on device")
        self.failed(error)
        raise error

    monkeypatch.setattr(Checked, "write", full)
    path = tmp_path / "x.tar.age"

    def fill() -> None:
        with Writer(path, [identity.to_public()]) as writer:
            for number in range(40):
                writer.add(str(number), b"\0" * MB)
            writer.seal()

    with pytest.raises(OSError, match="No space left"):
        fill()

    assert list(tmp_path.glob("x*")) == []


def test_memory_does_not_grow_with_the_data(tmp_path: Path, identity: Any) -> None:
    class Zeros:
        def read(self, size: int = -1) -> bytes:
            return b"\0" * size

    path = tmp_path / "big.tar.age"
    tracemalloc.start()
    with Writer(path, [identity.to_public()]) as writer:
        writer.add("manifest.json", b'{"format": 1}')
        writer.add("files/big", Zeros(), 96 * MB)  # type: ignore[arg-type]
        for number in range(2000):
            writer.add(f"files/{number}", b"x")
        writer.seal()
    look_through(path, [identity])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 16 * MB


def test_a_private_key_file_with_a_passphrase(tmp_path: Path, good: Path, identity: Any) -> None:
    file = tmp_path / "key"
    file.write_bytes(archive.identity_file(identity, "正确的口令"))
    asked: list[str] = []

    def ask() -> str:
        asked.append("once")
        return "正确的口令"

    assert look_through(good, archive.identities_in(file, ask)).files == 1
    assert asked == ["once"]
    with pytest.raises(BackupError, match="口令不对"):
        archive.identities_in(file, lambda: "别的")
    file.write_text("AGE-SECRET-KEY-1BROKEN")
    with pytest.raises(BackupError, match="不完整"):
        archive.identities_in(file, ask)
    file.write_text("age1abc")
    with pytest.raises(BackupError, match="没有 age 私钥"):
        archive.identities_in(file, ask)


def test_a_public_key_that_is_none() -> None:
    with pytest.raises(BackupError, match="不是 age 公钥"):
        archive.recipient_of("ssh-rsa AAAA")


def test_old_backups_go_and_a_killed_ones_remains_too(tmp_path: Path) -> None:
    from linli.core.backup.making import forget

    names = [f"linli-2026-11-{day:02}T000000Z-0000.tar.age" for day in range(1, 6)]
    for name in (*names, "linli-2026-11-06T000000Z-0000.tar.age.part", "linli-notes.tar.age", "other.txt"):
        (tmp_path / name).touch()

    assert [path.name for path in forget(tmp_path, 2)] == names[:3]
    assert sorted(path.name for path in tmp_path.iterdir()) == [*names[3:], "linli-notes.tar.age", "other.txt"]
    assert forget(tmp_path, 0) == [tmp_path / names[3]]


def test_reading_may_stop_in_the_middle(good: Path, identity: Any) -> None:
    with archive.opened(good, [identity]) as members:
        assert next(members).name == "manifest.json"
