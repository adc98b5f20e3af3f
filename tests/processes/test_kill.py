"""Kill -9 between each pair of the moments that matter; `bench/kills.py` does the same at random.

The moment is made certain from outside: the test holds a lock that the work must wait for, or watches the database or
the receiver of a webhook. What is killed is a process of its own, forked from the test, so that it starts at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import psycopg
import pytest
import requests
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from procrastinate.contrib.django import app
from tests.core.sheets.conftest import line, workbook
from tests.personas import PDF, World

from linli.core.api.actions import issue_token
from linli.core.api.models import KeptAnswer
from linli.core.api.web import known_scopes
from linli.core.audit.models import Event
from linli.core.files.actions import store, sweep_orphans
from linli.core.files.models import Attachment
from linli.core.files.queries import orphans, walk
from linli.core.jobs import jobs as queue_jobs
from linli.core.jobs.enduring import endure, on_sound_connections
from linli.core.notices.models import Notice
from linli.core.sheets import actions as sheets
from linli.core.sheets.actions import applying, undoing
from linli.core.sheets.declare import REGISTRY
from linli.core.sheets.models import Import, ImportedRow
from linli.core.webhooks import actions as webhooks
from linli.core.webhooks.models import Message
from linli.core.workflow.models import Task
from linli.organizations.actions import filings
from linli.organizations.models import Filing, Organization

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
PATIENCE = 60.0


# --- processes to kill --------------------------------------------------------------------------------------------


def wait_for(condition: Callable[[], Any]) -> Any:
    """Its first answer that is true."""
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)
    return found


class Forked:
    """A function in a process of its own."""

    def __init__(self, work: Callable[[], Any]) -> None:
        connections.close_all()
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            with contextlib.suppress(BaseException):
                work()
                code = 0
            os._exit(code)

    def kill(self) -> None:
        """As the system does it when memory is short."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def join(self) -> int:
        """Wait for its end."""
        return os.waitpid(self.pid, 0)[1]


@pytest.fixture
def fork() -> Iterator[Callable[[Callable[[], Any]], Forked]]:
    """Start one; those that live at the end are killed."""
    started: list[Forked] = []

    def start(work: Callable[[], Any]) -> Forked:
        started.append(Forked(work))
        return started[-1]

    yield start
    for forked in started:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            forked.kill()
    wait_for(lambda: others("true") == 0)  # else the database could not be dropped


def work_off() -> None:
    """A worker as `linli worker` runs it, until the queue is empty."""
    with app.replace_connector(app.connector.get_worker_connector()) as running:  # type: ignore[attr-defined]
        endure(running)
        running.run_worker(
            wait=False,
            concurrency=1,
            listen_notify=False,
            install_signal_handlers=False,
            delete_jobs="successful",
            task_middleware=[on_sound_connections],
        )


def finish(fork: Callable[[Callable[[], Any]], Forked]) -> None:
    """Let a worker do what there is to do."""
    assert fork(work_off).join() == 0


def rescue() -> None:
    """Half a minute later: what the minute's job does with jobs of a worker that gives no sign of life."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")

    async def run() -> None:
        with app.replace_connector(app.connector.get_worker_connector()) as running:  # type: ignore[attr-defined]
            async with running.open_async():
                await queue_jobs.rescue_jobs(SimpleNamespace(app=running), timestamp=0)

    asyncio.run(run())


@contextlib.contextmanager
def held(statement: str, *values: Any) -> Iterator[psycopg.Connection[Any]]:
    """Another session that has run this and does not commit; afterwards it takes it back."""
    params = {**connection.get_connection_params()}
    for name in ("prepare_threshold", "autocommit", "cursor_factory", "context"):
        params.pop(name, None)
    with psycopg.connect(**params) as other:
        other.execute(statement, values or None)
        yield other
        other.rollback()


def somebody_waits() -> bool:
    """Whether a session of this database waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM pg_stat_activity
               WHERE datname = current_database() AND wait_event_type = 'Lock' AND state = 'active'"""
        )
        return bool(cursor.fetchone()[0])


def nobody_works() -> bool:
    """Whether the sessions of a killed process have ended: its transaction is undone then."""
    return others("state <> 'idle'") == 0


def others(which: str) -> int:
    """How many other sessions there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
                AND backend_type = 'client backend' AND {which}"""
        )
        return int(cursor.fetchone()[0])


def doing() -> list[tuple[str, str]]:
    """What is left in the queue."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id")
        return [(name, status) for name, status in cursor.fetchall()]


