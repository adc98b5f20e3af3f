"""Background work: procrastinate, with the jobs kept in the same PostgreSQL as everything else.

How it behaves, and what that asks of whoever writes a job:

- A job is a row. `defer` inside a transaction writes the row in that transaction: when the action rolls back, the job
  was never asked for; when it commits, the job is never lost.
- A job runs **at least once**. A worker that dies in the middle is noticed by its missing heartbeat and the job runs
  again (`jobs.py` beside this file). So a job takes ids, looks at the present state, and calls an action that
  finds nothing left to do the second time.
- A job whose database goes away runs again too (`enduring.py`): whoever catches an error to give something up for
  good asks `was_cut(error)` first and lets that one pass. After 25 times the job counts as failed; a room whose rows
  wait for a job ends or resumes those that were left alone (`queries.left_alone`).
- A job acts as the named system user, `User.system()`; it has no more rights than that user's rules say.
- `@app.periodic(cron=...)` runs by the clock in UTC; each period is deferred once, however many workers there are.
- A worker that is asked to stop takes no new job and gives the running ones a few seconds to end.

Jobs live in the `jobs.py` of the room they serve. Those of a domain are found by procrastinate itself
(`PROCRASTINATE_AUTODISCOVER_MODULE_NAME`); those of the rooms of `core` by `PROCRASTINATE_IMPORT_PATHS`.
"""

from __future__ import annotations

from typing import Any

from procrastinate.contrib.django import app

__all__ = ["app", "defer"]


def defer(name: str, *, lock: str | None = None, **arguments: Any) -> int:
    """Ask for the job called `name` (its task name, e.g. "core.deliver_notice") and give its id.

    Known by name, so that an action can ask for a job without importing the room above it. Arguments are ids and
    other JSON values. Jobs with the same `lock` run one after the other.
    """
    return int(app.configure_task(name, lock=lock).defer(**arguments))
