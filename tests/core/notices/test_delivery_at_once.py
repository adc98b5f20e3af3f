"""Two workers at the same notice, and a worker that dies while sending."""

from __future__ import annotations

import time
from threading import Barrier, Thread
from unittest import mock

import pytest
from django.db import connection

from linli.core.access.models import User
from linli.core.notices import actions, channels, notify
from linli.core.notices.choices import Channel
from linli.core.notices.models import Notice

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def notice(settings, monkeypatch) -> Notice:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    monkeypatch.setattr(actions, "defer", lambda name, notice_id: 1)
    user = User.objects.create_user("chen", email="chen@example.org")
    return notify(user, kind="case.filing", title="备案已办结", url="/")


def test_two_workers_send_once(notice) -> None:
    sent, together = [], Barrier(2)

    def slow(message: channels.EmailMessage) -> None:
        sent.append(message.subject)
        time.sleep(0.3)

    def work() -> None:
        together.wait()
        try:
            actions.deliver_notice(notice.pk)
        finally:
            connection.close()

    with mock.patch.object(channels.EmailMessage, "send", autospec=True, side_effect=slow):
        threads = [Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sent == ["[邻里共治] 备案已办结"]
    assert notice.deliveries.get(channel=Channel.EMAIL).state == "sent"


def test_a_worker_that_dies_while_sending_leaves_it_queued(notice) -> None:
    with (
        mock.patch.object(channels.EmailMessage, "send", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        actions.deliver_notice(notice.pk)
    delivery = notice.deliveries.get(channel=Channel.EMAIL)
    assert (delivery.state, delivery.attempts) == ("queued", 0)
    with mock.patch.object(channels.EmailMessage, "send") as send:
        actions.deliver_notice(notice.pk)
    assert send.call_count == 1
