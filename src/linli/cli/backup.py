"""`linli backup`: make one, look at those there are, check one, make the keys."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from linli.cli import notify
from linli.cli.cluster import Cluster
from linli.cli.home import Halt, Home, stage
from linli.cli.ready import django_ready
from linli.core.backup import archive
from linli.core.backup.archive import BackupError
from linli.core.postgres import server_programs

PASSPHRASE = "LINLI_BACKUP_PASSPHRASE"  # noqa: S105 - the name of a variable


class Sentences(click.Group):
    """Ends with the sentence of a BackupError."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BackupError as error:
            raise Halt(str(error)) from error


def ask_passphrase() -> str:
    """Of a private key that is kept encrypted."""
    return os.environ.get(PASSPHRASE) or str(click.prompt("私钥文件的口令", hide_input=True))


def identities_from(files: Sequence[Path]) -> list[Any]:
    """The private keys to open a backup with; Halt when none was given."""
    if not files:
        raise Halt("要打开备份，请用 --identity 写明私钥文件（linli backup key 生成的那个）。")
    return [identity for path in files for identity in archive.identities_in(path, ask_passphrase)]


identity_option = click.option(
    "--identity",
    "-i",
    "identities",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="私钥文件，可写多个。",
)


@click.group("backup", cls=Sentences, invoke_without_command=True)
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), help="放在哪个文件夹。")
@click.option("--recipient", "-r", "recipients", multiple=True, help="age 公钥，可写多个；默认 LINLI_BACKUP_KEYS。")
@click.option("--keep", type=click.IntRange(1), help="做成后只留最新的几份；默认 LINLI_BACKUP_KEEP。")
@click.option("--no-files", is_flag=True, help="不含附件。")
@click.option("--no-keys", is_flag=True, help="不含密钥；恢复时要另有密钥，否则证件号和电话读不出来。")
@click.pass_context
def backup(
    context: click.Context,
    folder: Path | None,
    recipients: tuple[str, ...],
    keep: int | None,
    no_files: bool,
    no_keys: bool,
) -> None:
    """做一份加密的备份：数据库、附件和密钥，都是同一时刻的。"""
    if context.invoked_subcommand is not None:
        return
    began = time.monotonic()
    with django_ready():
        from django.conf import settings

        from linli.core.access.models import User
        from linli.core.backup.actions import make_backup, plan_of
        from linli.core.backup.making import forget

        wanted = list(recipients) or settings.LINLI_BACKUP_KEYS
        if not wanted:
            raise Halt("没有公钥，不知道备份给谁打开。请先 linli backup key 生成一对，再设 LINLI_BACKUP_KEYS。")
        plan = plan_of(
            (folder or settings.LINLI_BACKUP_DIR).expanduser().resolve(),
            [archive.recipient_of(text) for text in wanted],
            files=not no_files,
            keys=not no_keys,
        )
        made = make_backup(plan, actor=User.system(), say=lambda said: click.echo(f"  {said}"))
        old = forget(plan.folder, keep or settings.LINLI_BACKUP_KEEP)
    click.echo(f"  文件 {made.files} 个；已读回核对")
    if made.missing:
        click.secho(f"! {len(made.missing)} 个附件的文件不在文件库里，例如 {made.missing[0]}", fg="yellow", err=True)
    if old:
        click.echo(f"  删去旧备份 {len(old)} 份")
    click.echo(f"{made.path}（{made.size / 2**20:.1f} MB，{time.monotonic() - began:.1f} 秒）")


@backup.command("key")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--passphrase", is_flag=True, help="私钥文件再用口令加密。")
def key(file: Path, passphrase: bool) -> None:
    """生成一对密钥：私钥写进 FILE（请移到别处保管），公钥显示出来（写进 LINLI_BACKUP_KEYS）。"""
    word = ""
    if passphrase:
        word = os.environ.get(PASSPHRASE) or str(click.prompt("口令", hide_input=True, confirmation_prompt=True))
    identity = archive.new_identity()
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Halt(f"{file} 已经在了。里面可能是打开旧备份的私钥，不覆盖；请换一个文件名。") from error
    with os.fdopen(descriptor, "wb") as out:
        out.write(archive.identity_file(identity, word))
    click.echo(f"私钥在 {file}。请移到这台机器以外的地方保管两份：没有它，备份打不开。", err=True)
    click.echo(str(identity.to_public()))


@backup.command("list")
@click.option("--in", "folder", type=click.Path(path_type=Path, file_okay=False), help="默认 LINLI_BACKUP_DIR。")
def list_them(folder: Path | None) -> None:
    """有哪些备份，新的在后。"""
    from linli.core.backup.making import kept

    where = folder or Path(os.environ.get("LINLI_BACKUP_DIR") or Home.from_environment().path / "backups")
    for path in kept(where):
        click.echo(f"{path}  {path.stat().st_size / 2**20:.1f} MB")


