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


class Means(TextChoices):
    """What a report means by a number it prints."""

    EXACT = "exact", _("确数")
    ABOUT = "about", _("约数")
    MORE = "more", _("余、多、超过")
    LEAST = "least", _("以上")
    IMPLIED = "implied", _("没有印出，由别的数得出")


class Verdict(TextChoices):
    """Whether a published number and the counted one agree."""

    AGREES = "agrees", _("相符")
    DIFFERS = "differs", _("不符")
    NOTHING = "nothing", _("没有可数的")
