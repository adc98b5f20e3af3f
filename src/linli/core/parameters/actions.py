"""Setting a local value."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import NotAllowed
from linli.core.parameters import REGISTRY, value_of
from linli.core.parameters.models import ParameterValue


@transaction.atomic
def set_parameter(key: str, raw: Any, *, scope: str, valid_from: dt.date, reason: str, actor: User) -> ParameterValue:
    """Let a value hold for an area from a day on. Cases that run keep theirs."""
    if not actor.has_perm("core.set_parameter", ParameterValue(key=key, scope=scope)):
        raise NotAllowed("parameter.not_allowed", "修改参数由本区系统管理员办理。请联系区民政局。")
    before = value_of(key, scope, valid_from)
    value = REGISTRY[key].clean(raw)
    row, _created = ParameterValue.objects.update_or_create(
        key=key, scope=scope, valid_from=valid_from, defaults={"value": value, "reason": reason, "set_by": actor}
    )
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
