"""Fetching files: whoever may read the record may read its files."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from linli.core.api.rooms import Room
from linli.core.files import web


def build() -> Room:
    """The room of files. They are sent where they belong: to the papers of a case."""
    room = Room("files", "文件", "附件的内容。上传在事项的 papers。")

    def download(request: HttpRequest, uid: str) -> HttpResponseBase:
        return web.attachment(request, uid)

    room.reads("/{uid}", "下载附件", None, name="files_download", gives="application/octet-stream")(download)
    return room
