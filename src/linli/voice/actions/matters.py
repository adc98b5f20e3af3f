"""Keeping the catalogue of a district and the list of a street."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from linli.actors.choices import BodyKind
from linli.actors.models import Body
from linli.areas.models import Area
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed
from linli.voice.choices.matters import COMMON, Part
from linli.voice.models import Handling, Matter
from linli.voice.models.report import ANSWERS

KEEP, LIST = "voice.keep_matters", "voice.keep_handlings"
ADDED, CHANGED, TAKEN_OVER = "voice.matter_added", "voice.matter_changed", "voice.matters_taken_over"
SAID, REMOVED = "voice.handling_said", "voice.handling_removed"
WHO = "诉求类别由区的经办或负责人维护。"
WHO_LISTS = "三事清单由街道的经办或负责人维护。"


@transaction.atomic
def add_matter(area: Area, *, actor: User, **values: Any) -> Matter:
    """A new kind in a district's catalogue."""
    matter = Matter(area=area, scope=area.path, **values)
    if not actor.has_perm(KEEP, matter):
        raise NotAllowed(KEEP, WHO)
    _checked(matter, ADDED)
    matter.save()
    record(actor, ADDED, matter, code=matter.code)
    return matter


@transaction.atomic
def change_matter(matter: Matter, *, actor: User, **values: Any) -> Matter:
    """Another name, urgency or example, or out of use. What was reported keeps its kind."""
    held = Matter.objects.select_for_update(of=("self",)).select_related("area").get(pk=matter.pk)
    if not actor.has_perm(KEEP, held):
        raise NotAllowed(KEEP, WHO)
    for name, value in values.items():
        setattr(held, name, value)
    _checked(held, CHANGED)
    held.save()
    record(actor, CHANGED, held, fields=sorted(values))
    return held


@transaction.atomic
def take_over_common(area: Area, *, actor: User) -> int:
    """The kinds most districts have, where the catalogue does not have them yet; how many were added."""
    probe = Matter(area=area, scope=area.path)
    if not actor.has_perm(KEEP, probe):
        raise NotAllowed(KEEP, WHO)
    have = set(Matter.objects.filter(area=area).values_list("code", flat=True))
    new = [
        Matter(area=area, code=code, name=name, topic=group, urgency=urgency, hint=hint)
        for code, name, group, urgency, hint in COMMON
        if code not in have
    ]
    for matter in new:
        matter.save()
    if new:
        record(actor, TAKEN_OVER, area, rows=len(new))
    return len(new)


@transaction.atomic
def set_handling(matter: Matter, area: Area, *, body: Body | None, part: str, actor: User) -> Handling | None:
    """Say what a body (None: the community) does with a kind of matter in a street; "" takes the line away."""
    held = Handling.objects.filter(matter=matter, area=area, body=body).first()
    line = held or Handling(matter=matter, area=area, scope=area.path, body=body)
    if not actor.has_perm(LIST, line):
        raise NotAllowed(LIST, WHO_LISTS)
    if not area.path.startswith(matter.scope):
        raise BadInput(SAID, "这一类不在本区的目录里。")
    if body is not None and not _fits(body, area):
        text = "这个单位管不到本街道，请另选。"
        raise BadInput(SAID, text, fields={"body": text})
    if not part:
        if held is not None:
            record(actor, REMOVED, area, code=matter.code)
            held.delete()
        return None
    line.part = Part(part)
    _checked(line, SAID)
    line.save()
    record(actor, SAID, area, code=matter.code, label=str(line))
    return line


def _fits(body: Body, area: Area) -> bool:
    """The street's own body and the district's; a community is named by no body at all, since it depends."""
    return body.kind in ANSWERS and body.kind != BodyKind.COMMUNITY and area.path.startswith(body.area.path)


def _checked(row: Matter | Handling, code: str) -> None:
    try:
        row.full_clean(exclude=["scope"])
    except ValidationError as error:
        fields = {name: " ".join(texts) for name, texts in error.message_dict.items()}
        raise BadInput(code, " ".join(fields.values()), fields=fields) from error
