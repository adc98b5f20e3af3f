"""`linli serve`: database, web server and worker under one roof."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from dataclasses import dataclass

import click

from linli.cli import notify
from linli.cli.address import Address
from linli.cli.cluster import cluster_of, revive
from linli.cli.home import Halt, Home, Lease, rotate, stage
from linli.cli.parent import SERVED_BY
from linli.cli.prepared import Prepared
from linli.cli.ready import database_there
from linli.cli.supervise import Child, Stopped, Supervisor

READY_SECONDS = 180  # a busy machine loads slowly; a web server that falls is noticed at once
LEFT_OVER_SECONDS = 20
PORT_SECONDS = 15  # until what a killed Linli left behind has let go of the port
LINLI = (sys.executable, "-m", "linli")


@click.command("serve")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, envvar="LINLI_PORT")
@click.option("--host", default="127.0.0.1", show_default=True, envvar="LINLI_HOST", help="对外服务时写 0.0.0.0。")
@click.option("--demo", is_flag=True, help="装入演示区县和演示账号。")
@click.option("--workers", type=click.IntRange(1, 64), default=None, help="网页进程数，默认每核一个，最多四个。")
def serve(port: int, host: str, demo: bool, workers: int | None) -> None:
    """启动 Linli：数据库、网页和后台任务；Ctrl-C 停止。"""
    began = time.monotonic()
    home = Home.from_environment()
    home.make_usable()
    with home.held() as lease:
        outlive_left_overs(home, lease)
        home.settle_kind(demo=demo)
        service = Service(home, lease, Address(host, port), Prepared(home, demo=demo), demo, workers)
        service.address.require_free(patience=PORT_SECONDS if lease.path.exists() else 0)
        known = {"LINLI_HOME": str(home.path), "LINLI_DEMO": "1" if demo else "0", SERVED_BY: str(os.getpid())}
        inherited = {name: value for name, value in os.environ.items() if name not in notify.VARIABLES}
        supervisor, stopped = Supervisor({**inherited, **known}), threading.Event()
        with supervisor.listening(), database_there(say=stage):
            try:
                service.start(supervisor)
                service.welcome(time.monotonic() - began)
                speaker = threading.Thread(target=notify.beat_while, args=(service.answers, stopped), daemon=True)
                speaker.start()
                supervisor.keep(lambda: rotate(cluster_of(home).log), lambda: service.watch(supervisor))
            except Stopped:
                click.echo()
            finally:
                stopped.set()
                notify.tell(notify.STOPPING)
                supervisor.stop_all()
    click.echo("  已停止，数据都在。")


@dataclass(frozen=True)
class Service:
    """What is served, and from where."""

    home: Home
    lease: Lease
    address: Address
    prepared: Prepared
    demo: bool
    workers: int | None

    def start(self, supervisor: Supervisor) -> None:
        """From a running database to a web server that answers."""
        supervisor.check_asked()
        if not self.prepared.is_current():
            self.prepare(supervisor)
        web = Child("网页服务", self.web_command(), self.home.logs / "web.log")
        with stage("启动网页"):
            supervisor.start(web)
            self.tell(supervisor)
            supervisor.until_ready(web, lambda: self.address.status() is not None, READY_SECONDS)
        if self.address.status() != 200:
            # The mark says that nothing is to be done, the tables say otherwise: they were exchanged behind its back.
            self.prepare(supervisor)
            supervisor.until_ready(web, lambda: self.address.status() == 200, READY_SECONDS)
        self.prepared.remember()
        # After the web server, so that the first page does not wait for it.
        supervisor.start(Child("后台任务", [*LINLI, "worker"], self.home.logs / "worker.log"))
        self.tell(supervisor)

    def answers(self) -> bool:
        """Whether the web server does."""
        return self.address.status("/healthz") is not None

    def watch(self, supervisor: Supervisor) -> None:
        """Every few seconds: the embedded database runs, and our word of who we are is true."""
        if os.environ["DATABASE_URL"] == cluster_of(self.home).url:
            see_to_database(self.home)
        if self.lease.read().get("children") != pids(supervisor):
            self.tell(supervisor)

    def prepare(self, supervisor: Supervisor) -> None:
        """Tables, static files and the demo, in a process of its own that takes its memory with it."""
        supervisor.run_once([*LINLI, "prepare", *(["--demo"] if self.demo else [])])

    def web_command(self) -> list[str]:
        """`linli web` with our options."""
        command = [*LINLI, "web", "--host", self.address.host, "--port", str(self.address.port)]
        return [*command, "--workers", str(self.workers)] if self.workers else command

    def tell(self, supervisor: Supervisor) -> None:
        """Leave word who we are, for a second start and for the one after a fall."""
        self.lease.write(pid=os.getpid(), url=self.address.url, children=pids(supervisor))

    def welcome(self, seconds: float) -> None:
        """What a newcomer needs next: the address and, in a demo, the accounts."""
        click.echo()
        click.secho(f"  邻里共治已就绪（{seconds:.1f} 秒）：", nl=False)
        click.secho(self.address.url, fg="cyan", bold=True)
        click.echo(f"  数据在 {self.home.path}，记录在 {self.home.logs}；按 Ctrl-C 停止。")
        if self.demo:
            from linli.demo.personas import PERSONAS

            click.echo("\n  演示账号：")
            width = max(len(person.username) for person in PERSONAS)
            for person in PERSONAS:
                click.echo(f"    {person.username:<{width}}  {person.password}  {person.name}，{person.title}")
        click.echo()


def pids(supervisor: Supervisor) -> list[int]:
    """Of the children that run."""
    return [child.process.pid for child in supervisor.children if child.process]


def see_to_database(home: Home) -> None:
    """Start the embedded server again when it has fallen; whoever needed it first may be gone by then."""
    try:
        revived = revive(home)
    except Halt as error:
        error.show()  # and tried again in a moment
        return
    if revived:
        click.secho(f"! 数据库停了，已重新启动；原因见 {cluster_of(home).log}", fg="yellow", err=True)


def outlive_left_overs(home: Home, lease: Lease) -> None:
    """When the last supervisor was killed its children are ending by themselves; wait for them, then make sure."""
    said = lease.read().get("children")
    if not isinstance(said, list) or not said:
        return
    import psutil

    def alive() -> list[psutil.Process]:
        found = []
        for pid in said:
            with contextlib.suppress(psutil.Error, TypeError):
                process = psutil.Process(int(pid))
                if process.environ().get("LINLI_HOME") == str(home.path) and SERVED_BY in process.environ():
                    found.append(process)
        return found

    if not alive():
        return
    with stage("等上一次的进程结束"):
        deadline = time.monotonic() + LEFT_OVER_SECONDS
        while (left := alive()) and time.monotonic() < deadline:
            time.sleep(0.1)
        for process in left:
            process.kill()
