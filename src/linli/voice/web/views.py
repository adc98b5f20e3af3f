"""Where residents say what is the matter, see their own, and follow what others said."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from linli.actors.queries import served_districts
from linli.areas.models import Area
from linli.areas.queries import areas_valid_on, by_key, key_of
from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.files.queries import attachments_of
from linli.core.paging import keyset
from linli.core.workflow import queries as cases
from linli.core.workflow.engine import perform
from linli.core.workflow.wizard_web import go_on
from linli.voice.actions.drafts import begin_report
from linli.voice.actions.following import join_report, leave_report
from linli.voice.choices.report import WITHDRAW, Elsewhere, ReportState
from linli.voice.models import Follow
from linli.voice.models.report import community_of
from linli.voice.queries import reports as queries


def place_named(key: str) -> Area | None:
    """The place a code on a building names, when it lies in a community."""
    rows = areas_valid_on().select_related("parent__parent__parent__parent").defer("boundary")
    area = by_key(key[:24], rows) if key else None
    return area if community_of(area) is not None else None


def boards_of(place: Area | None) -> list[Area]:
    """The board of a code's community; of every district else."""
    nearest = community_of(place)
    return [nearest] if nearest is not None else served_districts()


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is for, what it is not for, and what lately was done; a code on a building leads here."""
    place = place_named(request.GET.get("at", ""))
    rows = queries.public_reports()
    if place is not None:
        nearest = community_of(place)
        assert nearest is not None
        rows = rows.filter(scope__startswith=nearest.path)
    context = {
        "place": place,
        "place_key": key_of(place) if place is not None else "",
        "boards": [(key_of(area), area) for area in boards_of(place)],
        "page": keyset(rows, request, size=10),
        "elsewhere": Elsewhere.choices,
    }
    return render(request, "voice/home.html", context)


@login_required
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Open a draft, at the place of a code where there is one; `behalf` for somebody else."""
    user = user_of(request)
    behalf = request.POST.get("behalf") == "1"
    report = begin_report(actor=user, area=place_named(request.POST.get("at", "")), on_behalf=behalf)
    return go_on(report, user)


@login_required
@require_safe
def enter(request: HttpRequest) -> HttpResponse:
    """What this person wrote down for others."""
    user = user_of(request)
    if not user.has_perm("voice.enter_report"):
        raise Http404
    rows = queries.reports_visible_to(user).filter(entered_by=user).order_by("-pk")
    return render(request, "voice/enter.html", {"page": keyset(rows, request)})


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What the person said, and what the person joined."""
    user = user_of(request)
    context = {
        "page": keyset(queries.own_reports(user), request),
        "followed": list(queries.followed_by(user)[:20]),
    }
    return render(request, "voice/mine.html", context)


@require_safe
def public(request: HttpRequest, uid: str) -> HttpResponse:
    """A report as everybody may know it: what was said, what was done, how long it took; never who said it."""
    report = get_object_or_404(queries.public_reports(), uid=uid)
    user = request.user
    context = {
        "report": report,
        "timeline": cases.timeline(report, public=True),
        "stages": cases.stage_bar(report, cases.open_task(report)),
        "photos": list(attachments_of(report, "photo")),
        "joined": queries.joined(report),
        "may_join": isinstance(user, User) and user.has_perm("voice.join_report", report),
        "follows": isinstance(user, User) and Follow.objects.filter(report=report, user=user).exists(),
    }
    return render(request, "voice/public.html", context)


@login_required
@require_POST
def join(request: HttpRequest, uid: str) -> HttpResponse:
    """Have the same matter, or not any more."""
    report = get_object_or_404(queries.public_or_open(), uid=uid)
    user = user_of(request)
    if request.POST.get("leave") == "1":
        leave_report(report, actor=user)
        messages.success(request, "不再通知你这一件。")
    else:
        join_report(report, actor=user)
        messages.success(request, "已加上你。有进展会通知你，不会显示你是谁。")
    if draft := request.POST.get("draft", "")[:22]:
        return _instead_of(request, draft)
    return redirect("voice:mine" if not report.is_public else report.public_url)


def _instead_of(request: HttpRequest, uid: str) -> HttpResponse:
    """The resident joined instead of saying it again: the own draft is withdrawn."""
    user = user_of(request)
    draft = queries.own_reports(user).filter(uid=uid, state=ReportState.DRAFT).first()
    if draft is not None:
        perform(WITHDRAW, draft, actor=user)
    return redirect("voice:mine")
