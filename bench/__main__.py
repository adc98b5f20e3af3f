"""`python -m bench [name …]`: run the measurements of this folder and print each as a ratio.

A module here with a function `run() -> list[Result]` is a measurement. All of them share one PostgreSQL cluster made
for the occasion, with the settings real data have (what is committed is on the disk), and removed afterwards.

LINLI_BENCH_HOME names a data folder to measure in instead, e.g. one that `linli demo --scale 1000000` has filled.
It is kept. What a measurement grows or makes there stays.
"""

from __future__ import annotations

import os
import shutil
import sys
from importlib import import_module
from pathlib import Path

from bench.result import Result

from linli.cli.cluster import Cluster
from linli.cli.home import Home, stage
from linli.cli.ready import set_up_django

HERE = Path(__file__).resolve().parent
NOT_MEASUREMENTS = {"__init__", "__main__", "event_rows", "result"}


def main(chosen: list[str]) -> int:
    """0 when every ratio keeps its limit, otherwise 1."""
    names = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_MEASUREMENTS)
    if unknown := [name for name in chosen if name not in names]:
        print(f"✗ 没有 {'、'.join(unknown)} 这一项；有：{'、'.join(names)}。", file=sys.stderr)
        return 2
    # Downloads are kept here from one time to the next.
    kept = os.environ.get("LINLI_BENCH_HOME")
    home = Home(Path(kept).expanduser().resolve() if kept else HERE.parent / ".bench")
    home.make_usable()
    if not kept:
        shutil.rmtree(home.postgres, ignore_errors=True)
    cluster = Cluster(home.postgres, home.logs / "postgres.log")
    os.environ |= {"LINLI_HOME": str(home.path), "DATABASE_URL": cluster.url, "LINLI_DEMO": "1"}
    cluster.start(die_with_parent=True)
    try:
        with stage("准备数据表"):
            make_tables()
        results = [result for name in chosen or names for result in measure(name)]
    finally:
        cluster.stop()
        if not kept:
            shutil.rmtree(home.postgres, ignore_errors=True)
    print_table(results)
    return 0 if all(result.passed for result in results) else 1


def make_tables() -> None:
    """The tables of this version."""
    set_up_django()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0, run_syncdb=True)
    from linli.indicators.actions.keeping import install

    install()


def measure(name: str) -> list[Result]:
    """One module's results."""
    with stage(f"测量 {name}"):
        results: list[Result] = import_module(f"bench.{name}").run()
    return results


def print_table(results: list[Result]) -> None:
    """A line each, the note under it."""
    for result in results:
        verdict = "✓" if result.passed else "✗"
        print(
            f"\n{verdict} {result.name}: {result.seconds:.2f} s\n"
            f"  {result.baseline}: {result.baseline_seconds:.2f} s\n"
            f"  ratio {result.ratio:.2f} (limit {result.limit:.2f})"
        )
        if result.note:
            print(f"  {result.note}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
