"""Fetching files: whoever may read the record may read its files."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from linli.core.access.signed_in import user_of
from linli.core.api.rooms import ANY, Room
from linli.core.api.routers.showing import Paper, paper
from linli.core.files import web
from linli.core.files.actions import remove_attachment, restore_attachment
from linli.core.files.models import Attachment
from linli.core.files.registry import may_read


def build() -> Room:
    """The room of files. They are sent where they belong: to the papers of a case."""
    room = Room("files", "文件", "附件的内容。上传在事项的 papers。")

    def download(request: HttpRequest, uid: str) -> HttpResponseBase:
        return web.attachment(request, uid)

    def small(request: HttpRequest, uid: str) -> HttpResponseBase:
        return web.thumbnail(request, uid)

    def remove(request: HttpRequest, uid: str) -> None:
        remove_attachment(_found(request, uid), actor=user_of(request))

    def restore(request: HttpRequest, uid: str) -> object:
        return paper(restore_attachment(_found(request, uid), actor=user_of(request)))

    room.reads("/{uid}", "下载附件", None, name="files_download", gives=ANY)(download)
    room.reads("/{uid}/thumbnail", "照片的小图", None, name="files_thumbnail", gives="image/jpeg")(small)
    room.removes("/{uid}", "去掉附件", name="files_remove", about="可以恢复。")(remove)
    room.sends("/{uid}/restore", "恢复去掉的附件", Paper, name="files_restore")(restore)
    return room


def _found(request: HttpRequest, uid: str) -> Attachment:
    """Also one that was removed, so that it can be restored."""
    row = Attachment.objects.filter(uid=uid).first()
    if row is None or not may_read(user_of(request), row.subject):
        raise Http404
    return row
