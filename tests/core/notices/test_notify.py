"""Notices: written with the action, read by their person, sent outward without personal data."""

from __future__ import annotations

import smtplib
from unittest import mock

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from linli.core.access.models import User
from linli.core.errors import BadInput
from linli.core.notices import actions, channels, notify, unread_count
from linli.core.notices.choices import Channel, State
from linli.core.notices.models import Delivery, Notice, Preference, Robot
from linli.core.notices.queries import stale_notices

WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa"


@pytest.fixture(autouse=True)
def deferred(monkeypatch) -> list[int]:
    """The jobs asked for; the queue itself is tested in the room of jobs."""
    asked: list[int] = []
    monkeypatch.setattr(actions, "defer", lambda name, notice_id: asked.append(notice_id))
    return asked


@pytest.fixture
def user(db, settings) -> User:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.LINLI_BASE_URL = "https://linli.example"
    return User.objects.create_user("chen", email="chen@example.org", name="陈秀梅")


def tell(user: User, **changes: str) -> Notice:
    given = {
        "kind": "case.filing",
        "title": "备案申请被退回修改",
        "body": "陈秀梅的电话写错了",
        "url": "/cases/filing/x/",
    }
    return notify(user, **{**given, **changes})


def states(notice: Notice) -> dict[str, str]:
    return dict(notice.deliveries.values_list("channel", "state"))


def test_a_notice_falls_with_the_action_it_tells_of(user, deferred) -> None:
    def act() -> None:
        tell(user)
        raise RuntimeError

    with pytest.raises(RuntimeError), transaction.atomic():
        act()
    assert not Notice.objects.exists()


def test_in_app_at_once_and_email_by_a_job(user, deferred) -> None:
    notice = tell(user)
    assert states(notice) == {"in_app": "sent", "email": "queued"}
    assert deferred == [notice.pk]
    assert mail.outbox == []

    assert actions.deliver_notice(notice.pk) is False

    assert states(notice) == {"in_app": "sent", "email": "sent"}
    assert len(mail.outbox) == 1


def test_email_carries_the_title_and_a_link_and_nothing_else(user) -> None:
    notice = tell(user, title="请回电 13812342046，证号 440511199003070017")
    actions.deliver_notice(notice.pk)
    sent = mail.outbox[0]
    assert sent.to == ["chen@example.org"]
    assert sent.subject == "[邻里共治] 请回电 138****2046，证号 4405**********0017"
    assert "https://linli.example/cases/filing/x/" in sent.body
    assert "陈秀梅" not in sent.body + sent.subject
    assert "写错" not in sent.body


def test_a_second_run_sends_nothing_again(user) -> None:
    notice = tell(user)
    for _ in range(3):
        actions.deliver_notice(notice.pk)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ConnectionRefusedError("chen@example.org"), "邮件服务器连不上（ConnectionRefusedError）"),
        (TimeoutError(), "邮件服务器连不上（TimeoutError）"),
        (smtplib.SMTPDataError(451, b"chen@example.org greylisted"), "邮件服务器回应 451"),
        (smtplib.SMTPRecipientsRefused({"chen@example.org": (550, b"no")}), "邮件服务器不接受这个收件地址"),
    ],
)
def test_a_failure_waits_and_its_reason_holds_no_address(user, error, reason) -> None:
    notice = tell(user)
    with mock.patch.object(channels.EmailMessage, "send", side_effect=error):
        assert actions.deliver_notice(notice.pk) is True
    delivery = notice.deliveries.get(channel=Channel.EMAIL)
    assert (delivery.state, delivery.attempts, delivery.last_error) == (State.QUEUED, 1, reason)
    assert actions.deliver_notice(notice.pk) is False
    assert len(mail.outbox) == 1


def test_after_five_tries_it_has_failed(user) -> None:
    notice = tell(user)
    with mock.patch.object(channels.EmailMessage, "send", side_effect=OSError):
        tries = [actions.deliver_notice(notice.pk) for _ in range(6)]
    assert tries == [True, True, True, True, False, False]
    assert states(notice)["email"] == "failed"


