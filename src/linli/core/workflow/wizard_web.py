"""The pages of a wizard: show, keep, check one field, add and remove papers, sum up and send."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.audit.models import Event
from linli.core.errors import BadInput, WrongState
from linli.core.files.actions import remove_attachment, restore_attachment, store
from linli.core.files.models import Attachment
from linli.core.files.queries import attachments_of
from linli.core.workflow import queries
from linli.core.workflow.engine import perform
from linli.core.workflow.models import Case
from linli.core.workflow.queries import Difference
from linli.core.workflow.web import case_or_404, is_second_press
from linli.core.workflow.wizard import REVIEW, WIZARDS, Page, Wizard


def go_on(case: Case, user: User) -> HttpResponse:
    """To the form of a case that was begun where the person may write, else to the case."""
    wizard = WIZARDS[case.process.slug]
    return redirect(wizard.url(case) if wizard.may_edit(case, user) else case.get_absolute_url())


def _open(request: HttpRequest, slug: str, uid: str) -> tuple[Wizard, Case]:
    case = case_or_404(request, slug, uid)
    wizard = WIZARDS.get(slug)
    if wizard is None:
        raise Http404
    return wizard, case


def _is_empty(value: Any) -> bool:
    """Whether nothing was said; a nought is an answer."""
    return value in (None, "") or value is False


def _outline(wizard: Wizard, case: Case, current: str) -> list[dict[str, Any]]:
    """The pages with what each still lacks, for the list beside the form."""
    held = {attachment.slot for attachment in attachments_of(case)}
    outline = []
    for page in wizard.pages(case):
        if page.form is not None:
            lacking = sum(_is_empty(getattr(case, name, None)) for name in getattr(page.form, "needed", ()))
        else:
            lacking = sum(document.needed and document.slot not in held for document in page.documents)
        status = "now" if page.slug == current else "todo" if lacking else "done"
        missing = f"还差 {lacking} 项" if lacking and page.slug != current and case.revision else ""
        outline.append(
            {"label": page.title, "url": wizard.url(case, page.slug), "status": status, "missing": missing}
        )
    last = "now" if current == REVIEW else "todo"
    outline.append({"label": "核对并提交", "url": wizard.url(case, REVIEW), "status": last, "missing": ""})
    return outline


@login_required
def wizard_page(request: HttpRequest, slug: str, uid: str, page: str) -> HttpResponse:
    """One page of the form. A valid POST keeps it and goes on; an invalid one keeps what was right, says the rest."""
    wizard, case = _open(request, slug, uid)
    user = user_of(request)
    if page == REVIEW and request.method == "POST" and _sent_just_now(wizard, case, user):
        return redirect(case.get_absolute_url())
    wizard.must_edit(case, user)
    if page == REVIEW:
        return _review(request, wizard, case)
    shown = wizard.page(case, page)
    if shown is None:
        raise Http404
    if shown.form is None:
        return _documents(request, wizard, case, shown)
    if request.method != "POST":
        return _show(request, wizard, case, shown, shown.form(instance=case))
    form = shown.form(request.POST, instance=type(case)._default_manager.get(pk=case.pk))
    valid = form.is_valid()
    right = {name: value for name, value in form.cleaned_data.items() if hasattr(case, name)}
    case, clash = _keep(wizard, case, form, user, _revision(request), right)
    if clash:
        return _show(request, wizard, case, shown, form, clash=clash, status=409)
    if not valid:
        return _show(request, wizard, case, shown, form, status=422)
    if request.POST.get("then") == "leave":
        messages.success(request, "草稿已保存，随时可以接着填。")
        return redirect(case.get_absolute_url())
    return redirect(wizard.after(case, shown))


def _revision(request: HttpRequest) -> int | None:
    raw = request.POST.get("revision", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None


def _keep(
    wizard: Wizard,
    case: Case,
    form: forms.ModelForm[Any],
    user: User,
    revision: int | None,
    values: dict[str, Any],
) -> tuple[Case, list[Difference]]:
    """Save values, or say which of them another device changed since the page was shown; then nothing is saved.

    A page also keeps each field as it is left, so its own saves and those of other pages may lie between; they clash
    with nothing.
    """
    for _ in range(3):
        try:
            return wizard.save(case, actor=user, revision=revision, **values), []
        except WrongState as refusal:
            if refusal.code != "draft.revision" or revision is None:
                raise
            case = type(case)._default_manager.get(pk=case.pk)
            touched = _touched_since(case, revision)
            clash = [
                _difference(case, form, name, values[name]) for name in values if name in touched & {*form.fields}
            ]
            clash = [row for row in clash if row.before != row.after]
            if clash:
                return case, clash
            revision = case.revision
    raise WrongState("draft.revision", "这份草稿正在另一台设备上改。请稍等一会儿，再按一次保存。")


def _touched_since(case: Case, revision: int) -> set[str]:
    """The fields saved since a revision: each save of a draft leaves one event and counts one on."""
    kind = ContentType.objects.get_for_model(case)
    saves = Event.objects.filter(subject_type=kind, subject_id=case.pk, detail__has_key="fields").order_by("-id")
    return {name for event in saves[: max(case.revision - revision, 0)] for name in event.detail["fields"]}


def _difference(case: Case, form: forms.ModelForm[Any], name: str, mine: Any) -> Difference:
    """A field as another device saved it and as it was typed here; of personal values only whether they agree."""
    theirs = getattr(case, name)
    private = "id_number" in name or "phone" in name or name == "founders"
    before, after = _in_words(case, name, theirs), _in_words(case, name, mine)
    if private and before != after:
        before = "（已填）" if theirs else before
    return Difference(str(form[name].label), before, after)


def _in_words(case: Case, name: str, value: Any) -> str:
    choices = dict(getattr(case._meta.get_field(name), "flatchoices", ()))
    return "（空）" if value in (None, "") else str(choices.get(value, value))


def _show(
    request: HttpRequest,
    wizard: Wizard,
    case: Case,
    page: Page,
    form: forms.ModelForm[Any],
    *,
    clash: list[Difference] | None = None,
    status: int = 200,
) -> HttpResponse:
    pages = list(wizard.pages(case))
    i = [p.slug for p in pages].index(page.slug)
    context = {
        "case": case,
        "process": wizard.process,
        "page": page,
        "form": form,
        "clash": clash,
        "revision": case.revision,
        "steps": _outline(wizard, case, page.slug),
        "number": i + 1,
        "total": len(pages) + 1,
        "back_url": wizard.url(case, pages[i - 1].slug) if i else "",
        "check_url": reverse("core:wizard_check", args=[wizard.process.slug, case.uid, page.slug]),
        "returned": _returned(case),
        **(page.helps(case) if page.helps else {}),
    }
    return render(request, page.template or "core/wizard.html", context, status=status)


def _returned(case: Case) -> str:
    """Why it came back, to stand above every page while it is mended."""
    if case.began_at is None:
        return ""
    last = next((entry for entry in queries.timeline(case) if entry.quote), None)
    return last.quote if last else ""


@login_required
@require_POST
def wizard_check(request: HttpRequest, slug: str, uid: str, page: str) -> HttpResponse:
    """Check one field as it is left, and keep it when it is right: {"error", "fine", "revision"}."""
    wizard, case = _open(request, slug, uid)
    user = user_of(request)
    wizard.must_edit(case, user)
    shown = wizard.page(case, page)
    name = request.POST.get("field", "")
    if shown is None or shown.form is None or name not in shown.form.base_fields:
        raise Http404
    form = shown.form(request.POST, instance=type(case)._default_manager.get(pk=case.pk))
    form.is_valid()
    answer: dict[str, Any] = {"error": " ".join(map(str, form.errors.get(name, [])))}
    kept = form.cleaned_data.get(name)
    # A hidden value is part of a whole (a point); it is kept with its page.
    if not answer["error"] and hasattr(case, name) and kept not in (None, "") and not form[name].is_hidden:
        case, clash = _keep(wizard, case, form, user, _revision(request), {name: kept})
        if not clash:  # else the whole page says so when it is sent
            answer |= {"fine": "已保存", "revision": case.revision}
    return JsonResponse(answer)


# Sent by the page itself; see linli.core.access.middleware.
wizard_check.in_background = True  # type: ignore[attr-defined]


def _documents(
    request: HttpRequest,
    wizard: Wizard,
    case: Case,
    page: Page,
    problems: dict[str, list[str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    if request.method == "POST" and problems is None:
        return _change_documents(request, wizard, case, page)
    held = list(attachments_of(case))
    wrong = problems or {}
    slots = [
        (document, [row for row in held if row.slot == document.slot], wrong.get(document.slot, []))
        for document in page.documents
    ]
    pages = list(wizard.pages(case))
    i = [p.slug for p in pages].index(page.slug)
    context = {
        "case": case,
        "process": wizard.process,
        "page": page,
        "slots": slots,
        "wrong": bool(wrong),
        "steps": _outline(wizard, case, page.slug),
        "number": i + 1,
        "total": len(pages) + 1,
        "back_url": wizard.url(case, pages[i - 1].slug) if i else "",
        "next_url": wizard.after(case, page),
        "returned": _returned(case),
        "removed": request.GET.get("removed", ""),
    }
    return render(request, "core/wizard_documents.html", context, status=status)


def _change_documents(request: HttpRequest, wizard: Wizard, case: Case, page: Page) -> HttpResponse:
    """Take new files, take one away, or bring one back; each is kept at once."""
    user = user_of(request)
    here = wizard.url(case, page.slug)
    if uid := request.POST.get("remove", ""):
        remove_attachment(_own_attachment(case, uid), actor=user)
        return redirect(f"{here}?removed={uid}")
    if uid := request.POST.get("restore", ""):
        restore_attachment(_own_attachment(case, uid, removed=True), actor=user)
        return redirect(here)
    problems: dict[str, list[str]] = {}
    for document in page.documents:
        for upload in request.FILES.getlist(document.slot):
            try:
                store(upload, subject=case, slot=document.slot, actor=user, photos=document.photos)
            except BadInput as refusal:
                problems.setdefault(document.slot, []).append(f"“{upload.name}”：{refusal.message}")
    if problems:
        return _documents(request, wizard, case, page, problems, 422)
    return redirect(here if request.POST.get("then") == "stay" else wizard.after(case, page))


def _own_attachment(case: Case, uid: str, *, removed: bool = False) -> Any:
    kind = ContentType.objects.get_for_model(case)
    rows = Attachment.objects.filter(subject_type=kind, subject_id=case.pk, removed_at__isnull=not removed)
    row = rows.filter(uid=uid).first()
    if row is None:
        raise Http404
    return row


def _sent_just_now(wizard: Wizard, case: Case, user: User) -> bool:
    """Whether this is the second press of a person who has just sent the case: the first one counts."""
    sending = [step for step in wizard.process.steps if step.name in wizard.sending]
    return any(case.state == step.target and is_second_press(user, case, step) for step in sending)


def _review(request: HttpRequest, wizard: Wizard, case: Case) -> HttpResponse:
    """The summary before sending; POST sends."""
    user = user_of(request)
    steps = [step for step in queries.steps_for(user, case) if step.name in wizard.sending]
    step = steps[0] if steps else None
    error = ""
    if request.method == "POST" and step is not None:
        try:
            case = perform(step, case, actor=user)
        except BadInput as refusal:
            error = refusal.message
        except WrongState:
            case.refresh_from_db()
            if not _sent_just_now(wizard, case, user):
                raise
            return redirect(case.get_absolute_url())
        else:
            messages.success(request, f"{wizard.sent}，编号 {case.number}。{wizard.next_words}")
            return redirect(case.get_absolute_url())
    versions = list(queries.versions(case))
    context = {
        "case": case,
        "process": wizard.process,
        "step": step,
        "error": error,
        "missing": wizard.missing(case),
        "facts": case.snapshot(),
        "attachments": attachments_of(case),
        "changes": queries.differences(versions[-1].content, case.snapshot(), case.snapshot()) if versions else [],
        "mended": bool(versions),
        "steps": _outline(wizard, case, REVIEW),
        "back_url": wizard.url(case, list(wizard.pages(case))[-1].slug),
        "next_words": wizard.next_words,
        "returned": _returned(case),
        **(wizard.review(case) if wizard.review else {}),
    }
    template = wizard.review_template or "core/wizard_review.html"
    return render(request, template, context, status=422 if error else 200)
