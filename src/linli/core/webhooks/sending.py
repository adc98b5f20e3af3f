"""Sending to an address somebody else wrote, without being made a tool against our own network.

https alone; the name is resolved once, every address it has must be public, and the connection goes to an address
that was checked, so that a name which answers differently a moment later (DNS rebinding) gains nothing. Redirects are
not followed, proxies of the environment not used, and a receiver that dribbles is cut off. Receivers inside the own
network are named by whoever runs the server (LINLI_WEBHOOK_HOSTS), never by whoever uses it.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

TIMEOUT = 10  # seconds for connecting and for each answer
WHOLE = 20  # seconds for everything
LONGEST = 500


class NotSent(Exception):  # noqa: N818 -- a fact about the receiver, not a fault of the program
    """Why it was not delivered, in words that hold no secret; `status` where the receiver answered."""

    def __init__(self, words: str, status: int | None = None) -> None:
        super().__init__(words)
        self.status = status


@dataclass(frozen=True)
class Target:
    """An address that may be sent to."""

    scheme: str
    host: str
    port: int
    path: str
    listed: bool  # named by whoever runs the server: may lie inside

    @property
    def authority(self) -> str:
        """Host and port as the Host header writes them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": 443, "http": 80}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"


def target_of(url: str) -> Target:
    """Read an address. Raises NotSent with the sentence to show."""
    text = url.strip()
    if len(text) > LONGEST or not text.isascii() or any(char <= " " or char == "\x7f" for char in text):
        raise NotSent(f"地址要用英文字符，不超过 {LONGEST} 个，中间没有空格。")
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise NotSent("地址读不懂。请写完整，例如 https://receiver.example.org/linli。") from None
    if not host or "%" in host or parts.scheme not in ("https", "http"):
        raise NotSent("地址要以 https:// 开头，例如 https://receiver.example.org/linli。")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise NotSent("地址里不要有账号、密码和 # 后面的部分。")
    port = port if port is not None else {"https": 443, "http": 80}[parts.scheme]
    listed = _is_listed(parts.scheme, host, port)
    if parts.scheme == "http" and not listed:
        raise NotSent("地址要以 https:// 开头：不加密的地址会让人看到内容。")
    if not 0 < port < 65536:
        raise NotSent("端口不对。")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path, listed)


def _is_listed(scheme: str, host: str, port: int) -> bool:
    """Whether LINLI_WEBHOOK_HOSTS names it: `host`, `host:port`, or `http://host:port` for an unencrypted one."""
    named = {host, f"{host}:{port}"} if scheme == "https" else set()
    return bool((named | {f"{scheme}://{host}", f"{scheme}://{host}:{port}"}) & set(settings.LINLI_WEBHOOK_HOSTS))


def is_public(address: str) -> bool:
    """Whether an IP address lies on the public net, also when it wraps another one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


def addresses_of(target: Target) -> list[str]:
    """The addresses of a host, all of them checked. Raises NotSent."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotSent("找不到这个主机名。") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not target.listed and not all(map(is_public, addresses)):
        raise NotSent("这个地址在内部网络里，不能发送。确实要发，请系统管理员把它加入 LINLI_WEBHOOK_HOSTS。")
    return addresses


def send(url: str, body: bytes, headers: dict[str, str]) -> int:
    """POST; the status where the receiver took it (2xx). Raises NotSent for everything else."""
    target = target_of(url)
    return _exchange(target, addresses_of(target)[0], body, headers)


def _exchange(target: Target, address: str, body: bytes, headers: dict[str, str]) -> int:
    connection = _connection(target, address)
    # Each wait has its own limit; the whole has one too, or a receiver could send a byte every nine seconds for ever.
    watch = threading.Timer(WHOLE, _cut, [connection])
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", target.path, body, {"Host": target.authority, **headers})
        answer = connection.getresponse()
        status = answer.status
    except TimeoutError:
        raise NotSent("接收方没有按时应答。") from None
    except ssl.SSLError:
        raise NotSent("接收方的证书不对。") from None
    except (OSError, http.client.HTTPException) as error:
        raise NotSent(f"接收方连不上（{type(error).__name__}）。") from None
    finally:
        watch.cancel()
        connection.close()
    if 200 <= status < 300:
        return status
    if 300 <= status < 400:
        raise NotSent(f"接收方应答 {status}，要转到别处。请直接填最终的地址。", status)
    raise NotSent(f"接收方应答 {status}。", status)


def _cut(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:
        with contextlib.suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)  # wakes whoever waits for it


def _connection(target: Target, address: str) -> http.client.HTTPConnection:
    """A connection to the checked address; the certificate is checked against the name."""
    if target.scheme == "http":
        return http.client.HTTPConnection(address, target.port, timeout=TIMEOUT)
    context = ssl.create_default_context()

    class Pinned(http.client.HTTPSConnection):
        def connect(self) -> None:
            plain = socket.create_connection((address, target.port), timeout=TIMEOUT)
            self.sock = context.wrap_socket(plain, server_hostname=target.host)

    return Pinned(target.host, target.port, timeout=TIMEOUT, context=context)
