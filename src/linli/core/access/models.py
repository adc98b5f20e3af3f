"""People who can sign in."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Coalesce, Reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from linli.core import clock
from linli.core.audit.marks import Marked, MarkedManager
from linli.core.privacy.fields import EncryptedTextField


def new_uid() -> str:
    """An unguessable outward name: 22 URL-safe characters, 128 bits."""
    return secrets.token_urlsafe(16)


class UserManager(MarkedManager["User"], DjangoUserManager["User"]):
    """Creates accounts; there is no superuser in Linli (rights come from posts alone)."""

    def create_user(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> User:
        """Make an account. `password=None` leaves it unable to sign in."""
        user = self.model(username=username, email=self.normalize_email(email or ""), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(Marked, AbstractBaseUser):
    """A person with an account. What the person may do follows from posts, never from a flag here."""

    MARKED = ("uid", "username", "password", "name", "email", "phone", "phone_hash", "is_active", "is_system")

    username = models.CharField(
        _("账号"),
        max_length=60,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("这个账号已经有人用了，请换一个。")},
    )
    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    name = models.CharField(_("姓名"), max_length=50, blank=True)
    email = models.EmailField(_("电子邮箱"), blank=True)
    phone = EncryptedTextField(_("手机号"), blank=True, default="")
    phone_hash = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    elder_mode = models.BooleanField(_("大字版"), default=False)
    is_active = models.BooleanField(_("可登录"), default=True)
    is_system = models.BooleanField(default=False, editable=False)
    date_joined = models.DateTimeField(default=clock.now, editable=False)
    password_changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Set by an administrator: good for signing in once, to choose one's own.
    must_change_password = models.BooleanField(default=False, editable=False)
    # The logins that hold now, newest last, separated by blanks; as many as the policy lets one account have.
    session_key = models.CharField(max_length=200, blank=True, editable=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("账号")
        constraints = [
            models.UniqueConstraint(
                fields=["is_system"], condition=models.Q(is_system=True), name="core_user_one_system_user"
            )
        ]
        indexes = [
            # People are looked up by the beginning of a name or by its end (秀梅); both stay quick at any size.
            models.Index(OpClass("name", "text_pattern_ops"), name="core_user_name"),
            models.Index(OpClass(Reverse("name"), "text_pattern_ops"), name="core_user_name_end"),
            models.Index(
                Coalesce("last_login", "date_joined"), condition=models.Q(is_active=True), name="core_user_last_used"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Ask the rules; an unknown permission or an inactive account is never allowed."""
        from django.contrib.auth import get_backends

        if not self.is_active:
            return False
        return any(
            backend.has_perm(self, perm, obj)
            for backend in get_backends()
            if hasattr(backend, "has_perm") and "rules" in type(backend).__module__
        )

    def has_module_perms(self, app_label: str) -> bool:
        """Whether the account sees an app at all; kept for Django's contract."""
        return self.is_active

    @property
    def is_closed(self) -> bool:
        """Whether its person has closed the account: nothing personal stands in it, and nobody opens it again."""
        return not self.is_active and self.username == f"closed-{self.uid}"

    @cached_property
    def is_staff(self) -> bool:
        """Holds at least one post today."""
        from linli.core.access.grants import grants_of

        return bool(grants_of(self))

    @classmethod
    def system(cls) -> User:
        """The named account that jobs act as. Cannot sign in and holds no post."""
        user, _created = cls.objects.get_or_create(
            is_system=True, defaults={"username": "system", "name": "系统", "is_active": True, "password": "!"}
        )
        return user
