"""Parameters: the values in force where the caller works, and setting them."""

from __future__ import annotations

import hashlib
from typing import Any, cast

from django.http import Http404, HttpRequest
from pydantic import Field

from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.api.frame import mark, must_match
from linli.core.api.rooms import Room
from linli.core.api.schemas import Answer, Day, Input
from linli.core.parameters import REGISTRY, Parameter, values_of
from linli.core.parameters.actions import set_parameter
from linli.core.parameters.models import ParameterValue


class Setting(Answer):
    """A parameter with its value in force."""

    key: str = Field(examples=["filing.days"])
    label: str = Field(examples=["备案：街道审核的时限"])
    unit: str = Field(examples=["个工作日"])
    type: str = Field(examples=["int"])
    value: int | str | bool = Field(examples=[10])
    default: int | str | bool = Field(examples=[10])
    least: int | None = Field(examples=[1])
    most: int | None = Field(examples=[30])
    source: str = Field(examples=["地方备案办法 [M]"], description="默认值的依据")


class NewValue(Input):
    """A value from a day on; cases that run keep theirs."""

    value: int | str | bool = Field(examples=[8])
    valid_from: Day
    reason: str = Field(min_length=1, max_length=200, examples=["区民政局 2026 年第 3 次局务会"])


def build() -> Room:
    """The room of parameters."""
    room = Room("parameters", "参数", "时限、人数等由本区设定的值。")

    def listed(request: HttpRequest) -> object:
        values = values_of(REGISTRY, _scope(request))
        return [_setting(parameter, values[parameter.key]) for parameter in REGISTRY.values()]

    def one(request: HttpRequest, key: str) -> object:
        parameter, scope = _parameter(key), _scope(request)
        mark(request, _version(key, scope))
        return _setting(parameter, values_of([key], scope)[key])

    def put(request: HttpRequest, key: str, body: NewValue) -> object:
        parameter, scope = _parameter(key), _scope(request)
        must_match(request, _version(key, scope))
        user = cast("User", request.user)
        set_parameter(key, body.value, scope=scope, valid_from=body.valid_from, reason=body.reason, actor=user)
        mark(request, _version(key, scope))
        return _setting(parameter, values_of([key], scope)[key])

    room.reads("", "全部参数", list[Setting], name="parameters_list")(listed)
    room.reads("/{key}", "一个参数", Setting, name="parameters_one")(one)
    room.changes("/{key}", "设定参数", Setting, method="PUT", name="parameters_set")(put)
    return room


def _scope(request: HttpRequest) -> str:
    scopes = sorted({grant.scope for grant in grants_of(request.user)}, key=len)
    if not scopes:
        raise Http404
    return scopes[0]


def _parameter(key: str) -> Parameter:
    if key not in REGISTRY:
        raise Http404
    return REGISTRY[key]


def _version(key: str, scope: str) -> str:
    """Changes with every value set for the parameter here, also with one for a later day."""
    rows = ParameterValue.objects.filter(key=key, scope=scope).order_by("pk").values_list("pk", "value", "valid_from")
    return hashlib.sha256(repr(list(rows)).encode()).hexdigest()[:12]


def _setting(parameter: Parameter, value: Any) -> dict[str, object]:
    return {
        "key": parameter.key,
        "label": parameter.label,
        "unit": parameter.unit,
        "type": parameter.type.__name__,
        "value": value,
        "default": parameter.standard,
        "least": parameter.least,
        "most": parameter.most,
        "source": parameter.source,
    }
