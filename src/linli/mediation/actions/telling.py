"""The words of a step, kept in the case, and who is told that it was taken."""

from __future__ import annotations

from linli.core.access.models import User
from linli.core.notices import notify
from linli.core.workflow import Step
from linli.mediation.models import CaseNote, MediationCase

KIND = "case.mediation"


def note(case: MediationCase, step: Step, words: str, actor: User, *, for_parties: bool = True) -> None:
    """Keep what was typed in a step, encrypted; nothing where nothing was."""
    if words.strip():
        CaseNote.objects.create(case=case, step=step.name, words=words.strip(), by=actor, for_parties=for_parties)


def tell(person: User, case: MediationCase, words: str) -> None:
    """Tell one person, without a word of the matter."""
    notify(person, kind=KIND, title=words.format(title=case.title), url=case.get_absolute_url())


def tell_others(case: MediationCase, step: Step, actor: User) -> None:
    """The engine tells the owner; the sides that are not hear it here."""
    words = str(step.told or f"{{title}}：{step.past}")
    for party in case.both:
        if party.user is not None and party.user_id not in (case.owner_id, actor.pk):
            tell(party.user, case, words)
