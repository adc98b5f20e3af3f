"""Handing out files, and the remove and undo buttons."""

from __future__ import annotations

from typing import cast

import structlog
from botocore.exceptions import BotoCoreError, ClientError
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from linli.core.access.models import User
from linli.core.errors import Refusal
from linli.core.files import actions
from linli.core.files.models import Attachment
from linli.core.files.queries import readable_attachment
from linli.core.files.registry import may_read
from linli.core.files.sealing import SEALED, open_stored
from linli.core.privacy.actions.looks import file_read
from linli.core.privacy.cipher import DecryptionError

log = structlog.get_logger(__name__)
# What a stranger uploaded runs nothing, loads nothing and frames nothing in our name.
POLICY = "sandbox; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'self'"
_INLINE = ("application/pdf", "image/jpeg", "image/png", "image/webp")


class FileGone(Refusal):
    """The row is there, the bytes are not: a restored database without its files."""

    status = 410
    title = "文件不在了"


class StoreAway(Refusal):
    """The bucket does not answer, or the disk does not."""

    status = 503
    title = "文件暂时打不开"


def _found(request: HttpRequest, uid: str) -> Attachment:
    attachment = readable_attachment(uid, request.user)
    if attachment is None:
        raise Http404
    return attachment


def _answer(request: HttpRequest, stored_as: str, media_type: str, name: str, mark: str) -> HttpResponseBase:
    response: HttpResponseBase
    if request.headers.get("If-None-Match") == f'"{mark}"':
        response = HttpResponseNotModified()
    else:
        try:
            file = open_stored(stored_as)
            if stored_as.endswith(SEALED):
                file.peek(1)  # type: ignore[attr-defined]
        except FileNotFoundError:
            raise FileGone("files.gone", "文件库里找不到这个文件。请告诉系统管理员从备份恢复。") from None
        except DecryptionError:
            raise FileGone("files.key", "这个文件是加密保存的，现在读不出来。请告诉系统管理员核对密钥。") from None
        except (OSError, BotoCoreError, ClientError):
            log.exception("store_away")
            raise StoreAway("files.away", "文件库暂时连不上。请过几分钟再打开；还不行，请告诉系统管理员。") from None
        inline = media_type in _INLINE and "download" not in request.GET
        response = FileResponse(file, content_type=media_type, as_attachment=not inline, filename=name)
        response["Content-Security-Policy"] = POLICY
        response["X-Content-Type-Options"] = "nosniff"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
    # Kept by this browser alone and asked again every time, because rights end.
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = f'"{mark}"'
    return response


@require_safe
def attachment(request: HttpRequest, uid: str) -> HttpResponseBase:
    """The file itself: photos and PDF open in the browser, the rest (and `?download=1`) is saved. Unseen is 404."""
    found = _found(request, uid)
    if isinstance(request.user, User):
        file_read(found, actor=request.user)
    return _answer(request, found.stored_as, found.media_type, found.name, found.sha256)


@require_safe
def thumbnail(request: HttpRequest, uid: str) -> HttpResponseBase:
    """The small picture of a photo."""
    found = _found(request, uid)
    if not found.thumbnail_as:
        raise Http404
    return _answer(request, found.thumbnail_as, "image/jpeg", found.name, f"{found.sha256}-s")


def _change(request: HttpRequest, uid: str, *, removed: bool) -> HttpResponse:
    found = get_object_or_404(Attachment, uid=uid)
    user = cast("User", request.user)
    if not may_read(user, found.subject):
        raise Http404
    change = actions.remove_attachment if removed else actions.restore_attachment
    row = change(found, actor=user)
    if request.headers.get("HX-Request") == "true":
        return render(request, "core/files/_attachment.html", {"attachment": row, "changeable": True})
    messages.success(request, f"“{row.name}”已{'去掉' if removed else '恢复'}。")
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else "/")


@login_required
@require_POST
def remove(request: HttpRequest, uid: str) -> HttpResponse:
    """Remove a file; htmx gets its row with the undo button."""
    return _change(request, uid, removed=True)


@login_required
@require_POST
def restore(request: HttpRequest, uid: str) -> HttpResponse:
    """Undo a removal."""
    return _change(request, uid, removed=False)
