"""How a backup ended."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Outcome(TextChoices):
    """How a backup ended."""

    GOOD = "good", _("成功")
    FAILED = "failed", _("没有做成")
