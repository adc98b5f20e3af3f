"""The audit officer's pages: who did and saw what, and whether it is still what was written."""

from __future__ import annotations

import json
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import queries
from linli.core.audit.actions import ask_verification
from linli.core.audit.chain import ids_of
from linli.core.audit.choices import Outcome
from linli.core.audit.labels import GROUPS, label_of
from linli.core.audit.models import Event, Seal
from linli.core.audit.proof import events_proof, home_of
from linli.core.audit.search import ORDER, SIZE, Search
from linli.core.audit.texts import canonical_text, digest_of
from linli.core.errors import NotAllowed
from linli.core.replica.reading import board

MOST_EXPORTED = 10_000
SHOWN_CHECKS = 10


class NameField(forms.ChoiceField):
    """Offers the names that have words, and takes any other."""

    def valid_value(self, value: Any) -> bool:
        """A name nobody gave words is looked for, too."""
        return True


class SearchForm(forms.Form):
    """What is looked for; everything may stay empty."""

    person = forms.CharField(label="谁", max_length=60, required=False)
    about = forms.CharField(label="涉及谁", max_length=60, required=False)
    record = forms.CharField(label="哪件事", max_length=40, required=False)
    name = NameField(label="动作", required=False)
    scope = forms.ChoiceField(label="区域", required=False)
    outcome = forms.ChoiceField(
        label="结果", required=False, choices=[("", "全部结果"), ("done", "成功"), ("failed", "没有成功")]
    )
    since = forms.DateField(label="自", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="至", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    request = forms.CharField(label="请求号", max_length=40, required=False)
    group = forms.ChoiceField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["name"]).choices = [("", "全部动作"), *queries.choices_of_names()]
        cast("forms.ChoiceField", self.fields["scope"]).choices = [("", "全部区域"), *queries.places()]
        groups = [("", ""), *((slug, label) for slug, (label, _names) in GROUPS.items())]
        cast("forms.ChoiceField", self.fields["group"]).choices = groups
        for name, words in (
            ("person", "谁办的"),
            ("about", "涉及谁"),
            ("record", "编号，例如 SQ-…"),
            ("request", "请求号"),
        ):
            self.fields[name].widget.attrs["placeholder"] = words

    def clean(self) -> dict[str, Any]:
        """The first day is not after the last."""
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", "截止日期在开始日期之前，请改一下。")
        return cleaned


def _officer(request: HttpRequest) -> User:
    user = cast("User", request.user)
    if not user.has_perm("core.read_audit"):
        raise NotAllowed("core.read_audit", "办理记录由审计管理员查阅。需要时请联系审计管理员。")
    return user


def _asked(data: Any) -> tuple[SearchForm, Search]:
    form = SearchForm(data)
    valid = {name: value for name, value in form.cleaned_data.items() if value} if form.is_valid() else {}
    return form, Search(**valid)


@login_required
@never_cache
@require_GET
@board
def event_list(request: HttpRequest) -> HttpResponse:
    """The events that fit, newest first."""
    user = _officer(request)
    form, search = _asked(request.GET)
    events = queries.events_visible_to(user) if form.is_valid() else Event.objects.none()
    page = search.page(events, request)
    groups = [
        {"slug": slug, "label": label, "here": search.group == slug} for slug, (label, _names) in GROUPS.items()
    ]
    filled = {name: value for name, value in request.GET.items() if value and name != "after"}
    context = {
        "form": form,
        "page": page,
        "unfinished": page.after and len(page.rows) < SIZE,
        "lines": queries.lines_of(page.rows),
        "groups": groups,
        "filled": filled,
    }
    return render(request, "core/audit/events.html", context, status=422 if form.errors else 200)


def place_in_chain(event: Event) -> tuple[int | None, bool | None]:
    """The number of the seal an event lies in, and whether it still reads as it was sealed; None for not yet."""
    number = home_of(event.pk)
    if number is None:
        return None, None
    seal = Seal.objects.get(pk=number)
    place = next(i for i, held in enumerate(ids_of(seal)) if held == event.pk)
    return number, bytes(seal.digests[32 * place : 32 * place + 32]) == digest_of(canonical_text(event))


@login_required
@never_cache
@require_GET
def event_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One event whole, held against its seal, with what else came of the same request."""
    user = _officer(request)
    event = queries.events_visible_to(user).select_related("actor", "on_behalf_of").filter(pk=pk).first()
    if event is None:
        raise Http404
    number, fits = place_in_chain(event)
    same = Event.objects.none()
    if event.request_id:
        same = queries.events_visible_to(user).filter(request_id=event.request_id).exclude(pk=event.pk)
    context = {
        "event": event,
        "label": label_of(event.name),
        "about": queries.about(event),
        "detail": json.dumps(event.detail, ensure_ascii=False, indent=2, sort_keys=True),
        "number": number,
        "fits": fits,
        "same": queries.lines_of(same.select_related("actor", "on_behalf_of").order_by("pk")[:20]),
    }
    return render(request, "core/audit/event.html", context)


@login_required
@never_cache
@require_POST
def event_export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The newest events that fit as a file that proves itself."""
    user = _officer(request)
    form, search = _asked(request.POST)
    if not form.is_valid():
        return redirect("core:audit")
    rows = search.of(queries.events_visible_to(user)).order_by(*ORDER.order_by)
    ids = list(rows.values_list("pk", flat=True)[:MOST_EXPORTED])
    filled = {name: str(value) for name, value in form.cleaned_data.items() if value}
    lines = events_proof(ids, actor=user, filter=filled)
    answer = StreamingHttpResponse((line.encode() for line in lines), content_type="application/jsonl; charset=utf-8")
    day = timezone.localtime(clock.now())
    answer["Content-Disposition"] = f'attachment; filename="linli-audit-{day:%Y%m%d-%H%M}.jsonl"'
    return answer


@login_required
@never_cache
@require_GET
def checks(request: HttpRequest) -> HttpResponse:
    """Whether everything is still what was written: the last check, its findings, and a button for the next."""
    user = _officer(request)
    rows = list(queries.verifications()[:SHOWN_CHECKS])
    running = next((row for row in rows if row.outcome == Outcome.RUNNING), None)
    whole = queries.verifications().filter(outcome__in=[Outcome.CLEAN, Outcome.BROKEN], since=1)
    context = {
        "state": queries.chain_state(),
        "running": running,
        "share": min(99, 100 * running.done // max(running.total, 1)) if running else 0,
        "last": whole.first(),
        "rows": rows,
        "may_start": running is None and user.has_perm("core.verify_audit"),
    }
    return render(request, "core/audit/checks.html", context)


@login_required
@require_POST
def check_start(request: HttpRequest) -> HttpResponse:
    """Check everything in the background."""
    ask_verification(actor=cast("User", request.user))
    messages.success(request, "已开始核验。可以离开这一页，核完后结果会留在这里。")
    return redirect("core:audit_checks")
