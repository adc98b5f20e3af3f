"""Bodies come, are renamed, move and close."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction

from linli.actors.choices import BodyKind
from linli.actors.models import Body, Post
from linli.areas.choices import Level
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState

KIND_OF = {
    Level.STREET: BodyKind.STREET,
    Level.COMMUNITY: BodyKind.COMMUNITY,
}


def _permit(actor: User, place: Body | Area) -> None:
    if not actor.has_perm("actors.manage_bodies", place):
        raise NotAllowed("actors.manage_bodies", "机构由管这个区域的系统管理员维护。请联系他们。")


def _checked(body: Body) -> Body:
    try:
        body.full_clean()
    except ValidationError as error:
        fields = {name: " ".join(texts) for name, texts in error.message_dict.items()}
        raise BadInput("actors.body_invalid", " ".join(fields.values()), fields=fields) from error
    return body


@transaction.atomic
def found_body(
    name: str, *, area: Area, actor: User, kind: str = "", short_name: str = "", phone: str = "", address: str = ""
) -> Body:
    """The body of this name in the area; a new one of the kind that fits the area's level where there is none."""
    found = Body.objects.filter(name=name, area=area, valid_to__isnull=True).first()
    if found is not None:
        return found
    _permit(actor, area)
    if area.valid_to is not None:
        raise WrongState("actors.area_ended", f"“{area.name}”已经停用，不能再设机构。请选现在的区域。")
    kind = kind or KIND_OF.get(Level(area.level), BodyKind.DEPARTMENT)
    body = _checked(Body(name=name, area=area, kind=kind, short_name=short_name, phone=phone, address=address))
    body.save()
    record(actor, "actors.found_body", body, scope=area.path, body=name)
    return body


@transaction.atomic
def rename_body(
    body: Body, *, name: str, short_name: str = "", phone: str = "", address: str = "", reason: str, actor: User
) -> Body:
    """Change what a body is called and how it is reached; posts and history stay with it."""
    body = Body.objects.select_for_update(of=("self",)).select_related("area").get(pk=body.pk)
    _permit(actor, body)
    _living(body)
    twin = Body.objects.filter(name=name, area=body.area, valid_to__isnull=True).exclude(pk=body.pk)
    if twin.exists():
        text = f"{body.area.full_name}已有“{name}”。请核对名称。"
        raise BadInput("actors.body_twin", text, fields={"name": text})
    before = body.name
    body.name, body.short_name, body.phone, body.address = name, short_name, phone, address
    _checked(body).save()
    record(actor, "actors.rename_body", body, scope=body.area.path, before=before, after=name, reason=reason)
    return body


@transaction.atomic
def move_body(body: Body, *, to: Area, reason: str, actor: User) -> Body:
    """Let a body have its seat in another area. Its posts keep the areas they cover."""
    body = Body.objects.select_for_update(of=("self",)).select_related("area").get(pk=body.pk)
    _permit(actor, body)
    _permit(actor, to)
    _living(body)
    if to.valid_to is not None:
        text = f"“{to.name}”已经停用。请选现在的区域。"
        raise BadInput("actors.area_ended", text, fields={"to": text})
    before, body.area = body.area.full_name, to
    _checked(body).save(update_fields=["area"])
    record(actor, "actors.move_body", body, scope=to.path, before=before, after=to.full_name, reason=reason)
    return body


@transaction.atomic
def close_body(body: Body, *, on: dt.date | None = None, reason: str, actor: User) -> Body:
    """End a body on a day. Whoever holds a post in it is relieved or moved first, so that nobody acts for nothing."""
    body = Body.objects.select_for_update(of=("self",)).select_related("area").get(pk=body.pk)
    _permit(actor, body)
    _living(body)
    on = max(on or clock.today(), body.valid_from + dt.timedelta(days=1))
    held = Post.objects.filter(body=body).exclude(valid_to__lte=on).count()
    if held:
        raise WrongState(
            "actors.body_in_use", f"“{body}”还有 {held} 个岗位到 {on:%Y-%m-%d} 仍在任。请先移交或卸任，再撤销机构。"
        )
    body.valid_to = on
    _checked(body).save(update_fields=["valid_to"])
    record(actor, "actors.close_body", body, scope=body.area.path, body=body.name, on=on, reason=reason)
    return body


def _living(body: Body) -> None:
    if body.valid_to is not None:
        raise WrongState("actors.body_closed", f"“{body}”已经在 {body.valid_to:%Y-%m-%d} 撤销。")
