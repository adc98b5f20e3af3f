"""The nightly clean-up by the declared rules of keeping, and what it would do before it does it.

A batch is a short transaction of its own: rows somebody else has locked wait for the next night, rows on which a
legal hold stands are passed over, one row that fails does not stop the others. The table is walked once, by its key,
however many rows are due. What was dealt with is not due any more, so a run that was killed is simply run again. The
event of a batch holds the rule, how many and which rows; no values.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import count
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.counting import counts
from linli.core.errors import Refusal
from linli.core.privacy.declare import RETENTIONS, Retention
from linli.core.privacy.models import RetentionRun
from linli.core.privacy.places import districts
from linli.core.privacy.queries import held_by_law, without_hold

log = structlog.get_logger(__name__)

RAN = "privacy.retain"
BATCH = 100  # rows dealt with one by one
MANY = 5000  # rows a statement deals with at once
COUNTED = 1000  # a page counts up to this many
AHEAD = dt.timedelta(days=30)


@dataclass(frozen=True)
class Forecast:
    """What a rule would do now, and in the next thirty days besides."""

    rule: Retention
    cutoff: dt.datetime | None
    due: int = 0
    coming: int = 0
    held: int = 0
    last: RetentionRun | None = None

    @property
    def more(self) -> bool:
        """Whether there are more than were counted."""
        return self.due >= COUNTED

    @property
    def more_coming(self) -> bool:
        """The same of the next thirty days."""
        return self.coming >= COUNTED


def run_out(rule: Retention, now: dt.datetime) -> QuerySet[Any]:
    """The rows whose time has run at a moment, by the value of the parameter where each lies."""
    standard = rule.cutoff(now)
    places = districts() if rule.scope else []
    own = {place.path: rule.cutoff(now, place.path) for place in places}
    rows = rule.due(standard)
    differing = {path: cutoff for path, cutoff in own.items() if cutoff != standard}
    if not differing:
        return rows
    there = {path: Q(**{f"{rule.scope}__startswith": path}) for path in differing}
    elsewhere = Q(*there.values(), _connector=Q.OR)
    found = Q(pk__in=rows.exclude(elsewhere).values("pk"))
    for path, cutoff in differing.items():
        found |= Q(pk__in=rule.due(cutoff).filter(there[path]).values("pk"))
    return rule.model._default_manager.filter(found)


def due_rows(rule: Retention, now: dt.datetime | None = None) -> QuerySet[Any]:
    """The rows whose time has run and on which no hold stands."""
    return without_hold(run_out(rule, now or clock.now()))


def coming_rows(rule: Retention, now: dt.datetime | None = None) -> QuerySet[Any]:
    """The rows whose time runs out in the next thirty days: nobody has to be surprised."""
    moment = now or clock.now()
    return without_hold(run_out(rule, moment + AHEAD)).exclude(pk__in=due_rows(rule, moment).values("pk"))


def held_rows(rule: Retention, now: dt.datetime | None = None) -> QuerySet[Any]:
    """The rows that would go but for a legal hold."""
    return run_out(rule, now or clock.now()).filter(held_by_law(rule.model))


def forecast() -> list[Forecast]:
    """Every rule with how many rows it would deal with now; counted up to COUNTED, so that the page stays quick."""
    last = {run.rule: run for run in RetentionRun.objects.order_by("rule", "-pk").distinct("rule")}
    now, running = clock.now(), [rule for rule in RETENTIONS.values() if rule.runs]
    asked = [(due_rows(rule, now), coming_rows(rule, now), held_rows(rule, now)) for rule in running]
    numbers = iter(counts([rows for three in asked for rows in three], COUNTED))
    told = {
        rule.slug: Forecast(rule, rule.cutoff(now), next(numbers), next(numbers), next(numbers), last.get(rule.slug))
        for rule in running
    }
    return [told.get(rule.slug) or Forecast(rule, None) for rule in RETENTIONS.values()]


def run_all() -> dict[str, int]:
    """Every rule once; how many rows each dealt with."""
    return {rule.slug: run_rule(rule).done for rule in RETENTIONS.values() if rule.runs}


def run_rule(rule: Retention, batches: int | None = None) -> RetentionRun:
    """One rule until nothing is due, in batches. A run with nothing to do leaves one row a day, not an event."""
    now = clock.now()
    run = RetentionRun(rule=rule.slug, cutoff=rule.cutoff(now), held=held_rows(rule, now)[:COUNTED].count())
    run.save()
    after: Any = None
    for _ in count() if batches is None else range(batches):
        after = _batch(rule, run, after)
        if after is None:
            break
    run.ended_at = clock.now()
    run.save()
    return run


def _batch(rule: Retention, run: RetentionRun, after: Any) -> Any:
    """Deal with the next rows behind a key; the last key, None when there was nothing."""
    with transaction.atomic():
        rows = due_rows(rule, run.started_at).order_by("pk")
        if after is not None:
            rows = rows.filter(pk__gt=after)
        rows = rows.select_for_update(skip_locked=True, of=("self",))
        done, failed, last = _at_once(rule, rows) if rule.act_many else _one_by_one(rule, rows)
        if done or failed:
            run.done += len(done)
            run.failed += len(failed)
            run.save(update_fields=["done", "failed"])
            record(User.system(), RAN, run, rule=rule.slug, cutoff=run.cutoff, **_which(done), failed=len(failed))
    return last


def _at_once(rule: Retention, rows: QuerySet[Any]) -> tuple[list[Any], list[Any], Any]:
    assert rule.act_many is not None
    # As rows: of bare values Django would lock what they are joined with, too.
    keys = [row.pk for row in rows.only("pk")[:MANY]]
    if keys:
        rule.act_many(rule.model._default_manager.filter(pk__in=keys))
    return keys, [], keys[-1] if keys else None


def _one_by_one(rule: Retention, rows: QuerySet[Any]) -> tuple[list[Any], list[Any], Any]:
    assert rule.act is not None
    done, failed, last = [], [], None
    for row in list(rows[:BATCH]):
        last = row.pk
        try:
            with transaction.atomic():
                rule.act(row)
        except Refusal as refusal:
            log.error("retention_refused", rule=rule.slug, pk=last, code=refusal.code)
            failed.append(last)
        else:
            done.append(last)
    return done, failed, last


def _which(done: list[Any]) -> dict[str, Any]:
    """Which rows, as a trace keeps it: each of a few, first and last of many. A session's key is a secret, not a
    number: such rows are counted only."""
    ids = [key for key in done if isinstance(key, int)]
    if len(ids) > BATCH:
        return {"count": len(done), "first": ids[0], "last": ids[-1]}
    return {"count": len(done), "ids": ids}
