"""Parameters and policies: the values in force where the caller works, their history, setting and ending them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection
from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import BaseModel, Field

from linli.core import clock
from linli.core.access.signed_in import user_of
from linli.core.api.frame import mark, must_match, version_of
from linli.core.api.problems import Problem
from linli.core.api.rooms import Room
from linli.core.api.schemas import Answer, Day, Input, Number, Word, one_of, typed, word
from linli.core.parameters import REGISTRY, Parameter, values_of
from linli.core.parameters.actions import end_value, permit, set_parameter
from linli.core.parameters.models import ParameterValue
from linli.core.parameters.places import names_of, places_for
from linli.core.parameters.queries import history, kept_by_cases, known, values_about
from linli.core.parameters.web import KEEPER, widest_scope

FAMILIES = ("business", "technical", "security")


class Setting(Answer):
    """A parameter with its value in force."""

    key: str = Field(examples=["filing.days"])
    label: str = Field(examples=["备案：街道审核的时限"])
    kept_by: Word = Field(examples=[{"code": "business", "label": "区民政局负责人"}], description="由谁设定")
    unit: str = Field(examples=["个工作日"])
    type: str = Field(examples=["int"])
    value: int | str | bool = Field(examples=[10])
    default: int | str | bool = Field(examples=[10])
    least: int | None = Field(examples=[1])
    most: int | None = Field(examples=[30])
    options: list[Word] = Field(examples=[[]], description="只能从这里面选")
    source: str = Field(examples=["地方备案办法 [M]"], description="默认值的依据")
    place: str = Field(examples=["金平区"], description="在哪里的取值")


class SetValue(Answer):
    """A value over time."""

    id: int = Field(examples=[8])
    place: str = Field(examples=["金平区"])
    value: int | str | bool = Field(examples=[8])
    valid_from: dt.date = Field(examples=["2026-12-01"])
    valid_to: dt.date | None = Field(examples=["2027-12-01"])
    standing: str = Field(examples=["现行"])
    reason: str = Field(examples=["区民政局 2026 年第 3 次局务会"])
    set_by: str = Field(examples=["李华"])


class KeptValue(Answer):
    """Running cases that keep the value they began under."""

    process: str = Field(examples=["备案申请"])
    value: int | str | bool = Field(examples=[10])
    count: int = Field(examples=[3])


class WholeSetting(Setting):
    """A parameter with its values over time."""

    history: list[SetValue]
    kept: list[KeptValue] = Field(description="在办的件沿用的取值")


class SettingFilters(BaseModel):
    """Which parameters, where."""

    kept_by: one_of(FAMILIES) | None = Field(None, description="由谁设定；security 是安全策略，只有管理员看得到")  # type: ignore[valid-type]
    q: str | None = Field(None, max_length=60, description="名称或键里的文字")
    at: str | None = Field(None, max_length=60, description="区域的名称；不写就是岗位管的最大范围")


class NewValue(Input):
    """A value from a day on; cases that run keep theirs."""

    value: int | str | bool = Field(examples=[8])
    valid_from: Day
    reason: str = Field(min_length=1, max_length=200, examples=["区民政局 2026 年第 3 次局务会"])
    at: str | None = Field(None, max_length=60, description="区域的名称；不写就是岗位管的最大范围")


class Ending(Input):
    """From when a value holds no longer."""

    on: Day
    reason: str = Field(min_length=1, max_length=200, examples=["区民政局 2026 年第 5 次局务会"])


def build() -> Room:
    """The room of parameters."""
    room = Room("parameters", "参数", "时限、人数等由本区设定的值，和安全策略。")

    def listed(request: HttpRequest, filters: Query[SettingFilters]) -> object:
        scope = _scope(request, filters.at)
        wanted = [filters.kept_by] if filters.kept_by else [one for one in FAMILIES if _sees(request, one)]
        found = [one for one in known(wanted, filters.q or "") if _sees(request, one.kept_by)]
        own = values_of([one.key for one in found if one.kept_by != "security"], scope)
        whole = values_of([one.key for one in found if one.kept_by == "security"])
        values = own | whole
        name = names_of([scope])[scope]
        return [_setting(one, values[one.key], "" if one.kept_by == "security" else name) for one in found]

    def one(request: HttpRequest, key: str) -> object:
        return _shown(request, _parameter(request, key))

    def put(request: HttpRequest, key: str, body: NewValue) -> object:
        parameter = _parameter(request, key)
        permit(key, "" if parameter.kept_by == "security" else widest_scope(request), user_of(request))
        _lock(key)
        must_match(request, _version(key))
        scope = "" if parameter.kept_by == "security" else _scope(request, body.at)
        if body.valid_from < clock.today():
            raise Problem(422, "input.refused", fields={"valid_from": "不能追溯到以前的日期。请填今天或以后。"})
        set_parameter(
            key, body.value, scope=scope, valid_from=body.valid_from, reason=body.reason, actor=user_of(request)
        )
        return _shown(request, parameter)

    @typed(id=Number)
    def end(request: HttpRequest, key: str, id: int, body: Ending) -> object:
        parameter = _parameter(request, key)
        _lock(key)
        scope = "" if parameter.kept_by == "security" else widest_scope(request)
        value = next((row for row in values_about(key, scope) if row.pk == id), None)
        if value is None:
            raise Http404
        must_match(request, _version(key))
        end_value(value, on=body.on, reason=body.reason, actor=user_of(request))
        return _shown(request, parameter)

    room.reads("", "全部参数", list[Setting], name="parameters_list")(listed)
    room.reads("/{key}", "一个参数", WholeSetting, name="parameters_one")(one)
    room.changes("/{key}", "设定参数", WholeSetting, method="PUT", name="parameters_set")(put)
    room.alters(
        "/{key}/values/{id}/end",
        "停用一个取值",
        WholeSetting,
        name="parameters_end",
        about="还没生效的取值整个收回；生效了的从那天起改回上一级的取值或默认值。",
    )(end)
    return room


def _sees(request: HttpRequest, family: str) -> bool:
    return family != "security" or request.user.has_perm("core.view_policies")


def _parameter(request: HttpRequest, key: str) -> Parameter:
    parameter = REGISTRY.get(key)
    if parameter is None or not _sees(request, parameter.kept_by):
        raise Http404
    widest_scope(request)
    return parameter


def _scope(request: HttpRequest, at: str | None) -> str:
    """The path of a place under the caller's posts, by its name; the widest_scope without one."""
    scope = widest_scope(request)
    if not at:
        return scope
    for _group, options in places_for(user_of(request)):
        for path, label in options:
            if at in (label, label.removesuffix("（本级）")):
                return path
    raise Problem(422, "input.refused", fields={"at": "你的岗位不管这个区域。"})