def test_every_try_has_the_same_message_id(user) -> None:
    notice = tell(user)
    seen = []

    def refuse(message: channels.EmailMessage) -> None:
        seen.append(message.extra_headers["Message-ID"])
        raise OSError

    with mock.patch.object(channels.EmailMessage, "send", autospec=True, side_effect=refuse):
        actions.deliver_notice(notice.pk)
        actions.deliver_notice(notice.pk)
    assert len(seen) == 2
    assert len(set(seen)) == 1


def test_switching_off_counts_also_for_what_is_queued(user) -> None:
    notice = tell(user)
    actions.choose({("case", "email"): False}, actor=user)
    actions.deliver_notice(notice.pk)
    assert states(notice)["email"] == "skipped"
    assert mail.outbox == []
    assert states(tell(user)) == {"in_app": "sent"}
    assert "email" in states(tell(user, kind="duty.filing"))


def test_in_app_cannot_be_switched_off(user) -> None:
    actions.choose({("privacy", "in_app"): False, ("nonsense", "email"): False}, actor=user)
    assert not Preference.objects.exists()


@pytest.mark.parametrize("backend", ["dummy", "locmem"])
def test_email_is_used_only_where_it_exists(user, settings, backend) -> None:
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    assert ("email" in states(tell(user))) == (backend == "locmem")


def test_no_notice_goes_out_for_the_system_or_without_address(user) -> None:
    assert states(tell(User.system())) == {"in_app": "sent"}
    assert states(tell(User.objects.create_user("plain"))) == {"in_app": "sent"}


@pytest.mark.parametrize(
    "url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_a_notice_leads_nowhere_else(user, url) -> None:
    with pytest.raises(ValueError, match="path of this site"):
        tell(user, url=url)


def test_a_title_with_line_breaks_makes_no_header(user) -> None:
    notice = tell(user, title="退回\r\nBcc: all@example.org")
    actions.deliver_notice(notice.pk)
    assert mail.outbox[0].subject == "[邻里共治] 退回 Bcc: all@example.org"
    assert mail.outbox[0].recipients() == ["chen@example.org"]


# --- robots -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        (WECOM, "wecombot://693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa/"),
        (
            "https://oapi.dingtalk.com/robot/send?access_token=abcdef0123456789abcd",
            "dingtalk://abcdef0123456789abcd/",
        ),
        (
            " https://open.feishu.cn/open-apis/bot/v2/hook/d4f5a1b2-1111-2222-3333-444455556666 ",
            "feishu://d4f5a1b2-1111-2222-3333-444455556666/",
        ),
        ("json://127.0.0.1:5432/", ""),
        ("https://internal.example/hook", ""),
        ("file:///etc/passwd", ""),
        ("ntfy://localhost/topic", ""),
        ("wecombot://", ""),
        ("你好", ""),
        ("", ""),
    ],
)
def test_only_known_robots_are_taken(pasted, kept) -> None:
    assert channels.robot_address(pasted) == kept


def test_a_robot_gets_the_title_and_its_address_is_a_secret(user) -> None:
    robot = actions.add_robot(WECOM, label="", actor=user)
    assert robot.label == "企业微信群机器人"
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM core_robot")
        assert "693a91f6" not in cursor.fetchone()[0]
    notice = tell(user)
    with mock.patch("apprise.Apprise.notify", return_value=True) as sent:
        assert actions.deliver_notice(notice.pk) is False
    assert states(notice)["apprise"] == "sent"
    assert sent.call_args.kwargs["body"] == "备案申请被退回修改\n\n打开看：https://linli.example/cases/filing/x/"


def test_a_robot_that_refuses_is_tried_again(user) -> None:
    actions.add_robot(WECOM, label="群", actor=user)
    notice = tell(user)
    with mock.patch("apprise.Apprise.notify", return_value=False):
        assert actions.deliver_notice(notice.pk) is True
    assert notice.deliveries.get(channel=Channel.APPRISE).last_error == "机器人没有接收"
    assert states(notice)["email"] == "sent"  # one channel does not hold up the other


def test_five_robots_are_enough(user) -> None:
    for _ in range(5):
        actions.add_robot(WECOM, label="群", actor=user)
    with pytest.raises(BadInput, match="最多留 5 个"):
        actions.add_robot(WECOM, label="群", actor=user)


def test_forgotten_deliveries_are_found(user) -> None:
    notice = tell(user)
    assert stale_notices() == []
    Delivery.objects.update(changed_at="2026-01-01T00:00Z")
    assert stale_notices() == [notice.pk]


