"""Channels, states of a delivery, and the groups of notices a person can switch."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    """How a notice reaches a person."""

    IN_APP = "in_app", _("站内")
    EMAIL = "email", _("电子邮件")
    APPRISE = "apprise", _("工作群机器人")


class State(TextChoices):
    """Where a delivery stands."""

    QUEUED = "queued", _("待发送")
    SENT = "sent", _("已发送")
    FAILED = "failed", _("没有送到")
    SKIPPED = "skipped", _("不用发送")


@dataclass(frozen=True)
class Group:
    """Kinds of notices that are switched together. A kind belongs to the group its first word names."""

    key: str
    label: str
    help: str


GROUPS = {
    group.key: group
    for group in (
        Group("duty", "待办与期限", "有新待办、快到期、超期、催办"),
        Group("case", "我办的事", "申请被受理、同意、退回、有了结果"),
        Group("privacy", "个人信息", "有人查看了你的个人信息"),
        Group("other", "其他", "公告和系统消息"),
    )
}


def group_of(kind: str) -> str:
    """The group of a kind such as "case.filing"; a kind nobody grouped is "other"."""
    first = kind.split(".", 1)[0]
    return first if first in GROUPS else "other"
