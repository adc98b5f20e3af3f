"""Commands of the demo: `linli demo load`, `jinping`, `shangyu`, `linli demo --scale`."""

from __future__ import annotations

import time
from collections.abc import Callable

import click


@click.group("demo", invoke_without_command=True)
@click.option(
    "--scale", type=click.IntRange(1, 20_000_000), help="把名册扩大到这么多家组织，用来测量；可以反复执行。"
)
@click.option("--duties", type=click.IntRange(0), default=1_000_000, show_default=True, help="在办的待办共多少件。")
@click.option("--owed", type=click.IntRange(0), default=10_000, show_default=True, help="其中林晓燕名下多少件。")
@click.pass_context
def demo(context: click.Context, scale: int | None, duties: int, owed: int) -> None:
    """演示：装入金平区的演示数据，或把它扩大到百万家组织。"""
    if context.invoked_subcommand is not None:
        return
    if scale is None:
        click.echo(context.get_help())
        return
    context.invoke(grow, organizations=scale, duties=duties, owed=owed)


def _must_be_demo() -> None:
    from django.conf import settings

    if not settings.DEMO:
        raise click.ClickException(
            "这里不是演示环境，不能装入演示账号。要试用，请另开一个文件夹：linli serve --demo。"
        )


def _timed() -> Callable[[str], None]:
    began = time.monotonic()
    return lambda said: click.echo(f"  {said}({time.monotonic() - began:.1f} 秒)")


@demo.command("load")
def load() -> None:
    """装入演示区县；已经装过就什么也不做。只能在演示环境用（LINLI_DEMO=1）。"""
    _must_be_demo()
    from linli.demo.load import ensure, is_loaded

    if is_loaded():
        click.echo("演示数据已经在了。")
        return
    ensure(_timed())


def _scenario(name: str) -> None:
    _must_be_demo()
    from linli.core.errors import WrongState
    from linli.demo.scenario.loading import load

    try:
        fresh = load(name, _timed())
    except WrongState as refused:
        raise click.ClickException(str(refused)) from None
    click.echo("装好了。看数 → 公布数字对照，账号 wuminjie。" if fresh else "这个情景已经在了。")


@demo.command("jinping")
def jinping() -> None:
    """装入情景：汕头市金平区 2018 年底，记录加起来等于报告公布的数字；要空的文件夹。"""
    _scenario("jinping")


@demo.command("shangyu")
def shangyu() -> None:
    """装入情景：绍兴市上虞区 2020 年中，记录加起来等于报告公布的数字；要空的文件夹。"""
    _scenario("shangyu")


@demo.command("grow", hidden=True)
@click.argument("organizations", type=click.IntRange(1, 20_000_000))
@click.option("--duties", type=click.IntRange(0), default=1_000_000)
@click.option("--owed", type=click.IntRange(0), default=10_000)
def grow(organizations: int, duties: int, owed: int) -> None:
    """扩大名册：linli demo --scale 的本体。"""
    _must_be_demo()
    from linli.demo.scale import Size
    from linli.demo.scale import grow as grow_to
    from linli.demo.scenario.loading import loaded

    if loaded() not in ("", "demo"):
        raise click.ClickException("这里装的是情景，数字要和报告对得上，不能扩大。请用 LINLI_HOME 换一个文件夹。")
    grow_to(Size(organizations, max(duties, owed), owed), _timed())
    click.echo("演示数据已扩大到所要的规模。")


commands: list[click.Command] = [demo]
