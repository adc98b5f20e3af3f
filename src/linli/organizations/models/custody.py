"""Custody of funds: the agreement, the entries of its ledger, what is left of each kind of money, and statements.

The database keeps the books as well as the program does (migration 0019): what is booked is never changed or deleted,
no balance falls below nought whoever writes at the same moment, a closed month takes no entry, and each statement
begins where the one before it ended.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from linli.core import clock
from linli.core.access.models import new_uid
from linli.core.audit.marks import Marked
from linli.core.words import Worded
from linli.core.workflow.models import CASE_MARKED, Case
from linli.organizations.choices.custody import CustodyState, EntryKind, EntryState, Fund
from linli.organizations.models.federation import Federation, FederationCase
from linli.organizations.models.membership import Member

ZERO = Decimal("0.00")
CENT = Decimal("0.01")


def _money(label: Any, **more: Any) -> Any:
    return models.DecimalField(label, max_digits=14, decimal_places=2, **more)


class CustodyPolicy(Marked, Worded):
    """Whether a federation publishes the sums of the ledgers it keeps; without a row it does not."""

    MARKED = ("federation", "public", "changed_by", "changed_on")

    federation = models.OneToOneField(Federation, models.PROTECT, related_name="custody_policy")
    public = models.BooleanField(_("公开汇总"), default=False)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_on = models.DateField(default=clock.today)

    class Meta:
        verbose_name = _("财务代管的公开")

    def __str__(self) -> str:
        return f"{self.federation.name}{'公开' if self.public else '不公开'}代管汇总"


class Custody(FederationCase):
    """The agreement by which a federation keeps the accounts of a member; once in force, the ledger itself."""

    SEARCH = ("number__contains", "federation__name__contains", "member__name__contains")
    MARKED = (
        *CASE_MARKED,
        *("federation", "member", "document_number", "terms", "valid_from", "valid_to", "signed_by"),
        *("end_asked_by", "ended_by", "ended_on"),
    )

    member = models.ForeignKey(Member, models.PROTECT, related_name="custodies", verbose_name=_("会员"))
    state = models.CharField(_("状态"), max_length=10, choices=CustodyState, default=CustodyState.DRAFT)
    document_number = models.CharField(_("协议文号"), max_length=60, blank=True)
    terms = models.CharField(_("约定的内容"), max_length=500, blank=True)
    valid_from = models.DateField(_("协议自"), null=True, blank=True)
    valid_to = models.DateField(_("协议至"), null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    end_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    ended_on = models.DateField(_("终止日期"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("财务代管")
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=~Q(state__in=["ended", "refused", "withdrawn"]),
                name="organizations_one_open_custody",
                violation_error_message=_("这个会员已经有一份代管协议在办或者在管。"),
            ),
            models.CheckConstraint(
                name="organizations_custody_whole",
                condition=Q(state__in=["draft", "withdrawn"])
                | (Q(valid_from__isnull=False, valid_to__isnull=False) & ~Q(document_number="") & ~Q(terms="")),
            ),
            models.CheckConstraint(
                name="organizations_custody_days",
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                violation_error_message=_("协议的结束日要晚于开始日。"),
            ),
            models.CheckConstraint(
                name="organizations_custody_signed_by_another",
                condition=~Q(state__in=["in_force", "ending", "ended"])
                | (
                    Q(signed_by__isnull=False)
                    & (Q(owner=None) | ~Q(signed_by=F("owner")))
                    & (Q(entered_by=None) | ~Q(signed_by=F("entered_by")))
                ),
                violation_error_message=_("申请和同意要由两个人办。"),
            ),
            models.CheckConstraint(
                name="organizations_custody_ended_by_another",
                condition=~Q(state="ended")
                | (
                    Q(ended_by__isnull=False, ended_on__isnull=False, end_asked_by__isnull=False)
                    & ~Q(ended_by=F("end_asked_by"))
                ),
                violation_error_message=_("提出终止和办理终止要由两个人办。"),
            ),
        ]
        indexes = [
            models.Index(OpClass("scope", "text_pattern_ops"), "state", name="organizations_custody_scope"),
            models.Index(fields=["federation", "state"], name="organizations_custody_kept"),
            models.Index(fields=["owner", "-id"], name="organizations_custody_owned"),
        ]

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        return f"{self.member.name}财务代管"

    @property
    def ledger_url(self) -> str:
        """Where its entries and statements stand."""
        return reverse("organizations:custody", args=[self.uid])

    def snapshot(self) -> dict[str, Any]:
        """What was agreed, by label."""
        return {
            "协议文号": self.document_number,
            "约定的内容": self.terms,
            "协议期": f"{self.valid_from} 至 {self.valid_to}" if self.valid_from and self.valid_to else "",
        }


class CustodyBalance(models.Model):
    """What is left of each kind of money in a ledger. A trigger alone writes it, under its lock, when an entry is
    booked; that is why it has no mark: the entries, of which it is the sum, have theirs."""

    custody = models.ForeignKey(Custody, models.PROTECT, related_name="balances")
    fund = models.CharField(_("资金来源"), max_length=10, choices=Fund)
    balance = _money(_("余额（元）"), default=ZERO)

    class Meta:
        verbose_name = _("代管余额")
        constraints = [
            models.UniqueConstraint(fields=["custody", "fund"], name="organizations_custody_balance_once"),
            models.CheckConstraint(name="organizations_custody_never_negative", condition=Q(balance__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.get_fund_display()} {self.balance} 元"


class CustodyEntry(Case):
    """One receipt or payment of a ledger: entered by one, approved by another, and then it stays."""

    SEARCH = ("number__contains", "custody__member__name__contains", "voucher_number__contains", "purpose__contains")
    MARKED = (
        *CASE_MARKED,
        *("custody", "kind", "fund", "amount", "happened_on", "purpose", "counterpart", "voucher_number"),
        *("reverses", "money_in", "money_out", "change", "seq", "approved_by", "booked_on"),
    )

    custody = models.ForeignKey(Custody, models.PROTECT, related_name="entries", verbose_name=_("代管协议"))
    state = models.CharField(_("状态"), max_length=10, choices=EntryState, default=EntryState.DRAFT)
    kind = models.CharField(_("收支"), max_length=10, choices=EntryKind, blank=True)
    fund = models.CharField(_("资金来源"), max_length=10, choices=Fund, blank=True)
    amount = _money(_("金额（元）"), null=True, blank=True, validators=[MinValueValidator(CENT)])
    happened_on = models.DateField(_("发生日期"), null=True, blank=True)
    purpose = models.CharField(_("用途"), max_length=200, blank=True)
    counterpart = models.CharField(_("对方"), max_length=80, blank=True)
    voucher_number = models.CharField(_("凭证号"), max_length=40, blank=True)
    reverses = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="reversals",
        verbose_name=_("冲正"),
    )
    money_in = _money(_("收入（元）"), default=ZERO, editable=False)
    money_out = _money(_("支出（元）"), default=ZERO, editable=False)
    change = _money(_("余额增减（元）"), default=ZERO, editable=False)
    seq = models.PositiveIntegerField(_("账内序号"), null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    booked_on = models.DateField(_("入账日期"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("代管收支")
        constraints = [
            models.CheckConstraint(
                name="organizations_custody_entry_amount",
                condition=Q(amount__isnull=True) | Q(amount__gt=0),
                violation_error_message=_("金额要大于零。"),
            ),
            models.CheckConstraint(
                name="organizations_custody_entry_whole",
                condition=Q(state__in=["draft", "dropped"])
                | (
                    Q(amount__isnull=False, happened_on__isnull=False, owner__isnull=False)
                    & ~Q(kind="")
                    & ~Q(fund="")
                    & ~Q(purpose="")
                ),
            ),
            models.CheckConstraint(
                name="organizations_custody_entry_by_two",
                condition=~Q(state="booked")
                | (
                    Q(approved_by__isnull=False, booked_on__isnull=False, seq__isnull=False)
                    & ~Q(approved_by=F("owner"))
                    & (Q(entered_by=None) | ~Q(approved_by=F("entered_by")))
                ),
                violation_error_message=_("录入和复核要由两个人办。"),
            ),
            models.CheckConstraint(
                name="organizations_custody_entry_money",
                condition=Q(change=F("money_in") - F("money_out"))
                & (
                    Q(amount__isnull=True)
                    | Q(kind="")
                    | Q(kind="received", money_in=F("amount"), money_out=0)
                    | Q(kind__in=["paid", "returned"], money_out=F("amount"), money_in=0)
                    | Q(kind="reversal", money_in=-F("amount"), money_out=0)
                    | Q(kind="reversal", money_out=-F("amount"), money_in=0)
                ),
            ),
            models.CheckConstraint(
                name="organizations_custody_entry_reverses",
                condition=Q(kind="reversal", reverses__isnull=False)
                | (~Q(kind="reversal") & Q(reverses__isnull=True)),
            ),
            models.UniqueConstraint(
                fields=["reverses"],
                condition=~Q(state="dropped"),
                name="organizations_custody_reversed_once",
                violation_error_message=_("这一笔已经冲正，或者冲正正在复核。"),
            ),
            models.UniqueConstraint(fields=["custody", "seq"], name="organizations_custody_entry_seq"),
        ]
        indexes = [
            models.Index(OpClass("scope", "text_pattern_ops"), "state", name="organizations_custent_scope"),
            models.Index(fields=["custody", "state", "happened_on"], name="organizations_custent_ledger"),
            models.Index(fields=["owner", "-id"], name="organizations_custent_owned"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """It lies where the federation lies, and says on which side the money stands."""
        self.scope = self.custody.scope
        self.weigh()
        super().save(*args, **kwargs)

    def weigh(self) -> None:
        """Write on which side the money stands."""
        self.money_in, self.money_out = self.sides
        self.change = self.money_in - self.money_out

    @property
    def sides(self) -> tuple[Decimal, Decimal]:
        """What came in and what went out; a reversal takes back on the side of what it reverses."""
        amount = self.amount or ZERO
        if self.kind == EntryKind.RECEIVED:
            return amount, ZERO
        if self.kind in (EntryKind.PAID, EntryKind.RETURNED):
            return ZERO, amount
        if self.kind == EntryKind.REVERSAL and self.reverses is not None:
            return (-amount, ZERO) if self.reverses.kind == EntryKind.RECEIVED else (ZERO, -amount)
        return ZERO, ZERO

    @property
    def title(self) -> str:
        """As the inbox row says it."""
        amount = f"{self.amount:,.2f} 元" if self.amount is not None else "（未填金额）"
        return f"{self.custody.member.name}{self.get_kind_display() or '收支'} {amount}"

    @property
    def summary(self) -> str:
        """Which money, what for."""
        return " · ".join(part for part in (self.get_fund_display(), self.purpose) if part)

    def snapshot(self) -> dict[str, Any]:
        """What was entered, by label."""
        return {
            "收支": self.get_kind_display(),
            "资金来源": self.get_fund_display(),
            "金额（元）": str(self.amount or ""),
            "发生日期": str(self.happened_on or ""),
            "用途": self.purpose,
            "对方": self.counterpart,
            "凭证号": self.voucher_number,
        }


class _Sums(models.Model):
    """What there was, what came in, what went out, what is left."""

    opening = _money(_("期初余额"))
    money_in = _money(_("本期收入"))
    money_out = _money(_("本期支出"))
    closing = _money(_("期末余额"))

    class Meta:
        abstract = True


SUMS = ("opening", "money_in", "money_out", "closing")
_ADDS_UP = Q(closing=F("opening") + F("money_in") - F("money_out"), opening__gte=0, closing__gte=0)


class CustodyStatement(_Sums, Marked, Worded):
    """A month of a ledger, closed: from now on no entry is dated into it. It is made once and stays."""

    MARKED = ("uid", "custody", "scope", "month", "through", *SUMS, "due_on", "made_on", "made_by", "is_last")

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    custody = models.ForeignKey(Custody, models.PROTECT, related_name="statements", verbose_name=_("代管协议"))
    scope = models.CharField(max_length=200, db_collation="C", editable=False)
    month = models.DateField(_("月份"), help_text="its first day")
    through = models.DateField(_("截至"))
    due_on = models.DateField(_("最晚"))
    made_on = models.DateField(_("出具日期"), default=clock.today)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    is_last = models.BooleanField(_("最后一份"), default=False)

    class Meta:
        verbose_name = _("代管对账单")
        constraints = [
            models.UniqueConstraint(fields=["custody", "month"], name="organizations_statement_once_a_month"),
            models.CheckConstraint(name="organizations_statement_adds_up", condition=_ADDS_UP),
            models.CheckConstraint(
                name="organizations_statement_after_its_month",
                condition=Q(month__day=1, through__gte=F("month"))
                & (Q(made_on__gt=F("through")) | Q(is_last=True, made_on__gte=F("through"), closing=0)),
            ),
        ]
        indexes = [
            models.Index(OpClass("scope", "text_pattern_ops"), "month", name="organizations_statement_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.custody.member.name} {self.month:%Y年%-m月}对账单"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """It lies where the ledger lies."""
        self.scope = self.custody.scope
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """The sheet to read and print."""
        return reverse("organizations:custody_statement", args=[self.custody.uid, f"{self.month:%Y-%m}"])

    @property
    def on_time(self) -> bool:
        """Whether it was made by the day it was due."""
        return self.made_on <= self.due_on


class CustodyStatementLine(_Sums, Marked, Worded):
    """One kind of money in a statement."""

    MARKED = ("statement", "fund", *SUMS)

    statement = models.ForeignKey(CustodyStatement, models.PROTECT, related_name="lines")
    fund = models.CharField(_("资金来源"), max_length=10, choices=Fund)

    class Meta:
        verbose_name = _("对账单的一行")
        constraints = [
            models.UniqueConstraint(fields=["statement", "fund"], name="organizations_statement_line_once"),
            models.CheckConstraint(name="organizations_statement_line_adds_up", condition=_ADDS_UP),
        ]

    def __str__(self) -> str:
        return f"{self.get_fund_display()} {self.closing} 元"
