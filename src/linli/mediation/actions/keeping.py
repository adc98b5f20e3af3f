"""What the clock does: reminders of judicial confirmation, and letting go what has been kept long enough."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.files.actions import erase_attachments
from linli.core.files.models import Attachment
from linli.mediation.actions.telling import tell
from linli.mediation.choices.states import ALERT_DAYS
from linli.mediation.models import MediationCase, MediationParty
from linli.mediation.queries import to_remind

REMINDED = "mediation.remind_confirmation"


def remind_confirmations() -> int:
    """On the 20th and the 27th day after an agreement took effect: both sides and the mediator hear of it, once."""
    today, told = clock.today(), 0
    for pk in list(to_remind(today).values_list("pk", flat=True)):
        with transaction.atomic():
            case = to_remind(today).filter(pk=pk).select_for_update(of=("self",)).first()
            if case is None:
                continue
            assert case.effective_on is not None
            assert case.confirm_until is not None
            case.reminded = max(day for day in ALERT_DAYS if (today - case.effective_on).days >= day)
            case.save()
            left = (case.confirm_until - today).days
            words = f"{{title}}：申请司法确认还剩 {left} 天，最晚 {case.confirm_until:%Y-%m-%d}"
            people = [party.user for party in case.both] + [case.lead_user]
            for person in people:
                if person is not None:
                    tell(person, case, words)
            record(User.system(), REMINDED, case, due_on=case.confirm_until)
            told += 1
    return told


@transaction.atomic
def forget_case(case: MediationCase) -> None:
    """The time of keeping is over: the people and their words go, what is counted stays."""
    kind = ContentType.objects.get_for_model(case)
    erase_attachments(Attachment.objects.filter(subject_type=kind, subject_id=case.pk), actor=User.system())
    case.notes.all().delete()
    case.sessions.all().delete()
    MediationParty.objects.filter(case=case).update(user=None, name="", phone="", id_number="", address="")
    MediationCase.objects.filter(pk=case.pk).update(owner=None, entered_by=None, facts="", wish="", terms="")
