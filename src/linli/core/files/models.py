"""Files that belong to records."""

from __future__ import annotations

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from linli.core import clock
from linli.core.access.models import new_uid
from linli.core.audit.marks import Marked


class Attachment(Marked):
    """A file in a slot of a record. Where it lies and how it is addressed are both unguessable.

    `source_sha256` is of what was sent (to recognise the same file sent twice), `sha256` of what is stored: a photo
    is written anew without metadata. Removing marks the row, so that it can be undone.
    """

    MARKED = (
        *("uid", "subject_type", "subject_id", "slot", "name", "media_type", "size", "sha256", "source_sha256"),
        *("width", "height", "stored_as", "thumbnail_as", "uploaded_by", "uploaded_at", "removed_by", "removed_at"),
    )

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    subject_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    slot = models.CharField(max_length=40)
    name = models.CharField(_("文件名"), max_length=120)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text="bytes as stored")
    sha256 = models.CharField(max_length=64)
    source_sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    stored_as = models.CharField(max_length=100, unique=True, help_text="name in the storage")
    thumbnail_as = models.CharField(max_length=100, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=clock.now, editable=False)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("附件")
        indexes = [models.Index(fields=["subject_type", "subject_id", "slot"], name="core_attachment_subject")]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "slot", "source_sha256"],
                condition=Q(removed_at__isnull=True),
                name="core_attachment_once_a_slot",
            ),
            models.CheckConstraint(
                name="core_attachment_removed_by_somebody",
                condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Where it opens, for those who may read it."""
        return reverse("core:attachment", args=[self.uid])

    @property
    def thumbnail_url(self) -> str:
        """Address of the small picture, "" for what is no photo."""
        return reverse("core:attachment_thumbnail", args=[self.uid]) if self.thumbnail_as else ""

    @property
    def is_photo(self) -> bool:
        """Whether a browser can show it in the page."""
        return bool(self.thumbnail_as)
