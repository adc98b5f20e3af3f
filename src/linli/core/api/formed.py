"""Bodies that follow from the forms of the pages and are checked by them: one rule for browser and program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Model
from pydantic import BaseModel

from linli.core.api.problems import Problem, fields_of
from linli.core.api.schemas import Input, as_typed, body_of


def body_from(name: str, form: type[forms.BaseForm], about: str = "") -> type[Input]:
    """The body that a form asks for."""
    return body_of(name, form().fields, about)


def cleaned(form: type[forms.BaseForm], body: BaseModel, instance: Model | None = None) -> dict[str, Any]:
    """What the form makes of a body. Of a record that is there, what is not sent stays. Raises Problem by field."""
    how: dict[str, Any] = {} if instance is None else {"instance": instance}
    plain = form(**how)
    data = _standing(plain) if instance is not None else {}
    for name in body.model_fields_set:
        data[name] = as_typed(plain.fields[name], getattr(body, name))
    bound = form({name: value for name, value in data.items() if value != ""}, **how)
    if not bound.is_valid():
        raise Problem(422, "input.refused", fields=fields_of(bound.errors))
    found: Mapping[str, Any] = bound.cleaned_data
    return {name: found[name] for name in bound.fields if name in found}


def _standing(plain: Any) -> dict[str, Any]:
    """The form as a browser would send it back unchanged."""
    data: dict[str, Any] = {}
    for name, field in plain.fields.items():
        value = field.prepare_value(plain.get_initial_for_field(field, name))
        data[name] = "on" if value is True else "" if value in (None, False) else value
    return data
