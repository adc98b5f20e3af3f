"""The most telling of what an event holds, in words: states and other codes as the record's own choices name them."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model

from linli.core.audit.choices import Outcome
from linli.core.audit.marks import MARKS_RENEWED, called
from linli.core.audit.models import Event

LONGEST = 160
SHOWN = (
    "label",
    "purpose",
    "reason",
    "code",
    "path",
    "key",
    "before",
    "after",
    "number",
    "ip",
    "outcome",
    "state",
    "due_on",
    "fields",
    "model",
    "rows",
)
#: Words before a value that says too little by itself.
BEFORE = {"due_on": "期限 ", "fields": "改了："}


def words_of(event: Event, without: Collection[str] = ()) -> str:
    """One line for a list; no query."""
    model = model_of(event)
    told = {key: value for key, value in event.detail.items() if key not in without}
    detail = {key: value for key, value in told.items() if value not in (None, "", {}, [])}
    if event.name == MARKS_RENEWED:  # of a whole table: which, and how many rows; not the names of all its columns
        detail = {key: detail[key] for key in ("model", "rows") if key in detail}
    if "before" in detail and "after" in detail:
        detail["before"] = _change(model, detail["before"], detail.pop("after"))
    said = (f"{BEFORE.get(key, '')}{_said(event, model, key, detail[key])}" for key in SHOWN if key in detail)
    return "；".join(said)[:LONGEST]


def model_of(event: Event) -> type[Model] | None:
    """What kind of record it is about."""
    if event.subject_type_id is None:
        return None
    return ContentType.objects.get_for_id(event.subject_type_id).model_class()


def _said(event: Event, model: type[Model] | None, key: str, value: Any) -> str:
    if key == "model" and isinstance(value, str):
        with suppress(LookupError, ValueError):
            return called(apps.get_model(value))
    if key == "state" and isinstance(value, str):
        return state_words(event.name, model, value)
    if key == "outcome" and value in Outcome.values:
        return str(Outcome(value).label)
    if key == "fields" and isinstance(value, list):
        return "、".join(dict.fromkeys(field_words(model, str(name)) for name in value))
    if key == "rows":
        return f"{value} 行"
    return plain_words(model, key, value)


def state_words(name: str, model: type[Model] | None, state: str) -> str:
    """The words of a state: of the loop the step belongs to, or of the record's own choices."""
    from linli.core.workflow.declare import STEPS

    if name in STEPS:
        states = {str(code): str(label) for code, label in STEPS[name][1].states}
        if state in states:
            return states[state]
    return plain_words(model, "state", state)


def plain_words(model: type[Model] | None, key: str, value: Any) -> str:
    """A value as a reader knows it: the words of a choice, 是 and 否, the parts of a group by their names."""
    if isinstance(value, dict):
        return "，".join(
            f"{field_words(model, str(name))} {plain_words(model, str(name), value[name])}" for name in value
        )
    if isinstance(value, list):
        return "、".join(plain_words(model, key, each) for each in value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str) and model is not None:
        with suppress(FieldDoesNotExist):
            choices: Any = getattr(model._meta.get_field(key), "flatchoices", ())
            return str(dict(choices).get(value, value))
    return str(value)


def field_words(model: type[Model] | None, name: str) -> str:
    """A field as forms call it; the name itself where nobody gave it Chinese words."""
    if model is not None:
        with suppress(FieldDoesNotExist):
            words = str(getattr(model._meta.get_field(name), "verbose_name", name))
            return name if words.isascii() else words
    return name


def _change(model: type[Model] | None, before: Any, after: Any) -> str:
    """活动场所 201 室 → 305 室."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return f"{plain_words(model, 'before', before)} → {plain_words(model, 'after', after)}"
    parts = (
        f"{field_words(model, name)} {plain_words(model, name, before.get(name)) or '（空）'} → "
        f"{plain_words(model, name, after.get(name)) or '（空）'}"
        for name in {**before, **after}
    )
    return "，".join(parts)
