"""What surrounds every operation: who calls and within which scope, how often, in which format, in one transaction,
against which version, and once. The operation itself holds only what is particular to it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from linli.core.api import limits, repeats
from linli.core.api.callers import Caller, caller_of
from linli.core.api.parser import LARGEST, is_text
from linli.core.api.problems import Problem, problem_of
from linli.core.audit import record
from linli.core.audit.refusals import record_refusal
from linli.core.errors import NotAllowed

CALLED = "api.call"
JSON, FILES = "application/json", "multipart/form-data"
ANY = "*/*"  # a file of whatever kind it is
# A file of the largest allowed size and its form around it.
LARGEST_FORM = 210 * 1024 * 1024
LONGEST_QUERY = 8192

Run = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Call:
    """What the frame must know of an operation."""

    name: str
    method: str
    scope: str  # "" : everybody may call it, with or without a token
    guarded: bool = False  # needs If-Match
    keeps: bool = True  # its answer may be kept for a repeat
    takes: str = ""  # the media type of the body
    gives: str = JSON
    about: str = ""  # what the document says beside the summary
    asks: frozenset[str] = frozenset()  # parameters behind the question mark

    @property
    def writes(self) -> bool:
        """Whether it changes anything."""
        return self.method != "GET"


def framed(call: Call, run: Run) -> Run:
    """An operation with its frame."""

    @wraps(run)
    def operate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        given: dict[str, str] = {}
        try:
            caller = _admit(request, call, given)
            _check_form(request, call, kwargs)
            inner = partial(run, request, *args, **kwargs)
            answer = _write(request, call, caller, inner) if call.writes else inner()
        except Exception as error:
            answer = problem_of(error).response()
        if isinstance(refusal := getattr(request, "api_refusal", None), NotAllowed):
            # Outside the transaction that was rolled back, as the pages do.
            record_refusal(request.user, refusal.code, method=request.method or "", path=request.path)
        for name, value in given.items():
            answer[name] = value
        return _conditional(request, answer)

    return operate


def _admit(request: HttpRequest, call: Call, given: dict[str, str]) -> Caller | None:
    """Count the call, then let in whoever may. Also a call with a wrong token counts for its address."""
    caller, refused = None, None
    try:
        caller = caller_of(request)
    except Problem as problem:
        refused = problem
    allowance = limits.count(request, caller)
    given |= allowance.headers
    limits.check(allowance)
    if refused is not None:
        raise refused
    if caller is None and call.scope:
        raise Problem(401)
    if caller is not None:
        if call.scope and not caller.may_use(call.scope):
            raise Problem(403, "token.scope", f"这个令牌的范围不包括 {call.scope}。请建一个包括它的令牌。")
        request.user = caller.user
    request.caller = caller  # type: ignore[attr-defined]
    return caller


def _check_form(request: HttpRequest, call: Call, kwargs: dict[str, Any]) -> None:
    if call.gives == JSON and not (request.accepts(JSON) or request.accepts("application/problem+json")):
        raise Problem(406)
    if len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY:
        raise Problem(400, "address.too_long", "地址太长。请缩短查询条件。")
    if unknown := [name for name in request.GET if name not in call.asks]:
        # A misspelt filter that is ignored would answer with other records.
        raise Problem(422, fields={name.replace("\0", "")[:80]: "没有这个参数。" for name in unknown[:20]})
    for name, values in request.GET.lists():
        if not is_text(name) or not all(map(is_text, values)):
            raise Problem(422, "input.characters", fields={name.replace("\0", ""): "含有不能保存的字符。"})
    if not all(is_text(str(value)) for value in kwargs.values()):
        raise Problem(404)
    if not call.writes:
        return
    length = request.META.get("CONTENT_LENGTH") or "0"
    size = int(length) if length.isdigit() else 0
    if size > (LARGEST_FORM if call.takes == FILES else LARGEST):
        raise Problem(413)
    if call.takes and request.content_type != call.takes:
        raise Problem(415, detail=f"请用 Content-Type: {call.takes} 发送。")
    if call.guarded and not request.headers.get("If-Match", "").strip():
        raise Problem(428)


def _write(request: HttpRequest, call: Call, caller: Caller | None, run: Run) -> HttpResponseBase:
    """In one transaction: the effect, its trace and, with an Idempotency-Key, the answer kept for a repeat."""
    assert caller is not None, "what everybody may call does not write"
    key = repeats.key_of(request) if request.method == "POST" else ""

    def traced() -> HttpResponseBase:
        answer = _tagged(request, run())
        if answer.status_code < 400:
            token = caller.token
            record(
                caller.user,
                CALLED,
                token,
                scope=caller.scope,
                token=token.name if token else "",
                operation=call.name,
                status=answer.status_code,
            )
        return answer

    with transaction.atomic():
        answer = repeats.once(request, caller, key, traced, keeps=call.keeps) if key else traced()
        if answer.status_code >= 400:
            transaction.set_rollback(True)
    return answer


def mark(request: HttpRequest, version: int | str) -> None:
    """Say which version of the record the answer shows; it becomes the first part of the ETag."""
    request.api_version = str(version)  # type: ignore[attr-defined]


def version_of(*parts: object) -> str:
    """The version of a record that counts none: another one as soon as one of the parts is."""
    # As JSON, so that a choice reads the same before and after it has been stored.
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:16]


def must_match(request: HttpRequest, version: int | str) -> None:
    """Raise the Problem of a lost update unless If-Match names this version. Ask it with the row locked."""
    given = [tag.strip() for tag in request.headers.get("If-Match", "").split(",")]
    # A tag made weak on its way is taken too, against RFC 9110, 13.1.1: whatever compresses an answer (our own gzip,
    # a proxy) weakens its tag, and what is compared is the version of the record, which no compression changes.
    tags = {tag.removeprefix("W/") for tag in given}
    if "*" not in given and str(version) not in {tag.strip('"').partition("-")[0] for tag in tags if tag[:1] == '"'}:
        raise Problem(412)


def _tagged(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """Give an answer that went well its ETag: the version of the record, then a mark of what is said."""
    if isinstance(answer, HttpResponse) and answer.status_code in (200, 201) and "ETag" not in answer:
        digest = hashlib.sha256(answer.content).hexdigest()[:16]
        version = getattr(request, "api_version", "")
        answer["ETag"] = f'"{version}-{digest}"' if version else f'"{digest}"'
    return answer


def _conditional(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """304 where the caller holds the answer already."""
    if not isinstance(_tagged(request, answer), HttpResponse) or answer.status_code >= 300:
        return answer
    answer.headers.setdefault("Cache-Control", "private, no-cache")
    tags = {tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")}
    if request.method == "GET" and answer.get("ETag", "") in tags:
        unchanged = HttpResponse(status=304)
        del unchanged["Content-Type"]
        for name in answer.headers.keys() - {"Content-Type", "Content-Length"}:
            unchanged[name] = answer[name]
        return unchanged
    return answer
