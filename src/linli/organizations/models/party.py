"""Party units in social organizations, what they cover, their members, and the posts of the two committees."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import HashIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from linli.actors.models import Body
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import new_uid
from linli.core.audit.marks import Marked
from linli.core.privacy import keyed_hash, mask_id_number, mask_name, mask_phone
from linli.core.privacy.fields import EncryptedTextField
from linli.core.registers.search import search_column, token_index, tokens_of
from linli.core.words import Worded
from linli.core.workflow.models import CASE_MARKED
from linli.organizations.choices.party import (
    COVERING,
    THEME_DAY_MOST,
    PartyStage,
    SessionKind,
    SessionState,
    Standing,
    UnitKind,
    UnitState,
)
from linli.organizations.models.federation import FederationCase
from linli.organizations.models.register import Organization, WithOrganization

PARTY_FACETS = {
    "stage": ("stage", "choice"),
    "standing": ("standing", "choice"),
    "year": ("joined_on", "day"),
}


class PartyUnit(FederationCase):
    """A branch, a joint branch or a group: led by the community's Party organization, guided by the federation's.

    `words` says why it was suggested so; a person accepts, edits or refuses it, and the street approves. It lies in
    the community that leads it, so that this community's secretary sees it, too.
    """

    MARKED = (
        *CASE_MARKED,
        *("federation", "kind", "name", "words", "led_by", "secretary_name", "theme_day", "term_from", "term_to"),
        *("announce_on", "approved_on", "erased_at"),
    )
    SEARCH = ("number__contains", "federation__name__contains", "name__contains")

    state = models.CharField(_("状态"), max_length=10, choices=UnitState, default=UnitState.SUGGESTED)
    kind = models.CharField(_("组织形式"), max_length=10, choices=UnitKind)
    name = models.CharField(_("名称"), max_length=80)
    words = models.CharField(_("为什么这样设"), max_length=800)
    led_by = models.ForeignKey(Body, models.PROTECT, related_name="+", verbose_name=_("直接领导的党组织所在社区"))
    secretary_name = models.CharField(_("书记（组长、指导员）"), max_length=50, blank=True)
    theme_day = models.PositiveSmallIntegerField(_("主题党日固定在每月几号"), default=20)
    term_from = models.DateField(_("任期自"), null=True, blank=True)
    term_to = models.DateField(_("任期至"), null=True, blank=True, editable=False)
    announce_on = models.DateField(_("交办换届的日子"), null=True, blank=True, editable=False)
    approved_on = models.DateField(_("批准日期"), null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="personal values taken out")
    organizations = models.ManyToManyField(
        Organization, through="PartyCoverage", related_name="+", verbose_name=_("覆盖的组织")
    )

    class Meta:
        verbose_name = _("党组织")
        constraints = [
            models.CheckConstraint(
                name="organizations_unit_standing_whole",
                condition=~Q(state__in=[state.value for state in COVERING])
                | (
                    # What is empty is neither smaller nor larger: the database would let it pass.
                    Q(term_from__isnull=False, term_to__isnull=False, announce_on__isnull=False)
                    & Q(approved_on__isnull=False, term_to__gt=F("term_from"), announce_on__lte=F("term_to"))
                    & ~Q(secretary_name="")
                ),
                violation_error_message=_("设立的党组织要有书记和任期。"),
            ),
            # A day every month has.
            models.CheckConstraint(
                name="organizations_unit_theme_day",
                condition=Q(theme_day__range=(1, THEME_DAY_MOST)),
                violation_error_message=_("主题党日请定在 1 到 28 号，每个月都有这一天。"),
            ),
        ]
        indexes = [
            models.Index(OpClass("scope", "text_pattern_ops"), "state", name="organizations_unit_scope"),
            models.Index(fields=["federation", "state"], name="organizations_unit_of"),
        ]

    @property
    def place(self) -> str:
        """It lies where its leader lies."""
        return self.led_by.area.path

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return self.name

    @property
    def covered(self) -> list[Organization]:
        """The organizations it covers or is to cover, by name; of a unit that ended those it covered."""
        rows = PartyCoverage.objects.filter(unit=self).select_related("organization__area")
        rows = rows.filter(holds=True) if self.is_open else rows
        return [row.organization for row in rows.order_by("organization__name")]

    def snapshot(self) -> dict[str, Any]:
        """What is proposed."""
        return {
            "名称": self.name,
            "组织形式": self.get_kind_display(),
            "覆盖的组织": "、".join(one.name for one in self.covered),
            "书记（组长、指导员）": self.secretary_name,
            "主题党日": f"每月 {self.theme_day} 号",
            "任期自": str(self.term_from or ""),
            "为什么这样设": self.words,
        }


class PartyCoverage(Marked):
    """An organization in a unit. `holds` while the unit is proposed or stands: then it is in this one alone."""

    MARKED = ("unit", "organization", "holds")

    unit = models.ForeignKey(PartyUnit, models.CASCADE, related_name="coverage")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="party_coverage")
    holds = models.BooleanField(_("有效"), default=True)

    class Meta:
        verbose_name = _("党的组织覆盖")
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(holds=True),
                name="organizations_covered_once",
                violation_error_message=_("这家组织已经在另一个党组织里。"),
            ),
            models.UniqueConstraint(fields=["unit", "organization"], name="organizations_covered_once_a_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.unit.name}：{self.organization.name}"


class PartyMember(Marked, Worded):
    """A Party member in an organization, in three relations: belongs_to （组织关系）, managed_by （纳入管理） and
    reported_to （社区报到）. Nobody is in two branches: a number stands once among those who have not left, and
    `managed_by` is the one unit that covers the organization. Who left keeps the unit as it was, for the record.
    """

    TOKENS = tokens_of("scope", PARTY_FACETS)
    MARKED = (
        *("uid", "name", "id_number", "id_number_hash", "phone", "phone_hash", "stage", "organization", "belongs_to"),
        *("managed_by", "reported_to", "standing", "scope", "joined_on", "left_on", "created_at", "erased_at"),
    )

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    name = models.CharField(_("姓名"), max_length=50)
    id_number = EncryptedTextField(_("身份证号"), blank=True, default="")
    id_number_hash = models.CharField(max_length=64, blank=True, editable=False)
    phone = EncryptedTextField(_("手机号"), blank=True, default="")
    phone_hash = models.CharField(max_length=64, blank=True, editable=False)
    stage = models.CharField(_("党员类别"), max_length=12, choices=PartyStage, default=PartyStage.FULL)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="party_members", verbose_name=_("所在社会组织")
    )
    belongs_to = models.CharField(_("组织关系所在党组织"), max_length=80)
    managed_by = models.ForeignKey(
        PartyUnit, models.PROTECT, null=True, blank=True, related_name="members", verbose_name=_("纳入管理的党组织")
    )
    reported_to = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("报到的社区")
    )
    standing = models.CharField(_("纳入管理情况"), max_length=10, choices=Standing, default=Standing.UNMANAGED)
    scope = models.CharField(max_length=200, db_collation="C", editable=False)
    joined_on = models.DateField(_("纳入日期"), default=clock.today)
    left_on = models.DateField(_("转出日期"), null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="personal values taken out")
    search_text = search_column("uid")
    search_private = search_column("name")
    search_codes = search_column("uid")

    class Meta:
        verbose_name = _("党员")
        constraints = [
            models.UniqueConstraint(
                fields=["id_number_hash"],
                condition=Q(left_on__isnull=True) & ~Q(id_number_hash=""),
                name="organizations_party_member_once",
                violation_error_message=_("这名党员已经在另一个社会组织或党支部里，请先转出。"),
            ),
            models.CheckConstraint(
                name="organizations_party_member_days",
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("joined_on")),
            ),
            models.CheckConstraint(
                name="organizations_party_member_standing",
                condition=Q(standing="left", left_on__isnull=False)
                | Q(standing="managed", left_on__isnull=True, managed_by__isnull=False)
                | Q(standing="unmanaged", left_on__isnull=True, managed_by__isnull=True),
            ),
            # Without a number nobody could tell that somebody stands here twice.
            models.CheckConstraint(
                name="organizations_party_member_known",
                condition=Q(left_on__isnull=False) | ~Q(id_number_hash=""),
            ),
        ]
        indexes = [
            token_index("organizations_party_tokens", "scope", PARTY_FACETS),
            models.Index(
                fields=["scope"], name="organizations_party_in_area", include=["id", "stage", "joined_on", "standing"]
            ),
            HashIndex(fields=["id_number_hash"], name="organizations_party_id", condition=~Q(id_number_hash="")),
            HashIndex(fields=["phone_hash"], name="organizations_party_phone", condition=~Q(phone_hash="")),
        ]

    def __str__(self) -> str:
        return mask_name(self.name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep scope, standing and hashes in step."""
        self.scope = self.organization.scope
        held = Standing.MANAGED if self.managed_by is not None else Standing.UNMANAGED
        self.standing = held if self.left_on is None else Standing.LEFT
        self.id_number_hash = keyed_hash(self.id_number, "id_number") if self.id_number else ""
        self.phone_hash = keyed_hash(self.phone, "phone") if self.phone else ""
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """The page for its federation and street."""
        return reverse("organizations:party_member", args=[self.uid])

    @property
    def masked(self) -> str:
        """As a list shows the person: 陈*梅 138****2046."""
        return f"{mask_name(self.name)} {mask_phone(self.phone)}".strip()

    @property
    def id_masked(self) -> str:
        """4405**********0017."""
        return mask_id_number(self.id_number)


