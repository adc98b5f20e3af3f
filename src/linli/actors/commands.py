"""Commands of this app: `linli post add`, with which a real installation gets its first people."""

from __future__ import annotations

import click


@click.group("post")
def post() -> None:
    """岗位：给人任职。第一位系统管理员由此产生。"""


@post.command("add")
@click.option("--username", required=True, help="账号；没有就新建，并要求输入密码。")
@click.option("--name", default="", help="姓名，新建账号时用。")
@click.option("--role", required=True, help="岗位代码，例如 sysadmin、street_officer、community_worker。")
@click.option("--area", "code", required=True, help="管辖区域的区划代码，例如 440511。")
@click.option("--body", required=True, help="任职机构的名称；没有就新建。")
@click.option("--title", default="", help="职务，例如 社会事务办经办。")
def add(username: str, name: str, role: str, code: str, body: str, title: str) -> None:
    """任职：账号 × 岗位 × 机构 × 区域。可以重复执行，已在任的不变。"""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from linli.actors.actions import found_body, open_post
    from linli.actors.choices import Role
    from linli.areas.queries import by_code
    from linli.core.access.models import User
    from linli.core.errors import Refusal

    if role not in Role.values:
        raise click.ClickException(f"没有“{role}”这个岗位。可选：{'、'.join(Role.values)}。")
    area = by_code(code)
    if area is None:
        raise click.ClickException(f"没有代码为 {code} 的区划。请先用 linli areas import 导入区划。")
    password = None
    if not User.objects.filter(username=username).exists():
        password = click.prompt("新账号的密码", hide_input=True, confirmation_prompt="再输入一次")
        try:
            validate_password(password, User(username=username, name=name))
        except ValidationError as error:
            raise click.ClickException(" ".join(error.messages)) from error
    try:
        held = open_post(
            username=username,
            name=name,
            password=password,
            role=role,
            body=found_body(body, area=area, actor=User.system()),
            area=area,
            title=title,
            actor=User.system(),
        )
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal
    click.echo(f"{held.user} 任{held}，管辖{area.full_name}。")


commands: list[click.Command] = [post]
