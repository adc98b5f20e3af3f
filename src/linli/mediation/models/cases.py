"""Cases, their two sides, who sits at the table, what was said at it, and notes of the steps."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import Role
from linli.actors.queries import role_in
from linli.core import clock
from linli.core.access.models import User, new_uid
from linli.core.audit.marks import Marked
from linli.core.parameters import values_of
from linli.core.privacy.fields import EncryptedTextField
from linli.core.privacy.masks import mask_id_number, mask_name, mask_phone
from linli.core.words import Worded
from linli.core.workflow.models import CASE_MARKED, Case, indexes_of_lists
from linli.mediation.choices.states import (
    AGREED,
    CONFIRM_DAYS,
    WITH_MEDIATORS,
    Attendance,
    CaseState,
    Confirmation,
    Dispute,
    Outcome,
    Side,
    Source,
    Way,
)
from linli.mediation.models.network import MediationBody, Mediator

_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is taken for another when read from paper
PARTY_FIELDS = ("name", "phone", "id_number", "address")


def new_code() -> str:
    """A code by which a party finds the own case: some 850 billion of them, so that nobody guesses one."""
    return "".join(secrets.choice(_LETTERS) for _place in range(8))


def _day(label: Any) -> Any:
    return models.DateField(label, null=True, blank=True)


def _way(label: Any) -> Any:
    return models.CharField(label, max_length=6, choices=Way, blank=True)


def _mediator(label: Any) -> Any:
    return models.ForeignKey(Mediator, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label)


class MediationCase(Case):
    """One quarrel that a committee mediates, from the application to the archive."""

    SEARCH = ("number__contains",)
    MARKED = (
        *CASE_MARKED,
        *("body", "source", "sent_from", "dispute", "amount", "first_consented_at", "second_consented_at"),
        *("first_way", "second_way", "first_wish", "second_wish", "lead", "joint", "accepted_on", "due_on"),
        *("extended_on", "outcome", "settled_on", "perform_by", "first_signed_on", "second_signed_on"),
        *("mediator_signed_on", "sealed_on", "sealed_by", "effective_on", "performed_on", "breached_on"),
        *("danger", "police_told", "confirmation", "confirmation_on", "court", "ruled_on", "ruling"),
    )

    state = models.CharField(_("状态"), max_length=12, choices=CaseState, default=CaseState.DRAFT)
    body = models.ForeignKey(MediationBody, models.PROTECT, related_name="cases", verbose_name=_("调解组织"))
    source = models.CharField(_("来源"), max_length=12, choices=Source, default=Source.APPLICATION)
    sent_from = models.ForeignKey(
        MediationBody, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("移送单位")
    )
    dispute = models.CharField(_("纠纷类型"), max_length=12, choices=Dispute, blank=True)
    facts = EncryptedTextField(_("纠纷经过"), blank=True, default="")
    wish = EncryptedTextField(_("希望怎么解决"), blank=True, default="")
    amount = models.DecimalField(
        _("涉及金额（元）"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    first_consented_at = models.DateTimeField(null=True, blank=True, editable=False)
    second_consented_at = models.DateTimeField(null=True, blank=True, editable=False)
    first_way = _way(_("申请人一方怎么同意的"))
    second_way = _way(_("被申请人一方怎么同意的"))
    first_wish = _mediator(_("申请人一方选的调解员"))
    second_wish = _mediator(_("被申请人一方选的调解员"))
    lead = _mediator(_("主持调解员"))
    joint = models.BooleanField(_("三方联调"), default=False)
    accepted_on = _day(_("受理日期"))
    due_on = _day(_("应调结"))
    extended_on = _day(_("延期日期"))
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome, blank=True)
    settled_on = _day(_("调结日期"))
    terms = EncryptedTextField(_("协议内容"), blank=True, default="")
    perform_by = _day(_("履行期限"))
    first_signed_on = _day(_("申请人一方签字"))
    second_signed_on = _day(_("被申请人一方签字"))
    first_confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    second_confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    mediator_signed_on = _day(_("调解员签字"))
    sealed_on = _day(_("调委会盖章"))
    sealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    effective_on = _day(_("生效日期"))
    performed_on = _day(_("履行日期"))
    breached_on = _day(_("记为没有履行的日期"))
    danger = models.BooleanField(_("有激化危险"), default=False)
    police_told = models.BooleanField(_("已报告公安机关"), default=False)
    confirmation = models.CharField(_("司法确认"), max_length=10, choices=Confirmation, default=Confirmation.NONE)
    confirmation_on = _day(_("申请司法确认"))
    court = models.CharField(_("法院"), max_length=60, blank=True)
    ruled_on = _day(_("裁定日期"))
    ruling = models.CharField(_("裁定书文号"), max_length=60, blank=True)
    reminded = models.PositiveSmallIntegerField(default=0, editable=False, help_text="day of the last reminder")

    class Meta:
        verbose_name = _("调解案件")
        constraints = [
            models.CheckConstraint(
                name="mediation_case_accepted_by_both",
                condition=~Q(state__in=[*WITH_MEDIATORS, *AGREED])
                | Q(
                    first_consented_at__isnull=False,
                    second_consented_at__isnull=False,
                    lead__isnull=False,
                    accepted_on__isnull=False,
                    due_on__gt=F("accepted_on"),
                ),
            ),
            models.CheckConstraint(
                name="mediation_case_written_needs_all_four",
                condition=~Q(outcome=Outcome.WRITTEN)
                | Q(effective_on__isnull=True)
                | Q(
                    first_signed_on__isnull=False,
                    second_signed_on__isnull=False,
                    mediator_signed_on__isnull=False,
                    sealed_on__isnull=False,
                    sealed_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="mediation_case_agreed_is_in_effect",
                condition=~Q(state__in=AGREED)
                | Q(outcome__in=["oral", "written"], effective_on__isnull=False, perform_by__isnull=False),
            ),
            models.CheckConstraint(
                name="mediation_case_settled_has_a_day",
                condition=Q(outcome="", settled_on__isnull=True) | ~Q(outcome="") & Q(settled_on__isnull=False),
            ),
            models.CheckConstraint(
                name="mediation_case_confirmation",
                condition=Q(confirmation=Confirmation.NONE, confirmation_on__isnull=True)
                | ~Q(confirmation=Confirmation.NONE)
                & Q(
                    outcome=Outcome.WRITTEN,
                    confirmation_on__gte=F("effective_on"),
                    confirmation_on__lte=F("effective_on") + dt.timedelta(days=CONFIRM_DAYS),
                ),
            ),
        ]
        indexes = [
            *indexes_of_lists("mediation_case"),
            models.Index(fields=["body", "state"], name="mediation_case_body"),
            models.Index(fields=["lead", "state"], name="mediation_case_lead"),
            models.Index(
                fields=["effective_on"],
                condition=Q(confirmation="none", outcome="written"),
                name="mediation_case_to_confirm",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A case lies where its body lies; what was typed of the two sides goes into their own rows."""
        self.scope = self.body.scope
        super().save(*args, **kwargs)
        for party in self.__dict__.pop("_typed", {}).values():
            party.case = self
            party.save()

    @property
    def title(self) -> str:
        """As inbox, notices and the log say it: nothing of the people, nothing of the matter."""
        return f"调解 {self.number or '（未编号）'}"

    @property
    def summary(self) -> str:
        """Which body and what kind of quarrel; stands where the case itself may be seen."""
        return " · ".join(part for part in (self.body.name, self.get_dispute_display()) if part)

    def kept(self, key: str) -> Any:
        """A parameter as this case began under it; as it stands now before that."""
        return self.parameters[key] if key in self.parameters else values_of([key], self.scope)[key]

    # --- who ------------------------------------------------------------------------------------------------------

    @property
    def head_role(self) -> str:
        """The role of the committee's head, in this committee alone."""
        return role_in(Role.MEDIATION_HEAD, self.body.committee.body_id)

    @property
    def lead_user(self) -> User | None:
        """Who owes the mediator's steps."""
        return self.lead.user if self.lead is not None else None

    def party(self, side: str) -> MediationParty:
        """One side, as it is held or, in a draft, as it is being typed."""
        typed: dict[str, MediationParty] = self.__dict__.get("_typed", {})
        if side in typed:
            return typed[side]
        rows = self.parties.all() if self.pk else ()
        found = next((row for row in rows if row.side == side), None)
        return found or MediationParty(case=self, side=side)

    @property
    def both(self) -> list[MediationParty]:
        """The two sides, the applicant's first."""
        return [self.party(side) for side in Side]

    def set_party(self, side: str, **values: Any) -> None:
        """What is typed of a side; saved with the case."""
        party = self.party(side)
        for name, value in values.items():
            setattr(party, name, value)
        self.__dict__.setdefault("_typed", {})[side] = party

    def side_of(self, user: Any) -> str:
        """Which side a person is; empty for neither."""
        return next((party.side for party in self.both if party.user_id and party.user_id == user.pk), "")

    # --- the agreement ----------------------------------------------------------------------------------------------

    @property
    def confirm_until(self) -> dt.date | None:
        """The last day of a common application for judicial confirmation."""
        return self.effective_on + dt.timedelta(days=CONFIRM_DAYS) if self.effective_on else None

    @property
    def lacking(self) -> list[str]:
        """What a written agreement still needs before the seal, as instructions."""
        lacks = [f"{party.get_side_display()}签字" for party in self.both if not self.signed_on(party.side)]
        return [*lacks, *([] if self.mediator_signed_on else ["调解员签字"])]

    def signed_on(self, side: str) -> dt.date | None:
        """When a side signed."""
        found: dt.date | None = getattr(self, f"{side}_signed_on")
        return found

    def snapshot(self) -> dict[str, Any]:
        """What was applied for, by label, with personal values masked."""
        said: dict[str, Any] = {"调解组织": self.body.name, "纠纷类型": self.get_dispute_display()}
        for party in self.both:
            said |= {
                f"{party.get_side_display()}": mask_name(party.name),
                f"{party.get_side_display()}手机号": mask_phone(party.phone),
            }
        said |= {"纠纷经过": self.facts, "希望怎么解决": self.wish}
        return said | {"涉及金额（元）": self.amount if self.amount is not None else ""}


