"""What is done about the chain and the marks: begin them, check them, accept a change that was looked into."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from django.db import IntegrityError, connection, transaction

from linli.core import clock, jobs
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.audit.choices import Outcome
from linli.core.audit.findings import Report
from linli.core.audit.marks import (
    CHUNK,
    MARKS_BEGUN,
    Marked,
    mark_removed,
    mark_rows,
    marked_models,
    row_of,
    shape_of,
)
from linli.core.audit.models import Event, Verification
from linli.core.audit.records import verify_records
from linli.core.audit.stored import verify_files
from linli.core.audit.verify import verify_chain
from linli.core.errors import BadInput, NotAllowed
from linli.core.parameters import Parameter, declare

VERIFIED = "core.audit_verified"
ACCEPTED = "core.change_accepted"
VERIFY_JOB = "core.verify_audit"
RETENTION = "audit.years"
TOLD_EVERY = 2.0  # seconds between two writes of the progress

declare(
    Parameter(
        RETENTION,
        int,
        3,
        "年",
        "办理记录至少保存",
        "网络安全法：不少于六个月 [V]",
        least=1,
        most=30,
        kept_by="security",
    )
)


def begin_marks() -> int:
    """Mark the rows that were there before marks were, once for each model; gives the number of rows marked.

    Afterwards a row without a mark was inserted past the program. The event that says so is sealed with the others.
    """
    begun = set(Event.objects.filter(name=MARKS_BEGUN).values_list("detail__model", flat=True))
    return sum(_begin(model) for model in marked_models() if model._meta.label_lower not in begun)


def _begin(model: type[Marked]) -> int:
    shape, count, after = shape_of(model), 0, 0
    without_mark = "NOT EXISTS (SELECT 1 FROM core_mark m WHERE m.kind_id = %s AND m.row_id = "
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT {shape.pk} FROM {shape.table} t WHERE {shape.pk} > %s AND {without_mark}{shape.pk})
                    ORDER BY {shape.pk} LIMIT %s FOR SHARE""",  # noqa: S608
                [after, shape.kind, CHUNK],
            )
            ids = [pk for (pk,) in cursor.fetchall()]
            mark_rows(model, ids)
        if not ids:
            break
        after, count = ids[-1], count + len(ids)
    with transaction.atomic(), connection.cursor() as cursor:
        # What events speak of and what was gone before: there was no other way to say that it was removed.
        cursor.execute(
            f"""SELECT DISTINCT e.subject_id FROM core_event e WHERE e.subject_type_id = %s AND e.subject_id > 0
                AND NOT EXISTS (SELECT 1 FROM {shape.table} t WHERE {shape.pk} = e.subject_id)
                AND {without_mark}e.subject_id)""",  # noqa: S608
            [shape.kind, shape.kind],
        )
        mark_removed(model, [pk for (pk,) in cursor.fetchall()])
        record(User.system(), MARKS_BEGUN, None, model=shape.label, rows=count)
    return count


@transaction.atomic
def ask_verification(*, actor: User) -> Verification:
    """Have everything checked in the background; one check at a time."""
    if not actor.has_perm("core.verify_audit"):
        raise NotAllowed("core.verify_audit", "核验办理记录由审计管理员办理。")
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE core_verification IN SHARE ROW EXCLUSIVE MODE")
    running = Verification.objects.filter(outcome=Outcome.RUNNING).order_by("-pk").first()
    if running is not None:
        return running
    made = Verification.objects.create(asked_by=None if actor.is_system else actor)
    jobs.defer(VERIFY_JOB, lock=VERIFY_JOB, verification_id=made.pk)
    return made


def verify(
    verification: Verification,
    *,
    lanes: int = 2,
    records: bool = True,
    files: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Check the chain from `verification.since` on, the marked rows and the stored files; keep what was found.

    A check that was killed runs again from its beginning.
    """
    report = Report()
    told = [time.monotonic()]
    verification.total, verification.done = about(records=records, since=verification.since), 0
    verification.save(update_fields=["total", "done"])

    def tell(count: int) -> None:
        verification.done += count
        if time.monotonic() - told[0] > TOLD_EVERY:
            told[0] = time.monotonic()
            verification.save(update_fields=["done"])
        if progress:
            progress(verification.done, verification.total)

    try:
        verify_chain(since=verification.since, lanes=lanes, progress=tell, report=report)
        if records:
            verify_records(report=report, progress=tell)
        if files:
            verify_files(report=report, progress=tell)
    except BaseException:
        _end(verification, Outcome.STOPPED, report)
        raise
    _end(verification, Outcome.CLEAN if report.clean else Outcome.BROKEN, report)
    return report


def verify_database(*, lanes: int = 1, files: bool = False) -> Report:
    """Check the chain and the marks of the database Django stands on and write nothing: for a restored copy.

    The hashes kept outside are not asked, since they may be newer than the copy. `files` also reads the stored files.
    """
    report = verify_chain(lanes=lanes, heads=False)
    verify_records(report=report)
    return verify_files(report=report) if files else report


@transaction.atomic
def _end(verification: Verification, outcome: Outcome, report: Report) -> None:
    verification.outcome, verification.finished_at = outcome, clock.now()
    verification.through = report.through
    verification.counts = {**report.counts, "notes": report.notes, "more": report.more, "head": report.head}
    verification.findings = [finding.as_dict() for finding in report.findings]
    verification.save()
    if outcome != Outcome.STOPPED:
        # Where the sequence was set back no event can be written; what was found is told all the same.
        with suppress(IntegrityError), transaction.atomic():
            record(
                verification.asked_by or User.system(),
                VERIFIED,
                None,
                outcome=outcome.value,
                through=report.through,
                findings=len(report.findings) + report.more,
            )


def about(*, records: bool, since: int = 1) -> int:
    """How many events and rows there are to check, about."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(count), 0) FROM core_seal WHERE number >= %s", [since])
        total = int(cursor.fetchone()[0])
        tables = [model._meta.db_table for model in marked_models()] if records else []
        cursor.execute(
            "SELECT coalesce(sum(greatest(reltuples, 0)), 0) FROM pg_class WHERE oid = ANY(%s::regclass[])",
            [[f'"{table}"' for table in tables]],
        )
        return total + int(cursor.fetchone()[0])


@transaction.atomic
def accept_change(label: str, pk: int, *, reason: str, actor: User) -> None:
    """Mark a row as it stands now after somebody has looked into it; the event keeps who said why."""
    if not actor.has_perm("core.accept_change"):
        raise NotAllowed("core.accept_change", "认可改动只能在服务器上用 linli audit accept 办理。")
    model = next((each for each in marked_models() if each._meta.label_lower == label.lower()), None)
    if model is None:
        known = "、".join(each._meta.label_lower for each in marked_models())
        raise BadInput(
            "core.accept_change", f"没有“{label}”这种记录。可选：{known}。", fields={"model": "没有这种。"}
        )
    if len(reason.strip()) < 4:
        raise BadInput("core.accept_change", "请写明为什么认可，至少 4 个字。", fields={"reason": "至少 4 个字。"})
    row = row_of(model, pk)
    if row is None:
        mark_removed(model, [pk])
    else:
        mark_rows(model, [pk])
    record(
        actor,
        ACCEPTED,
        row,
        scope=str(getattr(row, "scope", "")),
        model=model._meta.label_lower,
        row=pk,
        reason=reason,
        there=row is not None,
    )
