"""The list a person sees and the rule that guards each record say the same."""

from __future__ import annotations

import pytest
from tests.personas import PERSONAS, World, complete

from linli.organizations.actions import filings
from linli.organizations.actions.amendments import begin_amendment
from linli.organizations.models import Amendment, Filing, Organization
from linli.organizations.queries.register import amendments_visible_to, filings_visible_to, organizations_visible_to


@pytest.fixture
def everywhere(world: World, filed: Organization) -> None:
    """Cases of several owners and places, drafts included: leakable before a test says that nothing leaks."""
    for who, area, name in (
        ("founder", world.community, "春风画社"),
        ("resident", world.neighbour_community, "英歌队"),
        ("resident", world.far_community, "潮剧社"),
        ("founder", world.far_community, "灯谜会"),
    ):
        filing = complete(filings.begin_filing(actor=world[who]), world[who], area, name)
        if name != "灯谜会":
            filings.submit_filing(filing, actor=world[who])
    filings.begin_filing(actor=world["community_worker"], on_behalf=True)
    begin_amendment(filed, kind="address", actor=world["founder"])


@pytest.mark.parametrize("who", PERSONAS)
@pytest.mark.usefixtures("everywhere")
def test_list_and_rule_agree(world: World, who: str) -> None:
    user = world[who]

    assert set(filings_visible_to(user)) == {
        row for row in Filing.objects.all() if user.has_perm("organizations.view_filing", row)
    }
    assert set(amendments_visible_to(user)) == {
        row for row in Amendment.objects.all() if user.has_perm("organizations.view_amendment", row)
    }
    assert set(organizations_visible_to(user)) == {
        row for row in Organization.objects.all() if user.has_perm("organizations.view_organization", row)
    }


@pytest.mark.usefixtures("everywhere")
def test_what_each_sees_is_told_by_name(world: World) -> None:
    seen = {
        who: sorted(row.name for row in filings_visible_to(world[who])) for who in ("stranger", "neighbour_worker")
    }
    street = sorted(row.name for row in filings_visible_to(world["street_officer"]))

    assert seen == {"stranger": [], "neighbour_worker": ["英歌队"]}
    assert street == ["凤亭下书画社", "春风画社", "英歌队"]


@pytest.mark.usefixtures("everywhere")
def test_a_post_that_has_ended_opens_nothing(world: World) -> None:
    from linli.actors.actions import relieve
    from linli.actors.models import Post
    from linli.core import clock

    relieve(Post.objects.get(user=world["street_officer"]), on=clock.today(), actor=world["sysadmin"])

    assert not filings_visible_to(world["street_officer"]).exists()
    assert not world["street_officer"].is_staff


def test_who_took_over_a_merged_community_reaches_its_records(world: World, submitted: Filing) -> None:
    from tests.personas import BodyFactory, UserFactory, post

    from linli.areas.actions.reform import merge_areas
    from linli.core import clock

    merge_areas(
        [world.community], into=world.neighbour_community, on=clock.today(), reason="合并", actor=world["sysadmin"]
    )
    worker = UserFactory()
    post(worker, "community_worker", world.neighbour_community, BodyFactory(area=world.neighbour_community))

    assert list(filings_visible_to(worker)) == [submitted]
    assert filings.support_filing(submitted, actor=worker).state == "review"
