"""The trace, for the audit administrator: who did and saw what, the file that proves it, and checking the chain."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from ninja import Query
from pydantic import BaseModel, Field

from linli.core.access.signed_in import user_of
from linli.core.api.listing import page
from linli.core.api.problems import Problem, fields_of
from linli.core.api.rooms import Room
from linli.core.api.schemas import Answer, Input, Number, Paged, Word, one_of, page_of, typed, word
from linli.core.audit import queries
from linli.core.audit.actions import ask_verification
from linli.core.audit.labels import GROUPS
from linli.core.audit.models import Event, Verification
from linli.core.audit.proof import events_proof
from linli.core.audit.search import ORDER, Search
from linli.core.audit.web import MOST_EXPORTED, SearchForm, place_in_chain
from linli.core.errors import NotAllowed

READ = "core.read_audit"
PROOF = "application/jsonl"


class TracedEvent(Answer):
    """A line of the trace."""

    id: int = Field(examples=[52718])
    at: dt.datetime = Field(examples=["2026-11-22T06:30:00Z"])
    name: str = Field(examples=["organizations.agree_filing"])
    label: str = Field(examples=["同意备案"], description="动作")
    failed: bool = Field(examples=[False], description="没有成功的")
    actor: str = Field(examples=["李华"])
    post: str = Field(examples=["东方街道办事处 街道经办"])
    on_behalf_of: str = Field(examples=[""])
    about: str = Field(examples=["备案申请 317"])
    words: str = Field(examples=["材料齐全"], description="最要紧的内容")
    request_id: str = Field(examples=["0d1c2b3a-8c5e-4d62-9d7e-6f0a1b2c3d4e"])


class WholeEvent(TracedEvent):
    """An event with everything it holds, held against its seal."""

    detail: dict[str, Any] = Field(examples=[{"reason": "材料齐全"}])
    seal: int | None = Field(examples=[1203], description="封存号；还没有封存的为空")
    intact: bool | None = Field(examples=[True], description="与封存时是否一致")
    same_request: list[int] = Field(examples=[[52719]], description="同一次请求的其他记录")


class _Asked(BaseModel):
    person: str | None = Field(None, max_length=60, description="姓名、账号或标识", examples=["lihua"])
    about: str | None = Field(
        None, max_length=60, description="涉及谁：看了谁、代谁、谁的账号", examples=["wangfang"]
    )
    record: str | None = Field(None, max_length=40, description="编号", examples=["SQ-440511004-2026-00317"])
    name: str | None = Field(None, max_length=80, description="动作", examples=["organizations.agree_filing"])
    group: one_of(GROUPS) | None = Field(None, description="；".join(f"{k}：{v[0]}" for k, v in GROUPS.items()))  # type: ignore[valid-type]
    place: str | None = Field(None, max_length=60, description="区域的名称", examples=["东方街道"])
    outcome: one_of(("done", "failed")) | None = Field(None, description="done：成功；failed：没有成功")  # type: ignore[valid-type]
    since: dt.date | None = Field(None, description="自", examples=["2026-11-01"])
    until: dt.date | None = Field(None, description="至", examples=["2026-11-30"])
    request: str | None = Field(None, max_length=40, description="请求号")


class EventFilters(_Asked, Paged):
    """Which events."""


class ProofFilter(_Asked, Input):
    """Which events go into the file; the newest 10,000 of them."""


class Check(Answer):
    """One check of the chain and of the marked rows."""

    id: int = Field(examples=[12])
    state: Word = Field(examples=[{"code": "clean", "label": "完好"}])
    started_at: dt.datetime = Field(examples=["2026-11-22T06:30:00Z"])
    finished_at: dt.datetime | None = Field(examples=["2026-11-22T06:31:00Z"])
    since: int = Field(examples=[1], description="从第几号封存核起")
    through: int = Field(examples=[1203], description="核到第几号封存")
    percent: int = Field(examples=[100])
    findings: list[dict[str, Any]] = Field(examples=[[]], description="发现的改动；text 给人看")


class Chain(Answer):
    """How the chain stands."""

    seal: int | None = Field(examples=[1203], description="最新的封存号")
    head: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    waiting: bool = Field(examples=[False], description="有记录等着封存")
    late: bool = Field(examples=[False], description="等得太久，封存的任务可能停了")


def build() -> Room:
    """The room of the trace."""
    room = Room("audit", "办理记录", "审计管理员查谁在何时看了、办了什么，核验记录没有被改过。")

    def listed(request: HttpRequest, filters: Query[EventFilters]) -> object:
        _officer(request)
        rows = _search(filters).of(queries.events_visible_to(request.user)).select_related("actor", "on_behalf_of")
        items, following = page(rows, ("-at",), filters.after, filters.limit)
        return {"items": [_line(line) for line in queries.lines_of(items)], "next": following}

    @typed(id=Number)
    def one(request: HttpRequest, id: int) -> object:
        _officer(request)
        rows = queries.events_visible_to(request.user).select_related("actor", "on_behalf_of")
        event = rows.filter(pk=id).first()
        if event is None:
            raise Http404
        return _whole(event, request)

    def proof(request: HttpRequest, body: ProofFilter) -> HttpResponseBase:
        user = _officer(request)
        rows = _search(body).of(queries.events_visible_to(user)).order_by(*ORDER.order_by)
        ids = list(rows.values_list("pk", flat=True)[:MOST_EXPORTED])
        filled = {name: str(value) for name, value in body.model_dump().items() if value}
        lines = events_proof(ids, actor=user, filter=filled)
        # Line by line: with the digests of five hundred links it may be a hundred megabytes.
        return StreamingHttpResponse((line.encode() for line in lines), content_type=PROOF)

    def chain(request: HttpRequest) -> object:
        _officer(request)
        state = queries.chain_state()
        seal = state.seal.number if state.seal else None
        return {"seal": seal, "head": state.head, "waiting": state.waiting, "late": state.late}

    def checks(request: HttpRequest, filters: Query[Paged]) -> object:
        _officer(request)
        items, following = page(queries.verifications(), ("-pk",), filters.after, filters.limit)
        return {"items": [_check(row) for row in items], "next": following}

    @typed(id=Number)
    def check(request: HttpRequest, id: int) -> object:
        _officer(request)
        row = queries.verifications().filter(pk=id).first()
        if row is None:
            raise Http404
        return _check(row)

    def start(request: HttpRequest) -> object:
        return _check(ask_verification(actor=user_of(request)))

    room.reads("/events", "办理记录：查", page_of(TracedEvent), name="audit_events")(listed)
    room.reads("/events/{id}", "办理记录：一条", WholeEvent, name="audit_event")(one)
    room.sends(
        "/proof",
        "办理记录：导出并自证",
        None,
        name="audit_proof",
        gives=PROOF,
        keeps=False,
        about="一行一条 JSON，连同封存；外人用 docs/audit.md 里的三十行程序就能核对。",
    )(proof)
    room.reads("/chain", "封存的现状", Chain, name="audit_chain")(chain)
    room.reads("/checks", "核验：列表", page_of(Check), name="audit_checks")(checks)
    room.reads("/checks/{id}", "核验：一次", Check, name="audit_check")(check)
    room.sends("/checks", "核验：开始一次", Check, name="audit_check_start")(start)
    return room


def _officer(request: HttpRequest) -> Any:
    user = user_of(request)
    if not user.has_perm(READ):
        raise NotAllowed(READ, "办理记录由审计管理员查阅。需要时请联系审计管理员。")
    return user


def _search(asked: _Asked) -> Search:
    given = {name: getattr(asked, name) for name in _Asked.model_fields if getattr(asked, name) is not None}
    if place := given.pop("place", None):
        paths = [path for _group, options in queries.places() for path, name in options if place in (name, name[:-4])]
        if not paths:
            raise Problem(422, "input.refused", fields={"place": "没有这个区域。"})
        given["scope"] = paths[0]
    form = SearchForm(given)
    if not form.is_valid():
        raise Problem(422, "input.refused", fields=fields_of(form.errors))
    return Search(**{name: value for name, value in form.cleaned_data.items() if value})


def _line(line: queries.Line) -> dict[str, Any]:
    event = line.event
    return {
        "id": event.pk,
        "at": event.at,
        "name": event.name,
        "label": line.label,
        "failed": line.failed,
        "actor": str(event.actor),
        "post": event.post,
        "on_behalf_of": str(event.on_behalf_of or ""),
        "about": line.about,
        "words": line.words,
        "request_id": event.request_id,
    }


def _whole(event: Event, request: HttpRequest) -> dict[str, Any]:
    (line,) = queries.lines_of([event])
    number, fits = place_in_chain(event)
    same = queries.events_visible_to(user_of(request)).filter(request_id=event.request_id).exclude(pk=event.pk)
    others = list(same.order_by("pk").values_list("pk", flat=True)[:20]) if event.request_id else []
    return _line(line) | {"detail": event.detail, "seal": number, "intact": fits, "same_request": others}


def _check(row: Verification) -> dict[str, Any]:
    over = row.finished_at is not None
    return {
        "id": row.pk,
        "state": word(row.outcome, row.get_outcome_display()),
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        "since": row.since,
        "through": row.through,
        "percent": 100 if over else min(99, 100 * row.done // max(row.total, 1)),
        "findings": row.findings,
    }
