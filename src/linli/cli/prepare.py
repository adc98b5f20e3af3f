"""`linli prepare`: bring tables and static files to this version. Quick when they are."""

from __future__ import annotations

import hashlib
import io
import shutil
import time
from pathlib import Path

import click

from linli.cli.home import Halt, stage
from linli.cli.parent import follow_supervisor
from linli.cli.ready import cannot_use_database, database_there, set_up_django


@click.command("prepare")
@click.option("--demo", is_flag=True, help="装入演示区县和演示账号。")
def prepare(demo: bool) -> None:
    """更新数据表和静态文件；升级后运行一次。"""
    import os

    if demo:
        os.environ["LINLI_DEMO"] = "1"
    follow_supervisor()
    with database_there():
        with stage("载入程序"):
            set_up_django()
        from django.db import DatabaseError

        try:
            migrate()
            seed()
            collect_static()
            if demo:
                load_demo()
        except DatabaseError as error:
            raise Halt(cannot_use_database(error)) from error


def migrate() -> None:
    """Apply what is pending; Halt when the tables belong to a newer Linli."""
    from django.core.management import call_command
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    known = executor.loader.disk_migrations
    newer = sorted(key for key in executor.loader.applied_migrations if key not in known and key[0] in our_labels())
    if newer:
        named = "、".join(f"{label}.{name}" for label, name in newer[:3])
        raise Halt(
            f"这些数据由更新版本的 Linli 写过（多出 {named}）。请把程序升级到那个版本再启动，"
            "或用 LINLI_HOME 换一个文件夹。数据没有动。"
        )
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        with stage(f"更新数据表（{len(pending)} 步）"):
            try:
                call_command("migrate", interactive=False, verbosity=0)
            except DatabaseError as error:
                raise Halt(
                    f"数据表没有更新成功：{str(error).strip()}。出错的那一步已撤销，数据没有动；"
                    "请带着这句话报告给维护者，或先用回原来的版本。"
                ) from error


def seed() -> None:
    """What every installation starts with: the calendar of working days and the system's own account."""
    from linli.core.access.models import User
    from linli.core.workdays.actions import load_published

    load_published()
    User.system()


def our_labels() -> set[str]:
    """Apps whose migrations are ours to judge; those of an app no longer installed are nobody's business."""
    from django.apps import apps

    return {config.label for config in apps.get_app_configs() if config.name.startswith("linli.")}


def collect_static() -> None:
    """Copy and compress the static files when any of them changed."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    root = Path(settings.STATIC_ROOT)
    mark = root.with_name("static.inputs")
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    if root.exists() and mark.exists() and mark.read_text() == digest.hexdigest():
        return
    with stage("准备静态文件"):
        mark.unlink(missing_ok=True)
        shutil.rmtree(root, ignore_errors=True)
        call_command("collectstatic", interactive=False, verbosity=0, stdout=io.StringIO())
        mark.write_text(digest.hexdigest())


def load_demo() -> None:
    """The demo district, once; later calls see that it is there."""
    from linli.demo.load import ensure

    began = time.monotonic()

    def progress(said: str) -> None:
        click.echo(f"  演示区县：{said}（{time.monotonic() - began:.1f} 秒）")

    ensure(progress)