@pytest.fixture(autouse=True)
def no_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Workers of these tests do what was asked for, not what the clock asks for."""
    app.perform_import_paths()
    monkeypatch.setattr(app.periodic_registry, "periodic_tasks", {})
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")


# --- a step -------------------------------------------------------------------------------------------------------


def test_killed_in_the_middle_of_a_step_nothing_has_happened(world: World, reviewing: Filing, fork: Any) -> None:
    officer = world["street_officer"]

    def press() -> None:
        filings.agree_filing(reviewing, actor=officer)

    before = (Event.objects.count(), Notice.objects.count())
    with held("LOCK TABLE core_notice IN EXCLUSIVE MODE"):  # the event is written, the owner not yet told
        working = fork(press)
        wait_for(somebody_waits)
        working.kill()
    wait_for(nobody_works)

    reviewing.refresh_from_db()
    assert reviewing.state == "review"
    assert (Event.objects.count(), Notice.objects.count()) == before

    press()
    steps = Event.objects.filter(name="organizations.agree_filing", subject_id=reviewing.pk)
    assert [(event.actor, Notice.objects.filter(event=event).count()) for event in steps] == [(officer, 1)]
    open_rows = Task.objects.filter(process="filing", case_id=reviewing.pk, closed_at__isnull=True, kind="act")
    assert [row.state for row in open_rows] == ["publicity"]


# --- a file -------------------------------------------------------------------------------------------------------


@pytest.fixture
def own_folder(settings: Any, tmp_path: Path) -> None:
    """A store of its own: the tests beside this one keep files too."""
    store = settings.STORAGES["default"]
    options = {**store["OPTIONS"], "location": str(tmp_path)}
    settings.STORAGES = {**settings.STORAGES, "default": {**store, "OPTIONS": options}}


def test_killed_between_the_bytes_and_their_row(own_folder: None, world: World, draft: Filing, fork: Any) -> None:
    content = PDF + b"% another one\n"

    def send() -> Attachment:
        paper = SimpleUploadedFile("list.pdf", content, "application/pdf")
        return store(paper, subject=draft, slot="members", actor=world["founder"])

    rows, files = Attachment.objects.count(), set(walk("attachments"))
    with held("LOCK TABLE core_attachment IN EXCLUSIVE MODE"):
        working = fork(send)
        wait_for(somebody_waits)
        working.kill()
    wait_for(nobody_works)
    left = set(walk("attachments")) - files

    assert (Attachment.objects.count(), len(left)) == (rows, 1)
    assert left <= set(orphans(dt.timedelta(0)))
    kept = send()
    with default_storage.open(kept.stored_as) as file:
        assert file.read() == content
    assert sweep_orphans() == 0  # it may still belong to somebody who is at it: a day old at least
    default_storage.delete(left.pop())


# --- imports ------------------------------------------------------------------------------------------------------


@pytest.fixture
def batch(world: World, monkeypatch: pytest.MonkeyPatch) -> Import:
    """Five rows, two to a slice, asked to be applied."""
    monkeypatch.setattr(applying, "SLICE", 2)
    monkeypatch.setattr(undoing, "SLICE", 2)
    content = workbook([line(f"第{n}书画社", 负责人身份证号="") for n in "一二三四五"])
    officer = world["street_officer"]
    batch = sheets.begin_import(REGISTRY["organizations"], BytesIO(content), name="五家.xlsx", actor=officer)
    sheets.read_import(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.counts["good"]) == ("ready", 5)
    sheets.apply_import(batch, actor=officer)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name <> 'core.apply_import'")
    return batch


def landed(batch: Import) -> tuple[int, int, int]:
    """Records, traces and events of an import."""
    events = Event.objects.filter(name="sheets.created", detail__import=batch.uid)
    return Organization.objects.count(), ImportedRow.objects.filter(batch=batch).count(), events.count()


def block_a_row(world: World, name: str) -> Any:
    """Somebody enters an organization of this name and does not commit: whoever enters it too must wait."""
    return held(
        """INSERT INTO organizations_organization (name, kind, national_kind, purpose, area_id, address, datum,
               point_source, leader_name, leader_id_number, leader_id_hash, leader_phone, leader_phone_hash, uid,
               scope, legal_status, filed_on, number, uscc, created_at)
           VALUES (%s, 'culture', '', '', %s, '', '', '', '', '', '', '', '', 'held', %s, 'filed',
               now(), 'BA-held', '', now())""",
        name,
        world.community.pk,
        world.community.path,
    )


def test_killed_between_two_slices_each_row_lands_once(world: World, batch: Import, fork: Any) -> None:
    with block_a_row(world, "第四书画社"):
        working = fork(work_off)
        wait_for(lambda: somebody_waits() and landed(batch) == (2, 2, 2))
        working.kill()
    wait_for(nobody_works)
    assert landed(batch) == (2, 2, 2)
    assert doing() == [("core.apply_import", "doing")]

    finish(fork)
    assert landed(batch) == (2, 2, 2)  # it is not known yet that the worker is dead
    rescue()
    finish(fork)

    batch.refresh_from_db()
    assert (batch.state, landed(batch), doing()) == ("applied", (5, 5, 5), [])
    assert Notice.objects.filter(title__contains="导入完成").count() == 1
    assert len(set(Organization.objects.values_list("number", flat=True))) == 5


def test_killed_in_an_undo_every_row_goes_once(world: World, batch: Import, fork: Any) -> None:
    finish(fork)
    sheets.undo_import(batch, actor=world["street_officer"])
    first = Organization.objects.get(name="第二书画社")
    with held("SELECT 1 FROM organizations_organization WHERE id = %s FOR UPDATE", first.pk):
        working = fork(work_off)
        wait_for(lambda: somebody_waits() and Organization.objects.count() == 3)
        working.kill()
    wait_for(nobody_works)
    assert Organization.objects.count() == 3
    rescue()
    finish(fork)

    batch.refresh_from_db()
    assert (batch.state, Organization.objects.count(), doing()) == ("undone", 0, [])
    assert Event.objects.filter(name="sheets.removed", detail__import=batch.uid).count() == 5


def test_a_job_whose_database_goes_away_runs_again(world: World, batch: Import, fork: Any) -> None:
    with block_a_row(world, "第四书画社"):
        working = fork(work_off)
        wait_for(lambda: somebody_waits() and landed(batch) == (2, 2, 2))
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock'"""
            )
        assert working.join() == 0  # the worker itself goes on
    assert (landed(batch), doing()) == ((2, 2, 2), [("core.apply_import", "todo")])

    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL")
    finish(fork)
    batch.refresh_from_db()
    assert (batch.state, landed(batch), doing()) == ("applied", (5, 5, 5), [])


