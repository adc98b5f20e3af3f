"""The loop of a case: consent, the month, what makes an agreement binding, and what refuses."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from tests.mediation.table import TERMS, Network, case_at, draft_of, fresh, scan

from linli.core import clock
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.notices.models import Notice
from linli.core.workflow.models import Task
from linli.mediation.actions import cases as actions
from linli.mediation.actions import joining, keeping
from linli.mediation.choices.states import CaseState
from linli.mediation.models import MediationCase, Seat

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", CaseState.values)
def test_each_state_is_reached_by_its_own_steps(net: Network, state: str) -> None:
    assert case_at(net, state).state == state


def test_nothing_is_accepted_before_both_sides_agree(net: Network) -> None:
    case = case_at(net, "consent")

    with pytest.raises(BadInput) as refusal:
        actions.accept_case(case, lead=net.rows["lead"].uid, actor=net["head"])

    assert refusal.value.message == "被申请人一方还没有同意。双方都同意，才能受理。"
    assert fresh(case).state == "consent"


def test_accepted_the_month_begins_and_the_lead_owes_it(net: Network) -> None:
    case = case_at(net, "accepted")
    row = Task.objects.get(case_id=case.pk, closed_at__isnull=True)

    assert (case.accepted_on, case.due_on) == (clock.today(), clock.today() + dt.timedelta(days=30))
    assert (row.role, row.owner, row.due_on) == ("owner", net["lead"], case.due_on)


def test_handed_to_another_mediator_the_row_and_the_table_change_hands(net: Network) -> None:
    case = case_at(net, "mediating")

    actions.reassign_case(case, lead=net.rows["expert"].uid, reason="当事人要求回避", actor=net["head"])

    assert Task.objects.get(case_id=case.pk, closed_at__isnull=True).owner == net["expert"]
    assert [seat.mediator for seat in Seat.objects.filter(case=case, until=None)] == [net.rows["expert"]]
    with pytest.raises(NotAllowed):
        actions.extend_case(case, days=9, first_agrees=True, second_agrees=True, actor=net["lead"])


def test_three_professions_sit_at_a_joint_table(net: Network) -> None:
    case = actions.give_consent(case_at(net, "consent"), actor=net["party"])
    uid = {name: row.uid for name, row in net.rows.items()}

    with pytest.raises(BadInput) as refusal:
        actions.accept_case(case, lead=uid["lead"], second=uid["social"], joint=True, actor=net["head"])
    case = actions.accept_case(
        case, lead=uid["lead"], second=uid["social"], third=uid["expert"], joint=True, actor=net["head"]
    )

    assert refusal.value.fields == {"joint": "三方联调要法律人士、专业人士、社会人士各至少一位，还缺专业人士。"}
    assert case.joint
    assert case.seats.filter(until=None).count() == 3


def test_whom_both_sides_chose_mediates_unless_there_is_a_reason(net: Network) -> None:
    wished = net.rows["expert"]
    case = case_at(net, "consent")
    case = actions.give_consent(case, mediator=wished.uid, actor=net["party"])
    case = actions.give_consent(case, mediator=wished.uid, actor=net["resident"])

    with pytest.raises(BadInput):
        actions.accept_case(case, lead=net.rows["lead"].uid, actor=net["head"])
    case = actions.accept_case(case, lead=net.rows["lead"].uid, reason="本人正在住院", actor=net["head"])

    assert case.notes.get().words == "本人正在住院"


def test_a_mediator_of_another_committee_cannot_be_seated(net: Network) -> None:
    case = actions.give_consent(case_at(net, "consent"), actor=net["party"])

    with pytest.raises(BadInput) as refusal:
        actions.accept_case(case, lead=net.rows["other_mediator"].uid, actor=net["head"])

    assert refusal.value.fields == {"lead": "名册上没有这位在任的调解员，请重新选。"}


def test_extension_needs_both_sides_and_comes_before_the_end(net: Network) -> None:
    case = case_at(net, "mediating")
    due = case.due_on
    assert due is not None

    with pytest.raises(BadInput):
        actions.extend_case(case, days=10, first_agrees=True, actor=net["lead"])
    with clock.at(clock.now() + dt.timedelta(days=32)), pytest.raises(WrongState):
        actions.extend_case(case, days=10, first_agrees=True, second_agrees=True, actor=net["lead"])
    case = actions.extend_case(case, days=10, first_agrees=True, second_agrees=True, actor=net["lead"])

    assert (case.state, case.due_on) == ("extended", due + dt.timedelta(days=10))
    assert Task.objects.get(case_id=case.pk, closed_at__isnull=True).due_on == case.due_on


@pytest.mark.parametrize("lacking", ["first", "second", "mediator", "scan"])
def test_a_written_agreement_takes_effect_with_all_four_alone(net: Network, lacking: str) -> None:
    case = case_at(net, "signing")
    for side in ("first", "second"):
        if side != lacking:
            case = actions.sign_side(case, side=side, actor=net["lead"])
    if lacking != "mediator":
        case = actions.countersign(case, actor=net["lead"])
    if lacking != "scan":
        scan(net, case)

    with pytest.raises(BadInput):
        actions.seal_agreement(case, actor=net["head"])

    assert fresh(case).effective_on is None


def test_the_database_refuses_an_effect_without_signatures(net: Network) -> None:
    case = case_at(net, "signing")

    with pytest.raises(IntegrityError), transaction.atomic():
        MediationCase.objects.filter(pk=case.pk).update(effective_on=clock.today())


def test_an_oral_agreement_is_in_effect_when_reached(net: Network) -> None:
    case = actions.reach_oral(case_at(net, "mediating"), terms=TERMS, perform_by=clock.today(), actor=net["lead"])

    assert (case.state, case.outcome, case.effective_on) == ("performing", "oral", clock.today())


def test_a_side_confirms_only_what_was_signed(net: Network) -> None:
    case = case_at(net, "signing")
    with pytest.raises(WrongState):
        actions.confirm_signing(case, actor=net["party"])

    case = actions.sign_side(case, side="second", actor=net["lead"])
    case = actions.confirm_signing(case, actor=net["party"])

    assert case.second_confirmed_at is not None


def test_failure_tells_both_of_arbitration_and_court(net: Network) -> None:
    case = case_at(net, "mediating")
    with pytest.raises(BadInput) as refusal:
        actions.fail_case(case, reason="谈不拢", actor=net["lead"])

    actions.fail_case(case, reason="谈不拢", told=True, actor=net["lead"])

    assert list(refusal.value.fields) == ["told"]
    words = f"{case.title}：没有达成协议。可以依法申请仲裁、行政裁决，或者向法院起诉"
    told = Notice.objects.filter(title=words).values_list("recipient__username", flat=True)
    assert sorted(told) == ["party", "resident"]


def test_one_side_that_refuses_stops_it(net: Network) -> None:
    case = actions.refuse_mediation(case_at(net, "mediating"), actor=net["party"])

    assert (case.state, case.outcome) == ("refused", "refused")


def test_judicial_confirmation_is_asked_by_both_within_thirty_days(net: Network) -> None:
    case = case_at(net, "performing")
    given = {"applied_on": clock.today(), "court": "金平区人民法院", "actor": net["lead"]}

    with pytest.raises(BadInput) as refusal:
        actions.apply_confirmation(case, first_agrees=True, **given)
    with clock.at(clock.now() + dt.timedelta(days=31)), pytest.raises(BadInput) as late:
        actions.apply_confirmation(
            case, first_agrees=True, second_agrees=True, **(given | {"applied_on": clock.today()})
        )
    case = actions.apply_confirmation(case, first_agrees=True, second_agrees=True, **given)
    case = actions.note_ruling(
        case, result="confirmed", ruled_on=clock.today(), ruling="民特 33 号", actor=net["lead"]
    )

    assert list(refusal.value.fields) == ["second_agrees"]
    assert list(late.value.fields) == ["applied_on"]
    assert (case.confirmation, case.state) == ("confirmed", "performing")


def test_an_oral_agreement_is_not_taken_to_court_for_confirmation(net: Network) -> None:
    case = actions.reach_oral(case_at(net, "mediating"), terms=TERMS, perform_by=clock.today(), actor=net["lead"])

    with pytest.raises(BadInput):
        actions.apply_confirmation(
            case, applied_on=clock.today(), court="法院", first_agrees=True, second_agrees=True, actor=net["lead"]
        )


def test_reminders_come_on_the_twentieth_and_the_twenty_seventh_day_once(net: Network) -> None:
    case_at(net, "performing")
    told = []
    for day in range(33):
        with clock.at(clock.now() + dt.timedelta(days=day)):
            told += [day] * keeping.remind_confirmations()

    assert told == [20, 27]
    reminders = Notice.objects.filter(title__contains="申请司法确认还剩")
    assert sorted(reminders.values_list("recipient__username", flat=True)) == 2 * ["lead"] + 2 * ["party"] + 2 * [
        "resident"
    ]


def test_danger_is_told_to_the_head_and_not_to_the_sides(net: Network) -> None:
    case = actions.flag_danger(case_at(net, "mediating"), reason="扬言动手", police_told=True, actor=net["lead"])

    told = Notice.objects.filter(title__contains="激化").values_list("recipient__username", flat=True)
    assert (case.danger, case.police_told, list(told)) == (True, True, ["head"])


def test_a_head_who_is_a_side_gets_no_case(net: Network) -> None:
    case = draft_of(net, applicant="head")

    with pytest.raises(BadInput) as refusal:
        actions.submit_case(case, actor=net["head"])

    assert refusal.value.message == "当事人是这家调委会的主任，应当回避。请向别的调解组织申请。"


def test_a_code_opens_the_case_once_and_for_nobody_at_its_table(net: Network) -> None:
    case = case_at(net, "registered")
    code = case.party("second").code

    with pytest.raises(BadInput):
        joining.join_case(code, actor=net["head"])
    with pytest.raises(BadInput):
        joining.join_case(code, actor=net["resident"])  # the other side
    joining.join_case(f" {code.lower()[:4]} {code.lower()[4:]}", actor=net["party"])
    with pytest.raises(BadInput):
        joining.join_case(code, actor=net["stranger"])

    assert fresh(case).side_of(net["party"]) == "second"


def test_an_association_does_not_mediate(net: Network) -> None:
    from linli.mediation.actions.network import open_body

    body = open_body(
        net.world.street, kind="association", name="调解协会", place="二楼", actor=net.world["street_officer"]
    )
    with pytest.raises(BadInput) as refusal:
        actions.begin_case(body, actor=net["resident"])

    assert "不是人民调解委员会" in refusal.value.message
