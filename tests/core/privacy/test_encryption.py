"""Personal columns are encrypted at rest, and look-ups by content are refused."""

from __future__ import annotations

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection
from django.db.models import F

from linli.core.access.models import User
from linli.core.privacy import DecryptionError, EncryptedTextField, keyed_hash
from linli.core.privacy.cipher import decrypt, encrypt

pytestmark = pytest.mark.django_db


def stored(user: User) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM core_user WHERE id = %s", [user.pk])
        return str(cursor.fetchone()[0])


@pytest.fixture
def user() -> User:
    return User.objects.create_user("lin", phone="13812342046")


def test_the_database_holds_no_plain_value(user: User) -> None:
    assert stored(user).startswith("enc1$")
    assert "13812342046" not in stored(user)
    assert User.objects.get(pk=user.pk).phone == "13812342046"


def test_every_way_of_writing_encrypts(user: User) -> None:
    User.objects.filter(pk=user.pk).update(phone="13900000001")
    assert User.objects.get(pk=user.pk).phone == "13900000001"
    user.phone = "13900000002"
    User.objects.bulk_update([user], ["phone"])
    assert User.objects.get(pk=user.pk).phone == "13900000002"
    User.objects.bulk_create([User(username="two", phone="13900000003")])
    assert User.objects.get(username="two").phone == "13900000003"
    assert "139" not in stored(user)


def test_a_value_that_looks_encrypted_is_encrypted_all_the_same(user: User) -> None:
    user.phone = "enc1$00000000$abc"
    user.save()
    assert User.objects.get(pk=user.pk).phone == "enc1$00000000$abc"


def test_empty_stays_empty_and_can_be_found(user: User) -> None:
    empty = User.objects.create_user("empty")
    assert stored(empty) == ""
    assert list(User.objects.filter(phone="")) == [empty]


@pytest.mark.parametrize(
    "lookup",
    [
        {"phone": "13812342046"},
        {"phone__contains": "138"},
        {"phone__in": ["1"]},
        {"phone": F("username")},
        {"phone__gt": "1"},
    ],
)
def test_lookups_by_content_are_refused(lookup: dict[str, object]) -> None:
    with pytest.raises(FieldError, match="keyed_hash"):
        list(User.objects.filter(**lookup))


def test_damage_is_told_from_a_missing_key(user: User, settings) -> None:
    with pytest.raises(DecryptionError, match="已损坏"):
        decrypt(stored(user)[:-8] + "AAAAAAA=")
    settings.LINLI_FIELD_KEYS = ["another"]
    with pytest.raises(DecryptionError, match="缺少密钥"):
        User.objects.get(pk=user.pk)


def test_plain_text_smuggled_into_the_column_is_not_taken() -> None:
    with pytest.raises(DecryptionError, match="明文"):
        decrypt("13812342046")


def test_no_key_stops_with_a_sentence(settings) -> None:
    settings.LINLI_FIELD_KEYS = ["", " "]
    with pytest.raises(ImproperlyConfigured, match="LINLI_FIELD_KEYS"):
        encrypt("1")


def test_a_unique_encrypted_column_is_a_mistake_told_at_start() -> None:
    field = EncryptedTextField(unique=True)
    field.set_attributes_from_name("x")
    assert [problem.id for problem in field.check() if problem.id == "linli.privacy.E001"] == ["linli.privacy.E001"]


def test_hash_finds_the_same_value_however_it_is_typed() -> None:
    assert keyed_hash("138 1234 2046", "phone") == keyed_hash("13812342046", "phone")
    assert keyed_hash("44051119900307001x", "id") == keyed_hash("44051119900307001X", "id")
    assert keyed_hash("13812342046", "phone") != keyed_hash("13812342046", "id")
    assert keyed_hash("  ") == ""


def test_hash_depends_on_its_key(settings) -> None:
    before = keyed_hash("13812342046", "phone")
    settings.LINLI_HASH_KEY = "another"
    assert keyed_hash("13812342046", "phone") != before
