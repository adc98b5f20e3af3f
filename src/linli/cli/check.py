"""`linli check`: is everything in order?"""

from __future__ import annotations

import click

from linli.cli.home import Halt
from linli.cli.ready import django_ready


@click.command("check")
def check() -> None:
    """检查设置、数据库和数据文件夹；有不妥（✗）时退出码为 1，提醒（!）不算。"""
    with django_ready():
        from django.core.management import call_command
        from django.core.management.base import SystemCheckError

        from linli.core import health
        from linli.core.suitability import Verdict, findings

        wrong = []
        try:
            call_command("check", deploy=True, fail_level="ERROR")
        except SystemCheckError as error:
            wrong.append(str(error).strip())
        answers = health.database_answers()
        states = [("数据库", answers)]
        if answers == health.GOOD:
            for finding in findings():
                click.echo(f"  数据库{finding.label} {finding.verdict} {finding.text}")
                if finding.verdict is Verdict.WRONG:
                    wrong.append(finding.text)
            states.append(("数据表", health.migrations_done()))
            if replica := health.replica_state():
                states.append(("只读副本", replica))
        states += [("磁盘", health.disk_has_room()), ("文件库", health.files_answer())]
        for label, state in states:
            click.echo(f"  {label} {'✓' if state == health.GOOD else '✗ ' + state}")
            if state != health.GOOD:
                wrong.append(state)
        if wrong:
            raise Halt("有不妥的地方，见上。")
