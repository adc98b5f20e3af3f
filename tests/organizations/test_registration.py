"""Registration by law: thresholds of each type, a complete file, sixty days, a code of its own."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.api.conftest import Program
from tests.organizations.test_at_once import at_once
from tests.personas import PDF, AreaFactory, World

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.codes.uscc import check_character
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.files.actions import store
from linli.core.workflow.models import Task
from linli.organizations.actions import registration as actions
from linli.organizations.actions.amendments import begin_amendment
from linli.organizations.choices.registration import PAPERS, RegistrationState
from linli.organizations.models import Organization, Registration
from linli.organizations.queries import registration as queries

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ASSOCIATION: dict[str, Any] = {
    "legal_type": "association",
    "full_name": "金平区凤亭书画协会",
    "premises": "金苑社区文化活动中心 203 室",
    "individuals": 52,
    "units": 0,
    "staff": 0,
    "funds": "30000",
}
SERVICE: dict[str, Any] = {
    "legal_type": "service",
    "full_name": "金平区凤亭书画服务中心",
    "premises": "金苑社区文化活动中心 203 室",
    "individuals": 0,
    "units": 0,
    "staff": 3,
    "funds": "30000",
}


def code(begins: str, inner: str = "440511MJL") -> str:
    """A right code of a kind: 51… is an association, 52… a service institution."""
    body = f"{begins}{inner}"[:17].ljust(17, "0")
    return body + check_character(body)


def written(organization: Organization, actor: User, values: dict[str, Any] = ASSOCIATION) -> Registration:
    """A whole draft with its papers."""
    case = actions.begin_registration(organization, actor=actor)
    for slot, _label, needed, _why in PAPERS:
        if needed:
            paper = SimpleUploadedFile(f"{slot}.pdf", PDF + slot.encode(), "application/pdf")
            store(paper, subject=case, slot=slot, actor=actor)
    return actions.save_registration(case, actor=actor, revision=None, **values)


def sent(world: World, organization: Organization, values: dict[str, Any] = ASSOCIATION) -> Registration:
    founder = world["founder"]
    return actions.submit_registration(written(organization, founder, values), actor=founder)


def accepting(world: World, organization: Organization, values: dict[str, Any] = ASSOCIATION) -> Registration:
    case = sent(world, organization, values)
    return actions.consent_registration(case, actor=world["street_officer"], approval_number="东街〔2026〕12 号")


def deciding(world: World, organization: Organization, values: dict[str, Any] = ASSOCIATION) -> Registration:
    return actions.accept_registration(accepting(world, organization, values), actor=world["district_officer"])


def now(organization: Organization) -> Organization:
    return Organization.objects.get(pk=organization.pk)


def test_from_a_filed_organization_to_a_legal_person(client: Client, world: World, filed: Organization) -> None:
    case = sent(world, filed)
    assert (case.state, now(filed).legal_status) == (RegistrationState.CONSENT, "registering")
    case = actions.consent_registration(
        case, actor=world["street_officer"], approval_number="东街〔2026〕12 号", reason="同意。"
    )
    with pytest.raises(NotAllowed):
        actions.accept_registration(case, actor=world["street_officer"])
    case = actions.accept_registration(case, actor=world["district_officer"])
    task = Task.objects.get(case_id=case.pk, process="registration", closed_at=None, kind="act")
    assert case.decide_by == clock.today() + dt.timedelta(days=60)
    assert (task.role, task.due_on) == ("district_officer", case.decide_by)

    case = actions.register_organization(case, actor=world["district_officer"], uscc=code("51"))

    made = now(filed)
    assert (case.state, case.decided_by, case.decided_on) == (
        RegistrationState.REGISTERED,
        world["district_officer"],
        clock.today(),
    )
    assert (made.name, made.uscc, made.legal_status, made.legal_type, made.registered_level) == (
        "金平区凤亭书画协会",
        code("51"),
        "registered",
        "association",
        "district",
    )
    assert (made.registered_on, made.number) == (clock.today(), filed.number)
    assert Event.objects.filter(name="organizations.registered", subject_id=filed.pk).count() == 1
    assert code("51") in client.get(f"/o/{filed.uid}/").text


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"individuals": 49}, "会员现在个人 49、单位 0，要个人 50，或单位 30，或合计 50"),
        ({"individuals": 0, "units": 29}, "会员现在个人 0、单位 29"),
        ({"individuals": 25, "units": 24}, "会员现在个人 25、单位 24"),
        ({"funds": "29999.99"}, "活动资金"),
        ({"full_name": "凤亭书画协会"}, "行政区划开头，例如“金平区”"),
        ({"full_name": "金平区凤亭书画中心"}, "组织形式结尾"),
        ({"premises": ""}, "填写住所"),
        ({"full_name": ""}, "填写登记名称"),
    ],
)
def test_what_the_law_asks_is_told_and_nothing_is_sent(
    world: World, filed: Organization, values: dict[str, Any], told: str
) -> None:
    with pytest.raises(BadInput, match=told):
        sent(world, filed, {**ASSOCIATION, **values})
    assert (Registration.objects.get().state, now(filed).legal_status) == (RegistrationState.DRAFT, "filed")


@pytest.mark.parametrize(
    "values",
    [{"individuals": 50}, {"individuals": 0, "units": 30}, {"individuals": 25, "units": 25}],
)
def test_each_way_of_having_enough_members_is_enough(
    world: World, filed: Organization, values: dict[str, Any]
) -> None:
    case = deciding(world, filed, {**ASSOCIATION, **values})
    done = actions.register_organization(case, actor=world["district_head"], uscc=code("51"))
    assert done.state == RegistrationState.REGISTERED


@pytest.mark.parametrize(("values", "fits"), [({}, True), ({"staff": 0}, False), ({"funds": "29999"}, False)])
def test_a_service_institution_has_thresholds_of_its_own(
    world: World, filed: Organization, values: dict[str, Any], fits: bool
) -> None:
    if fits:
        case = deciding(world, filed, {**SERVICE, **values})
        assert actions.register_organization(case, actor=world["district_head"], uscc=code("52")).uscc == code("52")
        return
    with pytest.raises(BadInput, match="现在"):
        sent(world, filed, {**SERVICE, **values})


def test_a_foundation_is_sent_on_to_the_office_in_charge(client: Client, world: World, filed: Organization) -> None:
    founder = world["founder"]
    case = actions.begin_registration(filed, actor=founder)
    office = queries.foundations_go_to(filed.area)
    assert "200 万元" in office
    client.force_login(founder, backend=BACKEND)
    page = client.post(f"/cases/registration/{case.uid}/edit/kind/", {"legal_type": "foundation"})
    caller, address = Program(founder), f"/cases/registration/{case.uid}"
    answer = caller.call("PATCH", address, {"legal_type": "foundation"}, If_Match=caller.get(address)["ETag"])
    assert (page.status_code, office in page.text) == (422, True)
    assert (answer.status_code, answer.json()["fields"]) == (422, {"legal_type": office})
    with pytest.raises(BadInput) as error:
        actions.save_registration(case, actor=founder, revision=None, legal_type="foundation")
    assert error.value.fields == {"legal_type": office}
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.filter(pk=case.pk).update(legal_type="foundation")


@pytest.mark.parametrize(
    ("number", "name", "office"),
    [("44", "广东省", "广东省民政厅"), ("31", "上海市", "上海市民政局"), ("", "", "省级民政部门")],
)
def test_the_office_is_that_of_the_province(db: None, number: str, name: str, office: str) -> None:
    area = None
    if number:
        province = AreaFactory(parent=None, level="province", name=name, code=number)
        area = AreaFactory(parent=province, level="district", name="某区", code=f"{number}9999")
    assert queries.foundations_go_to(area).startswith(f"基金会不在区里登记，由{office}登记")


@given(individuals=st.integers(0, 60), units=st.integers(0, 40))
@settings(max_examples=200, deadline=None)
def test_members_are_counted_as_the_law_counts_them(individuals: int, units: int) -> None:
    case = Registration(
        organization=Organization(scope="1/"),
        legal_type="association",
        individuals=individuals,
        units=units,
        parameters={f"registration.{name}": n for name, n in (("individuals", 50), ("units", 30), ("mixed", 50))}
        | {"registration.funds": 30_000},
    )
    mixed = individuals > 0 and units > 0 and individuals + units >= 50
    assert case.thresholds[0].met == (individuals >= 50 or units >= 30 or mixed)


@pytest.mark.parametrize(
    ("uscc", "told"),
    [
        (code("52"), "以 51 开头"),
        (code("51")[:17] + ("0" if code("51")[17] != "0" else "1"), "第 18 位应为"),
        ("51440511", "18 位"),
    ],
)
def test_a_wrong_code_is_refused(client: Client, world: World, filed: Organization, uscc: str, told: str) -> None:
    case = deciding(world, filed)
    with pytest.raises(BadInput, match=told):
        actions.register_organization(case, actor=world["district_officer"], uscc=uscc)
    client.force_login(world["district_officer"], backend=BACKEND)
    prefix = "register_organization"
    answer = client.post(f"{case.get_absolute_url()}{prefix}/", {f"{prefix}-uscc": uscc})
    assert answer.status_code == 422
    assert now(filed).legal_status == "registering"


def test_a_code_belongs_to_one_organization(world: World, filed: Organization) -> None:
    Organization.objects.create(
        name="别的协会", area=world.neighbour_community, legal_status="registered", uscc=code("51")
    )
    case = deciding(world, filed)
    with pytest.raises(BadInput, match="已经给了“别的协会”"):
        actions.register_organization(case, actor=world["district_officer"], uscc=code("51"))


def test_the_database_registers_nobody_below_the_law(world: World, filed: Organization) -> None:
    case = deciding(world, filed)
    done = actions.register_organization(case, actor=world["district_officer"], uscc=code("51"))
    for values in (
        {"individuals": 49},
        {"funds": "29999.99"},
        {"uscc": ""},
        {"decided_by": None},
        {"approval_number": ""},
        {"complete_on": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Registration.objects.filter(pk=done.pk).update(**values)


@pytest.mark.parametrize("way", ["deny", "refuse", "withdraw"])
def test_where_it_comes_to_nothing_the_organization_is_what_it_was(
    world: World, filed: Organization, way: str
) -> None:
    match way:
        case "deny":
            case = actions.deny_registration(sent(world, filed), actor=world["street_officer"], reason="业务重复。")
        case "refuse":
            case = deciding(world, filed)
            case = actions.refuse_registration(case, actor=world["district_head"], reason="章程不合规定。")
        case _:
            case = actions.withdraw_registration(deciding(world, filed), actor=world["founder"])
    assert (case.is_open, now(filed).legal_status) == (False, "filed")
    assert actions.begin_registration(now(filed), actor=world["founder"]).pk != case.pk


def test_who_asks_for_more_gets_it_back(world: World, filed: Organization) -> None:
    case = actions.return_registration(sent(world, filed), actor=world["street_officer"], reason="章程没有签名。")
    case = actions.resubmit_registration(case, actor=world["founder"])
    assert case.state == RegistrationState.CONSENT
    case = actions.consent_registration(case, actor=world["street_head"], approval_number="东街〔2026〕12 号")
    case = actions.return_registration_from_registry(case, actor=world["district_officer"], reason="验资报告过期。")
    case = actions.resubmit_registration_to_registry(case, actor=world["founder"])
    assert case.state == RegistrationState.ACCEPTING


def test_a_registered_or_ended_one_is_not_registered_again(world: World, filed: Organization) -> None:
    case = deciding(world, filed)
    actions.register_organization(case, actor=world["district_officer"], uscc=code("51"))
    with pytest.raises(WrongState):
        actions.begin_registration(now(filed), actor=world["founder"])


def test_while_it_is_being_registered_its_filing_is_not_cancelled(world: World, filed: Organization) -> None:
    sent(world, filed)
    with pytest.raises(WrongState):
        begin_amendment(now(filed), kind="cancel", actor=world["founder"])


@pytest.mark.django_db(transaction=True)
def test_two_officers_decide_at_once(world: World, filed: Organization) -> None:
    case = deciding(world, filed)
    officer, head = world["district_officer"], world["district_head"]

    results = at_once(
        lambda: actions.register_organization(Registration.objects.get(), actor=officer, uscc=code("51")),
        lambda: actions.refuse_registration(Registration.objects.get(), actor=head, reason="章程不合规定。"),
    )

    assert sorted(type(result).__name__ for result in results) == ["Registration", "WrongState"]
    ended = Registration.objects.get(pk=case.pk)
    assert now(filed).legal_status == {"registered": "registered", "refused": "filed"}[ended.state]


@pytest.mark.parametrize("who", ["founder", "community_worker", "street_officer", "auditor", "resident", "sysadmin"])
@pytest.mark.parametrize("told", [True, False])
def test_list_and_rule_agree(world: World, filed: Organization, who: str, told: bool) -> None:
    if told:
        sent(world, filed)
    else:
        actions.begin_registration(filed, actor=world["founder"])
    user, view = world[who], "organizations.view_registration"

    seen = set(queries.registrations_visible_to(user))
    assert seen == {row for row in Registration.objects.all() if user.has_perm(view, row)}


def test_the_pages_of_an_application(client: Client, world: World, filed: Organization) -> None:
    founder = world["founder"]
    client.force_login(founder, backend=BACKEND)
    assert "申请成立登记" in client.get(f"/register/{filed.uid}/").text
    first = client.post(f"/register/{filed.uid}/registration/")["Location"]

    assert client.get(first).status_code == 200
    short = client.post(first, {**ASSOCIATION, "full_name": "书画"})
    assert short.status_code == 422
    means = client.post(first, ASSOCIATION)["Location"]
    assert client.post(means, {**ASSOCIATION, "funds": "-1"}).status_code == 422
    papers = client.post(means, ASSOCIATION)["Location"]
    assert client.get(papers).text.count("验资报告") >= 1
    case = Registration.objects.get()
    assert (case.full_name, case.individuals, str(case.funds)) == ("金平区凤亭书画协会", 52, "30000.00")
    assert "达到" in client.get(case.get_absolute_url()).text
