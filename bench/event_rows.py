"""Ten million events as the program would have written and sealed them, made set-based: true stamps, digests, links.

The scratch database is given the signing key for it, which a real one never sees. `verify_chain` then says whether
what was made here is what the program makes.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit.chain import MOST, START, last_seal, link_text, seal_events, sign
from linli.core.audit.labels import labels
from linli.core.audit.models import Event, Seal
from linli.core.audit.texts import CONTENT, DIGEST, STAMP_BYTES, TEXT
from linli.core.privacy.cipher import audit_key
from linli.organizations.models import Filing, Organization

PEOPLE, LANES, PORTION = 400, 2, 200_000
#: An event every ten seconds, so that ten million are three years'. Persons, actions and places are as uneven as in
#: life: `v` runs from 0 to 1 and its powers crowd at 0. Two events a request, eight a record.
ROWS = """
INSERT INTO core_event (id, at, actor_id, on_behalf_of_id, post, name, subject_type_id, subject_id, scope, detail,
                        request_id)
SELECT n, %(start)s::timestamptz + interval '10 seconds' * n,
    (%(people)s::bigint[])[1 + floor(power(v.a, 3) * %(many)s)::int],
    CASE WHEN n %% 50 = 0 THEN (%(people)s::bigint[])[1 + floor(v.b * %(many)s)::int] END,
    '东方街道办事处', (%(names)s::text[])[1 + floor(power(v.b, 3) * %(kinds)s)::int],
    CASE WHEN n %% 10 < 6 THEN %(filing)s ELSE %(organization)s END, 1 + n / 8,
    '1/25/' || 310 + floor(power(v.c, 2) * 12)::int || '/' || 400 + floor(v.a * 20)::int || '/',
    jsonb_build_object('state', 'notice', 'number', n, 'reason', '材料齐全，同意。'), md5((n / 2)::text)
FROM generate_series(%(first)s::bigint, %(last)s::bigint) n CROSS JOIN LATERAL (
    SELECT abs(hashint8(n)) / 2147483648.0::float8 AS a, abs(hashint8(n * 7 + 1)) / 2147483648.0::float8 AS b,
        abs(hashint8(n * 13 + 5)) / 2147483648.0::float8 AS c) v
