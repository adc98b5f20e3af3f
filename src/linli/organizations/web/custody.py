"""Pages of custody: the ledgers a person may read, one ledger by month, its statements, and what is public."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import xlsxwriter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from linli.core import clock
from linli.core.access.signed_in import user_of
from linli.core.paging import keyset
from linli.core.workflow.wizard_web import go_on
from linli.organizations.actions import custody as actions
from linli.organizations.actions import custody_entries as entries
from linli.organizations.choices.custody import KEPT, CustodyState, EntryKind, EntryState
from linli.organizations.models import Custody, CustodyBalance, CustodyEntry, CustodyStatement, Federation
from linli.organizations.queries import custody as queries
from linli.organizations.queries.federation import members_visible_to, public_federations

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
SHOWN = 24


@login_required
@require_safe
def custodies(request: HttpRequest) -> HttpResponse:
    """Every ledger the person may read, with what is left and what waits."""
    user = user_of(request)
    rows = queries.ledgers_of(user)
    if not user.has_perm("organizations.view_custodies") and not rows.exists():
        raise Http404
    chosen = "ended" if request.GET.get("state") == "ended" else ""
    kept = rows.filter(state__in=KEPT)
    shown = rows.filter(state=CustodyState.ENDED) if chosen else kept
    url = reverse("organizations:custodies")
    houses = [(row, queries.is_public(row)) for row in queries.federations_with_ledgers(user)[:2]]
    return render(
        request,
        "organizations/custody/ledgers.html",
        {
            "page": keyset(shown, request),
            "tabs": [
                {"label": "代管中", "url": url, "on": not chosen, "count": None},
                {"label": "已终止", "url": f"{url}?state=ended", "on": bool(chosen), "count": None},
            ],
            "count": kept.count(),
            "left": CustodyBalance.objects.filter(custody__in=kept.values("pk")).aggregate(n=Sum("balance"))["n"]
            or 0,
            "waiting": queries.custody_entries_visible_to(user).filter(state=EntryState.CHECK).count(),
            "house": houses[0] if len(houses) == 1 else None,
            "may_publish": len(houses) == 1 and user.has_perm("organizations.publish_custody", houses[0][0]),
        },
    )


def _ledger(request: HttpRequest, uid: str) -> Custody:
    """A ledger this person may read; one that was never opened is still a case and no ledger."""
    found: Custody = get_object_or_404(
        queries.custodies_visible_to(request.user), uid=uid, state__in=(*KEPT, CustodyState.ENDED)
    )
    return found


def _month(text: str) -> dt.date | None:
    found = MONTH.fullmatch(text)
    return dt.date(int(found[1]), int(found[2]), 1) if found and int(found[1]) >= 2000 else None


@login_required
@require_safe
def ledger(request: HttpRequest, uid: str) -> HttpResponse:
    """One ledger: what is left of each kind of money, a month's entries, what waits, and every statement."""
    custody, user = _ledger(request, uid), user_of(request)
    month = _month(request.GET.get("month", "")) or queries.month_of(custody.ended_on or clock.today())
    statements = list(queries.statements_visible_to(user).filter(custody=custody).order_by("-month")[:SHOWN])
    lines = queries.lines_of(custody, month)
    seen = queries.custody_entries_visible_to(user).filter(custody=custody)
    booked = seen.filter(pk__in=queries.booked_in(custody, month).values("pk")).order_by("happened_on", "seq")
    may_enter = user.has_perm("organizations.enter_custody", custody) and custody.state in KEPT
    open_month = queries.month_to_close(custody)
    return render(
        request,
        "organizations/custody/ledger.html",
        {
            "custody": custody,
            "balances": queries.balances_of(custody),
            "left": sum(queries.balances_of(custody).values()),
            "month": month,
            "before": queries.month_of(month - dt.timedelta(days=1)) if _began(custody) < month else None,
            "after": queries.next_month(month) if month < queries.month_of(clock.today()) else None,
            "lines": lines,
            "opening": sum(line.opening for line in lines),
            "rows": queries.running(booked, sum((line.opening for line in lines), queries.ZERO)),
            "waiting": list(seen.filter(state__in=(EntryState.CHECK, EntryState.MEND, EntryState.DRAFT))[:SHOWN]),
            "statements": statements,
            "may_enter": may_enter,
            "may_reverse": may_enter,
            "reversed": set(
                seen.filter(reverses__isnull=False).exclude(state="dropped").values_list("reverses", flat=True)
            ),
            "to_close": open_month
            if custody.state in KEPT
            and open_month < queries.month_of(clock.today())
            and user.has_perm("organizations.close_custody_month", custody)
            else None,
            "closing_day": queries.statement_due(custody, month).day,
            "sees_all": user.has_perm("organizations.view_custodies"),
        },
    )


def _began(custody: Custody) -> dt.date:
    assert custody.valid_from is not None
    return queries.month_of(custody.valid_from)


