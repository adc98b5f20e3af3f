"""Who is calling: the address behind the proxies we trust, which nobody else can make up."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_X_FORWARDED_HOST")
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,40}")


@lru_cache(maxsize=16)
def networks(written: tuple[str, ...]) -> tuple[Network, ...]:
    """Networks from the settings; ValueError for one that is none."""
    return tuple(ip_network(text.strip(), strict=False) for text in written if text.strip())


def address_of(text: str) -> Address | None:
    """An address, also with a port behind it; None for anything else."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def lies_in(address: Address | None, written: list[str]) -> bool:
    """Whether an address lies in one of the networks."""
    return address is not None and any(address in network for network in networks(tuple(written)))


def caller_of(peer: str, forwarded: str) -> tuple[str, bool]:
    """The address of the caller, and whether a proxy we trust told us.

    From the right, each hop that is a proxy of ours is believed about the one before it; the first that is none is
    the caller. What stands to the left of it anybody could have written.
    """
    here = address_of(peer)
    trusted = settings.LINLI_TRUSTED_PROXIES
    if not lies_in(here, trusted):
        return (str(here) if here else "", False)
    caller = here
    for hop in reversed(forwarded.split(",")):
        found = address_of(hop)
        if found is None:
            break
        caller = found
        if not lies_in(found, trusted):
            break
    return str(caller), True


class CallerMiddleware:
    """Stands first: REMOTE_ADDR is the caller, what a stranger said about proxies is gone, the request has its id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta = request.META
        caller, told = caller_of(meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", ""))
        request.passed_on = "HTTP_X_FORWARDED_FOR" in meta and not told  # type: ignore[attr-defined]
        meta["REMOTE_ADDR"] = caller
        for name in FORWARDED:
            meta.pop(name, None)
        given = meta.pop("HTTP_X_REQUEST_ID", "")
        if not told and settings.LINLI_TRUSTED_PROXIES:
            meta.pop("HTTP_X_FORWARDED_PROTO", None)
        believed = told and REQUEST_ID.fullmatch(given)
        request.trace_id = given if believed else str(uuid.uuid4())  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()  # a thread serves one request after the other
        structlog.contextvars.bind_contextvars(request_id=request.trace_id)  # type: ignore[attr-defined]
        return self.get_response(request)
