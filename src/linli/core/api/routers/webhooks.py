"""The caller's webhooks: where programs are told what happened."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from linli.core.access.signed_in import user_of
from linli.core.api.frame import mark, must_match, version_of
from linli.core.api.listing import page
from linli.core.api.rooms import Room
from linli.core.api.schemas import UID, Answer, Input, Paged, Word, page_of, word
from linli.core.errors import BadInput
from linli.core.webhooks import actions
from linli.core.webhooks.models import Message, Webhook
from linli.core.webhooks.queries import known_events, webhooks_visible_to


class Hook(Answer):
    """A webhook; its secret is told once, where it is made."""

    uid: str = Field(examples=[UID])
    name: str = Field(examples=["街道大屏"])
    target: str = Field(examples=["https://receiver.example.org/linli"], description="接收地址")
    events: list[str] = Field(examples=[["organizations.*"]])
    state: Word = Field(examples=[{"code": "active", "label": "启用"}])
    created_at: dt.datetime = Field(examples=["2026-11-22T06:30:00Z"])
    last_sent_at: dt.datetime | None = Field(examples=["2026-11-22T06:40:00Z"])
    failing_since: dt.datetime | None = Field(examples=["2026-11-22T06:50:00Z"])


class NewHook(Input):
    """Where to, and about what."""

    name: str = Field(min_length=1, max_length=60, examples=["街道大屏"])
    target: str = Field(min_length=1, max_length=500, examples=["https://receiver.example.org/linli"])
    events: list[Annotated[str, Field(max_length=80)]] = Field(
        min_length=1, max_length=50, description="事件名称，末尾可以用 *", examples=[["organizations.*"]]
    )


class HookWithSecret(Hook):
    """A webhook with the secret by which the receiver checks what comes; told this once."""

    secret: str = Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])


class HookMessage(Answer):
    """What was sent, or waits to be."""

    uid: str = Field(examples=[UID], description="webhook-id")
    event: str = Field(examples=["organizations.agree_filing"])
    state: Word = Field(examples=[{"code": "sent", "label": "已送达"}])
    attempts: int = Field(examples=[1])
    last_status: int | None = Field(examples=[204])
    last_error: str = Field(examples=[""])
    made_at: dt.datetime = Field(examples=["2026-11-22T06:30:00Z"])


class HookSwitch(Input):
    """Whether the webhook is sent to."""

    on: bool = Field(strict=True, description="true：启用，排队的接着发；false：暂停")


def build() -> Room:
    """The room of webhooks."""
    room = Room("webhooks", "回调", "事情有进展时通知你指定的地址；签名见 docs/api.md。")

    def listed(request: HttpRequest) -> object:
        return [_hook(hook) for hook in webhooks_visible_to(request.user)]

    def one(request: HttpRequest, uid: str) -> object:
        return _shown(request, _own(request, uid))

    def events(request: HttpRequest) -> object:
        return [word(name, label) for name, label in sorted(known_events().items())]

    def create(request: HttpRequest, body: NewHook) -> object:
        user = user_of(request)
        try:
            hook, secret = actions.create_webhook(name=body.name, url=body.target, patterns=body.events, actor=user)
        except BadInput as refusal:
            ours = {"url": "target", "patterns": "events"}
            fields = {ours.get(name, name): sentence for name, sentence in refusal.fields.items()}
            raise BadInput(refusal.code, refusal.message, fields=fields) from None
        return _shown(request, hook) | {"secret": secret}

    def remove(request: HttpRequest, uid: str) -> None:
        actions.remove_webhook(_locked(request, uid), actor=user_of(request))

    def switch(request: HttpRequest, uid: str, body: HookSwitch) -> object:
        return _shown(request, actions.switch_webhook(_locked(request, uid), on=body.on, actor=user_of(request)))

    def rotate(request: HttpRequest, uid: str) -> object:
        hook, secret = actions.rotate_secret(_locked(request, uid), actor=user_of(request))
        return _shown(request, hook) | {"secret": secret}

    def again(request: HttpRequest, uid: str, message: str) -> object:
        row = _own(request, uid).messages.select_related("webhook").filter(uid=message).first()
        if row is None:
            raise Http404
        return _message(actions.send_again(row, actor=user_of(request)))

    def test(request: HttpRequest, uid: str) -> object:
        return _message(actions.send_test(_own(request, uid), actor=user_of(request)))

    def messages(request: HttpRequest, uid: str, filters: Query[Paged]) -> object:
        items, following = page(_own(request, uid).messages.all(), ("-pk",), filters.after, filters.limit)
        return {"items": [_message(message) for message in items], "next": following}

    room.reads("", "我的回调", list[Hook], name="webhooks_list")(listed)
    room.reads("/events", "可以通知的事件", list[Word], name="webhooks_events")(events)
    room.reads("/{uid}", "回调：一个", Hook, name="webhooks_one")(one)
    room.reads("/{uid}/messages", "回调：发送记录", page_of(HookMessage), name="webhooks_messages")(messages)
    room.sends("", "建立回调", HookWithSecret, status=201, name="webhooks_create", keeps=False)(create)
    room.sends("/{uid}/test", "回调：发一条测试", HookMessage, name="webhooks_test")(test)
    room.sends(
        "/{uid}/messages/{message}/again",
        "回调：再发一次",
        HookMessage,
        name="webhooks_again",
        about="用同一个 webhook-id；正在排队的照旧。",
    )(again)
    room.changes("/{uid}", "回调：启用或暂停", Hook, name="webhooks_switch")(switch)
    room.alters(
        "/{uid}/rotate",
        "回调：换密钥",
        HookWithSecret,
        name="webhooks_rotate",
        keeps=False,
        about="新密钥只在应答里出现一次；一天内新旧两个都签名。",
    )(rotate)
    room.removes("/{uid}", "删去回调", name="webhooks_remove", guarded=True)(remove)
    return room


def _own(request: HttpRequest, uid: str) -> Webhook:
    hook = webhooks_visible_to(request.user).filter(uid=uid).first()
    if hook is None:
        raise Http404
    return hook


def _locked(request: HttpRequest, uid: str) -> Webhook:
    hook = webhooks_visible_to(request.user).select_for_update().filter(uid=uid).first()
    if hook is None:
        raise Http404
    must_match(request, _version(hook))
    return hook


def _version(hook: Webhook) -> str:
    # Not when it was last sent to: a delivery is no change of it.
    return version_of(hook.pk, hook.name, hook.url, hook.patterns, hook.state, hook.former_until)


def _shown(request: HttpRequest, hook: Webhook) -> dict[str, Any]:
    mark(request, _version(hook))
    return _hook(hook)


def _hook(hook: Webhook) -> dict[str, Any]:
    return {
        "uid": hook.uid,
        "name": hook.name,
        "target": hook.url,
        "events": hook.patterns,
        "state": {"code": hook.state, "label": str(hook.get_state_display())},
        "created_at": hook.created_at,
        "last_sent_at": hook.last_sent_at,
        "failing_since": hook.failing_since,
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "uid": message.uid,
        "event": message.name,
        "state": {"code": message.state, "label": str(message.get_state_display())},
        "attempts": message.attempts,
        "last_status": message.last_status,
        "last_error": message.last_error,
        "made_at": message.made_at,
    }
