"""Incidents: the report anybody makes, the pages of those who handle it, whom it concerns, the letter they get."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from linli.core import clock
from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.errors import BadInput
from linli.core.files.registry import register_readable
from linli.core.privacy import incident_choices as choices
from linli.core.privacy.actions import incidents
from linli.core.privacy.declare import HOLDINGS
from linli.core.privacy.incident_choices import IncidentKind, IncidentState
from linli.core.privacy.incident_models import Concerned, Incident
from linli.core.privacy.places import districts
from linli.core.privacy.queries import incidents_visible_to, letters_to
from linli.core.privacy.registry import register_revealable
from linli.core.registers.declare import REGISTRY as REGISTERS
from linli.core.registers.declare import Register
from linli.core.registers.selection import Selection
from linli.core.workflow.declare import Step
from linli.core.workflow.forms import FORMS, DraftForm, StepForm
from linli.core.workflow.wizard import Document, Page, Wizard

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


# --- reporting -------------------------------------------------------------------------------------------------


class ReportForm(forms.Form):
    """What somebody noticed."""

    kind = forms.ChoiceField(
        label="怎么了",
        choices=IncidentKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选怎么了。", "invalid_choice": "请从列出的里面选。"},
    )
    what = forms.CharField(
        label="发现了什么",
        max_length=2000,
        help_text="在哪里看到的、是谁的哪些信息、可能是怎么出去的。只有区里处置的人能看到原文",
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "请写发现了什么。", "max_length": "最多写 2,000 个字。"},
    )
    found_at = forms.DateTimeField(
        label="什么时候发现的",
        widget=MOMENT,
        error_messages={"required": "请填什么时候发现的。", "invalid": "请填日期和时间，例如 2026-11-22 09:30。"},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["found_at"].initial = timezone.localtime(clock.now()).replace(second=0, microsecond=0)
        if not incidents.usual_place(user):
            served = [("", "请选择"), *((place.path, place.label) for place in districts())]
            self.fields["place"] = forms.ChoiceField(
                label="由哪个区处理", choices=served, error_messages={"required": "请选由哪个区处理。"}
            )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_page(request: HttpRequest) -> HttpResponse:
    """Report what looks like an incident; one's own earlier reports stand below."""
    user = user_of(request)
    form = ReportForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            case = incidents.report_incident(**form.cleaned_data, actor=user)
        except BadInput as refusal:
            for name, words in refusal.fields.items():
                form.add_error(name if name in form.fields else None, words)
        else:
            messages.success(request, f"已报告，编号 {case.number}。区里马上研判，有结果会通知你。")
            return redirect(case.get_absolute_url())
    mine = incidents_visible_to(user).filter(owner=user).order_by("-pk")[:10]
    context = {"form": form, "mine": mine}
    return render(request, "core/privacy/incident_report.html", context, status=422 if form.errors else 200)


# --- handling --------------------------------------------------------------------------------------------------


