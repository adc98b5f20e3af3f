"""Impact assessments: due as the law says, by two people, for the entry as it reads, until a day."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from tests.personas import PERSONAS, World

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit.marks import sound_rows
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.privacy.actions import assessments, notice
from linli.core.privacy.actions.assessments import entries_due, keep_all_assessments, keep_assessments
from linli.core.privacy.assessment_models import Assessment
from linli.core.privacy.choices import Trigger
from linli.core.privacy.declare import PROCESSINGS
from linli.core.privacy.models import LocalProcessing
from linli.core.privacy.queries import assessments_visible_to
from linli.core.workdays import add_workdays
from linli.core.workflow.duties import run_clock
from linli.core.workflow.models import Task
from linli.core.workflow.wizard import WIZARDS

SignedIn = Callable[..., Client]
ANSWERS = {
    "necessity": "依法核对负责人身份，少一项都核不了",
    "effects": "号码泄露会被冒用，可能接到骚扰电话",
    "risk": "middle",
    "measures": "按字段加密，默认遮住，看全要写理由并留痕",
    "conclusion": "go",
}
LOCAL = {
    "label": "活动报名登记",
    "purpose": "知道谁来参加",
    "ground": "consent",
    "basis": "个人信息保护法第十三条第一款第一项",
    "fields": "姓名、手机号",
    "sources": "本人填写",
    "kept": "自活动结束之日起 1 年",
    "security": "纸质锁柜",
}


@pytest.fixture
def drafts(world: World) -> dict[str, Assessment]:
    """What the system opened in the district, by entry."""
    keep_all_assessments()
    return {case.key: case for case in Assessment.objects.all()}


def approved(world: World, case: Assessment, **answers: str) -> Assessment:
    """Assessed by the officer, approved by the head."""
    officer = world["district_officer"]
    case = assessments.save_assessment(case, actor=officer, revision=None, **{**ANSWERS, **answers})
    case = assessments.send_assessment(case, actor=officer)
    return assessments.approve_assessment(case, actor=world["district_head"], reason="")


@pytest.fixture
def changed_register() -> Iterator[Callable[..., None]]:
    """`changed_register(slug, recipients="区统计局")`: the declaration reads otherwise until the test ends."""
    before = dict(PROCESSINGS)

    def change(slug: str, **values: Any) -> None:
        PROCESSINGS[slug] = dataclasses.replace(PROCESSINGS[slug], **values)

    yield change
    PROCESSINGS.update(before)


def test_what_the_law_names_is_due_and_nothing_else(world: World) -> None:
    due = {entry.key: entry.reasons for entry in entries_due(world.district.path)}

    assert due["organization"] == (Trigger.SENSITIVE, Trigger.PUBLISHED)
    assert due["rights"] == (Trigger.SENSITIVE,)
    assert due.keys() == {slug for slug, entry in PROCESSINGS.items() if entry.reasons}
    assert "account" not in due


def test_missing_ones_lie_in_the_inbox_of_the_district_once(world: World, drafts: dict[str, Assessment]) -> None:
    assert keep_assessments(world.district.path) == 0  # again: nothing new
    assert keep_assessments(world.street.path) == 0  # a street has none
    rows = Task.objects.filter(process="assessment", closed_at__isnull=True)

    assert rows.count() == len(drafts) == len(entries_due(world.district.path))
    assert {(row.role, row.scope, row.days) for row in rows} == {("district_officer", world.district.path, 10)}


def test_it_says_what_the_law_asks_before_it_is_sent(world: World, drafts: dict[str, Assessment]) -> None:
    officer = world["district_officer"]
    for lacking in ("necessity", "effects", "measures", "risk", "conclusion"):
        values = {**ANSWERS, lacking: ""}
        case = assessments.save_assessment(drafts["rights"], actor=officer, revision=None, **values)
        with pytest.raises(BadInput, match="还差 1 项"):
            assessments.send_assessment(case, actor=officer)


def test_one_assesses_another_approves_and_it_holds_to_a_day(world: World, drafts: dict[str, Assessment]) -> None:
    case = approved(world, drafts["organization"])

    assert (case.state, case.assessed_by, case.approved_by) == (
        "in_force",
        world["district_officer"],
        world["district_head"],
    )
    assert case.valid_until == add_workdays(clock.today(), 240)
    assert case.number.startswith("PG-440511-")
    assert case.declared["名称"] == PROCESSINGS["organization"].label
    assert sound_rows(Assessment, [case.pk]) == {case.pk}


def test_nobody_approves_the_own_work_not_even_by_sql(world: World, drafts: dict[str, Assessment]) -> None:
    case = approved(world, drafts["organization"])
    with pytest.raises(NotAllowed):
        assessments.send_assessment(drafts["rights"], actor=world["district_head"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=case.pk).update(approved_by=case.assessed_by)


def test_what_must_not_go_on_does_not_come_into_force(world: World, drafts: dict[str, Assessment]) -> None:
    with pytest.raises(BadInput, match="不可以处理"):
        approved(world, drafts["rights"], conclusion="stop", mends="停下，换成不要号码的办法")


def test_it_lapses_when_the_entry_reads_otherwise_and_the_next_begins_with_its_words(
    world: World, drafts: dict[str, Assessment], changed_register: Callable[..., None]
) -> None:
    case, other = approved(world, drafts["organization"]), approved(world, drafts["rights"])
    changed_register("organization", recipients="区统计局")

    assert keep_assessments(world.district.path) == 0  # the step itself opened it

    case.refresh_from_db()
    other.refresh_from_db()
    assert (case.state, other.state) == ("lapsed", "in_force")
    renewal = Assessment.objects.get(previous=case)
    assert (renewal.state, renewal.necessity) == ("draft", ANSWERS["necessity"])
    assert Task.objects.filter(process="assessment", case_id=renewal.pk, closed_at__isnull=True).count() == 1


def test_an_entry_changed_after_the_assessment_is_assessed_again(
    world: World, drafts: dict[str, Assessment], changed_register: Callable[..., None]
) -> None:
    officer = world["district_officer"]
    case = assessments.save_assessment(drafts["rights"], actor=officer, revision=None, **ANSWERS)
    case = assessments.send_assessment(case, actor=officer)
    changed_register("rights", security="明文")

    with pytest.raises(BadInput, match="又改过"):
        assessments.approve_assessment(case, actor=world["district_head"])
    case = assessments.return_assessment(case, actor=world["district_head"], reason="登记改了，请重看")
    assert case.state == "draft"


def test_it_lapses_when_its_time_has_run(
    world: World, drafts: dict[str, Assessment], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = approved(world, drafts["rights"])
    assert case.valid_until is not None
    late = case.valid_until + dt.timedelta(days=1)
    monkeypatch.setattr(clock, "today", lambda: late)

    run_clock()

    case.refresh_from_db()
    assert case.state == "lapsed"
    assert Assessment.objects.get(previous=case).state == "draft"


def test_the_head_may_ask_for_a_new_one_before(world: World, drafts: dict[str, Assessment]) -> None:
    case = approved(world, drafts["rights"])
    with pytest.raises(NotAllowed):
        assessments.lapse_assessment(case, actor=world["district_officer"], reason="出了事件")

    assert assessments.lapse_assessment(case, actor=world["district_head"], reason="出了事件").state == "lapsed"
    assert Assessment.objects.get(previous=case).state == "draft"


def test_a_districts_own_entry_is_due_as_long_as_it_says_so(world: World) -> None:
    head = world["district_head"]
    row = notice.set_local(scope=world.district.path, actor=head, **LOCAL)
    assert not Assessment.objects.filter(key=row.key).exists()

    row = notice.set_local(scope=world.district.path, actor=head, row=row, **LOCAL, triggers=["entrusted"])
    case = Assessment.objects.get(key=row.key)
    assert (case.label, case.reasons, row.key) == ("活动报名登记", ["entrusted"], f"local-{row.line}")
    case = approved(world, case)

    row = notice.set_local(scope=world.district.path, actor=head, row=row, **LOCAL, triggers=["shared"])
    case.refresh_from_db()
    assert (case.state, row.key) == ("lapsed", case.key)  # the same entry through all its changes

    notice.end_local(row, actor=head)
    assert Assessment.objects.get(previous=case).state == "dropped"
    assert LocalProcessing.objects.filter(ended_at__isnull=True).count() == 0


def test_a_sent_one_is_not_written_any_more(world: World, drafts: dict[str, Assessment]) -> None:
    case = approved(world, drafts["rights"])
    with pytest.raises(WrongState):
        assessments.save_assessment(case, actor=world["district_officer"], revision=None, necessity="改")


def test_list_and_rule_agree(world: World, drafts: dict[str, Assessment]) -> None:
    everything = list(Assessment.objects.all())
    for name in PERSONAS:
        user: User = world[name]
        seen = set(assessments_visible_to(user))
        assert seen == {case for case in everything if user.has_perm("core.view_assessment", case)}, name
        assert bool(seen) == (name in ("district_officer", "district_head", "auditor", "secadmin")), name


def test_the_pages(world: World, drafts: dict[str, Assessment], signed_in: SignedIn) -> None:
    case = approved(world, drafts["rights"])
    paper = f"/settings/assessments/{case.uid}/print/"
    officer = signed_in("district_officer")

    text = officer.get("/settings/assessments/").content.decode()
    assert (text.count(">有效</"), text.count("还没有，待评估")) == (1, len(drafts) - 1)
    assert ANSWERS["measures"] in officer.get(paper).content.decode()
    assert officer.get(f"/settings/assessments/{drafts['organization'].uid}/print/").status_code == 404  # not sent
    for name, status in (("secadmin", 200), ("street_officer", 404), ("founder", 404)):
        assert signed_in(name).get("/settings/assessments/").status_code == status, name
        assert signed_in(name).get(paper).status_code == status, name


def test_it_is_written_page_by_page(world: World, drafts: dict[str, Assessment], signed_in: SignedIn) -> None:
    officer, case = signed_in("district_officer"), drafts["rights"]
    wizard = WIZARDS["assessment"]
    assert "接着填" in officer.get(case.get_absolute_url()).content.decode()
    page = wizard.url(case, "conclusion")
    assert officer.post(page, {"conclusion": "mend", "mends": ""}).status_code == 422
    for slug, names in (("necessity", ["necessity"]), ("effects", ["effects", "risk"]), ("measures", ["measures"])):
        shown = officer.get(wizard.url(case, slug)).content.decode()
        assert PROCESSINGS["rights"].purpose in shown
        assert officer.post(wizard.url(case, slug), {name: ANSWERS[name] for name in names}).status_code == 302
    assert officer.post(page, {"conclusion": "go", "mends": ""}).status_code == 302
    assert officer.post(wizard.url(case, "check")).status_code == 302
    case.refresh_from_db()
    assert case.state == "review"
    assert signed_in("district_head").get(wizard.url(case, "necessity")).status_code == 403
