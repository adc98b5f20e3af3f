"""Every page answers whoever may see it and does not exist for whoever may not; none asks over 30 queries."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.personas import World, complete

from linli.organizations.actions import filings
from linli.organizations.models import Filing, Organization

MOST_QUERIES = 30


def get(client: Client, world: World, who: str, path: str, counted: Any) -> Any:
    """The page as a persona sees it, within the limit of queries."""
    if who != "visitor":
        client.force_login(world[who], backend="allauth.account.auth_backends.AuthenticationBackend")
    with counted(MOST_QUERIES):
        return client.get(path)


PUBLIC = (
    "/",
    "/orgs/",
    "/orgs/?view=map",
    "/orgs/?q=书画&kind=culture",
    "/orgs/points.json",
    "/publicity/",
    "/robots.txt",
)
STAFF = (
    "/desk/",
    "/desk/?only=late",
    "/desk/done/",
    "/desk/done/?month=2026-01&only=late",
    "/register/",
    "/register/?q=书画&legal_status=filed",
    "/cases/filing/",
    "/cases/filing/?state=filed&q=书画&late=1",
    "/cases/filing/picture/",
    "/cases/amendment/picture/",
    "/processes/",
    "/settings/calendar/",
    "/settings/parameters/",
    "/settings/parameters/filing.days/",
    "/mine/",
    "/notices/",
    "/my/access-log/",
)


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_answer_everybody(
    client: Client, world: World, filed: Organization, path: str, django_assert_max_num_queries: Any
) -> None:
    assert get(client, world, "visitor", path, django_assert_max_num_queries).status_code == 200


@pytest.mark.parametrize("path", STAFF)
@pytest.mark.parametrize("who", ["street_officer", "community_worker", "district_head", "auditor"])
def test_staff_pages_answer_staff(
    client: Client, world: World, filed: Organization, who: str, path: str, django_assert_max_num_queries: Any
) -> None:
    assert get(client, world, who, path, django_assert_max_num_queries).status_code == 200


@pytest.mark.parametrize("path", [*STAFF[:9], *STAFF[10:11]])
def test_staff_pages_ask_a_visitor_to_sign_in(client: Client, world: World, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, "/accounts/login/")


@pytest.mark.parametrize(
    "path", ["/desk/", "/desk/done/", "/register/", "/cases/filing/picture/", "/settings/parameters/"]
)
def test_staff_pages_do_not_exist_for_a_resident(
    client: Client, world: World, path: str, django_assert_max_num_queries: Any
) -> None:
    assert get(client, world, "resident", path, django_assert_max_num_queries).status_code == 404


def test_a_case_and_its_organization_show_to_those_who_may(
    client: Client, world: World, filed: Organization, django_assert_max_num_queries: Any
) -> None:
    filing = Filing.objects.get()
    pages = [filing.get_absolute_url(), filed.get_absolute_url(), f"{filed.public_url}certificate/"]
    for who, status in {
        "founder": 200,
        "street_officer": 200,
        "auditor": 200,
        "stranger": 404,
        "other_street_officer": 404,
        "neighbour_worker": 404,
        "sysadmin": 404,
    }.items():
        for page in pages:
            assert get(client, world, who, page, django_assert_max_num_queries).status_code == status, (who, page)
    client.logout()
    answer = client.get(filed.public_url)
    assert answer.status_code == 200
    assert "陈*梅" in answer.text
    assert "陈秀梅" not in answer.text
    assert "13800002046" not in answer.text


@pytest.mark.parametrize("path", ["/cases/filing/", "/register/", "/desk/", "/orgs/", "/mine/"])
def test_a_list_costs_the_same_with_one_row_and_with_thirty(
    client: Client, world: World, submitted: Filing, path: str, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    who = "founder" if path == "/mine/" else "community_worker"
    client.force_login(world[who], backend="allauth.account.auth_backends.AuthenticationBackend")

    def cost() -> int:
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    one = cost()
    founder = world["founder"]
    for n in range(12):
        filing = complete(filings.begin_filing(actor=founder), founder, world.community, f"第{n}书画社")
        filings.submit_filing(filing, actor=founder)
    assert cost() == one


def test_the_founder_walks_every_page_of_the_form(
    client: Client, world: World, draft: Filing, django_assert_max_num_queries: Any
) -> None:
    for page in ("basics", "place", "leader", "people", "documents", "consent", "check"):
        path = f"/cases/filing/{draft.uid}/edit/{page}/"
        assert get(client, world, "founder", path, django_assert_max_num_queries).status_code == 200, page
        assert get(client, world, "stranger", path, django_assert_max_num_queries).status_code == 404


def test_a_notice_and_a_row_opened_in_place(
    client: Client, world: World, on_notice: Filing, submitted: Filing
) -> None:
    assert client.get(f"/publicity/{on_notice.uid}/").status_code == 200
    founder = world["founder"]
    other = complete(filings.begin_filing(actor=founder), founder, world.community, "春风画社")
    filings.submit_filing(other, actor=founder)
    client.force_login(world["community_worker"], backend="allauth.account.auth_backends.AuthenticationBackend")
    from linli.core.workflow.models import Task

    task = Task.objects.get(state="opinion", closed_at__isnull=True)
    answer = client.get(f"/tasks/{task.pk}/", headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert "同意，报街道" in answer.text
