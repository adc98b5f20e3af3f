"""A case as a program reads it: where it stands, what was said, who owes what, and what the caller may do."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.http import HttpRequest
from pydantic import BaseModel, Field, create_model

from linli.core.access.grants import grants_of
from linli.core.access.models import User
from linli.core.api.schemas import UID, Answer, Word, body_of, word
from linli.core.files.models import Attachment
from linli.core.files.queries import attachments_of
from linli.core.workflow import duties, queries
from linli.core.workflow.declare import Process, Step
from linli.core.workflow.forms import form_for
from linli.core.workflow.models import Case, Task
from linli.core.workflow.web import basis_of, may_urge, role_words
from linli.core.workflow.wizard import WIZARDS


class Duty(Answer):
    """Who owes the next step, and by when."""

    owed_by: Word = Field(examples=[{"code": "street_officer", "label": "街道经办"}])
    due_on: dt.date | None = Field(examples=["2026-11-27"])
    level: Word = Field(examples=[{"code": "0", "label": "正常"}], description="时限走到哪里")
    extended: bool
    may_extend: bool = False
    may_urge: bool = False


class StepOffer(Answer):
    """A step the caller may take now."""

    step: str = Field(examples=["agree_filing"])
    label: str = Field(examples=["同意备案"])
    basis: str = Field(examples=["街道在收到社区意见后 10 个工作日内答复"], description="依据")
    hint: str = Field(examples=["写清缺什么、怎么补。"])
    input: dict[str, Any] = Field(
        description="这一步的内容（JSON Schema）", examples=[{"type": "object", "properties": {}, "required": []}]
    )


class Stage(Answer):
    """A place on the way."""

    label: str = Field(examples=["街道审核"])
    status: str = Field(examples=["now"], description="done、now、late、todo")
    note: str = Field(examples=["剩 3 个工作日"])


class Paper(Answer):
    """A file of a case."""

    uid: str = Field(examples=[UID])
    slot: str = Field(examples=["charter"])
    name: str = Field(examples=["章程.pdf"])
    media_type: str = Field(examples=["application/pdf"])
    size: int = Field(examples=[20480], description="字节")
    sha256: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    uploaded_at: dt.datetime = Field(examples=["2026-11-22T06:30:00Z"])
    download: str = Field(examples=[f"/api/v1/files/{UID}"])


class Slot(Answer):
    """A paper that the application brings."""

    slot: str = Field(examples=["charter"])
    label: str = Field(examples=["章程"])
    needed: bool


class Draft(Answer):
    """What the caller may still write, and what is lacking before it can be sent."""

    fields: dict[str, Any] = Field(
        description="可改的项（JSON Schema）",
        examples=[{"type": "object", "properties": {"name": {"type": "string"}}}],
    )
    slots: list[Slot]
    missing: list[str] = Field(examples=[["填写活动场所"]])


class Line(Answer):
    """A line of the timeline."""

    at: dt.datetime = Field(examples=["2026-11-22T06:30:00Z"])
    text: str = Field(examples=["街道同意备案，开始公示"])
    who: str = Field(examples=["东方街道办事处"])
    post: str = Field(examples=["东方街道办事处"])
    on_behalf_of: str = Field(examples=["申请人"])
    quote: str = Field(examples=["场地可错时使用。"])


class Standing(Answer):
    """How many cases stand in a state."""

    state: Word = Field(examples=[{"code": "review", "label": "街道审核"}])
    count: int = Field(examples=[12])
    late: str = Field(examples=["3"], description="超期的；太多时写“999+”")
    usual_days: float | None = Field(examples=[2.5], description="最近办完的平均停留几天")
    owed_by: str = Field(examples=["街道经办"])


class Difference(Answer):
    """What a resent application says otherwise than before; personal values masked."""

    label: str = Field(examples=["活动场所"])
    before: str = Field(examples=["金苑社区 201 室"])
    after: str = Field(examples=["金苑社区 203 室"])


def models_of(process: Process) -> tuple[type[BaseModel], type[BaseModel]]:
    """The shapes of a row and of a whole case of this process."""
    if process.slug not in _models:
        _models[process.slug] = _make(process)
    return _models[process.slug]


_models: dict[str, tuple[type[BaseModel], type[BaseModel]]] = {}


def _make(process: Process) -> tuple[type[BaseModel], type[BaseModel]]:
    title = process.slug.title().replace("-", "")
    start = process.states[0]
    row = create_model(
        f"{title}Row",
        __base__=Answer,
        __doc__=f"{process.label}，列表里的一行。",
        uid=(str, Field(examples=[UID])),
        number=(str, Field(description="编号；还没提交的为空", examples=["SQ-440511004-2026-00317"])),
        title=(str, Field(examples=["凤亭下书画社申请备案"])),
        summary=(str, Field(examples=["东方街道金苑社区 · 文体类"])),
        state=(Word, Field(examples=[{"code": start[0], "label": str(start[1])}])),
        open=(bool, Field(description="还有人要办")),
        created_at=(dt.datetime, Field(examples=["2026-11-20T01:00:00Z"])),
        began_at=(dt.datetime | None, Field(description="提交的时间", examples=["2026-11-22T06:30:00Z"])),
        ended_at=(dt.datetime | None, Field(description="办结的时间", examples=["2026-11-28T06:30:00Z"])),
        due_on=(dt.date | None, Field(description="这一步的期限", examples=["2026-11-27"])),
        url=(str, Field(description="页面的地址", examples=[f"/cases/{process.slug}/{UID}/"])),
    )
    detail = create_model(
        f"{title}Case",
        __base__=row,
        __doc__=f"{process.label}，一件。",
        facts=(dict[str, Any], Field(description="填写的内容；个人信息遮着", examples=[{"名称": "凤亭下书画社"}])),
        duty=(Duty | None, Field(description="现在由谁办")),
        stages=(list[Stage], ...),
        steps=(list[StepOffer], Field(description="你现在可以办的步骤")),
        papers=(list[Paper], Field(description="材料")),
        draft=(Draft | None, Field(description="你可以改时才有")),
    )
    return row, detail


def matches(process: Process, words: str) -> Q:
    """Cases in which the words occur."""
    found = Q()
    for path in process.model.SEARCH:
        found |= Q(**{path: words})
    return found


def is_posted(request: HttpRequest, case: Case) -> bool:
    """Whether the caller holds a post over the case; others read posts instead of officers' names."""
    return any(grant.covers(case.scope) for grant in grants_of(request.user))


