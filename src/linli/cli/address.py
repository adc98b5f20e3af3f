"""Where the web server listens, and whether it can."""

from __future__ import annotations

import errno
import http.client
import socket
import time
from dataclasses import dataclass

from linli.cli.home import Halt


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
            hint = f"可以换一个：make run PORT={free}，或 linli serve --port {free}。" if free else "请换一个端口。"
            raise Halt(f"端口 {self.port} 已被别的程序占用。{hint}")
        if error.errno == errno.EACCES:
            raise Halt(f"没有权限使用端口 {self.port}。请用 1024 以上的端口，例如 linli serve --port 8000。")
        raise Halt(f"不能在 {self.host}:{self.port} 上提供服务：{error.strerror}。请检查 --host 和 --port。")

    def is_free(self) -> bool:
        """Whether one can listen here."""
        return self.port < 65536 and self.why_not() is None

    def status(self, path: str = "/readyz") -> int | None:
        """What it answers there, None while nobody does."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        connection = http.client.HTTPConnection(host, self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
