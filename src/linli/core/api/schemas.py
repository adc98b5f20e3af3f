"""Shapes of answers and bodies, some of them made from declarations: columns, form fields, steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Annotated, Any, Literal, TypeVar

from django import forms
from django.db.models import Model, QuerySet
from ninja import Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, create_model

F = TypeVar("F", bound=Callable[..., Any])
UID = "Zk3v8mQ1bH0xY7tR5cW2aA"  # as examples show an outward name


class Answer(BaseModel):
    """What is given out; read from a record or from a dictionary."""

    model_config = ConfigDict(from_attributes=True)


class Input(BaseModel):
    """What is taken in; an unknown name is refused, since it is a mistake of the caller."""

    model_config = ConfigDict(extra="forbid")


class Word(Answer):
    """A value of a list of choices: the code for programs, the word for people."""

    code: str = Field(examples=["culture"])
    label: str = Field(examples=["文体"])


def word(code: Any, label: Any) -> dict[str, str]:
    """What a `Word` answers."""
    return {"code": str(code), "label": str(label)}


Limit = Annotated[int, Field(30, ge=1, le=200, description="一页几条")]
After = Annotated[str | None, Field(None, max_length=2000, description="上一页应答里的 next")]


class Paged(BaseModel):
    """Which page of a list."""

    after: After = None
    limit: Limit = 30


#: A record that has no outward name: what administrators keep, by the number that also stands in their addresses.
Number: Any = Annotated[int, Path(..., ge=1, le=2**62, examples=[17])]  # type: ignore[type-arg]


def _only_text(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("text")
    return value


def _whole(value: Any) -> Any:
    """JSON knows one kind of number: 11.0 is the integer 11."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def whole(**limits: Any) -> Any:
    """The type of an integer; the limits stand next to it, so that the document shows them."""
    return Annotated[StrictInt, Field(**limits), BeforeValidator(_whole)]


Day = Annotated[dt.date, BeforeValidator(_only_text), Field(examples=["2026-11-22"])]


@cache
def page_of(item: type[BaseModel]) -> type[BaseModel]:
    """A page of such items."""
    return create_model(
        f"{item.__name__}Page",
        __base__=Answer,
        __doc__="一页；next 为空就是最后一页，否则作为 after 再取。",
        items=(list[item], ...),  # type: ignore[valid-type]
        next=(str | None, Field(description="下一页的 after")),
    )


def one_of(values: Iterable[str]) -> Any:
    """The type of a value that must be one of these."""
    return Literal[tuple(values)]


def typed(**types: Any) -> Callable[[F], F]:
    """Give arguments of an operation types that are made at run time; ninja reads them from the annotations."""

    def give(function: F) -> F:
        function.__annotations__.update(types)
        return function

    return give


def query(model: Any) -> Any:
    """The type of an argument that is read from the address."""
    return Query[model]  # type: ignore[misc]


# --- forms ------------------------------------------------------------------------------------------------------


def body_of(name: str, fields: Mapping[str, forms.Field], about: str = "") -> type[Input]:
    """The body that a form's fields ask for. Nothing is compulsory here: the form itself says what it lacks."""
    members: dict[str, Any] = {}
    for key, field in fields.items():
        words, limits = _limits_of(field)
        # Inside the choice with null: there the document shows the limits.
        kind = _type_of(field)
        kind = whole(**limits) if kind is StrictInt else Annotated[kind, Field(**limits)]
        members[key] = (kind | None, Field(None, description=words))
    return create_model(name, __base__=Input, __doc__=about, **members)


def _type_of(field: forms.Field) -> Any:
    match field:
        case forms.BooleanField():
            return StrictBool
        case forms.FloatField() | forms.DecimalField():
            return StrictFloat
        case forms.IntegerField():
            return StrictInt
        case forms.DateField():
            return Day
        case forms.MultipleChoiceField():
            return list[one_of(_codes(field))]  # type: ignore[misc]
        case forms.ModelChoiceField():
            return str
        case forms.ChoiceField():
            return one_of(_codes(field))
    return str


def _codes(field: Any) -> list[str]:
    codes: list[str] = []
    for value, label in field.choices:
        codes += [str(inner) for inner, _ in label] if isinstance(label, list | tuple) else [str(value)]
    return list(dict.fromkeys(codes))


def _limits_of(field: forms.Field) -> tuple[str, dict[str, Any]]:
    limits: dict[str, Any] = {}
    if isinstance(field, forms.CharField) and not isinstance(field, forms.ChoiceField):
        limits["max_length"] = field.max_length or 4000
    for ours, theirs in (("ge", "min_value"), ("le", "max_value")):
        if isinstance(field, forms.IntegerField | forms.FloatField) and getattr(field, theirs, None) is not None:
            limits[ours] = getattr(field, theirs)
    if type(field) is forms.IntegerField:
        limits.setdefault("ge", -(2**31))
        limits.setdefault("le", 2**31 - 1)
    words = " ".join(str(part) for part in (field.label, field.help_text) if part)
    if isinstance(field, forms.ModelChoiceField):
        limits["max_length"] = 64
        named = {"uid": "标识", "code": "代码", "id": "编号"}[outward(_models_of(field).model)]
        words = f"{field.label}：{named}"
    return words, limits


def _models_of(field: forms.ModelChoiceField[Any]) -> QuerySet[Any]:
    assert field.queryset is not None
    return field.queryset


def outward(model: type[Model]) -> str:
    """The field by which a record is named to the outside; only what is no secret (a body) goes by its number."""
    names = {field.name for field in model._meta.get_fields()}
    return next(name for name in ("uid", "code", "id") if name in names)


def as_typed(field: forms.Field, value: Any) -> Any:
    """A JSON value as a browser would have sent it for this field."""
    if value is None:
        return ""
    if isinstance(field, forms.ModelChoiceField):
        known = _models_of(field)
        name = outward(known.model)
        fits = name != "id" or (str(value).isascii() and str(value).isdigit() and len(str(value)) < 19)
        found = known.filter(**{name: value}).first() if value and fits else None
        # A name nobody knows must fail as a choice, not vanish as "nothing chosen".
        return found.pk if found is not None else ("0" if value else "")
    if isinstance(value, bool):
        return "on" if value else ""
    return value if isinstance(value, list) else str(value)
