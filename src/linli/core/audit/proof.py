"""The trace as a file that an outsider checks without our database, in thirty lines (docs/audit.md).

A line is a JSON object. `link` holds the text a link's hash covers, and `hash`. After it come its events, `event`
holding the canonical text of each: all of them, in the order of their digests (`whole`), or, where the link line
brings all its `digests`, only those that were asked for. The links from the first to the newest follow each other
without a gap, so that the last `hash` can be held against a published head.

Events hold no personal value in the clear; still the file is for the audit officer and the command line alone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Model, Q

from linli.core.access.models import User
from linli.core.audit import record
from linli.core.audit.chain import ids_of, link_text, pairs
from linli.core.audit.marks import marked_models
from linli.core.audit.models import Event, Seal
from linli.core.audit.texts import TEXT
from linli.core.errors import BadInput, NotAllowed

EXPORTED = "core.audit_exported"
FORMAT = "linli-proof-1"
MOST_LINKS = 500  # links whose digests a file of chosen events may bring


def _permit(actor: User, **what: Any) -> None:
    if not actor.has_perm("core.export_audit"):
        raise NotAllowed("core.export_audit", "导出办理记录由审计管理员办理。")
    record(actor, EXPORTED, None, **what)


@transaction.atomic
def proof_lines(*, actor: User, first: int = 1, last: int | None = None) -> Iterator[str]:
    """All events of the links `first` to `last`; constant memory. The export itself is an event."""
    _permit(actor, first=first, last=last)
    return _whole(first, last)


def _whole(first: int, last: int | None) -> Iterator[str]:
    yield _line(format=FORMAT, first=first, last=last)
    number = first
    while last is None or number <= last:
        seal = Seal.objects.defer("digests").filter(number__gte=number).order_by("number").first()
        if seal is None or (last is not None and seal.number > last):
            return
        yield _link(seal, whole=True)
        yield from (_line(event=text) for _pk, text in _texts(list(ids_of(seal))))
        number = seal.number + 1


@transaction.atomic
def case_proof(subject: Model, *, actor: User) -> Iterator[str]:
    """The events of one record, with the links they lie in and the way from there to the newest link."""
    kind = ContentType.objects.get_for_model(subject)
    ids = Event.objects.filter(subject_type=kind, subject_id=subject.pk).values_list("pk", flat=True)
    return events_proof(list(ids), actor=actor, about=f"{subject._meta.label_lower} {subject.pk}")


@transaction.atomic
def events_proof(ids: Collection[int], *, actor: User, **what: Any) -> Iterator[str]:
    """Chosen events with their links. BadInput when they lie in too many links for one file."""
    homes = _homes(ids)
    if len(homes) > MOST_LINKS:
        sentence = (
            f"选中的记录分在 {len(homes)} 号封存里，一次最多 {MOST_LINKS} 号。请缩小时间范围，或按封存号整段导出。"
        )
        raise BadInput("core.export_audit", sentence)
    _permit(actor, events=len(ids), **what)
    return _chosen(homes, len(set(ids)) - sum(map(len, homes.values())))


def _chosen(homes: dict[int, list[int]], unsealed: int) -> Iterator[str]:
    yield _line(format=FORMAT, unsealed=unsealed)
    if not homes:
        return
    rows = Seal.objects.defer("digests").filter(number__gte=min(homes)).order_by("number")
    for seal in rows.iterator(chunk_size=500):
        asked = homes.get(seal.number)
        if asked is None:
            yield _link(seal)
            continue
        digests = Seal.objects.values_list("digests", flat=True).get(pk=seal.number)
        yield _link(seal, digests=bytes(digests).hex())
        yield from (_line(event=text) for _pk, text in _texts(asked))


def _homes(ids: Collection[int]) -> dict[int, list[int]]:
    """The link each event lies in; events not sealed yet lie in none."""
    homes: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT e.id, s.number, s.absent FROM unnest(%s::bigint[]) e(id) CROSS JOIN LATERAL (
                   SELECT number, first_id, absent FROM core_seal WHERE last_id >= e.id ORDER BY last_id LIMIT 1) s
               WHERE s.first_id <= e.id ORDER BY e.id""",
            [list(ids)],
        )
        late = []
        for pk, number, absent in cursor.fetchall():
            if any(first <= pk <= last for first, last in pairs(absent)):
                late.append(pk)
            else:
                homes.setdefault(number, []).append(pk)
        if late:
            cursor.execute("SELECT number, late FROM core_seal WHERE late && %s::bigint[] ORDER BY number", [late])
            for number, held in cursor.fetchall():
                homes.setdefault(number, []).extend(pk for pk in held if pk in late)
    return homes


def home_of(pk: int) -> int | None:
    """The link an event lies in; None while it is not sealed."""
    return next(iter(_homes([pk])), None)


def _texts(ids: list[int]) -> list[tuple[int, str]]:
    """Canonical texts in the order asked; an event that is gone is left out, and the check of the file fails."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT e.id, {TEXT} FROM unnest(%s::bigint[]) WITH ORDINALITY a(id, place)
                JOIN core_event e ON e.id = a.id ORDER BY a.place""",  # noqa: S608
            [ids],
        )
        return list(cursor.fetchall())


def _link(seal: Seal, **more: Any) -> str:
    return _line(link=link_text(seal), hash=bytes(seal.hash).hex(), **more)


def _line(**values: Any) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"


def subject_named(name: str) -> Model:
    """The marked record with this number or outward name; BadInput when there is none."""
    for model in marked_models():
        fields = {field.name for field in model._meta.local_fields} & {"uid", "number"}
        if "uid" in fields:
            asked = Q(uid=name) | Q(number=name) if "number" in fields else Q(uid=name)
            found = model._base_manager.filter(asked).first()
            if found is not None:
                return found
    raise BadInput("core.export_audit", f"没有编号为“{name}”的事项。请核对编号。", fields={"case": "没有这个编号。"})