def _typed(side: str, name: str) -> property:
    def read(case: MediationCase) -> Any:
        return getattr(case.party(side), name)

    def write(case: MediationCase, value: Any) -> None:
        case.set_party(side, **{name: value})

    return property(read, write)


for _side in Side.values:  # what the step form writes: first_name, second_phone, …
    for _name in PARTY_FIELDS:
        setattr(MediationCase, f"{_side}_{_name}", _typed(_side, _name))


class MediationParty(Marked, Worded):
    """One side of a case: a person, or whoever speaks for a unit or for many."""

    MARKED = ("uid", "case", "side", "user", "code")

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    case = models.ForeignKey(MediationCase, models.CASCADE, related_name="parties", verbose_name=_("调解案件"))
    side = models.CharField(_("哪一方"), max_length=6, choices=Side)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("账号")
    )
    name = EncryptedTextField(_("姓名或名称"), blank=True, default="")
    phone = EncryptedTextField(_("手机号"), blank=True, default="")
    id_number = EncryptedTextField(_("身份证号"), blank=True, default="")
    address = EncryptedTextField(_("住址"), blank=True, default="")
    code = models.CharField(_("参加码"), max_length=8, unique=True, default=new_code, editable=False)

    class Meta:
        verbose_name = _("调解当事人")
        ordering = ["side"]
        constraints = [models.UniqueConstraint(fields=["case", "side"], name="mediation_party_one_a_side")]
        indexes = [models.Index(fields=["user"], name="mediation_party_user")]

    def __str__(self) -> str:
        return str(self.get_side_display())

    @property
    def scope(self) -> str:
        """Where the case lies."""
        return self.case.scope

    @property
    def phone_masked(self) -> str:
        """138****2046."""
        return mask_phone(self.phone)

    @property
    def id_number_masked(self) -> str:
        """4405**********0017."""
        return mask_id_number(self.id_number)

    @property
    def consented_at(self) -> dt.datetime | None:
        """When this side agreed to mediation."""
        found: dt.datetime | None = getattr(self.case, f"{self.side}_consented_at")
        return found

    @property
    def way(self) -> str:
        """How it agreed, in words."""
        return str(getattr(self.case, f"get_{self.side}_way_display")())

    @property
    def wished(self) -> Mediator | None:
        """The mediator this side asked for."""
        found: Mediator | None = getattr(self.case, f"{self.side}_wish")
        return found

    @property
    def signed_on(self) -> dt.date | None:
        """When this side signed."""
        return self.case.signed_on(self.side)

    @property
    def confirmed_at(self) -> dt.datetime | None:
        """When this side said on the own phone that the signature is its own."""
        found: dt.datetime | None = getattr(self.case, f"{self.side}_confirmed_at")
        return found


