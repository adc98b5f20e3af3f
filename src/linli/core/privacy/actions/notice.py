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
from linli.core.parameters import REGISTRY, value_of
from linli.core.privacy.declare import PROCESSINGS, Processing, Retention
from linli.core.privacy.models import LocalProcessing, NoticeVersion
from linli.core.privacy.places import place_of

PUBLISH, SET_LOCAL, END_LOCAL = "privacy.publish_notice", "privacy.set_processing", "privacy.end_processing"


def kept_words(rule: Retention, scope: str = "") -> str:
    """How long, in a sentence: 自办结之日起 365 天，到期抹去姓名以外的信息。"""
    if not rule.parameter:
        return f"{rule.label}：{rule.after}，{rule.effect}"
    days = value_of(rule.parameter, scope)
    return f"{rule.label}：{rule.after}起 {days} {REGISTRY[rule.parameter].unit}，到期{rule.effect}"


def told(entry: Processing) -> dict[str, Any]:
    """An entry as the notice tells it; what a version keeps."""
    return {
        "名称": entry.label,
        "目的": entry.purpose,
        "法律依据": f"{entry.ground.label}；{entry.basis}",
        "谁的信息": entry.people,
        "信息种类": entry.fields,
        "敏感信息": entry.sensitive_fields,
        "从哪里来": entry.sources,
        "提供给谁": entry.recipients,
        "保存多久": [kept_words(rule) for rule in entry.retentions],
        "怎样保护": entry.security,
        "影响评估": entry.assessment,
    }


def _told_local(row: LocalProcessing) -> dict[str, Any]:
    place = place_of(row.scope)
    return {
        "名称": f"{row.label}（{place.label if place else '本区'}）",
        "目的": row.purpose,
        "法律依据": f"{row.get_ground_display()}；{row.basis}",
        "谁的信息": "",
        "信息种类": [part.strip() for part in row.fields.split("、") if part.strip()],
        "敏感信息": ["含敏感个人信息"] if row.sensitive else [],
        "从哪里来": row.sources,
        "提供给谁": row.recipients or "不提供给他人",
        "保存多久": [row.kept],
        "怎样保护": row.security,
        "影响评估": row.assessment,
    }


def content() -> dict[str, Any]:
    """Everything the notice says today, entry by entry."""
    said: dict[str, Any] = {entry.slug: told(entry) for entry in PROCESSINGS.values()}
    local = LocalProcessing.objects.filter(ended_at__isnull=True).order_by("scope", "pk")
    said |= {f"local-{row.pk}": _told_local(row) for row in local}
    return said


def ordered(said: dict[str, Any]) -> list[tuple[str, Any]]:
    """The entries as they are declared, accounts first, then what is no longer declared and the districts' own; the
    database keeps no order."""
    known = [slug for slug in PROCESSINGS if slug in said]
    return [(slug, said[slug]) for slug in [*known, *sorted(said.keys() - set(known))]]


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


def changes_between(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, str]]:
    """What reads otherwise: entry, matter, before, after; new and dropped entries as a whole."""
    changes = []
    for slug in dict.fromkeys([*after, *before]):
        old, new = before.get(slug, {}), after.get(slug, {})
        name = str((new or old).get("名称", slug))
        if not old or not new:
            text = "新增的一项" if new else "不再处理"
            changes.append({"entry": name, "matter": text, "before": "", "after": str((new or old).get("目的", ""))})
            continue
        changes += [
            {"entry": name, "matter": key, "before": in_words(old.get(key)), "after": in_words(new.get(key))}
            for key in new
            if old.get(key) != new.get(key)
        ]
    return changes


def in_words(value: Any) -> str:
    """A list as a sentence."""
    return "；".join(map(str, value)) if isinstance(value, list) else str(value or "（空）")


@transaction.atomic
def set_local(*, scope: str, actor: User, row: LocalProcessing | None = None, **values: Any) -> LocalProcessing:
    """Write a district's own entry, or change it: the former one ends, so that every version stays explained."""
    entry = LocalProcessing(scope=scope, set_by=actor, **values)
    if not actor.has_perm("privacy.edit_register", entry):
        raise NotAllowed(SET_LOCAL, "处理活动登记由区民政局科长填写。需要时请转告他们。")
    current_version()  # what stood before is a version too
    if row is not None:
        _end(row, actor)
    entry.full_clean(exclude=["set_by"])
    entry.save()
    record(actor, SET_LOCAL, entry, scope=scope, label=entry.label)
    publish_if_changed(actor=actor)
    return entry


@transaction.atomic
def end_local(row: LocalProcessing, *, actor: User) -> LocalProcessing:
    """Take a district's own entry out of the register; the versions that held it stay."""
    if not actor.has_perm("privacy.edit_register", row):
        raise NotAllowed(END_LOCAL, "处理活动登记由区民政局科长填写。需要时请转告他们。")
    row = _end(row, actor)
    record(actor, END_LOCAL, row, scope=row.scope, label=row.label)
    publish_if_changed(actor=actor)
    return row


def _end(row: LocalProcessing, actor: User) -> LocalProcessing:
    row = LocalProcessing.objects.select_for_update().get(pk=row.pk)
    if row.ended_at is not None:
        raise WrongState(END_LOCAL, "这一项已经结束或改过。请刷新页面看最新的登记。")
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    return row