def test_a_file_whose_database_goes_away_is_read_again(world: World, fork: Any) -> None:
    content = workbook([line("第一书画社")])
    officer = world["street_officer"]
    batch = sheets.begin_import(REGISTRY["organizations"], BytesIO(content), name="一家.xlsx", actor=officer)
    with held("LOCK TABLE core_stagedrow IN EXCLUSIVE MODE"):
        working = fork(work_off)
        wait_for(somebody_waits)
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock'"""
            )
        assert working.join() == 0
    batch.refresh_from_db()
    assert (batch.state, batch.trouble, doing()) == ("reading", "", [("core.read_import", "todo")])
    sheets.read_import(batch.pk)  # here: what reads tables has threads of its own, which do not come along in a fork
    batch.refresh_from_db()
    assert (batch.state, batch.counts["good"]) == ("ready", 1)


# --- webhooks -----------------------------------------------------------------------------------------------------


class Receiver:
    """Takes messages; while `open` is not set it has heard a message and has not answered yet."""

    def __init__(self) -> None:
        self.came: list[tuple[str, bytes]] = []
        self.open = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.came.append((self.headers["webhook-id"], body))
                outer.open.wait(PATIENCE)
                with contextlib.suppress(OSError):
                    self.send_response(204)
                    self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    webhooks.forget_listeners()
    made = Receiver()
    settings.LINLI_WEBHOOK_HOSTS = [made.url]
    yield made
    made.open.set()
    made.server.shutdown()
    webhooks.forget_listeners()


