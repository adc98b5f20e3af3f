"""The federation of a street, its checklist of six, its posts and its friends."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from linli.actors.models import Body
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import new_uid
from linli.core.audit.marks import Marked
from linli.core.registers.search import search_column, token_index, tokens_of
from linli.core.words import Worded
from linli.core.workflow.models import CASE_MARKED, Case
from linli.organizations.choices.federation import (
    SEATED_ONCE,
    FriendshipState,
    One,
    PillarState,
    Standard,
    TenureState,
    Title,
)

FEDERATION_FACETS = {"standard": ("standard", "choice"), "year": ("founded_on", "day")}


class Federation(Marked, Worded):
    """The federation of a street. `ones_met` and `standard` follow from its checklist."""

    TOKENS = tokens_of("scope", FEDERATION_FACETS)
    MARKED = ("uid", "body", "area", "name", "scope", "founded_on", "ones_met", "standard", "created_at")

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    body = models.OneToOneField(Body, models.PROTECT, related_name="+", verbose_name=_("机构"))
    area = models.OneToOneField(Area, models.PROTECT, related_name="+", verbose_name=_("街道"))
    name = models.CharField(_("名称"), max_length=120)
    scope = models.CharField(max_length=200, db_collation="C", editable=False)
    founded_on = models.DateField(_("成立日期"))
    ones_met = models.PositiveSmallIntegerField(_("六个一已达标"), default=0, editable=False)
    standard = models.CharField(
        _("达标情况"), max_length=10, choices=Standard, default=Standard.MENDING, editable=False
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    search_text = search_column("name")
    search_private = search_column("uid")
    search_codes = search_column("uid")

    class Meta:
        verbose_name = _("联合会")
        constraints = [
            models.CheckConstraint(
                name="organizations_federation_standard",
                condition=Q(standard="met", ones_met=6) | Q(standard="mending", ones_met__lt=6),
            )
        ]
        indexes = [token_index("organizations_fed_tokens", "scope", FEDERATION_FACETS)]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the scope in step with the street."""
        self.scope = self.area.path
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """Its page for its own people and the officers."""
        return reverse("organizations:federation", args=[self.uid])

    @property
    def public_url(self) -> str:
        """Where everybody may ask it for something."""
        return reverse("organizations:enquire", args=[self.uid])


