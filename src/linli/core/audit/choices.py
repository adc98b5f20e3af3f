"""How a verification ends, and what it may find."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Outcome(TextChoices):
    """How a verification stands."""

    RUNNING = "running", _("核验中")
    CLEAN = "clean", _("完好")
    BROKEN = "broken", _("有改动")
    STOPPED = "stopped", _("没有核完")
