"""The grading of an organization, the sheets of its evaluators, the ballots about it, and the grades that stand."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import DateField, DurationField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from linli.core import clock
from linli.core.access.models import new_uid
from linli.core.audit.marks import Marked
from linli.core.words import Worded
from linli.core.workflow.models import CASE_MARKED, Case
from linli.organizations.choices.grading import (
    LEVELS,
    LONGEST_YEARS,
    SCHEMES,
    SCORES,
    Choice,
    EndCause,
    Indicator,
    Scheme,
    SchemeName,
)
from linli.organizations.choices.grading_case import COUNTED, SHEETS_OPEN, GradingState
from linli.organizations.choices.grading_sheet import SheetState
from linli.organizations.models.grading_round import BoardMember, GradingRound, of_a_hundred, points, score
from linli.organizations.models.register import Organization

_LEVEL = tuple(range(LEVELS + 1))
LONGEST = dt.timedelta(days=LONGEST_YEARS * 365 + 2)  # five years hold one or two 29 February


def _days_after(field: str, span: dt.timedelta) -> Cast:
    later = ExpressionWrapper(
        F(field) + Value(span, output_field=DurationField()), output_field=models.DateTimeField()
    )
    return Cast(later, DateField())


class Scored(models.Model):
    """A mark for each indicator."""

    score_basics = score(_("基础条件"))
    score_party = score(_("党建工作"))
    score_governance = score(_("内部治理"))
    score_work = score(_("工作绩效"))
    score_reputation = score(_("社会评价"))

    class Meta:
        abstract = True

    @property
    def is_scored(self) -> bool:
        """Whether each indicator has its mark."""
        return all(getattr(self, name) is not None for name in SCORES)

    @property
    def marks(self) -> dict[str, Any]:
        """Indicator in words → mark."""
        return {
            str(one.label): "" if getattr(self, name) is None else getattr(self, name)
            for one, name in zip(Indicator, SCORES, strict=True)
        }


class Grading(Scored, Case):
    """One organization in one round. `level` is what the ballot gave; the register follows when the notice is over.

    `seed` and `pool` say how the evaluators were drawn: whoever shuffles that pool by that seed gets the same order.
    """

    FOUND_BY = "organization"
    MARKED = (
        *CASE_MARKED,
        *("round", "organization", "scheme", "evidence", "seed", "pool", "sitting", "mean", "proposed"),
        *("members", "present", "in_favour", "level", "noticed_on", "answer_by", *SCORES),
    )
    SEARCH = ("number__contains", "organization__name__contains")

    round = models.ForeignKey(GradingRound, models.PROTECT, related_name="gradings", verbose_name=_("轮次"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="gradings", verbose_name=_("社会组织")
    )
    scheme = models.CharField(_("评什么"), max_length=6, choices=SchemeName, editable=False)
    state = models.CharField(_("状态"), max_length=10, choices=GradingState, default=GradingState.DRAFT)
    evidence = models.TextField(_("自评的依据"), max_length=3000, blank=True)
    seed = models.BigIntegerField(_("抽取的种子"), null=True, blank=True, editable=False)
    pool = models.JSONField(default=list, blank=True, editable=False, help_text="accounts that could be drawn")
    sitting = models.PositiveSmallIntegerField(_("第几次表决"), default=1, editable=False)
    mean = models.PositiveIntegerField(_("评审平均分"), null=True, blank=True, editable=False)
    proposed = models.PositiveSmallIntegerField(_("拟定等级"), default=0, editable=False)
    members = models.PositiveSmallIntegerField(_("全体委员"), default=0, editable=False)
    present = models.PositiveSmallIntegerField(_("到会"), default=0, editable=False)
    in_favour = models.PositiveSmallIntegerField(_("同意"), default=0, editable=False)
    level = models.PositiveSmallIntegerField(_("等级或星级"), default=0, editable=False)
    noticed_on = models.DateField(_("公示自"), null=True, blank=True, editable=False)
    answer_by = models.DateField(_("复核答复期限"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("组织评估")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "organization"],
                condition=~Q(state="withdrawn"),
                name="organizations_grading_once_a_round",
                violation_error_message=_("这家组织在这一轮里已经有一份申请。"),
            ),
            models.UniqueConstraint(
                fields=["organization", "scheme"],
                condition=~Q(state__in=["concluded", "refused", "withdrawn"]),
                name="organizations_grading_one_open",
                violation_error_message=_("这家组织有一份申请还没有结论。"),
            ),
            of_a_hundred("organizations_grading_scores"),
            models.CheckConstraint(
                name="organizations_grading_sent_is_whole",
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(*(Q(**{f"{name}__isnull": False}) for name in SCORES)) & ~Q(evidence=""),
            ),
            models.CheckConstraint(
                name="organizations_grading_drawn_by_a_seed",
                condition=~Q(state__in=["evaluation", *(state.value for state in SHEETS_OPEN)])
                | Q(seed__isnull=False),
            ),
            models.CheckConstraint(
                name="organizations_grading_counted",
                # Of all members at least two thirds were there, and nothing is given without more than half of all.
                condition=~Q(state__in=[state.value for state in COUNTED])
                | Q(members__gte=1, mean__isnull=False, noticed_on__isnull=False)
                & Q(present__lte=F("members"), in_favour__lte=F("present"))
                & Q(present__gte=2 * (F("members") - F("present")))
                & (Q(level=0) | Q(level=F("proposed"), in_favour__gt=F("members") - F("in_favour"))),
                violation_error_message=_("到会不足全体委员的三分之二，或者同意的没有超过全体委员的半数。"),
            ),
            models.CheckConstraint(
                name="organizations_grading_levels", condition=Q(level__in=_LEVEL, proposed__in=_LEVEL)
            ),
        ]
        indexes = [
            models.Index(OpClass("scope", "text_pattern_ops"), "state", name="organizations_grading_scope"),
            models.Index(fields=["state", "-id"], include=["scope"], name="organizations_grading_state"),
            models.Index(fields=["owner", "-id"], name="organizations_grading_owned"),
            models.Index(fields=["noticed_on", "id"], condition=Q(state="notice"), name="organizations_grade_notice"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """It lies where the organization lies, and is of its round's scheme."""
        self.scope, self.scheme = self.organization.scope, self.round.scheme
        super().save(*args, **kwargs)

    @property
    def of(self) -> Scheme:
        """Its scheme."""
        return SCHEMES[self.scheme]

    @property
    def officer_role(self) -> str:
        """Whose it is."""
        return self.of.officer.value

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return f"{self.organization.name} {self.round.year} 年度{self.get_scheme_display()}"

    @property
    def summary(self) -> str:
        """Where, and what came of it."""
        area = self.organization.area
        told = self.level_words if self.state in COUNTED else ""
        return " · ".join(part for part in (area.full_name if area else "", told) if part)

    @property
    def level_words(self) -> str:
        """What the ballot gave, in words."""
        return self.of.words(self.level)

    @property
    def proposed_words(self) -> str:
        """What the marks come to, in words."""
        return self.of.words(self.proposed)

    @property
    def mean_words(self) -> str:
        """The mean of the sheets: 82.65."""
        return points(self.mean)

    @property
    def self_words(self) -> str:
        """What the organization gives itself: 88.00."""
        return points(self.round.total_of(self)) if self.is_scored else ""

    @property
    def sheets_open(self) -> bool:
        """Whether the sheets may be read by others than who wrote them."""
        return self.state in SHEETS_OPEN

    @property
    def counted(self) -> bool:
        """Whether the ballot was counted."""
        return self.state in COUNTED

    @property
    def public_url(self) -> str:
        """The notice everybody may read."""
        return reverse("organizations:grading_notice", args=[self.uid])

    def snapshot(self) -> dict[str, Any]:
        """What the organization says of itself, by label."""
        return {**{f"自评：{label}": mark for label, mark in self.marks.items()}, "自评的依据": self.evidence}


