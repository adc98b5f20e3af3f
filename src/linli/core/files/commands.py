"""`linli files`: looking after the stored files."""

from __future__ import annotations

import click

SHOWN = 20


@click.group()
def files() -> None:
    """附件：核对文件库，在磁盘和对象存储之间搬动。"""


@files.command()
@click.option("--digests", is_flag=True, help="把每个文件读一遍，核对校验值；慢，但能发现内容损坏。")
def check(digests: bool) -> None:
    """核对登记和文件：缺少的、不对的、没有登记的。缺少或不对时退出码为 1。"""
    from linli.core.files.checking import check as look

    findings = look(digests=digests, say=lambda said: click.echo(f"  {said}"))
    click.echo(f"核对了 {findings.files} 个文件，{findings.bytes / 2**20:.1f} MB{'，含内容' if digests else ''}。")
    for label, names in (("缺少", findings.missing), ("大小或内容不对", findings.wrong)):
        for name in names[:SHOWN]:
            click.secho(f"✗ {label}：{name}", fg="red")
        if len(names) > SHOWN:
            click.secho(f"✗ {label}：还有 {len(names) - SHOWN} 个", fg="red")
    if findings.orphans:
        click.echo(f"! 没有登记的 {len(findings.orphans)} 个，例如 {findings.orphans[0]}；每晚会自动清理附件里的。")
    if not findings.good:
        raise click.ClickException("文件库和登记不一致。请先从备份里找回这些文件（linli restore 到别处，再拷回来）。")
    click.secho("✓ 登记的文件都在。", fg="green")


@files.command()
@click.option("--to", "where", type=click.Choice(["s3", "disk"]), required=True, help="搬到对象存储，或搬回磁盘。")
@click.option("--delete", is_flag=True, help="核对后删去原处的；不写就留着，确认无误后再删。")
def move(where: str, delete: bool) -> None:
    """把全部文件搬到另一处，逐个读回核对；中断了再运行，接着搬。做法见 docs/deploy.md。"""
    from django.conf import settings
    from django.core.files.storage import storages

    from linli.core.files.moving import MoveError, alone
    from linli.core.files.moving import move as carry

    if not settings.LINLI_FILES_BUCKET:
        raise click.ClickException("请用 LINLI_S3_BUCKET 等变量写明是哪个对象存储，搬过去和搬回来都要。")
    disk = storages.create_storage(settings.LINLI_FILES_FOLDER)
    store = storages.create_storage(settings.LINLI_FILES_STORE)
    source, target = (disk, store) if where == "s3" else (store, disk)
    journal = settings.HOME / f"files.moved-to-{where}"
    try:
        with alone(settings.HOME):
            moved = carry(source, target, journal, delete=delete, say=lambda said: click.echo(f"  {said}"))
    except MoveError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"搬了 {moved.copied} 个文件（{moved.bytes / 2**20:.1f} MB），原先已到的 {moved.there} 个。")
    for name in moved.damaged[:SHOWN]:
        click.secho(f"! 和登记的校验值不同，搬之前就是这样：{name}", fg="yellow", err=True)
    # The way back begins anew: what lies here may change from now on.
    (settings.HOME / f"files.moved-to-{'disk' if where == 's3' else 's3'}").unlink(missing_ok=True)
    click.secho("✓ 都已到达并核对。", fg="green")


commands: list[click.Command] = [files]
