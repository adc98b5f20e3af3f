"""Members of federations, the matters decided about them, and enquiries of outside organizations."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import HashIndex, OpClass
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from linli.core import clock
from linli.core.access.models import new_uid
from linli.core.audit.marks import Marked
from linli.core.privacy import keyed_hash, mask_name, mask_phone
from linli.core.privacy.fields import EncryptedTextField
from linli.core.registers.search import search_column, token_index, tokens_of
from linli.core.words import Worded
from linli.core.workflow.models import CASE_MARKED
from linli.organizations.choices.membership import (
    EnquiryState,
    MemberKind,
    MembershipKind,
    MembershipState,
    MemberStatus,
    Resource,
)
from linli.organizations.models.federation import Federation, FederationCase
from linli.organizations.models.register import Organization

MEMBER_FACETS = {"kind": ("kind", "choice"), "status": ("status", "choice"), "year": ("joined_on", "day")}
MATTER_FACETS = {"state": ("state", "choice")}


class Contact(models.Model):
    """Whom to call; the phone is encrypted."""

    contact_name = models.CharField(_("联系人"), max_length=50, blank=True)
    contact_phone = EncryptedTextField(_("联系电话"), blank=True, default="")
    contact_phone_hash = models.CharField(max_length=64, blank=True, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="personal values taken out")

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the look-up hash in step with the encrypted field."""
        self.contact_phone_hash = keyed_hash(self.contact_phone, "phone") if self.contact_phone else ""
        super().save(*args, **kwargs)

    @property
    def contact_masked(self) -> str:
        """The contact as others may read it: 陈*梅 138****2046."""
        return f"{mask_name(self.contact_name)} {mask_phone(self.contact_phone)}".strip()


CONTACT_MARKED = ("contact_name", "contact_phone", "contact_phone_hash", "erased_at")


