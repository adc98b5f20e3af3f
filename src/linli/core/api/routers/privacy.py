"""The privacy notice everybody may read, the register of processing, and what the rules of keeping would clean up."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from linli.core import clock
from linli.core.access.signed_in import user_of
from linli.core.api.formed import body_from, cleaned
from linli.core.api.frame import mark, must_match, version_of
from linli.core.api.listing import page
from linli.core.api.rooms import Room
from linli.core.api.schemas import Answer, Input, Number, Paged, Word, one_of, page_of, typed, word
from linli.core.errors import NotAllowed
from linli.core.parameters import value_of
from linli.core.privacy import telling
from linli.core.privacy.actions import erasing, notice, retention
from linli.core.privacy.choices import MarkKind
from linli.core.privacy.declare import PROCESSINGS, RETENTIONS, Retention
from linli.core.privacy.models import LocalProcessing, NoticeVersion
from linli.core.privacy.places import place_of
from linli.core.privacy.queries import marked
from linli.core.privacy.web.register import LocalForm, edited_scope, in_scope, since_of

LOCAL = body_from("LocalEntry", LocalForm, "本区补充的一项处理活动。")


class PrivacyNotice(Answer):
    """The privacy notice in one of its versions."""

    number: int = Field(examples=[3])
    published_at: dt.datetime = Field(examples=["2026-11-22T06:30:00Z"])
    current: bool = Field(examples=[True])
    contact: str = Field(examples=["区民政局个人信息保护负责人"])
    reply_days: int = Field(examples=[15], description="请求几个工作日内答复")
    entries: dict[str, Any] = Field(examples=[{"accounts": {"名称": "账号"}}], description="逐项说明")


class ProcessingEntry(Answer):
    """A district's own entry in the register of processing."""

    id: int = Field(examples=[4])
    place: str = Field(examples=["金平区"])
    label: str = Field(examples=["节日慰问"])
    extends: str = Field(examples=[""])
    purpose: str = Field(examples=["慰问独居老人"])
    ground: Word = Field(examples=[{"code": "consent", "label": "取得个人同意"}])
    basis: str = Field(examples=["个人信息保护法第十三条"])
    fields: str = Field(examples=["姓名、手机号"])
    sensitive: bool
    triggers: list[str] = Field(examples=[["entrusted"]], description="要做影响评估的情形")
    sources: str = Field(examples=["本人"])
    recipients: str = Field(examples=[""])
    kept: str = Field(examples=["自活动结束之日起 1 年，到期删除"])
    security: str = Field(examples=["加密保存"])
    assessment: str = Field(examples=[""])


class ProcessingRegister(Answer):
    """The register of processing activities."""

    declared: dict[str, Any] = Field(examples=[{"accounts": {"名称": "账号"}}], description="各区相同的")
    local: list[ProcessingEntry] = Field(description="本区补充的")


class Keeping(Answer):
    """A rule of keeping and what it would do now."""

    slug: str = Field(examples=["notices"])
    label: str = Field(examples=["消息"])
    words: str = Field(examples=["消息：自发出之日起 365 天，到期删除"])
    due: int = Field(examples=[12], description="今晚会清理的，数到一定数目为止")
    coming: int = Field(examples=[3], description="之后 30 天里会清理的")
    held: int = Field(examples=[0], description="依法保留的")


class DueRow(Answer):
    """A row whose time has run."""

    id: str = Field(examples=["31"])
    title: str = Field(examples=["凤亭下书画社申请备案"])
    since: dt.datetime | dt.date | None = Field(examples=["2025-11-01T06:30:00Z"])
    held: str = Field(examples=[""], description="依法保留的理由")


class DueFilters(Paged):
    """Which rows."""

    held: bool = Field(False, description="只要依法保留的")


class RowHold(Input):
    """Whether a row is kept although its time has run, and why."""

    held: bool = Field(description="true：依法保留；false：解除", strict=True)
    reason: str = Field(min_length=4, max_length=300, examples=["正在行政复议，复议结束前不能删除。"])


def build() -> Room:
    """The room of the notice, the register of processing and the rules of keeping."""
    room = Room("privacy", "个人信息登记", "隐私说明谁都可以看；处理活动登记和到期清理由有权的岗位看。")
    _add_notice(room)
    _add_entries(room)
    _add_retention(room)
    return room


