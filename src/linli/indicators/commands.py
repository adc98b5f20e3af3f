"""Commands of this app: `linli figures check`."""

from __future__ import annotations

import click


@click.group("figures")
def figures() -> None:
    """指标：核对汇总数与记录，重算。"""


@figures.command("check")
@click.option("--mend", "mending", is_flag=True, help="不符的重新计数；期间这张表的写入会等一会儿。")
@click.option("--facts", "only", multiple=True, help="只核对这些记录，例如 organizations；可以写几次。")
def check(mending: bool, only: tuple[str, ...]) -> None:
    """拿每张表的记录重新计算，与汇总数比对；有不符的以状态 1 结束。"""
    from linli.core.access.models import User
    from linli.core.figures.declare import FACTS
    from linli.indicators.actions.keeping import check_all, mend

    unknown = [slug for slug in only if slug not in FACTS]
    if unknown:
        raise click.ClickException(f"没有“{'、'.join(unknown)}”。可选：{'、'.join(FACTS)}。")
    actor = User.system()
    left = 0
    for found in check_all(actor=actor, only=only):
        told = f"{FACTS[found.facts].label}（{found.facts}）：{found.rows:,} 条记录，{found.cells:,} 格"
        if not found.drifted:
            click.echo(f"✓ {told}，全部相符")
            continue
        click.echo(f"✗ {told}，{found.drifted:,} 格不符")
        for wrong in found.examples[:5]:
            where = f"{wrong['scope'] or '全部'} {wrong['day']} {wrong['move']}"
            click.echo(f"    {where}：应为 {wrong['truth']}，汇总为 {wrong['kept']}")
        if mending:
            mend(found, actor=actor)
            click.echo("  已重新计数")
        else:
            left += 1
    if left:
        raise click.exceptions.Exit(1)


commands: list[click.Command] = [figures]