class Seat(Marked):
    """A mediator at the table of a case."""

    MARKED = ("case", "mediator", "since", "until")

    case = models.ForeignKey(MediationCase, models.CASCADE, related_name="seats", verbose_name=_("调解案件"))
    mediator = models.ForeignKey(Mediator, models.PROTECT, related_name="seats", verbose_name=_("调解员"))
    since = models.DateField(_("自"), default=clock.today)
    until = models.DateField(_("至"), null=True, blank=True)

    class Meta:
        verbose_name = _("调解席位")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "mediator"], condition=Q(until__isnull=True), name="mediation_seat_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.mediator)

    @property
    def scope(self) -> str:
        """Where the case lies."""
        return self.case.scope


class MediationSession(Marked, Worded):
    """One time at the table. What was said is encrypted and stays in the case."""

    MARKED = ("case", "held_at", "place", "present", "noted_by", "noted_at")

    case = models.ForeignKey(MediationCase, models.CASCADE, related_name="sessions", verbose_name=_("调解案件"))
    held_at = models.DateTimeField(_("时间"))
    place = models.CharField(_("地点"), max_length=60)
    present = models.CharField(_("到场"), max_length=6, choices=Attendance)
    notes = EncryptedTextField(_("调解记录"), blank=True, default="")
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("调解记录")
        ordering = ["held_at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_present_display()}"

    @property
    def scope(self) -> str:
        """Where the case lies."""
        return self.case.scope


class CaseNote(Marked):
    """The words of a step: they stay in the case, encrypted, and not in the trace."""

    MARKED = ("case", "step", "by", "at", "for_parties")

    case = models.ForeignKey(MediationCase, models.CASCADE, related_name="notes", verbose_name=_("调解案件"))
    step = models.CharField(max_length=60)
    words = EncryptedTextField(_("说明"))
    for_parties = models.BooleanField(_("当事人可以看"), default=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("调解说明")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.step

    @property
    def scope(self) -> str:
        """Where the case lies."""
        return self.case.scope

    @property
    def label(self) -> str:
        """The step in words."""
        from linli.core.workflow.declare import STEPS

        return STEPS[self.step][0].past
