"""`linli prepare`: bring tables and static files to this version. Quick when they are."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import io
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linli.cli.home import Halt, stage
from linli.cli.parent import follow_supervisor
from linli.cli.ready import cannot_use_database, database_there, set_up_django

if TYPE_CHECKING:
    from django.db.migrations import Migration

ONE_AT_A_TIME = 0x6C696E6C69  # "linli"; of pg_advisory_lock
LOCK_TIMEOUT, LOCK_TRIES, LOCK_PAUSE = "3s", 20, 2.0
LOCK_NOT_AVAILABLE = "55P03"


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
            with tables_to_ourselves():
                migrate()
                note_restore()
                seed()
                keep_figures()
                rank()
                if demo:
                    load_demo()
            collect_static()
        except DatabaseError as error:
            raise Halt(cannot_use_database(error)) from error


@contextlib.contextmanager
def tables_to_ourselves() -> Iterator[None]:
    """Of several machines that prepare at once, one works and the others wait; then they find nothing left to do.

    The lock belongs to the connection: it is gone when the process is. It is asked for again and again, because a
    statement that waits would keep an index from being built beside it.
    """
    from django.db import connection

    def ask() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [ONE_AT_A_TIME])
            return bool(cursor.fetchone()[0])

    if not ask():
        with stage("等另一个 linli prepare 做完"):
            while not ask():
                time.sleep(0.5)
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_AT_A_TIME])


def migrate() -> None:
    """Apply what is pending; Halt when the tables belong to a newer Linli."""
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
                apply([migration for migration, _backwards in pending], fresh=not executor.loader.applied_migrations)
            except DatabaseError as error:
                raise Halt(
                    f"数据表没有更新成功：{str(error).strip()}。出错的那一步已撤销，数据没有动；"
                    "请带着这句话报告给维护者，或先用回原来的版本。"
                ) from error


def apply(pending: Sequence[Migration], *, fresh: bool) -> None:
    """Run the migrations. Where people work on the tables each step waits for a lock a few seconds at most.

    A step that waits for a table keeps everybody else from it, so it gives up, lets them through, and tries again.
    What is built beside the work (not atomic) waits for running transactions without being in anybody's way.
    A step and the mark that it is done are one transaction; Django alone writes the mark behind it where a foreign
    key is made last, and a process that was killed in between would make the tables twice.
    """
    from django.core.management import call_command
    from django.db import OperationalError, connection, transaction

    if fresh:
        call_command("migrate", interactive=False, verbosity=0)
        return
    for migration in pending:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT if migration.atomic else "0"]
            )
        for again in range(LOCK_TRIES, 0, -1):
            try:
                with transaction.atomic() if migration.atomic else contextlib.nullcontext():
                    call_command("migrate", migration.app_label, migration.name, interactive=False, verbosity=0)
                break
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE or again == 1:
                    raise
                time.sleep(LOCK_PAUSE)
    with connection.cursor() as cursor:
        cursor.execute("RESET lock_timeout")


def note_restore() -> None:
    """The rest of a `linli restore` that was killed after its commit, or brought the tables of an older Linli."""
    from django.conf import settings

    from linli.core.audit import heads
    from linli.core.backup.restoring import note_if_cut

    note_if_cut(Path(settings.HOME), heads.note_restore)


def seed() -> None:
    """What every installation starts with: the calendar of working days and the system's own account."""
    from linli.core.access.models import User
    from linli.core.workdays.actions import load_published

    load_published()
    User.system()


def keep_figures() -> None:
    """Let the database keep the figures as this version declares them; nothing to do when it does already."""
    from linli.indicators.actions.keeping import install

    install(stage)


def rank() -> None:
    """A ranking for every district that has organizations and none yet; the night keeps it from then on."""
    from linli.organizations.actions.ranking import rank_district
    from linli.organizations.queries.ranking import unranked_districts

    for district in unranked_districts():
        with stage(f"组织排名：{district.name}"):
            rank_district(district.path)


def our_labels() -> set[str]:
    """Apps whose migrations are ours to judge; those of an app no longer installed are nobody's business."""
    from django.apps import apps

    return {config.label for config in apps.get_app_configs() if config.name.startswith("linli.")}


def collect_static() -> None:
    """Copy and compress the static files when any of them changed; one process at a time in a folder."""
    from django.conf import settings

    root = Path(settings.STATIC_ROOT)
    with root.with_name("static.lock").open("a+") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        _collect_static(root)


def _collect_static(root: Path) -> None:
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

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
