"""The chain of seals over the events. docs/audit.md says it in prose and shows how an outsider checks it.

Writers only insert; nobody waits. A sealer comes by every minute, takes the events that have appeared since, and adds
a link: the digest of each, the hash of all digests, the hash of the link before. Ids of which no event is there yet
belong to transactions that still run or were rolled back. The link lists them as absent; an event that appears later
under such an id is sealed by a later link and listed there as late. Nothing here depends on transaction ids or on
anything else that a restored backup would not have.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from linli.core import clock
from linli.core.audit import COLUMNS
from linli.core.audit.models import Event, Gap, Seal
from linli.core.privacy.cipher import audit_key

MOST = 2000  # events a link
START = bytes(32)  # what the first link follows
# An id that was absent may still appear this long after; no transaction of ours runs for a day.
WAITED_FOR = dt.timedelta(days=2)
_LOCK = 0x6C696E6C69_5EA1  # one sealer at a time
_MOMENT = '\'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\''

#: The canonical text of an event `e`: a JSON array of all its columns. `jsonb` prints itself with its keys by length,
#: then by bytes, and with numbers written out; the moment is UTC with six decimals whatever the session says.
TEXT = f"json_build_array({', '.join(f'e.{name}' for name in COLUMNS)})::text".replace(
    "e.at", f"to_char(e.at AT TIME ZONE 'UTC', {_MOMENT})"
)
DIGEST = f"sha256(convert_to({TEXT}, 'UTF8'))"


def moment_text(moment: dt.datetime) -> str:
    """As `TEXT` writes a moment: 2026-11-22T03:04:05.000006Z."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def canonical_text(event: Event) -> str:
    """The Python twin of TEXT."""
    values = [
        event.pk,
        moment_text(event.at),
        *(getattr(event, name) for name in COLUMNS[2:9]),
        json.loads(json.dumps(event.detail, cls=DjangoJSONEncoder), parse_float=Decimal),
        event.request_id,
    ]
    return "[" + ", ".join(map(_json, values)) + "]"


def _json(value: Any) -> str:
    """JSON as jsonb prints it."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return "{" + ", ".join(f"{_json(key)}: {_json(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_json, value)) + "]"
    if isinstance(value, Decimal):
        # PostgreSQL's numeric knows no negative zero and writes every digit out.
        return format(value if value else abs(value), "f")
    return json.dumps(value, ensure_ascii=False)


def digest_of(text: str) -> bytes:
    """The digest of a canonical text."""
    return hashlib.sha256(text.encode()).digest()


# --- links --------------------------------------------------------------------------------------------------------


def link_text(seal: Seal) -> str:
    """What the hash of a link covers, as JSON."""
    return json.dumps(
        [
            seal.number,
            seal.first_id,
            seal.last_id,
            seal.count,
            seal.absent,
            seal.late,
            bytes(seal.root).hex(),
            bytes(seal.previous).hex(),
            moment_text(seal.at),
        ]
    )


def sign(digest: bytes) -> bytes:
    """The hash of a link signed with the installation's key: who reaches the database alone cannot add a link."""
    return hmac.digest(audit_key(), b"seal\0" + digest, "sha256")


def pairs(flat: Sequence[int]) -> Iterator[tuple[int, int]]:
    """[1, 2, 7, 7] → (1, 2), (7, 7)."""
    return zip(flat[::2], flat[1::2], strict=True)


def ids_of(seal: Seal) -> Iterator[int]:
    """The ids of a link's digests, in their order."""
    expected = seal.first_id
    for first, last in (*pairs(seal.absent), (seal.last_id + 1, seal.last_id + 1)):
        yield from range(expected, first)
        expected = last + 1
    yield from seal.late


@dataclass(frozen=True)
class Sealed:
    """What a run of the sealer did."""

    links: int
    events: int


