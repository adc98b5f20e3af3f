"""`linli audit`: sealing, checking, publishing and exporting the trace."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from linli.core.audit.findings import Report


@click.group()
def audit() -> None:
    """审计：封存办理记录，核验有没有被改动，导出证明。"""


@audit.command()
def seal() -> None:
    """把还没有封存的办理记录封存；后台任务每分钟也做一次。"""
    from linli.core.audit.actions import begin_marks
    from linli.core.audit.chain import begin_stamps, seal_events
    from linli.core.audit.heads import keep_head

    begin_stamps()
    marked = begin_marks()
    if marked:
        click.echo(f"原有的 {marked:,} 行业务数据加上了核对标记。")
    tty = sys.stderr.isatty()
    sealed = seal_events(
        wait=True, progress=(lambda count: click.echo(f"\r已封存 {count:,} 条", nl=False, err=True)) if tty else None
    )
    if tty and sealed.links:
        click.echo("", err=True)
    head = keep_head(now=True)
    click.echo(
        f"封存了 {sealed.events:,} 条办理记录，{sealed.links:,} 号。" if sealed.links else "没有新的办理记录。"
    )
    if head:
        click.echo(f"最新：第 {head.number} 号 {head.hash}")


@audit.command()
@click.option("--since", type=click.IntRange(1), default=1, help="从第几号封存起核验。")
@click.option("--records/--no-records", default=True, help="是否也核对业务数据的标记。")
@click.option("--files/--no-files", default=True, help="是否也核对附件的内容。")
@click.option("--lanes", type=click.IntRange(1, 16), default=2, show_default=True, help="同时用几个数据库连接。")
@click.option("--copy", is_flag=True, help="核验的是恢复出来的副本：什么都不写，不看库外留存的校验值和附件。")
def verify(since: int, records: bool, files: bool, lanes: int, copy: bool) -> None:
    """核验全部办理记录、业务数据和附件。完好时退出码为 0，有改动为 1，并逐条说明。"""
    from linli.core.audit.actions import verify as check
    from linli.core.audit.actions import verify_database
    from linli.core.audit.models import Verification

    began, tty = time.monotonic(), sys.stderr.isatty()

    def progress(done: int, total: int) -> None:
        if tty:
            click.echo(f"\r已核验 {done:,} / 约 {max(done, total):,}", nl=False, err=True)

    if copy:
        report = verify_database(lanes=lanes)
    else:
        made = Verification.objects.create(since=since)
        report = check(made, lanes=lanes, records=records, files=files, progress=progress)
    if tty:
        click.echo("", err=True)
    _tell(report, time.monotonic() - began)


def _tell(report: Report, seconds: float) -> None:
    """What was checked and found; fails when something was."""
    counts = report.counts
    click.echo(
        f"核验了 {counts.get('seals', 0):,} 号封存、{counts.get('events', 0):,} 条办理记录、"
        f"{counts.get('rows', 0):,} 行业务数据、{counts.get('files', 0):,} 个附件，用时 {seconds:.1f} 秒。"
    )
    for note in report.notes:
        click.echo(note)
    if report.clean:
        click.echo(f"完好。最新：第 {report.through} 号 {report.head}" if report.through else "完好；还没有封存过。")
        return
    for finding in report.findings:
        click.echo(f"✗ {finding.text}")
    if report.more:
        click.echo(f"还有 {report.more:,} 处没有列出。")
    raise click.ClickException(
        f"发现 {len(report.findings) + report.more:,} 处改动。请先保留现场（备份数据库和日志），再查是谁做的。"
    )


@audit.command()
def remark() -> None:
    """升级后核对的字段变了：把符合旧标记的行换成新标记；后台任务也会做。不符合的行保持原样，核验会点名。"""
    from linli.core.audit.marks import called
    from linli.core.audit.renewal import renew_marks

    renewed = renew_marks()
    for each in renewed:
        left = f"；{each.left:,} 行原来就不符，没有动" if each.left else ""
        click.echo(f"{called(each.model)}：{each.rows:,} 行换了新标记{left}。")
    if not renewed:
        click.echo("没有要换的标记。")


@audit.command()
def head() -> None:
    """打印最新一号封存的校验值。把它公布到别处，以前的记录就再也改不了而不被发现。"""
    from linli.core.audit.chain import last_seal
    from linli.core.audit.heads import head_of

    newest = last_seal()
    if newest is None:
        raise click.ClickException("还没有封存过。请先运行 linli audit seal。")
    found = head_of(newest)
    click.echo(f"{found.number} {found.hash} {found.at}")


@audit.command()
def restored() -> None:
    """恢复备份以后运行：说明备份之后的封存随之作废，核验不再要求它们。"""
    from linli.core.audit.heads import note_restore

    note_restore()
    click.echo("已记下：从这里起以恢复的备份为准。")


@audit.command()
@click.argument("model")
@click.argument("row", type=int)
@click.option("--reason", required=True, help="查明了什么，为什么认可。")
def accept(model: str, row: int, reason: str) -> None:
    """认可一行被绕过系统改动的业务数据；会留下办理记录。MODEL 例如 organizations.organization，ROW 是编号。"""
    from linli.core.access.models import User
    from linli.core.audit.actions import accept_change
    from linli.core.errors import Refusal

    try:
        accept_change(model, row, reason=reason, actor=User.system())
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal
    click.echo(f"已认可 {model} {row} 现在的内容。")


@audit.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--from", "first", type=int, default=1, help="从第几号封存起。")
@click.option("--to", "last", type=int, default=None, help="到第几号封存为止。")
@click.option("--case", "uid", default="", help="只导出一件事（编号如 SQ-…，或它的 uid）的记录和它们的封存。")
def export(file: Path, first: int, last: int | None, uid: str) -> None:
    """导出办理记录和封存，外人不用数据库就能核验；做法见 docs/audit.md。"""
    from linli.core.access.models import User
    from linli.core.audit.proof import case_proof, proof_lines, subject_named
    from linli.core.errors import Refusal

    try:
        lines = (
            case_proof(subject_named(uid), actor=User.system())
            if uid
            else proof_lines(first=first, last=last, actor=User.system())
        )
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal
    count = 0
    with file.open("w", encoding="utf-8") as out:
        for line in lines:
            out.write(line)
            count += 1
    click.echo(f"写了 {count:,} 行到 {file}。")


commands: list[click.Command] = [audit]
