"""The sides find their case by a code; scans come into its file."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.files.actions import store
from linli.core.files.models import Attachment
from linli.mediation.choices.states import PAPERS, SIGNED, CaseState
from linli.mediation.models import MediationCase, MediationParty
from linli.mediation.queries import heads_of

JOINED, PAPER = "mediation.join_case", "mediation.add_paper"


@transaction.atomic
def join_case(code: str, *, actor: User) -> MediationCase:
    """A side finds the own case by the code the mediator gave: once, and nobody else afterwards."""
    wanted = "".join(code.split()).upper()
    party = MediationParty.objects.filter(code=wanted).select_related("case__body__parent").first()
    refusal = BadInput(
        JOINED, "没有这个参加码，或者已经用过了。", fields={"code": "请核对 8 位参加码，或者问调解员。"}
    )
    if party is None:
        raise refusal
    case = MediationCase.objects.select_for_update().get(pk=party.case_id)
    held = MediationParty.objects.get(pk=party.pk)
    if held.user_id == actor.pk:
        return case
    if held.user_id is not None or not case.is_open or case.state == CaseState.DRAFT:
        raise refusal
    seated = {seat.mediator.user_id for seat in case.seats.all() if seat.until is None}
    heads = {head.pk for head in heads_of(case.body)}
    if actor.pk in seated | heads or case.side_of(actor):
        raise BadInput(JOINED, "你是这件的调解员、主任或者另一方，不能再作为这一方参加。")
    held.user = actor
    held.save()
    record(actor, JOINED, case)
    return case


@transaction.atomic
def add_paper(case: MediationCase, upload: UploadedFile[Any], *, slot: str, actor: User) -> Attachment:
    """Put a scan into the file. What was signed cannot be added to once the agreement is in effect."""
    held = MediationCase.objects.select_for_update().get(pk=case.pk)
    if not actor.has_perm("mediation.add_paper", held):
        raise NotAllowed(PAPER, "材料由主持调解员或调委会主任上传。")
    if slot not in dict(PAPERS):
        raise BadInput(PAPER, "没有这一项材料。", fields={"slot": "没有这一项材料。"})
    if not held.is_open or held.state == CaseState.DRAFT:
        raise WrongState(PAPER, "没有在办的案件，不能再加材料。")
    if slot == SIGNED and held.state != CaseState.SIGNING:
        raise WrongState(PAPER, "协议书扫描件在签字盖章的时候上传；生效以后不能再换。")
    return store(upload, subject=held, slot=slot, actor=actor)
