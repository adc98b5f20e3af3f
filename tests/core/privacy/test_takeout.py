"""The file to take along holds everything, nothing of anybody else, is sealed where it lies, and goes in time."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.db import models
from django.test import Client
from tests.core.privacy.conftest import ID_NUMBER, PHONE
from tests.personas import World

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import Refusal
from linli.core.files.models import Attachment
from linli.core.notices.models import Notice
from linli.core.privacy.actions import retention
from linli.core.privacy.actions.takeouts import ask_takeout, open_takeout, prepare_takeout
from linli.core.privacy.cipher import DecryptionError
from linli.core.privacy.declare import RETENTIONS
from linli.core.privacy.fields import EncryptedTextField
from linli.core.privacy.models import Takeout
from linli.core.privacy.sealed import PIECE, SealedWriter, unsealed
from linli.core.privacy.takeout_file import disarmed
from linli.organizations.models import Organization

SignedIn = Callable[..., Client]


def made(user: User) -> Takeout:
    takeout = ask_takeout(actor=user)
    assert prepare_takeout(takeout.pk)
    takeout.refresh_from_db()
    return takeout


def archive(user: User) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(open_takeout(made(user), actor=user))))


def stored(takeout: Takeout) -> Attachment:
    return Attachment.objects.get(slot="takeout", subject_id=takeout.pk)


def personal_values_of(user: User) -> set[str]:
    """Every personal value in a row that points to the person, found without the declarations."""
    found = set()
    for model in apps.get_models():
        links = [
            f.name for f in model._meta.local_fields if isinstance(f, models.ForeignKey) and f.related_model is User
        ]
        rows = model._base_manager.filter(**{links[0]: user}) if links else model._base_manager.none()
        for name in [n for n in ("owner", "user", "person", "recipient") if n in links]:
            rows = rows | model._base_manager.filter(**{name: user})
        if model is User:
            rows = User.objects.filter(pk=user.pk)
        for row in rows:
            for field in model._meta.local_fields:
                personal = isinstance(field, EncryptedTextField | models.EmailField) or field.name in (
                    "leader_name",
                    "new_leader_name",
                    "username",
                )
                if personal and getattr(row, field.name):
                    found.add(str(getattr(row, field.name)))
    return found


def test_it_holds_every_personal_value_there_is(told_founder: User, filed: Organization) -> None:
    wanted = personal_values_of(told_founder)

    said = json.loads(archive(told_founder).read("data.json"))

    texts = {
        str(value) for holding in said["holdings"] for row in holding["rows"] for value in row["values"].values()
    }
    assert {ID_NUMBER, PHONE, "xiumei@example.org", "陈秀梅", "founder"} <= wanted
    assert wanted - texts == set()
    assert said["format"] == "linli-takeout/1"


def test_it_holds_the_own_papers_and_a_page_and_a_table_for_each_kind(
    told_founder: User, filed: Organization
) -> None:
    found = archive(told_founder)
    names = set(found.namelist())
    said = json.loads(found.read("data.json"))
    filing = next(h for h in said["holdings"] if h["slug"] == "filings")["rows"][0]

    assert len(filing["files"]) == 2
    assert set(filing["files"]) <= names
    assert found.read(filing["files"][0]).startswith(b"%PDF")
    assert ID_NUMBER in found.read("index.html").decode()
    table = list(csv.reader(io.StringIO(found.read("csv/filings.csv").decode("utf-8-sig"))))
    assert table[1][table[0].index("负责人身份证号")] == ID_NUMBER
    assert {f"csv/{h['slug']}.csv" for h in said["holdings"] if h["rows"]} <= names


def test_it_holds_nothing_of_a_twin(told_founder: User, twin: User, filed: Organization) -> None:
    text = archive(twin).read("data.json").decode()

    assert ID_NUMBER not in text
    assert filed.name not in text


def test_a_cell_is_no_formula() -> None:
    assert [disarmed(text) for text in ("=1+1", "+86", "-1", "@a", "陈")] == ["'=1+1", "'+86", "'-1", "'@a", "陈"]


def test_where_it_lies_it_is_sealed(told_founder: User, filed: Organization) -> None:
    lies = default_storage.open(stored(made(told_founder)).stored_as).read()

    assert ID_NUMBER.encode() not in lies
    assert b"PK\x03\x04" not in lies


def test_it_comes_after_the_password_to_its_person_alone(
    told_founder: User, filed: Organization, signed_in: SignedIn
) -> None:
    takeout = made(told_founder)
    address = f"/me/data/takeout/{takeout.uid}/download/"

    unasked, other = signed_in("founder").get(address), signed_in("street_officer", again=True).get(address)
    given = signed_in("founder", again=True).get(address)

    assert unasked["Location"].startswith("/accounts/reauthenticate/")
    assert other.status_code == 404
    content = b"".join(given.streaming_content)  # type: ignore[attr-defined]
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    assert int(given["Content-Length"]) == len(content) == takeout.size
    assert Event.objects.filter(name="privacy.download_takeout").count() == 1
    # Its attachment is served by no other address.
    assert signed_in("founder", again=True).get(f"/files/{stored(takeout).uid}/").status_code == 404


def test_the_page_asks_once_and_a_job_makes_it(told_founder: User, signed_in: SignedIn) -> None:
    client = signed_in("founder")
    client.post("/me/data/takeout/")
    client.post("/me/data/takeout/")
    takeout = Takeout.objects.get(person=told_founder)

    assert "正在准备" in client.get("/me/data/takeout/").content.decode()
    assert prepare_takeout(takeout.pk) is True
    assert prepare_takeout(takeout.pk) is False  # a second worker finds it made
    assert Attachment.objects.filter(slot="takeout").count() == 1
    assert Notice.objects.filter(recipient=told_founder, kind="privacy.takeout").count() == 1
    assert "可以下载了" in client.get("/me/data/takeout/").content.decode()


def test_a_kill_in_the_middle_leaves_nothing(told_founder: User, monkeypatch: pytest.MonkeyPatch) -> None:
    takeout = ask_takeout(actor=told_founder)

    def killed(*args: Any, **kwargs: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("linli.core.privacy.actions.takeouts.notify", killed)
        with pytest.raises(SystemExit):
            prepare_takeout(takeout.pk)
    takeout.refresh_from_db()
    assert (takeout.state, Attachment.objects.filter(slot="takeout").count()) == ("asked", 0)

    assert prepare_takeout(takeout.pk)


def test_it_is_gone_when_its_days_have_run(
    told_founder: User, signed_in: SignedIn, django_capture_on_commit_callbacks: Any
) -> None:
    takeout = made(told_founder)
    file = stored(takeout)
    client = signed_in("founder", again=True)
    with clock.at(clock.now() + dt.timedelta(days=8)):
        with pytest.raises(Refusal) as caught:
            open_takeout(takeout, actor=told_founder)
        assert caught.value.status == 410
        with django_capture_on_commit_callbacks(execute=True):
            assert retention.run_rule(RETENTIONS["takeouts"]).done == 1
    takeout.refresh_from_db()

    assert (takeout.state, default_storage.exists(file.stored_as)) == ("gone", False)
    assert client.get(f"/me/data/takeout/{takeout.uid}/download/").status_code == 410
    assert ask_takeout(actor=told_founder) != takeout


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_sealed_is_unsealed(size: int) -> None:
    content = bytes(n % 251 for n in range(size))
    out = io.BytesIO()
    with SealedWriter(out) as writer:
        for start in range(0, size, 1000):
            writer.write(content[start : start + 1000])

    assert b"".join(unsealed(io.BytesIO(out.getvalue()))) == content


def test_a_sealed_file_that_was_cut_or_changed_is_refused() -> None:
    out = io.BytesIO()
    with SealedWriter(out) as writer:
        writer.write(b"x" * (PIECE + 10))
    whole = out.getvalue()
    changed = bytearray(whole)
    changed[100] ^= 1
    first = 4 + int.from_bytes(whole[:4])
    for damaged in (whole[:first], whole[first:], whole[:-1], bytes(changed), whole + whole, b""):
        with pytest.raises(DecryptionError):
            list(unsealed(io.BytesIO(damaged)))


def test_a_large_one_needs_little_memory(world: World) -> None:
    class Counting(io.RawIOBase):
        most = 0

        def write(self, data: Any) -> int:
            self.most = max(self.most, len(data))
            return len(data)

    out = Counting()
    with SealedWriter(out) as writer:  # type: ignore[arg-type]
        for _ in range(40):
            writer.write(b"x" * PIECE)
    assert writer.size == 40 * PIECE
    assert out.most < 2 * PIECE
