"""A text column that is encrypted at rest."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import checks
from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import Exact, IsNull

from linli.core.privacy.cipher import decrypt, encrypt


def _refuse(field: str) -> FieldError:
    return FieldError(f"{field} 是加密保存的，不能按内容查找、比较或排序。请另存一列 keyed_hash(…)，按那一列查找。")


class _EmptyOnly(Exact):
    """`filter(phone="")` stays possible: an empty value is stored empty."""

    def get_prep_lookup(self) -> Any:
        if self.rhs != "":
            raise _refuse(self.lhs.output_field.name)
        return self.rhs


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text encrypted with the newest of LINLI_FIELD_KEYS and decrypted with any of them.

    None and "" stay as they are. Reading a value whose key is gone raises DecryptionError.
    Looking up by content raises FieldError: two encryptions of one value differ, so no such query can be right.
    """

    description = "encrypted text"

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        problems = super().check(**kwargs)
        if self.unique or getattr(self, "db_index", False):
            problems.append(
                checks.Error(
                    "an encrypted column can be neither unique nor indexed", obj=self, id="linli.privacy.E001"
                )
            )
        return problems

    def formfield(self, *args: Any, **kwargs: Any) -> Any:
        # One line, not a text area: what is kept this way is a number or a short name.
        kwargs.setdefault("widget", forms.TextInput)
        return super().formfield(*args, **kwargs)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        value = super().get_db_prep_value(value, connection, prepared)
        return encrypt(value) if isinstance(value, str) else value

    def from_db_value(self, value: str | None, expression: Any, connection: BaseDatabaseWrapper) -> str | None:
        """Django's hook for a value read from the database."""
        return value if value is None else decrypt(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return IsNull
        if lookup_name == "exact":
            return _EmptyOnly
        raise _refuse(self.name)

    def get_transform(self, lookup_name: str) -> Any:
        raise _refuse(self.name)
