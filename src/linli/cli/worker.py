"""`linli worker`: procrastinate's worker."""

from __future__ import annotations

import asyncio
from typing import Any

import click

from linli.cli.notify import ALIVE, READY, STOPPING, patience, tell
from linli.cli.parent import follow_supervisor
from linli.cli.ready import database_there, set_up_django

GRACE_SECONDS = 10  # less than the supervisor's patience


@click.command("worker")
@click.option("--concurrency", type=click.IntRange(1, 32), default=2, show_default=True, help="同时做几件事。")
def worker(concurrency: int) -> None:
    """只启动后台任务。停止时先把手上的做完。"""
    follow_supervisor()
    with database_there():
        set_up_django()
        from procrastinate.contrib.django.django_connector import DjangoConnector

        from linli.core.jobs import app
        from linli.core.jobs.enduring import endure

        # The web server's connector has no way to wait for news from the database.
        assert isinstance(app.connector, DjangoConnector)
        with app.replace_connector(app.connector.get_worker_connector()) as running:
            endure(running)
            asyncio.run(work(running, concurrency))


async def work(running: Any, concurrency: int) -> None:
    """Take jobs until asked to stop; the loop that hands them out is what systemd hears beating."""
    from linli.core.jobs.enduring import on_sound_connections

    beat = asyncio.create_task(beating())
    try:
        async with running.open_async():
            await running.run_worker_async(
                concurrency=concurrency,
                shutdown_graceful_timeout=GRACE_SECONDS,
                delete_jobs="successful",
                install_signal_handlers=True,
                task_middleware=[on_sound_connections],
            )
    finally:
        tell(STOPPING)
        beat.cancel()


async def beating() -> None:
    """READY, then a sign of life three times in the time that systemd waits for one."""
    tell(READY)
    pause = patience()
    while pause:
        await asyncio.sleep(pause / 3)
        tell(ALIVE)
