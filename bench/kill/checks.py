"""What must be true after every kill, asked of the database and of the folder of files by statements of their own.

Each check yields sentences about what is not. Those of `now` hold at every moment, whatever is at work; those of
`at_rest` once the queues are empty.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from bench.kill.ledger import Ledger, Line
from bench.kill.receiver import Receiver

from linli.core.workflow.declare import REGISTRY

Found = Iterator[str]
PATIENCE = 60.0  # seconds in which the database is back; one whose process was killed goes down a moment later
TELLS = re.compile(r"organizations\.(?!draft_saved)\w+_filing\w*")


class Checks:
    """Over one installation; `baseline` remembers what the demo itself brought."""

    def __init__(self, url: str, home: Path, ledger: Ledger, receiver: Receiver, hooks: list[int]) -> None:
        self.url, self.home, self.ledger, self.receiver, self.hooks = url, home, ledger, receiver, hooks
        self.hashed: set[int] = set()
        with self.snapshot() as db:
            self.first_event: int = db.execute("SELECT max(id) FROM core_event").fetchone()[0]  # type: ignore[index]
            self.first_attachment: int = db.execute("SELECT max(id) FROM core_attachment").fetchone()[0]  # type: ignore[index]
            self.first_numbers = self._numbers(db)

    def snapshot(self) -> psycopg.Connection[Any]:
        """One moment of the database."""
        db = psycopg.connect(self.url, autocommit=False)
        db.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        db.read_only = True
        return db

    def now(self) -> list[str]:
        """What is acknowledged is there once, nothing is there twice, and what belongs together is together."""
        told = self.ledger.snapshot()
        with self.snapshot() as db:
            db.execute("SELECT 1")
            asked = self.ledger.snapshot()
            parts = (
                self.cases(db, told, asked),
                self.duties(db),
                self.numbers(db),
                self.imports(db, told),
                self.files(db, told),
                self.exports(db, told),
                self.messages(db),
                self.notices(db),
                self.keys(db, told, asked),
                self.single(db, told, asked),
            )
            return [sentence for part in parts for sentence in part]

    # --- cases ------------------------------------------------------------------------------------------------------

    def cases(self, db: psycopg.Connection[Any], told: Any, asked: Any) -> Found:
        """Each step that was acknowledged has one event, in the order of the steps, and none came by itself."""
        rows = db.execute(
            """SELECT f.uid, array_agg(e.name ORDER BY e.id), f.state FROM core_event e
               JOIN django_content_type t ON t.id = e.subject_type_id AND t.model = 'filing'
               JOIN organizations_filing f ON f.id = e.subject_id
               WHERE e.id > %s AND e.name LIKE 'organizations.%%' AND e.name <> 'organizations.draft_saved'
               GROUP BY f.uid, f.state""",
            [self.first_event],
        ).fetchall()
        there = {uid: [name.partition(".")[2] for name in names] for uid, names, _ in rows}
        for uid, lines in asked["step"].items():
            sure = {n for n, line in enumerate(told["step"].get(uid, [])) if line.acknowledged}
            if not fits(there.get(uid, []), lines, sure):
                yield f"filing {uid}: events {there.get(uid, [])}, asked {[(x.what, x.answer) for x in lines]}"

    def duties(self, db: psycopg.Connection[Any]) -> Found:
        """A case has one open row, of its state, exactly where its state is owed a step."""
        for process in REGISTRY.values():
            table, kind = process.model._meta.db_table, process.model._meta.model_name
            owed = [state for state, _ in process.states if process.duty_in(state) is not None]
            if process.slug == "filing":
                owed_where = "(c.state = ANY(%(owed)s) AND NOT (c.state = 'draft' AND c.owner_id IS NULL))"
            else:
                owed_where = "c.state = ANY(%(owed)s)"
            rows = db.execute(
                f"""SELECT c.id, c.state, count(k.id), array_agg(k.state) FROM {table} c
                    LEFT JOIN core_task k ON k.case_id = c.id AND k.closed_at IS NULL AND k.kind = 'act'
                        AND k.case_type_id = (SELECT id FROM django_content_type WHERE model = %(kind)s
                                              AND app_label = %(app)s)
                    GROUP BY c.id, c.state
                    HAVING count(k.id) <> CASE WHEN {owed_where} THEN 1 ELSE 0 END
                        OR bool_or(k.state <> c.state)""",
                {"owed": owed, "kind": kind, "app": process.model._meta.app_label},
            ).fetchall()
            for pk, state, count, states in rows[:5]:
                yield f"{process.slug} {pk} is {state} and has {count} open rows {states}"

    @staticmethod
    def _numbers(db: psycopg.Connection[Any]) -> dict[str, set[int]]:
        found: dict[str, set[int]] = defaultdict(set)
        for process in REGISTRY.values():
            rows = db.execute(f"SELECT number FROM {process.model._meta.db_table} WHERE number <> ''").fetchall()
            for (number,) in rows:
                key, _, last = number.rpartition("-")
                if int(last) in found[key]:
                    found[f"twice {number}"] = set()
                found[key].add(int(last))
        return found

    def numbers(self, db: psycopg.Connection[Any]) -> Found:
        """Without gaps and without doubles, up to the serial."""
        serials = dict(db.execute("SELECT key, last FROM core_serial").fetchall())
        for key, found in self._numbers(db).items():
            before = self.first_numbers.get(key, set())
            start = max(before, default=0)
            last = serials.get(key, 0)
            if key.startswith("twice "):
                yield f"number given {key}"
            elif missing := set(range(start + 1, last + 1)) - found:
                yield f"numbers of {key}: {sorted(missing)[:5]} are missing up to {last}"
            elif found and max(found) > last:
                yield f"numbers of {key}: {max(found)} is beyond the serial {last}"

    # --- imports ----------------------------------------------------------------------------------------------------

    def imports(self, db: psycopg.Connection[Any], told: Any) -> Found:
        """Each row has landed with its record and its event, or not at all; whole when the import says so."""
        rows = db.execute(
            """WITH i AS (SELECT * FROM core_import WHERE name LIKE '杀%%'),
            r AS (SELECT r.batch_id, count(*) FILTER (WHERE outcome = 'created') AS created,
                    count(*) FILTER (WHERE outcome = 'updated') AS updated,
                    count(*) FILTER (WHERE outcome = 'undone') AS undone,
                    count(*) FILTER (WHERE outcome = 'refused') AS refused,
                    count(o.id) FILTER (WHERE outcome = 'created') AS living,
                    count(o.id) FILTER (WHERE outcome = 'undone' AND r.before IS NULL) AS ghosts
                FROM core_importedrow r LEFT JOIN organizations_organization o ON o.id = r.record_id
                WHERE r.batch_id IN (SELECT id FROM i) GROUP BY 1),
            e AS (SELECT detail->>'import' AS uid, count(*) FILTER (WHERE name = 'sheets.created') AS created,
                    count(DISTINCT subject_id) FILTER (WHERE name = 'sheets.created') AS subjects,
                    count(*) FILTER (WHERE name = 'sheets.updated') AS updated,
                    count(*) FILTER (WHERE name = 'sheets.removed') AS removed,
                    count(*) FILTER (WHERE name = 'sheets.restored') AS restored
                FROM core_event WHERE id > %s AND detail ? 'import' GROUP BY 1)
            SELECT i.uid, i.state, i.trouble, i.name, (i.counts->>'read')::int,
                coalesce(r.created, 0), coalesce(r.updated, 0), coalesce(r.undone, 0), coalesce(r.refused, 0),
                coalesce(r.living, 0), coalesce(r.ghosts, 0), coalesce(e.created, 0), coalesce(e.subjects, 0),
                coalesce(e.updated, 0), coalesce(e.removed, 0), coalesce(e.restored, 0)
            FROM i LEFT JOIN r ON r.batch_id = i.id LEFT JOIN e ON e.uid = i.uid""",
            [self.first_event],
        ).fetchall()
        states = {}
        for row in rows:
            uid, state, trouble, name, read, created, updated, undone, refused, living, ghosts, *events = row
            states[uid] = state
            made, subjects, changed, removed, restored = events
            if (made, changed, removed + restored, living, ghosts, refused) != (
                created + removed, updated + restored, undone, created, 0, 0
            ) or made != subjects:  # fmt: skip
                yield f"import {uid} ({name}, {state}): rows {row[5:11]}, events {events}"
            if state == "applied" and created + updated != read:
                yield f"import {uid} is applied with {created} created and {updated} updated of {read}"
            if state == "undone" and (created or updated or undone != read):
                yield f"import {uid} is undone with {created} created, {updated} updated, {undone} undone of {read}"
            if state == "failed":
                yield f"import {uid} failed: {trouble}"
        for kind, wrong in (("apply", {"reading", "ready", "failed"}), ("undo", {"applied"})):
            for uid, lines in told[kind].items():
                if any(line.acknowledged for line in lines) and states.get(uid) in wrong:
                    yield f"import {uid}: {kind} was acknowledged and it is {states[uid]}"
        acknowledged = [line.said["uid"] for lines in told["import"].values() for line in lines if line.acknowledged]
        for uid in set(acknowledged) - states.keys():
            yield f"import {uid} was acknowledged and is not there"
        names = Counter((name, read) for _, _, _, name, read, *_ in rows)
        for (name, _), count in names.items():
            if count > 2:
                yield f"{count} imports of {name}"

    # --- files ------------------------------------------------------------------------------------------------------

    def files(self, db: psycopg.Connection[Any], told: Any) -> Found:
        """Bytes are there for every row, and a row for every paper that was acknowledged."""
        rows = db.execute(
            """SELECT id, stored_as, thumbnail_as, size, sha256, source_sha256 FROM core_attachment
               WHERE removed_at IS NULL AND id > %s""",
            [self.first_attachment],
        ).fetchall()
        for pk, stored, thumbnail, size, digest, _ in rows:
            path = self.home / "files" / stored
            try:
                if path.stat().st_size != size or (thumbnail and not (self.home / "files" / thumbnail).exists()):
                    yield f"attachment {pk}: {stored} has {path.stat().st_size} bytes of {size}"
                elif pk not in self.hashed:
                    self.hashed.add(pk)
                    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                        yield f"attachment {pk}: {stored} does not have its digest"
            except FileNotFoundError:
                yield f"attachment {pk}: {stored} is not there"
        known = Counter(row[5] for row in rows)
        for digest, lines in told["paper"].items():
            if any(line.acknowledged for line in lines) and known[digest] != 1:
                yield f"paper {digest[:12]} was acknowledged and is there {known[digest]} times"

    def exports(self, db: psycopg.Connection[Any], told: Any) -> Found:
        """Done means a whole file, one event and one notice."""
        rows = db.execute(
            """SELECT x.uid, x.state, x.stored_as, x.size,
                (SELECT count(*) FROM core_event e JOIN django_content_type t ON t.id = e.subject_type_id
                 WHERE t.model = 'export' AND e.subject_id = x.id AND e.name = 'exports.make'),
                (SELECT count(*) FROM core_notice n JOIN core_event e ON e.id = n.event_id
                 JOIN django_content_type t ON t.id = e.subject_type_id
                 WHERE t.model = 'export' AND e.subject_id = x.id AND e.name = 'exports.make')
               FROM core_export x"""
        ).fetchall()
        for uid, state, stored, size, events, notices in rows:
            expected = 1 if state in ("done", "gone") else 0
            if (events, notices) != (expected, expected):
                yield f"export {uid} is {state} with {events} events and {notices} notices"
            path = self.home / "files" / stored
            if state == "done" and not is_whole(path, size) and self.is_still_done(uid):
                yield f"export {uid} is done and its file is not whole"
            if state == "failed":
                yield f"export {uid} was given up"
        there = {row[0] for row in rows}
        for lines in told["export"].values():
            for line in lines:
                if line.acknowledged and line.said["uid"] not in there:
                    yield f"export {line.said['uid']} was acknowledged and is not there"

    def is_still_done(self, uid: str) -> bool:
        """Whether its person has not deleted it meanwhile: the row goes first, then the file."""
        with psycopg.connect(self.url) as db:
            return bool(db.execute("SELECT 1 FROM core_export WHERE uid = %s AND state = 'done'", [uid]).fetchone())

    # --- telling ----------------------------------------------------------------------------------------------------

    def messages(self, db: psycopg.Connection[Any]) -> Found:
        """Every step of a case has its message in the outbox of every webhook."""
        rows = db.execute(
            """SELECT e.id, e.name, h.id FROM core_event e CROSS JOIN core_webhook h
               JOIN django_content_type t ON t.id = e.subject_type_id AND t.model = 'filing'
               WHERE e.id > %s AND h.id = ANY(%s) AND e.name LIKE 'organizations.%%filing%%'
               AND NOT EXISTS (SELECT 1 FROM core_message m WHERE m.webhook_id = h.id AND m.event_id = e.id)""",
            [self.first_event, self.hooks],
        ).fetchall()
        for event, name, hook in rows:
            if TELLS.fullmatch(name):
                yield f"event {event} {name} has no message for webhook {hook}"

    def notices(self, db: psycopg.Connection[Any]) -> Found:
        """The owner of a case is told once of each step somebody else took; nobody is told anything twice."""
        rows = db.execute(
            """SELECT e.id, e.name, count(n.id) FROM core_event e
               JOIN django_content_type t ON t.id = e.subject_type_id AND t.model = 'filing'
               JOIN organizations_filing f ON f.id = e.subject_id
               LEFT JOIN core_notice n ON n.event_id = e.id AND n.recipient_id = f.owner_id
               WHERE e.id > %s AND e.actor_id <> f.owner_id AND e.name = ANY(%s)
               GROUP BY 1, 2 HAVING count(n.id) <> 1""",
            [self.first_event, [step.name for step in REGISTRY["filing"].steps if not step.quiet]],
        ).fetchall()
        for event, name, count in rows:
            yield f"event {event} {name}: its owner has {count} notices"
        rows = db.execute(
            """SELECT recipient_id, event_id, title, count(*) FROM core_notice WHERE event_id > %s
               GROUP BY 1, 2, 3 HAVING count(*) > 1""",
            [self.first_event],
        ).fetchall()
        for person, event, title, count in rows:
            yield f"{person} has {count} notices “{title}” of event {event}"

    # --- keys and single things -------------------------------------------------------------------------------------

    def keys(self, db: psycopg.Connection[Any], told: Any, asked: Any) -> Found:
        """A draft for each key; no key without its answer."""
        rows = db.execute(
            """SELECT u.username, array_agg(f.uid) FROM organizations_filing f JOIN core_user u ON u.id = f.owner_id
               WHERE EXISTS (SELECT 1 FROM core_event e JOIN django_content_type t ON t.id = e.subject_type_id
                             WHERE t.model = 'filing' AND e.subject_id = f.id AND e.id > %s
                             AND e.name = 'core.case_begun') GROUP BY 1""",
            [self.first_event],
        ).fetchall()
        there = {username: set(uids) for username, uids in rows}
        for who, lines in asked["begin"].items():
            uids = there.get(who, set())
            if len(uids) > len(lines):
                yield f"{who} asked for {len(lines)} drafts and has {len(uids)}"
            for line in told["begin"].get(who, []):
                if line.acknowledged and line.said["uid"] not in uids:
                    yield f"draft {line.said['uid']} was acknowledged and is not there"
        for pk, key in db.execute("SELECT id, key FROM core_keptanswer WHERE status IS NULL").fetchall():
            yield f"key {key} ({pk}) is kept without an answer"

    def single(self, db: psycopg.Connection[Any], told: Any, asked: Any) -> Found:
        """Appointments, values of parameters and tokens: once, and for what was acknowledged."""
        event = """SELECT coalesce(detail->>'reason', detail->>'token', ''), count(*) FROM core_event
                   WHERE id > %s AND name = %s GROUP BY 1"""
        causes = dict(db.execute("SELECT cause, count(*) FROM actors_appointment GROUP BY 1").fetchall())
        for kind, found in (
            ("propose", causes),
            ("parameter", dict(db.execute(event, [self.first_event, "core.set_parameter"]).fetchall())),
            ("token", dict(db.execute("SELECT name, count(*) FROM core_apitoken GROUP BY 1").fetchall())),
        ):
            for mark, lines in asked[kind].items():
                least = sum(line.acknowledged for line in told[kind].get(mark, []))
                if not least <= found.get(mark, 0) <= 1:
                    yield f"{kind} {mark} is there {found.get(mark, 0)} times, answered {lines[0].answer}"
        rows = db.execute("SELECT state, uid, post_id FROM actors_appointment").fetchall()
        states = {uid: (state, post) for state, uid, post in rows}
        for uid, lines in told["agree"].items():
            if any(line.acknowledged for line in lines) and states[uid][0] != "in_force":
                yield f"appointment {uid} was agreed and is {states[uid][0]}"
        posts = Counter(post for state, _, post in rows if state == "in_force" and post)
        for post, count in posts.items():
            if count > 1:
                yield f"post {post} belongs to {count} appointments"
        rows = db.execute(
            """SELECT a.uid FROM actors_appointment a WHERE a.state = 'in_force' AND a.kind = 'appoint'
               AND a.post_id IS NULL"""
        ).fetchall()
        for (uid,) in rows:
            yield f"appointment {uid} is in force without a post"

    # --- at rest ----------------------------------------------------------------------------------------------------

    def at_rest(self) -> list[str]:
        """With the queues empty: nothing stuck, nothing held, everything sent."""
        bodies, taken = self.receiver.snapshot()
        found = []
        with self.snapshot() as db:
            for task, status, count in db.execute(
                """SELECT task_name, status::text, count(*) FROM procrastinate_jobs WHERE status <> 'todo'
                   GROUP BY 1, 2"""
            ).fetchall():
                found.append(f"{count} jobs {task} are {status}")
            for (task,) in db.execute(
                "SELECT task_name FROM procrastinate_jobs WHERE status = 'todo' AND scheduled_at IS NULL"
            ).fetchall():
                found.append(f"a job {task} waits and nobody takes it")
            for (count,) in db.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchall():
                if count:
                    found.append(f"{count} advisory locks are held")
            for rows, counted in db.execute(
                """SELECT (SELECT count(*) FROM organizations_organization),
                    (SELECT sum(n) FROM core_tally WHERE register = 'organizations' AND scope = '')"""
            ).fetchall():
                if rows != counted:
                    found.append(f"organizations: {rows} rows, the tally says {counted}")
            for uid, state in db.execute("SELECT uid, state FROM core_message WHERE state <> 'queued'").fetchall():
                if state == "sent" and uid not in taken:
                    found.append(f"message {uid} is {state} and the receiver has not taken it")
        for uid, each in bodies.items():
            if len(set(each)) > 1:
                found.append(f"message {uid} came with {len(set(each))} different bodies")
        return found


def once_back(check: Callable[[], list[str]]) -> list[str]:
    """What a check finds; asked again where the database goes down beneath it."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return check()
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def is_whole(path: Path, size: int) -> bool:
    """Whether a file of this size is there."""
    try:
        return path.stat().st_size == size
    except FileNotFoundError:
        return False


def fits(there: list[str], lines: list[Line], sure: set[int]) -> bool:
    """Whether the events are those that were asked for: sure ones must be there, refused ones not, others may."""
    reached = {0}
    for number, line in enumerate(lines):
        if line.refused and "unsure" not in line.said:
            continue
        taken = {n + 1 for n in reached if n < len(there) and there[n] == line.what}
        reached = taken if number in sure else taken | reached
    return len(there) in reached
