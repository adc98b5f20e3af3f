"""Erasing personal values, closing an account, and the marks that stop either.

Erasing goes through each room's own function (`Holding.erase`), so that look-up hashes, search and the marks against
tampering stay right. What the law asks to keep stays, and the outcome says why. The events stay as well: they name
no values, and whoever acted is from then on 已注销用户.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction

from linli.core import clock
from linli.core.access.actions import revoke_access
from linli.core.access.models import User
from linli.core.access.sessions import forget_sessions
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.files.actions import erase_attachment
from linli.core.files.models import Attachment
from linli.core.notices.models import Notice
from linli.core.privacy.choices import MarkKind, TakeoutState
from linli.core.privacy.cipher import keyed_hash
from linli.core.privacy.declare import HOLDINGS, Holding, Subject
from linli.core.privacy.models import Consent, RecordMark, Takeout, VerifiedNumber
from linli.core.privacy.queries import marked, subject_of
from linli.core.workflow.models import Task

CLOSE, CORRECT_ACCOUNT = "privacy.close_account", "privacy.correct_account"
MARK, LIFT = "privacy.mark_record", "privacy.lift_mark"
CLOSED_NAME = "已注销用户"


@dataclass
class Outcome:
    """What was erased and what stays, by kind of row; never a value."""

    erased: Counter[str] = field(default_factory=Counter)
    kept: dict[tuple[str, str], int] = field(default_factory=dict)

    def keep(self, holding: Holding, why: str) -> None:
        """Count a row that stays."""
        self.kept[(holding.label, why)] = self.kept.get((holding.label, why), 0) + 1

    def as_list(self) -> list[dict[str, Any]]:
        """For a request's `outcome` and for the page."""
        done = [{"label": label, "count": count, "done": True, "why": ""} for label, count in self.erased.items()]
        return done + [
            {"label": label, "count": count, "done": False, "why": why} for (label, why), count in self.kept.items()
        ]


def erase_row(holding: Holding, row: Any, subject: Subject, outcome: Outcome, *, actor: User) -> None:
    """Erase one row unless something keeps it. Runs in the caller's transaction."""
    if holding.erase is None:
        return
    held = marked(row, MarkKind.HOLD)
    why = f"依法保留：{held.reason}" if held else holding.kept_by_law(row, subject)
    if why:
        outcome.keep(holding, why)
        return
    holding.erase(row, actor=actor)
    outcome.erased[holding.label] += 1


def blocks(user: User) -> list[str]:
    """What has to be settled before the account can be closed, as instructions."""
    return [words for holding in HOLDINGS.values() for words in holding.blocks_closing(user)]


@transaction.atomic
def close_account(user: User, *, actor: User) -> Outcome:
    """Close an account: nobody signs in with it again, its personal values go, its rows elsewhere are erased.

    The person may; whoever grants a request for it may (the caller has asked). Raises WrongState naming what has to
    be settled first. The name of the account becomes free: keeping it would be keeping the datum.
    """
    locked = User.objects.select_for_update().get(pk=user.pk)
    if locked.is_system or not locked.is_active:
        raise WrongState(CLOSE, "这个账号已经注销。")
    if open_ends := blocks(locked):
        raise WrongState(CLOSE, "现在还不能注销账号。" + "".join(open_ends))
    subject, outcome = subject_of(locked), Outcome()
    for holding in HOLDINGS.values():
        if holding.slug != "account" and holding.erase is not None:
            for row in list(holding.about(subject)):
                erase_row(holding, row, subject, outcome, actor=actor)
    _forget_login(locked)
    locked.username, locked.name = f"closed-{locked.uid}", CLOSED_NAME
    locked.email = locked.phone = locked.phone_hash = locked.session_key = ""
    locked.password, locked.is_active, locked.elder_mode = "!", False, False
    locked.save()
    outcome.erased["账号"] += 1
    behalf = user if actor.pk != user.pk else None
    record(actor, CLOSE, locked, on_behalf_of=behalf, erased=dict(outcome.erased), kept=sum(outcome.kept.values()))
    return outcome