@login_required
@require_POST
def begin(request: HttpRequest, uid: str) -> HttpResponse:
    """Apply for a member to have its accounts kept, or go on with what is open."""
    member = get_object_or_404(members_visible_to(request.user), uid=uid)
    return go_on(actions.begin_custody(member, actor=user_of(request)), user_of(request))


@login_required
@require_POST
def enter(request: HttpRequest, uid: str) -> HttpResponse:
    """Open an entry."""
    return go_on(entries.begin_entry(_ledger(request, uid), actor=user_of(request)), user_of(request))


@login_required
@require_POST
def reverse_entry(request: HttpRequest, uid: str) -> HttpResponse:
    """Open the entry that takes back a booked one."""
    entry = get_object_or_404(queries.custody_entries_visible_to(request.user), uid=uid)
    return go_on(entries.begin_reversal(entry, actor=user_of(request)), user_of(request))


@login_required
@require_POST
def close(request: HttpRequest, uid: str) -> HttpResponse:
    """Close the first open month before its day comes."""
    made = actions.close_month(_ledger(request, uid), actor=user_of(request))
    messages.success(request, f"{made.month:%Y年%-m月}已结账，对账单已发给会员的负责人。")
    return redirect(made)


@login_required
@require_POST
def publish(request: HttpRequest, uid: str) -> HttpResponse:
    """Let everybody read the sums, or no longer."""
    federation: Federation = get_object_or_404(queries.federations_with_ledgers(user_of(request)), uid=uid)
    policy = actions.publish_custody(federation, public=request.POST.get("public") == "1", actor=user_of(request))
    messages.success(request, "代管汇总已公开。" if policy.public else "代管汇总不再公开。")
    return redirect("organizations:custodies")


@require_safe
def summary(request: HttpRequest, uid: str) -> HttpResponse:
    """The sums of a federation that agreed to publish them; no member is named."""
    federation = get_object_or_404(public_federations(), uid=uid)
    if not queries.is_public(federation):
        raise Http404
    context = {"federation": federation, "summary": queries.summary_of(federation)}
    return render(request, "organizations/custody/summary.html", context)


# --- a statement ------------------------------------------------------------------------------------------------


def _statement(request: HttpRequest, uid: str, month: str) -> CustodyStatement:
    day = _month(month)
    if day is None:
        raise Http404
    found: CustodyStatement = get_object_or_404(
        queries.statements_visible_to(request.user), custody__uid=uid, month=day
    )
    return found


def _rows(statement: CustodyStatement) -> list[tuple[CustodyEntry, Any]]:
    return queries.running(queries.booked_in(statement.custody, statement.month), statement.opening)


@login_required
@require_safe
def statement(request: HttpRequest, uid: str, month: str) -> HttpResponse:
    """The statement of a month on A4."""
    found = _statement(request, uid, month)
    context = {
        "statement": found,
        "custody": found.custody,
        "lines": found.lines.order_by("pk"),
        "rows": _rows(found),
    }
    return render(request, "organizations/custody/statement.html", context)


@login_required
@require_safe
def workbook(request: HttpRequest, uid: str, month: str) -> HttpResponse:
    """The same as a workbook."""
    found = _statement(request, uid, month)
    file = io.BytesIO()
    with xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        bold, money = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "#,##0.00"})
        total = book.add_worksheet("对账单")
        total.set_column(0, 4, 16)
        total.write_string(0, 0, str(found), bold)
        total.write_string(1, 0, f"{found.custody.federation.name} · {found.custody.number} · 截至 {found.through}")
        _head(total, 3, ("资金来源", "期初余额", "本期收入", "本期支出", "期末余额"), bold)
        sums = [(line.get_fund_display(), line) for line in found.lines.order_by("pk")]
        for at, (label, line) in enumerate([*sums, ("合计", found)], 4):
            total.write_string(at, 0, str(label))
            for column, value in enumerate((line.opening, line.money_in, line.money_out, line.closing), 1):
                total.write_number(at, column, value, money)
        sheet = book.add_worksheet("明细")
        sheet.set_column(0, 9, 14)
        heads = ("日期", "序号", "收支", "资金来源", "用途", "对方", "凭证号", "收入", "支出", "余额")
        _head(sheet, 0, heads, bold)
        for at, (entry, left) in enumerate(_rows(found), 1):
            told = (f"{entry.happened_on}", f"{entry.seq}", _kind(entry), entry.get_fund_display(), entry.purpose)
            for column, text in enumerate((*told, entry.counterpart, entry.voucher_number)):
                sheet.write_string(at, column, str(text))
            for column, value in enumerate((entry.money_in, entry.money_out, left), len(told) + 2):
                sheet.write_number(at, column, value, money)
    response = HttpResponse(file.getvalue(), content_type=MEDIA)
    response["Content-Disposition"] = content_disposition_header(True, f"{found}.xlsx") or "attachment"
    return response


def _kind(entry: CustodyEntry) -> str:
    return str(EntryKind(entry.kind).label)


def _head(sheet: Any, row: int, texts: tuple[str, ...], bold: Any) -> None:
    for column, text in enumerate(texts):
        sheet.write_string(row, column, text, bold)
