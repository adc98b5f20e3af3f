"""What programs do with mediation: the public network and its keeping, beginning and joining a case, papers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Form, Query, UploadedFile
from pydantic import Field

from linli.areas.models import Area
from linli.areas.queries import by_key, key_of
from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.api.begins import begins
from linli.core.api.frame import FILES
from linli.core.api.listing import page
from linli.core.api.problems import Problem
from linli.core.api.rooms import Room
from linli.core.api.routers import showing
from linli.core.api.routers.cases import FILE
from linli.core.api.routers.revealing import add_reveal
from linli.core.api.schemas import UID, Answer, Input, Paged, Word, one_of, page_of, typed, word
from linli.core.errors import NotAllowed
from linli.mediation import queries
from linli.mediation.actions import cases as actions
from linli.mediation.actions import joining
from linli.mediation.actions import network as keeping
from linli.mediation.choices.cases import MEDIATION
from linli.mediation.choices.network import NodeKind, Profession
from linli.mediation.choices.states import PAPERS, Source
from linli.mediation.models import MediationBody, MediationCase, Mediator

_SLOT_WORDS = "；".join(f"{slot}：{label}" for slot, label in PAPERS)
SOURCES: Any = one_of(Source.values)
KINDS: Any = one_of(NodeKind.values)
PROFESSIONS: Any = one_of(Profession.values)
SLOT: Any = Annotated[str, Form(..., min_length=1, max_length=40, description=_SLOT_WORDS, examples=["other"])]  # type: ignore[type-arg]


class BeginMediation(Input):
    """Opens the draft of an application."""

    body: str = Field(max_length=22, description="调解组织的标识，见 mediation", examples=[UID])
    behalf: bool = Field(False, description="代当事人登记", examples=[False])
    source: SOURCES = Field("application", description="来源；自己申请的是 application", examples=["application"])


@begins(MEDIATION, BeginMediation)
def open_case(body: BeginMediation, *, actor: User) -> MediationCase:
    """One's own, or for somebody else."""
    return actions.begin_case(
        _body(body.body), actor=actor, behalf=body.behalf, source=getattr(body.source, "value", body.source)
    )


def _body(uid: str) -> MediationBody:
    found = queries.network(closed=True).filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


# --- the network ----------------------------------------------------------------------------------------------------


class Node(Answer):
    """A body of the network, as everybody may know it."""

    uid: str = Field(examples=[UID])
    name: str = Field(examples=["东方街道人民调解委员会"])
    kind: Word = Field(examples=[{"code": "street", "label": "街道人民调解委员会"}])
    committee: str = Field(description="所属调委会；自己就是调委会的为空", examples=[""])
    area: str = Field(examples=["东方街道"])
    area_code: str = Field(examples=["440511004"])
    place: str = Field(examples=["东方街道政务路 4 号 1 楼"])
    phone: str = Field(examples=["0754-88880000"])
    hours: str = Field(examples=["周一至周五 8:30—17:30"])
    term_from: dt.date | None = Field(examples=["2025-03-01"])
    term_to: dt.date | None = Field(examples=["2028-03-01"])
    closed_on: dt.date | None = Field(examples=[None])
    mediates: bool = Field(examples=[True])


class Person(Answer):
    """A mediator, as everybody may know one."""

    uid: str = Field(examples=[UID])
    name: str = Field(examples=["洪嘉荣"])
    profession: Word = Field(examples=[{"code": "law", "label": "法律人士"}])
    member: bool = Field(examples=[True])
    skills: str = Field(examples=["邻里、物业"])
    since: dt.date = Field(examples=["2025-03-01"])


class Whole(Node):
    """One body with its mediators."""

    mediators: list[Person]


class NodeFilter(Paged):
    """Which bodies."""

    area: str | None = Field(None, max_length=30, description="区划的代码；不写就是全部", examples=["440511004"])
    kind: KINDS | None = Field(None, description="类型")


class NewNode(Input):
    """A body to be opened."""

    area: str = Field(max_length=30, description="街道或社区的代码", examples=["440511004"])
    kind: KINDS = Field(examples=["street"])
    name: str = Field(min_length=1, max_length=60, examples=["东方街道人民调解委员会"])
    place: str = Field(min_length=1, max_length=120, examples=["东方街道政务路 4 号 1 楼"])
    contact_phone: str = Field("", max_length=30, examples=["0754-88880000"])
    hours: str = Field("", max_length=60, examples=["周一至周五"])
    parent: str | None = Field(None, max_length=22, description="所属调委会的标识", examples=[None])


