"""`linli restore`: bring a backup back, all or nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from linli.cli.backup import identities_from, identity_option
from linli.cli.home import Halt, Home, stage
from linli.cli.ready import cannot_use_database, database_there, set_up_django
from linli.core.backup.archive import BackupError, Member
from linli.core.backup.restoring import STAGED, Unfinished, alone, finish


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@identity_option
@click.option("--replace", is_flag=True, help="覆盖已有的数据。")
@click.option("--yes", is_flag=True, help="不再询问。")
@click.option("--no-files", is_flag=True, help="附件保持原样。")
@click.option("--keys-lost", is_flag=True, help="没有当时的密钥也恢复；证件号和电话将读不出来。")
def restore(
    file: Path, identities: tuple[Path, ...], replace: bool, yes: bool, no_files: bool, keys_lost: bool
) -> None:
    """把一份备份恢复到空的数据库和文件夹；中途停了，原来的不变。先停下所有网页和后台任务。"""
    try:
        run(file, identities, replace=replace, yes=yes, files=not no_files, keys_lost=keys_lost)
    except BackupError as error:
        raise Halt(f"{error}原来的数据没有动。") from error


def run(
    file: Path, identity_files: tuple[Path, ...], *, replace: bool, yes: bool, files: bool, keys_lost: bool
) -> None:
    """See `restore`."""
    from linli.core.backup.reading import look_through

    keys = identities_from(identity_files)
    home = Home.from_environment()
    home.make_usable()
    found: dict[str, str] = {}

    def take(member: Member) -> None:
        if member.name.startswith("secrets/"):
            found[member.name.removeprefix("secrets/")] = member.read().decode()

    with home.held(), alone(home.path):
        settle_keys(home)
        with stage("核对备份"):
            contents = look_through(file, keys, take)
        manifest = contents.manifest
        click.echo(f"  备份于 {manifest['made_at']}，Linli {manifest['linli']}，文件 {contents.files} 个")
        demo = manifest["kind"] == "demo"
        fresh_folder = not (home.path / "kind").exists()
        home.settle_kind(demo=demo)
        os.environ["LINLI_DEMO"] = "1" if demo else "0"
        try:
            fresh = keys_to_take(home, manifest, found, keys_lost=keys_lost)
            # So that the settings make none of their own.
            os.environ.update({f"LINLI_{name.upper()}": value for name, value in fresh.items()})
            with database_there():
                set_up_django()
                refuse_newer(manifest)
                bring_back(file, keys, home, fresh, manifest, replace=replace, yes=yes, files=files)
                note_in_chain(home)
        except BaseException:
            if fresh_folder and not Unfinished(home.path).path.exists():
                (home.path / "kind").unlink()  # nothing came into the folder
            raise
    click.secho("✓ 已恢复并逐表核对。", fg="green", nl=False)
    click.echo("下一步：linli prepare（或 linli serve，会自动做），再 linli check。")


def settle_keys(home: Home) -> None:
    """Keys of a restore that was killed take their place or go, before those in use are held against the backup's."""
    if (home.path / STAGED).exists():
        with database_there():
            finish(home.path, os.environ["DATABASE_URL"])


def note_in_chain(home: Home) -> None:
    """What was sealed after the backup is void from here on; the heads kept outside the database hear of it."""
    from django.db import DatabaseError

    from linli.core.audit.heads import note_restore

    try:
        note_restore()
    except DatabaseError:  # tables of an older Linli; `linli prepare` does it then
        return
    Unfinished(home.path).clear()


