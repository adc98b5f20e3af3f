"""What a session remembers about its login: which login it was, and a form a time-out interrupted."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest

from linli.core.access import policy
from linli.core.access.models import User
from linli.core.access.session_store import KEPT_FOR
from linli.core.privacy.cipher import DecryptionError, decrypt, encrypt

LOGIN_KEY = "linli.login"
SEEN_KEY = "linli.seen"
KEPT_KEY = "linli.kept_form"
# A kept form lives in the session row; a larger one (a file, a pasted book) is not kept.
KEPT_BYTES = 128 * 1024


@dataclass(frozen=True)
class KeptForm:
    """What somebody had sent when the time-out struck."""

    path: str
    fields: list[tuple[str, str]]
    had_files: bool


def mark_login(request: HttpRequest, user: User) -> None:
    """Add this session to the account's; beyond the policy's number the oldest notices at its next request."""
    token = secrets.token_urlsafe(24)
    with transaction.atomic():
        held = User.objects.select_for_update().values_list("session_key", flat=True).get(pk=user.pk)
        kept = " ".join([*held.split(), token][-int(policy.value("sessions")) :])
        User.objects.filter(pk=user.pk).update(session_key=kept)
    request.session[LOGIN_KEY] = token
    user.session_key = kept


def is_current(request: HttpRequest, user: User) -> bool:
    """Whether no newer login of the account has taken over, and nobody has ended this one."""
    token = request.session.get(LOGIN_KEY, "")
    return token in user.session_key.split() if token else not user.session_key


def forget_sessions(user: User) -> None:
    """Delete the sessions the account is signed in by and those that keep a form of its own.

    Only those that were ever the account's are read: somebody else may have gone on with one of them.
    """
    for session in Session.objects.filter(owners__account=user):
        held = session.get_decoded()
        if held.get(SESSION_KEY) == str(user.pk) or _kept_for(held.get(KEPT_KEY)) == user.pk:
            session.delete()


def _kept_for(stored: str | None) -> int | None:
    """Whose kept form this is; None for none or for one that cannot be read."""
    if not stored:
        return None
    try:
        return int(json.loads(decrypt(stored))["user"])
    except (DecryptionError, ValueError, KeyError, TypeError):
        return None


def read_form(request: HttpRequest) -> KeptForm | None:
    """The sent fields worth keeping; None for a GET, a password form or one too large. Files cannot be kept."""
    if request.method != "POST":
        return None
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken" and isinstance(value, str)
    ]
    match = request.resolver_match
    secret = (match and match.view_name.startswith(("account_", "mfa_"))) or any(
        "password" in name for name, _ in fields
    )
    if secret or not fields or sum(len(name) + len(value) for name, value in fields) > KEPT_BYTES:
        return None
    return KeptForm(request.get_full_path(), fields, bool(request.FILES))


def keep_form(session: Any, user_id: int, form: KeptForm) -> None:
    """Put the form into a (by now anonymous) session, encrypted, for this account alone."""
    packed = {"user": user_id, "path": form.path, "fields": form.fields, "had_files": form.had_files}
    session[KEPT_KEY] = encrypt(json.dumps(packed, ensure_ascii=False))
    session[KEPT_FOR] = user_id


def kept_form(request: HttpRequest) -> KeptForm | None:
    """The form kept for whoever is signed in now; somebody else's is thrown away unread."""
    stored = request.session.get(KEPT_KEY)
    if not stored:
        return None
    try:
        packed = json.loads(decrypt(stored))
    except (DecryptionError, ValueError):
        packed = {"user": None}
    if packed["user"] != request.user.pk:
        forget_form(request)
        return None
    return KeptForm(packed["path"], [(name, value) for name, value in packed["fields"]], packed["had_files"])


def forget_form(request: HttpRequest) -> None:
    """Drop the kept form, once it was sent again or given up."""
    if KEPT_KEY in request.session:
        del request.session[KEPT_KEY]
        request.session.pop(KEPT_FOR, None)
