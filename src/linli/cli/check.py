"""`linli check`: is everything in order?"""

from __future__ import annotations

import click

from linli.cli.home import Halt
from linli.cli.ready import django_ready


@click.command("check")
def check() -> None:
    """检查设置、数据库和数据文件夹；有不妥时退出码为 1。"""
    with django_ready():
        from django.core.management import call_command
        from django.core.management.base import SystemCheckError

        from linli.core import health

        wrong = []
        try:
            call_command("check", deploy=True, fail_level="ERROR")
        except SystemCheckError as error:
            wrong.append(str(error).strip())
        for label, state in (
            ("数据库", health.database_answers()),
            ("数据表", health.migrations_done()),
            ("磁盘", health.disk_has_room()),
        ):
            click.echo(f"  {label} {'✓' if state == health.GOOD else '✗ ' + state}")
            if state != health.GOOD:
                wrong.append(state)
        if wrong:
            raise Halt("有不妥的地方，见上。")
