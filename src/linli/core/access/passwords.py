"""Password rules beyond Django's: kinds of characters, and no return to a former password (rulebook §11.3)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from linli.core import clock
from linli.core.access import policy
from linli.core.access.models import User


class LengthValidator:
    """At least as many characters as the policy says."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError that says how many are missing."""
        least = int(policy.value("password_length"))
        if len(password) < least:
            raise ValidationError(f"密码至少 {least} 位，现在是 {len(password)} 位。", code="password_too_short")

    def get_help_text(self) -> str:
        """The rule in one sentence."""
        return f"至少 {policy.value('password_length')} 位。"


class CharacterClassesValidator:
    """At least `classes` of: capital letters, small letters, digits, anything else (Chinese counts as this).

    None: as many as the policy says.
    """

    def __init__(self, classes: int | None = None) -> None:
        self.given = classes

    @property
    def classes(self) -> int:
        """How many kinds are asked for now."""
        return self.given or int(policy.value("password_classes"))

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError that says which kinds are missing."""
        kinds = {
            "大写字母": any("A" <= c <= "Z" for c in password),
            "小写字母": any("a" <= c <= "z" for c in password),
            "数字": any("0" <= c <= "9" for c in password),
            "符号": any(not (c.isascii() and c.isalnum()) for c in password),
        }
        wanted = self.classes
        if sum(kinds.values()) < wanted:
            missing = "、".join(kind for kind, there in kinds.items() if not there)
            raise ValidationError(
                f"密码太简单：大写字母、小写字母、数字、符号里至少要有 {wanted} 种。还可以加上{missing}。",
                code="password_classes",
            )

    def get_help_text(self) -> str:
        """The rule in one sentence."""
        return f"大写字母、小写字母、数字、符号里至少有 {self.classes} 种。"


class HistoryValidator:
    """Refuses the present password and the ones before; keeps the list when a password is set."""

    @property
    def last(self) -> int:
        """How many former ones are refused now."""
        return int(policy.value("password_history"))

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for one of the last passwords. A new account has none."""
        if not isinstance(user, User) or not user.pk:
            return
        # The form may already have set the new password on the instance, so ask the database.
        last = self.last
        present = User.objects.filter(pk=user.pk).values_list("password", flat=True)
        former = user.former_passwords.order_by("-set_at", "-pk").values_list("password", flat=True)[:last]
        if any(check_password(password, known) for known in {*present, *former}):
            raise ValidationError(
                f"这个密码用过。请换一个和最近 {last} 次都不同的密码。", code="password_used_before"
            )

    def password_changed(self, password: str, user: Any = None) -> None:
        """Django's hook after a password was saved: keep its hash and the time, forget what is no longer needed."""
        if not isinstance(user, User) or not user.pk:
            return
        moment = clock.now()
        User.objects.filter(pk=user.pk).update(password_changed_at=moment, must_change_password=False)
        user.password_changed_at, user.must_change_password = moment, False
        user.former_passwords.create(password=user.password, set_at=moment)
        kept = user.former_passwords.order_by("-set_at", "-pk").values_list("pk", flat=True)[: self.last]
        user.former_passwords.exclude(pk__in=list(kept)).delete()

    def get_help_text(self) -> str:
        """The rule in one sentence."""
        return f"不能和最近 {self.last} 次用过的密码相同。"
