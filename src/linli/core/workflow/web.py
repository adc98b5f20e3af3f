"""Pages every process has: its list, its picture, a case, and the POST of a step."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from linli.core import clock
from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import BadInput, WrongState
from linli.core.workdays import calendar, due_words
from linli.core.workflow import duties, inbox, queries
from linli.core.workflow.declare import REGISTRY, Process, Step
from linli.core.workflow.engine import days_of, perform
from linli.core.workflow.forms import StepForm, form_for
from linli.core.workflow.listing import Cases
from linli.core.workflow.models import Case, Task
from linli.core.workflow.picture import draw
from linli.core.workflow.wizard import WIZARDS


def process_or_404(slug: str) -> Process:
    """The process of an address."""
    process = REGISTRY.get(slug)
    if process is None or process.visible_to is None:
        raise Http404
    return process


def case_or_404(request: HttpRequest, slug: str, uid: str) -> Case:
    """A case this person may see; anything else does not exist."""
    process = process_or_404(slug)
    assert process.visible_to is not None
    case: Case = get_object_or_404(process.visible_to(request.user), uid=uid)
    return case


def asked(request: HttpRequest, name: str) -> str:
    """A value of the address bar, without what PostgreSQL's text cannot hold."""
    return request.GET.get(name, "").replace("\0", "").strip()[:100]


@login_required
@require_safe
def case_list(request: HttpRequest, slug: str) -> HttpResponse:
    """All cases of a process that this person may see; filters live in the address."""
    process = process_or_404(slug)
    # Applications have a list for everybody, perhaps an empty one; what administrators run has not.
    if process.view != "core.view_cases" and not request.user.has_perm(process.view):
        raise Http404
    chosen = Cases.from_params(process, request.GET, request.user)
    page = chosen.page(request.GET.get("after", ""))
    kind = ContentType.objects.get_for_model(process.model)
    tasks = {
        task.case_id: task
        for task in Task.objects.filter(
            case_type=kind, case_id__in=[row.pk for row in page.rows], kind=Task.Kind.ACT, closed_at__isnull=True
        )
    }
    today = clock.today()
    standings = queries.standings(process, request.user)
    listed = [(row, *(due_words(tasks[row.pk].due_on, today) if row.pk in tasks else ("", ""))) for row in page.rows]
    return render(
        request,
        "core/case_list.html",
        {
            "process": process,
            "rows": listed,
            "page": page,
            "standings": standings,
            "facets": [{"value": s.state, "label": s.label, "count": s.count} for s in standings],
            "chosen": chosen,
            "sees_picture": request.user.has_perm(process.view),
        },
    )