def test_killed_between_the_receivers_yes_and_our_mark(world: World, receiver: Receiver, fork: Any) -> None:
    hook, _secret = webhooks.create_webhook(
        name="大屏", url=receiver.url, patterns=["*"], actor=world["street_officer"]
    )
    webhooks.send_test(hook, actor=world["street_officer"])
    working = fork(work_off)
    wait_for(lambda: receiver.came)
    working.kill()
    receiver.open.set()
    wait_for(nobody_works)
    message = Message.objects.get()
    assert (message.state, doing()) == ("queued", [("core.send_webhook", "doing")])

    rescue()
    finish(fork)
    message.refresh_from_db()
    assert (message.state, doing()) == ("sent", [])
    assert receiver.came == [(message.uid, receiver.came[0][1])] * 2


def test_two_workers_on_one_queue_of_which_one_is_killed(world: World, receiver: Receiver, fork: Any) -> None:
    hook, _secret = webhooks.create_webhook(
        name="大屏", url=receiver.url, patterns=["*"], actor=world["street_officer"]
    )
    uids = [webhooks.send_test(hook, actor=world["street_officer"]).uid for _ in range(6)]
    doomed, other = fork(work_off), fork(work_off)
    wait_for(lambda: len(receiver.came) == 2)
    doomed.kill()
    receiver.open.set()
    assert other.join() == 0
    wait_for(nobody_works)
    assert [status for _, status in doing()] == ["doing"]
    rescue()
    finish(fork)

    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    assert doing() == []
    came = [uid for uid, _ in receiver.came]
    assert sorted(set(came)) == sorted(uids)
    assert len(came) == 7  # the one that was cut came twice, under the same id


# --- the API ------------------------------------------------------------------------------------------------------


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@pytest.fixture
def site(fork: Any, settings: Any) -> Callable[[], tuple[Forked, str]]:
    """A web server to kill: its process and its address."""
    settings.ALLOWED_HOSTS = ["127.0.0.1"]

    def start() -> tuple[Forked, str]:
        from linli.wsgi import application

        port = free_port()
        server = fork(lambda: make_server("127.0.0.1", port, application, handler_class=Quiet).serve_forever())

        def answers() -> bool:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                return True
            return False

        wait_for(answers)
        return server, f"http://127.0.0.1:{port}/api/v1/cases/filing"

    return start


@pytest.fixture
def headers(world: World) -> dict[str, str]:
    _token, secret = issue_token(
        name="程序", scopes=known_scopes(), days=7, known=known_scopes(), actor=world["founder"]
    )
    return {"Authorization": f"Bearer {secret}", "Idempotency-Key": "e2a5-1", "Accept-Encoding": "identity"}


def ask_without_reading(url: str, headers: dict[str, str]) -> socket.socket:
    """Send a call and look at no answer."""
    host, port = url.split("/")[2].split(":")
    lines = [f"POST {url.partition(port)[2]} HTTP/1.1", f"Host: {host}:{port}", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()] + ["Content-Length: 2", "", "{}"]
    door = socket.create_connection((host, int(port)))
    door.sendall("\r\n".join(lines).encode())
    return door


def test_killed_after_the_commit_the_same_key_gives_the_answer(
    world: World, headers: dict[str, str], site: Any
) -> None:
    server, url = site()
    door = ask_without_reading(url, headers)
    wait_for(lambda: KeptAnswer.objects.filter(key="e2a5-1").exists())
    server.kill()
    door.close()
    _, url = site()
    again = requests.post(url, json={}, headers=headers, timeout=30)

    assert (again.status_code, again.headers.get("Idempotency-Replayed")) == (201, "true")
    assert [filing.uid for filing in Filing.objects.all()] == [again.json()["uid"]]
    assert Event.objects.filter(name="core.case_begun").count() == 1


def test_killed_before_the_commit_the_same_key_does_it(world: World, headers: dict[str, str], site: Any) -> None:
    server, url = site()
    with held("LOCK TABLE core_task IN EXCLUSIVE MODE"):  # the draft is made, its row of the inbox not yet
        door = ask_without_reading(url, headers)
        wait_for(somebody_waits)
        server.kill()
    door.close()
    wait_for(nobody_works)
    assert (Filing.objects.count(), KeptAnswer.objects.count()) == (0, 0)
    _, url = site()
    again = requests.post(url, json={}, headers=headers, timeout=30)

    assert (again.status_code, again.headers.get("Idempotency-Replayed")) == (201, None)
    assert [filing.uid for filing in Filing.objects.all()] == [again.json()["uid"]]
