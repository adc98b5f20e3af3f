"""Every process, derived from its declaration: its cases, what may be done with each, and doing it.

The same actions as on the pages, by `perform`; the same rules, so that a program may exactly what its person may.
"""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import Q
from django.http import Http404, HttpRequest
from ninja import File, Form, UploadedFile
from pydantic import Field, create_model

from linli.core import clock
from linli.core.access.signed_in import user_of
from linli.core.api.begins import BEGINNINGS
from linli.core.api.drafts import change, draft_fields
from linli.core.api.frame import FILES, mark, must_match
from linli.core.api.listing import UNKNOWN_PAGE, page
from linli.core.api.problems import Problem, fields_of
from linli.core.api.rooms import Room
from linli.core.api.routers import showing
from linli.core.api.routers.revealing import add_reveal
from linli.core.api.schemas import After, Input, Limit, as_typed, body_of, one_of, page_of, query, typed
from linli.core.errors import WrongState
from linli.core.files.actions import remove_attachment, store
from linli.core.files.queries import attachments_of
from linli.core.workflow import duties, queries
from linli.core.workflow.declare import REGISTRY, Process
from linli.core.workflow.engine import perform
from linli.core.workflow.forms import form_for
from linli.core.workflow.listing import Cases
from linli.core.workflow.models import Case, Task
from linli.core.workflow.wizard import WIZARDS, Wizard

_SLOT_WORDS = "哪一项材料，见这件事的 slots"
SLOT: Any = Annotated[str, Form(..., min_length=1, max_length=40, description=_SLOT_WORDS, examples=["charter"])]  # type: ignore[type-arg]
FILE: Any = Annotated[UploadedFile, File(..., description="PDF、Word、Excel 或照片")]  # type: ignore[type-arg]


class Reason(Input):
    """Words that stand in the timeline."""

    reason: str = Field("", max_length=300, examples=["材料较多，需要再看一遍场地。"])


def build() -> Room:
    """The room of all processes that are declared."""
    room = Room("cases", "事项", "备案、变更等一件一件办的事；步骤与页面上的按钮相同。")
    for process in REGISTRY.values():
        if process.visible_to is None:
            continue
        _add_reading(room, process)
        _add_steps(room, process)
        if process.slug in BEGINNINGS:
            _add_beginning(room, process)
        if process.slug in WIZARDS:
            _add_draft(room, process, WIZARDS[process.slug])
        add_reveal(room, process.model._meta.label_lower, process.slug, f"/{process.slug}", process.label)
    return room


def found(process: Process, request: HttpRequest, uid: str, *, lock: bool = False) -> Any:
    """A case the caller may see; anything else does not exist. With `lock` nobody changes it until the answer."""
    assert process.visible_to is not None
    case = process.visible_to(request.user).filter(uid=uid).first()
    if case is None:
        raise Http404
    if lock:
        type(case)._default_manager.select_for_update().filter(pk=case.pk).values_list("pk").first()
        case = process.visible_to(request.user).filter(pk=case.pk).first()
        if case is None:
            raise Http404
    return case


def _name(process: Process, what: str) -> str:
    return f"cases_{process.slug.replace('-', '_')}_{what}"