class Member(Contact, Marked, Worded):
    """A member of a federation. Only decided matters change it."""

    TOKENS = tokens_of("scope", MEMBER_FACETS)
    MARKED = (
        *("uid", "number", "federation", "kind", "organization", "name", "scope", "owner", "status", "joined_on"),
        *("left_on", "created_at", *CONTACT_MARKED),
    )

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    number = models.CharField(_("会员编号"), max_length=40, unique=True)
    federation = models.ForeignKey(Federation, models.PROTECT, related_name="members", verbose_name=_("联合会"))
    kind = models.CharField(_("会员类别"), max_length=12, choices=MemberKind)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name=_("社会组织")
    )
    name = models.CharField(_("名称或姓名"), max_length=60)
    scope = models.CharField(max_length=200, db_collation="C", editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("会员账号")
    )
    status = models.CharField(_("会员状态"), max_length=10, choices=MemberStatus, default=MemberStatus.ACTIVE)
    joined_on = models.DateField(_("入会日期"))
    left_on = models.DateField(_("退会日期"), null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    search_text = search_column("name")
    search_private = search_column("contact_name")
    search_codes = search_column("number")

    class Meta:
        verbose_name = _("联合会会员")
        constraints = [
            models.UniqueConstraint(
                fields=["federation", "organization"],
                condition=~Q(status="left"),
                name="organizations_member_once",
                violation_error_message=_("这家组织已经是会员。"),
            ),
            models.UniqueConstraint(
                fields=["federation", "kind", "name"],
                condition=~Q(status="left") & ~Q(kind="organization"),
                name="organizations_member_name_once",
                violation_error_message=_("同名的会员已经在册。"),
            ),
            models.CheckConstraint(
                name="organizations_member_of_its_kind",
                condition=Q(kind="organization", organization__isnull=False)
                | (~Q(kind="organization") & Q(organization__isnull=True)),
            ),
            models.CheckConstraint(
                name="organizations_member_left_has_day",
                condition=Q(status="left", left_on__gte=F("joined_on"))
                | (~Q(status="left") & Q(left_on__isnull=True)),
            ),
        ]
        indexes = [
            token_index("organizations_member_tokens", "scope", MEMBER_FACETS),
            models.Index(
                fields=["scope"],
                name="organizations_member_in_area",
                include=["id", "name", "joined_on", "kind", "status", "owner"],
            ),
            models.Index(fields=["name", "id"], name="organizations_member_by_name"),
            models.Index(
                F("joined_on").desc(nulls_last=True),
                F("id").desc(),
                name="organizations_member_by_joined",
                include=["scope", "name", "kind", "status", "owner"],
            ),
            models.Index(fields=["federation", "status", "kind"], name="organizations_member_counted"),
            models.Index(
                fields=["left_on"],
                name="organizations_member_left",
                include=["scope", "kind"],
                condition=Q(left_on__isnull=False),
            ),
            HashIndex(
                fields=["contact_phone_hash"], name="organizations_member_phone", condition=~Q(contact_phone_hash="")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A member lies in its community when that is the federation's, else in the street."""
        own = self.organization.scope if self.organization is not None else ""
        self.scope = own if own.startswith(self.federation.scope) else self.federation.scope
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("organizations:member", args=[self.uid])


class Membership(Contact, FederationCase):
    """A matter about a member: joining, leaving, a warning, suspension, restoring, expulsion."""

    MARKED = (
        *CASE_MARKED,
        *("federation", "kind", "member", "member_kind", "organization", "name", "intro", "cause", "consented_at"),
        *("met_on", "entitled", "present", "in_favour", *CONTACT_MARKED),
    )
    SEARCH = ("number__contains", "federation__name__contains", "name__contains")
    TOKENS = tokens_of("scope", MATTER_FACETS)

    kind = models.CharField(_("事项"), max_length=10, choices=MembershipKind, default=MembershipKind.JOIN)
    state = models.CharField(_("状态"), max_length=10, choices=MembershipState, default=MembershipState.DRAFT)
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="matters", verbose_name=_("会员")
    )
    member_kind = models.CharField(_("会员类别"), max_length=12, choices=MemberKind, blank=True)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("社会组织")
    )
    name = models.CharField(_("名称或姓名"), max_length=60, blank=True, validators=[MinLengthValidator(2)])
    intro = models.CharField(_("简介和能做的事"), max_length=500, blank=True)
    cause = models.CharField(_("事由"), max_length=300, blank=True)
    consented_at = models.DateTimeField(_("同意个人信息处理"), null=True, blank=True)
    met_on = models.DateField(_("理事会日期"), null=True, blank=True)
    entitled = models.PositiveSmallIntegerField(_("应到理事"), null=True, blank=True)
    present = models.PositiveSmallIntegerField(_("实到理事"), null=True, blank=True)
    in_favour = models.PositiveSmallIntegerField(_("赞成"), null=True, blank=True)
    search_text = search_column("name")
    search_private = search_column("contact_name")
    search_codes = search_column("number")

    class Meta:
        verbose_name = _("会员事项")
        constraints = [
            models.CheckConstraint(
                name="organizations_membership_of_its_kind",
                condition=Q(kind="join") | Q(member__isnull=False),
            ),
            models.CheckConstraint(
                name="organizations_membership_sent_is_whole",
                condition=Q(state__in=["draft", "withdrawn"]) | (~Q(name="") & ~Q(member_kind="")),
            ),
            models.CheckConstraint(
                name="organizations_membership_passed_by_council",
                condition=~Q(state="done")
                | Q(kind="leave")
                | Q(
                    met_on__isnull=False,
                    in_favour__gte=1,
                    in_favour__lte=F("present"),
                    present__lte=F("entitled"),
                ),
                violation_error_message=_("理事会的到会和赞成人数对不上。"),
            ),
            models.UniqueConstraint(
                fields=["federation", "organization"],
                condition=Q(kind="join", state__in=["draft", "review", "council", "mend"]),
                name="organizations_joining_once",
                violation_error_message=_("这家组织的入会申请正在办。"),
            ),
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(state__in=["draft", "review", "council", "mend"]),
                name="organizations_member_one_matter",
                violation_error_message=_("这个会员有一件事项正在办，请先办完。"),
            ),
        ]
        indexes = [
            token_index("organizations_matter_tokens", "scope", MATTER_FACETS),
            models.Index(OpClass("scope", "text_pattern_ops"), "state", name="organizations_membership_scope"),
            models.Index(fields=["owner", "-id"], name="organizations_membership_owned"),
            models.Index(fields=["entered_by", "-id"], name="organizations_membership_enter"),
            models.Index(fields=["-id"], include=["scope", "state"], name="organizations_membership_new"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """As the inbox row says it; the name of a person is masked."""
        return f"{self.shown_name or '（未填名称）'}{self.get_kind_display()}"

    @property
    def shown_name(self) -> str:
        """The name as a list may show it before the person is a member."""
        is_person = self.member_kind == MemberKind.PERSON and self.kind == MembershipKind.JOIN
        return mask_name(self.name) if is_person else self.name

    def snapshot(self) -> dict[str, Any]:
        """What was asked for, by label, personal values masked."""
        said = {"事项": self.get_kind_display(), "会员类别": self.get_member_kind_display(), "名称": self.shown_name}
        if self.kind != MembershipKind.JOIN:
            return said | {"事由": self.cause}
        return said | {"简介和能做的事": self.intro, "联系人": self.contact_masked}


class Enquiry(Contact, FederationCase):
    """An outside organization looks for the street's resources; it may have no account."""

    MARKED = (
        *CASE_MARKED,
        *("federation", "name", "registered_with", "resource", "want", "consented_at", *CONTACT_MARKED),
    )
    SEARCH = ("number__contains", "federation__name__contains", "name__contains")
    TOKENS = tokens_of("scope", MATTER_FACETS)

    state = models.CharField(_("状态"), max_length=10, choices=EnquiryState, default=EnquiryState.DRAFT)
    name = models.CharField(_("你们的名称"), max_length=60, validators=[MinLengthValidator(3)])
    registered_with = models.CharField(_("在哪里登记或备案"), max_length=60, blank=True)
    resource = models.CharField(_("想要哪类资源"), max_length=12, choices=Resource)
    want = models.CharField(_("想做什么，需要什么"), max_length=500, validators=[MinLengthValidator(5)])
    consented_at = models.DateTimeField(_("同意个人信息处理"), null=True, blank=True)
    search_text = search_column("name", "want")
    search_private = search_column("contact_name")
    search_codes = search_column("number")

    class Meta:
        verbose_name = _("资源对接")
        indexes = [
            token_index("organizations_enquiry_tokens", "scope", MATTER_FACETS),
            models.Index(OpClass("scope", "text_pattern_ops"), "state", name="organizations_enquiry_scope"),
            models.Index(fields=["owner", "-id"], name="organizations_enquiry_owned"),
            models.Index(fields=["entered_by", "-id"], name="organizations_enquiry_entered"),
            models.Index(fields=["-id"], include=["scope", "state"], name="organizations_enquiry_newest"),
            HashIndex(
                fields=["contact_phone_hash"], name="organizations_enquiry_phone", condition=~Q(contact_phone_hash="")
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return f"{self.name}对接{self.get_resource_display()}"

    @property
    def tracking_url(self) -> str:
        """The page on which somebody without an account reads the answer."""
        return reverse("organizations:enquiry", args=[self.uid])

    def snapshot(self) -> dict[str, Any]:
        """What is looked for, by label."""
        return {
            "名称": self.name,
            "登记或备案": self.registered_with,
            "哪类资源": self.get_resource_display(),
            "想做什么": self.want,
            "联系人": self.contact_masked,
        }
