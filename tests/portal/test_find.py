"""The box at the top asks every register and every process, and answers within the reader's rights."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.personas import World, complete

from linli.core.workflow.declare import REGISTRY
from linli.core.workflow.listing import Cases, first_of
from linli.core.workflow.queries import processes_for
from linli.organizations.actions import filings
from linli.organizations.models import Organization

MOST_QUERIES = 30
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def sent(world: World) -> None:
    """Two applications in one community, one in another street."""
    for place, name in (
        (world.community, "凤亭书画二社"),
        (world.community, "凤亭书画三社"),
        (world.far_community, "远处书画社"),
    ):
        filing = filings.begin_filing(actor=world["founder"])
        complete(filing, world["founder"], place, name)
        filings.submit_filing(filing, actor=world["founder"])


def found(client: Client, world: World, who: str, asked: str) -> str:
    """The page as a persona sees it."""
    client.force_login(world[who], backend=BACKEND)
    return client.get("/find/", {"q": asked}).text


def test_registers_and_cases_are_found_with_their_states(
    client: Client, world: World, filed: Organization, sent: None
) -> None:
    page = found(client, world, "street_officer", "书画")

    assert f'href="{filed.get_absolute_url()}">{filed.name}</a>' in page
    assert '<span class="pill ok">已备案</span>' in page
    assert page.count("凤亭书画二社申请备案</a>") == 1
    assert "远处书画社" not in page


@pytest.mark.parametrize("who", ["district_officer", "community_worker", "other_street_officer", "auditor"])
def test_every_process_is_asked_at_once(
    client: Client, world: World, sent: None, who: str, django_assert_max_num_queries: Any
) -> None:
    client.force_login(world[who], backend=BACKEND)
    with django_assert_max_num_queries(MOST_QUERIES):
        assert client.get("/find/", {"q": "书画"}).status_code == 200


@pytest.mark.parametrize("who", ["founder", "district_officer", "community_worker", "other_street_officer"])
def test_all_at_once_finds_what_each_by_itself_finds(world: World, sent: None, who: str) -> None:
    user = world[who]
    processes = processes_for(user) or list(REGISTRY.values())
    together = {
        cases.process.slug: ([case.pk for case in page.rows], bool(page.after))
        for cases, page in first_of([Cases(process, user, words="书画") for process in processes], 2)
    }

    alone = {process.slug: Cases(process, user, words="书画").page(size=2) for process in processes}
    assert together == {
        slug: ([case.pk for case in page.rows], bool(page.after)) for slug, page in alone.items() if page.rows
    }