def _add_reading(room: Room, process: Process) -> None:
    path, label = f"/{process.slug}", process.label
    row, detail = showing.models_of(process)
    states: Any = list[one_of(code for code, _ in process.states)]  # type: ignore[misc]
    filters = create_model(
        f"{process.slug.title()}Filters",
        state=(states | None, Field(None, max_length=50, description="状态")),
        q=(str | None, Field(None, max_length=100, description="名称、编号")),
        late=(bool, Field(False, description="只要超期的")),
        mine=(bool, Field(False, description="只要我提出或代办的")),
        after=(After, None),
        limit=(Limit, 30),
    )

    @typed(filters=query(filters))
    def listed(request: HttpRequest, filters: Any) -> Any:
        assert process.visible_to is not None
        states = filters.state or [""]
        if len(states) == 1 and not filters.mine:
            return quick(request, states[0], filters)
        rows = process.visible_to(request.user)
        if filters.state:
            rows = rows.filter(state__in=filters.state)
        if words := (filters.q or "").strip():
            rows = rows.filter(showing.matches(process, words))
        if filters.mine:
            rows = rows.filter(Q(owner=user_of(request)) | Q(entered_by=user_of(request)))
        if filters.late:
            rows = rows.filter(pk__in=_late(process).values("case_id"))
        items, following = page(rows, ("-pk",), filters.after, filters.limit)
        return {"items": showing.rows(process, items), "next": following}

    def quick(request: HttpRequest, state: str, filters: Any) -> Any:
        """By the parts that one index answers each; see core/workflow/listing.py."""
        after = filters.after or ""
        if after and not (after.isascii() and after.isdigit() and len(after) < 19):
            raise Problem(404, "page.unknown", UNKNOWN_PAGE)
        words = (filters.q or "").strip()
        cases = Cases(process, request.user, state=state, words=words, late=filters.late)
        found = cases.page(after, filters.limit)
        return {"items": showing.rows(process, found.rows), "next": found.after or None}

    def one(request: HttpRequest, uid: str) -> Any:
        return show(process, request, found(process, request, uid))

    def told(request: HttpRequest, uid: str) -> Any:
        case = found(process, request, uid)
        return [showing.entry(entry) for entry in queries.timeline(case, public=not showing.is_posted(request, case))]

    def standing(request: HttpRequest) -> Any:
        if not request.user.has_perm(process.view):
            raise Http404
        return [showing.standing(process, one) for one in queries.standings(process, request.user)]

    def compared(request: HttpRequest, uid: str) -> Any:
        case = found(process, request, uid)
        held = list(queries.versions(case))
        if len(held) < 2:
            return []
        changed = queries.differences(held[-2].content, held[-1].content, case.snapshot())
        return [showing.difference(one) for one in changed]

    room.reads(f"/standings{path}", f"{label}：各步有几件", list[showing.Standing], name=_name(process, "standings"))(
        standing
    )
    room.reads(
        path + "/{uid}/changes",
        f"{label}：再交时改了什么",
        list[showing.Difference],
        name=_name(process, "changes"),
    )(compared)
    room.reads(path, f"{label}：列表", page_of(row), name=_name(process, "list"))(listed)
    room.reads(path + "/{uid}", f"{label}：一件", detail, name=_name(process, "one"))(one)
    room.reads(path + "/{uid}/timeline", f"{label}：经过", list[showing.Line], name=_name(process, "timeline"))(told)


def _late(process: Process) -> Any:
    rows = Task.objects.filter(process=process.slug, kind=Task.Kind.ACT, closed_at__isnull=True)
    return rows.filter(due_on__lt=clock.today()).exclude(role="system")


def show(process: Process, request: HttpRequest, case: Case) -> Any:
    """One case in full; its revision is its version."""
    mark(request, case.revision)
    return showing.detail(process, request, case)


