"""Reading a personal value in the clear: with a purpose and a reason, one at a time, as on the page."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from pydantic import Field, create_model

from linli.core.api.rooms import Room
from linli.core.api.schemas import Answer, Input, one_of, typed
from linli.core.privacy.actions import LEAST_REASON, reveal
from linli.core.privacy.choices import PURPOSES
from linli.core.privacy.registry import REVEALABLE


class Revealed(Answer):
    """The value, once. Keep it no longer than the purpose needs."""

    field: str = Field(examples=["leader_phone"])
    label: str = Field(examples=["负责人手机号"])
    value: str = Field(examples=["13800002046"])


def add_reveal(room: Room, kind: str, slug: str, path: str, label: str) -> None:
    """The operation for the records of a model, where the model has anything to reveal."""
    entry = REVEALABLE.get(kind)
    if entry is None:
        return
    body: Any = create_model(
        f"{slug.title().replace('-', '')}Reveal",
        __base__=Input,
        __doc__="为什么要看；本人会看到。",
        field=(one_of(entry.fields), Field(description="；".join(f"{k}：{v}" for k, v in entry.fields.items()))),
        purpose=(one_of(PURPOSES), Field(description="；".join(f"{k}：{v}" for k, v in PURPOSES.items()))),
        reason=(str, Field(min_length=LEAST_REASON, max_length=200, examples=["核对备案材料上的电话"])),
    )

    @typed(body=body)
    def operate(request: HttpRequest, uid: str, body: Any) -> Revealed:
        found = entry.visible_to(request.user).filter(uid=uid).first()  # type: ignore[arg-type]
        if found is None:
            raise Http404
        value = reveal(entry, found, body.field, purpose=body.purpose, reason=body.reason, actor=request.user)  # type: ignore[arg-type]
        return Revealed(field=body.field, label=entry.fields[body.field], value=value)

    room.sends(
        f"{path}/{{uid}}/reveal",
        f"{label}：查看一项个人信息",
        Revealed,
        name=f"{room.key}_{slug}_reveal",
        scope=f"reveal:{room.key}",
        keeps=False,
    )(operate)
