"""Making webhooks, opening the outbox with each event, and sending.

A message is **at least once**: its row is locked while it is sent and marked after it, so two workers never send one
together and a delivered one is never repeated, but a machine that dies between the receiver's yes and our mark sends
again, under the same `webhook-id`.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import time
from collections.abc import Iterable

from django.db import transaction

from linli.core import clock
from linli.core.access.grants import grants_of
from linli.core.access.hooks import on_revoke
from linli.core.access.models import User
from linli.core.audit import on_event, record
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.jobs import defer
from linli.core.notices import notify
from linli.core.parameters import value_of
from linli.core.webhooks import sending, signing
from linli.core.webhooks.choices import GIVE_UP_DAYS, HookState, MessageState
from linli.core.webhooks.models import Message, Webhook
from linli.core.webhooks.queries import PATTERN, is_told, known_events, matches, subject_for

CREATE, MANAGE = "core.create_webhook", "core.manage_webhook"
SEND = "core.send_webhook"
TEST = "linli.test"
EACH = 10  # webhooks of one person
# Seconds between tries, as Standard Webhooks proposes; after the last the message has failed.
WAITS = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
GONE = 410  # by the specification: the receiver wants no more, so it is not tried again
OVERLAP = dt.timedelta(hours=24)  # both secrets sign after a change


# --- the outbox -------------------------------------------------------------------------------------------------

# Whether anybody listens, asked of the database at most this often: most installations have no webhook, and an event
# must not cost a query for none. A new webhook hears of events within this time, in its own process at once.
FRESH = 3.0  # seconds
_heard: list[float] = [0.0]
_patterns: list[str] = []


def forget_listeners() -> None:
    """Ask again at the next event."""
    _heard[0] = 0.0


def _listeners(name: str) -> bool:
    now = time.monotonic()
    if not _heard[0] or now - _heard[0] > FRESH:
        rows = Webhook.objects.filter(state=HookState.ACTIVE).values_list("patterns", flat=True)
        _patterns[:] = sorted({pattern for patterns in rows for pattern in patterns})
        _heard[0] = now
    return matches(_patterns, name)


@on_event
def announce(event: Event) -> None:
    """Open a message for each webhook that asks for events of this name, in the event's own transaction.

    Whether the owner may see the subject is asked when it is sent, by the rights of that day.
    """
    if not is_told(event.name) or event.subject_id is None or not _listeners(event.name):
        return
    rows = Webhook.objects.filter(state=HookState.ACTIVE, user__is_active=True).only("pk", "patterns")
    for hook in rows:
        if matches(hook.patterns, event.name):
            _put(Message.objects.create(webhook=hook, event=event, name=event.name))


def _put(message: Message) -> None:
    # The job is a row of the same transaction: it is there exactly when the message is.
    defer(SEND, message_id=message.pk)


# --- sending ----------------------------------------------------------------------------------------------------


@transaction.atomic
def send_message(message_id: int) -> int | None:
    """Send one message; the seconds after which to try again, None when there is nothing left to do."""
    rows = Message.objects.select_for_update(skip_locked=True, of=("self",)).select_related("webhook__user", "event")
    message = rows.filter(pk=message_id, state=MessageState.QUEUED).first()
    if message is None or message.webhook.state != HookState.ACTIVE:
        return None
    hook = message.webhook
    if message.event is not None:
        subject = subject_for(message.event, hook.user)
        if subject is None:
            # Not the owner's to see: no trace of it may stay in the owner's log either.
            message.delete()
            return None
        message.body = message.body or _body(message.name, message.event.at, subject)
    now = clock.now()
    message.attempts += 1
    try:
        message.last_status = _post(hook, message, now)
    except sending.NotSent as reason:
        message.last_status, message.last_error = reason.status, str(reason)[:200]
        return _failed(hook, message, now)
    message.state, message.last_error, message.done_at = MessageState.SENT, "", now
    message.save()
    Webhook.objects.filter(pk=hook.pk).update(failing_since=None, last_sent_at=now)
    return None


def _body(name: str, at: dt.datetime, data: dict[str, str]) -> str:
    """Ids, the name and links: nothing about persons leaves the house."""
    said = {"type": name, "timestamp": at.isoformat(), "data": data}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _post(hook: Webhook, message: Message, now: dt.datetime) -> int:
    former = hook.former_secret if hook.former_until and now < hook.former_until else ""
    signed = signing.headers([hook.secret, former], message.uid, int(now.timestamp()), message.body)
    return sending.send(
        hook.url,
        message.body.encode(),
        {"Content-Type": "application/json", "User-Agent": "Linli-Webhooks/1", **signed},
    )


def _failed(hook: Webhook, message: Message, now: dt.datetime) -> int | None:
    Webhook.objects.filter(pk=hook.pk, failing_since__isnull=True).update(failing_since=now)
    hook.refresh_from_db(fields=["failing_since", "state"])
    wait = None
    if message.attempts <= len(WAITS):
        wait = WAITS[message.attempts - 1]
        wait += random.randrange(wait // 5 + 1)  # noqa: S311 -- spreads the tries, keeps no secret
        message.next_at = now + dt.timedelta(seconds=wait)
    else:
        message.state, message.done_at = MessageState.FAILED, now
    message.save()
    if message.last_status == GONE:
        _give_up(hook, "接收方说这个地址不再接收（410），已停用")
        return None
    scope = min((grant.scope for grant in grants_of(hook.user)), key=len, default="")
    days = value_of(GIVE_UP_DAYS, scope)
    if hook.failing_since is not None and now - hook.failing_since >= dt.timedelta(days=days):
        _give_up(hook, f"连续 {days} 天没有送到，已停用")
        return None
    return wait


def _give_up(hook: Webhook, words: str) -> None:
    changed = Webhook.objects.filter(pk=hook.pk, state=HookState.ACTIVE).update(state=HookState.DISABLED)
    if not changed:
        return
    event = record(User.system(), "core.disable_webhook", hook, webhook=hook.name, reason=words)
    notify(
        hook.user,
        kind="other.webhook",
        title=f"回调“{hook.name}”{words}",
        body="请检查接收方，再在回调的页面上重新启用。没有送到的消息都还留着。",
        url=f"/my/webhooks/{hook.uid}/",
        event=event,
    )


# --- what their owners do ---------------------------------------------------------------------------------------


def _checked(name: str, url: str, patterns: Iterable[str]) -> list[str]:
    wrong = {}
    if not name.strip():
        wrong["name"] = "请写明给哪个程序。"
    try:
        target = sending.target_of(url)
        if not _is_unknown(target):
            sending.addresses_of(target)
    except sending.NotSent as reason:
        wrong["url"] = str(reason)
    chosen = list(dict.fromkeys(pattern.strip() for pattern in patterns if pattern.strip()))
    odd = [one for one in chosen if not PATTERN.fullmatch(one) or len(one) > 80]
    none = [one for one in chosen if one not in odd and not any(matches([one], known) for known in known_events())]
    if not chosen or len(chosen) > 50:
        wrong["patterns"] = "请至少写一个事件，最多 50 个。"
    elif odd:
        wrong["patterns"] = f"“{odd[0][:40]}”写法不对。写事件的名称，末尾可以用 *，例如 organizations.*。"
    elif none:
        wrong["patterns"] = f"没有叫“{none[0]}”的事件。可用的见下面的列表。"
    if wrong:
        raise BadInput(CREATE, "回调没有保存。" + "".join(wrong.values()), fields=wrong)
    return chosen


def _is_unknown(target: sending.Target) -> bool:
    """Whether the name cannot be resolved now: it may be later, and is checked again at each delivery."""
    import socket

    try:
        socket.getaddrinfo(target.host, target.port)
    except (OSError, UnicodeError):
        return True
    return False


@transaction.atomic
def create_webhook(*, name: str, url: str, patterns: Iterable[str], actor: User) -> tuple[Webhook, str]:
    """A webhook and its secret, which is told this once. Raises BadInput naming each field."""
    if not actor.has_perm(CREATE):
        raise NotAllowed(CREATE, "回调由在任岗位的工作人员建立。")
    chosen = _checked(name, url, patterns)
    User.objects.select_for_update().get(pk=actor.pk)
    if Webhook.objects.filter(user=actor).count() >= EACH:
        text = f"最多 {EACH} 个回调。请先删去不用的。"
        raise BadInput(CREATE, text, fields={"name": text})
    secret = signing.new_secret()
    hook = Webhook.objects.create(user=actor, name=name.strip()[:60], url=url.strip(), patterns=chosen, secret=secret)
    record(actor, CREATE, hook, webhook=hook.name, host=sending.target_of(url).host, patterns=chosen)
    transaction.on_commit(forget_listeners)
    forget_listeners()
    return hook, secret


def _held(webhook: Webhook, actor: User) -> Webhook:
    row = Webhook.objects.select_for_update(of=("self",)).get(pk=webhook.pk)
    if not actor.has_perm(MANAGE, row):
        raise NotAllowed(MANAGE, "回调由建立它的人管理。")
    return row


@transaction.atomic
def rotate_secret(webhook: Webhook, *, actor: User) -> tuple[Webhook, str]:
    """A new secret, told this once; for a day both sign, so that the receiver can change over."""
    hook = _held(webhook, actor)
    hook.former_secret, hook.former_until = hook.secret, clock.now() + OVERLAP
    hook.secret = signing.new_secret()
    hook.save()
    record(actor, "core.rotate_webhook", hook, webhook=hook.name, until=hook.former_until)
    return hook, hook.secret


@transaction.atomic
def switch_webhook(webhook: Webhook, *, on: bool, actor: User) -> Webhook:
    """Pause, or go on: what has waited meanwhile is sent. Again changes nothing."""
    hook = _held(webhook, actor)
    wanted = HookState.ACTIVE if on else HookState.PAUSED
    if hook.state == wanted:
        return hook
    hook.state = wanted
    hook.failing_since = None
    hook.save()
    record(actor, "core.switch_webhook", hook, webhook=hook.name, state=hook.state)
    if on:
        for message in hook.messages.filter(state=MessageState.QUEUED).order_by("pk"):
            _put(message)
    transaction.on_commit(forget_listeners)
    forget_listeners()
    return hook


@transaction.atomic
def remove_webhook(webhook: Webhook, *, actor: User) -> None:
    """Forget a webhook, its secrets and its messages."""
    hook = _held(webhook, actor)
    record(actor, "core.remove_webhook", hook, webhook=hook.name)
    hook.delete()
    transaction.on_commit(forget_listeners)


@transaction.atomic
def send_test(webhook: Webhook, *, actor: User) -> Message:
    """A message that is about nothing, so that the receiver can be tried."""
    hook = _held(webhook, actor)
    if hook.state != HookState.ACTIVE:
        raise WrongState("webhooks.not_active", "这个回调没有启用。请先启用，再发测试。")
    body = _body(TEST, clock.now(), {"kind": "test", "uid": hook.uid, "url": "", "api": ""})
    message = Message.objects.create(webhook=hook, name=TEST, body=body)
    record(actor, "core.test_webhook", hook, webhook=hook.name)
    _put(message)
    return message


@transaction.atomic
def send_again(message: Message, *, actor: User) -> Message:
    """Queue a message once more, under the same id. One that waits already stays as it is."""
    hook = _held(message.webhook, actor)
    row = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
    if hook.state != HookState.ACTIVE:
        raise WrongState("webhooks.not_active", "这个回调没有启用。请先启用，再重发。")
    if row.state != MessageState.QUEUED:
        row.state, row.attempts, row.next_at, row.done_at = MessageState.QUEUED, 0, clock.now(), None
        row.save()
        record(actor, "core.resend_webhook", hook, webhook=hook.name, message=row.uid)
        _put(row)
    return row


@on_revoke
def pause_webhooks_of(user: User) -> int:
    """An account that is locked or begins anew tells nobody any more; part of the action that says why."""
    count = Webhook.objects.filter(user=user, state=HookState.ACTIVE).update(state=HookState.PAUSED)
    forget_listeners()
    return count


def forget_old(days: int) -> int:
    """Delete messages that were settled this long ago; how many."""
    before = clock.now() - dt.timedelta(days=days)
    rows = Message.objects.filter(made_at__lt=before).exclude(state=MessageState.QUEUED)
    return rows.delete()[0]
