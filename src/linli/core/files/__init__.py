"""Files of records: checked by content, cleaned, stored under unguessable names, read by whom the domain says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.db.models import Model

    from linli.core.access.models import User
    from linli.core.files.models import Attachment


def store(upload: UploadedFile[Any], *, subject: Model, slot: str, actor: User) -> Attachment:
    """Check and keep an upload in a slot of a record; raises BadInput with a sentence. See actions.store."""
    from linli.core.files.actions import store as keep

    return keep(upload, subject=subject, slot=slot, actor=actor)
