"""The jobs behind notices and files: known by name, tried again with pauses, found in the nightly sweep."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from django.core import mail
from procrastinate import testing
from procrastinate.contrib.django import app

from linli.core.access.models import User
from linli.core.files import jobs as file_jobs
from linli.core.notices import channels, jobs, notify
from linli.core.notices.models import Delivery, Notice

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def queue(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for each in (jobs.deliver_notice, jobs.sweep_notices, file_jobs.sweep_orphans):
        assert app.tasks[each.name] is each
    connector = testing.InMemoryConnector()
    with app.replace_connector(connector) as replaced:
        yield replaced, connector


def asked_for(connector: testing.InMemoryConnector) -> list[dict[str, Any]]:
    """The jobs an action asked for; a worker adds those of the clock."""
    return [job for job in connector.jobs.values() if job["task_name"] == "core.deliver_notice"]


@pytest.fixture
def notice(queue) -> Notice:
    user = User.objects.create_user("chen", email="chen@example.org")
    return notify(user, kind="case.filing", title="备案已办结", url="/")


def test_a_worker_delivers_what_was_written(queue, notice) -> None:
    running, connector = queue
    running.run_worker(wait=False, install_signal_handlers=False)
    assert [message.subject for message in mail.outbox] == ["[邻里共治] 备案已办结"]
    assert [job["status"] for job in asked_for(connector)] == ["succeeded"]


def test_a_refused_message_is_tried_later(queue, notice) -> None:
    running, connector = queue
    with mock.patch.object(channels.EmailMessage, "send", side_effect=OSError):
        running.run_worker(wait=False, install_signal_handlers=False)
    (job,) = asked_for(connector)
    assert (job["status"], job["attempts"]) == ("todo", 1)
    assert job["scheduled_at"] is not None
    assert notice.deliveries.get(channel="email").state == "queued"


def test_the_sweep_delivers_what_no_job_remembers(queue, notice) -> None:
    Delivery.objects.update(changed_at="2026-01-01T00:00Z")
    jobs.sweep_notices(timestamp=0)
    jobs.sweep_notices(timestamp=0)
    assert len(mail.outbox) == 1