def _lock(key: str) -> None:
    """Two who set the same parameter come one after the other, so that the second reads what the first set."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"parameter:{key}"])


def _version(key: str) -> str:
    """Changes with every value set for the parameter anywhere, also with one for a later day."""
    rows = ParameterValue.objects.filter(key=key).order_by("pk")
    return version_of(list(rows.values_list("pk", "value", "valid_from", "valid_to")))


def _shown(request: HttpRequest, parameter: Parameter) -> dict[str, Any]:
    scope = "" if parameter.kept_by == "security" else widest_scope(request)
    mark(request, _version(parameter.key))
    rows = values_about(parameter.key, scope)
    names = names_of({scope, *(row.scope for row in rows)})
    return {
        **_setting(parameter, values_of([parameter.key], scope)[parameter.key], names[scope]),
        "history": [
            {
                "id": row.value.pk,
                "place": row.place,
                "value": row.value.value,
                "valid_from": row.value.valid_from,
                "valid_to": row.value.valid_to,
                "standing": row.standing,
                "reason": row.value.reason,
                "set_by": str(row.value.set_by),
            }
            for row in history(parameter, names, rows)
        ],
        "kept": [
            {"process": one.label, "value": one.value, "count": one.count}
            for one in kept_by_cases(parameter, user_of(request), scope)
        ],
    }


def _setting(parameter: Parameter, value: Any, place: str) -> dict[str, Any]:
    return {
        "key": parameter.key,
        "label": parameter.label,
        "kept_by": word(parameter.kept_by, KEEPER[parameter.kept_by]),
        "unit": parameter.unit,
        "type": parameter.type.__name__,
        "value": value,
        "default": parameter.standard,
        "least": parameter.least,
        "most": parameter.most,
        "options": [word(code, label) for code, label in parameter.offered],
        "source": parameter.source,
        "place": place,
    }
