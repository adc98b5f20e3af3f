"""我的数据: what is held about the caller, who looked at it, the file to take along, and what was agreed to."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, StreamingHttpResponse
from ninja import Query
from pydantic import Field

from linli.core.access.signed_in import user_of
from linli.core.api.callers import must_be_sure
from linli.core.api.listing import page
from linli.core.api.rooms import Room
from linli.core.api.schemas import UID, Answer, Paged, Word, one_of, page_of, typed, word
from linli.core.audit import record
from linli.core.errors import WrongState
from linli.core.privacy.actions import consents, takeouts
from linli.core.privacy.declare import HOLDINGS, PROCESSINGS, Holding
from linli.core.privacy.holdings import SIGN_UP
from linli.core.privacy.models import Consent, Takeout
from linli.core.privacy.queries import (
    as_shown,
    consents_of,
    disclosures_visible_to,
    holdings_about,
    shown_row,
    subject_of,
)
from linli.core.privacy.telling import kept_words
from linli.core.privacy.web.data import SHOWN


class Held(Answer):
    """One kind of rows about the caller, and what it serves."""

    slug: str = Field(examples=["account"])
    label: str = Field(examples=["账号"])
    count: int = Field(examples=[1])
    purpose: str = Field(examples=["登录和办事"])
    ground: str = Field(examples=["履行法定职责或者法定义务所必需"], description="法律依据")
    basis: str = Field(examples=["个人信息保护法第十三条"])
    kept: list[str] = Field(examples=[["账号：自注销之日起，马上删除"]], description="保存多久")


class HeldValue(Answer):
    """One value of a row."""

    name: str = Field(examples=["phone"])
    label: str = Field(examples=["手机号"])
    value: str = Field(examples=["138****2046"])
    others: bool = Field(examples=[False], description="是别人的信息，一直遮着")


class HeldRow(Answer):
    """A row about the caller. Its key names it in a request."""

    record: str = Field(examples=["account/7"], description="提出请求时写在 record 里")
    title: str = Field(examples=["陈秀梅"])
    kept_by_law: str = Field(examples=[""], description="现在不能删除的原因")
    values: list[HeldValue]


class Look(Answer):
    """Somebody looked at the caller's data."""

    id: int = Field(examples=[5], description="问为什么看时写在 look 里")
    at: dt.datetime = Field(examples=["2026-11-22T06:30:00Z"])
    who: str = Field(examples=["东方街道办事处 街道经办"])
    what: str = Field(examples=["看了你的负责人手机号"])
    purpose: str = Field(examples=["联系本人办理事项"])
    reason: str = Field(examples=["通知来取备案证"])


class TakeoutFile(Answer):
    """A file with everything held about the caller."""

    uid: str = Field(examples=[UID])
    state: Word = Field(examples=[{"code": "ready", "label": "可以下载"}])
    size: int = Field(examples=[20480], description="字节")
    asked_at: dt.datetime = Field(examples=["2026-11-22T06:30:00Z"])
    expires_at: dt.datetime | None = Field(examples=["2026-11-29T06:30:00Z"])
    downloads: int = Field(examples=[0])
    download: str = Field(examples=[f"/api/v1/data/takeouts/{UID}/file"])


class Agreement(Answer):
    """What the caller agreed to."""

    processing: Word = Field(examples=[{"code": "accounts", "label": "账号"}])
    version: int = Field(examples=[3], description="隐私说明的版本")
    given_at: dt.datetime = Field(examples=["2026-11-22T06:30:00Z"])
    withdrawn_at: dt.datetime | None = Field(examples=["2026-11-23T06:30:00Z"])
    changed: bool = Field(examples=[False], description="说明后来改了，要再问一次")


def build() -> Room:
    """The room of the caller's own data."""
    room = Room("data", "我的数据", "关于你本人的信息、谁看过、带走一份、撤回同意；更正和删除在事项 request 里提。")
    _add_holdings(room)
    _add_takeouts(room)
    _add_consents(room)
    return room


def _add_holdings(room: Room) -> None:
    slugs = one_of(HOLDINGS)

    def listed(request: HttpRequest) -> object:
        counts = holdings_about(subject_of(user_of(request)))
        return [_held(holding, int(count)) for holding, count in counts if count]

    @typed(slug=slugs)
    def rows(request: HttpRequest, slug: Any, filters: Query[Paged]) -> object:
        return _rows(request, HOLDINGS[slug], filters, full=False)

    @typed(slug=slugs)
    def reveal(request: HttpRequest, slug: Any, filters: Query[Paged]) -> object:
        must_be_sure(request)
        shown = _rows(request, HOLDINGS[slug], filters, full=True)
        if shown["items"]:
            record(user_of(request), SHOWN, user_of(request), holding=slug)
        return shown

    def looks(request: HttpRequest, filters: Query[Paged]) -> object:
        seen = disclosures_visible_to(user_of(request))
        items, following = page(seen, ("-pk",), filters.after, filters.limit)
        told = [{**row, "id": row["pk"]} for row in as_shown(items)]
        return {"items": told, "next": following}

    room.reads("/holdings", "持有关于我的哪些信息", list[Held], name="data_holdings")(listed)
    room.reads(
        "/holdings/{slug}", "一类信息，遮着", page_of(HeldRow), name="data_holding", about="只有关于你本人的。"
    )(rows)
    room.sends(
        "/holdings/{slug}/reveal",
        "一类信息，看全",
        page_of(HeldRow),
        name="data_holding_reveal",
        scope="reveal:data",
        keeps=False,
        about="留下一条记录。网页登录的调用要在五分钟内输过密码。",
    )(reveal)
    room.reads("/looks", "谁看过我的信息", page_of(Look), name="data_looks")(looks)


