"""The privacy notice: what the declared entries and the districts' own say, kept in numbered versions."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import NotAllowed, WrongState
from linli.core.privacy.actions.assessments import keep_assessments
from linli.core.privacy.declare import PROCESSINGS
from linli.core.privacy.models import LocalProcessing, NoticeVersion
from linli.core.privacy.telling import told, told_local

PUBLISH, SET_LOCAL, END_LOCAL = "privacy.publish_notice", "privacy.set_processing", "privacy.end_processing"


def content() -> dict[str, Any]:
    """Everything the notice says today, entry by entry."""
    said: dict[str, Any] = {entry.slug: told(entry) for entry in PROCESSINGS.values()}
    local = LocalProcessing.objects.filter(ended_at__isnull=True).order_by("scope", "pk")
    said |= {row.key: told_local(row) for row in local}
    return said


def _digest(said: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def publish_if_changed(*, actor: User | None = None) -> NoticeVersion:
    """Keep today's wording as a new version when it reads otherwise than the last one; else the last one."""
    said = content()
    digest = _digest(said)
    last = NoticeVersion.objects.order_by("-number").first()
    if last is not None and last.digest == digest:
        return last
    number = (NoticeVersion.objects.aggregate(most=Max("number"))["most"] or 0) + 1
    try:
        with transaction.atomic():
            version = NoticeVersion.objects.create(number=number, content=said, digest=digest)
    except IntegrityError:  # somebody else has just published the same words
        return NoticeVersion.objects.order_by("-number")[0]
    record(actor or User.system(), PUBLISH, version, number=number, digest=digest)
    return version


def current_version() -> NoticeVersion:
    """The version in force; the first one is made when it is first asked for."""
    last = NoticeVersion.objects.order_by("-number").first()
    return last if last is not None else publish_if_changed()


@transaction.atomic
def set_local(*, scope: str, actor: User, row: LocalProcessing | None = None, **values: Any) -> LocalProcessing:
    """Write a district's own entry, or change it: the former one ends, so that every version stays explained."""
    entry = LocalProcessing(scope=scope, set_by=actor, line=(row.line or row.pk) if row else None, **values)
    if not actor.has_perm("privacy.edit_register", entry):
        raise NotAllowed(SET_LOCAL, "处理活动登记由区民政局科长填写。需要时请转告他们。")
    current_version()  # what stood before is a version too
    if row is not None:
        _end(row, actor)
    entry.full_clean(exclude=["set_by"])
    entry.save()
    record(actor, SET_LOCAL, entry, scope=scope, label=entry.label)
    publish_if_changed(actor=actor)
    keep_assessments(scope)
    return entry


@transaction.atomic
def end_local(row: LocalProcessing, *, actor: User) -> LocalProcessing:
    """Take a district's own entry out of the register; the versions that held it stay."""
    if not actor.has_perm("privacy.edit_register", row):
        raise NotAllowed(END_LOCAL, "处理活动登记由区民政局科长填写。需要时请转告他们。")
    row = _end(row, actor)
    record(actor, END_LOCAL, row, scope=row.scope, label=row.label)
    publish_if_changed(actor=actor)
    keep_assessments(row.scope)
    return row


def _end(row: LocalProcessing, actor: User) -> LocalProcessing:
    row = LocalProcessing.objects.select_for_update().get(pk=row.pk)
    if row.ended_at is not None:
        raise WrongState(END_LOCAL, "这一项已经结束或改过。请刷新页面看最新的登记。")
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    return row
