"""Password rules beyond Django's: kinds of characters, and no return to a former password (rulebook §11.3)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from linli.core import clock
from linli.core.access.models import User


class CharacterClassesValidator:
    """At least `classes` of: capital letters, small letters, digits, anything else (Chinese counts as this)."""

    def __init__(self, classes: int = 3) -> None:
        self.classes = classes

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError that says which kinds are missing."""
        kinds = {
            "大写字母": any("A" <= c <= "Z" for c in password),
            "小写字母": any("a" <= c <= "z" for c in password),
            "数字": any("0" <= c <= "9" for c in password),
            "符号": any(not (c.isascii() and c.isalnum()) for c in password),
        }
        if sum(kinds.values()) < self.classes:
            missing = "、".join(kind for kind, there in kinds.items() if not there)
            raise ValidationError(
                f"密码太简单：大写字母、小写字母、数字、符号里至少要有 {self.classes} 种。还可以加上{missing}。",
                code="password_classes",
            )

    def get_help_text(self) -> str:
        """The rule in one sentence."""
        return f"大写字母、小写字母、数字、符号里至少有 {self.classes} 种。"


class HistoryValidator:
    """Refuses the present password and the `last` ones before; keeps the list when a password is set."""

    def __init__(self, last: int = 5) -> None:
        self.last = last

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for one of the last passwords. A new account has none."""
        if not isinstance(user, User) or not user.pk:
            return
        # The form may already have set the new password on the instance, so ask the database.
        present = User.objects.filter(pk=user.pk).values_list("password", flat=True)
        former = user.former_passwords.order_by("-set_at", "-pk").values_list("password", flat=True)[: self.last]
        if any(check_password(password, known) for known in {*present, *former}):
            raise ValidationError(
                f"这个密码用过。请换一个和最近 {self.last} 次都不同的密码。", code="password_used_before"
            )

    def password_changed(self, password: str, user: Any = None) -> None:
        """Django's hook after a password was saved: keep its hash and the time, forget what is no longer needed."""
        if not isinstance(user, User) or not user.pk:
            return
        moment = clock.now()
        User.objects.filter(pk=user.pk).update(password_changed_at=moment)
        user.password_changed_at = moment
        user.former_passwords.create(password=user.password, set_at=moment)
        kept = user.former_passwords.order_by("-set_at", "-pk").values_list("pk", flat=True)[: self.last]
        user.former_passwords.exclude(pk__in=list(kept)).delete()

    def get_help_text(self) -> str:
        """The rule in one sentence."""
        return f"不能和最近 {self.last} 次用过的密码相同。"
