"""Posts are proposed by one administrator and agreed by another; nobody acts for oneself; one of each stays."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection
from tests.personas import PERSONAS, UserFactory, World, post

from linli.actors import actions
from linli.actors.choices import AGREE, PROPOSE, REFUSE, Role
from linli.actors.models import Appointment, Body, Post
from linli.actors.queries import appointments_visible_to
from linli.core import clock
from linli.core.access.actions import lock_account
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, Refusal, WrongState
from linli.core.notices.models import Notice
from linli.core.workflow.queries import tasks_of

TODAY, TOMORROW = clock.today(), clock.today() + dt.timedelta(days=1)


def propose(world: World, who: str = "resident", role: str = "street_officer", **more: Any) -> Appointment:
    place = more.pop("area", world.street)
    given = {"kind": "appoint", "body": Body.objects.get(area=place), "cause": "局务会", "actor": world["sysadmin"]}
    given |= {"user": world[who], "role": role, "area": place, **more}
    made: Appointment = actions.begin_appointment(given.pop("kind"), **given)
    return made


def test_a_post_holds_when_two_have_agreed(world: World) -> None:
    proposal = propose(world)
    assert (proposal.state, proposal.number[:3]) == ("proposed", "GW-")
    assert not world["resident"].is_staff
    assert [task.title for task in tasks_of(world["secadmin"])] == [proposal.title]

    done = actions.agree_appointment(proposal, actor=world["secadmin"])

    held = Post.objects.get(user=world["resident"])
    assert (done.state, done.post, done.decided_by) == ("in_force", held, world["secadmin"])
    assert (held.role, held.area, held.valid_from, held.valid_to) == ("street_officer", world.street, TODAY, None)
    assert world["resident"].is_staff
    assert not tasks_of(world["secadmin"]).exists()
    assert list(Event.objects.order_by("pk").values_list("name", "actor__username")) == [
        ("actors.propose_appointment", "sysadmin"),
        ("actors.appoint", "secadmin"),
        ("actors.agree_appointment", "secadmin"),
    ]
    assert Notice.objects.filter(recipient=world["resident"], title="你有了一个新岗位").count() == 1
    assert Notice.objects.filter(recipient=world["sysadmin"]).count() == 1


def test_a_refused_post_never_was(world: World) -> None:
    actions.refuse_appointment(propose(world), actor=world["secadmin"], reason="超出工作需要。")

    assert not Post.objects.filter(user=world["resident"]).exists()
    assert Notice.objects.get(recipient=world["sysadmin"]).body == "超出工作需要。"
    assert propose(world).state == "proposed"  # mended, it may be proposed again


@pytest.mark.parametrize("who", PERSONAS)
def test_each_role_does_its_part_and_no_other(world: World, who: str) -> None:
    proposal = propose(world)
    person = world[who]

    may = {step.name for step in (PROPOSE, AGREE, REFUSE) if person.has_perm(step.name, proposal)}

    assert may == {"sysadmin": {PROPOSE.name}, "secadmin": {AGREE.name, REFUSE.name}}.get(who, set())
    seen = appointments_visible_to(person).filter(pk=proposal.pk).exists()
    assert seen == person.has_perm("actors.view_appointment", proposal) == (who in ("sysadmin", "secadmin"))


def test_nobody_acts_for_oneself(world: World) -> None:
    with pytest.raises(NotAllowed, match="给自己"):
        propose(world, "sysadmin", "sysadmin")
    own = propose(world, "secadmin", "secadmin", area=world.district, body=Body.objects.get(area=world.street))
    with pytest.raises(NotAllowed):
        actions.agree_appointment(own, actor=world["secadmin"])
    with pytest.raises(NotAllowed):
        actions.relieve(Post.objects.get(user=world["sysadmin"]), actor=world["sysadmin"])
    with pytest.raises(NotAllowed):
        lock_account(world["sysadmin"], reason="试试", actor=world["sysadmin"])


def test_another_areas_administrators_have_no_say(world: World) -> None:
    far = UserFactory(username="far_admin")
    post(far, Role.SYSADMIN, world.other_street, Body.objects.get(area=world.other_street))
    guard = UserFactory(username="far_guard")
    post(guard, Role.SECADMIN, world.other_street, Body.objects.get(area=world.other_street))

    with pytest.raises(NotAllowed):
        propose(world, actor=far)
    with pytest.raises(NotAllowed):
        actions.agree_appointment(propose(world), actor=guard)
    assert not appointments_visible_to(guard).exists()


@pytest.mark.parametrize(
    ("who", "role", "said"),
    [
        ("street_officer", "secadmin", "互斥"),
        ("auditadmin", "secadmin", "互斥"),
        ("secadmin", "community_worker", "互斥"),
    ],
)
def test_two_hats_are_refused_before_anybody_waits(world: World, who: str, role: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        propose(world, who, role, area=world.district)
    assert set(caught.value.fields) == {"user"}


def test_what_changed_meanwhile_is_found_on_agreement(world: World) -> None:
    """A proposal was right when it was made; before it is agreed the person gets another hat."""
    proposal = propose(world)
    post(world["resident"], Role.AUDITADMIN, world.district, Body.objects.get(area=world.district))

    with pytest.raises(BadInput, match="互斥"):
        actions.agree_appointment(proposal, actor=world["secadmin"])

    proposal.refresh_from_db()
    assert proposal.state == "proposed"


@pytest.mark.django_db(transaction=True)
def test_two_hats_agreed_at_one_moment_become_one(world: World) -> None:
    proposals = [propose(world, role="street_officer"), propose(world, role="auditadmin", area=world.district)]
    together, said = threading.Barrier(2), []

    def agree(proposal: Appointment) -> None:
        try:
            together.wait(5)
            actions.agree_appointment(proposal, actor=User.objects.get(username="secadmin"))
            said.append("agreed")
        except Refusal as refusal:
            said.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=agree, args=(one,)) for one in proposals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(said) == ["actors.appoint", "agreed"]
    assert Post.objects.filter(user__username="resident").count() == 1


def test_a_second_press_proposes_nothing_twice(world: World) -> None:
    propose(world)
    with pytest.raises(Refusal, match="已经提出"):
        propose(world)
    assert Appointment.objects.count() == 1


def test_a_later_post_begins_on_its_day_and_a_deputys_ends_by_itself(world: World) -> None:
    later = actions.agree_appointment(propose(world, since=TOMORROW), actor=world["secadmin"]).post
    given = {"kind": "deputy", "until": TOMORROW, "replaces": Post.objects.get(user=world["street_officer"])}
    deputy = actions.agree_appointment(propose(world, "stranger", **given), actor=world["secadmin"]).post

    assert (later.standing[0], world["resident"].is_staff) == ("将任", False)
    assert (deputy.standing[0], world["stranger"].is_staff) == ("在任，有期限", True)
    assert not deputy.is_held_on(TOMORROW)
    with pytest.raises(BadInput, match="到哪天为止"):
        propose(world, "founder", kind="deputy", replaces=Post.objects.get(user=world["street_officer"]))


def test_a_handed_over_post_takes_its_duties_along(world: World, reviewing: Any) -> None:
    old = Post.objects.get(user=world["street_officer"])
    assert tasks_of(world["street_officer"]).count() == 1

    actions.agree_appointment(propose(world, kind="handover", replaces=old), actor=world["secadmin"])

    assert (tasks_of(world["street_officer"]).count(), tasks_of(world["resident"]).count()) == (0, 1)
    old.refresh_from_db()
    assert old.valid_to == TODAY


def test_a_post_given_back_before_it_began_was_held_on_no_day(world: World) -> None:
    coming = actions.agree_appointment(propose(world, since=TOMORROW), actor=world["secadmin"]).post

    ended = actions.relieve(coming, reason="不去了", actor=world["sysadmin"])

    assert ended.valid_to == ended.valid_from == TOMORROW
    assert not ended.is_held_on(TOMORROW)


# --- one of each kind remains -----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["sysadmin", "secadmin", "auditadmin"])
def test_the_last_administrator_of_a_kind_stays(world: World, who: str) -> None:
    last = Post.objects.get(user=world[who])
    second = UserFactory(username="second_sysadmin")
    held = post(second, Role.SYSADMIN, world.district, last.body)
    # Somebody else proposes and agrees, so that it is not refused for being an own matter.
    proposer = second if who == "sysadmin" else world["sysadmin"]
    agreeing = UserFactory(username="second_secadmin")
    guard = post(agreeing, Role.SECADMIN, world.district, last.body)
    given = {"kind": "relieve", "role": last.role, "area": world.district, "replaces": last, "actor": proposer}
    proposal = propose(world, who, **given)
    for stays in (held, guard):
        if stays.role == last.role:  # the only other one leaves soon: no successor
            Post.objects.filter(pk=stays.pk).update(valid_to=TOMORROW + dt.timedelta(days=9))

    with pytest.raises(WrongState, match="最后一位"):
        actions.agree_appointment(proposal, actor=agreeing)
    with pytest.raises(WrongState, match="最后一位"):
        lock_account(world[who], reason="离职", actor=User.system())

    heir = UserFactory(username="heir")
    post(heir, last.role, world.district, last.body)
    actions.agree_appointment(proposal, actor=agreeing)
    assert Post.objects.get(pk=last.pk).valid_to == TODAY
    assert lock_account(world[who], reason="离职", actor=User.system()).is_active is False


def test_a_locked_successor_is_none(world: World) -> None:
    last = Post.objects.get(user=world["auditadmin"])
    heir = UserFactory(username="heir", is_active=False)
    post(heir, Role.AUDITADMIN, world.district, last.body)

    with pytest.raises(WrongState, match="最后一位"):
        lock_account(world["auditadmin"], reason="离职", actor=world["secadmin"])


def test_an_administrators_post_does_not_end_by_one_hand(world: World) -> None:
    body = Body.objects.get(area=world.district)
    second = post(UserFactory(username="second"), Role.AUDITADMIN, world.district, body)

    with pytest.raises(NotAllowed, match="不能由一个人终止"):
        actions.relieve(second, actor=world["sysadmin"])


@pytest.mark.django_db(transaction=True)
def test_of_the_last_two_only_one_leaves_at_one_moment(world: World) -> None:
    body = Body.objects.get(area=world.district)
    other = UserFactory(username="other_auditadmin")
    post(other, Role.AUDITADMIN, world.district, body)
    together, said = threading.Barrier(2), []

    def lock(username: str) -> None:
        try:
            together.wait(5)
            lock_account(User.objects.get(username=username), reason="离职", actor=User.system())
            said.append("locked")
        except WrongState as refusal:
            said.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=lock, args=(name,)) for name in ("auditadmin", "other_auditadmin")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(said) == ["actors.last_administrator", "locked"]