def rows(process: Process, cases: list[Any]) -> list[dict[str, Any]]:
    """Rows of a list, their deadlines in one query."""
    kind = ContentType.objects.get_for_model(process.model)
    due = dict(
        Task.objects.filter(
            case_type=kind, case_id__in=[case.pk for case in cases], kind=Task.Kind.ACT, closed_at__isnull=True
        ).values_list("case_id", "due_on")
    )
    return [_row(process, case, due.get(case.pk)) for case in cases]


def _row(process: Process, case: Any, due_on: dt.date | None) -> dict[str, Any]:
    return {
        "uid": case.uid,
        "number": case.number,
        "title": case.title,
        "summary": case.summary,
        "state": {"code": case.state, "label": process.label_of(case.state)},
        "open": case.is_open,
        "created_at": case.created_at,
        "began_at": case.began_at,
        "ended_at": case.ended_at,
        "due_on": due_on,
        "url": case.get_absolute_url(),
    }


def detail(process: Process, request: HttpRequest, case: Any) -> dict[str, Any]:
    """Everything of one case that the caller may read."""
    assert isinstance(request.user, User)
    task = queries.open_task(case)
    return {
        **_row(process, case, task.due_on if task else None),
        "facts": {label: value if value is not None else "" for label, value in case.snapshot().items()},
        "duty": _duty(request.user, task) if task else None,
        "stages": [
            {key: bar.get(key, "") for key in ("label", "status", "note")} for bar in queries.stage_bar(case, task)
        ],
        "steps": [_offer(step, case) for step in queries.steps_for(request.user, case)],
        "papers": [paper(row) for row in attachments_of(case)],
        "draft": _draft(process, request.user, case),
    }


def _duty(user: User, task: Task) -> dict[str, Any]:
    return {
        "owed_by": {"code": task.role, "label": role_words(task.role)},
        "due_on": task.due_on,
        "level": {"code": str(task.level), "label": str(task.get_level_display())},
        "extended": task.extended_at is not None,
        "may_extend": duties.may_extend(user, task),
        "may_urge": may_urge(user, task),
    }


def _offer(step: Step, case: Case) -> dict[str, Any]:
    fields = form_for(step).fields
    schema = body_of("Step", fields).model_json_schema()
    return {
        "step": step.slug,
        "label": str(step.label),
        "basis": basis_of(step, case),
        "hint": str(step.hint),
        "input": {
            "type": "object",
            "properties": schema["properties"] if fields else {},
            "required": [name for name, field in fields.items() if field.required],
        },
    }


def _draft(process: Process, user: User, case: Any) -> dict[str, Any] | None:
    wizard = WIZARDS.get(process.slug)
    if wizard is None or not wizard.may_edit(case, user):
        return None
    pages = wizard.pages(case)
    fields = {name: field for page in pages if page.form for name, field in page.form.base_fields.items()}
    properties = body_of("Draft", fields).model_json_schema()["properties"]
    return {
        "fields": {"type": "object", "properties": properties},
        "slots": [
            {"slot": document.slot, "label": str(document.label), "needed": document.needed}
            for page in pages
            for document in page.documents
        ],
        "missing": wizard.missing(case),
    }


def standing(process: Process, one: queries.Standing) -> dict[str, Any]:
    """A state with its numbers."""
    duty = process.duty_in(one.state)
    return {
        "state": word(one.state, one.label),
        "count": one.count,
        "late": str(one.late),
        "usual_days": one.usual_days,
        "owed_by": role_words(duty.owed_by) if duty else "",
    }


def difference(one: queries.Difference) -> dict[str, Any]:
    """A changed value."""
    return {"label": one.label, "before": str(one.before or ""), "after": str(one.after or "")}


def paper(row: Attachment) -> dict[str, Any]:
    """A file, with where to fetch it."""
    return {
        "uid": row.uid,
        "slot": row.slot,
        "name": row.name,
        "media_type": row.media_type,
        "size": row.size,
        "sha256": row.sha256,
        "uploaded_at": row.uploaded_at,
        "download": f"/api/v1/files/{row.uid}",
    }


def entry(line: queries.Entry) -> dict[str, Any]:
    """A line of the timeline."""
    return {
        "at": line.at,
        "text": line.text,
        "who": line.who,
        "post": line.post,
        "on_behalf_of": line.behalf,
        "quote": line.quote,
    }
