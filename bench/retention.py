"""One night's clean-up by the rules of keeping: notices that go, applications whose persons are taken out.

LINLI_BENCH_ROWS (default 50,000) notices are due, and a tenth as many applications that were taken back, each with
founders to decrypt and mask, a mark to keep and an event to write. The baseline for the notices is one bare DELETE of
as many rows with the same indexes and foreign keys; for the applications the same act one by one, a transaction a
hundred, as the job did before, at a smaller number and taken per row. Memory is the peak of a process of its own that
cleans up a fifth of the rows, then all.
"""

from __future__ import annotations

import datetime as dt
import gc
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.imports import do, world
from bench.result import Result
from django.db import connection, transaction

from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit.marks import mark_rows
from linli.core.audit.models import Event
from linli.core.notices.models import Notice
from linli.core.privacy.actions.retention import BATCH, run_rule
from linli.core.privacy.declare import RETENTIONS
from linli.organizations.actions.erasing import erase_filing
from linli.organizations.models import Filing

ROWS = int(os.environ.get("LINLI_BENCH_ROWS", "50000"))
CASES = max(500, ROWS // 10)
SMALL = max(200, CASES // 50)  # one by one
DELETE_LIMIT, CASE_LIMIT = 7.0, 0.1  # what is due is looked for, locked and told as well
MEMORY_SLACK_MB = 20.0
LONG_AGO = dt.timedelta(days=4000)


def run() -> list[Result]:
    """Measure; AssertionError where something stays or memory grows with the rows."""
    officer = world()
    _clear()
    make_notices(ROWS, officer)
    bare = _timed(lambda: do("DELETE FROM core_notice"))
    make_notices(ROWS, officer)
    gone = clean("notices", ROWS)
    assert not Notice.objects.exists()

    make_cases(SMALL)
    each = _timed(_one_by_one) / SMALL
    make_cases(CASES)
    before = Event.objects.count()
    erased = clean("failed-filings", CASES)
    assert Event.objects.count() - before >= CASES
    assert not Filing.objects.filter(erased_at__isnull=True).exists()

    few, many = (peak_of(rows, officer) for rows in (ROWS // 5, ROWS))
    assert many - few <= MEMORY_SLACK_MB, f"{few:.0f} MB for {ROWS // 5:,} rows, {many:.0f} MB for {ROWS:,}"
    memory = f"peak memory {few:.0f} MB for {ROWS // 5:,} notices and a tenth of applications, {many:.0f} MB for all"
    _clear()
    return [
        Result(
            f"{ROWS:,} notices go",
            "bare DELETE of as many rows",
            gone,
            bare,
            DELETE_LIMIT,
            f"{ROWS / gone:,.0f} a second; {memory}",
        ),
        Result(
            f"persons taken out of {CASES:,} applications",
            "the same one by one",
            erased,
            each * CASES,
            CASE_LIMIT,
            f"{CASES / erased:,.0f} a second; one by one {SMALL:,} took {each * SMALL:.1f} s, taken per row",
        ),
    ]


def clean(slug: str, count: int) -> float:
    """Seconds of one run of a rule."""
    began = time.perf_counter()
    done = run_rule(RETENTIONS[slug]).done
    assert done == count, (slug, done, count)
    return time.perf_counter() - began


def _timed(act: Any) -> float:
    gc.collect()
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _one_by_one() -> None:
    rows = list(Filing.objects.filter(erased_at__isnull=True).order_by("pk"))
    for start in range(0, len(rows), BATCH):
        with transaction.atomic():
            for row in rows[start : start + BATCH]:
                with transaction.atomic():
                    erase_filing(row, actor=User.system())


def make_notices(count: int, reader: User) -> None:
    """Notices of long ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO core_notice (uid, recipient_id, kind, title, body, url, created_at)
               SELECT 'bench-' || n, %s, 'other.x', '有一件事到期了', repeat('请在今天办理。', 10), '/desk/', %s
               FROM generate_series(1, %s) n""",
            [reader.pk, clock.now() - LONG_AGO, count],
        )
    do("VACUUM ANALYZE core_notice")


def make_cases(count: int) -> None:
    """Applications that were taken back long ago: one by the program, and as many as asked after its pattern."""
    Filing.objects.all().delete()
    area = Area.objects.filter(level="community").earliest("pk")
    ended = clock.now() - LONG_AGO
    pattern = Filing.objects.create(
        state="withdrawn",
        name="凤亭下书画社",
        area=area,
        scope=area.path,
        leader_name="陈秀梅",
        leader_id_number="11010519491231002X",
        leader_phone="13800002046",
        founders="陈秀梅\n林伟\n黄敏\n吴强\n郑丽",
        began_at=ended,
        ended_at=ended,
    )
    names = [f.column for f in Filing._meta.concrete_fields if not f.generated and f.column not in ("id", "uid")]
    columns = ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO organizations_filing (uid, {columns}) SELECT 'bench-' || n, {columns}
                FROM organizations_filing, generate_series(2, %s) n WHERE id = %s""",
            [count, pattern.pk],
        )
    mark_rows(Filing, Filing.objects.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=5000))
    do("VACUUM ANALYZE organizations_filing")


def _clear() -> None:
    do("DELETE FROM core_notice")
    do("DELETE FROM organizations_filing")


def peak_of(rows: int, officer: User) -> float:
    """Peak resident memory of a process of its own that cleans up, in MB."""
    _clear()
    make_notices(rows, officer)
    make_cases(max(1, rows // 10))
    program = (
        "from linli.cli.ready import set_up_django; set_up_django();"
        "from linli.core.privacy.actions.retention import run_all; run_all();"
        "print([l.split()[1] for l in open('/proc/self/status') if l.startswith('VmHWM')][0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent
    )
    assert not Notice.objects.exists()
    return int(done.stdout.split()[-1]) / 1024
