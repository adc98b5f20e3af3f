"""我的数据: what is held about the person, in the clear on wish; the file to take along; agreements; closing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.core.access.signed_in import user_of
from linli.core.audit import record
from linli.core.paging import keyset
from linli.core.privacy.actions import erasing, requests, takeouts
from linli.core.privacy.actions.consents import due_consents, give_consent, withdraw_consent
from linli.core.privacy.actions.notice import current_version
from linli.core.privacy.choices import RequestKind
from linli.core.privacy.declare import HOLDINGS, PROCESSINGS
from linli.core.privacy.holdings import SIGN_UP
from linli.core.privacy.middleware import ASK
from linli.core.privacy.models import NoticeVersion, Takeout
from linli.core.privacy.queries import (
    consents_of,
    disclosures_visible_to,
    holdings_about,
    requests_visible_to,
    shown_row,
    subject_of,
    takeout_of,
)
from linli.core.privacy.telling import changes_between, kept_words
from linli.core.workflow.wizard import WIZARDS

SHOWN = "privacy.show_own"
PER_PAGE = 20
# These go with the account; where one is the person's to delete, its own page does it at once.
NOT_ALONE = ("account", "requests", "saved-filters", "share-links", "webhooks")


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store, private"
    return response


@login_required
@require_safe
def data_page(request: HttpRequest) -> HttpResponse:
    """Every kind of row held about this person, by what it serves."""
    user = user_of(request)
    counts = {holding.slug: count for holding, count in holdings_about(subject_of(user))}
    groups = [
        (
            entry,
            [(holding, counts[holding.slug]) for holding in entry.holdings],
            [kept_words(r) for r in entry.retentions],
        )
        for entry in PROCESSINGS.values()
        if any(counts[holding.slug] for holding in entry.holdings)
    ]
    mine = requests_visible_to(user).filter(owner=user).order_by("-pk")[:5]
    context = {"groups": groups, "requests": mine, "takeout": takeout_of(user)}
    return _private(render(request, "core/privacy/data.html", context))


def _wants_full(request: HttpRequest) -> bool:
    return request.GET.get("show") == "1"


@login_required
@require_safe
@reauthentication_required(enabled=_wants_full)  # type: ignore[untyped-decorator]
def holding_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The rows of one kind; masked, or in full once the password was entered again (for five minutes)."""
    holding, user, full = HOLDINGS.get(slug), user_of(request), _wants_full(request)
    if holding is None:
        raise Http404
    subject = subject_of(user)
    page = keyset(holding.about(subject), request, size=PER_PAGE)
    if full and page.rows:
        record(user, SHOWN, user, holding=slug)
    rows = [
        {
            "row": row,
            "key": f"{slug}/{row.pk}",
            "title": holding.title(row),
            "url": holding.url(row) if holding.url else "",
            **_filled(shown_row(holding, row, subject, full=full), holding.title(row)),
            "kept": holding.kept_by_law(row, subject),
        }
        for row in page.rows
    ]
    context = {
        "holding": holding,
        "entry": PROCESSINGS[holding.processing],
        "kept": [kept_words(rule) for rule in PROCESSINGS[holding.processing].retentions],
        "page": page,
        "rows": rows,
        "full": full,
        "personal": any(item.kind for item in holding.items),
        # A trace of which nothing can be asked is read as a list; what has many values, row by row.
        "listed": not holding.requestable and holding.scope is None and not any(_is_group(row) for row in rows),
        "may_correct": holding.correct is not None,
        "may_delete": holding.erase is not None and slug not in NOT_ALONE,
        "may_restrict": holding.scope is not None and slug != "requests",
    }
    return _private(render(request, "core/privacy/holding.html", context))


def _is_group(row: dict[str, Any]) -> bool:
    return any(isinstance(cell["value"], dict) for cell in row["values"])


def _filled(cells: list[dict[str, Any]], title: str) -> dict[str, Any]:
    """The values that say something, and the labels of those that are empty, for one line below them; for a list the
    moment, and what the title does not say."""
    filled = [cell for cell in cells if cell["value"] not in ("", None) and str(cell["value"]) != ""]
    at = next((cell for cell in filled if isinstance(cell["value"], dt.date)), None)
    return {
        "values": filled,
        "empty": [cell["label"] for cell in cells if cell not in filled],
        "at": at["value"] if at else None,
        "more": [cell for cell in filled if cell is not at and str(cell["value"]) != title],
    }


# --- the file to take along --------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def takeout_page(request: HttpRequest) -> HttpResponse:
    """Ask for the file, see how far it is, download it."""
    user = user_of(request)
    if request.method == "POST":
        takeouts.ask_takeout(actor=user)
        messages.success(request, "开始准备了，通常几分钟。好了会发消息给你。")
        return redirect("core:takeout")
    before = Takeout.objects.filter(person=user).order_by("-pk")
    held = takeout_of(user)
    there = [holding for holding, count in holdings_about(subject_of(user)) if count]
    context = {"takeout": held, "before": [row for row in before[:10] if row != held], "holdings": there}
    return _private(render(request, "core/privacy/takeout_page.html", context))


