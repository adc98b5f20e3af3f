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

from django.db import connection, transaction

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.audit.models import Event, Gap, Seal
from linli.core.audit.texts import TEXT, digest_of, fits, moment_text
from linli.core.privacy.cipher import audit_key

MOST = 2000  # events a link
START = bytes(32)  # what the first link follows
# An id that was absent may still appear this long after; no transaction of ours runs for a day.
WAITED_FOR = dt.timedelta(days=2)
_LOCK = 0x6C696E6C69_5EA1  # one sealer at a time
STAMPS_BEGUN = "core.stamps_begun"
# Processes of the version before may still write events without a stamp this long after the first of the new one.
GRACE = dt.timedelta(hours=1)


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

    A link that is not full has taken all there was; what has come meanwhile is for the next run.
    While another sealer works this one leaves at once, or with `wait` comes after it.
    """
    links = events = 0
    while True:
        with transaction.atomic():
            if not _my_turn(wait):
                break
            seal, full = _next_link()
        if seal is None:
            break
        links, events = links + 1, events + seal.count
        if progress:
            progress(events)
        if not full:
            break
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


def _next_link() -> tuple[Seal | None, bool]:
    """The next link, and whether there may be more to seal at once."""
    before = last_seal()
    start = before.last_id if before else 0
    (fresh, full), late = _fresh(start), _late()
    if not fresh and not late:
        return None, False
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
    return seal, full or len(late) == MOST


def begin_stamps() -> None:
    """Say once that events bear stamps from here on.

    Where events were sealed before, processes of the version without stamps may run on for a while: theirs are taken
    within GRACE.
    """
    if _begun() is None:
        record(User.system(), STAMPS_BEGUN, None, upgraded=Seal.objects.exists())


def _begun() -> Event | None:
    """The event that says since when there are stamps."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT e.id, e.stamp, {TEXT} FROM core_event e WHERE e.name = %s ORDER BY e.at, e.id",  # noqa: S608
            [STAMPS_BEGUN],
        )
        pk = next((pk for pk, stamp, text in cursor.fetchall() if fits(text, stamp)), None)
    return Event.objects.get(pk=pk) if pk else None


def takes_unstamped() -> bool:
    """Whether an event without a stamp may still be one of the program's own."""
    begun = _begun()
    return begun is None or (bool(begun.detail.get("upgraded")) and clock.now() < begun.at + GRACE)


def is_ours(text: str, stamp: bytes | None, *, unstamped: bool) -> bool:
    """Whether the program wrote this event, as it stands."""
    return unstamped if stamp is None else fits(text, stamp)


def _fresh(start: int) -> tuple[list[tuple[int, bytes]], bool]:
    """Events after the last link, and whether there may be more.

    An id the sequence has not given yet is none of ours; verify names it.
    """
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT e.id, e.stamp, {TEXT} FROM core_event e
                    WHERE e.id > %s AND e.id <= (SELECT last_value FROM core_event_id_seq)
                    ORDER BY e.id LIMIT {MOST}""",  # noqa: S608
                [start],
            )
            rows = cursor.fetchall()
        ours = _ours(rows)
        if ours or not rows:
            return ours, len(rows) == MOST
        start = rows[-1][0]


def _late() -> list[tuple[int, bytes]]:
    """Events that have appeared under an absent id. The limit inside keeps the plan: gap by gap."""
    late: list[tuple[int, bytes]] = []
    after = 0
    while len(late) < MOST:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT e.id, e.stamp, e.text FROM core_gap g CROSS JOIN LATERAL (
                        SELECT e.id, e.stamp, {TEXT} AS text FROM core_event e
                        WHERE e.id BETWEEN greatest(g.first_id, %s) AND g.last_id ORDER BY e.id LIMIT {MOST}) e
                    ORDER BY e.id LIMIT {MOST}""",  # noqa: S608
                [after + 1],
            )
            rows = cursor.fetchall()
        if not rows:
            break
        late, after = late + _ours(rows), rows[-1][0]
    return late[:MOST]


def _ours(rows: list[tuple[int, bytes | None, str]]) -> list[tuple[int, bytes]]:
    """Ids and digests of the events the program wrote; the others stay out of the chain, and verify names them."""
    bare = any(stamp is None for _pk, stamp, _text in rows) and takes_unstamped()
    return [(pk, digest_of(text)) for pk, stamp, text in rows if is_ours(text, stamp, unstamped=bare)]


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
