"""People at work: an API that is asked again until it answers, and a browser that only ever asks once."""

from __future__ import annotations

import random
import re
import threading
import time
import uuid
from typing import Any

import requests

PATIENCE = 20.0  # seconds for an answer


class Over(Exception):  # noqa: N818 -- not an error
    """The run has ended."""


class Api:
    """Calls with a person's token. What is cut is sent again under the same key until there is an answer."""

    def __init__(self, root: str, token: str, over: threading.Event) -> None:
        self.root, self.over = f"{root}/api/v1", over
        # Compressed on the way, an ETag would come back as a weak one, which If-Match does not take.
        self.headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
        self.session = requests.Session()
        self.repeated = 0

    def call(self, method: str, path: str, *, key: str = "", match: str = "", **given: Any) -> requests.Response:
        """The answer; 2xx and 4xx are answers, everything else is asked again."""
        headers = dict(self.headers)
        if key:
            headers["Idempotency-Key"] = key
        if match:
            headers["If-Match"] = match
        while not self.over.is_set():
            try:
                answer = self.session.request(method, self.root + path, headers=headers, timeout=PATIENCE, **given)
                running = answer.status_code == 409 and "idempotency.running" in answer.text
                if answer.status_code < 500 and not running:
                    return answer
            except (requests.RequestException, OSError):
                self.session.close()
                self.session = requests.Session()
            self.repeated += 1
            time.sleep(0.2)
        raise Over

    def get(self, path: str) -> requests.Response:
        """Read."""
        return self.call("GET", path)


class Browser:
    """One person's session. A cut connection is None: the person looks again before doing anything twice."""

    def __init__(self, root: str, username: str, password: str, over: threading.Event) -> None:
        self.root, self.username, self.password, self.over = root, username, password, over
        self.lock = threading.Lock()
        self.session = requests.Session()

    def enter(self) -> None:
        """Log in, as often as it takes."""
        while not self.over.is_set():
            try:
                self.session = requests.Session()
                page = self.session.get(f"{self.root}/accounts/login/", timeout=PATIENCE)
                words = {"login": self.username, "password": self.password, "csrfmiddlewaretoken": token_in(page)}
                answer = self.session.post(
                    f"{self.root}/accounts/login/", words, timeout=PATIENCE, allow_redirects=False
                )
                if answer.status_code == 302:
                    return
            except (requests.RequestException, OSError):
                pass
            time.sleep(0.5)
        raise Over

    def send(self, path: str, **words: Any) -> requests.Response | None:
        """A form, once; None when nobody knows what became of it."""
        with self.lock:
            if "sessionid" not in self.session.cookies:
                self.enter()
            words["csrfmiddlewaretoken"] = self.session.cookies.get("csrftoken", "")
            try:
                answer = self.session.post(self.root + path, words, timeout=PATIENCE, allow_redirects=False)
            except (requests.RequestException, OSError):
                return None
            if answer.status_code == 302 and "/accounts/login" in answer.headers.get("Location", ""):
                self.enter()
                return None
            return answer if answer.status_code < 500 else None

    def read(self, path: str) -> str:
        """A page; empty when it does not come."""
        with self.lock:
            try:
                return self.session.get(self.root + path, timeout=PATIENCE).text
            except (requests.RequestException, OSError):
                return ""


def token_in(page: requests.Response) -> str:
    """Django's token of a form."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    return found[1] if found else ""


def fresh_key(chance: random.Random) -> str:
    """An Idempotency-Key from the run's own dice."""
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))
