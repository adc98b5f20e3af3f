"""Lists of commendation: drawn from the ranking, thinned, decided by another person, frozen, published."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.test import Client
from tests.organizations.test_ranking import BACKEND, another, happened, standing
from tests.personas import PERSONAS, World

from linli.core import clock
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.organizations.actions import commendation as actions
from linli.organizations.actions.ranking import rank_all
from linli.organizations.models import Commendation, Organization
from linli.organizations.queries.commendation import commendations_visible_to, praised_in

YEAR = clock.today().year


@pytest.fixture
def ranked(world: World, filed: Organization) -> list[Organization]:
    """Five of a kind, the n-th with n activities; the third is on a list of credit, the first has no score."""
    rows = [another(world, n) for n in range(5)]
    for n, row in enumerate(rows):
        for k in range(n):
            happened(row, 10 + k, persons=20 + 5 * n)
    Organization.objects.filter(pk=rows[3].pk).update(credit_status="abnormal")
    rank_all()
    return rows


@pytest.fixture
def drawn(world: World, ranked: list[Organization]) -> Commendation:
    return actions.begin_commendation(world.district, year=YEAR, actor=world["district_officer"])


@pytest.fixture
def proposed(world: World, drawn: Commendation) -> Commendation:
    return actions.propose_commendation(drawn, actor=world["district_officer"])


def named(commendation: Commendation) -> list[str]:
    return [row.organization.name for row in praised_in(commendation)]


def test_the_first_of_each_kind_are_drawn_and_none_in_bad_credit(drawn: Commendation, ranked: Any) -> None:
    rows = praised_in(drawn)
    assert [(row.organization, row.place) for row in rows] == [(ranked[4], 1), (ranked[2], 2), (ranked[1], 4)]
    assert [row.total for row in rows] == [standing(ranked[n]).total for n in (4, 2, 1)]


def test_from_the_ranking_to_the_public_page(world: World, proposed: Commendation, ranked: Any) -> None:
    assert proposed.number == f"BZ-440511-{YEAR}-00001"
    client = Client()
    assert client.get(f"/commendations/{proposed.uid}/").status_code == 404
    before = standing(ranked[4])
    published = actions.publish_commendation(proposed, actor=world["district_head"])
    assert (published.state, published.published_on) == ("published", clock.today())
    page = client.get(f"/commendations/{proposed.uid}/")
    assert page.status_code == 200
    assert ranked[4].name in page.content.decode()
    assert published.title in client.get("/commendations/").content.decode()
    after = standing(ranked[4])
    assert (before.awards, after.awards) == (0, 1)
    assert after.influence == 2500


def test_struck_out_with_a_reason_and_nobody_is_added(world: World, drawn: Commendation, ranked: Any) -> None:
    officer = world["district_officer"]
    after = actions.strike_commended(drawn, actor=officer, organization=ranked[2].name, reason="正在更换负责人")
    assert named(after) == [ranked[4].name, ranked[1].name]
    for name in (ranked[2].name, ranked[0].name):
        with pytest.raises(BadInput) as caught:
            actions.strike_commended(after, actor=officer, organization=name, reason="再来一次")
        assert list(caught.value.fields) == ["organization"]


def test_an_empty_list_is_not_laid_before_anybody(world: World, drawn: Commendation, ranked: Any) -> None:
    for n in (4, 2, 1):
        drawn = actions.strike_commended(
            drawn, actor=world["district_officer"], organization=ranked[n].number, reason="不提"
        )
    with pytest.raises(BadInput):
        actions.propose_commendation(drawn, actor=world["district_officer"])


def test_two_people_and_no_interest(world: World, proposed: Commendation, ranked: Any) -> None:
    with pytest.raises(NotAllowed):
        actions.publish_commendation(proposed, actor=world["district_officer"])
    Organization.objects.filter(pk=ranked[4].pk).update(owner=world["district_head"])
    with pytest.raises(NotAllowed):
        actions.publish_commendation(proposed, actor=world["district_head"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Commendation.objects.filter(pk=proposed.pk).update(decided_by=world["district_officer"])


def test_published_is_frozen_in_the_database_too(world: World, proposed: Commendation) -> None:
    published = actions.publish_commendation(proposed, actor=world["district_head"])
    rows = published.rows
    for change in (
        lambda: rows.update(total=1),
        lambda: rows.all().delete(),
        lambda: Commendation.objects.filter(pk=published.pk).update(year=YEAR - 1),
        lambda: Commendation.objects.filter(pk=published.pk).update(state="decision", published_on=None),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    with pytest.raises(WrongState):
        actions.publish_commendation(published, actor=world["district_head"])


def test_one_list_a_year_and_none_of_the_future(world: World, drawn: Commendation) -> None:
    officer = world["district_officer"]
    with pytest.raises(WrongState):
        actions.begin_commendation(world.district, year=YEAR, actor=officer)
    for year in (YEAR + 1, YEAR - 2):
        with pytest.raises(BadInput) as caught:
            actions.begin_commendation(world.district, year=year, actor=officer)
        assert list(caught.value.fields) == ["year"]
    with pytest.raises(BadInput) as caught:
        actions.begin_commendation(world.community, year=YEAR, actor=officer)
    assert list(caught.value.fields) == ["area"]
    actions.withdraw_commendation(drawn, actor=officer)
    actions.begin_commendation(world.district, year=YEAR, actor=officer)


@pytest.mark.parametrize("who", PERSONAS)
def test_list_and_rule_agree(world: World, who: str, drawn: Commendation) -> None:
    user = world[who]
    assert set(commendations_visible_to(user)) == {
        row for row in Commendation.objects.all() if user.has_perm("organizations.view_commendation", row)
    }
    sent = actions.propose_commendation(drawn, actor=world["district_officer"])
    assert set(commendations_visible_to(user)) == (
        {sent} if user.has_perm("organizations.view_commendation", sent) else set()
    )
    assert user.has_perm("organizations.begin_commendation", sent) == (who == "district_officer")


def test_begun_struck_and_proposed_on_the_page(world: World, ranked: Any) -> None:
    client = Client()
    client.force_login(world["district_officer"], backend=BACKEND)
    given = {"area": world.district.code, "year": str(YEAR)}
    answer = client.post("/commendations/begin/", given, follow=True)
    case = Commendation.objects.get()
    assert answer.redirect_chain[-1][0] == case.get_absolute_url()
    assert ranked[4].name in answer.content.decode()
    assert client.post("/commendations/begin/", given).status_code == 409
    assert client.post("/commendations/begin/", given | {"year": "nie"}).status_code == 404
    assert client.post("/commendations/begin/", given | {"year": str(YEAR - 5)}).status_code == 422
    kind = ContentType.objects.get_for_model(Commendation)
    assert Event.objects.filter(name="core.case_begun", subject_type=kind, subject_id=case.pk).count() == 1
    stranger = Client()
    stranger.force_login(world["stranger"], backend=BACKEND)
    assert stranger.post("/commendations/begin/", given).status_code == 403