@login_required
@require_safe
@reauthentication_required  # type: ignore[untyped-decorator]
def takeout_download(request: HttpRequest, uid: str) -> HttpResponseBase:
    """The ZIP, unsealed as it goes; only for its person, after the password."""
    takeout = get_object_or_404(Takeout, uid=uid, person=user_of(request))
    pieces = takeouts.open_takeout(takeout, actor=user_of(request))
    response = StreamingHttpResponse(pieces, content_type="application/zip")
    day = f"{timezone.localtime(takeout.ready_at):%Y-%m-%d}"
    response["Content-Disposition"] = f'attachment; filename="linli-{day}.zip"'
    response["Content-Length"] = str(takeout.size)
    response["Cache-Control"] = "no-store, private"
    return response


@login_required
@require_POST
def takeout_remove(request: HttpRequest, uid: str) -> HttpResponse:
    """Delete the file before its time."""
    takeouts.remove_takeout(get_object_or_404(Takeout, uid=uid, person=user_of(request)), actor=user_of(request))
    messages.success(request, "文件已删除。")
    return redirect("core:takeout")


# --- agreements and the end of an account ----------------------------------------------------------------------


def _back(request: HttpRequest) -> str:
    back = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if safe else "/"


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consents_page(request: HttpRequest) -> HttpResponse:
    """What the person agreed to; what has changed since; agreeing anew, or later."""
    user = user_of(request)
    if request.method == "POST":
        request.session.pop(ASK, None)
        if agreed := [slug for slug in request.POST.getlist("agree") if slug in PROCESSINGS]:
            for slug in agreed:
                give_consent(slug, actor=user)
            messages.success(request, "已记下你的同意。随时可以在“我的数据”里撤回。")
        return redirect(_back(request))
    due = due_consents(user)
    today = current_version()
    old = {row.number: row.content for row in NoticeVersion.objects.filter(number__in={c.version for c in due})}
    asked = [
        (
            consent,
            PROCESSINGS[consent.processing],
            changes_between(
                {"": old.get(consent.version, {}).get(consent.processing, {})},
                {"": today.content[consent.processing]},
            ),
        )
        for consent in due
    ]
    held = [(row, PROCESSINGS.get(row.processing)) for row in consents_of(user)]
    context = {"asked": asked, "held": held, "next": _back(request), "version": today, "sign_up": SIGN_UP}
    return _private(render(request, "core/privacy/consents.html", context))


@login_required
@require_POST
def consent_withdraw(request: HttpRequest, processing: str) -> HttpResponse:
    """Take one agreement back. That to the account itself leads to closing it."""
    if processing not in PROCESSINGS:
        raise Http404
    if processing == SIGN_UP:
        return redirect("core:close_account")
    withdraw_consent(processing, person=user_of(request), actor=user_of(request))
    messages.success(request, "已撤回。以前已经办的事不受影响。")
    return redirect("core:consents")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def close_account(request: HttpRequest) -> HttpResponse:
    """What goes and what stays when the account is closed; the press of the button, after the password, closes it."""
    user = user_of(request)
    open_ends = erasing.blocks(user)
    if request.method == "POST" and not open_ends:
        outcome = erasing.close_account(user, actor=user)
        logout(request)
        return _private(render(request, "core/privacy/closed.html", {"outcome": outcome.as_list()}))
    subject = subject_of(user)
    kept: dict[tuple[str, str], int] = {}
    gone: dict[str, int] = {}
    for holding in HOLDINGS.values():
        for row in holding.about(subject) if holding.erase is not None else ():
            why = holding.kept_by_law(row, subject)
            if why:
                kept[(holding.label, why)] = kept.get((holding.label, why), 0) + 1
            else:
                gone[holding.label] = gone.get(holding.label, 0) + 1
    context: dict[str, Any] = {"blocks": open_ends, "gone": gone.items(), "kept": kept.items()}
    return _private(
        render(request, "core/privacy/close.html", context, status=409 if request.method == "POST" else 200)
    )


# --- requests --------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def requests_page(request: HttpRequest) -> HttpResponse:
    """The own requests, and what can be asked; POST begins one."""
    user = user_of(request)
    if request.method == "POST":
        look = None
        if raw := request.POST.get("look", ""):
            if not raw.isascii() or not raw.isdigit() or len(raw) > 18:
                raise Http404
            look = get_object_or_404(disclosures_visible_to(user), pk=int(raw))
        case = requests.begin_request(
            request.POST.get("kind", ""),
            actor=user,
            record_key=request.POST.get("record", "").replace("\0", "")[:80],
            look=look,
            on_behalf=request.POST.get("behalf") == "1",
        )
        return redirect(WIZARDS[case.process.slug].url(case))
    own = requests_visible_to(user).filter(owner=user)
    entered = requests_visible_to(user).filter(entered_by=user)
    page = keyset(own | entered, request)
    context = {"page": page, "kinds": list(KIND_WHYS.items())}
    return _private(render(request, "core/privacy/requests.html", context))


KIND_WHYS = {
    RequestKind.CORRECT: "姓名、手机号、身份证号写错了或者变了",
    RequestKind.DELETE: "删一条记录，或者删除全部并注销账号",
    RequestKind.RESTRICT: "有争议的时候，先不让人看全",
    RequestKind.WITHDRAW: "不再同意某一项处理",
    RequestKind.EXPLAIN: "为什么要、给过谁、依据哪一条",
    RequestKind.LINK: "名册上有我，但不在这个账号里",
}