def _add_notice(room: Room) -> None:
    def current(request: HttpRequest) -> object:
        return _told(notice.current_version())

    @typed(number=Number)
    def one(request: HttpRequest, number: int) -> object:
        version = NoticeVersion.objects.filter(number=number).first() if number < 2**31 else None
        if version is None:
            raise Http404
        return _told(version)

    room.reads("/notice", "隐私说明：现行的", PrivacyNotice, name="privacy_notice", open=True)(current)
    room.reads("/notice/{number}", "隐私说明：以前的一版", PrivacyNotice, name="privacy_notice_version", open=True)(
        one
    )


def _told(version: NoticeVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "published_at": version.published_at,
        "current": version.number == notice.current_version().number,
        "contact": value_of("privacy.contact"),
        "reply_days": value_of("privacy.reply_days"),
        "entries": dict(telling.ordered(version.content)),
    }


# --- the register of processing ---------------------------------------------------------------------------------


def _add_entries(room: Room) -> None:
    def listed(request: HttpRequest) -> object:
        _reader(request)
        local = LocalProcessing.objects.filter(ended_at__isnull=True).order_by("scope", "pk")
        declared = {entry.slug: telling.told(entry) for entry in PROCESSINGS.values()}
        return {"declared": declared, "local": [_entry(row) for row in local]}

    @typed(id=Number)
    def one(request: HttpRequest, id: int) -> object:
        _reader(request)
        row = LocalProcessing.objects.filter(pk=id, ended_at__isnull=True).first()
        return _shown(request, row)

    @typed(body=LOCAL)
    def create(request: HttpRequest, body: Any) -> object:
        scope, user = _editor(request), user_of(request)
        return _shown(request, notice.set_local(scope=scope, actor=user, **cleaned(LocalForm, body)))

    @typed(id=Number, body=LOCAL)
    def change(request: HttpRequest, id: int, body: Any) -> object:
        scope, user = _editor(request), user_of(request)
        row = _locked(request, scope, id)
        values = cleaned(LocalForm, body, row)
        return _shown(request, notice.set_local(scope=scope, actor=user, row=row, **values))

    @typed(id=Number)
    def end(request: HttpRequest, id: int) -> None:
        notice.end_local(_locked(request, _editor(request), id), actor=user_of(request))

    room.reads("/processing", "处理活动登记", ProcessingRegister, name="privacy_processing")(listed)
    room.reads("/processing/{id}", "处理活动登记：本区的一项", ProcessingEntry, name="privacy_entry")(one)
    room.sends("/processing", "处理活动登记：补充一项", ProcessingEntry, status=201, name="privacy_entry_create")(
        create
    )
    room.changes(
        "/processing/{id}",
        "处理活动登记：改一项",
        ProcessingEntry,
        name="privacy_entry_change",
        about="原来的一项结束，新的一项有新的 id，所以每一版隐私说明都说得清。",
    )(change)
    room.removes("/processing/{id}", "处理活动登记：去掉一项", name="privacy_entry_end", guarded=True)(end)


def _reader(request: HttpRequest) -> None:
    if not request.user.has_perm("privacy.view_register"):
        raise Http404


def _editor(request: HttpRequest) -> str:
    _reader(request)
    scope = edited_scope(request)
    if not scope:
        raise NotAllowed(notice.SET_LOCAL, "处理活动登记由区民政局科长填写。需要时请转告他们。")
    return scope


def _locked(request: HttpRequest, scope: str, id: int) -> LocalProcessing:
    row = LocalProcessing.objects.select_for_update().filter(pk=id, scope=scope, ended_at__isnull=True).first()
    if row is None:
        raise Http404
    must_match(request, _version(row))
    return row


def _version(row: LocalProcessing) -> str:
    return version_of(row.pk, row.ended_at)  # a changed entry is another row


def _shown(request: HttpRequest, row: LocalProcessing | None) -> dict[str, Any]:
    if row is None:
        raise Http404
    mark(request, _version(row))
    return _entry(row)


