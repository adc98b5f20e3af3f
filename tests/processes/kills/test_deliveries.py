"""Messages to webhooks: a kill between the receiver and our mark, and two workers on one queue."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from tests.personas import World
from tests.processes.kills.conftest import (
    PATIENCE,
    doing,
    finish,
    nobody_works,
    rescue,
    wait_for,
    work_off,
)

from linli.core.webhooks import actions as webhooks
from linli.core.webhooks.models import Message

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


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
