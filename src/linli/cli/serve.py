"""`linli serve`: database, web server and worker under one roof."""

from __future__ import annotations

import contextlib
import errno
import http.client
import os
import socket
import sys
import time
from dataclasses import dataclass

import click

from linli.cli.cluster import cluster_of
from linli.cli.home import Halt, Home, Lease, rotate, stage
from linli.cli.parent import SERVED_BY
from linli.cli.ready import database_there
from linli.cli.supervise import Child, Stopped, Supervisor

READY_SECONDS = 90
LEFT_OVER_SECONDS = 20


@dataclass(frozen=True)
class Address:
    """Where the web server listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """What a person types into the browser."""
        return f"http://{'127.0.0.1' if self.host in ('0.0.0.0', '::') else self.host}:{self.port}/"  # noqa: S104

    def why_not(self) -> OSError | None:
        """The reason why one cannot listen here, None when one can."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                door.bind((self.host, self.port))
                door.listen(1)
            except OSError as error:
                return error
        return None

    def require_free(self, *, patience: float = 0.0) -> None:
        """Halt with a sentence when one cannot listen here, within `patience` seconds."""
        deadline = time.monotonic() + patience
        while (error := self.why_not()) is not None and time.monotonic() < deadline:
            time.sleep(0.1)
        if error is None:
            return
        if error.errno == errno.EADDRINUSE:
            free = next((p for p in range(self.port + 1, self.port + 200) if Address(self.host, p).is_free()), None)
            hint = f"可以换一个:make run PORT={free},或 linli serve --port {free}。" if free else "请换一个端口。"
            raise Halt(f"端口 {self.port} 已被别的程序占用。{hint}")
        if error.errno == errno.EACCES:
            raise Halt(f"没有权限使用端口 {self.port}。请用 1024 以上的端口,例如 linli serve --port 8000。")
        raise Halt(f"不能在 {self.host}:{self.port} 上提供服务:{error.strerror}。请检查 --host 和 --port。")

    def is_free(self) -> bool:
        """Whether one can listen here."""
        return self.port < 65536 and self.why_not() is None

    def is_ready(self) -> bool:
        """Whether /readyz says so."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        connection = http.client.HTTPConnection(host, self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


@click.command("serve")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, envvar="LINLI_PORT")
@click.option("--host", default="127.0.0.1", show_default=True, envvar="LINLI_HOST", help="对外服务时写 0.0.0.0。")
@click.option("--demo", is_flag=True, help="装入演示区县和演示账号。")
@click.option("--workers", type=click.IntRange(1, 64), default=None, help="网页进程数,默认每核一个,最多四个。")
def serve(port: int, host: str, demo: bool, workers: int | None) -> None:
    """启动 Linli:数据库、网页和后台任务;Ctrl-C 停止。"""
    began = time.monotonic()
    home = Home.from_environment()
    address = Address(host, port)
    home.make_usable()
    with home.held() as lease:
        outlive_left_overs(home, lease)
        home.settle_kind(demo=demo)
        address.require_free(patience=3.0 if lease.path.exists() else 0.0)
        environment = {**os.environ, "LINLI_HOME": str(home.path), SERVED_BY: str(os.getpid())}
        environment["LINLI_DEMO"] = "1" if demo else "0"
        supervisor = Supervisor(environment)
        with supervisor.listening(), database_there(say=stage):
            try:
                run(supervisor, home, lease, address, workers, began, demo=demo)
            except Stopped:
                click.echo()
            finally:
                supervisor.stop_all()
    click.echo("  已停止,数据都在。")


def run(
    supervisor: Supervisor,
    home: Home,
    lease: Lease,
    address: Address,
    workers: int | None,
    began: float,
    *,
    demo: bool,
) -> None:
    """Everything between the database being there and somebody asking us to stop."""
    linli = [sys.executable, "-m", "linli"]
    supervisor.check_asked()
    supervisor.run_once([*linli, "prepare", *(["--demo"] if demo else [])])
    web_command = [*linli, "web", "--host", address.host, "--port", str(address.port)]
    with stage("启动网页和后台任务"):
        web = Child(
            "网页服务", [*web_command, *(["--workers", str(workers)] if workers else [])], home.logs / "web.log"
        )
        supervisor.start(web)
        worker = supervisor.start(Child("后台任务", [*linli, "worker"], home.logs / "worker.log"))
        children = [child.process.pid for child in (web, worker) if child.process]
        lease.write(pid=os.getpid(), url=address.url, children=children)
        supervisor.until_ready(web, address.is_ready, READY_SECONDS)
    welcome(address, home, time.monotonic() - began, demo=demo)
    supervisor.keep(lambda: rotate(cluster_of(home).log))


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


def welcome(address: Address, home: Home, seconds: float, *, demo: bool) -> None:
    """What a newcomer needs next: the address and, in a demo, the accounts."""
    click.echo()
    click.secho(f"  邻里共治已就绪({seconds:.1f} 秒):", nl=False)
    click.secho(address.url, fg="cyan", bold=True)
    click.echo(f"  数据在 {home.path},记录在 {home.logs};按 Ctrl-C 停止。")
    if demo:
        from linli.demo.personas import PERSONAS

        click.echo("\n  演示账号:")
        width = max(len(person.username) for person in PERSONAS)
        for person in PERSONAS:
            click.echo(f"    {person.username:<{width}}  {person.password}  {person.name},{person.title}")
    click.echo()
