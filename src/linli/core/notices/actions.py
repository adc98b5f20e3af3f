"""Writing notices, delivering them, reading them, and choosing how they come.

How often a channel is used: the in-app notice exists exactly once. E-mail and robots are **at least once**: the row
is locked while the channel is used and marked after it, so two workers never send the same delivery together and a
finished one is never repeated, but a machine that dies between the channel's yes and our mark sends again.
The other order (mark, then send) would lose notices of deadlines instead. Each e-mail keeps one Message-ID
over all tries, by which mail servers recognise the repeat.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.http import url_has_allowed_host_and_scheme

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.audit.models import Event
from linli.core.errors import BadInput
from linli.core.jobs import defer
from linli.core.notices import channels
from linli.core.notices.choices import GROUPS, Channel, State, group_of
from linli.core.notices.models import Delivery, Notice, Preference, Robot

ATTEMPTS = 5
ROBOTS_EACH = 5


@transaction.atomic
def write_notice(user: User, *, kind: str, title: str, body: str, url: str, event: Event | None) -> Notice:
    """See linli.core.notices.notify."""
    if url and not (url.startswith("/") and url_has_allowed_host_and_scheme(url, None)):
        raise ValueError(f"a notice leads to a path of this site, not to {url!r}")
    notice = Notice.objects.create(
        recipient=user, kind=kind, title=" ".join(title.split())[:200], body=body, url=url, event=event
    )
    outward = _outward_channels(user, group_of(kind))
    Delivery.objects.bulk_create(
        [
            Delivery(notice=notice, channel=Channel.IN_APP, state=State.SENT),
            *(Delivery(notice=notice, channel=channel) for channel in outward),
        ]
    )
    if outward:
        # The job is a row of the same transaction: it is there exactly when the notice is.
        defer("core.deliver_notice", notice_id=notice.pk)
    return notice


# Uids are 22 letters of base64 without what an address cannot hold, as `new_uid` gives them.
WRITE_MANY = """
WITH people AS (
    SELECT DISTINCT found.id FROM ({people}) AS found (id)
    JOIN core_user ON core_user.id = found.id AND core_user.is_active AND NOT core_user.is_system
), made AS (
    INSERT INTO core_notice (uid, recipient_id, kind, title, body, url, created_at)
    SELECT translate(encode(uuid_send(gen_random_uuid()), 'base64'), '+/=', '-_'), id, %s, %s, %s, %s, %s FROM people
    RETURNING id, recipient_id
), sent AS (
    INSERT INTO core_delivery (notice_id, channel, state, attempts, last_error, token, changed_at)
    SELECT id, channel, state, 0, '', gen_random_uuid(), %s FROM (
        SELECT id, %s AS channel, %s AS state FROM made
        UNION ALL
        SELECT made.id, %s, %s FROM made JOIN core_user ON core_user.id = recipient_id
        WHERE %s AND core_user.email <> '' AND NOT EXISTS (
            SELECT FROM core_preference
            WHERE user_id = recipient_id AND "group" = %s AND channel = %s AND NOT enabled)
        UNION ALL
        SELECT made.id, %s, %s FROM made
        WHERE EXISTS (SELECT FROM core_robot WHERE user_id = recipient_id) AND NOT EXISTS (
            SELECT FROM core_preference
            WHERE user_id = recipient_id AND "group" = %s AND channel = %s AND NOT enabled)
    ) AS ways
)
SELECT count(*), min(id), max(id) FROM made"""


@transaction.atomic
def write_notices(people: QuerySet[Any], *, kind: str, title: str, body: str, url: str) -> int:
    """See linli.core.notices.notify_many."""
    if url and not (url.startswith("/") and url_has_allowed_host_and_scheme(url, None)):
        raise ValueError(f"a notice leads to a path of this site, not to {url!r}")
    inner, values = people.order_by().query.sql_with_params()
    now, group = clock.now(), group_of(kind)
    with connection.cursor() as cursor:
        cursor.execute(
            WRITE_MANY.format(people=inner),
            [
                *values,
                *(kind, " ".join(title.split())[:200], body, url, now, now),
                *(Channel.IN_APP, State.SENT),
                *(Channel.EMAIL, State.QUEUED, channels.email_offered(), group, Channel.EMAIL),
                *(Channel.APPRISE, State.QUEUED, group, Channel.APPRISE),
            ],
        )
        count, first, last = cursor.fetchone()
    if count:
        defer("core.deliver_notices", first=first, last=last)
    return int(count)


def deliver_notices(first: int, last: int) -> None:
    """Send what is queued of notices written together; what a channel did not take is swept up later."""
    queued = Delivery.objects.filter(notice__range=(first, last), state=State.QUEUED)
    for notice_id in queued.order_by("notice").values_list("notice", flat=True).distinct().iterator(chunk_size=500):
        deliver_notice(notice_id)


def _outward_channels(user: User, group: str) -> list[Channel]:
    if user.is_system or not user.is_active:
        return []
    off = set(Preference.objects.filter(user=user, group=group, enabled=False).values_list("channel", flat=True))
    wanted = []
    if user.email and channels.email_offered() and Channel.EMAIL not in off:
        wanted.append(Channel.EMAIL)
    if Channel.APPRISE not in off and user.robots.exists():
        wanted.append(Channel.APPRISE)
    return wanted


def deliver_notice(notice_id: int) -> bool:
    """Send what is still queued of a notice; True when something has to be tried again later."""
    ids = Delivery.objects.filter(notice=notice_id, state=State.QUEUED).values_list("pk", flat=True)
    left = [_deliver(pk) for pk in list(ids)]  # all are tried, also after one that has to wait
    return any(left)


@transaction.atomic
def _deliver(delivery_id: int) -> bool:
    """Send one delivery unless somebody else is at it or has done it; True when it stays queued."""
    delivery = (
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("notice__recipient")
        .filter(pk=delivery_id, state=State.QUEUED)
        .first()
    )
    if delivery is None:
        return False
    delivery.attempts += 1
    delivery.changed_at = clock.now()
    try:
        group = group_of(delivery.notice.kind)
        if Channel(delivery.channel) not in _outward_channels(delivery.notice.recipient, group):
            raise channels.NotWanted("收件人已关掉这个渠道")
        channels.send(delivery)
        delivery.state, delivery.last_error = State.SENT, ""
    except channels.NotWanted as reason:
        delivery.state, delivery.last_error = State.SKIPPED, str(reason)
    except channels.NotDelivered as reason:
        delivery.last_error = str(reason)
        if delivery.attempts >= ATTEMPTS:
            delivery.state = State.FAILED
    delivery.save()
    return delivery.state == State.QUEUED


def open_notice(notice: Notice) -> Notice:
    """Mark one notice read; doing it again changes nothing."""
    if notice.read_at is None:
        Notice.objects.filter(pk=notice.pk, read_at__isnull=True).update(read_at=clock.now())
    return notice


def read_all(*, actor: User) -> int:
    """Mark everything the person has as read; how many that were."""
    return Notice.objects.filter(recipient=actor, read_at__isnull=True).update(read_at=clock.now())


@transaction.atomic
def choose(wanted: Mapping[tuple[str, str], bool], *, actor: User) -> None:
    """Set which groups come by which outward channel. The in-app list cannot be switched off."""
    for (group, channel), enabled in wanted.items():
        if group in GROUPS and channel in (Channel.EMAIL, Channel.APPRISE):
            Preference.objects.update_or_create(
                user=actor, group=group, channel=channel, defaults={"enabled": enabled}
            )


@transaction.atomic
def add_robot(pasted: str, *, label: str, actor: User) -> Robot:
    """Keep the address of a group robot, encrypted. Raises BadInput for one we do not know or one too many."""
    address = channels.robot_address(pasted)
    if not address:
        known = "、".join(channels.ROBOTS.values())
        text = f"这个地址认不出来。请从群机器人的设置里复制完整的 Webhook 地址；目前支持{known}。"
        raise BadInput("notices.robot_unknown", text, fields={"address": text})
    User.objects.select_for_update().get(pk=actor.pk)
    if actor.robots.count() >= ROBOTS_EACH:
        text = f"最多留 {ROBOTS_EACH} 个机器人。请先去掉一个再加。"
        raise BadInput("notices.robots_full", text, fields={"address": text})
    scheme = address.partition("://")[0].lower()
    robot = Robot.objects.create(user=actor, label=label.strip() or channels.ROBOTS[scheme], address=address)
    record(actor, "notices.add_robot", actor, kind=scheme)
    return robot


@transaction.atomic
def remove_robot(robot: Robot, *, actor: User) -> None:
    """Forget a robot and its address."""
    record(actor, "notices.remove_robot", actor, label=robot.label)
    robot.delete()


def send_test(*, actor: User) -> list[str]:
    """Send a test over each outward channel now; one sentence for each, for the page."""
    sentences = []
    if actor.email and channels.email_offered():
        notice = Notice(recipient=actor, kind="other.test", title="这是一条测试消息")
        try:
            channels.send(Delivery(notice=notice, channel=Channel.EMAIL))
            sentences.append("测试邮件已交给邮件服务器。几分钟内没收到，请看看垃圾邮件。")
        except (channels.NotDelivered, channels.NotWanted) as reason:
            sentences.append(f"测试邮件没有发出：{reason}。请核对邮箱，或联系系统管理员。")
    for robot in actor.robots.all():
        taken = channels.send_to_robot(robot, "这是一条测试消息。\n\n请登录邻里共治查看。")
        sentences.append(f"“{robot.label}”{'已收到测试消息。' if taken else '没有接收。请核对 Webhook 地址。'}")
    if not sentences:
        where = "邮箱或机器人" if channels.email_offered() else "机器人"
        sentences.append(f"还没有可测试的渠道。请先填好{where}。")
    return sentences
