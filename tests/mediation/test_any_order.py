"""Whatever people do in whatever order, a case keeps its promises."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.mediation.table import SECRETS, Network, case_at, scan

from linli.core import clock
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.workflow.engine import perform
from linli.core.workflow.models import Task
from linli.mediation.choices.cases import MEDIATION
from linli.mediation.models import MediationCase

pytestmark = pytest.mark.django_db
WHO = ("resident", "party", "lead", "social", "head", "other_head", "stranger")
STARTS = ("registered", "consent", "accepted", "mediating", "signing", "performing")


def inputs_of(net: Network, slug: str, reason: str) -> dict[str, Any]:
    """What a step asks, filled in so that nothing of it is refused."""
    day = clock.today()
    agreed = {"first_agrees": True, "second_agrees": True}
    asked: dict[str, dict[str, Any]] = {
        "record_consent": {"side": "second", "way": "visit"},
        "record_refusal": {"side": "second"},
        "accept_case": {"lead": net.rows["lead"].uid, "second": net.rows["social"].uid},
        "reassign_case": {"lead": net.rows["lead"].uid},
        "note_session": {"held_at": clock.now(), "place": "一室", "present": "both", "notes": SECRETS[1]},
        "extend_case": {"days": 10, **agreed},
        "reach_oral": {"terms": SECRETS[2], "perform_by": day + dt.timedelta(days=3)},
        "reach_written": {"terms": SECRETS[2], "perform_by": day + dt.timedelta(days=3)},
        "sign_side": {"side": "first"},
        "fail_case": {"told": True},
        "apply_confirmation": {"applied_on": day, "court": "法院", **agreed},
        "note_ruling": {"result": "confirmed", "ruled_on": day, "ruling": "1 号"},
    }
    return {**asked.get(slug, {}), **({"reason": SECRETS[0]} if reason else {})}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(STARTS),
    st.booleans(),
    st.lists(st.tuples(st.sampled_from(WHO), st.sampled_from(MEDIATION.steps)), max_size=12),
)
def test_any_order_of_steps(net: Network, start: str, scanned: bool, moves: list[tuple[str, Any]]) -> None:
    with transaction.atomic():
        case = case_at(net, start)
        if scanned and start == "signing":
            scan(net, case)
        for who, step in moves:
            before = MediationCase.objects.get(pk=case.pk)
            actor = net[who]
            allowed = actor.has_perm(step.name, before) and before.state in step.sources
            try:
                with transaction.atomic():
                    perform(step, before, actor=actor, **inputs_of(net, step.slug, step.reason))
                done = True
            except (NotAllowed, WrongState, BadInput):
                done = False
            after = MediationCase.objects.get(pk=case.pk)

            assert allowed or not done
            assert (after.state != before.state) <= done
            if after.state in ("accepted", "mediating", "extended", "signing", "performing"):
                assert after.first_consented_at is not None
                assert after.second_consented_at is not None
            if after.outcome == "written" and after.effective_on:
                assert after.lacking == []
                assert after.sealed_by == net["head"]
            if before.state == "refused":
                assert after.state in ("refused", "archived")
            open_rows = Task.objects.filter(case_id=case.pk, process="mediation", closed_at__isnull=True)
            assert [row.state for row in open_rows] == ([after.state] if after.is_open else [])
        told = str(list(Event.objects.values_list("detail", flat=True)))
        assert [secret for secret in SECRETS if secret in told] == []
        transaction.set_rollback(True)
