"""Commands of this room: `linli account reset`, for administrators whom no other administrator may reset."""

from __future__ import annotations

import click


@click.group("account")
def account() -> None:
    """账号：在服务器上重置管理员的密码和动态口令。"""


@account.command("reset")
@click.option("--username", required=True, help="账号。")
@click.option("--reason", required=True, help="原因，会留在办理记录里，本人会收到消息。")
@click.option("--second-factor", is_flag=True, help="连同动态口令一起重置。")
def reset(username: str, reason: str, second_factor: bool) -> None:
    """给账号一个初始密码，只显示一次；原有的登录全部结束。"""
    from allauth.mfa.models import Authenticator

    from linli.core.access.actions import reset_password, reset_second_factor
    from linli.core.access.models import User
    from linli.core.errors import Refusal

    user = User.objects.filter(username=username, is_system=False).first()
    if user is None:
        raise click.ClickException(f"没有账号 {username}。请核对。")
    try:
        if second_factor and Authenticator.objects.filter(user=user).exists():
            reset_second_factor(user, reason=reason, actor=User.system())
        password = reset_password(user, reason=reason, actor=User.system())
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal
    click.echo(f"{user} 的初始密码：{password}")
    click.echo("只显示这一次，登录后要马上换掉。")


commands: list[click.Command] = [account]