@login_required
@require_safe
def process_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The loop drawn, with how many stand where, each number opening into its cases."""
    process = process_or_404(slug)
    if not request.user.has_perm(process.view):
        raise Http404
    standings = queries.standings(process, request.user)
    rows = []
    for standing in standings:
        duty = process.duty_in(standing.state)
        rows.append((standing, duty, role_words(duty.owed_by) if duty else "", _days_words(duty)))
    return render(
        request,
        "core/process.html",
        {"process": process, "picture": draw(process, standings), "rows": rows},
    )


def _days_words(duty: Any) -> str:
    if duty is not None and duty.until:
        return "到约定的那天"
    if duty is None or duty.within is None:
        return "不限时" if duty else ""
    from linli.core.parameters import REGISTRY as PARAMETERS

    return f"{PARAMETERS[duty.within].default if isinstance(duty.within, str) else duty.within} 个工作日"


def role_words(role: str) -> str:
    """A role, or the owner or the clock, in words."""
    from django.conf import settings
    from django.utils.module_loading import import_string

    own = {"owner": "申请人", "system": "到期自动办理"}
    plain = role.partition(".")[0]  # a role in one body: "mediation_head.12"
    return own.get(role) or str(dict(import_string(settings.LINLI_ROLES).choices).get(plain, plain))


def owed_words(task: Task) -> str:
    """Who owes a row, in words; of a duty that one person holds, the post."""
    duty = duties.duty_of(task)
    return role_words(duty.owed_by if duty.held_by and task.kind == Task.Kind.ACT else task.role)


def case_context(request: HttpRequest, case: Case, bound: StepForm | None = None) -> dict[str, Any]:
    """Everything a case page shows; the inbox panel shows the same."""
    assert isinstance(request.user, User)
    task = queries.open_task(case)
    steps = queries.steps_for(request.user, case)
    wizard = WIZARDS.get(case.process.slug)
    editable = wizard is not None and wizard.may_edit(case, request.user)
    sending = wizard.sending if wizard else frozenset()
    versions = list(queries.versions(case))
    posted = any(grant.covers(case.scope) for grant in grants_of(request.user))
    words, tone = due_words(task.due_on, clock.today()) if task else ("", "")
    entries = queries.timeline(case, public=not posted)
    return {
        "case": case,
        "process": case.process,
        "task": task,
        "due": words,
        "due_tone": tone,
        "owed_by": owed_words(task) if task else "",
        "steps": [
            (
                step,
                bound if bound is not None and bound.step is step else form_for(step, case=case),
                basis_of(step, case),
            )
            for step in steps
            if step.name not in sending
        ],
        "steps_to_come": queries.steps_to_come(request.user, case),
        "open_step": bound.step.slug if bound else request.GET.get("step", ""),
        "edit_url": wizard.url(case) if wizard and editable else "",
        "stages": queries.stage_bar(case, task),
        "timeline": entries,
        "lately": entries[:2],
        "returned": next((entry.quote for entry in entries if entry.quote), "") if editable and case.began_at else "",
        "versions": versions,
        "changes": queries.differences(versions[-2].content, versions[-1].content, case.snapshot())
        if len(versions) > 1
        else [],
        "may_extend": bool(task and duties.may_extend(request.user, task)),
        "may_urge": bool(task and may_urge(request.user, task)),
        "calendar_unknown": bool(task and task.due_on and not calendar().knows(task.due_on)),
        "posted": posted,
    }


def may_urge(user: User, task: Task) -> bool:
    """Whether the person stands above whoever owes the step, and may remind them."""
    from linli.core.access.grants import holds

    above = duties.role_above(task)
    raised = bool(above) and holds(user, above, task.scope)
    return raised and not holds(user, task.role, task.scope) and not duties.is_hidden_owner(user, task.case)  # type: ignore[arg-type]


def basis_of(step: Step, case: Case) -> str:
    """The rule behind a button, with the days this case began under."""
    duty = case.process.duty_in(case.state)
    days = days_of(case, duty.within) if duty else None
    return str(step.basis).format(days=days if days is not None else "规定的")


@login_required
@require_safe
def case_page(request: HttpRequest, slug: str, uid: str) -> HttpResponse:
    """One case: where it stands, what was said, what happened, and what this person may do."""
    case = case_or_404(request, slug, uid)
    return render(request, "core/case.html", case_context(request, case))


@login_required
def case_step(request: HttpRequest, slug: str, uid: str, step: str) -> HttpResponse:
    """Take a step. GET shows its form on the case page; a refusal keeps what was typed."""
    case = case_or_404(request, slug, uid)
    chosen = case.process.step(step)
    if chosen is None:
        raise Http404
    if request.method != "POST":
        return redirect(f"{case.get_absolute_url()}?step={step}#steps")
    assert isinstance(request.user, User)
    form = form_for(chosen, request.POST, case)
    if not form.is_valid():
        return _again(request, case, form)
    rows = list(queries.open_rows(case).values_list("pk", flat=True))
    try:
        case = perform(chosen, case, actor=request.user, **form.cleaned_data)
    except WrongState:
        if not is_second_press(request.user, case, chosen):
            raise
    except BadInput as refusal:
        form.add_error(None, refusal.message)
        return _again(request, case, form)
    if request.htmx:  # type: ignore[attr-defined]
        case.refresh_from_db()
        left = inbox.waiting(request.user)
        context = {"case": case, "step": chosen, "closed": rows, "left": left}
        return render(request, "core/_step_done.html", context)
    messages.success(request, f"已办：{chosen.past}。现在是“{case.state_label}”。")
    return redirect(after_step(request, case))


def after_step(request: HttpRequest, case: Case) -> str:
    """Back to the page the step was taken from when it is ours, else to the case."""
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if safe else case.get_absolute_url()


def _again(request: HttpRequest, case: Case, form: StepForm) -> HttpResponse:
    template = "core/_case_panel.html" if request.htmx else "core/case.html"  # type: ignore[attr-defined]
    return render(request, template, case_context(request, case, form), status=422)


def is_second_press(user: User, case: Case, step: Step) -> bool:
    """Whether this is the second press of the same person's same step: then the first one counts."""
    kind = ContentType.objects.get_for_model(case)
    last = Event.objects.filter(subject_type=kind, subject_id=case.pk, name=step.name).last()
    return last is not None and last.actor_id == user.pk and clock.now() - last.at < dt.timedelta(minutes=2)


def task_or_404(request: HttpRequest, pk: int) -> Task:
    """A row of this person's inbox, or one whose case the person may urge on."""
    return get_object_or_404(queries.tasks_of(request.user), pk=pk)


@login_required
@require_safe
def task_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """A row opened in place: the facts and the buttons, so that the day's work needs no other page."""
    task = task_or_404(request, pk)
    case = case_or_404(request, task.process, task.case.uid)  # type: ignore[union-attr]
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(case.get_absolute_url())
    return render(request, "core/_case_panel.html", case_context(request, case))


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").replace("\0", "").strip()[:300]


def _went_on(request: HttpRequest, case: Case, words: str) -> HttpResponse:
    """The case is still with the same person or post: the panel again where it was open, else the page before."""
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "core/_case_panel.html", case_context(request, case) | {"said": words})
    messages.success(request, words)
    return redirect(after_step(request, case))


@login_required
def case_extend(request: HttpRequest, slug: str, uid: str) -> HttpResponse:
    """Ask for the one extension. GET shows the case, where it is asked."""
    case = case_or_404(request, slug, uid)
    if request.method != "POST":
        return redirect(f"{case.get_absolute_url()}#steps")
    task = queries.open_task(case)
    if task is None:
        raise WrongState(duties.EXTENDED, "这一步已经办完，不用再延长。")
    assert isinstance(request.user, User)
    duties.extend_duty(task, reason=_reason(request), actor=request.user)
    return _went_on(request, case, "已延长，申请人会收到通知。")


@login_required
def case_urge(request: HttpRequest, slug: str, uid: str) -> HttpResponse:
    """Remind whoever owes the step. GET shows the case, where it is done."""
    case = case_or_404(request, slug, uid)
    if request.method != "POST":
        return redirect(f"{case.get_absolute_url()}#steps")
    task = queries.open_task(case)
    if task is None:
        raise WrongState(duties.URGED, "这一步已经办完，不用催了。")
    assert isinstance(request.user, User)
    duties.urge_duty(task, reason=_reason(request), actor=request.user)
    return _went_on(request, case, "已催办，承办人会收到提醒。")