def _forget_login(user: User) -> None:
    """Everything that hangs on the account alone."""
    for table in (AccessLog, AccessAttempt, AccessFailureLog):
        table.objects.filter(username=user.username).delete()
    for table in (EmailAddress, Authenticator):
        table.objects.filter(user=user).delete()
    user.former_passwords.all().delete()
    user.robots.all().delete()
    user.notice_preferences.all().delete()
    VerifiedNumber.objects.filter(person=user).delete()
    Consent.objects.filter(person=user, withdrawn_at__isnull=True).update(withdrawn_at=clock.now())
    Task.objects.filter(owner=user, closed_at__isnull=True).update(closed_at=clock.now(), closed_by=user)
    Notice.objects.filter(recipient=user).delete()
    for takeout in Takeout.objects.filter(person=user).exclude(state=TakeoutState.GONE):
        drop_takeout(takeout)
    revoke_access(user)
    forget_sessions(user)


def drop_takeout(takeout: Takeout) -> None:
    """Delete the file; the row stays to tell that there was one. Runs in the caller's transaction."""
    kind = ContentType.objects.get_for_model(Takeout)
    for attachment in Attachment.objects.filter(subject_type=kind, subject_id=takeout.pk):
        erase_attachment(attachment, actor=User.system())
    takeout.state = TakeoutState.GONE
    takeout.save(update_fields=["state"])


@transaction.atomic
def correct_account(user: User, *, actor: User, **values: str) -> User:
    """Write corrected values of an account; the hash follows the number. The caller has asked the rule."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    for name, value in values.items():
        if name not in ("name", "phone", "email"):
            raise BadInput(CORRECT_ACCOUNT, "账号上只能更正姓名、手机号和电子邮箱。")
        setattr(locked, name, value)
    locked.phone_hash = keyed_hash(locked.phone, "phone")
    locked.full_clean(exclude=["password"])
    locked.save(update_fields=["name", "phone", "phone_hash", "email"])
    record(actor, CORRECT_ACCOUNT, locked, fields=sorted(values))
    return locked


@transaction.atomic
def mark_record(row: models.Model, kind: MarkKind, *, reason: str, actor: User) -> RecordMark:
    """Set a mark; one that stands already is given back."""
    probe = RecordMark(
        kind=kind, subject_type=ContentType.objects.get_for_model(row), subject_id=row.pk, reason=reason, set_by=actor
    )
    probe.scope = getattr(row, "scope", "")  # type: ignore[attr-defined]
    if kind == MarkKind.HOLD and not actor.has_perm("privacy.hold", probe):
        raise NotAllowed(MARK, "依法保留由区民政局科长决定。需要时请转告他们。")
    if len(" ".join(reason.split())) < 4:
        raise BadInput(MARK, "请写明依据或理由，至少 4 个字。", fields={"reason": "请写明依据或理由，至少 4 个字。"})
    type(row)._default_manager.select_for_update().get(pk=row.pk)
    if standing := marked(row, kind):
        return standing
    probe.save()
    record(actor, MARK, row, kind=kind, reason=reason)
    return probe


@transaction.atomic
def lift_mark(mark: RecordMark, *, reason: str, actor: User) -> RecordMark:
    """Take a mark away; the row of the mark stays."""
    row: Any = mark.subject
    mark.scope = getattr(row, "scope", "")  # type: ignore[attr-defined]
    if not actor.has_perm("privacy.hold", mark):
        raise NotAllowed(LIFT, "解除标记由区民政局科长决定。需要时请转告他们。")
    held = RecordMark.objects.select_for_update().get(pk=mark.pk)
    if held.lifted_at is not None:
        raise WrongState(LIFT, "这个标记已经解除。")
    held.lifted_at, held.lifted_by = clock.now(), actor
    held.save(update_fields=["lifted_at", "lifted_by"])
    record(actor, LIFT, row, kind=held.kind, reason=reason)
    return held
