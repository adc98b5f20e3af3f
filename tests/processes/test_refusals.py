"""What stands in the way of a start is said in a sentence, with exit code 1 and without a traceback."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from linli.cli.address import Address
from linli.cli.serve import serve

MEGABYTE = 2**20


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run `linli serve` in this process, over a folder of its own; gives the sentence it ends with."""
    monkeypatch.setenv("LINLI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATABASE_URL")

    def run(*words: str) -> str:
        result: Result = CliRunner().invoke(serve, words)
        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit)
        return result.output

    return run


def test_port_taken_suggests_the_next_free_one(refused: Callable[..., str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        said = refused("--port", str(port))

    assert f"端口 {port} 已被别的程序占用" in said
    assert "make run PORT=" in said


def test_unknown_host(refused: Callable[..., str]) -> None:
    assert "请检查 --host 和 --port" in refused("--port", "8000", "--host", "203.0.113.7")


def test_home_that_cannot_be_written(refused: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file, not a folder")

    assert "写不进去" in refused("--port", "8000")


def test_full_disk(refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=3 * MEGABYTE))

    assert "磁盘快满了" in refused("--port", "8000")


def test_data_of_another_postgresql(refused: Callable[..., str], tmp_path: Path) -> None:
    cluster = tmp_path / "home" / "postgres"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("15\n")
    port = next(port for port in range(20000, 30000) if Address("127.0.0.1", port).is_free())

    assert "是 PostgreSQL 15 的数据" in refused("--port", str(port))


@pytest.mark.parametrize(
    ("kind", "words", "sentence"), [("demo", (), "里是演示数据"), ("real", ("--demo",), "里是正式数据")]
)
def test_demo_and_real_data_never_mix(
    refused: Callable[..., str], tmp_path: Path, kind: str, words: tuple[str, ...], sentence: str
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "kind").write_text(kind)

    assert sentence in refused("--port", "8000", *words)
