"""Speaking to systemd: ready, alive, stopping (sd_notify(3)). Without systemd nobody listens and nothing is said."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable

SOCKET, WATCHDOG, WATCHDOG_PID = "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"
VARIABLES = (SOCKET, WATCHDOG, WATCHDOG_PID)
READY, STOPPING, ALIVE = "READY=1", "STOPPING=1", "WATCHDOG=1"


def tell(*words: str) -> bool:
    """Say something to the service manager; whether there was one that heard it."""
    address = os.environ.get(SOCKET, "")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.connect(address)
        door.send("\n".join(words).encode())
        return True
    return False


def patience() -> float | None:
    """Seconds after which systemd takes us for dead; None when it does not watch us."""
    said = os.environ.get(WATCHDOG, "")
    ours = os.environ.get(WATCHDOG_PID, str(os.getpid())) == str(os.getpid())
    return int(said) / 1_000_000 if ours and said.isdigit() and int(said) else None


def beat_while(well: Callable[[], bool], stopped: threading.Event, *, until_ready: float = 0.1) -> None:
    """Tell READY once `well` says so, then a sign of life as long as it does. Returns when `stopped` is set."""
    while not well():
        if stopped.wait(until_ready):
            return
    tell(READY)
    pause = patience()
    while not stopped.wait(pause / 3 if pause else None):
        if well():
            tell(ALIVE)
