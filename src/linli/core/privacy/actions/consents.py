"""Agreeing and withdrawing: who agreed to which wording when, and as easily undone (PIPL 14-16)."""

from __future__ import annotations

from django.db import transaction

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, WrongState
from linli.core.privacy.actions.notice import current_version
from linli.core.privacy.declare import PROCESSINGS
from linli.core.privacy.models import Consent, NoticeVersion

GIVE, WITHDRAW = "privacy.give_consent", "privacy.withdraw_consent"


@transaction.atomic
def give_consent(processing: str, *, actor: User, wording: str = "", as_guardian: bool = False) -> Consent:
    """Agree to an entry as it reads today; agreeing to what one agreed to already changes nothing."""
    entry = PROCESSINGS.get(processing)
    if entry is None or not entry.asks_consent:
        raise BadInput(GIVE, "这一项不是凭同意办的，不用表示同意。")
    User.objects.select_for_update().get(pk=actor.pk)  # two presses at once come one after the other
    version = current_version().number
    held = Consent.objects.filter(person=actor, processing=processing, withdrawn_at__isnull=True).first()
    if held is not None and held.version == version and (not wording or held.wording == wording):
        return held
    if held is not None:  # agreed anew: the former agreement ends where this one begins
        held.withdrawn_at = clock.now()
        held.save(update_fields=["withdrawn_at"])
    consent = Consent.objects.create(
        person=actor, processing=processing, version=version, wording=wording, as_guardian=as_guardian
    )
    record(actor, GIVE, consent, processing=processing, version=version, wording=wording)
    return consent


@transaction.atomic
def withdraw_consent(processing: str, *, person: User, actor: User) -> Consent:
    """Take an agreement back; what was done before stays lawful (PIPL 15). Raises WrongState where there is none."""
    held = Consent.objects.select_for_update().filter(person=person, processing=processing, withdrawn_at__isnull=True)
    consent = held.first()
    if consent is None:
        raise WrongState(WITHDRAW, "这一项没有同意过，或者已经撤回，不用再撤。")
    consent.withdrawn_at = clock.now()
    consent.save(update_fields=["withdrawn_at"])
    behalf = person if person.pk != actor.pk else None
    record(actor, WITHDRAW, consent, on_behalf_of=behalf, processing=processing)
    return consent


def due_consents(user: User) -> list[Consent]:
    """Agreements to entries that read otherwise today than when the person agreed: they are asked again.

    Nobody is asked who never agreed: staff act by law, and whoever has not signed up holds no account.
    """
    held = list(Consent.objects.filter(person=user, withdrawn_at__isnull=True))
    if not held:
        return []
    today = current_version()
    old = {row.number: row.content for row in NoticeVersion.objects.filter(number__in={c.version for c in held})}
    return [
        consent
        for consent in held
        if consent.version != today.number
        and consent.processing in PROCESSINGS
        and old.get(consent.version, {}).get(consent.processing) != today.content.get(consent.processing)
    ]