class CommitteePost(WithOrganization, Marked, Worded):
    """A member of a community's two committees （两委） holds a post in an organization, with approval."""

    MARKED = (
        *("uid", "organization", "scope", "person_name", "is_head", "approval", "held_from", "held_to"),
        *("created_at", "erased_at"),
    )

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="committee_posts", verbose_name=_("社会组织")
    )
    scope = models.CharField(max_length=200, db_collation="C", editable=False)
    person_name = models.CharField(_("两委成员姓名"), max_length=50)
    is_head = models.BooleanField(_("任会长或召集人"), default=False)
    approval = models.CharField(_("批准依据"), max_length=120)
    held_from = models.DateField(_("任职自"), default=clock.today)
    held_to = models.DateField(_("任职至"), null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="personal values taken out")

    class Meta:
        verbose_name = _("两委成员兼职")
        constraints = [
            models.CheckConstraint(
                name="organizations_committee_post_days",
                condition=Q(held_to__isnull=True) | Q(held_to__gte=F("held_from")),
                violation_error_message=_("卸任日期不能早于任职日期。"),
            ),
            models.CheckConstraint(
                name="organizations_committee_post_approved",
                condition=~Q(approval=""),
                violation_error_message=_("没有批准依据的不登记。"),
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(is_head=True, held_to__isnull=True),
                name="organizations_one_head_from_committee",
                violation_error_message=_("这家组织已经登记了一位两委成员任会长或召集人。"),
            ),
            models.UniqueConstraint(
                fields=["organization", "person_name"],
                condition=Q(held_to__isnull=True),
                name="organizations_committee_post_once",
                violation_error_message=_("这个人在这家组织的职务已经登记。"),
            ),
        ]
        indexes = [models.Index(fields=["scope"], name="organizations_committee_area")]

    def __str__(self) -> str:
        return f"{self.person_name}：{self.organization.name}"

    def get_absolute_url(self) -> str:
        """The organization in which it is held."""
        return self.organization.get_absolute_url()


