"""Revealing a personal value (rulebook §11.2: unmask = logged with reason)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, Refusal
from linli.core.notices import notify
from linli.core.parameters import Parameter, declare, value_of
from linli.core.privacy.actions.looks import disclose
from linli.core.privacy.choices import PURPOSES, PURPOSES_UNDER_RESTRICTION, MarkKind
from linli.core.privacy.queries import marked
from linli.core.privacy.registry import Revealable

REVEAL = "privacy.reveal"
PER_DAY = "privacy.reveals_per_day"
LEAST_REASON = 4  # characters

declare(
    Parameter(
        PER_DAY,
        int,
        50,
        "次",
        "每人每天可查看的个人信息次数",
        "本系统所定",
        least=1,
        most=1000,
        kept_by="security",
    )
)


class TooMany(Refusal):
    """The day's reveals are used up."""

    status = 429
    title = "今天的查看次数用完了"


@transaction.atomic
def reveal(entry: Revealable, found: Any, field: str, *, purpose: str, reason: str, actor: User) -> str:
    """The value of one field, once, with its trace and a notice to the person concerned.

    The record must come from `entry.visible_to(actor)`. Raises NotAllowed, BadInput, TooMany.
    The trace names field, purpose and reason; never the value.
    """
    label = entry.fields[field]
    if not actor.has_perm(entry.permission, found):
        raise NotAllowed("privacy.not_allowed", f"你的岗位不能查看这里的{label}。需要时请找负责这件事的经办人。")
    reason = " ".join(reason.split())
    wrong = {}
    if purpose not in PURPOSES:
        wrong["purpose"] = "请选一个用途。"
    if len(reason) < LEAST_REASON:
        wrong["reason"] = f"请写清楚为什么要看，至少 {LEAST_REASON} 个字，本人会看到。"
    if wrong:
        raise BadInput("privacy.reason", "请写明查看的理由。", fields=wrong)
    if purpose not in PURPOSES_UNDER_RESTRICTION and marked(found, MarkKind.RESTRICTED):
        raise NotAllowed(
            "privacy.restricted", "本人已要求限制使用这条记录，现在只能为监督检查或紧急情况查看。请先联系本人。"
        )
    _count(actor, getattr(found, "scope", ""))
    event = record(actor, REVEAL, found, field=field, label=label, purpose=purpose, reason=reason)
    person = entry.subject_of(found)
    if person is not None and person.pk != actor.pk:
        disclose(event, [person.pk])
        notify(
            person,
            kind=REVEAL,
            title="有人查看了你的一项个人信息",
            body=f"{event.post or actor}查看了{label}，用途：{PURPOSES[purpose]}；说明：{reason}",
            url=reverse("core:access_log"),
            event=event,
        )
    return str(getattr(found, field) or "")


def _count(actor: User, scope: str) -> None:
    """Refuse past the day's number. The lock on the account makes two reveals at once count one after the other."""
    User.objects.select_for_update().get(pk=actor.pk)
    midnight = timezone.make_aware(dt.datetime.combine(clock.today(), dt.time.min))
    most = value_of(PER_DAY, scope)
    if Event.objects.filter(actor=actor, name=REVEAL, at__gte=midnight).count() >= most:
        raise TooMany(
            "privacy.too_many", f"今天你已查看个人信息 {most} 次，到了上限。请明天再看；急用请让同岗位的同事查看。"
        )
