"""A round of grading: its score sheet, its thresholds, and the two boards that vote in it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.areas.models import Area
from linli.core.audit.marks import Marked
from linli.core.words import Worded
from linli.core.workflow.models import CASE_MARKED, Case
from linli.organizations.choices.grading import (
    DEFAULT_LEAST,
    DEFAULT_WEIGHTS,
    LEAST,
    NATIONAL,
    POINT,
    SCHEMES,
    SCORES,
    STARS,
    WEIGHTS,
    WHOLE,
    Board,
    Indicator,
    Scheme,
    SchemeName,
)
from linli.organizations.choices.grading_round import RoundState


def _share(label: Any, default: int) -> Any:
    return models.PositiveSmallIntegerField(label, default=default, validators=[MaxValueValidator(WHOLE)])


def score(label: Any) -> Any:
    """A mark out of a hundred, empty until it is given."""
    return models.PositiveSmallIntegerField(label, null=True, blank=True, validators=[MaxValueValidator(WHOLE)])


def of_a_hundred(name: str) -> models.CheckConstraint:
    """No mark is more than the whole."""
    given = Q(*(Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__lte": WHOLE}) for field in SCORES))
    return models.CheckConstraint(name=name, condition=given)


def _seated(scheme: Scheme) -> Q:
    (least, most), (few, many) = scheme.commission, scheme.board
    return Q(scheme=scheme.name.value, members__range=(least, most), reviewers__range=(few, many))


class GradingRound(Case):
    """What is graded, where and when, by which measure and by whom. Nothing of it changes once it is open."""

    MARKED = (
        *CASE_MARKED,
        *("scheme", "area", "year", "apply_until", "criteria", "commission", "board", "members", "reviewers"),
        *("opened_on", *WEIGHTS, *LEAST),
    )
    SEARCH = ("number__contains", "area__name__contains")

    scheme = models.CharField(_("评什么"), max_length=6, choices=SchemeName)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("范围"))
    year = models.PositiveSmallIntegerField(_("年度"), validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    state = models.CharField(_("状态"), max_length=10, choices=RoundState, default=RoundState.DRAFT)
    apply_until = models.DateField(_("申请截止"), null=True, blank=True)
    weight_basics = _share(_("基础条件的权重"), DEFAULT_WEIGHTS[0])
    weight_party = _share(_("党建工作的权重"), DEFAULT_WEIGHTS[1])
    weight_governance = _share(_("内部治理的权重"), DEFAULT_WEIGHTS[2])
    weight_work = _share(_("工作绩效的权重"), DEFAULT_WEIGHTS[3])
    weight_reputation = _share(_("社会评价的权重"), DEFAULT_WEIGHTS[4])
    least_1 = _share(_("1A（一星）的分数线"), DEFAULT_LEAST[0])
    least_2 = _share(_("2A（二星）的分数线"), DEFAULT_LEAST[1])
    least_3 = _share(_("3A（三星）的分数线"), DEFAULT_LEAST[2])
    least_4 = _share(_("4A（四星）的分数线"), DEFAULT_LEAST[3])
    least_5 = _share(_("5A（五星）的分数线"), DEFAULT_LEAST[4])
    criteria = models.TextField(_("每一项看什么"), max_length=2000, blank=True)
    commission = models.TextField(_("评估委员会"), max_length=2000, blank=True)
    board = models.TextField(_("复核委员会"), max_length=800, blank=True)
    members = models.PositiveSmallIntegerField(_("评估委员会人数"), default=0, editable=False)
    reviewers = models.PositiveSmallIntegerField(_("复核委员会人数"), default=0, editable=False)
    opened_on = models.DateField(_("公布日期"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("评估轮次")
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "area", "year"],
                condition=~Q(state="dropped"),
                name="organizations_round_once_a_year",
                violation_error_message=_("这个范围这一年的轮次已经有了。"),
            ),
            models.CheckConstraint(
                name="organizations_round_open_is_seated",
                condition=Q(state__in=["draft", "dropped"])
                | Q(opened_on__isnull=False, apply_until__isnull=False) & (_seated(NATIONAL) | _seated(STARS)),
                violation_error_message=_("两个委员会的人数不合规定。"),
            ),
            models.CheckConstraint(
                name="organizations_round_weights_whole",
                condition=Q(state__in=["draft", "dropped"])
                | Q(
                    weight_basics=WHOLE
                    - F("weight_party")
                    - F("weight_governance")
                    - F("weight_work")
                    - F("weight_reputation")
                ),
                violation_error_message=_("五项权重加起来要正好 100。"),
            ),
            models.CheckConstraint(
                name="organizations_round_thresholds_rise",
                condition=Q(state__in=["draft", "dropped"])
                | Q(
                    least_1__gte=1,
                    least_2__gt=F("least_1"),
                    least_3__gt=F("least_2"),
                    least_4__gt=F("least_3"),
                    least_5__gt=F("least_4"),
                    least_5__lte=WHOLE,
                ),
                violation_error_message=_("分数线要一级比一级高，最高不超过 100。"),
            ),
        ]
        indexes = [
            models.Index(OpClass("scope", "text_pattern_ops"), "state", name="organizations_round_scope"),
            models.Index(fields=["-year", "-id"], name="organizations_round_year"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """It lies where its area lies."""
        self.scope = self.area.path
        super().save(*args, **kwargs)

    @property
    def of(self) -> Scheme:
        """The scheme it is a round of."""
        return SCHEMES[self.scheme]

    @property
    def officer_role(self) -> str:
        """Whose it is."""
        return self.of.officer.value

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return f"{self.area.name} {self.year} 年度社会组织{self.get_scheme_display()}"

    @property
    def summary(self) -> str:
        """Until when one applies."""
        return f"申请截止 {self.apply_until:%Y-%m-%d}" if self.apply_until else "还没定截止日期"

    @property
    def weights(self) -> list[tuple[str, int]]:
        """The indicators in words with their weights."""
        return [(str(one.label), int(getattr(self, name))) for one, name in zip(Indicator, WEIGHTS, strict=True)]

    @property
    def thresholds(self) -> list[tuple[str, int]]:
        """The levels in words with the points they take."""
        return [(words, int(getattr(self, name))) for words, name in zip(self.of.levels, LEAST, strict=True)]

    def total_of(self, scored: Any) -> int:
        """What a sheet gives, in hundredths of a point."""
        return sum(int(getattr(self, w)) * int(getattr(scored, s)) for w, s in zip(WEIGHTS, SCORES, strict=True))

    def level_of(self, total: int) -> int:
        """The highest level whose threshold a total reaches; 0 for none."""
        return sum(total >= int(getattr(self, name)) * POINT for name in LEAST)

    def is_open_on(self, day: dt.date) -> bool:
        """Whether one may apply on a day."""
        return self.state == RoundState.OPEN and self.apply_until is not None and day <= self.apply_until

    def snapshot(self) -> dict[str, Any]:
        """The plan, by label."""
        return {
            "评什么": self.get_scheme_display(),
            "范围": self.area.name,
            "年度": self.year,
            "申请截止": str(self.apply_until or ""),
            "权重": "、".join(f"{label} {weight}" for label, weight in self.weights),
            "分数线": "、".join(f"{label} {least} 分" for label, least in self.thresholds),
            "每一项看什么": self.criteria,
            "评估委员会": "、".join(self.commission.split()),
            "复核委员会": "、".join(self.board.split()),
        }


class BoardMember(Marked, Worded):
    """Somebody who votes in a round; named before it opens and frozen from then on."""

    MARKED = ("round", "user", "board")

    round = models.ForeignKey(GradingRound, models.PROTECT, related_name="seats", verbose_name=_("轮次"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("委员"))
    board = models.CharField(_("委员会"), max_length=10, choices=Board)

    class Meta:
        verbose_name = _("评估委员")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "user"],
                name="organizations_seat_once",
                violation_error_message=_("一个人只能在一个委员会里。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}：{self.get_board_display()}"


def points(total: int | None) -> str:
    """8,265 → 82.65; empty for none."""
    return "" if total is None else f"{Decimal(total) / POINT:.2f}"
