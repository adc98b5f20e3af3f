"""Setting a local value."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from linli.core import clock
from linli.core.access import policy
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.parameters import REGISTRY, value_of
from linli.core.parameters.models import ParameterValue

WHOSE = {
    "business": "这个参数由区民政局负责人设定。请联系他们。",
    "technical": "这个参数由系统管理员设定。请联系他们。",
    "security": "安全策略由安全管理员设定。请联系他们。",
}


def permit(key: str, scope: str, actor: User) -> None:
    """NotAllowed unless the actor may set this parameter there; KeyError for one nobody declared."""
    parameter = REGISTRY[key]
    permission = "core.set_policy" if parameter.kept_by == "security" else "core.set_parameter"
    if not actor.has_perm(permission, ParameterValue(key=key, scope=scope)):
        raise NotAllowed("parameter.not_allowed", WHOSE[parameter.kept_by])


@transaction.atomic
def set_parameter(key: str, raw: Any, *, scope: str, valid_from: dt.date, reason: str, actor: User) -> ParameterValue:
    """Let a value hold for an area from a day on. Cases that run keep theirs."""
    permit(key, scope, actor)
    if not reason.strip():
        raise BadInput("parameter.reason", "请写明依据。", fields={"reason": "请写明依据。"})
    before = value_of(key, scope, valid_from)
    value = REGISTRY[key].clean(raw)
    row, _created = ParameterValue.objects.update_or_create(
        key=key,
        scope=scope,
        valid_from=valid_from,
        defaults={
            "value": value,
            "reason": reason,
            "set_by": actor,
            "set_at": clock.now(),
            "valid_to": None,
        },
    )
    # Policies are read for the whole installation and kept for a request: this one goes on with the new value.
    policy.forget()
    record(
        actor,
        "core.set_parameter",
        row,
        scope=scope,
        key=key,
        before=before,
        after=value,
        reason=reason,
        valid_from=valid_from,
    )
    return row


@transaction.atomic
def end_value(value: ParameterValue, *, on: dt.date, reason: str, actor: User) -> ParameterValue:
    """Let a local value hold no longer from a day on: the wider area's, or the default, holds again.

    A value that has not begun yet is taken back whole. Cases that run keep what they began under.
    """
    value = ParameterValue.objects.select_for_update().get(pk=value.pk)
    permit(value.key, value.scope, actor)
    if not reason.strip():
        raise BadInput("parameter.reason", "请写明依据。", fields={"reason": "请写明依据。"})
    if on < clock.today():
        text = "不能追溯到以前的日期。请填今天或以后。"
        raise BadInput("parameter.backwards", text, fields={"on": text})
    if value.valid_to is not None and value.valid_to <= on:
        raise WrongState("parameter.ended", "这个取值已经停用。")
    if on <= value.valid_from:
        record(
            actor, "core.take_back_value", None, scope=value.scope, key=value.key, value=value.value, reason=reason
        )
        value.delete()
    else:
        value.valid_to = on
        value.full_clean()
        value.save(update_fields=["valid_to"])
        record(
            actor, "core.end_value", value, scope=value.scope, key=value.key, value=value.value, reason=reason, on=on
        )
    policy.forget()
    return value
