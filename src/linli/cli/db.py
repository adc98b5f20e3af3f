"""`linli db`: the embedded database by hand."""

from __future__ import annotations

import fcntl
import os

import click

from linli.cli.cluster import cluster_of, kept, lent
from linli.cli.home import Halt, Home


@click.group("db")
def db() -> None:
    """内置数据库。用 DATABASE_URL 指定了别的数据库时，这里的命令不适用。"""
    if os.environ.get("DATABASE_URL"):
        raise Halt("已用 DATABASE_URL 指定了数据库，内置数据库不参与。要用内置的，请先去掉这个环境变量。")


@db.command("start")
def start() -> None:
    """启动，并一直开着，直到 linli db stop。"""
    home = Home.from_environment()
    home.make_usable()
    kept(home).touch()
    with lent(home) as url:
        click.echo(url)


@db.command("stop")
def stop() -> None:
    """停止。有别的 linli 命令正在用时不停。"""
    home = Home.from_environment()
    kept(home).unlink(missing_ok=True)
    if cluster_of(home).pid() is None:
        click.echo("没有在运行。")
        return
    with (home.path / "postgres.lock").open("a+") as users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Halt("还有 linli 命令（例如 linli serve）在用它。请先停下那个命令，数据库会一起停。") from error
        cluster_of(home).stop()
    click.echo("已停止。")


@db.command("status")
def status() -> None:
    """在不在运行；不在时退出码为 3。"""
    cluster = cluster_of(Home.from_environment())
    pid = cluster.pid()
    click.echo(f"在运行，进程 {pid}，{cluster.data}" if pid else "没有在运行。")
    if not pid:
        raise SystemExit(3)


@db.command("url")
def url() -> None:
    """它的地址，可用于 psql、pg_dump 等。"""
    click.echo(cluster_of(Home.from_environment()).url)
