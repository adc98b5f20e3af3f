"""The nightly clean-up by the declared rules of keeping, and what it would do before it does it.

A batch is a transaction of its own: rows somebody else has locked wait for the next night, rows on which a legal hold
stands are passed over, one row that fails does not stop the others. What was dealt with is not due any more, so a run
that was killed is simply run again. The event of a batch holds the rule, how many and which rows; no values.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import transaction
from django.db.models import QuerySet

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import Refusal
from linli.core.privacy.declare import RETENTIONS, Retention
from linli.core.privacy.models import RetentionRun
from linli.core.privacy.queries import held_by_law, without_hold

log = structlog.get_logger(__name__)

RAN = "privacy.retain"
BATCH = 100
COUNTED = 1000  # a page counts up to this many


@dataclass(frozen=True)
class Forecast:
    """What a rule would do now."""

    rule: Retention
    cutoff: dt.datetime | None
    due: int
    held: int
    last: RetentionRun | None

    @property
    def more(self) -> bool:
        """Whether there are more than were counted."""
        return self.due >= COUNTED


def due_rows(rule: Retention, now: dt.datetime | None = None) -> QuerySet[Any]:
    """The rows whose time has run and on which no hold stands."""
    return without_hold(rule.due(rule.cutoff(now or clock.now())))


def held_rows(rule: Retention, now: dt.datetime | None = None) -> QuerySet[Any]:
    """The rows that would go but for a legal hold."""
    return rule.due(rule.cutoff(now or clock.now())).filter(held_by_law(rule.model))


def forecast() -> list[Forecast]:
    """Every rule with how many rows it would deal with now; counted up to COUNTED, so that the page stays quick."""
    last = {run.rule: run for run in RetentionRun.objects.order_by("rule", "-pk").distinct("rule")}
    found = []
    for rule in RETENTIONS.values():
        if rule.act is None:
            found.append(Forecast(rule, None, 0, 0, None))
            continue
        due, held = due_rows(rule)[:COUNTED].count(), held_rows(rule)[:COUNTED].count()
        found.append(Forecast(rule, rule.cutoff(clock.now()), due, held, last.get(rule.slug)))
    return found


def run_all(batches: int = 1000) -> dict[str, int]:
    """Every rule once; how many rows each dealt with."""
    return {rule.slug: run_rule(rule, batches).done for rule in RETENTIONS.values() if rule.act is not None}


def run_rule(rule: Retention, batches: int = 1000) -> RetentionRun:
    """One rule until nothing is due, in batches. A run with nothing to do leaves one row a day, not an event."""
    now = clock.now()
    run = RetentionRun(rule=rule.slug, cutoff=rule.cutoff(now), held=held_rows(rule, now)[:COUNTED].count())
    run.save()
    passed: list[int] = []
    for _ in range(batches):
        done, failed = _batch(rule, run, passed)
        passed += failed
        run.failed += len(failed)
        if not done and not failed:
            break
    run.ended_at = clock.now()
    run.save()
    return run


def _batch(rule: Retention, run: RetentionRun, passed: list[int]) -> tuple[list[int], list[int]]:
    """Deal with one batch; the keys of the rows done and of those that could not be."""
    assert rule.act is not None
    done: list[int] = []
    failed: list[int] = []
    with transaction.atomic():
        rows = due_rows(rule, run.started_at).exclude(pk__in=passed).order_by("pk")
        for row in list(rows.select_for_update(skip_locked=True, of=("self",))[:BATCH]):
            key = row.pk
            try:
                with transaction.atomic():
                    rule.act(row)
            except Refusal as refusal:
                log.error("retention_refused", rule=rule.slug, pk=key, code=refusal.code)
                failed.append(key)
            else:
                done.append(key)
        if done or failed:
            run.done += len(done)
            run.save(update_fields=["done"])
            # A session's key is a secret, not a number: such rows are counted only.
            ids = [key for key in done if isinstance(key, int)]
            record(
                User.system(),
                RAN,
                run,
                rule=rule.slug,
                count=len(done),
                ids=ids,
                failed=len(failed),
                cutoff=run.cutoff,
            )
    return done, failed
