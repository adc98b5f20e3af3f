"""Checking the chain against the events, all of it or from a link on.

Three looks, cheap to dear: the links one after the other; every event against its digest, link by link in the
database, over several connections; where a link differs, each of its events. What is found is named.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection
from django.utils import timezone

from linli.core.audit.chain import START, ids_of, link_text, pairs, sign
from linli.core.audit.findings import Report
from linli.core.audit.heads import valid_heads
from linli.core.audit.models import Seal
from linli.core.audit.strangers import verify_strangers
from linli.core.audit.texts import DIGEST, TEXT, digest_of

Progress = Callable[[int], None]
PORTION = 20  # links a statement: some 40,000 events
SWAPS = 200  # changed events among which swaps are looked for
_RANGES = """(SELECT range_agg(int8range(a.first, b.last, '[]'))
     FROM unnest(s.absent) WITH ORDINALITY a(first, n) JOIN unnest(s.absent) WITH ORDINALITY b(last, n)
     ON b.n = a.n + 1 AND mod(a.n, 2) = 1)"""
#: Numbers of the links whose events do not give the root any more.
_DIFFERS = f"""
SELECT s.number FROM core_seal s CROSS JOIN LATERAL (SELECT {_RANGES} AS absent OFFSET 0) r
WHERE s.number BETWEEN %s AND %s AND s.root IS DISTINCT FROM sha256(
    coalesce((SELECT string_agg({DIGEST}, '' ORDER BY e.id) FROM core_event e
              WHERE e.id BETWEEN s.first_id AND s.last_id AND (r.absent IS NULL OR NOT r.absent @> e.id)), '')
    || coalesce((SELECT string_agg({DIGEST}, '' ORDER BY e.id) FROM core_event e
                 WHERE s.late <> '{{}}' AND e.id = ANY(s.late)), ''))
"""  # noqa: S608


def verify_chain(
    *,
    since: int = 1,
    lanes: int = 1,
    heads: bool = True,
    progress: Progress | None = None,
    report: Report | None = None,
) -> Report:
    """Check everything from link `since` on. `lanes` is the number of connections that work at once.

    Without `heads` the hashes kept outside are not asked: a copy restored beside is older than they are.
    With more than one lane the transaction one stands in is not seen. `progress` hears how many events were checked.
    """
    report = report or Report()
    tell = progress or (lambda _count: None)
    known = _links(report, since)
    if heads:
        _heads(report)
    numbers = sorted(known)
    spans = [(part[0], part[-1]) for part in _parts(numbers, PORTION)]
    for (first, last), differing in _over(spans, lanes):
        for number in differing:
            _look_closer(report, number)
        checked = sum(known[number] for number in numbers if first <= number <= last)
        report.count("events", checked)
        tell(checked)
    _swaps(report)
    verify_strangers(report)
    return report


def _parts(numbers: list[int], size: int) -> Iterator[list[int]]:
    return (numbers[start : start + size] for start in range(0, len(numbers), size))


def _over(spans: list[tuple[int, int]], lanes: int) -> Iterable[tuple[tuple[int, int], list[int]]]:
    """Each span with the links in it that differ."""
    if lanes < 2:
        return ((span, _differing(span)) for span in spans)

    def run() -> Iterator[tuple[tuple[int, int], list[int]]]:
        with ThreadPoolExecutor(lanes) as pool:
            yield from zip(spans, pool.map(_in_lane, spans), strict=True)

    return run()


def _in_lane(span: tuple[int, int]) -> list[int]:
    """In a thread of its own, with a connection of its own."""
    try:
        return _differing(span)
    finally:
        connection.close()


def _differing(span: tuple[int, int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERS, span)
        return [number for (number,) in cursor.fetchall()]


# --- the links ----------------------------------------------------------------------------------------------------


def _links(report: Report, since: int) -> dict[int, int]:
    """Check the links among each other; gives each one's count of events."""
    fields = ("number", "first_id", "last_id", "count", "absent", "late", "root", "previous", "hash", "mac", "at")
    rows = (
        Seal.objects.filter(number__gte=since - 1)
        .order_by("number")
        .only(*fields)
        .extra(select={"held": "sha256(digests)", "size": "octet_length(digests)"})
    )
    before: Seal | None = None
    known: dict[int, int] = {}
    for seal in rows.iterator(chunk_size=500):
        if seal.number >= since:
            _link(report, seal, before)
            known[seal.number] = seal.count
        before = seal
    if before is not None:
        report.through, report.head = before.number, bytes(before.hash).hex()
    report.count("seals", len(known))
    return known


