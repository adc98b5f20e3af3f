"""`linli web`: granian with Django's WSGI application."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
import threading
from collections.abc import Callable
from typing import Any

import click

from linli.cli.address import Address
from linli.cli.home import Home
from linli.cli.notify import STOPPING, beat_while, tell
from linli.cli.parent import follow, follow_supervisor
from linli.cli.ready import database_there, set_up_django

THREADS = 4  # requests at once in a process; each holds one database connection
MOST_BY_DEFAULT = 4
GRACE_SECONDS = 20  # a request that is being answered may take this long when we are asked to stop


@click.command("web")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, envvar="LINLI_PORT")
@click.option("--host", default="127.0.0.1", show_default=True, envvar="LINLI_HOST", help="对外服务时写 0.0.0.0。")
@click.option("--workers", type=click.IntRange(1, 64), default=None, help="进程数，默认每核一个，最多四个。")
def web(port: int, host: str, workers: int | None) -> None:
    """只启动网页服务。数据表应已由 linli prepare 更新。"""
    follow_supervisor()
    with database_there():
        make_room_for_metrics(port)
        set_up_django()
        load_everything()
        from granian.constants import Interfaces
        from granian.server import Server

        if sys.platform == "linux":
            # The workers share what is loaded here: they start at once and take little memory.
            multiprocessing.set_start_method("fork", force=True)
        server = Server(
            "linli.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers or min(os.cpu_count() or 1, MOST_BY_DEFAULT),
            blocking_threads=THREADS,
            websockets=False,
            respawn_failed_workers=True,
            workers_kill_timeout=GRACE_SECONDS,
        )
        speak_to_systemd(server, Address(host, port))
        server.serve(target_loader=load_in_worker)


def speak_to_systemd(server: Any, address: Address) -> None:
    """READY when a worker answers, a sign of life as long as one does, STOPPING when we are asked to."""
    stopped, interrupt = threading.Event(), server.signal_handler_interrupt

    def stopping(*words: Any) -> None:
        stopped.set()
        tell(STOPPING)
        interrupt(*words)

    def answers() -> bool:
        return address.status("/healthz") is not None

    server.signal_handler_interrupt = stopping
    server.on_startup(
        lambda: threading.Thread(target=beat_while, args=(answers, stopped), name="systemd", daemon=True).start()
    )


def make_room_for_metrics(port: int) -> None:
    """A fresh folder in which the processes of this server add up what they count (core/monitoring/metrics.py)."""
    folder = Home.from_environment().path / "metrics" / str(port)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def load_in_worker(target: str) -> Callable[..., Any]:
    """Runs in each worker process."""
    follow(os.getppid())
    set_up_django()
    return load_everything()


def _collect(**_said: Any) -> None:
    import gc

    gc.collect(0)


def load_everything() -> Callable[..., Any]:
    """The application with its URLs and templates, so that no visitor waits for imports."""
    import gc

    from django.core.signals import request_finished
    from django.urls import get_resolver

    from linli.core.ui.templating import compile_templates
    from linli.wsgi import application

    _ = get_resolver().url_patterns
    compile_templates()
    # What is loaded now stays to the end: the collector need not walk through it in the middle of a request.
    gc.collect()
    gc.freeze()
    # A request hangs together in circles (its user knows it, the filter of a list its finder), so that thousands of
    # objects wait for the collector. They are taken away between requests, while they are young; otherwise hundreds
    # of requests are looked through at once, in the middle of one, and that one waits for a tenth of a second.
    gc.set_threshold(50_000, 10, 50)
    request_finished.connect(_collect, dispatch_uid="collect between requests")
    return application
