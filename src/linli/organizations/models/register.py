"""The register of organizations and the cases that change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.indexes import HashIndex, OpClass
from django.core.validators import MaxValueValidator, MinLengthValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from linli.areas.choices import Datum
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import new_uid
from linli.core.audit.marks import Marked
from linli.core.privacy import keyed_hash, mask_id_number, mask_name, mask_phone
from linli.core.privacy.fields import EncryptedTextField
from linli.core.registers.search import search_column, token_index, tokens_of
from linli.core.words import Worded
from linli.core.workflow.models import CASE_MARKED, Case, indexes_of_figures, indexes_of_lists
from linli.organizations.choices.filing import (
    AmendmentKind,
    AmendmentState,
    FilingState,
    Kind,
    LegalStatus,
    NationalKind,
)
from linli.organizations.models.states import STATE_CONSTRAINTS, STATE_FIELDS, States


class WithOrganization(models.Model):
    """Something of an organization lies where the organization lies; it has a `scope` and an `organization`."""

    if TYPE_CHECKING:
        scope: models.CharField[str, str]
        organization: models.ForeignKey[Organization, Organization]

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The scope is the organization's."""
        self.scope = self.organization.scope
        super().save(*args, **kwargs)


class Profile(Marked, Worded):
    """What is known of an organization, on the register and in an application alike: typed once, carried over."""

    name = models.CharField(_("名称"), max_length=60, blank=True, validators=[MinLengthValidator(3)])
    kind = models.CharField(_("类别"), max_length=10, choices=Kind, blank=True)
    national_kind = models.CharField(_("全国分类"), max_length=10, choices=NationalKind, blank=True)
    purpose = models.TextField(_("宗旨和活动内容"), max_length=500, blank=True)
    area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("所在社区")
    )
    address = models.CharField(_("活动场所"), max_length=120, blank=True)
    lng = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    datum = models.CharField(_("坐标系"), max_length=8, choices=Datum, blank=True)
    point_source = models.CharField(_("坐标来源"), max_length=40, blank=True)
    member_count = models.PositiveIntegerField(
        _("成员人数"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100_000)]
    )
    party_member_count = models.PositiveIntegerField(_("其中党员人数"), null=True, blank=True)
    leader_name = models.CharField(_("负责人姓名"), max_length=50, blank=True)
    leader_id_number = EncryptedTextField(_("负责人身份证号"), blank=True, default="")
    leader_id_hash = models.CharField(max_length=64, blank=True, editable=False)
    leader_phone = EncryptedTextField(_("负责人手机号"), blank=True, default="")
    leader_phone_hash = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the look-up hashes in step with the encrypted fields."""
        self.leader_id_hash = keyed_hash(self.leader_id_number, "id_number") if self.leader_id_number else ""
        self.leader_phone_hash = keyed_hash(self.leader_phone, "phone") if self.leader_phone else ""
        super().save(*args, **kwargs)

    @property
    def leader_masked(self) -> str:
        """The person in charge as others may read the name: 陈*梅."""
        return mask_name(self.leader_name)

    @property
    def leader_phone_masked(self) -> str:
        """138****2046."""
        return mask_phone(self.leader_phone)

    @property
    def leader_id_masked(self) -> str:
        """4405**********0017."""
        return mask_id_number(self.leader_id_number)


PROFILE_FIELDS = tuple(field.name for field in Profile._meta.local_fields if not field.name.endswith("_hash"))
_PROFILE_MARKED = (*PROFILE_FIELDS, "leader_id_hash", "leader_phone_hash")
_POINT_WHOLE = Q(lng__isnull=True, lat__isnull=True) | (
    Q(lng__isnull=False, lat__isnull=False) & ~Q(datum="") & ~Q(point_source="")
)


# What the register is counted and filtered by: facet → (column, kind); registers.py declares the same facets.
FACETS = {
    "kind": ("kind", "choice"),
    "national_kind": ("national_kind", "choice"),
    "legal_status": ("legal_status", "choice"),
    "year": ("filed_on", "day"),
}
CASE_FACETS = {"state": ("state", "choice")}
FACET_COLUMNS = ["kind", "national_kind", "legal_status", "owner"]


_MARKED_AT_FIRST = (
    *_PROFILE_MARKED,
    *("uid", "number", "uscc", "scope", "legal_status", "owner", "founded_on", "filed_on", "ended_on"),
)


# Their names are the district's own （乡贤参事社， elsewhere 参事会）; what they have in common is in the name.
NAMED_AS_HUB = Q(name__contains="乡贤") | Q(name__contains="社会组织服务中心")


class Organization(Profile, States):
    """A community social organization on the register. Only actions of cases change it."""

    TOKENS = tokens_of("scope", FACETS)

    MARKED = (*_MARKED_AT_FIRST, *STATE_FIELDS, "registered_on")
    MARKED_BEFORE = (_MARKED_AT_FIRST, (*_MARKED_AT_FIRST, *STATE_FIELDS))

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    number = models.CharField(_("备案编号"), max_length=40, unique=True, null=True, blank=True)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    scope = models.CharField(max_length=200, db_collation="C", editable=False)
    legal_status = models.CharField(_("法律状态"), max_length=20, choices=LegalStatus, default=LegalStatus.FILED)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("负责人账号"),
    )
    founded_on = models.DateField(_("成立日期"), null=True, blank=True)
    filed_on = models.DateField(_("备案日期"), null=True, blank=True)
    registered_on = models.DateField(_("登记日期"), null=True, blank=True)
    ended_on = models.DateField(_("终止日期"), null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="personal values taken out")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    search_text = search_column("name", "address")
    search_private = search_column("leader_name")
    search_codes = search_column("number", "uscc")

    class Meta:
        verbose_name = _("社会组织")
        constraints = [
            models.UniqueConstraint(
                fields=["name", "area"],
                condition=Q(legal_status__in=["filed", "registering", "registered", "liquidating"]),
                name="organizations_name_once_in_a_community",
            ),
            models.CheckConstraint(
                name="organizations_filed_has_number",
                condition=~Q(legal_status="filed") | Q(number__isnull=False, filed_on__isnull=False),
            ),
            models.CheckConstraint(
                name="organizations_ended_after_filed",
                condition=Q(ended_on__isnull=True) | Q(filed_on__isnull=True) | Q(ended_on__gte=F("filed_on")),
            ),
            models.CheckConstraint(name="organizations_point_whole", condition=_POINT_WHOLE),
            models.CheckConstraint(
                name="organizations_registered_is_not_cancelled",
                condition=~Q(legal_status="filing_cancelled") | Q(registered_on__isnull=True),
                violation_error_message=_("已经登记的组织不能注销备案，要走注销登记。"),
            ),
            *STATE_CONSTRAINTS,
        ]
        indexes = [
            token_index("organizations_tokens", "scope", FACETS),
            # An area's rows with all that a list is sorted and filtered by, so that none is fetched to be left out.
            models.Index(
                fields=["scope"], name="organizations_in_area", include=["id", "name", "filed_on", *FACET_COLUMNS]
            ),
            models.Index(fields=["name", "id"], name="organizations_by_name"),
            models.Index(
                F("filed_on").desc(nulls_last=True),
                F("id").desc(),
                name="organizations_by_filed_on",
                include=["scope", "name", *FACET_COLUMNS],
            ),
            # What figures count of those that ended, and of the few that bear a grade, stars or a name that tells.
            models.Index(
                fields=["ended_on", "id"],
                name="organizations_ended",
                include=["scope"],
                condition=Q(ended_on__isnull=False),
            ),
            models.Index(
                F("registered_on").desc(nulls_last=True),
                F("id").desc(),
                name="organizations_graded",
                include=["scope", "grade"],
                condition=~Q(grade=""),
            ),
            models.Index(
                F("filed_on").desc(nulls_last=True),
                F("id").desc(),
                name="organizations_starred",
                include=["scope", "stars"],
                condition=Q(stars__isnull=False),
            ),
            models.Index(
                F("filed_on").desc(nulls_last=True),
                F("id").desc(),
                name="organizations_hubs",
                include=["scope"],
                condition=NAMED_AS_HUB,
            ),
            models.Index(fields=["lat", "lng"], name="organizations_by_point", include=["datum", "scope"]),
            HashIndex(fields=["leader_id_hash"], name="organizations_leader_id", condition=~Q(leader_id_hash="")),
            HashIndex(
                fields=["leader_phone_hash"], name="organizations_leader_phone", condition=~Q(leader_phone_hash="")
            ),
            models.Index(fields=["uscc"], condition=~Q(uscc=""), name="organizations_uscc"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the scope in step with the area, which says whether it is urban or rural where nobody did."""
        if self.area is not None:
            self.scope = self.area.path
            self.urban_rural = self.urban_rural or self.area.urban_rural
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """The officers' page; the public one is `public_url`."""
        return reverse("organizations:record", args=[self.uid])

    @property
    def public_url(self) -> str:
        """The page every visitor may read; what the QR code opens."""
        return reverse("organizations:public", args=[self.uid])