def _link(report: Report, seal: Seal, before: Seal | None) -> None:
    where = f"第 {seal.number} 号封存"
    expected = before.number + 1 if before else 1
    if seal.number != expected:
        gone = f"第 {expected} 号" if seal.number == expected + 1 else f"第 {expected} 至 {seal.number - 1} 号"
        report.add("seal_missing", f"{gone}封存不见了，{where}前面接不上。", seal=expected)
    elif (bytes(seal.previous), seal.first_id) != (
        bytes(before.hash) if before else START,
        before.last_id + 1 if before else 1,
    ):
        report.add("chain_broken", f"{where}和前一号接不上：其中一号被改动或调换。", seal=seal.number)
    true_hash = hashlib.sha256(link_text(seal).encode()).digest()
    held: Any = seal
    sizes = seal.last_id - seal.first_id + 1 - sum(b - a + 1 for a, b in pairs(seal.absent)) + len(seal.late)
    if bytes(seal.hash) != true_hash:
        report.add("seal_changed", f"{where}的内容被改动：和它自己的校验值不符。", seal=seal.number)
    elif bytes(seal.mac) != sign(true_hash):
        report.add("seal_forged", f"{where}不是本系统封的：签名不符（密钥换过也会这样）。", seal=seal.number)
    if bytes(held.held) != bytes(seal.root) or held.size != 32 * seal.count or seal.count != sizes:
        report.add("seal_changed", f"{where}里各条记录的摘要被改动。", seal=seal.number)


def _heads(report: Report) -> None:
    """Compare with what is kept outside the database."""
    heads = {head.number: head for head in valid_heads()}
    there = {row.number: bytes(row.hash).hex() for row in Seal.objects.filter(number__in=list(heads)).only("hash")}
    for number, head in sorted(heads.items()):
        if number not in there and number > report.through:
            report.add(
                "tail_cut",
                f"末尾被截掉：库外留存的校验值到第 {number} 号（{head.at[:10]}），库里只到第 {report.through} 号。"
                "如果刚恢复过备份，请运行 linli audit restored 说明。",
                seal=number,
            )
        elif number in there and there[number] != head.hash:
            report.add("seal_forged", f"第 {number} 号封存和库外留存的校验值不同：从这里起被重新封过。", seal=number)
    report.count("heads", len(heads))


# --- the events ---------------------------------------------------------------------------------------------------


def _look_closer(report: Report, number: int) -> None:
    """Name the events of a link that do not fit."""
    seal = Seal.objects.get(number=number)
    ids = list(ids_of(seal))
    stored = dict(zip(ids, (bytes(seal.digests[at : at + 32]) for at in range(0, 32 * len(ids), 32)), strict=True))
    there: dict[int, list[tuple[bytes, Any, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT e.id, {DIGEST}, e.at, e.name FROM core_event e WHERE e.id = ANY(%s)", [ids])  # noqa: S608
        for pk, digest, at, name in cursor.fetchall():
            there.setdefault(pk, []).append((bytes(digest), at, name))
    for pk, digest in stored.items():
        rows = there.get(pk, [])
        if not rows:
            text = f"办理记录 {pk} 被删除：第 {number} 号封存里有它。"
            report.add("event_deleted", text, event=pk, seal=number)
        elif len(rows) > 1:
            report.add("event_inserted", f"办理记录 {pk} 有 {len(rows)} 条，应只有 1 条。", event=pk, seal=number)
        elif rows[0][0] != digest:
            at, name = timezone.localtime(rows[0][1]), rows[0][2]
            text = f"办理记录 {pk}（{at:%Y-%m-%d %H:%M:%S}，{name}）被改动：内容和封存时的摘要不符。"
            report.add("event_changed", text, event=pk, seal=number)


def _swaps(report: Report) -> None:
    """Among the changed events, those that bear each other's content: say so."""
    changed = [finding for finding in report.findings if finding.kind == "event_changed"][:SWAPS]
    if len(changed) < 2:
        return
    ids = [finding.event for finding in changed if finding.event is not None]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT e.id, {TEXT} FROM core_event e WHERE e.id = ANY(%s)", [ids])  # noqa: S608
        texts = dict(cursor.fetchall())
    stored: dict[bytes, int] = {}
    for number in {finding.seal for finding in changed if finding.seal}:
        seal = Seal.objects.get(number=number)
        digests = bytes(seal.digests)
        stored |= {digests[32 * i : 32 * i + 32]: pk for i, pk in enumerate(ids_of(seal)) if pk in texts}
    for pk, text in sorted(texts.items()):
        rest = text.removeprefix(f"[{pk}")
        was = next((stored[found] for other in ids if (found := digest_of(f"[{other}{rest}")) in stored), None)
        if was is not None and was != pk:
            report.add("event_swapped", f"办理记录 {pk} 现在的内容是原来第 {was} 条的：两条被调换。", event=pk)
