"""Whether the bytes of stored files are still those their rows speak of; the rows themselves bear marks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.storage import default_storage

from linli.core.audit.findings import Report
from linli.core.files.models import Attachment

CHUNK = 1 << 20


def verify_files(*, report: Report, progress: Callable[[int], None] | None = None) -> Report:
    """Read every stored file and hold it against its row. A photo's thumbnail has no digest and is not looked at."""
    label = Attachment._meta.label_lower
    rows = Attachment.objects.order_by("pk").only("uid", "stored_as", "sha256")
    for row in rows.iterator(chunk_size=500):
        found = _digest(row.stored_as)
        # A file that was deleted meanwhile is gone with its row.
        if found is None and Attachment.objects.filter(pk=row.pk).exists():
            text = f"附件 {row.pk}（{row.uid}）的文件不见了，或读不出来。"
            report.add("file_missing", text, model=label, row=row.pk)
        elif found not in (None, row.sha256):
            text = f"附件 {row.pk}（{row.uid}）的文件被换过：内容和登记的摘要不符。"
            report.add("file_changed", text, model=label, row=row.pk)
        report.count("files", 1)
        if progress:
            progress(1)
    return report


def _digest(name: str) -> str | None:
    digest = hashlib.sha256()
    try:
        with default_storage.open(name) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except (OSError, BotoCoreError, ClientError):
        return None
    return digest.hexdigest()
