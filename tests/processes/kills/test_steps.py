"""A step of a case and a paper of it, killed in the middle."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.personas import PDF, World
from tests.processes.kills.conftest import (
    held,
    nobody_works,
    somebody_waits,
    wait_for,
)

from linli.core.audit.models import Event
from linli.core.files.actions import store, sweep_orphans
from linli.core.files.models import Attachment
from linli.core.files.queries import orphans, walk
from linli.core.notices.models import Notice
from linli.core.workflow.models import Task
from linli.organizations.actions import filings
from linli.organizations.models import Filing

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def test_killed_in_the_middle_of_a_step_nothing_has_happened(world: World, reviewing: Filing, fork: Any) -> None:
    officer = world["street_officer"]

    def press() -> None:
        filings.agree_filing(reviewing, actor=officer)

    before = (Event.objects.count(), Notice.objects.count())
    with held("LOCK TABLE core_notice IN EXCLUSIVE MODE"):  # the event is written, the owner not yet told
        working = fork(press)
        wait_for(somebody_waits)
        working.kill()
    wait_for(nobody_works)

    reviewing.refresh_from_db()
    assert reviewing.state == "review"
    assert (Event.objects.count(), Notice.objects.count()) == before

    press()
    steps = Event.objects.filter(name="organizations.agree_filing", subject_id=reviewing.pk)
    assert [(event.actor, Notice.objects.filter(event=event).count()) for event in steps] == [(officer, 1)]
    open_rows = Task.objects.filter(process="filing", case_id=reviewing.pk, closed_at__isnull=True, kind="act")
    assert [row.state for row in open_rows] == ["publicity"]


@pytest.fixture
def own_folder(settings: Any, tmp_path: Path) -> None:
    """A store of its own: the tests beside this one keep files too."""
    store = settings.STORAGES["default"]
    options = {**store["OPTIONS"], "location": str(tmp_path)}
    settings.STORAGES = {**settings.STORAGES, "default": {**store, "OPTIONS": options}}


def test_killed_between_the_bytes_and_their_row(own_folder: None, world: World, draft: Filing, fork: Any) -> None:
    content = PDF + b"% another one\n"

    def send() -> Attachment:
        paper = SimpleUploadedFile("list.pdf", content, "application/pdf")
        return store(paper, subject=draft, slot="members", actor=world["founder"])

    rows, files = Attachment.objects.count(), set(walk("attachments"))
    with held("LOCK TABLE core_attachment IN EXCLUSIVE MODE"):
        working = fork(send)
        wait_for(somebody_waits)
        working.kill()
    wait_for(nobody_works)
    left = set(walk("attachments")) - files

    assert (Attachment.objects.count(), len(left)) == (rows, 1)
    assert left <= set(orphans(dt.timedelta(0)))
    kept = send()
    with default_storage.open(kept.stored_as) as file:
        assert file.read() == content
    assert sweep_orphans() == 0  # it may still belong to somebody who is at it: a day old at least
    default_storage.delete(left.pop())
