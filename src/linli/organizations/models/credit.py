"""Credit: what is known of an organization, and its entries on the two lists."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import DateField, DurationField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from linli.core import clock
from linli.core.access.models import new_uid
from linli.core.audit.marks import Marked
from linli.core.words import Worded
from linli.core.workflow.models import CASE_MARKED, Case
from linli.organizations.choices.credit import (
    CAUSES,
    LETTERS_APART,
    ON_LIST,
    Cause,
    CreditList,
    InfoKind,
    ListingState,
)
from linli.organizations.models.register import Organization, WithOrganization


def _days_after(field: str, days: int) -> Cast:
    later = ExpressionWrapper(
        F(field) + Value(dt.timedelta(days=days), output_field=DurationField()), output_field=models.DateTimeField()
    )
    return Cast(later, DateField())


class CreditInfo(WithOrganization, Marked, Worded):
    """One thing that is known: an inspection, a penalty, an annual report. It is withdrawn, never deleted."""

    MARKED = (
        *("uid", "organization", "scope", "kind", "title", "content", "source", "document", "happened_on"),
        *("entered_on", "entered_by", "withdrawn_on", "withdrawn_by", "withdrawn_reason"),
    )

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="credit_infos", verbose_name=_("社会组织")
    )
    scope = models.CharField(max_length=200, db_collation="C", editable=False)
    kind = models.CharField(_("信息类别"), max_length=10, choices=InfoKind)
    title = models.CharField(_("标题"), max_length=80)
    content = models.CharField(_("内容"), max_length=500, blank=True)
    source = models.CharField(_("作出机关"), max_length=80)
    document = models.CharField(_("文书号"), max_length=60, blank=True)
    happened_on = models.DateField(_("形成日期"))
    entered_on = models.DateField(_("归集日期"), default=clock.today, editable=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("归集人")
    )
    withdrawn_on = models.DateField(_("撤下日期"), null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    withdrawn_reason = models.CharField(_("撤下的理由"), max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = _("信用信息")
        constraints = [
            models.CheckConstraint(
                name="organizations_credit_info_happened",
                condition=Q(happened_on__lte=F("entered_on")),
                violation_error_message=_("形成日期不能在归集日期之后。"),
            ),
            models.CheckConstraint(
                name="organizations_credit_info_withdrawn_whole",
                condition=Q(withdrawn_on__isnull=True, withdrawn_by__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_on__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_reason="")),
            ),
            models.CheckConstraint(
                name="organizations_credit_info_not_basic",
                condition=~Q(kind="basic"),
                violation_error_message=_("基础信息就是名册内容，不另外录入。"),
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-happened_on", "-id"], name="organizations_credit_info_of"),
        ]

    def __str__(self) -> str:
        return self.title


class CreditListing(WithOrganization, Case):
    """An entry on a list: proposed, heard, decided, repaired and left."""

    FOUND_BY = "organization"
    MARKED = (
        *CASE_MARKED,
        *("organization", "credit_list", "cause", "facts", "document", "first_letter_on", "second_letter_on"),
        *("proposed_by", "decided_by", "listed_on", "released_on", "earliest_on", "asked_by", "removed_on"),
        "annulled",
    )

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="credit_listings", verbose_name=_("社会组织")
    )
    credit_list = models.CharField(_("名录"), max_length=10, choices=CreditList)
    cause = models.CharField(_("情形"), max_length=20, choices=Cause, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=ListingState, default=ListingState.DRAFT)
    facts = models.TextField(_("事实"), max_length=1000, blank=True)
    document = models.CharField(_("依据的文书"), max_length=120, blank=True)
    first_letter_on = models.DateField(_("第一次寄信"), null=True, blank=True)
    second_letter_on = models.DateField(_("第二次寄信"), null=True, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    listed_on = models.DateField(_("列入日期"), null=True, blank=True, editable=False)
    released_on = models.DateField(
        null=True,
        blank=True,
        editable=False,
        help_text="when the clock asks; only where nothing can be mended",
    )
    earliest_on = models.DateField(_("最早可移出"), null=True, blank=True, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    removed_on = models.DateField(_("移出日期"), null=True, blank=True, editable=False)
    annulled = models.BooleanField(_("列入有误"), default=False, editable=False)

    class Meta:
        verbose_name = _("信用名录")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "credit_list", "cause"],
                condition=~Q(state__in=["removed", "dropped", "withdrawn"]) & ~Q(cause=""),
                name="organizations_listing_once_for_a_cause",
                violation_error_message=_("同一情形已经提出或者在列，不用再提。"),
            ),
            models.CheckConstraint(
                name="organizations_listing_cause_of_its_list",
                condition=Q(cause="")
                | Q(credit_list="abnormal", cause__in=[cause.value for cause in CAUSES[CreditList.ABNORMAL]])
                | Q(credit_list="dishonest", cause__in=[cause.value for cause in CAUSES[CreditList.DISHONEST]]),
                violation_error_message=_("这个情形不属于这个名录。"),
            ),
            models.CheckConstraint(
                name="organizations_listing_sent_is_whole",
                condition=Q(state__in=["draft", "withdrawn"]) | ~Q(cause="") & ~Q(facts=""),
            ),
            models.CheckConstraint(
                name="organizations_listing_letters",
                condition=Q(state__in=["draft", "withdrawn"])
                | ~Q(cause="unreachable")
                | Q(
                    second_letter_on__gte=_days_after("first_letter_on", LETTERS_APART[0]),
                    second_letter_on__lte=_days_after("first_letter_on", LETTERS_APART[1]),
                    first_letter_on__isnull=False,
                    second_letter_on__isnull=False,
                ),
                violation_error_message=_("按住所联系不上的，要有相隔 20 到 60 天的两次寄信。"),
            ),
            models.CheckConstraint(
                name="organizations_listing_decided_by_another",
                condition=Q(decided_by=None) | Q(proposed_by=None) | ~Q(decided_by=F("proposed_by")),
                violation_error_message=_("提出和决定要由两个人办。"),
            ),
            models.CheckConstraint(
                name="organizations_listing_on_list_is_dated",
                condition=~Q(state__in=["listed", "repair", "removed"])
                | Q(listed_on__isnull=False, earliest_on__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="organizations_listing_not_removed_early",
                condition=~Q(state="removed")
                | Q(removed_on__isnull=False) & (Q(annulled=True) | Q(removed_on__gte=F("earliest_on"))),
                violation_error_message=_("还没到可以移出的日期。"),
            ),
        ]
        indexes = [
            models.Index(OpClass("scope", "text_pattern_ops"), "state", name="organizations_listing_scope"),
            models.Index(fields=["organization", "state"], name="organizations_listing_of"),
            models.Index(
                fields=["credit_list", "-listed_on", "-id"],
                condition=Q(state__in=[state.value for state in ON_LIST]),
                name="organizations_listing_public",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return f"{self.organization.name}列入{self.get_credit_list_display()}"

    @property
    def summary(self) -> str:
        """Where, and why."""
        area = self.organization.area
        return " · ".join(part for part in (area.full_name if area else "", self.get_cause_display()) if part)

    @property
    def public_number(self) -> str:
        """How every use of the entry names it."""
        return self.number or self.uid

    def snapshot(self) -> dict[str, Any]:
        """What was told to the organization, by label."""
        letters = [day.isoformat() for day in (self.first_letter_on, self.second_letter_on) if day]
        return {
            "名录": self.get_credit_list_display(),
            "情形": self.get_cause_display(),
            "事实": self.facts,
            "依据的文书": self.document,
            "两次寄信": "、".join(letters),
        }
