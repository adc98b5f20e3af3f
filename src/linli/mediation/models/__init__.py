"""The network of mediation, and its cases."""

from __future__ import annotations

from linli.mediation.models.cases import CaseNote, MediationCase, MediationParty, MediationSession, Seat
from linli.mediation.models.network import MediationBody, Mediator, Training

__all__ = [
    "CaseNote",
    "MediationBody",
    "MediationCase",
    "MediationParty",
    "MediationSession",
    "Mediator",
    "Seat",
    "Training",
]