class PartySession(FederationCase):
    """A regular meeting of a unit in one period. No photos: the day, how many came, about what."""

    MARKED = (
        *CASE_MARKED,
        *("federation", "party_unit", "kind", "period", "period_from", "due_on", "done_on", "present", "topic"),
    )
    SEARCH = ("number__contains", "party_unit__name__contains", "federation__name__contains")

    party_unit = models.ForeignKey(PartyUnit, models.PROTECT, related_name="sessions", verbose_name=_("党组织"))
    kind = models.CharField(_("哪一种"), max_length=10, choices=SessionKind)
    state = models.CharField(_("状态"), max_length=10, choices=SessionState, default=SessionState.OPEN)
    period = models.CharField(_("期次"), max_length=20)
    period_from = models.DateField(_("期次自"))
    due_on = models.DateField(_("应在这一天前召开"))
    done_on = models.DateField(_("召开日期"), null=True, blank=True)
    present = models.PositiveSmallIntegerField(_("到会党员"), null=True, blank=True)
    topic = models.CharField(_("主题"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("三会一课记录")
        constraints = [
            models.UniqueConstraint(
                fields=["party_unit", "kind", "period_from"], name="organizations_session_once_a_period"
            ),
            models.CheckConstraint(
                name="organizations_session_done_whole",
                condition=~Q(state="done")
                | Q(done_on__isnull=False, present__isnull=False, done_on__gte=F("period_from"), present__gte=1),
                violation_error_message=_("召开日期不能早于这一期，到会要有人。"),
            ),
            models.CheckConstraint(name="organizations_session_period", condition=Q(due_on__gte=F("period_from"))),
        ]
        indexes = [
            models.Index(OpClass("scope", "text_pattern_ops"), "state", name="organizations_session_scope"),
            models.Index(fields=["party_unit", "due_on"], name="organizations_session_due"),
        ]

    @property
    def place(self) -> str:
        """It lies where its unit lies."""
        return self.party_unit.scope

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return f"{self.party_unit.name}{self.period}{self.get_kind_display()}"

    @property
    def in_time(self) -> bool:
        """Whether it was held by the day it was due."""
        return self.done_on is not None and self.done_on <= self.due_on