# --- pages ------------------------------------------------------------------------------------------------------


@pytest.fixture
def member(client, user):
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_the_list_is_empty_then_full_then_read(member, user) -> None:
    assert "还没有消息" in member.get(reverse("core:notices")).content.decode()
    tell(user, title="<b>退回</b>")
    text = member.get(reverse("core:notices")).content.decode()
    assert "&lt;b&gt;退回&lt;/b&gt;" in text
    assert "<b>退回" not in text
    assert "1 条未读" in text
    member.post(reverse("core:notices_read_all"))
    assert unread_count(user) == 0
    assert "没有未读的消息" in member.get(reverse("core:notices", query={"unread": 1})).content.decode()


def test_opening_a_notice_marks_it_and_goes_there(member, user) -> None:
    notice = tell(user)
    answer = member.get(reverse("core:notice", args=[notice.uid]))
    assert answer["Location"] == "/cases/filing/x/"
    first = Notice.objects.get().read_at
    member.get(reverse("core:notice", args=[notice.uid]))
    assert first is not None
    assert Notice.objects.get().read_at == first


def test_anothers_notice_is_unseen(member, user) -> None:
    other = tell(User.objects.create_user("other"), title="别人的")
    assert member.get(reverse("core:notice", args=[other.uid])).status_code == 404
    assert "别人的" not in member.get(reverse("core:notices")).content.decode()
    member.post(reverse("core:notices_read_all"))
    other.refresh_from_db()
    assert other.read_at is None


def test_paging_shows_each_once_and_costs_the_same(member, user) -> None:
    tell(user, title="第 0 条")
    member.get(reverse("core:notices"))
    with CaptureQueriesContext(connection) as one:
        member.get(reverse("core:notices"))
    few = len(one)
    for n in range(1, 35):
        tell(user, title=f"第 {n} 条")
    with CaptureQueriesContext(connection) as many:
        first = member.get(reverse("core:notices"))
    assert len(many) == few
    rows = first.context["page"]
    second = member.get(reverse("core:notices", query={"after": rows.after})).context["page"]
    titles = [notice.title for notice in (*rows.rows, *second.rows)]
    assert titles == [f"第 {n} 条" for n in range(34, -1, -1)]


def test_unread_is_one_query(user, django_assert_num_queries) -> None:
    tell(user)
    with django_assert_num_queries(1):
        assert unread_count(user) == 1


def test_preferences_are_saved_and_shown(member, user) -> None:
    member.post(reverse("core:notice_preferences"), {"case.email": "on"})
    off = set(Preference.objects.filter(enabled=False).values_list("group", "channel"))
    assert ("case", "email") not in off
    assert ("duty", "email") in off
    text = member.get(reverse("core:notice_preferences")).content.decode()
    assert 'name="case.email" checked' in text
    assert 'name="duty.email">' in text


def test_robots_are_added_and_removed_on_the_page(member, user) -> None:
    bad = member.post(reverse("core:notice_robot_add"), {"address": "json://localhost/"})
    assert bad.status_code == 422
    assert "这个地址认不出来" in bad.content.decode()
    member.post(reverse("core:notice_robot_add"), {"address": WECOM, "label": "科群"})
    robot = Robot.objects.get()
    text = member.get(reverse("core:notice_preferences")).content.decode()
    assert "科群" in text
    assert "693a91f6" not in text
    stranger = User.objects.create_user("stranger")
    other = Robot.objects.create(user=stranger, label="x", address="wecombot://a/")
    assert member.post(reverse("core:notice_robot_remove", args=[other.uid])).status_code == 404
    member.post(reverse("core:notice_robot_remove", args=[robot.uid]))
    assert list(Robot.objects.all()) == [other]


def test_the_test_button_says_what_happened(member, user) -> None:
    answer = member.post(reverse("core:notice_test"), follow=True).content.decode()
    assert "测试邮件已交给邮件服务器" in answer
    assert [m.to for m in mail.outbox] == [["chen@example.org"]]
    assert not Notice.objects.exists()
    with mock.patch.object(channels.EmailMessage, "send", side_effect=OSError):
        assert "测试邮件没有发出" in member.post(reverse("core:notice_test"), follow=True).content.decode()
