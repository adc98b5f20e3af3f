"""The federation of a street: its six, its posts, its friends. What a form refuses, the database refuses."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from tests.personas import PDF, BodyFactory, World

from linli.actors.choices import BodyKind
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.files.actions import store
from linli.core.workflow.duties import run_clock
from linli.core.workflow.models import Task
from linli.organizations.actions import federation as actions
from linli.organizations.models import Federation, Friendship, Pillar, Tenure
from linli.organizations.queries.federation import pillars_of
from linli.organizations.web.forms.federation import ApprovalForm

TODAY = clock.today


def paper(subject: Any, slot: str, actor: User) -> None:
    store(SimpleUploadedFile(f"{slot}.pdf", PDF, "application/pdf"), subject=subject, slot=slot, actor=actor)


def sent(world: World, pillar: Pillar) -> Pillar:
    secretary = world["federation_secretary"]
    pillar = actions.save_pillar(pillar, actor=secretary, revision=None, note="政务路 1 号 2 楼，60 平方米")
    paper(pillar, "evidence", secretary)
    return actions.send_pillar(pillar, actor=secretary)


# --- 六个一 ------------------------------------------------------------------------------------------------------


def test_all_six_met_is_the_standard_and_another_round_takes_it_away(world: World, federation: Federation) -> None:
    officer = world["street_officer"]
    assert Task.objects.filter(process="pillar", role="federation_secretary").count() == 6
    for pillar in Pillar.objects.filter(federation=federation):
        federation.refresh_from_db()
        assert federation.standard == "mending"
        actions.confirm_pillar(sent(world, pillar), actor=officer)

    federation.refresh_from_db()
    assert (federation.ones_met, federation.standard) == (6, "met")

    again = actions.recheck_pillar(federation, "office", actor=officer)

    federation.refresh_from_db()
    assert (again.round, federation.ones_met, federation.standard) == (2, 5, "mending")
    assert pillars_of(federation).met == 5
    names = Event.objects.filter(name="organizations.federation_standard").order_by("pk")
    assert [event.detail["standard"] for event in names] == ["met", "mending"]


def test_one_of_the_six_needs_words_and_evidence(world: World, federation: Federation) -> None:
    secretary = world["federation_secretary"]
    with pytest.raises(BadInput, match="写明现状；上传佐证材料"):
        actions.send_pillar(Pillar.objects.earliest("pk"), actor=secretary)


def test_nobody_checks_what_they_sent(world: World, federation: Federation) -> None:
    pillar = sent(world, Pillar.objects.earliest("pk"))
    with pytest.raises(NotAllowed):
        actions.confirm_pillar(pillar, actor=world["federation_secretary"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Pillar.objects.filter(pk=pillar.pk).update(state="met", checked_by=pillar.sent_by, checked_on=TODAY())


def test_a_round_is_open_once(world: World, federation: Federation) -> None:
    with pytest.raises(WrongState):
        actions.recheck_pillar(federation, "office", actor=world["street_officer"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Pillar.objects.create(federation=federation, item="office", round=2)


def test_a_street_has_one_federation(world: World, federation: Federation) -> None:
    twin = BodyFactory(area=world.street, kind=BodyKind.FEDERATION, name="另一家联合会")
    with pytest.raises(WrongState):
        actions.open_federation(twin, founded_on=TODAY(), actor=world["street_officer"])
    elsewhere = BodyFactory(area=world.other_street, kind=BodyKind.FEDERATION)
    with pytest.raises(NotAllowed):
        actions.open_federation(elsewhere, founded_on=TODAY(), actor=world["street_officer"])


# --- posts ------------------------------------------------------------------------------------------------------


def tenure(world: World, federation: Federation, **values: Any) -> Tenure:
    secretary = world["federation_secretary"]
    made = actions.begin_tenure(federation, actor=secretary)
    given = {
        "title_held": "president",
        "person_name": "蔡伟雄",
        "elected_on": TODAY(),
        "term_from": TODAY(),
        "term_to": TODAY() + dt.timedelta(days=1000),
        "is_official": False,
    }
    return actions.save_tenure(made, actor=secretary, revision=None, **given | values)


OFFICIAL = {"is_official": True, "approval_number": "汕金组干〔2026〕12 号"}


def test_an_official_takes_up_the_post_with_the_approval(world: World, federation: Federation) -> None:
    secretary, officer = world["federation_secretary"], world["street_officer"]
    made = tenure(world, federation, **OFFICIAL, approved_on=TODAY())
    paper(made, "approval", secretary)

    made = actions.activate_tenure(actions.send_tenure(made, actor=secretary), actor=officer)

    task = Task.objects.get(process="tenure", case_id=made.pk, closed_at__isnull=True)
    assert (made.state, made.activated_by, task.role, task.due_on) == ("in_office", officer, "system", made.term_to)


UNAPPROVED: list[tuple[dict[str, Any], str]] = [
    ({"is_official": True}, "填组织部门批准兼职的文号"),
    ({**OFFICIAL}, "填批准日期"),
    ({**OFFICIAL, "approved_on": dt.date(2026, 1, 5)}, "上传批准文件"),
    ({**OFFICIAL, "approved_on": dt.date(2026, 1, 5), "unpaid": False}, "不得领取报酬"),
]


def test_without_approval_the_action_refuses(world: World, federation: Federation) -> None:
    for values, words in UNAPPROVED:
        with pytest.raises(BadInput, match=words):
            actions.send_tenure(tenure(world, federation, **values), actor=world["federation_secretary"])


def test_without_approval_activating_is_refused_even_when_it_was_sent(world: World, federation: Federation) -> None:
    made = tenure(world, federation)
    made = actions.send_tenure(made, actor=world["federation_secretary"])
    Tenure.objects.filter(pk=made.pk).update(is_official=True)

    with pytest.raises(BadInput, match="批准兼职的文号"):
        actions.activate_tenure(made, actor=world["street_officer"])
    made.refresh_from_db()
    assert made.state == "check"


def test_without_approval_the_form_refuses() -> None:
    form = ApprovalForm({"is_official": "yes", "unpaid": "on"}, instance=Tenure())
    assert not form.is_valid()
    assert set(form.errors) == {"approval_number"}
    paid = ApprovalForm({"is_official": "yes", "approval_number": "1 号"}, instance=Tenure())
    assert not paid.is_valid()
    assert set(paid.errors) == {"unpaid"}


def test_without_approval_the_database_refuses(world: World, federation: Federation) -> None:
    made = tenure(world, federation, **OFFICIAL, approved_on=TODAY())
    rule = "organizations_official_in_office_is_approved"
    lacking: tuple[dict[str, Any], ...] = ({"approval_number": ""}, {"approved_on": None}, {"unpaid": False})
    for values in lacking:
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            Tenure.objects.filter(pk=made.pk).update(**{"state": "in_office", **values})


def test_who_proposed_a_post_does_not_activate_it(world: World, federation: Federation) -> None:
    officer = world["street_officer"]
    made = actions.begin_tenure(federation, actor=officer)
    assert not officer.has_perm("organizations.activate_tenure", made)
    with pytest.raises(IntegrityError), transaction.atomic():
        Tenure.objects.filter(pk=made.pk).update(activated_by=officer)


def test_a_term_runs_out_by_itself_and_the_next_president_may_come(world: World, federation: Federation) -> None:
    secretary, officer = world["federation_secretary"], world["street_officer"]
    made = actions.activate_tenure(
        actions.send_tenure(tenure(world, federation, term_to=TODAY() + dt.timedelta(days=3)), actor=secretary),
        actor=officer,
    )
    second = actions.send_tenure(tenure(world, federation, person_name="李明"), actor=secretary)
    with pytest.raises(BadInput, match="已经有人在任"):
        actions.activate_tenure(second, actor=officer)

    with clock.at(clock.now() + dt.timedelta(days=3)):
        run_clock()
        made.refresh_from_db()
        assert made.state == "in_office"
    with clock.at(clock.now() + dt.timedelta(days=4)):
        run_clock()
        made.refresh_from_db()
        assert (made.state, made.left_on) == ("ended", made.term_to)
        assert actions.activate_tenure(second, actor=officer).state == "in_office"


def test_a_term_is_five_years_at_most(world: World, federation: Federation) -> None:
    long = tenure(world, federation, term_to=TODAY() + dt.timedelta(days=366 * 5 + 2))
    assert actions.tenure_missing(long) == ["一届最长 5 年，请缩短任期"]


# --- friends ----------------------------------------------------------------------------------------------------


def test_a_friend_is_no_member_and_the_agreement_ends_by_itself(world: World, federation: Federation) -> None:
    secretary = world["federation_secretary"]
    made = actions.begin_friendship(federation, actor=secretary, name="海韵公益服务中心")
    until = TODAY() + dt.timedelta(days=30)
    made = actions.save_friendship(
        made, actor=secretary, revision=None, shares="场地、志愿者", valid_from=TODAY(), valid_to=until
    )
    with pytest.raises(BadInput, match="上传协议"):
        actions.sign_friendship(made, actor=secretary)
    paper(made, "agreement", secretary)
    made = actions.sign_friendship(made, actor=secretary)
    assert (made.state, federation.members.count()) == ("in_force", 0)

    with clock.at(clock.now() + dt.timedelta(days=31)):
        run_clock()

    made.refresh_from_db()
    assert (made.state, made.ended_on) == ("ended", until)


def test_an_agreement_in_force_is_there_once(world: World, federation: Federation) -> None:
    given = {"name": "海韵", "state": "in_force", "valid_from": "2026-01-01", "valid_to": "2030-01-01"}
    Friendship.objects.create(federation=federation, **given)
    with pytest.raises(IntegrityError), transaction.atomic():
        Friendship.objects.create(federation=federation, **given)
    with pytest.raises(IntegrityError, match="organizations_friendship_days"), transaction.atomic():
        Friendship.objects.update(valid_to="2025-01-01")


# --- pages ------------------------------------------------------------------------------------------------------

SEE = {
    "federation_secretary": 200,
    "street_officer": 200,
    "street_head": 200,
    "district_officer": 200,
    "district_head": 200,
    "auditor": 200,
    "other_street_officer": 404,
    "community_worker": 404,
    "founder": 404,
    "stranger": 404,
    "sysadmin": 404,
}


def test_who_sees_the_page(world: World, federation: Federation, client: Client) -> None:
    seen = {}
    for who in SEE:
        client.force_login(world[who], "allauth.account.auth_backends.AuthenticationBackend")
        seen[who] = client.get(federation.get_absolute_url()).status_code
    assert seen == SEE


def test_the_page_says_how_it_stands(world: World, federation: Federation, client: Client) -> None:
    client.force_login(world["federation_secretary"], "allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(federation.get_absolute_url()).content.decode()
    assert "0 / 6 达标" in page
    assert "六个一未达标" in page
    assert client.get("/cases/pillar/").content.decode().count("六个一：") == 6
    assert client.get("/registers/federations/").status_code == 200


def test_a_secretary_begins_a_post_from_the_page(world: World, federation: Federation, client: Client) -> None:
    client.force_login(world["federation_secretary"], "allauth.account.auth_backends.AuthenticationBackend")
    answer = client.post(f"/federations/{federation.uid}/begin/tenure/")
    assert answer.status_code == 302
    assert client.get(answer["Location"]).status_code == 200
    assert client.post(f"/federations/{federation.uid}/begin/office/").status_code == 403
    assert client.post(f"/federations/{federation.uid}/begin/nothing/").status_code == 404


def test_a_district_officer_opens_a_record_on_the_page(world: World, client: Client) -> None:
    body = BodyFactory(area=world.other_street, kind=BodyKind.FEDERATION, name="大华街道社会组织联合会")
    client.force_login(world["district_officer"], "allauth.account.auth_backends.AuthenticationBackend")
    wrong = client.post("/federations/open/", {"body": body.pk, "founded_on": "2999-01-01"})
    assert (wrong.status_code, "不能在将来" in wrong.content.decode()) == (422, True)
    client.post("/federations/open/", {"body": body.pk, "founded_on": "2015-06-01"})
    assert Federation.objects.get().name == "大华街道社会组织联合会"
    assert client.get("/federations/open/").status_code == 404
