"""Which events may be told, to whom, and what of them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from linli.core import clock
from linli.core.access.grants import Person
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.registers import REGISTRY as REGISTERS
from linli.core.webhooks.choices import HookState, MessageState
from linli.core.webhooks.models import Message, Webhook
from linli.core.workflow.declare import REGISTRY as PROCESSES
from linli.core.workflow.declare import STEPS
from linli.core.workflow.duties import LABELS

BEGUN = "core.case_begun"
PATTERN = re.compile(r"\*|[a-z_]+\.(\*|[a-z_]+\*?)")
FORGOTTEN = dt.timedelta(minutes=15)


def webhooks_visible_to(user: Person) -> QuerySet[Webhook]:
    """A person's own, newest first."""
    own = Webhook.objects.filter(user=user.pk) if isinstance(user, User) and user.pk else Webhook.objects.none()
    return own.order_by("-pk")


def known_events() -> dict[str, str]:
    """Names of events that are told, with their words; registers may add their own under their app's name."""
    told = {name: str(step.done or step.label) for name, (step, _process) in STEPS.items()}
    return told | {BEGUN: "开始填写"} | LABELS


def is_told(name: str) -> bool:
    """Whether an event of this name is ever told: what happens to cases and records, not who looked or signed in."""
    return name in STEPS or name in LABELS or name == BEGUN or name.partition(".")[0] in _apps()


def _apps() -> set[str]:
    return {register.model_label.partition(".")[0] for register in REGISTERS.values()}


def matches(patterns: Iterable[str], name: str) -> bool:
    """Whether one of the patterns names it; a star stands at the end for anything."""
    return any(name == each or (each.endswith("*") and name.startswith(each[:-1])) for each in patterns)


def subject_for(event: Event, user: User) -> dict[str, str] | None:
    """What the event is about, by outward names, as far as this person may see it today; None when not."""
    if event.subject_type is None or not user.is_active:
        return None
    model = event.subject_type.model_class()
    for process in PROCESSES.values():
        if process.model is model and process.visible_to is not None:
            return _named(process.visible_to(user), event, process.slug, f"/api/v1/cases/{process.slug}/")
    for register in REGISTERS.values():
        if register.model is model:
            return _named(register.visible_to(user), event, register.slug, f"/api/v1/registers/{register.slug}/")
    return None


def _named(seen: QuerySet[Any], event: Event, kind: str, api: str) -> dict[str, str] | None:
    row = seen.filter(pk=event.subject_id).first()
    if row is None:
        return None
    root = settings.LINLI_BASE_URL
    return {"kind": kind, "uid": row.uid, "url": root + row.get_absolute_url(), "api": f"{root}{api}{row.uid}"}


def forgotten_messages(limit: int = 500) -> list[int]:
    """Messages that are due and that no job remembers, e.g. after a backup was restored."""
    rows = Message.objects.filter(state=MessageState.QUEUED, next_at__lt=clock.now() - FORGOTTEN)
    return list(rows.filter(webhook__state=HookState.ACTIVE).order_by("next_at").values_list("pk", flat=True)[:limit])