class NodeChange(Input):
    """What changes; what is not named stays."""

    name: str | None = Field(None, max_length=60, examples=["东方街道人民调解委员会"])
    place: str | None = Field(None, max_length=120, examples=["东方街道政务路 4 号 1 楼"])
    contact_phone: str | None = Field(None, max_length=30, examples=["0754-88880000"])
    hours: str | None = Field(None, max_length=60, examples=["周一至周五"])


class NewTerm(Input):
    """A committee was elected."""

    begins_on: dt.date = Field(examples=["2026-03-01"])


class NewMediator(Input):
    """Somebody comes on the list."""

    username: str = Field(max_length=150, description="登录名；要先任了这里的调解员岗位", examples=["hongjiarong"])
    profession: PROFESSIONS = Field(examples=["law"])
    member: bool = Field(False, examples=[True])
    female: bool = Field(False, examples=[False])
    skills: str = Field("", max_length=60, examples=["邻里、物业"])


class NewTraining(Input):
    """Some hours of learning."""

    held_on: dt.date = Field(examples=["2026-06-12"])
    hours: Decimal = Field(gt=0, le=80, max_digits=4, decimal_places=1, examples=["4.0"])
    subject: str = Field(min_length=1, max_length=80, examples=["人民调解法和协议书制作"])


class Hand(Answer):
    """What a mediator has on hand."""

    mediator: Person
    body: str = Field(examples=["东方街道人民调解委员会"])
    leading: int = Field(description="主持几件在办的", examples=[3])
    sitting: int = Field(description="另外参加几件", examples=[1])
    late: int = Field(examples=[0])
    settled: int = Field(description="今年调结几件", examples=[12])
    hours: Decimal = Field(description="今年培训的学时", examples=["12.0"])
    wanted: int = Field(description="每年要多少学时", examples=[12])


class MediationJoining(Input):
    """The code that the mediator gave."""

    code: str = Field(max_length=20, examples=["7KQ2M9XD"])


class Joined(Answer):
    """The case that the code opened."""

    uid: str = Field(examples=[UID])
    title: str = Field(examples=["调解 TJ-440511004-2026-00012"])


room = Room(
    "mediation", "人民调解", "调解网络、调解员名册；案件见 cases 的 mediation，只有双方、调解员和主任看得到。"
)


def network(request: HttpRequest, filters: Query[NodeFilter]) -> object:
    """The bodies that are open, the latest first."""
    area = by_key(filters.area, Area.objects.all()) if filters.area else None
    if filters.area and area is None:
        raise Http404
    kind = getattr(filters.kind, "value", filters.kind) or ""
    rows = queries.network(scope=area.path if area else "", kind=kind)
    items, following = page(rows, ("-pk",), filters.after, filters.limit)
    return {"items": [_told(row) for row in items], "next": following}


def one(request: HttpRequest, uid: str) -> object:
    """One body, with who mediates there."""
    return _whole(_body(uid))


def open_body(request: HttpRequest, body: NewNode) -> object:
    """A new body."""
    given = body.model_dump()
    area = by_key(given.pop("area"), Area.objects.all())
    if area is None:
        raise Problem(422, "input.refused", fields={"area": "没有这个区划。"})
    parent = given.pop("parent")
    given["kind"] = getattr(body.kind, "value", body.kind)
    return _whole(keeping.open_body(area, actor=user_of(request), parent=_body(parent) if parent else None, **given))


def change(request: HttpRequest, uid: str, body: NodeChange) -> object:
    """Its particulars."""
    values = {name: value for name, value in body.model_dump().items() if value is not None}
    return _whole(keeping.change_body(_body(uid), actor=user_of(request), **values))


def close(request: HttpRequest, uid: str) -> object:
    """It takes no more cases."""
    return _whole(keeping.close_body(_body(uid), actor=user_of(request)))


def term(request: HttpRequest, uid: str, body: NewTerm) -> object:
    """A new term."""
    return _whole(keeping.begin_term(_body(uid), begins_on=body.begins_on, actor=user_of(request)))


