"""A POST that is sent twice has one effect: Idempotency-Key (draft-ietf-httpapi-idempotency-key-header).

The key is a row of the same transaction as the effect. A killed process leaves neither; a second call that comes
while the first is at work waits at the unique index, then reads the first one's answer. Only answers that went well
are kept: a refusal changed nothing, so the same key may try again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable

from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from linli.core import clock
from linli.core.api.callers import Caller
from linli.core.api.choices import KEPT_HOURS
from linli.core.api.models import KeptAnswer
from linli.core.api.problems import Problem
from linli.core.parameters import value_of

HEADER = "Idempotency-Key"
WAIT = "10s"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_HEADERS = ("ETag", "Location", "Content-Type")
Run = Callable[[], HttpResponseBase]


def key_of(request: HttpRequest) -> str:
    """The key of a call, "" without one. Raises Problem for one that is none."""
    given = request.headers.get(HEADER)
    if given is None:
        return ""
    if not _KEY.fullmatch(given):
        raise Problem(400, "idempotency.key", "Idempotency-Key 要用 1 到 255 个可见的英文字符，例如一个 UUID。")
    return str(given)


def fingerprint(request: HttpRequest) -> str:
    """What was asked: method, address and content. Parts of a form count by what they hold, not how they are cut."""
    digest = hashlib.sha256(f"{request.method}\0{request.get_full_path()}\0".encode())
    digest.update(f"{request.headers.get('If-Match', '')}\0".encode())
    if request.content_type == "multipart/form-data":
        for name, values in sorted(request.POST.lists()):
            digest.update(repr((name, values)).encode(errors="surrogatepass"))
        for name, files in sorted(request.FILES.lists()):
            for file in files:
                digest.update(repr((name, file.name)).encode(errors="surrogatepass"))
                for chunk in file.chunks():
                    digest.update(chunk)
                file.seek(0)
    else:
        digest.update(request.body)
    return digest.hexdigest()


def once(request: HttpRequest, caller: Caller, key: str, run: Run, *, keeps: bool) -> HttpResponseBase:
    """Run inside the transaction that is open, unless the key has been used: then the answer given before."""
    print_ = fingerprint(request)
    since = clock.now() - dt.timedelta(hours=value_of(KEPT_HOURS, caller.scope))
    KeptAnswer.objects.filter(caller=caller.key, key=key, made_at__lt=since).delete()
    row = _claim(caller, key, print_)
    if row is None:
        return _again(KeptAnswer.objects.get(caller=caller.key, key=key), print_)
    answer = run()
    if answer.status_code < 400:
        assert isinstance(answer, HttpResponse)
        KeptAnswer.objects.filter(pk=row).update(
            status=answer.status_code,
            headers={name: answer[name] for name in _KEPT_HEADERS if name in answer},
            body=answer.content.decode() if keeps else "",
            kept=keeps,
        )
    return answer


def _claim(caller: Caller, key: str, print_: str) -> int | None:
    """The new row's id; None when the key is taken. Waits for a call that is at work with it."""
    row = KeptAnswer(caller=caller.key, key=key, fingerprint=print_)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [WAIT])
            cursor.execute(
                "INSERT INTO core_keptanswer (caller, key, fingerprint, headers, body, kept, made_at)"
                " VALUES (%s, %s, %s, '{}', '', true, %s) ON CONFLICT (caller, key) DO NOTHING RETURNING id",
                [row.caller, row.key, row.fingerprint, row.made_at],
            )
            found = cursor.fetchone()
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "55P03":
            raise
        detail = "同一个 Idempotency-Key 的请求还在办理。请稍后再发同样的请求，会得到它的结果。"
        raise Problem(409, "idempotency.running", detail, headers={"Retry-After": "5"}) from None
    return found[0] if found else None


def _again(kept: KeptAnswer, print_: str) -> HttpResponse:
    if kept.fingerprint != print_:
        raise Problem(
            422, "idempotency.reused", "这个 Idempotency-Key 用过，但内容不同。新的请求请换一个新的 Key。",
            fields={HEADER: "已用于另一个请求。"},
        )  # fmt: skip
    if not kept.kept:
        raise Problem(
            409, "idempotency.not_kept", "这个请求已经办过。结果含有个人信息，没有留存；确要再看，请换一个新的 Key。"
        )
    answer = HttpResponse(kept.body, status=kept.status or 200, headers=kept.headers)
    answer["Idempotency-Replayed"] = "true"
    return answer


def forget_old(hours: int) -> int:
    """Delete answers older than this; how many."""
    return KeptAnswer.objects.filter(made_at__lt=clock.now() - dt.timedelta(hours=hours)).delete()[0]