class GradingSheet(Scored, Case):
    """What one evaluator gives one organization. `owner` is the evaluator; `place` the place in the draw."""

    MARKED = (*CASE_MARKED, "grading", "place", "declared", "remark", "total", "sent_on", *SCORES)
    SEARCH = ("number__contains", "grading__organization__name__contains")

    grading = models.ForeignKey(Grading, models.PROTECT, related_name="sheets", verbose_name=_("组织评估"))
    state = models.CharField(_("状态"), max_length=10, choices=SheetState, default=SheetState.DRAWN)
    place = models.PositiveSmallIntegerField(_("抽中的次序"), editable=False)
    declared = models.BooleanField(_("我和这家组织没有利害关系"), default=False)
    remark = models.TextField(_("评语"), max_length=1000, blank=True)
    total = models.PositiveIntegerField(_("总分"), null=True, blank=True, editable=False)
    sent_on = models.DateField(_("提交日期"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("评审评分")
        constraints = [
            models.UniqueConstraint(
                fields=["grading", "owner"],
                name="organizations_sheet_once",
                violation_error_message=_("这名评审已经抽中过这家组织。"),
            ),
            of_a_hundred("organizations_sheet_scores"),
            models.CheckConstraint(
                name="organizations_sheet_sent_is_whole",
                condition=~Q(state__in=["sent", "taken"])
                | Q(*(Q(**{f"{name}__isnull": False}) for name in SCORES))
                & Q(total__isnull=False, sent_on__isnull=False, declared=True)
                & ~Q(remark=""),
                violation_error_message=_("五项都要打分，写评语，并声明没有利害关系。"),
            ),
            models.CheckConstraint(
                name="organizations_sheet_is_somebodys", condition=Q(owner__isnull=False, entered_by__isnull=True)
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-id"], name="organizations_sheet_owned"),
            models.Index(fields=["grading", "place"], name="organizations_sheet_of"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """It lies where the organization lies."""
        self.scope = self.grading.scope
        super().save(*args, **kwargs)

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return f"{self.grading.organization.name}{self.grading.get_scheme_display()}评分"

    @property
    def summary(self) -> str:
        """In which round."""
        return f"{self.grading.round.year} 年度"

    @property
    def total_words(self) -> str:
        """82.65."""
        return points(self.total)

    def snapshot(self) -> dict[str, Any]:
        """The marks and the words, by label."""
        return {**self.marks, "评语": self.remark, "没有利害关系": "已声明" if self.declared else ""}


class GradingVote(Marked, Worded):
    """What one member said in one sitting: named, and never changed."""

    MARKED = ("grading", "member", "sitting", "choice", "words", "cast_at")

    grading = models.ForeignKey(Grading, models.PROTECT, related_name="votes", verbose_name=_("组织评估"))
    member = models.ForeignKey(BoardMember, models.PROTECT, related_name="votes", verbose_name=_("委员"))
    sitting = models.PositiveSmallIntegerField(_("第几次表决"), default=1)
    choice = models.CharField(_("表决"), max_length=8, choices=Choice)
    words = models.CharField(_("意见"), max_length=300, blank=True)
    cast_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("记名表决")
        constraints = [
            models.UniqueConstraint(
                fields=["grading", "member", "sitting"],
                name="organizations_vote_once",
                violation_error_message=_("一个人一次只投一票。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.choice}"


class HeldGrade(Marked, Worded):
    """A grade, or stars, given from a day to a day. The register shows the one that stands; all are kept.

    One that comes from a paper of before the platform is entered with its document, never when it is over.
    """

    MARKED = (
        *("uid", "number", "organization", "scope", "scheme", "level", "granted_on", "valid_until", "ended_on"),
        *("ended_by", "grading", "document", "entered_by", "entered_on"),
    )

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    number = models.CharField(_("编号"), max_length=40, blank=True)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="held_grades", verbose_name=_("社会组织")
    )
    scope = models.CharField(max_length=200, db_collation="C", editable=False)
    scheme = models.CharField(_("评什么"), max_length=6, choices=SchemeName)
    level = models.PositiveSmallIntegerField(_("等级或星级"))
    granted_on = models.DateField(_("评定日期"))
    valid_until = models.DateField(_("有效期至"))
    ended_on = models.DateField(_("失效日期"), null=True, blank=True)
    ended_by = models.CharField(_("失效原因"), max_length=10, choices=EndCause, blank=True)
    grading = models.ForeignKey(
        Grading, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("组织评估")
    )
    document = models.CharField(_("依据的文书"), max_length=120, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    entered_on = models.DateField(_("录入日期"), default=clock.today, editable=False)

    class Meta:
        verbose_name = _("等级证书")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "scheme"],
                condition=Q(ended_on__isnull=True),
                name="organizations_grade_held_once",
                violation_error_message=_("这家组织已经有一个有效的等级。"),
            ),
            models.CheckConstraint(
                name="organizations_grade_five_years",
                condition=Q(valid_until__gt=F("granted_on"), valid_until__lte=_days_after("granted_on", LONGEST)),
                violation_error_message=_("等级最长有效五年。"),
            ),
            models.CheckConstraint(
                name="organizations_grade_not_expired",
                condition=Q(entered_on__gte=F("granted_on"), entered_on__lte=F("valid_until")),
                violation_error_message=_("评定满五年的等级已经失效，不能再用。"),
            ),
            models.CheckConstraint(
                name="organizations_grade_ended_whole",
                condition=Q(ended_on__isnull=True, ended_by="")
                | Q(ended_on__isnull=False, ended_on__gte=F("granted_on")) & ~Q(ended_by=""),
            ),
            models.CheckConstraint(
                name="organizations_grade_has_source", condition=Q(grading__isnull=False) | ~Q(document="")
            ),
            models.CheckConstraint(
                name="organizations_grade_of_levels", condition=Q(level__gte=1, level__lte=LEVELS)
            ),
        ]
        indexes = [
            models.Index(OpClass("scope", "text_pattern_ops"), name="organizations_grade_scope"),
            models.Index(fields=["scheme", "-level", "-granted_on", "-id"], name="organizations_grade_public"),
            models.Index(
                fields=["valid_until"], condition=Q(ended_on__isnull=True), name="organizations_grade_standing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.words}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """It lies where the organization lies."""
        self.scope = self.organization.scope
        super().save(*args, **kwargs)

    @property
    def of(self) -> Scheme:
        """Its scheme."""
        return SCHEMES[self.scheme]

    @property
    def words(self) -> str:
        """3A, or 三星."""
        return self.of.words(self.level)

    @property
    def stands(self) -> bool:
        """Whether it holds today, whether or not the night has looked at it yet."""
        return self.ended_on is None and clock.today() <= self.valid_until

    def get_absolute_url(self) -> str:
        """The page everybody may read; it prints as the certificate."""
        return reverse("organizations:grade", args=[self.uid])
