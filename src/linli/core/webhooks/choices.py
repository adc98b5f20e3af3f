"""States of webhooks and of what they send, and the numbers a district may set."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.core.parameters import Parameter, declare

GIVE_UP_DAYS = "webhooks.give_up_days"
KEPT_DAYS = "webhooks.kept_days"

declare(
    Parameter(
        GIVE_UP_DAYS,
        int,
        5,
        "天",
        "回调：连续失败几天后自动停用",
        "Standard Webhooks",
        least=1,
        most=30,
        kept_by="technical",
    ),
    Parameter(
        KEPT_DAYS, int, 30, "天", "回调：发送记录保留多久", "本系统所定", least=1, most=365, kept_by="technical"
    ),
)


class HookState(TextChoices):
    """Whether a webhook is sent to."""

    ACTIVE = "active", _("启用")
    PAUSED = "paused", _("已暂停")
    DISABLED = "disabled", _("因一直失败已停用")


class MessageState(TextChoices):
    """Where a message stands."""

    QUEUED = "queued", _("等待发送")
    SENT = "sent", _("已送达")
    FAILED = "failed", _("没有送到")
