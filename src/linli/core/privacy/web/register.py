"""The privacy notice everybody may read, the register of processing behind it, and the rules of keeping."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.core import clock
from linli.core.access.grants import grants_of
from linli.core.access.signed_in import user_of
from linli.core.errors import BadInput, NotAllowed
from linli.core.paging import keyset
from linli.core.parameters import REGISTRY, Parameter, value_of
from linli.core.parameters.models import ParameterValue
from linli.core.privacy import telling
from linli.core.privacy.actions import erasing, notice, retention
from linli.core.privacy.choices import DISTRICT_HEAD, Ground, MarkKind, Trigger
from linli.core.privacy.declare import PROCESSINGS, RETENTIONS, Processing, Retention
from linli.core.privacy.models import LocalProcessing, NoticeVersion, RecordMark, RetentionRun
from linli.core.privacy.places import place_of


@require_safe
def privacy_page(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """个人信息怎么用: the notice in force, or a former version of it."""
    versions = list(NoticeVersion.objects.order_by("-number").defer("content")[:50])
    today = notice.current_version()
    version = today if number is None else get_object_or_404(NoticeVersion, number=number)
    before = NoticeVersion.objects.filter(number=version.number - 1).first()
    context = {
        "version": version,
        "is_current": version.number == today.number,
        "entries": telling.ordered(version.content),
        "versions": versions or [today],
        "changes": telling.changes_between(before.content, version.content) if before else [],
        "contact": value_of("privacy.contact"),
        "days": value_of("privacy.reply_days"),
    }
    return render(request, "core/privacy/notice.html", context)


class LocalForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a district adds to the register of processing."""

    class Meta:
        model = LocalProcessing
        fields = (
            "label",
            "extends",
            "purpose",
            "ground",
            "basis",
            "fields",
            "sensitive",
            "triggers",
            "sources",
            "recipients",
            "kept",
            "security",
        )
        widgets: ClassVar[dict[str, Any]] = {
            "purpose": forms.Textarea(attrs={"rows": 3}),
            "fields": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts: ClassVar[dict[str, str]] = {
            "basis": "写明法律、法规、规章的名称和条款",
            "fields": "用顿号分开，例如：姓名、手机号",
            "kept": "例如：自活动结束之日起 1 年，到期删除",
            "triggers": "有任何一种，处理前都要做影响评估（个人信息保护法第五十五条）；登记以后经办的待办里会有",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(entry.slug, entry.label) for entry in PROCESSINGS.values()]
        offered = [choice for choice in Trigger.choices if choice[0] != Trigger.SENSITIVE]  # its own field says that
        self.fields["triggers"] = forms.MultipleChoiceField(
            label="有没有下列情形",
            choices=offered,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=self.Meta.help_texts["triggers"],
            error_messages={"invalid_choice": "请从列出的里面选。"},
        )
        self.fields["extends"] = forms.ChoiceField(
            label="补充哪一项", choices=[("", "单独一项"), *known], required=False
        )
        self.fields["ground"].choices = [("", "请选择"), *Ground.choices]  # type: ignore[attr-defined]
        for name in ("label", "purpose", "ground", "basis", "fields", "sources", "kept", "security"):
            self.fields[name].error_messages["required"] = f"请填写“{self.fields[name].label}”。"


def edited_scope(request: HttpRequest) -> str:
    """The path of the district this person keeps the register of; "" for a reader."""
    return next((grant.scope for grant in grants_of(request.user) if grant.role == DISTRICT_HEAD), "")


@login_required
@require_safe
def processing_page(request: HttpRequest) -> HttpResponse:
    """The register of processing activities as a table, with the districts' own entries."""
    if not request.user.has_perm("privacy.view_register"):
        raise Http404
    scope = edited_scope(request)
    rows: list[tuple[Processing, dict[str, Any]]] = [(entry, telling.told(entry)) for entry in PROCESSINGS.values()]
    local = [
        (row, place_of(row.scope), bool(scope) and row.scope == scope)
        for row in LocalProcessing.objects.filter(ended_at__isnull=True).order_by("scope", "pk")
    ]
    context = {"rows": rows, "local": local, "may_edit": bool(scope), "version": notice.current_version()}
    context["may_assess"] = request.user.has_perm("privacy.view_assessments")
    return render(request, "core/privacy/processing.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def local_page(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Write or change a district's own entry; POST with `end` takes it out."""
    scope = edited_scope(request)
    if not request.user.has_perm("privacy.view_register"):
        raise Http404
    if not scope:
        raise NotAllowed(notice.SET_LOCAL, "处理活动登记由区民政局科长填写。需要时请转告他们。")
    row = get_object_or_404(LocalProcessing, pk=pk, scope=scope, ended_at__isnull=True) if pk else None
    if request.method == "POST" and row is not None and request.POST.get("end") == "1":
        notice.end_local(row, actor=user_of(request))
        messages.success(request, "这一项已从登记里去掉，隐私说明有了新的一版。")
        return redirect("core:processing")
    form = LocalForm(request.POST if request.method == "POST" else None, instance=row)
    if request.method == "POST" and form.is_valid():
        notice.set_local(scope=scope, actor=user_of(request), row=row, **form.cleaned_data)
        messages.success(request, "已登记，隐私说明有了新的一版。")
        return redirect("core:processing")
    return render(request, "core/privacy/local.html", {"form": form, "row": row}, status=422 if form.errors else 200)


# --- rules of keeping --------------------------------------------------------------------------------


def _rule_or_404(request: HttpRequest, slug: str) -> Retention:
    rule = RETENTIONS.get(slug)
    if rule is None or not rule.runs or not request.user.has_perm("privacy.view_retention"):
        raise Http404
    return rule


@login_required
@require_safe
def retention_page(request: HttpRequest) -> HttpResponse:
    """What the nightly clean-up would do now, rule by rule, each number opening into its rows."""
    if not request.user.has_perm("privacy.view_retention"):
        raise Http404
    rows = [
        (found, _parameter(request, found.rule), _days(found.rule, edited_scope(request)))
        for found in retention.forecast()
    ]
    runs = RetentionRun.objects.filter(Q(done__gt=0) | Q(failed__gt=0)).order_by("-pk")[:20]
    told = [(run, RETENTIONS[run.rule].label if run.rule in RETENTIONS else run.rule) for run in runs]
    return render(request, "core/privacy/retention.html", {"rows": rows, "runs": told, "today": clock.today()})


def _parameter(request: HttpRequest, rule: Retention) -> tuple[Parameter, bool] | None:
    """The parameter behind a rule, and whether this reader keeps it."""
    if not rule.parameter:
        return None
    parameter = REGISTRY[rule.parameter]
    permission = "core.set_policy" if parameter.kept_by == "security" else "core.set_parameter"
    scope = "" if parameter.kept_by == "security" else edited_scope(request)
    return parameter, request.user.has_perm(permission, ParameterValue(key=parameter.key, scope=scope))


def _days(rule: Retention, scope: str = "") -> Any:
    return value_of(rule.parameter, scope) if rule.parameter else ""


def in_scope(request: HttpRequest, rule: Retention, rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows of the reader's own district where rows lie somewhere. Whoever keeps the policies sees all of them,
    as numbers and dates; see `_named`."""
    if request.user.has_perm("privacy.view_retention") and not edited_scope(request):
        return rows
    return rows.filter(**{f"{rule.scope}__startswith": edited_scope(request)}) if rule.scope else rows


@login_required
@require_safe
def retention_rows(request: HttpRequest, slug: str) -> HttpResponse:
    """The rows behind a number. A district head reads their titles and may hold one; the security administrator
    keeps the policy and reads no business data, so sees kind, number and date."""
    rule = _rule_or_404(request, slug)
    held, coming = request.GET.get("held") == "1", request.GET.get("coming") == "1"
    rows = (retention.held_rows if held else retention.coming_rows if coming else retention.due_rows)(rule)
    named = bool(edited_scope(request))
    page = keyset(in_scope(request, rule, rows), request, ascending=True)
    shown = [
        {
            "row": row,
            "pk": row.pk if isinstance(row.pk, int) else "",
            "title": rule.title(row) if named else str(rule.model._meta.verbose_name),
            "url": row.get_absolute_url() if named and hasattr(row, "get_absolute_url") else "",
            "since": since_of(rule, row),
            "mark": _hold_on(row) if held else None,
        }
        for row in page.rows
    ]
    context = {
        "rule": rule,
        "page": page,
        "rows": shown,
        "held": held,
        "coming": coming and not held,
        "may_hold": named and bool(rule.scope),
        "days": _days(rule, edited_scope(request)),
        "cutoff": rule.cutoff(clock.now()),
        "parameter": REGISTRY[rule.parameter],
    }
    return render(request, "core/privacy/retention_rows.html", context)


def since_of(rule: Retention, row: Any) -> Any:
    value = row
    for part in rule.since.split("__"):
        value = getattr(value, part)
    return value


def _hold_on(row: Any) -> RecordMark | None:
    kind = ContentType.objects.get_for_model(row)
    return RecordMark.objects.filter(
        kind=MarkKind.HOLD, subject_type=kind, subject_id=row.pk, lifted_at__isnull=True
    ).first()


@login_required
@require_POST
def retention_hold(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Keep one row although its time has run, or let it go again."""
    rule = _rule_or_404(request, slug)
    moment = clock.now() + retention.AHEAD  # what goes next month can be held today
    row = get_object_or_404(in_scope(request, rule, retention.run_out(rule, moment)), pk=pk)
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:300]
    try:
        if mark := _hold_on(row):
            erasing.lift_mark(mark, reason=reason, actor=user_of(request))
            messages.success(request, "已解除。今晚会按规则清理。")
        else:
            erasing.mark_record(row, MarkKind.HOLD, reason=reason, actor=user_of(request))
            messages.success(request, "已依法保留，不会清理。")
    except BadInput as refusal:
        messages.warning(request, refusal.message)
    return redirect("core:retention_rows", slug=slug)
