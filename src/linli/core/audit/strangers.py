"""Events that no link accounts for: put in past the program, changed before sealing, or waiting their turn."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from django.db import connection
from django.utils import timezone

from linli.core.audit.chain import WAITED_FOR, is_ours, last_seal, pairs, takes_unstamped
from linli.core.audit.findings import Report
from linli.core.audit.models import Seal
from linli.core.audit.texts import TEXT, fits

PORTION = 10_000  # events a statement
_GAPS = """
WITH gaps AS MATERIALIZED (
        SELECT a.first, b.last, s.at, s.number FROM core_seal s
        CROSS JOIN unnest(s.absent) WITH ORDINALITY a(first, n)
        JOIN LATERAL unnest(s.absent) WITH ORDINALITY b(last, n) ON b.n = a.n + 1
        WHERE s.absent <> '{}' AND mod(a.n, 2) = 1),
    late AS MATERIALIZED (SELECT unnest(late) AS id FROM core_seal WHERE late <> '{}')
"""
_IN_GAPS = f"""{_GAPS}
SELECT e.id, e.at, e.name, e.stamp, e.text, g.number, g.at < %s FROM gaps g
CROSS JOIN LATERAL (SELECT id, at, name, stamp, {TEXT} AS text FROM core_event e
                    WHERE e.id BETWEEN g.first AND g.last ORDER BY e.id LIMIT 1000000) e
WHERE NOT EXISTS (SELECT 1 FROM late WHERE late.id = e.id)
"""  # noqa: S608
_NEVER_GIVEN = f"""
SELECT e.id, e.at, e.name, e.stamp, {TEXT} FROM core_event e
WHERE e.id < 1 OR e.id > greatest((SELECT last_value FROM core_event_id_seq), %s)
"""  # noqa: S608
_TAIL = f"""
SELECT e.id, e.at, e.name, e.stamp, {TEXT} FROM core_event e
WHERE e.id > %s AND e.id <= (SELECT last_value FROM core_event_id_seq) ORDER BY e.id LIMIT {PORTION}
"""  # noqa: S608


def verify_strangers(report: Report) -> None:
    """Everything the links do not hold."""
    last, unstamped = last_seal(), takes_unstamped()
    _sequence(report, last)
    _never_given(report, last)
    if last is not None:
        _in_gaps(report, last, unstamped=unstamped)
        _late_ids(report)
    _tail(report, last, unstamped=unstamped)


def _said(pk: int, at: Any, name: str) -> str:
    return f"办理记录 {pk}（{timezone.localtime(at):%Y-%m-%d %H:%M:%S}，{name}）"


def _rows(statement: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _sequence(report: Report, last: Seal | None) -> None:
    """The database would give ids once more."""
    ((given,),) = _rows("SELECT last_value FROM core_event_id_seq")
    if last is not None and given < last.last_id:
        text = f"办理记录的编号被拨回到 {given}，而第 {last.number} 号封存已经到 {last.last_id}。"
        report.add("sequence_set_back", text, seal=last.number)


def _never_given(report: Report, last: Seal | None) -> None:
    for pk, at, name, stamp, text in _rows(_NEVER_GIVEN, last.last_id if last else 0):
        if fits(text, stamp):
            continue  # given, before the sequence was set back
        report.add("event_inserted", f"{_said(pk, at, name)}是绕过系统插入的：系统没有发过这个编号。", event=pk)


def _in_gaps(report: Report, last: Seal, *, unstamped: bool) -> None:
    """Events under ids that were absent when their range was sealed."""
    for pk, at, name, stamp, text, number, is_over in _rows(_IN_GAPS, last.at - WAITED_FOR):
        if not is_ours(text, stamp, unstamped=unstamped):
            _forged(report, pk, at, name, stamp, number)
        elif is_over:
            said = f"{_said(pk, at, name)}是绕过系统插入的：第 {number} 号封存时没有它。"
            report.add("event_inserted", said, event=pk, seal=number)


def _forged(report: Report, pk: int, at: Any, name: str, stamp: bytes | None, number: int | None = None) -> None:
    why = "没有系统的印记" if stamp is None else "印记和内容、编号不符"
    text = f"{_said(pk, at, name)}不是系统写的，或在封存以前被改动：{why}。"
    report.add("event_forged", text, event=pk, seal=number)


def _late_ids(report: Report) -> None:
    """A late event must have been listed as absent before, and be sealed once."""
    ranges: list[tuple[int, int]] = []
    seen: set[int] = set()
    rows = Seal.objects.exclude(absent=[], late=[]).order_by("number").values_list("number", "absent", "late")
    for number, absent, late in rows.iterator(chunk_size=500):
        for pk in late:
            if pk in seen or not _inside(ranges, pk):
                text = f"第 {number} 号封存补封的办理记录 {pk} 此前并没有缺。"
                report.add("seal_changed", text, seal=number, event=pk)
            seen.add(pk)
        ranges += pairs(absent)
    for (_first, last), (first, _last) in pairwise(ranges):
        if first <= last:
            report.add("seal_changed", f"编号 {first} 在两号封存里都算缺。", event=first)


def _inside(ranges: list[tuple[int, int]], pk: int) -> bool:
    place = bisect_right(ranges, (pk, 1 << 62)) - 1
    return place >= 0 and ranges[place][0] <= pk <= ranges[place][1]


def _tail(report: Report, last: Seal | None, *, unstamped: bool) -> None:
    """What is not sealed yet bears its stamp; how much of it there is is said."""
    waiting, oldest = 0, None
    for pk, at, name, stamp, text in _after(last.last_id if last else 0):
        if is_ours(text, stamp, unstamped=unstamped):
            waiting, oldest = waiting + 1, oldest or at
        else:
            _forged(report, pk, at, name, stamp)
    report.count("unsealed", waiting)
    if waiting:
        since = f"，最早的一条在 {timezone.localtime(oldest):%Y-%m-%d %H:%M}" if oldest else ""
        report.notes.append(
            f"还有 {waiting} 条办理记录没有封存{since}；它们各自的印记相符，要封存以后才能查出其中有没有被删去的。"
        )


def _after(start: int) -> Iterator[Any]:
    while rows := _rows(_TAIL, start):
        yield from rows
        start = rows[-1][0]
