"""The register of processing in words: how an entry reads, what a version says otherwise than the one before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from linli.core.parameters import REGISTRY, value_of
from linli.core.privacy.choices import Trigger
from linli.core.privacy.declare import PROCESSINGS, Processing, Retention
from linli.core.privacy.models import LocalProcessing
from linli.core.privacy.places import districts, place_of


def kept_words(rule: Retention, scope: str = "") -> str:
    """How long, in a sentence: 自办结之日起 365 天，到期抹去姓名以外的信息。"""
    if not rule.parameter:
        return f"{rule.label}：{rule.after}，{rule.effect}"
    days, unit = value_of(rule.parameter, scope), REGISTRY[rule.parameter].unit
    own = [(place.label, value_of(rule.parameter, place.path)) for place in districts()] if rule.scope else []
    others = "".join(f"，{label} {value} {unit}" for label, value in own if not scope and value != days)
    return f"{rule.label}：{rule.after}起 {days} {unit}{others}，到期{rule.effect}"


def assessment_words(reasons: Iterable[Trigger]) -> str:
    """Why an impact assessment is due, in a sentence; "" where none is."""
    words = "、".join(str(reason.label) for reason in reasons)
    return f"{words}，处理前评估，记录至少保存三年" if words else ""


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
        "影响评估": assessment_words(entry.reasons),
    }


def told_local(row: LocalProcessing) -> dict[str, Any]:
    """A district's own entry, in the same words."""
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
        "影响评估": assessment_words(row.reasons) or row.assessment,
    }


def ordered(said: dict[str, Any]) -> list[tuple[str, Any]]:
    """The entries as they are declared, accounts first, then what is no longer declared and the districts' own; the
    database keeps no order."""
    known = [slug for slug in PROCESSINGS if slug in said]
    return [(slug, said[slug]) for slug in [*known, *sorted(said.keys() - set(known))]]


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