def seal_events(*, wait: bool = False, progress: Callable[[int], None] | None = None) -> Sealed:
    """Seal all events that are there and not sealed yet, a link a transaction: a kill leaves whole links.

    While another sealer works this one leaves at once, or with `wait` comes after it.
    """
    links = events = 0
    while True:
        with transaction.atomic():
            if not _my_turn(wait):
                break
            seal = _next_link()
        if seal is None:
            break
        links, events = links + 1, events + seal.count
        if progress:
            progress(events)
    return Sealed(links, events)


def _my_turn(wait: bool) -> bool:
    function = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [_LOCK])
        answer = cursor.fetchone()[0]
    return answer is not False


def last_seal() -> Seal | None:
    """The newest link, without its digests."""
    return Seal.objects.defer("digests").order_by("-number").first()


def _next_link() -> Seal | None:
    before = last_seal()
    start = before.last_id if before else 0
    fresh, late = _fresh(start), _late()
    if not fresh and not late:
        return None
    end = fresh[-1][0] if fresh else start
    digests = b"".join(digest for _id, digest in (*fresh, *late))
    at = clock.now()
    seal = Seal(
        number=before.number + 1 if before else 1,
        first_id=start + 1,
        last_id=end,
        count=len(fresh) + len(late),
        absent=_gaps(start, [row[0] for row in fresh]),
        late=[row[0] for row in late],
        digests=digests,
        root=hashlib.sha256(digests).digest(),
        previous=before.hash if before else START,
        at=max(at, before.at) if before else at,
    )
    seal.hash = hashlib.sha256(link_text(seal).encode()).digest()
    seal.mac = sign(seal.hash)
    seal.save(force_insert=True)
    _keep_gaps(seal)
    return seal


def _fresh(start: int) -> list[tuple[int, bytes]]:
    """Events after the last link. An id the sequence has not given yet is none of ours; verify names it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT e.id, {DIGEST} FROM core_event e
                WHERE e.id > %s AND e.id <= (SELECT last_value FROM core_event_id_seq) ORDER BY e.id LIMIT {MOST}""",  # noqa: S608
            [start],
        )
        return [(pk, bytes(digest)) for pk, digest in cursor.fetchall()]


def _late() -> list[tuple[int, bytes]]:
    """Events that have appeared under an absent id. The limit inside keeps the plan: gap by gap."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT e.id, e.digest FROM core_gap g CROSS JOIN LATERAL (
                    SELECT e.id, {DIGEST} AS digest FROM core_event e
                    WHERE e.id BETWEEN g.first_id AND g.last_id ORDER BY e.id LIMIT {MOST}) e
                ORDER BY e.id LIMIT {MOST}"""  # noqa: S608
        )
        return [(pk, bytes(digest)) for pk, digest in cursor.fetchall()]


def _gaps(start: int, ids: list[int]) -> list[int]:
    """The ids between that are not there, as pairs."""
    gaps: list[int] = []
    for pk in ids:
        if pk > start + 1:
            gaps += [start + 1, pk - 1]
        start = pk
    return gaps


def _keep_gaps(seal: Seal) -> None:
    """Remember what is still absent, forget what has appeared or will not any more."""
    left = [Gap(first_id=first, last_id=last, at=seal.at) for first, last in pairs(seal.absent)]
    if seal.late:
        with connection.cursor() as cursor:
            cursor.execute(
                """DELETE FROM core_gap g USING unnest(%s::bigint[]) late(id)
                   WHERE late.id BETWEEN g.first_id AND g.last_id RETURNING g.first_id, g.last_id, g.at""",
                [seal.late],
            )
            for first, last, at in cursor.fetchall():
                inside = [pk for pk in seal.late if first <= pk <= last]
                parts = _gaps(first - 1, [*inside, last + 1])
                left += [Gap(first_id=a, last_id=b, at=at) for a, b in pairs(parts)]
    Gap.objects.bulk_create(left)
    Gap.objects.filter(at__lt=seal.at - WAITED_FOR).delete()
