"""A request about the own data: granted it changes the data, refused it says on which ground and what then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.core.privacy.conftest import ID_NUMBER, PHONE
from tests.personas import PDF, PERSONAS, World, complete

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit.marks import sound_rows
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.files.actions import store
from linli.core.notices.models import Notice
from linli.core.privacy import keyed_hash
from linli.core.privacy.actions import requests
from linli.core.privacy.actions.consents import give_consent
from linli.core.privacy.actions.erasing import close_account
from linli.core.privacy.actions.revealing import reveal
from linli.core.privacy.models import Consent, DataRequest, Disclosure
from linli.core.privacy.queries import requests_visible_to
from linli.core.privacy.registry import REVEALABLE
from linli.core.workflow.models import Task
from linli.organizations.actions import filings
from linli.organizations.actions.register import cancel_filing
from linli.organizations.models import Filing, Organization

SignedIn = Callable[..., Client]


def sent(world: World, kind: str, *, record: str = "", who: str = "founder", **values: Any) -> DataRequest:
    """A request that was sent."""
    actor = world[who]
    case = requests.begin_request(kind, actor=actor, record_key=record)
    case = requests.save_request(case, actor=actor, revision=None, **values)
    send = requests.submit_request_to_district if case.scope == world.district.path else requests.submit_request
    return send(case, actor=actor)


def correction(world: World, filed: Organization, **values: Any) -> DataRequest:
    values = {"field": "leader_phone", "value": "13900001111", "words": "换了号码"} | values
    return sent(world, "correct", record=f"organizations/{filed.pk}", **values)


def test_a_correction_changes_the_register(world: World, told_founder: User, filed: Organization) -> None:
    case = correction(world, filed)
    task = Task.objects.get(case_id=case.pk, process="request", closed_at__isnull=True)
    assert (case.state, task.role, task.days) == ("street", "street_officer", 15)

    case = requests.grant_request(case, actor=world["street_officer"])

    filed.refresh_from_db()
    assert (case.state, filed.leader_phone) == ("done", "13900001111")
    assert filed.leader_phone_hash == keyed_hash("13900001111", "phone")
    assert sound_rows(Organization, [filed.pk]) == {filed.pk}
    assert Event.objects.filter(name="organizations.amended", actor=world["street_officer"]).count() == 1
    assert "13900001111" not in str(list(Event.objects.values_list("detail", flat=True)))


def test_an_account_is_the_districts_to_correct(world: World, told_founder: User, filed: Organization) -> None:
    case = sent(world, "correct", record=f"account/{told_founder.pk}", field="phone", value="13900001111")
    assert (case.state, case.scope) == ("district", world.district.path)

    with pytest.raises(NotAllowed):
        requests.grant_request(case, actor=world["street_officer"])
    requests.grant_request(case, actor=world["district_officer"])

    told_founder.refresh_from_db()
    assert (told_founder.phone, told_founder.phone_hash) == ("13900001111", keyed_hash("13900001111", "phone"))


def test_what_the_law_keeps_is_told_and_the_rest_goes(world: World, told_founder: User, filed: Organization) -> None:
    case = sent(world, "delete", record=f"organizations/{filed.pk}")
    officer = world["street_officer"]

    with pytest.raises(BadInput) as caught:
        requests.grant_request(case, actor=officer)
    assert "部分办理" in caught.value.message
    case = requests.grant_request_in_part(case, actor=officer, reason="组织还在备案。", ground="duty")

    assert (case.state, case.ground) == ("partly", "duty")
    assert [row["done"] for row in case.outcome] == [False]
    filed.refresh_from_db()
    assert filed.leader_id_number == ID_NUMBER

    cancel_filing(filed, actor=officer)
    requests.grant_request(sent(world, "delete", record=f"organizations/{filed.pk}"), actor=officer)
    filed.refresh_from_db()
    assert (filed.leader_name, filed.leader_id_number, filed.leader_phone) == ("陈*梅", "", "")
    assert (filed.leader_id_hash, filed.number) == ("", filed.number)


def test_a_restricted_record_is_shown_in_full_for_supervision_alone(
    world: World, told_founder: User, filed: Organization
) -> None:
    officer = world["street_officer"]
    requests.grant_request(sent(world, "restrict", record=f"organizations/{filed.pk}"), actor=officer)
    entry = REVEALABLE["organizations.organization"]

    with pytest.raises(NotAllowed):
        reveal(entry, filed, "leader_phone", purpose="contact", reason="通知他来取", actor=officer)
    shown = reveal(entry, filed, "leader_phone", purpose="check", reason="年度监督检查", actor=officer)

    assert shown == PHONE


def test_numbers_seen_on_the_card_tie_records_to_an_account(world: World, twin: User, filed: Organization) -> None:
    case = sent(world, "link", who="resident", claimant_id_number=ID_NUMBER)
    officer = world["district_officer"]

    with pytest.raises(BadInput) as caught:
        requests.grant_request(case, actor=officer)
    assert "identity_checked" in caught.value.fields
    case = requests.grant_request(case, actor=officer, identity_checked=True)

    assert (case.claimant_id_number, case.claimant_id_hash) == ("", "")  # served, not kept
    assert twin.verified_numbers.get().value_hash == keyed_hash(ID_NUMBER, "id_number")


def test_a_consent_taken_back_ends(world: World, told_founder: User, filed: Organization) -> None:
    give_consent("account", actor=told_founder)
    requests.grant_request(sent(world, "withdraw", processing="account"), actor=world["district_officer"])

    assert Consent.objects.get(person=told_founder).withdrawn_at is not None


@pytest.mark.parametrize("kind", ["explain", "question"])
def test_a_question_is_answered_in_words(world: World, told_founder: User, filed: Organization, kind: str) -> None:
    case = sent(world, kind, words="为什么要我的身份证号？")
    with pytest.raises(BadInput):
        requests.grant_request(case, actor=world["district_officer"])

    requests.grant_request(case, actor=world["district_officer"], reason="备案要核对负责人身份。")

    assert Notice.objects.filter(recipient=told_founder, body="备案要核对负责人身份。").exists()


def test_who_looked_does_not_answer_why(world: World, told_founder: User, filed: Organization) -> None:
    looker, entry = world["district_officer"], REVEALABLE["organizations.organization"]
    reveal(entry, filed, "leader_phone", purpose="other", reason="随便看一看", actor=looker)
    look = Disclosure.objects.get(person=told_founder)
    case = requests.begin_request("question", actor=told_founder, look=look)
    case = requests.submit_request_to_district(case, actor=told_founder)

    assert case.event_id == look.event_id
    assert not looker.has_perm("privacy.grant_request", case)
    assert world["district_head"].has_perm("privacy.grant_request", case)


def test_a_refusal_names_the_ground_and_the_way_on(
    world: World, told_founder: User, filed: Organization, signed_in: SignedIn
) -> None:
    case = correction(world, filed)
    officer, address = signed_in("street_officer"), case.get_absolute_url()
    bare = officer.post(f"{address}refuse_request/", {"refuse_request-reason": "内容没有错。"})
    assert bare.status_code == 422
    done = officer.post(
        f"{address}refuse_request/", {"refuse_request-reason": "经核对无误。", "refuse_request-ground": "correct"}
    )

    assert done.status_code == 302
    page = signed_in("founder").get(address).content.decode()
    for words in ("经核实，原来的内容没有错", "经核对无误。", "第五十条", "第六十五条"):
        assert words in page


def test_one_that_is_sent_back_comes_back_to_where_it_was(
    world: World, told_founder: User, filed: Organization
) -> None:
    case = correction(world, filed)
    case = requests.transfer_request(case, actor=world["street_officer"], reason="涉及账号")
    assert (case.state, case.scope) == ("district", world.district.path)
    case = requests.return_request(case, actor=world["district_officer"], reason="请附身份证照片")
    assert case.state == "mend"

    case = requests.resubmit_request_to_district(case, actor=told_founder)
    assert case.state == "district"
    assert requests.withdraw_request(case, actor=told_founder).state == "withdrawn"


def test_a_worker_enters_for_somebody_at_the_counter(
    world: World, told_founder: User, filed: Organization, signed_in: SignedIn
) -> None:
    Organization.objects.update(owner=None)
    worker, key = world["community_worker"], f"organizations/{filed.pk}"
    case = requests.begin_request("correct", actor=worker, record_key=key, on_behalf=True)
    values = {"claimant_name": "陈秀梅", "field": "leader_phone", "value": "13900001111"}
    case = requests.save_request(case, actor=worker, revision=None, claimant_id_number="110101199003070134", **values)
    with pytest.raises(BadInput) as caught:  # somebody else's card
        requests.submit_request(case, actor=worker)
    assert "不一致" in caught.value.message
    case = requests.save_request(case, actor=worker, revision=None, claimant_id_number=ID_NUMBER)
    case = requests.submit_request(case, actor=worker)

    with pytest.raises(NotAllowed):
        requests.grant_request(case, actor=worker)
    requests.grant_request(case, actor=world["street_officer"], identity_checked=True)

    filed.refresh_from_db()
    assert filed.leader_phone == "13900001111"
    page = signed_in("street_officer").get(case.get_absolute_url()).content.decode()
    assert "陈*梅" in page
    assert ID_NUMBER not in page


@pytest.mark.parametrize("who", ["resident", "stranger", "volunteer", "sysadmin", "neighbour_worker", "auditor"])
def test_nobody_enters_for_a_record_they_may_not_read(world: World, filed: Organization, who: str) -> None:
    with pytest.raises(NotAllowed):
        requests.begin_request("delete", actor=world[who], record_key=f"organizations/{filed.pk}", on_behalf=True)


@pytest.mark.parametrize(
    "record", ["organizations/999999", "organizations/x", "account/1", "nonsense/1", "filings/" + "9" * 30]
)
def test_a_record_that_is_not_ones_own_cannot_be_named(world: World, filed: Organization, record: str) -> None:
    with pytest.raises(BadInput):
        requests.begin_request("delete", actor=world["stranger"], record_key=record)


def test_the_list_and_the_rule_agree(world: World, told_founder: User, filed: Organization) -> None:
    correction(world, filed)
    sent(world, "explain", words="为什么要我的身份证号？")
    requests.begin_request("explain", actor=told_founder)
    for who in PERSONAS:
        seen = {case for case in DataRequest.objects.all() if world[who].has_perm("core.view_request", case)}
        assert set(requests_visible_to(world[who])) == seen, who


def test_an_account_with_open_ends_is_not_closed(world: World, told_founder: User, filed: Organization) -> None:
    with pytest.raises(WrongState) as caught:
        close_account(told_founder, actor=told_founder)
    assert filed.name in caught.value.message
    with pytest.raises(WrongState) as caught:
        close_account(world["street_officer"], actor=world["street_officer"])
    assert "岗位" in caught.value.message


@pytest.fixture
def withdrawn(world: World, told_founder: User) -> Filing:
    """An application the founder took back, with papers named after the person, and a draft besides."""
    filing = complete(filings.begin_filing(actor=told_founder), told_founder, world.community)
    paper = SimpleUploadedFile("陈秀梅身份证.pdf", PDF + b"%x", "application/pdf")
    store(paper, subject=filing, slot="other", actor=told_founder)
    filing = filings.submit_filing(filing, actor=told_founder)
    filings.withdraw_filing(filing, actor=told_founder)
    filings.save_draft(
        filings.begin_filing(actor=told_founder), actor=told_founder, revision=None, leader_phone=PHONE, name="又一个"
    )
    return filing


def test_a_closed_account_leaves_no_value_anywhere(
    world: World,
    withdrawn: Filing,
    told_founder: User,
    signed_in: SignedIn,
    search_everywhere: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    give_consent("account", actor=told_founder)
    client = signed_in(told_founder, again=True)
    client.get("/me/data/")
    values = (ID_NUMBER, PHONE, "陈秀梅", "xiumei@example.org", told_founder.phone_hash, withdrawn.leader_id_hash)
    assert len({place.partition(".")[0] for place in search_everywhere(*values)}) >= 3

    with django_capture_on_commit_callbacks(execute=True):
        closed = client.post("/me/close/")

    assert closed.status_code == 200
    assert search_everywhere(*values) == []
    user = User.objects.get(pk=told_founder.pk)
    assert (str(user), user.is_active, user.username.startswith("closed-")) == ("已注销用户", False, True)
    assert sound_rows(User, [user.pk]) == {user.pk}
    withdrawn.refresh_from_db()
    assert (withdrawn.leader_name, withdrawn.state) == ("陈*梅", "withdrawn")
    assert Filing.objects.filter(owner=user).count() == 1  # the draft went whole
    assert client.get("/me/data/").status_code == 302
    assert Event.objects.filter(name="privacy.close_account", actor=user).count() == 1


def test_a_name_of_a_closed_account_is_free_again_and_the_account_stays_closed(
    world: World, told_founder: User
) -> None:
    from linli.core.access.actions import reset_password, unlock_account

    close_account(told_founder, actor=told_founder)
    User.objects.create_user("founder", name="别人")
    closed = User.objects.get(pk=told_founder.pk)

    for action in (unlock_account, reset_password):
        with pytest.raises(WrongState):
            action(closed, reason="本人要求恢复", actor=User.system())
    with pytest.raises(WrongState):
        close_account(closed, actor=User.system())


def test_a_deletion_of_everything_is_granted_by_the_district(
    world: World, withdrawn: Filing, told_founder: User, search_everywhere: Any
) -> None:
    case = sent(world, "delete", words="我搬走了")
    case = requests.grant_request(case, actor=world["district_officer"])

    assert case.state == "done"
    assert not User.objects.get(pk=told_founder.pk).is_active
    assert search_everywhere(ID_NUMBER, PHONE, "陈秀梅", "我搬走了") == []


def test_pages_of_the_wizard_check_what_is_typed(
    world: World, told_founder: User, filed: Organization, signed_in: SignedIn
) -> None:
    client = signed_in("founder")
    begun = client.post("/me/requests/", {"kind": "correct", "record": f"organizations/{filed.pk}"})
    address = begun["Location"]
    wrong = client.post(
        address, {"record": f"organizations/{filed.pk}", "field": "leader_phone", "value": "123", "words": ""}
    )
    other = client.post(address, {"record": f"organizations/{filed.pk}", "field": "email", "value": "a@b.cn"})
    right = client.post(
        address, {"record": f"organizations/{filed.pk}", "field": "leader_phone", "value": " 139 0000 1111 "}
    )

    assert (wrong.status_code, other.status_code, right.status_code) == (422, 422, 302)
    case = DataRequest.objects.get()
    assert (case.field, case.value, case.scope) == ("leader_phone", "13900001111", filed.scope)
    again = client.post("/me/requests/", {"kind": "correct", "record": f"organizations/{filed.pk}"})
    assert again["Location"] == address  # the draft that is there
    review = client.post(f"{address.removesuffix('what/')}check/")
    assert review.status_code == 302
    case.refresh_from_db()
    assert (case.state, case.number.startswith("XX-")) == ("street", True)
    assert client.post("/me/requests/", {"kind": "nonsense"}).status_code == 422


def test_it_is_answered_late_in_the_open(world: World, told_founder: User, filed: Organization) -> None:
    """The clock warns and raises as for every duty."""
    import datetime as dt

    from linli.core.workflow.duties import run_clock

    case = correction(world, filed)
    with clock.at(clock.now() + dt.timedelta(days=60)):
        assert run_clock()["raised"] >= 1
    assert Task.objects.filter(case_id=case.pk, kind="watch", role="street_head", process="request").count() == 1