def _entry(row: LocalProcessing) -> dict[str, Any]:
    place = place_of(row.scope)
    plain = ("label", "extends", "purpose", "basis", "fields", "sensitive", "sources", "recipients")
    kept = ("kept", "security", "assessment")
    return {
        "id": row.pk,
        "place": place.label if place else "",
        "ground": word(row.ground, row.get_ground_display()),
        "triggers": row.triggers or [],
        **{name: getattr(row, name) for name in plain + kept},
    }


# --- the rules of keeping ---------------------------------------------------------------------------------------


def _add_retention(room: Room) -> None:
    slugs = one_of(slug for slug, rule in RETENTIONS.items() if rule.runs)

    def listed(request: HttpRequest) -> object:
        _may_view(request)
        return [
            {
                "slug": found.rule.slug,
                "label": found.rule.label,
                "words": telling.kept_words(found.rule),
                "due": found.due,
                "coming": found.coming,
                "held": found.held,
            }
            for found in retention.forecast()
        ]

    @typed(slug=slugs)
    def rows(request: HttpRequest, slug: Any, filters: Query[DueFilters]) -> object:
        _may_view(request)
        rule = RETENTIONS[slug]
        found = retention.held_rows(rule) if filters.held else retention.due_rows(rule)
        items, following = page(in_scope(request, rule, found), ("pk",), filters.after, filters.limit)
        return {"items": [_due(rule, row, named=bool(edited_scope(request))) for row in items], "next": following}

    @typed(slug=slugs, id=Number)
    def one(request: HttpRequest, slug: Any, id: int) -> object:
        _may_view(request)
        return _marked(request, RETENTIONS[slug], _row(request, RETENTIONS[slug], id))

    @typed(slug=slugs, id=Number)
    def hold(request: HttpRequest, slug: Any, id: int, body: RowHold) -> object:
        _may_view(request)
        rule, user = RETENTIONS[slug], user_of(request)
        row = _row(request, rule, id, lock=True)
        standing = marked(row, MarkKind.HOLD)
        must_match(request, _hold_version(row))
        if body.held and standing is None:
            erasing.mark_record(row, MarkKind.HOLD, reason=body.reason, actor=user)
        elif not body.held and standing is not None:
            erasing.lift_mark(standing, reason=body.reason, actor=user)
        return _marked(request, rule, row)

    path = "/retention/{slug}/rows"
    room.reads("/retention", "到期清理：今晚会清理什么", list[Keeping], name="privacy_retention")(listed)
    room.reads(path, "到期清理：一条规则的记录", page_of(DueRow), name="privacy_retention_rows")(rows)
    room.reads(path + "/{id}", "到期清理：一条记录", DueRow, name="privacy_retention_row")(one)
    room.changes(
        path + "/{id}/hold", "到期清理：依法保留或解除", DueRow, method="PUT", name="privacy_retention_hold"
    )(hold)


def _may_view(request: HttpRequest) -> None:
    if not request.user.has_perm("privacy.view_retention"):
        raise Http404


def _row(request: HttpRequest, rule: Retention, id: int, *, lock: bool = False) -> Any:
    if lock:
        list(rule.model._default_manager.select_for_update().filter(pk=id).values_list("pk"))
    row = in_scope(request, rule, retention.run_out(rule, clock.now() + retention.AHEAD)).filter(pk=id).first()
    if row is None:
        raise Http404
    return row


def _hold_version(row: Any) -> str:
    standing = marked(row, MarkKind.HOLD)
    return version_of(row.pk, standing.pk if standing else None)


def _marked(request: HttpRequest, rule: Retention, row: Any) -> dict[str, Any]:
    mark(request, _hold_version(row))
    return _due(rule, row, named=bool(edited_scope(request)))


def _due(rule: Retention, row: Any, *, named: bool) -> dict[str, Any]:
    numbered = isinstance(row.pk, int)
    standing = marked(row, MarkKind.HOLD) if numbered else None
    return {
        # What has no number (a session) is named by a key that opens something: it stays in the house.
        "id": str(row.pk) if numbered else "",
        "title": str(rule.title(row)) if named else str(rule.model._meta.verbose_name),
        "since": since_of(rule, row),
        "held": standing.reason if standing else "",
    }
