"""Commands of the demo: `linli demo load`."""

from __future__ import annotations

import time

import click


@click.group("demo")
def demo() -> None:
    """演示：装入金平区的演示数据。"""


@demo.command("load")
def load() -> None:
    """装入演示区县；已经装过就什么也不做。只能在演示环境用（LINLI_DEMO=1）。"""
    from django.conf import settings

    if not settings.DEMO:
        raise click.ClickException(
            "这里不是演示环境，不能装入演示账号。要试用，请另开一个文件夹：linli serve --demo。"
        )
    from linli.demo.load import ensure, is_loaded

    if is_loaded():
        click.echo("演示数据已经在了。")
        return
    began = time.monotonic()
    ensure(lambda said: click.echo(f"  {said}({time.monotonic() - began:.1f} 秒)"))


commands: list[click.Command] = [demo]