def enrol(request: HttpRequest, uid: str, body: NewMediator) -> object:
    """A mediator comes on the list."""
    found = _body(uid)
    actor = user_of(request)
    if not actor.has_perm("mediation.keep_mediators", found):
        raise NotAllowed(keeping.ENROLLED, "调解员名册由调委会主任或所在街道登记。")
    person = queries.people_to_enrol(found).filter(username=body.username).first()
    if person is None:
        raise Problem(422, "input.refused", fields={"username": "没有这个人，或者还没有任为这里的调解员。"})
    row = keeping.enrol_mediator(
        found,
        user=person,
        profession=getattr(body.profession, "value", body.profession),
        is_member=body.member,
        female=body.female,
        skills=body.skills,
        actor=actor,
    )
    return _person(row)


def _mediator(uid: str) -> Mediator:
    found = Mediator.objects.filter(uid=uid).select_related("body__parent", "user").first()
    if found is None:
        raise Http404
    return found


def leave(request: HttpRequest, uid: str) -> object:
    """A mediator leaves the list."""
    return _person(keeping.end_mediator(_mediator(uid), actor=user_of(request)))


def train(request: HttpRequest, uid: str, body: NewTraining) -> object:
    """A mediator has learnt."""
    mediator = _mediator(uid)
    keeping.note_training(mediator, actor=user_of(request), **body.model_dump())
    return _person(mediator)


def load(request: HttpRequest, uid: str) -> object:
    """Who has how much on hand: for the head and the street."""
    found = _body(uid)
    if not user_of(request).has_perm("mediation.keep_mediators", found):
        raise Http404
    return [
        {
            "mediator": _person(row.mediator),
            "body": row.mediator.body.name,
            "leading": row.leading,
            "sitting": row.sitting,
            "late": row.late,
            "settled": row.closed,
            "hours": row.hours,
            "wanted": row.wanted,
        }
        for row in queries.loads(found)
    ]


# --- cases ----------------------------------------------------------------------------------------------------------


def join(request: HttpRequest, body: MediationJoining) -> object:
    """Find the own case."""
    case = joining.join_case(body.code.replace("\0", ""), actor=user_of(request))
    return {"uid": case.uid, "title": case.title}


@typed(slot=SLOT, file=FILE)
def attach(request: HttpRequest, uid: str, slot: str, file: UploadedFile) -> object:
    """A scan for the file."""
    case = queries.cases_visible_to(request.user).filter(uid=uid).first()
    if case is None:
        raise Http404
    return showing.paper(joining.add_paper(case, file, slot=slot, actor=user_of(request)))


def _person(row: Mediator) -> dict[str, Any]:
    return {
        "uid": row.uid,
        "name": str(row),
        "profession": word(row.profession, row.get_profession_display()),
        "member": row.is_member,
        "skills": row.skills,
        "since": row.since,
    }


def _told(row: MediationBody) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in ("uid", "name", "place", "hours", "term_from", "term_to")},
        "closed_on": row.closed_on,
        "phone": row.contact_phone,
        "kind": word(row.kind, row.get_kind_display()),
        "committee": row.parent.name if row.parent else "",
        "area": row.area.full_name,
        "area_code": key_of(row.area),
        "mediates": row.mediates,
    }


def _whole(row: MediationBody) -> dict[str, Any]:
    return {**_told(row), "mediators": [_person(each) for each in queries.mediators_to_choose(row)]}


room.reads("", "调解网络：列表", page_of(Node), name="mediation_network", open=True)(network)
room.sends("", "调解网络：登记一个调解组织", Whole, name="mediation_open", status=201)(open_body)
room.sends("/join", "人民调解：用参加码找到自己的案件", Joined, name="mediation_join")(join)
room.sends(
    "/cases/{uid}/papers", "人民调解：上传材料", showing.Paper, name="mediation_attach", status=201, takes=FILES
)(attach)
room.sends("/mediators/{uid}/end", "调解员名册：离任", Person, name="mediation_leave")(leave)
room.sends("/mediators/{uid}/trainings", "调解员名册：记一次培训", Person, name="mediation_train", status=201)(train)
add_reveal(room, "mediation.mediationparty", "party", "/parties", "调解当事人")
room.reads("/{uid}", "调解网络：一个调解组织", Whole, name="mediation_body", open=True)(one)
room.sends("/{uid}", "调解网络：修改名称、地点、电话", Whole, name="mediation_change")(change)
room.sends("/{uid}/close", "调解网络：撤销", Whole, name="mediation_close")(close)
room.sends("/{uid}/term", "调解网络：换届", Whole, name="mediation_term")(term)
room.sends("/{uid}/mediators", "调解员名册：登记", Person, name="mediation_enrol", status=201)(enrol)
room.reads("/{uid}/load", "调解员名册：手上的案件", list[Hand], name="mediation_load")(load)
