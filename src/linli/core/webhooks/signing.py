"""Signatures of Standard Webhooks (standardwebhooks.com): HMAC-SHA256 over id, time and body, by a shared secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"


def new_secret() -> str:
    """256 bits, as receivers' libraries expect them."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, uid: str, moment: int, body: str) -> str:
    """One signature: `v1,` and the base64 of the HMAC over `id.timestamp.body`."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, f"{uid}.{moment}.{body}".encode(), hashlib.sha256)).decode()


def headers(held: Iterable[str], uid: str, moment: int, body: str) -> dict[str, str]:
    """The three headers; while a secret is being changed, one signature for each."""
    return {
        "webhook-id": uid,
        "webhook-timestamp": str(moment),
        "webhook-signature": " ".join(signature(secret, uid, moment, body) for secret in held if secret),
    }
