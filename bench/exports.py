"""An export of the whole register, 1,000,000 rows: seconds against a bare COPY TO of the same columns, memory flat.

Each size is written in a process of its own, whose peak memory is compared: 1,000,000 rows may take at most 1.3 times
what 50,000 take. BENCH_SCALE=0.01 makes everything a hundredth of the size, to try the measurement out.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from bench.result import Result
from django.db import connection

from linli.core.access.models import User
from linli.core.exports.source import Source, source_of, values_of
from linli.core.exports.writers import Heading, write
from linli.demo.scale import Size, grow

PERSON = "zhengguanghui"  # of the district: sees the whole register
SHARE = float(os.environ.get("BENCH_SCALE", "1"))
ALL, FEW = round(1_000_000 * SHARE), round(50_000 * SHARE)
# Times a bare COPY, which neither shows nor checks nor compresses anything; XlsxWriter takes a call for each cell.
LIMITS = {"csv": 6.0, "xlsx": 40.0}
MOST_MEMORY = 1.3


def run() -> list[Result]:
    """Measure; AssertionError where memory grows with the rows or a row is missing."""
    grow(Size(ALL, 0, 0), lambda said: print(f"    {said}"))
    return [measure(format_) for format_ in LIMITS]


def measure(format_: str) -> Result:
    """One format, at both sizes."""
    (few, _seconds, few_peak), (count, seconds, peak) = (_apart(format_, rows) for rows in (FEW, ALL))
    assert (few, count) == (FEW, ALL), (few, count)
    assert peak <= few_peak * MOST_MEMORY, f"{peak} MB for {count:,} rows, {few_peak} MB for {few:,}"
    copied = _copy()
    note = f"{count / seconds:,.0f} rows a second; peak {peak:.0f} MB at {count:,} rows, {few_peak:.0f} MB at {few:,}"
    name = f"export of {count:,} rows as {format_}"
    return Result(name, "bare COPY TO of the same columns", seconds, copied, LIMITS[format_], note)


def _source() -> Source:
    source = source_of("organizations", {}, User.objects.get(username=PERSON))
    assert source is not None
    return source


def _apart(format_: str, rows: int) -> tuple[int, float, float]:
    """Rows, seconds and peak memory in MB of an export in a process of its own."""
    ready = "from linli.cli.ready import set_up_django; set_up_django()"
    code = f"{ready}; from bench.exports import once; once({format_!r}, {rows})"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    count, seconds, peak = told.split()[-3:]
    return int(count), float(seconds), float(peak)


def _copy() -> float:
    """Seconds of COPY TO for the columns an export reads, thrown away as they come."""
    source = _source()
    paths = [path for column in source.columns for path in column.sources]
    query, parameters = source.rows.values_list(*paths).query.sql_with_params()
    began = time.perf_counter()
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT", parameters) as copy:
        for _block in copy:
            pass
    return time.perf_counter() - began


def once(format_: str, rows: int) -> None:
    """What the job does, without its row: read in chunks, show, write. Prints rows, seconds, peak memory in MB."""
    import resource

    from linli.core import clock

    source = _source()
    heading = Heading(source.label, source.words, PERSON, "", clock.now())
    began = time.perf_counter()
    with tempfile.TemporaryFile() as file:
        count = write(file, format_, heading, source.columns, values_of(source.rows[:rows], source.columns))
    seconds = time.perf_counter() - began
    print(count, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
