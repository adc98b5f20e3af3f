"""Children that end when their parent does, also when it was killed and could not tell them."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

SERVED_BY = "LINLI_SERVED_BY"  # in the environment of the children of `linli serve`: its process id
SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


def signal_on_parent_death(number: int) -> None:
    """Linux: have the kernel send us this signal when the parent dies. Elsewhere nothing; `follow` watches."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(SET_DEATH_SIGNAL, number)


def follow(parent: int) -> None:
    """End (SIGTERM to ourselves) as soon as `parent` is no longer our parent."""
    signal_on_parent_death(signal.SIGTERM)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="follow-parent", daemon=True).start()


def follow_supervisor() -> None:
    """When `linli serve` started us: end when it does."""
    if SERVED_BY in os.environ:
        follow(int(os.environ[SERVED_BY]))
