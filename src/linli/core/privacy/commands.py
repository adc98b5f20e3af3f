"""`linli keys`: the keys that encrypt personal values."""

from __future__ import annotations

import os

import click


@click.group()
def keys() -> None:
    """字段加密密钥：查看、添加、轮换。"""


@keys.command()
def status() -> None:
    """每一列各有多少内容由哪个密钥保护。"""
    from linli.core.privacy.cipher import key_marks
    from linli.core.privacy.rotation import columns, count_by_key

    marks = key_marks()
    click.echo(f"密钥（新的在前）：{'、'.join(marks)}")
    for column in columns():
        for mark, count in sorted(count_by_key(column).items()):
            name = ("最新" if mark == marks[0] else "旧的" if mark in marks else "缺少") if mark else "没有加密"
            click.echo(f"  {column}  {mark or '-'}（{name}）  {count} 条")


@keys.command()
def add() -> None:
    """生成一个新密钥，放在最前面；旧密钥保留，仍能解密。"""
    from django.conf import settings

    from linli.core.privacy.cipher import key_mark
    from linli.core.privacy.rotation import add_key

    if os.environ.get("LINLI_FIELD_KEYS"):
        raise click.ClickException(
            "密钥由环境变量 LINLI_FIELD_KEYS 提供。请在那里把新密钥写在最前面，用逗号和旧密钥分开，再重启。"
        )
    path = settings.HOME / "secrets" / "field_keys"
    try:
        text = add_key(path)
    except OSError as error:
        raise click.ClickException(f"密钥没有写进 {path}：{error.strerror}。原来的密钥没有变。") from error
    click.echo(f"新密钥 {key_mark(text.split(',')[0])} 已加到 {path}，共 {text.count(',') + 1} 个。请备份这个文件。")
    click.echo("下一步：重启 linli，再运行 linli keys rotate。")


@keys.command()
def rotate() -> None:
    """用最新的密钥重新加密所有内容；可以中断，再运行就接着做。"""
    from linli.core.files.sealing import rotate_files
    from linli.core.privacy.rotation import Result, columns, verify
    from linli.core.privacy.rotation import rotate as rotate_column
    from linli.core.sheets.rotation import rotate_rows

    bad = 0
    for column in columns():
        result = Result(column)
        for result in rotate_column(column):
            if result.changed:
                click.echo(f"\r{column}：已换 {result.changed} 条", nl=False)
        read, failed = verify(column)
        click.echo(f"\r{column}：已换 {result.changed} 条，核对 {read} 条可读，{result.left} 条不是最新密钥")
        if result.unreadable:
            shown = "、".join(str(pk) for pk in result.unreadable[:10])
            click.echo(f"  {failed} 条读不出来（编号 {shown}{'…' if len(result.unreadable) > 10 else ''}）", err=True)
        bad += result.left + failed
    changed, unreadable = rotate_rows()
    click.echo(f"导入的行：已换 {changed} 条，{unreadable} 条读不出来")
    bad += unreadable
    changed, unreadable = rotate_files()
    click.echo(f"加密保存的文件：已换 {changed} 个，{unreadable} 个读不出来")
    bad += unreadable
    if bad:
        raise click.ClickException(
            "没有全部换完。还在运行的旧进程请先重启，缺少的旧密钥请放回去，再运行一次；现在不要删旧密钥。"
        )
    click.echo("全部换好。确认备份也不再需要旧密钥以后，可以把旧密钥从 field_keys 里删掉。")


commands: list[click.Command] = [keys]