@backup.command("verify")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@identity_option
@click.option("--deep", is_flag=True, help="再恢复到一个临时的数据库里，逐表比较，并核对封存链。")
@click.option("--server", type=int, help="--deep 用系统里装的哪一版 PostgreSQL；默认内置的。")
def verify(file: Path, identities: tuple[Path, ...], deep: bool, server: int | None) -> None:
    """核对一份备份：解密、逐项校验；--deep 再真的恢复一遍。"""
    from linli.core.backup.reading import look_through

    keys = identities_from(identities)
    restored_secrets: dict[str, str] = {}

    def take(member: archive.Member) -> None:
        if member.name.startswith("secrets/"):
            restored_secrets[member.name.removeprefix("secrets/")] = member.read().decode()

    with stage("解密并逐项校验"):
        contents = look_through(file, keys, take)
    manifest = contents.manifest
    click.echo(
        f"  {manifest['made_at']}，Linli {manifest['linli']}，PostgreSQL {manifest['server']['version']}；"
        f"含 {'、'.join(manifest['contains'])}"
    )
    rows = sum(table["rows"] for table in manifest["tables"].values())
    click.echo(
        f"  {len(manifest['tables'])} 张表，{rows} 行；文件 {contents.files} 个；{contents.bytes / 2**20:.1f} MB"
    )
    seal = manifest["audit"].get("seal")
    head = f"，封存到第 {seal['number']} 号 {seal['hash'][:16]}…" if seal else ""
    click.echo(f"  办理记录 {manifest['audit']['events']} 条，最后一条 {manifest['audit']['last_event']}{head}")
    if deep:
        try_deep(file, keys, server, restored_secrets, manifest)
    click.secho("✓ 这份备份可以用。", fg="green")


def try_deep(
    file: Path, keys: list[Any], server: int | None, restored_secrets: dict[str, str], manifest: dict[str, Any]
) -> None:
    """Restore into a throw-away server and compare; Halt when it differs."""
    from linli.core.backup.reading import try_out

    programs = server_programs(server) if server else None
    if server and programs is None:
        raise Halt(f"这里没有装 PostgreSQL {server}。请安装 postgresql-{server}，或去掉 --server。")
    with tempfile.TemporaryDirectory(prefix="linli-verify-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        place.chmod(0o711)
        cluster = Cluster(place / "postgres", place / "postgres.log", {"shared_buffers": "64MB"}, programs)
        with stage("启动临时的数据库"):
            cluster.start(die_with_parent=True, keep_safe=False)
        try:
            with stage("恢复并逐表比较"):
                differing = try_out(file, keys, cluster.url)
            if differing:
                raise Halt("恢复出来的和备份说的不一样：" + "；".join(differing[:10]) + "。请换一份备份。")
            try_chain(cluster.url, place / "home", restored_secrets or kept_secrets(), manifest)
        finally:
            cluster.stop()


def kept_secrets() -> dict[str, str]:
    """Those of this installation, for a backup that holds none."""
    folder = Home.from_environment().path / "secrets"
    return {file.name: file.read_text().strip() for file in folder.glob("*") if file.is_file()}


def steps_since(manifest: dict[str, Any]) -> list[str]:
    """Migrations of ours that the backup does not know."""
    package = Path(__file__).resolve().parent.parent
    known = {f"{path.parents[1].name}.{path.stem}" for path in package.glob("*/migrations/0*.py")}
    return sorted(known - set(manifest["migrations"]))


def try_chain(url: str, home: Path, secrets: dict[str, str], manifest: dict[str, Any]) -> None:
    """Whether the events and the marked rows of the restored database are what was sealed; Halt when they are not.

    By the commands themselves, in processes of their own with the keys of the backup. One of an older Linli is
    brought up to date first, which tries that out as well.
    """
    apart = ("LINLI_REPLICA_URL", "LINLI_S3_BUCKET", "LINLI_CLOCK_SHIFT_DAYS", *notify.VARIABLES)
    environment = {name: value for name, value in os.environ.items() if name not in apart} | {
        "DATABASE_URL": url,
        "LINLI_HOME": str(home),
        "LINLI_DEMO": "1" if manifest["kind"] == "demo" else "0",
        **{f"LINLI_{name.upper()}": value for name, value in secrets.items()},
    }
    todo: list[tuple[str, tuple[str, ...]]] = [("核验办理记录和业务数据", ("audit", "verify", "--copy"))]
    if steps_since(manifest):
        todo.insert(0, ("更新到这一版的数据表", ("manage", "migrate", "--no-input", "--verbosity=0")))
    for label, words in todo:
        with stage(label):
            done = subprocess.run(
                [sys.executable, "-m", "linli", *words],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
        for line in (done.stdout if words[0] == "audit" else "").splitlines():
            click.echo(f"    {line}")
        if done.returncode:
            said = done.stderr.strip().splitlines()
            raise Halt(f"{label}没有通过：{said[-1] if said else '没有说原因'} 数据本身和备份时一样。")
