"""How long a period may be, how many a series holds, and the limits of boards."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

MOST_BOARDS = 30  # of one person
MOST_FIGURES = 30  # on one board
SERIES = 13  # points of a trend: a year and the same month of the one before
RECORDS = 30  # on a page


class Span(TextChoices):
    """The length of the periods a board steps through."""

    MONTH = "month", _("月")
    QUARTER = "quarter", _("季度")
    YEAR = "year", _("年")
    OWN = "own", _("自选起止")