class FederationCase(Case):
    """A case of one federation; it lies where the federation lies."""

    federation = models.ForeignKey(Federation, models.PROTECT, related_name="+", verbose_name=_("联合会"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the scope in step."""
        self.scope = self.place
        super().save(*args, **kwargs)

    @property
    def place(self) -> str:
        """The path of the area it lies in: the federation's."""
        return self.federation.scope

    @property
    def summary(self) -> str:
        """Whose it is."""
        return self.federation.name


class Pillar(FederationCase):
    """One of the six, in one round of checking; the evidence is kept as its papers."""

    MARKED = (*CASE_MARKED, "federation", "item", "round", "note", "sent_by", "checked_by", "checked_on")
    SEARCH = ("number__contains", "federation__name__contains")

    item = models.CharField(_("哪一项"), max_length=12, choices=One)
    round = models.PositiveSmallIntegerField(_("第几轮"), default=1)
    state = models.CharField(_("状态"), max_length=10, choices=PillarState, default=PillarState.OPEN)
    note = models.CharField(_("现状"), max_length=500, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    checked_on = models.DateField(_("核对日期"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("六个一建设")
        constraints = [
            models.UniqueConstraint(fields=["federation", "item", "round"], name="organizations_pillar_once_a_round"),
            models.UniqueConstraint(
                fields=["federation", "item"],
                condition=~Q(state="met"),
                name="organizations_pillar_open_once",
                violation_error_message=_("这一项正在办，不用再开一轮。"),
            ),
            models.CheckConstraint(
                name="organizations_pillar_checked_by_another",
                condition=~Q(state="met")
                | (Q(checked_by__isnull=False, checked_on__isnull=False) & ~Q(checked_by=F("sent_by"))),
                violation_error_message=_("报送和核对要由两个人办。"),
            ),
        ]
        indexes = [models.Index(OpClass("scope", "text_pattern_ops"), "state", name="organizations_pillar_scope")]

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return f"六个一：{self.get_item_display()}"

    def snapshot(self) -> dict[str, Any]:
        """What the federation says."""
        return {"现状": self.note}


class Tenure(FederationCase):
    """A post in a federation: who, for which term, and, of an official, by whose approval and without pay."""

    MARKED = (
        *CASE_MARKED,
        *("federation", "title_held", "person_name", "is_official", "approval_number", "approved_on", "unpaid"),
        *("elected_on", "term_from", "term_to", "activated_by", "left_on", "erased_at"),
    )
    SEARCH = ("number__contains", "federation__name__contains", "person_name__contains")

    state = models.CharField(_("状态"), max_length=10, choices=TenureState, default=TenureState.DRAFT)
    title_held = models.CharField(_("职务"), max_length=20, choices=Title, blank=True)
    person_name = models.CharField(_("姓名"), max_length=50, blank=True)
    is_official = models.BooleanField(_("是公职人员"), null=True, blank=True)
    approval_number = models.CharField(_("批准文号"), max_length=60, blank=True)
    approved_on = models.DateField(_("批准日期"), null=True, blank=True)
    unpaid = models.BooleanField(_("不领取报酬"), default=True)
    elected_on = models.DateField(_("选举或聘任日期"), null=True, blank=True)
    term_from = models.DateField(_("任期自"), null=True, blank=True)
    term_to = models.DateField(_("任期至"), null=True, blank=True)
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    left_on = models.DateField(_("卸任日期"), null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="personal values taken out")

    class Meta:
        verbose_name = _("联合会任职")
        constraints = [
            models.CheckConstraint(
                name="organizations_official_in_office_is_approved",
                condition=~Q(state="in_office")
                | Q(is_official=False)
                | (Q(is_official=True, unpaid=True, approved_on__isnull=False) & ~Q(approval_number="")),
                violation_error_message=_("公职人员兼职没有批准文件、或者要领取报酬的，不能到任。"),
            ),
            models.CheckConstraint(
                name="organizations_tenure_whole",
                condition=Q(state__in=["draft", "dropped"])
                | (
                    Q(is_official__isnull=False, term_from__isnull=False, term_to__isnull=False)
                    & ~Q(title_held="")
                    & ~Q(person_name="")
                ),
            ),
            models.CheckConstraint(
                name="organizations_tenure_term",
                condition=Q(term_from__isnull=True) | Q(term_to__isnull=True) | Q(term_to__gt=F("term_from")),
                violation_error_message=_("任期的结束日要晚于开始日。"),
            ),
            models.CheckConstraint(
                name="organizations_tenure_by_two",
                condition=Q(activated_by=None) | Q(owner=None) | ~Q(activated_by=F("owner")),
                violation_error_message=_("提出和核对要由两个人办。"),
            ),
            models.UniqueConstraint(
                fields=["federation", "title_held"],
                condition=Q(state="in_office", title_held__in=[title.value for title in SEATED_ONCE]),
                name="organizations_tenure_seated_once",
                violation_error_message=_("这个职务已经有人在任，请先让原任卸任。"),
            ),
        ]
        indexes = [
            models.Index(OpClass("scope", "text_pattern_ops"), "state", name="organizations_tenure_scope"),
            models.Index(fields=["federation", "state"], name="organizations_tenure_seats"),
        ]

    @property
    def title(self) -> str:
        """As the inbox row says it; who holds a post in a federation is public."""
        return f"{self.person_name or '（未填姓名）'}任{self.get_title_held_display() or '（未选职务）'}"

    def snapshot(self) -> dict[str, Any]:
        """What the federation says of the post."""
        return {
            "职务": self.get_title_held_display(),
            "姓名": self.person_name,
            "是公职人员": {True: "是", False: "不是", None: ""}[self.is_official],
            "批准文号": self.approval_number,
            "批准日期": str(self.approved_on or ""),
            "不领取报酬": "是" if self.unpaid else "否",
            "选举或聘任日期": str(self.elected_on or ""),
            "任期": f"{self.term_from} 至 {self.term_to}" if self.term_from and self.term_to else "",
        }


class Friendship(FederationCase):
    """A dated agreement with an organization that is not a member; it ends by itself."""

    MARKED = (*CASE_MARKED, "federation", "name", "registered_with", "shares", "valid_from", "valid_to", "ended_on")
    SEARCH = ("number__contains", "federation__name__contains", "name__contains")

    state = models.CharField(_("状态"), max_length=10, choices=FriendshipState, default=FriendshipState.DRAFT)
    name = models.CharField(_("对方名称"), max_length=60, blank=True)
    registered_with = models.CharField(_("登记机关"), max_length=60, blank=True)
    shares = models.CharField(_("共享和合作的内容"), max_length=300, blank=True)
    valid_from = models.DateField(_("协议自"), null=True, blank=True)
    valid_to = models.DateField(_("协议至"), null=True, blank=True)
    ended_on = models.DateField(_("终止日期"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("友好组织")
        constraints = [
            models.CheckConstraint(
                name="organizations_friendship_whole",
                condition=Q(state__in=["draft", "dropped"])
                | (Q(valid_from__isnull=False, valid_to__isnull=False) & ~Q(name="")),
            ),
            models.CheckConstraint(
                name="organizations_friendship_days",
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                violation_error_message=_("协议的结束日要晚于开始日。"),
            ),
            models.UniqueConstraint(
                fields=["federation", "name"],
                condition=Q(state="in_force"),
                name="organizations_friendship_once",
                violation_error_message=_("和这家组织已经有一份有效的协议。"),
            ),
        ]
        indexes = [models.Index(OpClass("scope", "text_pattern_ops"), "state", name="organizations_friend_scope")]

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return f"与{self.name or '（未填名称）'}结为友好"

    def snapshot(self) -> dict[str, Any]:
        """What was agreed."""
        return {
            "对方名称": self.name,
            "登记机关": self.registered_with,
            "共享和合作的内容": self.shares,
            "协议期": f"{self.valid_from} 至 {self.valid_to}" if self.valid_from and self.valid_to else "",
        }
