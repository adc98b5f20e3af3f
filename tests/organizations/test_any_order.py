"""Whatever people do in whatever order, the loop keeps its promises."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.personas import World

from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.workflow.declare import REGISTRY
from linli.core.workflow.engine import perform
from linli.core.workflow.models import Task
from linli.organizations.models import Filing, Organization

STEPS = REGISTRY["filing"].steps
WHO = ("founder", "stranger", "community_worker", "street_officer", "street_head", "other_street_officer", "system")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(WHO), st.sampled_from(STEPS)), max_size=14))
def test_any_order_of_steps(world: World, draft: Filing, moves: list[tuple[str, Any]]) -> None:
    from django.db import transaction

    with transaction.atomic():
        for who, step in moves:
            before = Filing.objects.get(pk=draft.pk)
            actor = User.system() if who == "system" else world[who]
            allowed = actor.has_perm(step.name, before)
            events = Event.objects.count()
            try:
                with transaction.atomic():
                    perform(step, before, actor=actor, **({"reason": "理由"} if step.reason else {}))
                done = True
            except (NotAllowed, WrongState, BadInput):
                done = False
            after = Filing.objects.get(pk=draft.pk)

            assert done == (allowed and before.state in step.sources)
            assert (after.state != before.state) <= done
            assert (Event.objects.count() > events) == done
            open_rows = Task.objects.filter(case_id=draft.pk, process="filing", closed_at__isnull=True, kind="act")
            assert [row.state for row in open_rows] == ([after.state] if after.is_open else [])
            assert (after.organization is not None) == (after.state == "filed")
            assert Organization.objects.count() == (after.state == "filed")
        transaction.set_rollback(True)


@pytest.mark.parametrize("kind", ["name", "leader", "address", "cancel"])
def test_each_kind_of_change_reaches_the_register(world: World, filed: Organization, kind: str) -> None:
    from linli.organizations.actions import amendments

    founder = world["founder"]
    values: dict[str, Any] = {
        "name": {"new_name": "凤亭下书画院"},
        "leader": {
            "new_leader_name": "林伟",
            "new_leader_id_number": "11010519491231002X",
            "new_leader_phone": "13900001111",
        },
        "address": {"new_address": "聚龙社区 5 栋", "new_area": world.neighbour_community},
        "cancel": {"settlement": "无"},
    }[kind]
    amendment = amendments.begin_amendment(filed, kind=kind, actor=founder)
    amendment = amendments.save_amendment(amendment, actor=founder, revision=0, cause="搬家", **values)
    amendment = amendments.submit_amendment(amendment, actor=founder)
    amendment = amendments.support_amendment(amendment, actor=world["community_worker"])
    amendment = amendments.approve_amendment(amendment, actor=world["street_officer"])

    after = Organization.objects.get(pk=filed.pk)
    shown = {
        "name": after.name == "凤亭下书画院",
        "leader": (after.leader_name, after.leader_phone) == ("林伟", "13900001111"),
        "address": (after.address, after.area) == ("聚龙社区 5 栋", world.neighbour_community),
        "cancel": (after.legal_status, after.ended_on is not None) == ("filing_cancelled", True),
    }
    assert amendment.state == "done"
    assert [name for name, is_so in shown.items() if is_so] == [kind]


def test_a_returned_change_is_mended_and_compared(world: World, filed: Organization) -> None:
    from linli.core.workflow.queries import differences, versions
    from linli.organizations.actions import amendments

    founder = world["founder"]
    amendment = amendments.begin_amendment(filed, kind="name", actor=founder)
    amendment = amendments.save_amendment(amendment, actor=founder, revision=0, cause="改名", new_name="凤亭画院")
    amendment = amendments.submit_amendment(amendment, actor=founder)
    amendment = amendments.return_amendment(amendment, actor=world["community_worker"], reason="名称太像医院")
    amendment = amendments.save_amendment(amendment, actor=founder, revision=None, new_name="凤亭书画院")
    amendment = amendments.resubmit_amendment(amendment, actor=founder)

    first, second = versions(amendment)
    assert [(d.before, d.after) for d in differences(first.content, second.content)] == [("凤亭画院", "凤亭书画院")]