def _held(holding: Holding, count: int) -> dict[str, Any]:
    entry = PROCESSINGS[holding.processing]
    return {
        "slug": holding.slug,
        "label": holding.label,
        "count": count,
        "purpose": entry.purpose,
        "ground": str(entry.ground.label),
        "basis": entry.basis,
        "kept": [kept_words(rule) for rule in entry.retentions],
    }


def _rows(request: HttpRequest, holding: Holding, filters: Paged, *, full: bool) -> dict[str, Any]:
    subject = subject_of(user_of(request))
    items, following = page(holding.about(subject), ("-pk",), filters.after, filters.limit)
    return {
        "items": [
            {
                "record": f"{holding.slug}/{row.pk}",
                "title": str(holding.title(row)),
                "kept_by_law": holding.kept_by_law(row, subject),
                "values": [
                    {
                        "name": cell["item"].name,
                        "label": cell["label"],
                        "value": str(cell["value"] if cell["value"] is not None else ""),
                        "others": cell["others"],
                    }
                    for cell in shown_row(holding, row, subject, full=full)
                ],
            }
            for row in items
        ],
        "next": following,
    }


# --- the file to take along -------------------------------------------------------------------------------------


def _add_takeouts(room: Room) -> None:
    def listed(request: HttpRequest) -> object:
        return [_takeout(row) for row in _own(request).order_by("-pk")[:10]]

    def one(request: HttpRequest, uid: str) -> object:
        return _takeout(_found(request, uid))

    def ask(request: HttpRequest) -> object:
        return _takeout(takeouts.ask_takeout(actor=user_of(request)))

    def file(request: HttpRequest, uid: str) -> StreamingHttpResponse:
        must_be_sure(request)
        takeout = _found(request, uid)
        answer = StreamingHttpResponse(
            takeouts.open_takeout(takeout, actor=user_of(request)), content_type="application/zip"
        )
        answer["Content-Length"] = str(takeout.size)
        answer["Content-Disposition"] = 'attachment; filename="linli-data.zip"'
        answer["Cache-Control"] = "no-store, private"
        return answer

    def remove(request: HttpRequest, uid: str) -> None:
        takeouts.remove_takeout(_found(request, uid), actor=user_of(request))

    room.reads("/takeouts", "带走的文件：列表", list[TakeoutFile], name="data_takeouts")(listed)
    room.reads("/takeouts/{uid}", "带走的文件：一份", TakeoutFile, name="data_takeout")(one)
    room.sends(
        "/takeouts",
        "带走的文件：准备一份",
        TakeoutFile,
        name="data_takeout_ask",
        about="在后台做，好了有消息；正在做或还能下载的，给回那一份。",
    )(ask)
    room.reads(
        "/takeouts/{uid}/file",
        "带走的文件：下载",
        None,
        name="data_takeout_file",
        gives="application/zip",
        scope="reveal:data",
    )(file)
    room.removes("/takeouts/{uid}", "带走的文件：提前删除", name="data_takeout_remove")(remove)


def _own(request: HttpRequest) -> QuerySet[Takeout]:
    return Takeout.objects.filter(person=user_of(request))


def _found(request: HttpRequest, uid: str) -> Takeout:
    row = _own(request).filter(uid=uid).first()
    if row is None:
        raise Http404
    return row


def _takeout(row: Takeout) -> dict[str, Any]:
    return {
        "uid": row.uid,
        "state": word(row.state, row.get_state_display()),
        "size": row.size,
        "asked_at": row.asked_at,
        "expires_at": row.expires_at,
        "downloads": row.downloads,
        "download": f"/api/v1/data/takeouts/{row.uid}/file",
    }


# --- agreements -------------------------------------------------------------------------------------------------


def _add_consents(room: Room) -> None:
    asked = one_of(slug for slug, entry in PROCESSINGS.items() if entry.asks_consent)

    def listed(request: HttpRequest) -> object:
        user = user_of(request)
        due = {consent.pk for consent in consents.due_consents(user)}
        return [_agreement(consent, consent.pk in due) for consent in consents_of(user)]

    @typed(processing=asked)
    def give(request: HttpRequest, processing: Any) -> object:
        return _agreement(consents.give_consent(processing, actor=user_of(request)), False)

    @typed(processing=asked)
    def withdraw(request: HttpRequest, processing: Any) -> object:
        user = user_of(request)
        if processing == SIGN_UP:
            raise WrongState(
                consents.WITHDRAW, "撤回对账号的同意就是注销账号，请本人在“我的数据 → 注销账号”里输密码办理。"
            )
        return _agreement(consents.withdraw_consent(processing, person=user, actor=user), False)

    room.reads("/consents", "我同意过什么", list[Agreement], name="data_consents")(listed)
    room.sends(
        "/consents/{processing}/give", "同意一项", Agreement, name="data_consent_give", about="按今天的隐私说明。"
    )(give)
    room.sends("/consents/{processing}/withdraw", "撤回一项同意", Agreement, name="data_consent_withdraw")(withdraw)


def _agreement(consent: Consent, due: bool) -> dict[str, Any]:
    entry = PROCESSINGS.get(consent.processing)
    return {
        "processing": word(consent.processing, entry.label if entry else consent.processing),
        "version": consent.version,
        "given_at": consent.given_at,
        "withdrawn_at": consent.withdrawn_at,
        "changed": due,
    }
