"""A refused action leaves an event, once a minute, without what was searched for."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.personas import World

from linli.core.audit.models import Event
from linli.core.audit.refusals import REFUSED
from linli.organizations.models import Filing

pytestmark = pytest.mark.django_db


def test_a_refusal_is_written_down_once(client: Client, world: World, reviewing: Filing) -> None:
    client.force_login(world["community_worker"])
    address = f"/cases/filing/{reviewing.uid}/agree_filing/"
    for _press in range(2):
        answer = client.post(f"{address}?q=13800002046", {"reason": ""})
        assert answer.status_code == 403

    (event,) = Event.objects.filter(name=REFUSED)
    assert (event.actor, event.detail) == (
        world["community_worker"],
        {"code": "organizations.agree_filing", "method": "POST", "path": address},
    )


def test_what_is_not_seen_is_no_refusal(client: Client, world: World, reviewing: Filing) -> None:
    client.force_login(world["stranger"])
    assert client.post(f"/cases/filing/{reviewing.uid}/agree_filing/").status_code == 404
    client.logout()
    client.post(f"/cases/filing/{reviewing.uid}/agree_filing/")

    assert not Event.objects.filter(name=REFUSED).exists()
