"""What every step of putting rows into the register shares: the slice at hand, its events, its traces."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.audit import record_each
from linli.core.sheets.choices import Outcome
from linli.core.sheets.declare import Places, Sheet
from linli.core.sheets.models import Import
from linli.core.sheets.staging import IMPORTED, quoted, run, table

CREATED_EVENT, UPDATED_EVENT, RESTORED_EVENT = "sheets.created", "sheets.updated", "sheets.restored"


@dataclass(frozen=True)
class Slice:
    """The rows of one transaction: those of an import whose number is in the range."""

    batch: Import
    low: int  # not included
    high: int
    actor: User

    @cached_property
    def places(self) -> Places:
        """Where records may lie; looked up only where a row needs it."""
        return self.sheet.places(self.batch.scope)

    @property
    def sheet(self) -> Sheet:
        """The declaration."""
        return self.batch.sheet

    @property
    def where(self) -> str:
        """The range as SQL over `s`."""
        return f"s.batch_id = {int(self.batch.pk)} AND s.number > {int(self.low)} AND s.number <= {int(self.high)}"


@dataclass
class Incoming:
    """A row that meets a record."""

    number: int
    label: str
    decision: str
    fields: list[str]
    values: dict[str, Any]
    target: int | None
    seen: str
    twin: int | None

    def fate(self, outcome: Outcome, reason: str = "", **more: Any) -> Fate:
        """What became of it."""
        return Fate(self.number, self.label, outcome, self.decision, self.fields, reason=reason, **more)


@dataclass(frozen=True)
class Fate:
    """What became of a row: the trace an import keeps."""

    number: int
    label: str
    outcome: Outcome
    decision: str = ""
    fields: Sequence[str] = ()
    target: int | None = None
    before: Mapping[str, Any] | None = None
    present: str = ""
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """As `trace` writes it."""
        return {
            "number": self.number,
            "outcome": self.outcome,
            "label": self.label,
            "record_id": self.target,
            "decision": self.decision,
            "fields": list(self.fields) or None,
            "before": self.before,
            "mark": self.present,
            "reason": self.reason[:300],
        }


def trace(part: Slice, fates: Sequence[Fate]) -> None:
    """Keep what became of rows."""
    if not fates:
        return
    names = "number, outcome, label, record_id, decision, fields, before, mark, reason"
    run(
        f"""INSERT INTO {IMPORTED} (batch_id, run, {names})
            SELECT %s, %s, {names} FROM jsonb_to_recordset(%s::jsonb) AS f(number bigint, outcome text, label text,
                record_id bigint, decision text, fields jsonb, before jsonb, mark text, reason text)
            ON CONFLICT DO NOTHING""",
        [part.batch.pk, part.batch.run, json.dumps([fate.as_json() for fate in fates], cls=DjangoJSONEncoder)],
    )


def tell(part: Slice, name: str, records: Collection[tuple[int, str]]) -> None:
    """An event for each record, given by key and scope."""
    told = {"import": part.batch.uid}
    _tell(part, name, [(pk, scope, told) for pk, scope in records])


def tell_fields(part: Slice, name: str, fields: Mapping[int, Sequence[str]]) -> None:
    """An event for each record, naming the fields that changed and no value."""
    scopes = run(
        f"SELECT o.id, o.{quoted(part.sheet.scope)} FROM {table(part.sheet)} o WHERE o.id = ANY(%s)", [list(fields)]
    )
    uid = part.batch.uid
    _tell(part, name, [(pk, scope, {"import": uid, "fields": list(fields[pk])}) for pk, scope in scopes])


def _tell(part: Slice, name: str, rows: Collection[tuple[int, str, dict[str, Any]]]) -> None:
    if rows:
        record_each(part.actor, name, part.sheet.model, rows, post=post_of(part.actor, part.batch.scope))


def post_of(actor: User, scope: str) -> str:
    """The body for which somebody acts over a path."""
    covering = [grant for grant in grants_of(actor) if grant.covers(scope)]
    return max(covering, key=lambda grant: len(grant.scope)).body_name if covering else ""


def reason_of(sheet: Sheet, error: Exception) -> str:
    """A constraint of the database in words."""
    text = str(error)
    for name, sentence in sorted(sheet.sentences.items(), key=lambda pair: -len(pair[0])):
        if name in text:
            return sentence
    return "和名册里已有的内容合不起来，没有导入。请核对这一行。"