"""


def grow(wanted: int) -> None:
    """See that there are at least so many events, all sealed. The indexes are built after the rows."""
    seal_events(wait=True)
    first, last = _last_id() + 1, _last_id() + wanted - Event.objects.count()
    if last < first:
        return
    _write(first, last)
    _link(first, last)
    for table in ("core_event", "core_seal"):
        _run(f"VACUUM (ANALYZE) {table}")


def _last_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM core_event_id_seq")
        return int(cursor.fetchone()[0])


def _run(statement: str, values: Any = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("SET work_mem = '64MB'")
        cursor.execute(statement, values)


def _in_lanes(tasks: list[Callable[[], None]]) -> None:
    """One connection a lane, each the next task that is left."""
    left, failed = list(reversed(tasks)), list[BaseException]()

    def work() -> None:
        try:
            while left:
                left.pop()()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(LANES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def _spans(first: int, last: int, size: int) -> list[tuple[int, int]]:
    return [(start, min(start + size - 1, last)) for start in range(first, last + 1, size)]


def _write(first: int, last: int) -> None:
    User.objects.bulk_create(
        [User(username=f"officer-{n}", name=f"干部{n}", password="!") for n in range(PEOPLE)]
        if not User.objects.filter(username="officer-0").exists()
        else []
    )
    people = list(User.objects.filter(username__startswith="officer-").order_by("pk").values_list("pk", flat=True))
    names = sorted(labels())
    given = {
        "people": people,
        "many": len(people),
        "names": names,
        "kinds": len(names),
        "filing": ContentType.objects.get_for_model(Filing).pk,
        "organization": ContentType.objects.get_for_model(Organization).pk,
        "start": clock.now() - clock.dt.timedelta(seconds=10 * (last + 1)),
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'core_event'")
        indexes = [(name, made) for name, made in cursor.fetchall() if name != "core_event_pkey"]
    _run("; ".join(f"DROP INDEX {name}" for name, _made in indexes))
    statement = _stamped(ROWS)
    _in_lanes(
        [
            lambda span=span: _run(statement, {**given, "first": span[0], "last": span[1]})  # type: ignore[misc]
            for span in _spans(first, last, PORTION)
        ]
    )
    _run("SELECT setval('core_event_id_seq', %s)", [last])
    _in_lanes([lambda made=made: _run(made) for _name, made in indexes])  # type: ignore[misc]


def _stamped(rows: str) -> str:
    """The statement that inserts the rows with the stamps `record()` would have given them: HMAC-SHA256 in SQL."""
    key = audit_key().ljust(64, b"\0")
    inner, outer = (bytes(byte ^ mask for byte in key).hex() for mask in (0x36, 0x5C))
    # From '[id, content]' to 'content'.
    content = TEXT[TEXT.index("json_build_array") : TEXT.index(" ELSE")] + "::text"
    said = f"convert_to({content}, 'UTF8')"
    start = "position('\\x2c20'::bytea IN t.said) + 2"
    body = f"substr(t.said, {start}, octet_length(t.said) - ({start}))"
    signature = f"sha256('\\x{outer}'::bytea || sha256('\\x{inner}6576656e7400'::bytea || {body}))"
    select = rows[rows.index("SELECT") :]
    columns = ", ".join(("id", *CONTENT))
    return f"""INSERT INTO core_event ({columns}, stamp)
        SELECT {", ".join(f"e.{name}" for name in ("id", *CONTENT))},
            substr(sha256({signature} || int8send(e.id)), 1, {STAMP_BYTES})
        FROM ({select}) e({columns}) CROSS JOIN LATERAL (SELECT {said} AS said OFFSET 0) t"""


def _link(first: int, last: int) -> None:
    """Links of MOST events each: the database digests, the program links and signs."""
    _run("DROP TABLE IF EXISTS bench_link")
    _run("CREATE UNLOGGED TABLE bench_link (first_id bigint, last_id bigint, digests bytea, root bytea)")
    _in_lanes(
        [
            lambda span=span: _run(  # type: ignore[misc]
                f"""INSERT INTO bench_link SELECT d.first, d.last, d.digests, sha256(d.digests) FROM (
                        SELECT min(e.id) AS first, max(e.id) AS last,
                            string_agg({DIGEST}, '' ORDER BY e.id) AS digests
                        FROM core_event e WHERE e.id BETWEEN %s AND %s GROUP BY (e.id - %s) / {MOST}) d""",
                [*span, first],
            )
            for span in _spans(first, last, MOST * 100)
        ]
    )
    before, at = last_seal(), clock.now()
    number, previous = (before.number, bytes(before.hash)) if before else (0, START)
    with connection.cursor() as cursor:
        cursor.execute("SELECT first_id, last_id, root FROM bench_link ORDER BY first_id")
        parts = cursor.fetchall()
        columns: list[list[Any]] = [[], [], [], [], []]
        for start, end, root in parts:
            number += 1
            seal = Seal(number=number, first_id=start, last_id=end, count=end - start + 1, at=at)
            seal.root, seal.previous = root, previous
            digest = hashlib.sha256(link_text(seal).encode()).digest()
            for column, value in zip(columns, (start, number, previous, digest, sign(digest)), strict=True):
                column.append(value)
            previous = digest
        cursor.execute(
            """INSERT INTO core_seal (number, first_id, last_id, count, absent, late, digests, root, previous, hash,
                                      mac, at)
               SELECT l.number, b.first_id, b.last_id, b.last_id - b.first_id + 1, '{}', '{}', b.digests, b.root,
                   l.previous, l.hash, l.mac, %s
               FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[], %s::bytea[], %s::bytea[])
                   l(first_id, number, previous, hash, mac) JOIN bench_link b USING (first_id)""",
            [at, *columns],
        )
        cursor.execute("DROP TABLE bench_link")