def _add_steps(room: Room, process: Process) -> None:
    path = f"/{process.slug}/{{uid}}"
    _row, detail = showing.models_of(process)
    asked = {name: field for step in process.steps for name, field in form_for(step).fields.items()}
    if "reason" in asked:
        asked["reason"].label, asked["reason"].help_text = "说明", "哪一步要、哪一步必填，见这件事的 steps"
    body = body_of(f"{process.slug.title()}Step", asked, "一步的内容；不用填的步骤发 {}。")
    steps = one_of(step.slug for step in process.steps)
    words = "；".join(f"{step.slug}：{step.label}" for step in process.steps)

    @typed(step=steps, body=body)
    def take(request: HttpRequest, uid: str, step: Any, body: Any) -> Any:
        chosen = process.step(step)
        assert chosen is not None
        case = found(process, request, uid, lock=True)
        must_match(request, case.revision)
        plain = form_for(chosen)
        given = {name: getattr(body, name) for name in body.model_fields_set}
        if unknown := [name for name, value in given.items() if name not in plain.fields and value is not None]:
            raise Problem(422, "input.refused", fields=dict.fromkeys(unknown, f"“{chosen.label}”不用填这一项。"))
        data = {plain.add_prefix(k): as_typed(plain.fields[k], v) for k, v in given.items() if k in plain.fields}
        form = form_for(chosen, data, case)
        if not form.is_valid():
            raise Problem(422, "input.refused", fields=fields_of(form.errors))
        done = perform(chosen, case, actor=user_of(request), **form.cleaned_data)
        return _after(process, request, done)

    def extend(request: HttpRequest, uid: str, body: Reason) -> Any:
        case = found(process, request, uid, lock=True)
        must_match(request, case.revision)
        duties.extend_duty(_task(case, duties.EXTENDED), reason=body.reason.strip(), actor=user_of(request))
        return _after(process, request, case)

    def urge(request: HttpRequest, uid: str, body: Reason) -> Any:
        case = found(process, request, uid, lock=True)
        duties.urge_duty(_task(case, duties.URGED), reason=body.reason.strip(), actor=user_of(request))
        return _after(process, request, case)

    label = process.label
    room.alters(
        path + "/steps/{step}",
        f"{label}：办一步",
        detail,
        name=_name(process, "step"),
        about=f"这件事的 steps 里有的才能办。{words}。",
    )(take)
    room.alters(path + "/extend", f"{label}：延长这一步的时限", detail, name=_name(process, "extend"))(extend)
    room.sends(path + "/urge", f"{label}：催办", detail, name=_name(process, "urge"))(urge)


def _task(case: Case, code: str) -> Task:
    task = queries.open_task(case)
    if task is None:
        raise WrongState(code, "这一步已经办完。")
    return task


def _after(process: Process, request: HttpRequest, case: Case) -> Any:
    """The case as it now stands; somebody whose step took it out of sight gets what is left to say."""
    assert process.visible_to is not None
    again = process.visible_to(request.user).filter(pk=case.pk).first()
    return show(process, request, again or case)


def _add_beginning(room: Room, process: Process) -> None:
    _row, detail = showing.models_of(process)
    beginning = BEGINNINGS[process.slug]

    @typed(body=beginning.body)
    def begin(request: HttpRequest, body: Any) -> Any:
        return _after(process, request, beginning.open(body, actor=user_of(request)))

    path = f"/{process.slug}"
    room.sends(path, f"{process.label}：开始一件", detail, status=201, name=_name(process, "begin"))(begin)


def _add_draft(room: Room, process: Process, wizard: Wizard) -> None:
    path, label = f"/{process.slug}/{{uid}}", process.label
    _row, detail = showing.models_of(process)
    body = body_of(f"{process.slug.title()}Draft", draft_fields(wizard), "只发要改的；null 表示清空。")

    @typed(body=body)
    def save(request: HttpRequest, uid: str, body: Any) -> Any:
        case = found(process, request, uid, lock=True)
        must_match(request, case.revision)
        given = {name: getattr(body, name) for name in body.model_fields_set}
        return _after(process, request, change(wizard, case, given, actor=user_of(request)))

    @typed(slot=SLOT, file=FILE)
    def attach(
        request: HttpRequest,
        uid: str,
        slot: str,
        file: UploadedFile,
    ) -> Any:
        case = found(process, request, uid, lock=True)
        wizard.must_edit(case, user_of(request))
        if slot not in {document.slot for shown in wizard.pages(case) for document in shown.documents}:
            raise Problem(422, "input.refused", fields={"slot": "没有这一项材料。可用的见这件事的 slots。"})
        return showing.paper(store(file, subject=case, slot=slot, actor=user_of(request)))

    def detach(request: HttpRequest, uid: str, paper: str) -> None:
        case = found(process, request, uid, lock=True)
        row = attachments_of(case).filter(uid=paper).first()
        if row is None:
            raise Http404
        remove_attachment(row, actor=user_of(request))

    room.changes(path, f"{label}：修改草稿", detail, name=_name(process, "draft"))(save)
    room.sends(
        path + "/papers", f"{label}：附上材料", showing.Paper, status=201, name=_name(process, "attach"), takes=FILES
    )(attach)
    room.removes(path + "/papers/{paper}", f"{label}：去掉材料", name=_name(process, "detach"))(detach)
