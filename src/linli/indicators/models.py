"""The roll-ups, what a check found, and the boards people compose."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from linli.core import clock
from linli.core.access.models import new_uid


class Rollup(models.Model):
    """How many facts began or ended in a month (or a year) in an area with these categories: the sum of `n`.

    Triggers of the facts' tables add rows, a job folds them (`actions/keeping.py`); nobody else writes here.
    """

    class Grain(models.TextChoices):
        """How long the span is."""

        MONTH = "m", _("月")
        YEAR = "y", _("年")

    facts = models.CharField(max_length=40)
    move = models.CharField(max_length=60, help_text="in or out; of a sum with its name behind a colon")
    scope = models.CharField(max_length=200, blank=True, db_collation="C", help_text="an area's path; empty: all")
    grain = models.CharField(max_length=1, choices=Grain)
    day = models.DateField(help_text="the first of the span")
    categories = ArrayField(models.TextField())
    n = models.DecimalField(max_digits=24, decimal_places=2)
    folded = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("指标汇总")
        indexes = [
            models.Index(
                fields=["facts", "scope", "move", "grain", "day", "categories"], name="indicators_rollup_read"
            ),
            models.Index(fields=["id"], condition=models.Q(folded=False), name="indicators_rollup_fresh"),
        ]

    def __str__(self) -> str:
        return f"{self.facts} {self.move} {self.scope} {self.grain} {self.day} {self.categories} {self.n:+}"


class Check(models.Model):
    """One recomputation of the roll-ups of some facts from their records, and what differed."""

    facts = models.CharField(max_length=40)
    at = models.DateTimeField(default=clock.now)
    rows = models.BigIntegerField(_("记录数"))
    cells = models.BigIntegerField(_("汇总格数"))
    drifted = models.BigIntegerField(_("不符的格数"))
    examples = models.JSONField(default=list)
    mended_at = models.DateTimeField(_("重算于"), null=True, blank=True)

    class Meta:
        verbose_name = _("指标核对")
        indexes = [models.Index(fields=["facts", "-id"], name="indicators_check_latest")]

    def __str__(self) -> str:
        return f"{self.facts} {self.at:%Y-%m-%d} {self.drifted}"


class Board(models.Model):
    """Figures a person put together. Shared, it is seen by whoever holds a post inside `scope`."""

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("谁的"))
    name = models.CharField(_("名字"), max_length=40)
    figures = ArrayField(models.CharField(max_length=60), verbose_name=_("指标"))
    shared = models.BooleanField(_("分享给辖区内的同事"), default=False)
    scope = models.CharField(max_length=200, db_collation="C", editable=False, help_text="the owner's own area")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("看板")
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="indicators_board_name_once")]
        indexes = [
            models.Index(
                OpClass("scope", "text_pattern_ops"),
                condition=models.Q(shared=True),
                name="indicators_board_shared",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The board."""
        return reverse("indicators:own_board", args=[self.uid])
