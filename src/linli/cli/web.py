"""`linli web`: granian with Django's WSGI application."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
from collections.abc import Callable
from typing import Any

import click

from linli.cli.home import Home
from linli.cli.parent import follow, follow_supervisor
from linli.cli.ready import database_there, set_up_django

THREADS = 4  # requests at once in a process; each holds one database connection
MOST_BY_DEFAULT = 4


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
        Server(
            "linli.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers or min(os.cpu_count() or 1, MOST_BY_DEFAULT),
            blocking_threads=THREADS,
            websockets=False,
            respawn_failed_workers=True,
            workers_kill_timeout=10,
        ).serve(target_loader=load_in_worker)


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


def load_everything() -> Callable[..., Any]:
    """The application with its URLs, so that no visitor waits for imports."""
    import gc

    from django.urls import get_resolver

    from linli.wsgi import application

    _ = get_resolver().url_patterns
    # What is loaded now stays to the end: the collector need not walk through it in the middle of a request.
    gc.collect()
    gc.freeze()
    return application