def bring_back(
    file: Path,
    keys: list[Any],
    home: Home,
    fresh: dict[str, str],
    manifest: dict[str, Any],
    *,
    replace: bool,
    yes: bool,
    files: bool,
) -> None:
    """Into the database and the storage that Django is set up for."""
    import psycopg
    from django.db import connections

    from linli.core.backup.actions import conninfo, why
    from linli.core.backup.restoring import Target, has_come, is_empty
    from linli.core.backup.restoring import restore as bring
    from linli.core.backup.storage import Files

    store = Files() if files and "files" in manifest["contains"] else None
    try:
        mark = Unfinished(home.path)
        before = mark.read()
        with psycopg.connect(conninfo()) as connection:
            empty = is_empty(connection)
            came = has_come(connection, before.get("ticket", ""))
        if before and not came:
            click.secho(f"! {before['at']} 开始的恢复没有做完，现在重做。", fg="yellow", err=True)
        fresh_ground = empty and (store is None or store.is_empty() or bool(before.get("empty")))
        if not fresh_ground:
            if not replace:
                raise BackupError("这里已有数据。只能恢复到空的数据库和文件夹；确实要覆盖，请加 --replace。")
            if not yes:
                click.echo("  ! 现有的数据库会被整个换成备份里的，之后办的事都会没有。建议先 linli backup 一份。")
                if click.prompt("  确定要覆盖，请输入“覆盖”", default="", show_default=False) != "覆盖":
                    raise Halt("没有覆盖，原来的数据没有动。")
        target = Target(conninfo(), home.path, store, fresh, replace)
        mark.write(file, empty=fresh_ground, ticket=target.ticket)
        (home.path / "prepared").unlink(missing_ok=True)  # the tables may be those of an older Linli from here on
        with stage("恢复"):
            click.echo()
            bring(file, keys, target, lambda said: click.echo(f"    {said}"))
    except psycopg.errors.DiskFull as error:
        raise BackupError("数据库所在的磁盘满了。请清出空间后再试。") from error
    except psycopg.OperationalError as error:
        raise Halt(cannot_use_database(error)) from error
    except psycopg.Error as error:
        raise BackupError(f"数据库不接受这份备份：{str(error).strip().splitlines()[0]}。") from error
    except OSError as error:
        raise BackupError(why(error)) from error
    finally:
        connections.close_all()


def keys_to_take(home: Home, manifest: dict[str, Any], found: dict[str, str], *, keys_lost: bool) -> dict[str, str]:
    """The keys of the backup that must take the place of ours; Halt when the data could not be read."""
    from linli.core.privacy.cipher import key_mark

    given = {name: os.environ[f"LINLI_{name.upper()}"] for name in found if os.environ.get(f"LINLI_{name.upper()}")}
    ours = {
        name: given.get(name) or (path.read_text().strip() if (path := home.path / "secrets" / name).exists() else "")
        for name in ("field_keys", "hash_key")
    }
    held = {key_mark(key.strip()) for key in ours["field_keys"].split(",") if key.strip()}
    wanted = manifest["keys"]
    fits = set(wanted["field"]) <= held and bool(ours["hash_key"]) and key_mark(ours["hash_key"]) == wanted["hash"]
    if fits:
        return {}
    if found:
        if given:
            named = "、".join(f"LINLI_{name.upper()}" for name in given)
            raise Halt(f"环境变量 {named} 和备份里的密钥不同。请先去掉它们，恢复会把备份里的密钥放进数据文件夹。")
        return found
    if keys_lost:
        return {}
    raise Halt(
        "这份备份不含密钥，这里的密钥也不是当时的：证件号和电话会读不出来。"
        f"请先把当时的密钥放进 {home.path / 'secrets'}；确实没有了，请加 --keys-lost。"
    )


def refuse_newer(manifest: dict[str, Any]) -> None:
    """Halt when the backup was made by a newer Linli, whose tables this one does not know."""
    from django.db.migrations.loader import MigrationLoader

    from linli.cli.prepare import our_labels

    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    newer = [name for name in manifest["migrations"] if name not in known and name.split(".")[0] in our_labels()]
    if newer:
        raise Halt(
            f"这份备份由更新版本的 Linli（{manifest['linli']}）做成，多出 {'、'.join(newer[:3])}。"
            "请先把程序升级到那个版本。原来的数据没有动。"
        )
