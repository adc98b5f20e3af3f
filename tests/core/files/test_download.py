"""Handing files out: to whom the domain says, in a sandbox, never from a shared cache."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from tests.core.files import samples

from linli.core.access.models import User
from linli.core.files.actions import remove_attachment
from linli.core.files.registry import READABLE


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def owners(owner) -> Client:
    return signed_in(owner)


def test_a_pdf_opens_in_the_browser_inside_a_sandbox(put, owners) -> None:
    row = put("章程 2026.pdf", samples.pdf())
    answer = owners.get(row.get_absolute_url())
    assert b"".join(answer) == samples.pdf()
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == "inline; filename*=utf-8''%E7%AB%A0%E7%A8%8B%202026.pdf"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-cache"
    saved = owners.get(row.get_absolute_url() + "?download=1")
    assert saved["Content-Disposition"].startswith("attachment;")


def test_an_office_file_is_saved_never_opened(put, owners) -> None:
    answer = owners.get(put("a.docx", samples.office()).get_absolute_url())
    assert answer["Content-Disposition"] == 'attachment; filename="a.docx"'


def test_a_thumbnail_is_small_and_only_photos_have_one(put, owners) -> None:
    row = put("a.png", samples.photo("PNG", size=(1000, 800)))
    answer = owners.get(row.thumbnail_url)
    assert answer["Content-Type"] == "image/jpeg"
    assert len(b"".join(answer)) < 20_000
    pdf = put("a.pdf", samples.pdf())
    assert owners.get(reverse("core:attachment_thumbnail", args=[pdf.uid])).status_code == 404


def test_a_known_copy_is_not_sent_again_but_the_right_is_asked(put, owners, owner, client) -> None:
    row = put("a.pdf", samples.pdf())
    tag = owners.get(row.get_absolute_url())["ETag"]
    assert owners.get(row.get_absolute_url(), headers={"If-None-Match": tag}).status_code == 304
    assert client.get(row.get_absolute_url(), headers={"If-None-Match": tag}).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("owner", 200), ("officer", 200), ("stranger", 404), (None, 404)])
def test_who_may_read(put, who, status) -> None:
    row = put("a.jpg", samples.photo())
    client = Client()
    if who:
        user, _created = User.objects.get_or_create(username=who)
        client = signed_in(user)
    assert client.get(row.get_absolute_url()).status_code == status
    assert client.get(row.thumbnail_url).status_code == status


def test_files_of_a_model_nobody_registered_are_read_by_nobody(put, owners) -> None:
    row = put("a.pdf", samples.pdf())
    READABLE.clear()
    assert owners.get(row.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("uid", ["1", "x" * 22, "..%2f..%2fsecrets"])
def test_an_unknown_name_is_404(owners, uid) -> None:
    assert owners.get(f"/files/{uid}/").status_code == 404


def test_a_removed_file_is_gone_from_its_address(put, owners, owner) -> None:
    row = put("a.pdf", samples.pdf())
    remove_attachment(row, actor=owner)
    assert owners.get(row.get_absolute_url()).status_code == 404


def test_a_lost_file_is_a_sentence(put, owners) -> None:
    row = put("a.pdf", samples.pdf())
    default_storage.delete(row.stored_as)
    answer = owners.get(row.get_absolute_url())
    assert answer.status_code == 410
    assert "从备份恢复" in answer.content.decode()


def test_removing_and_undoing_on_the_page(put, owners, owner) -> None:
    row = put("a.pdf", samples.pdf())
    remove, restore = (reverse(f"core:attachment_{verb}", args=[row.uid]) for verb in ("remove", "restore"))
    fragment = owners.post(remove, headers={"HX-Request": "true"}).content.decode()
    assert "已去掉" in fragment
    assert f'hx-post="{restore}"' in fragment
    answer = owners.post(restore, {"back": "/notices/"}, follow=True)
    assert answer.redirect_chain[0][0] == "/notices/"
    assert "“a.pdf”已恢复" in answer.content.decode()
    assert owners.post(remove, {"back": "https://evil.example/"})["Location"] == "/"
    assert owners.get(remove).status_code == 405


@pytest.mark.parametrize(("who", "status"), [("officer", 403), ("stranger", 404)])
def test_who_may_not_remove(put, who, status) -> None:
    row = put("a.pdf", samples.pdf())
    client = signed_in(User.objects.create_user(who))
    assert client.post(reverse("core:attachment_remove", args=[row.uid])).status_code == status