class Filing(Profile, Case):
    """An application to be filed: from a draft on a phone to a number on the register."""

    TOKENS = tokens_of("scope", CASE_FACETS)
    MARKED = (
        *_PROFILE_MARKED,
        *CASE_MARKED,
        *("founders", "consented_at", "publicity_from", "publicity_to", "organization"),
    )

    state = models.CharField(_("状态"), max_length=20, choices=FilingState, default=FilingState.DRAFT)
    founders = EncryptedTextField(_("发起人名单"), blank=True, default="")
    consented_at = models.DateTimeField(_("同意个人信息处理"), null=True, blank=True)
    publicity_from = models.DateField(_("公示自"), null=True, blank=True)
    publicity_to = models.DateField(_("公示至"), null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="personal values taken out")
    organization = models.OneToOneField(
        Organization, models.PROTECT, null=True, blank=True, related_name="filing", verbose_name=_("社会组织")
    )
    search_text = search_column("name")
    search_private = search_column("leader_name")
    search_codes = search_column("number")

    class Meta:
        verbose_name = _("备案申请")
        constraints = [
            models.CheckConstraint(
                name="organizations_filed_filing_has_organization",
                condition=~Q(state="filed") | Q(organization__isnull=False),
            ),
            models.CheckConstraint(
                name="organizations_sent_filing_has_place",
                condition=Q(state__in=["draft", "withdrawn"]) | Q(area__isnull=False) & ~Q(name=""),
            ),
            models.CheckConstraint(name="organizations_filing_point_whole", condition=_POINT_WHOLE),
        ]
        indexes = [
            token_index("organizations_filing_tokens", "scope", CASE_FACETS),
            models.Index(OpClass("scope", "text_pattern_ops"), "state", name="organizations_filing_scope"),
            models.Index(fields=["owner", "-id"], name="organizations_filing_owned"),
            models.Index(fields=["entered_by", "-id"], name="organizations_filing_entered"),
            models.Index(fields=["-id"], include=["scope", "state"], name="organizations_filing_newest"),
            models.Index(fields=["state", "-id"], include=["scope"], name="organizations_filing_state"),
            models.Index(
                fields=["publicity_to", "id"], condition=Q(state="publicity"), name="organizations_filing_notice"
            ),
            *indexes_of_figures("organizations_filing"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the scope in step with the area."""
        self.scope = self.area.path if self.area is not None else ""
        super().save(*args, **kwargs)

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return f"{self.name or '未命名的组织'}申请备案"

    @property
    def summary(self) -> str:
        """Where, and what kind."""
        place = self.area.full_name if self.area is not None else "还没选社区"
        return " · ".join(part for part in (place, f"{self.get_kind_display()}类" if self.kind else "") if part)

    @property
    def founder_names(self) -> list[str]:
        """The founders, one a line as typed."""
        return [line.strip() for line in self.founders.splitlines() if line.strip()]

    @property
    def founders_masked(self) -> list[str]:
        """The founders as others may read the names."""
        return [mask_name(name) for name in self.founder_names]

    def snapshot(self) -> dict[str, Any]:
        """What the applicant wrote, by label, personal values masked."""
        return {
            "名称": self.name,
            "类别": self.get_kind_display(),
            "全国分类": self.get_national_kind_display(),
            "宗旨和活动内容": self.purpose,
            "所在社区": self.area.full_name if self.area is not None else "",
            "活动场所": self.address,
            "负责人姓名": self.leader_masked,
            "负责人身份证号": self.leader_id_masked,
            "负责人手机号": self.leader_phone_masked,
            "发起人": f"{len(self.founder_names)} 人：{'、'.join(self.founders_masked)}" if self.founders else "",
            "成员人数": self.member_count or "",
            "其中党员人数": "" if self.party_member_count is None else self.party_member_count,
        }


class Amendment(WithOrganization, Case):
    """A change of a filed organization: name, person in charge, venue, or the end of its filing."""

    FOUND_BY = "organization"
    MARKED = (
        *CASE_MARKED,
        *("organization", "kind", "cause", "new_name", "new_leader_name", "new_leader_id_number"),
        *("new_leader_phone", "new_area", "new_address", "settlement", "before"),
    )

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="amendments", verbose_name=_("社会组织")
    )
    kind = models.CharField(_("事项"), max_length=10, choices=AmendmentKind)
    state = models.CharField(_("状态"), max_length=20, choices=AmendmentState, default=AmendmentState.DRAFT)
    cause = models.TextField(_("变更原因"), max_length=300, blank=True)
    new_name = models.CharField(_("新名称"), max_length=60, blank=True, validators=[MinLengthValidator(3)])
    new_leader_name = models.CharField(_("新负责人姓名"), max_length=50, blank=True)
    new_leader_id_number = EncryptedTextField(_("新负责人身份证号"), blank=True, default="")
    new_leader_phone = EncryptedTextField(_("新负责人手机号"), blank=True, default="")
    new_area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("新所在社区")
    )
    new_address = models.CharField(_("新活动场所"), max_length=120, blank=True)
    settlement = models.TextField(_("财产和未了事务的处理"), max_length=300, blank=True)
    before = models.JSONField(default=dict, editable=False, help_text="what the register said, masked")
    erased_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="personal values taken out")

    class Meta:
        verbose_name = _("变更与注销")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind"],
                condition=~Q(state__in=["done", "refused", "withdrawn"]),
                name="organizations_one_open_amendment_of_a_kind",
            )
        ]
        indexes = [*indexes_of_lists("organizations_amend"), *indexes_of_figures("organizations_amend")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return f"{self.organization.name}{self.get_kind_display()}"

    @property
    def summary(self) -> str:
        """Where, and what the change is."""
        area = self.organization.area
        return " · ".join(part for part in (area.full_name if area else "", self.change_in_words) if part)

    @property
    def change_in_words(self) -> str:
        """From what to what, personal values masked."""
        match self.kind:
            case AmendmentKind.NAME:
                return f"改为“{self.new_name}”" if self.new_name else ""
            case AmendmentKind.LEADER:
                return f"改为 {mask_name(self.new_leader_name)}" if self.new_leader_name else ""
            case AmendmentKind.ADDRESS:
                return f"改到 {self.new_address}" if self.new_address else ""
        return "终止活动，注销备案"

    def snapshot(self) -> dict[str, Any]:
        """What the applicant wrote, by label, personal values masked."""
        said: dict[str, Any] = {"变更原因": self.cause}
        match self.kind:
            case AmendmentKind.NAME:
                said["新名称"] = self.new_name
            case AmendmentKind.LEADER:
                said |= {
                    "新负责人姓名": mask_name(self.new_leader_name),
                    "新负责人身份证号": mask_id_number(self.new_leader_id_number),
                    "新负责人手机号": mask_phone(self.new_leader_phone),
                }
            case AmendmentKind.ADDRESS:
                said |= {
                    "新所在社区": self.new_area.full_name if self.new_area else "",
                    "新活动场所": self.new_address,
                }
            case _:
                said["财产和未了事务的处理"] = self.settlement
        return said
