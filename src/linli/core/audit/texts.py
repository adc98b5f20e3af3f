"""What an event says, as one text that program and database write alike, and the stamp only the program can give it.

The chain digests the whole text (chain.py). The stamp closes the minute before that: `record()` signs what it writes
under a key that is not in the database, so that a row put in or changed past the program before the sealer came by
does not fit its stamp. The sealer passes over such rows, and a verification names them.

The id is given by the database while it writes. So the program signs the content, and the database binds the id to
that signature: stamp = sha256(signature ‖ id as eight bytes), the first 16 bytes. The signature itself is not kept.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, Protocol

from django.core.serializers.json import DjangoJSONEncoder

from linli.core.privacy.cipher import audit_key

#: What the signature covers, in the order of the text; before it comes the id, after it the stamp.
CONTENT = (
    *("at", "actor_id", "on_behalf_of_id", "post", "name", "subject_type_id", "subject_id"),
    *("scope", "detail", "request_id"),
)
COLUMNS = ("id", *CONTENT, "stamp")
STAMP_BYTES = 16
_MOMENT = '\'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\''
_ARRAY = ", ".join(f"e.{name}" for name in ("id", *CONTENT)).replace(
    "e.at", f"to_char(e.at AT TIME ZONE 'UTC', {_MOMENT})"
)

#: The canonical text of an event `e`: a JSON array of all its columns. `jsonb` prints itself with its keys by length,
#: then by bytes, and with numbers written out; the moment is UTC with six decimals whatever the session says. Events
#: from before there were stamps have one value less.
TEXT = (
    f"(CASE WHEN e.stamp IS NULL THEN json_build_array({_ARRAY})"
    f" ELSE json_build_array({_ARRAY}, encode(e.stamp, 'hex')) END)::text"
)
DIGEST = f"sha256(convert_to({TEXT}, 'UTF8'))"
#: The stamp of an event, of its signature and the id that was given just now.
BOUND = f"substr(sha256(%s::bytea || int8send(currval('core_event_id_seq'))), 1, {STAMP_BYTES})"

_encode = DjangoJSONEncoder(ensure_ascii=False).encode


class Content(Protocol):
    """What has the columns of an event: a saved one, or one to be written."""

    at: dt.datetime
    detail: Any


def moment_text(moment: dt.datetime) -> str:
    """As `TEXT` writes a moment: 2026-11-22T03:04:05.000006Z."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def detail_text(detail: Any) -> str:
    """JSON as jsonb prints it."""
    return _json(json.loads(_encode(detail), parse_float=Decimal))


def content_text(values: Sequence[Any]) -> str:
    """The values of CONTENT as `TEXT` has them between id and stamp; of `detail` its text."""
    at, actor, behalf, post, name, kind, subject, scope, detail, request = values
    parts = (
        f'"{moment_text(at)}"',
        str(actor),
        "null" if behalf is None else str(behalf),
        encode_basestring(post),
        encode_basestring(name),
        "null" if kind is None else str(kind),
        "null" if subject is None else str(subject),
        encode_basestring(scope),
        detail,
        encode_basestring(request),
    )
    return ", ".join(parts)


def content_texts(shared: Sequence[Any], rows: Iterable[tuple[int, str, str]], request: str) -> Iterator[str]:
    """`content_text` of many events that differ by subject, scope and the text of their detail alone."""
    tail = encode_basestring(request)
    head = content_text((*shared, 0, "", "{}", request)).removesuffix(f', 0, "", {{}}, {tail}')
    for subject, scope, detail in rows:
        yield f"{head}, {subject}, {encode_basestring(scope)}, {detail}, {tail}"


def canonical_text(event: Any) -> str:
    """The Python twin of TEXT."""
    stamp = f', "{bytes(event.stamp).hex()}"' if event.stamp is not None else ""
    return f"[{event.pk}, {content_of(event)}{stamp}]"


def content_of(event: Any) -> str:
    """The content of an event as a text."""
    return content_text([detail_text(event.detail) if name == "detail" else getattr(event, name) for name in CONTENT])


def _json(value: Any) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, dict):
        keys = sorted(value, key=_order) if len(value) > 1 else value
        return "{" + ", ".join([f"{encode_basestring(key)}: {_json(value[key])}" for key in keys]) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_json, value)) + "]"
    if isinstance(value, Decimal):
        # PostgreSQL's numeric knows no negative zero and writes every digit out.
        return format(value if value else abs(value), "f")
    return json.dumps(value)


def _order(key: str) -> tuple[int, bytes]:
    held = key.encode()
    return len(held), held


def digest_of(text: str) -> bytes:
    """The digest of a canonical text."""
    return hashlib.sha256(text.encode()).digest()


# --- stamps -------------------------------------------------------------------------------------------------------


def signature(content: str) -> bytes:
    """What only the program can make of a content."""
    return hmac.digest(audit_key(), b"event\0" + content.encode(), "sha256")


def stamp_of(content: str, pk: int) -> bytes:
    """The stamp of an event with this content under this id."""
    return hashlib.sha256(signature(content) + pk.to_bytes(8, "big", signed=True)).digest()[:STAMP_BYTES]


def fits(text: str, stamp: bytes | None) -> bool:
    """Whether a canonical text bears the stamp that belongs to it."""
    if stamp is None:
        return False
    start = text.index(", ")
    end = f', "{bytes(stamp).hex()}"]'
    content, pk = text[start + 2 : -len(end)], int(text[1:start])
    return text.endswith(end) and hmac.compare_digest(stamp_of(content, pk), bytes(stamp))
