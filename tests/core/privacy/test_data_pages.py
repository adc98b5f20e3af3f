"""我的数据 shows what is held about oneself, masked until the password was entered again, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.core.privacy.conftest import ID_NUMBER, PHONE
from tests.personas import PERSONAS, World

from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.notices import notify
from linli.core.privacy import keyed_hash
from linli.core.privacy.declare import HOLDINGS, Subject
from linli.core.privacy.models import VerifiedNumber
from linli.core.privacy.queries import shown_row, subject_of
from linli.organizations.actions.amendments import begin_amendment, save_amendment
from linli.organizations.actions.register import amend_register
from linli.organizations.models import Organization

SignedIn = Callable[..., Client]


def held(user: User) -> dict[str, int]:
    """How many rows of each kind are held about somebody; the empty kinds left out."""
    subject = subject_of(user)
    counts = {slug: holding.about(subject).count() for slug, holding in HOLDINGS.items()}
    return {slug: count for slug, count in counts.items() if count}


def test_a_founder_sees_every_kind_that_is_held(told_founder: User, filed: Organization, signed_in: SignedIn) -> None:
    page = signed_in("founder").get("/me/data/").content.decode()

    for slug in ("account", "events", "notices", "papers", "tasks", "versions", "organizations", "filings"):
        assert f'href="/me/data/{slug}/"' in page
    assert "/me/data/amendments/" not in page


def test_values_are_masked_until_the_password_was_entered_again(
    told_founder: User, filed: Organization, signed_in: SignedIn
) -> None:
    masked = signed_in("founder").get("/me/data/filings/")
    asked = signed_in("founder").get("/me/data/filings/?show=1")
    full = signed_in("founder", again=True).get("/me/data/filings/?show=1")

    assert ID_NUMBER not in masked.content.decode()
    assert "1101**********002X" in masked.content.decode()
    assert asked.status_code == 302
    assert asked["Location"].startswith("/accounts/reauthenticate/?next=")
    assert ID_NUMBER in full.content.decode()
    assert full["Cache-Control"] == "no-store, private"
    assert (
        Event.objects.filter(name="privacy.show_own", actor=told_founder, detail={"holding": "filings"}).count() == 1
    )


@pytest.mark.parametrize("who", ["founder", "community_worker", "street_officer", "sysadmin", "volunteer"])
def test_every_kind_opens_for_everybody(
    told_founder: User, filed: Organization, signed_in: SignedIn, who: str
) -> None:
    client = signed_in(who, again=True)

    codes = {slug: client.get(f"/me/data/{slug}/?show=1").status_code for slug in HOLDINGS}

    assert codes == dict.fromkeys(HOLDINGS, 200)
    assert client.get("/me/data/nonsense/").status_code == 404


def test_a_namesake_with_the_same_typed_phone_sees_nothing_of_it(
    told_founder: User, twin: User, filed: Organization, signed_in: SignedIn
) -> None:
    assert "organizations" not in held(twin)
    assert "filings" not in held(twin)
    client = signed_in("resident", again=True)
    for slug in HOLDINGS:
        page = client.get(f"/me/data/{slug}/?show=1").content.decode()
        assert ID_NUMBER not in page
        assert "凤亭下书画社" not in page


@pytest.mark.parametrize("who", [name for name in PERSONAS if name != "founder"])
def test_nobody_else_is_shown_the_founders_numbers(
    told_founder: User, filed: Organization, signed_in: SignedIn, who: str
) -> None:
    client = signed_in(who, again=True)

    shown = "".join(client.get(f"/me/data/{slug}/?show=1").content.decode() for slug in HOLDINGS)

    assert ID_NUMBER not in shown
    assert PHONE not in shown


def test_a_verified_number_opens_the_records_it_stands_on(world: World, twin: User, filed: Organization) -> None:
    VerifiedNumber.objects.create(
        person=twin,
        kind="id_number",
        value_hash=keyed_hash(ID_NUMBER, "id_number"),
        verified_by=world["street_officer"],
    )
    subject = subject_of(twin)

    holding = HOLDINGS["filings"]
    row = holding.about(subject).get()
    shown = {
        entry["item"].name: (entry["value"], entry["others"]) for entry in shown_row(holding, row, subject, full=True)
    }

    assert held(twin)["organizations"] == 1
    assert shown["leader_id_number"] == (ID_NUMBER, False)
    assert shown["founders"][1] is True  # the founders are other people
    assert "林伟" not in str(shown["founders"][0])


def test_a_phone_counts_only_where_no_identity_number_stands(world: World, twin: User, filed: Organization) -> None:
    subject = Subject(twin, phone_hashes=frozenset({filed.leader_phone_hash}))
    assert list(HOLDINGS["organizations"].about(subject)) == []

    amend_register(filed, actor=world["street_officer"], leader_id_number="")
    assert list(HOLDINGS["organizations"].about(subject)) == [filed]


def test_an_owner_does_not_read_the_numbers_of_a_new_person_in_charge(
    world: World, told_founder: User, filed: Organization
) -> None:
    amend_register(filed, actor=world["street_officer"], leader_name="林伟", leader_id_number="110101199003070134")
    filed.refresh_from_db()
    subject, holding = subject_of(told_founder), HOLDINGS["organizations"]

    shown = {e["item"].name: e for e in shown_row(holding, holding.about(subject).get(), subject, full=True)}

    assert shown["leader_id_number"]["others"] is True
    assert str(shown["leader_id_number"]["value"]) == "1101**********0134"


def test_what_a_worker_typed_is_not_the_owners_to_read(world: World, told_founder: User, filed: Organization) -> None:
    worker = world["community_worker"]
    amendment = begin_amendment(filed, kind="leader", actor=worker)
    save_amendment(
        amendment, actor=worker, revision=None, new_leader_name="林伟", new_leader_id_number="110101199003070134"
    )
    subject, holding = subject_of(told_founder), HOLDINGS["amendments"]

    shown = {e["item"].name: e for e in shown_row(holding, holding.about(subject).get(), subject, full=True)}

    assert shown["new_leader_id_number"]["others"] is True


def test_a_kind_costs_the_same_with_one_row_and_with_thirty(told_founder: User, signed_in: SignedIn) -> None:
    client = signed_in("founder")
    client.get("/me/data/notices/")

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/me/data/notices/").status_code == 200
        return len(queries)

    notify(told_founder, kind="other.x", title="一条")
    one = cost()
    for n in range(30):
        notify(told_founder, kind="other.x", title=f"第 {n} 条")
    assert cost() == one


def test_every_page_asks_for_a_login(client: Client, db: None) -> None:
    for path in (
        "/me/data/",
        "/me/data/account/",
        "/me/data/takeout/",
        "/me/requests/",
        "/me/consents/",
        "/me/close/",
    ):
        assert client.get(path)["Location"].startswith("/accounts/login/")
    assert client.get("/privacy/").status_code == 200
