"""A ledger that a federation keeps for 凤亭下书画社, and an entry of it: what the tests of custody begin from."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.personas import PDF, World

from linli.core import clock
from linli.core.access.models import User
from linli.core.files.actions import store
from linli.organizations.actions import custody as actions
from linli.organizations.actions import custody_entries as entries
from linli.organizations.models import Custody, CustodyEntry, Member

SINCE = dt.date(2026, 8, 3)


def at(day: str) -> object:
    """The program at nine o'clock in Shanghai of that day."""
    return clock.at(dt.datetime.fromisoformat(f"{day}T09:00:00+08:00"))


def agreed(member: Member, actor: User) -> Custody:
    """An agreement that can be sent, from today on for a year."""
    custody = actions.begin_custody(member, actor=actor)
    store(SimpleUploadedFile("a.pdf", PDF, "application/pdf"), subject=custody, slot="agreement", actor=actor)
    return actions.save_custody(
        custody,
        actor=actor,
        revision=None,
        document_number="东联代〔2026〕1 号",
        terms="会费和捐赠由联合会代管，用款凭票据。",
        valid_from=clock.today(),
        valid_to=clock.today() + dt.timedelta(days=365),
    )


def entered(custody: Custody, actor: User, amount: str, kind: str = "received", **more: object) -> CustodyEntry:
    """An entry that waits for its second person."""
    entry = entries.begin_entry(custody, actor=actor)
    store(SimpleUploadedFile("v.pdf", PDF, "application/pdf"), subject=entry, slot="voucher", actor=actor)
    values: dict[str, object] = {
        "kind": kind,
        "fund": "own",
        "amount": Decimal(amount),
        "happened_on": clock.today(),
        "purpose": "会费",
        "counterpart": "个人",
        "voucher_number": "P1",
    }
    entry = entries.save_entry(entry, actor=actor, revision=None, **(values | more))
    return entries.send_entry(entry, actor=actor)


def booked(world: World, custody: Custody, amount: str, kind: str = "received", **more: object) -> CustodyEntry:
    """An entry of the secretary's that the treasurer approved."""
    entry = entered(custody, world["federation_secretary"], amount, kind, **more)
    return entries.approve_entry(entry, actor=world["federation_treasurer"])


@pytest.fixture
def ledger(world: World, member: Member) -> Custody:
    """In force since August."""
    with at("2026-08-03"):
        custody = actions.apply_custody(agreed(member, world["founder"]), actor=world["founder"])
        return actions.sign_custody(custody, actor=world["federation_secretary"])
