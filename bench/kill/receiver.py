"""A program that is told by webhooks: it writes down what comes, and does not always take it at once."""

from __future__ import annotations

import random
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """webhook-id → bodies, as they came; those it said yes to are in `taken`."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.bodies: dict[str, list[bytes]] = defaultdict(list)
        self.taken: set[str] = set()
        self.lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status = receiver.receive(self.headers.get("webhook-id", ""), body)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """host:port."""
        return f"127.0.0.1:{self.server.server_port}"

    def receive(self, message: str, body: bytes) -> int:
        """Slow now and then, and now and then a no: 503."""
        with self.lock:
            roll = self.chance.random()
            self.bodies[message].append(body)
        time.sleep(0.3 * roll)
        if roll < 0.05:
            return 503
        with self.lock:
            self.taken.add(message)
        return 204

    def snapshot(self) -> tuple[dict[str, list[bytes]], set[str]]:
        """What has come so far."""
        with self.lock:
            return {key: list(value) for key, value in self.bodies.items()}, set(self.taken)