class HandlingForm(DraftForm):
    """A page of what was found out."""

    class Meta:
        model = Incident
        fields: ClassVar[tuple[str, ...]] = ()
        widgets: ClassVar[dict[str, Any]] = {
            "kind": forms.RadioSelect,
            "level": forms.RadioSelect,
            "happened_from": MOMENT,
            "happened_to": MOMENT,
            **{name: forms.Textarea(attrs={"rows": 4}) for name in ("cause", "harm", "measures", "advice")},
        }
        help_texts: ClassVar[dict[str, str]] = {
            "info": "本人会看到。例如：姓名、手机号；不写具体的号码",
            "level": "按本地网络安全、数据安全事件应急预案的分级",
            "estimate": "名单另外查，这里填估计数；不知道就不填",
            "happened_to": "还在发生就不填",
            "cause": "本人会看到。写事实，不写姓名和号码",
            "harm": "本人会看到。例如：可能接到冒充工作人员的电话",
            "measures": "本人会看到。例如：已收回链接、锁定账号、换了密码",
            "advice": "本人会看到。例如：不回拨陌生电话、改密码、留意账户",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("kind", "level"):
            if name in self.fields:  # a radio of nothing is no answer
                offered = self.fields[name].choices  # type: ignore[attr-defined]
                self.fields[name].choices = [choice for choice in offered if choice[0]]  # type: ignore[attr-defined]


class FactsForm(HandlingForm):
    """What happened, to which information, how grave."""

    needed = ("kind", "info", "level", "happened_from")

    class Meta(HandlingForm.Meta):
        fields = ("kind", "info", "happened_from", "happened_to", "level", "estimate")

    def clean(self) -> dict[str, Any]:
        """Times in their order."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        begin, end = cleaned.get("happened_from"), cleaned.get("happened_to")
        if begin and begin > clock.now():
            self.add_error("happened_from", "发生时间不能在将来。")
        if begin and end and end < begin:
            self.add_error("happened_to", "结束不能早于开始。请核对。")
        return cleaned


class CauseForm(HandlingForm):
    """Why it happened, what it can do, what was done."""

    needed = ("cause", "harm", "measures")

    class Meta(HandlingForm.Meta):
        fields = ("cause", "harm", "measures")


class AdviceForm(HandlingForm):
    """What persons concerned can do, and whom they can ask."""

    needed = ("advice", "contact")

    class Meta(HandlingForm.Meta):
        fields = ("advice", "contact")


WIZARD = Wizard(
    choices.INCIDENT,
    pages=lambda case: (
        Page("facts", "发生了什么", "先控制住，再写。下面这些主管部门都要。", FactsForm),
        Page("cause", "原因、危害、措施", "第五十七条第一项、第二项。", CauseForm),
        Page("advice", "告诉有关的人什么", "第五十七条第二项、第三项。", AdviceForm),
        Page(
            "papers",
            "附上材料",
            "截图、日志、报告等，没有可以跳过。",
            documents=(Document("proof", "有关材料", False, "只有区里处置的人能看。"),),
        ),
    ),
    save=incidents.save_incident,
    missing=incidents.missing,
    editable=frozenset({IncidentState.HANDLING}),
    sending=frozenset({choices.ASSESS.name}),
    next_words="由科长报告主管部门，再通知有关的人。名单在事件页上查。",
    sent="评估已报科长",
)


def _handles(user: Any, case: Any) -> bool:
    return bool(user.has_perm("core.view_incident", case)) and case.owner_id != user.pk


register_readable(
    Incident,
    lambda user, subject: _handles(user, subject) or user.has_perm("privacy.gather_concerned", subject),
    changeable=lambda user, subject: WIZARD.may_edit(subject, user),
)
register_revealable(
    Incident,
    {"what": "报告的原文"},
    visible_to=incidents_visible_to,
    permission="core.view_incident",
    subject_of=lambda case: case.owner,
)


class AuthorityForm(StepForm):
    """To whom it was reported, when, and the receipt."""

    def __init__(self, step: Step, data: Any = None) -> None:
        super().__init__(step, data)
        self.fields["authority"] = forms.CharField(
            label="报告给哪个部门",
            max_length=100,
            help_text="履行个人信息保护职责的部门，例如区委网信办；涉嫌犯罪的同时报公安机关",
            error_messages={"required": "请填报告给哪个部门。"},
        )
        self.fields["told_authority_on"] = forms.DateField(
            label="报告日期",
            initial=clock.today,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"required": "请填报告日期。", "invalid": "请填日期，例如 2026-11-22。"},
        )
        self.fields["authority_number"] = forms.CharField(label="文号或回执号", max_length=60, required=False)
        self.order_fields(["authority", "told_authority_on", "authority_number", "reason"])


class TellForm(StepForm):
    """How those without an account were told."""

    def __init__(self, step: Step, data: Any = None) -> None:
        super().__init__(step, data)
        self.fields["otherwise"] = forms.CharField(
            label="没有账号的人怎样通知",
            max_length=500,
            required=False,
            help_text="电话、上门、书面、公告，何时、多少人。名单里的人会当场收到站内消息",
            widget=forms.Textarea(attrs={"rows": 3}),
        )


class CloseForm(StepForm):
    """The closing report."""

    def __init__(self, step: Step, data: Any = None) -> None:
        super().__init__(step, data)
        self.fields["closing"] = forms.CharField(
            label="结案报告",
            min_length=10,
            max_length=3000,
            help_text="经过、原因、处置、影响、教训，以及改了什么不再发生。不写姓名和号码",
            widget=forms.Textarea(attrs={"rows": 6}),
            error_messages={"required": "请写结案报告。", "min_length": "结案报告至少写 10 个字。"},
        )


FORMS.update(
    {
        choices.TELL_AUTHORITY.name: AuthorityForm,
        choices.TELL_PERSONS.name: TellForm,
        choices.CLOSE.name: CloseForm,
    }
)


# --- whom it concerns ------------------------------------------------------------------------------------------


class LooksForm(forms.Form):
    """By the trace: what one account looked at in a time."""

    username = forms.CharField(label="谁看的（登录名）", max_length=150, error_messages={"required": "请填登录名。"})
    since = forms.DateTimeField(label="从", widget=MOMENT, error_messages={"required": "请填从什么时候。"})
    until = forms.DateTimeField(label="到", widget=MOMENT, error_messages={"required": "请填到什么时候。"})

    def clean_username(self) -> User:
        """The account."""
        who = User.objects.filter(username=self.cleaned_data["username"].replace("\0", "")).first()
        if who is None:
            raise forms.ValidationError("没有这个登录名。请核对。")
        return who

    def clean(self) -> dict[str, Any]:
        """Times in their order."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "不能早于开始。请核对。")
        return cleaned


class RecordsForm(forms.Form):
    """By a register: the address of a filtered list."""

    address = forms.CharField(
        label="名册的网址",
        max_length=2000,
        help_text="在名册里筛选出受影响的记录，把浏览器地址栏里的网址贴在这里",
        error_messages={"required": "请贴上网址。"},
    )

    def clean(self) -> dict[str, Any]:
        """The register and the filter behind the address."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        parts = urlsplit(cleaned.get("address", ""))
        register = _register_at(parts.path)
        if "address" in cleaned and register is None:
            self.add_error("address", "这不是名册的网址。请打开名册，筛选以后再复制。")
        cleaned["register"], cleaned["params"] = register, QueryDict(mutable=True)
        for name, value in parse_qsl(parts.query.replace("%00", "")):
            cleaned["params"].appendlist(name, value)
        return cleaned


def _register_at(path: str) -> Register | None:
    known = {holding.model_label for holding in HOLDINGS.values() if holding.persons is not None}
    found = (register for register in REGISTERS.values() if register.model_label in known and register.url)
    return next((register for register in found if reverse(register.url) == path), None)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def concerned_page(request: HttpRequest, uid: str) -> HttpResponse:
    """Whom the incident concerns: found by the trace or by a register, put on the list by one statement."""
    user = user_of(request)
    case = get_object_or_404(incidents_visible_to(user), uid=uid)
    if not user.has_perm("privacy.gather_concerned", case):
        raise Http404
    how = request.POST.get("how", "")
    looks = LooksForm(request.POST if how == "looks" else None, prefix="looks", initial=_times(case))
    records = RecordsForm(request.POST if how == "records" else None, prefix="records")
    if request.method == "POST":
        if how == "clear":
            messages.success(request, f"已从名单里去掉 {incidents.clear_concerned(case, actor=user)} 人。")
            return redirect("core:incident_concerned", uid=case.uid)
        source = _source(looks if how == "looks" else records, user)
        if source is not None:
            added = incidents.gather_concerned(case, source, actor=user)
            messages.success(request, f"新查到 {added} 人，已加到名单。")
            return redirect("core:incident_concerned", uid=case.uid)
    rows = Concerned.objects.filter(incident=case)
    context = {
        "case": case,
        "looks": looks,
        "records": records,
        "open": case.state in incidents.GATHERED_IN,
        "total": rows.count(),
        "untold": rows.filter(told_at__isnull=True).count(),
        "without": sum(int(source.get("without", 0)) for source in case.sources),
        "sources": [source | {"at": dt.datetime.fromisoformat(source["at"])} for source in case.sources],
    }
    wrong = looks.errors or records.errors
    return render(request, "core/privacy/incident_concerned.html", context, status=422 if wrong else 200)


def _times(case: Incident) -> dict[str, Any]:
    local = {"since": case.happened_from, "until": case.happened_to or clock.now()}
    return {name: timezone.localtime(at).replace(second=0, microsecond=0) for name, at in local.items() if at}


def _source(form: forms.Form, user: User) -> incidents.Source | None:
    if not form.is_valid():
        return None
    said = form.cleaned_data
    if isinstance(form, LooksForm):
        return incidents.from_looks(who=said["username"], since=said["since"], until=said["until"])
    selection = Selection.from_params(said["register"], said["params"], user)
    return incidents.from_records(selection.queryset, f"{said['register'].label}：{selection.describe()}")


# --- the letter ------------------------------------------------------------------------------------------------


@login_required
@never_cache
@require_safe
def letter_page(request: HttpRequest, uid: str) -> HttpResponse:
    """What the law has a person concerned told; to be printed too. For whoever was told, and nobody else."""
    row = get_object_or_404(letters_to(user_of(request)), incident__uid=uid)
    response = render(request, "core/privacy/incident_letter.html", {"case": row.incident, "told_at": row.told_at})
    response["Cache-Control"] = "no-store, private"
    return response
