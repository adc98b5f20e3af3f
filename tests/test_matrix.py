"""Who may take which step in which state, for every persona: one readable file, so that a change shows in a diff.

`LINLI_WRITE_MATRIX=1 pytest tests/test_matrix.py` writes docs/matrix.md anew after a change that was meant.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from tests.personas import PERSONAS, UserFactory, World, post

from linli.actors.choices import ADMINISTRATION, BodyKind, Role
from linli.actors.models import Appointment, Body, Post
from linli.core import clock
from linli.core.parameters.models import ParameterValue
from linli.core.privacy.actions.incidents import report_incident
from linli.core.privacy.actions.requests import begin_request
from linli.core.privacy.assessment_models import Assessment
from linli.core.sheets.declare import REGISTRY as SHEETS
from linli.core.sheets.models import Import
from linli.core.workflow.declare import REGISTRY
from linli.core.workflow.models import Case
from linli.mediation.actions.cases import begin_case as begin_mediation
from linli.mediation.actions.network import enrol_mediator, open_body
from linli.mediation.models import MediationParty, Seat
from linli.organizations.actions.activities import begin_activity
from linli.organizations.actions.amendments import begin_amendment
from linli.organizations.actions.incubation import begin_incubation
from linli.organizations.models import (
    AnnualReport,
    BoardMember,
    Commendation,
    CreditListing,
    Custody,
    CustodyEntry,
    Deregistration,
    Dormancy,
    Enquiry,
    Federation,
    Filing,
    Friendship,
    GradeChange,
    Grading,
    GradingRound,
    GradingSheet,
    HeldGrade,
    Member,
    Membership,
    Occasion,
    Organization,
    PartyMember,
    PartySession,
    PartyUnit,
    Pillar,
    Registration,
    Revocation,
    Tenure,
)
from linli.voice.models import Handling, Matter, Report

KNOWN = (
    *("filing", "amendment", "activity", "incubation", "dormancy", "listing", "commendation", "annualreport"),
    *("gradinground", "grading", "gradingsheet", "gradechange"),
    *("registration", "deregistration", "revocation"),
    *("appointment", "request", "assessment", "incident"),
    *("membership", "enquiry", "pillar", "occasion", "tenure", "friendship"),
    *("partyunit", "partysession"),
    *("custody", "custodyentry"),
    "report",
    "mediation",
)
FILE = Path(__file__).parent.parent / "docs" / "matrix.md"


def table(world: World, case: Case, heading: str = "", names: Sequence[str] = PERSONAS) -> list[str]:
    """The rows of one process: state by state, each step with who may take it."""
    people = {name: world[name] for name in names}
    rows = [
        f"\n## {case.process.label}{heading} `{case.process.slug}`\n",
        "| 状态 | 步骤 | 谁可以办 |",
        "|---|---|---|",
    ]
    for state, label in case.process.states:
        case.state = state
        for step in case.process.steps_from(state):
            may = [name for name, person in people.items() if person.has_perm(step.name, case)]
            rows.append(f"| {label} | {step.label} `{step.name}` | {', '.join(may) or '（系统）'} |")
        see = [
            name
            for name, person in people.items()
            if person.has_perm(f"{case._meta.app_label}.view_{case.process.slug}", case)
        ]
        rows.append(f"| {label} | *查看* | {', '.join(see)} |")
    return rows


def administration(world: World) -> list[str]:
    """Administrative permissions: who may, asked of a resident's account, a community's post, body and parameter."""
    people = {name: world[name] for name in PERSONAS}
    post = Post.objects.get(user=world["community_worker"])
    body = Body.objects.get(area=world.community)
    account = world["resident"]
    subjects = {
        "core.reveal_account": account,
        "core.lock_account": account,
        "core.unlock_account": account,
        "core.end_sessions": account,
        "core.reset_account": account,
        "actors.appoint": post,
        "actors.relieve": post,
        "actors.manage_bodies": body,
        "core.set_policy": ParameterValue(key="security.password_days", scope=""),
        "areas.rename_area": world.community,
    }
    rows = ["\n## 管理权限\n", "| 权限 | 谁有 |", "|---|---|"]
    for name, words in ADMINISTRATION.items():
        may = [who for who, person in people.items() if person.has_perm(name, subjects.get(name))]
        rows.append(f"| {words} `{name}` | {', '.join(may) or '（系统）'} |")
    for kind, key in (("业务", "filing.days"), ("技术", "access.accounts_at_once")):
        value = ParameterValue(key=key, scope=world.district.path)
        may = [who for who, person in people.items() if person.has_perm("core.set_parameter", value)]
        rows.append(f"| 设定{kind}参数 `core.set_parameter` | {', '.join(may)} |")
    return rows


def imports(world: World) -> list[str]:
    """Who may take a register over from workbooks, by the area the import covers."""
    people = {name: world[name] for name in PERSONAS}
    rows = ["\n## 导入\n", "| 权限 | 范围 | 谁有 |", "|---|---|---|"]
    for sheet in SHEETS.values():
        for words, area in (("全区", world.district), ("街道", world.street), ("社区", world.community)):
            batch = Import(slug=sheet.slug, scope=area.path)
            may = [who for who, person in people.items() if person.has_perm(sheet.permission, batch)]
            rows.append(f"| 导入{sheet.label} `{sheet.permission}` | {words} | {', '.join(may)} |")
    return rows


def of_federations(world: World, member: Member) -> list[str]:
    """The loops of 东方街道's federation: matters of the founder, one brought by the secretary; the rest is hers."""
    federation, secretary = member.federation, world["federation_secretary"]
    joining = Membership(federation=federation, scope=federation.scope, owner=world["founder"], kind="join")
    leaving = Membership(federation=federation, scope=federation.scope, owner=world["founder"], kind="leave")
    warning = Membership(
        federation=federation, scope=federation.scope, entered_by=secretary, member=member, kind="warn"
    )
    mine = {"federation": federation, "scope": federation.scope, "owner": secretary}
    rows = [*table(world, joining, "：入会"), *table(world, leaving, "：退会"), *table(world, warning, "：警告")]
    rows += table(world, Enquiry(federation=federation, scope=federation.scope, owner=world["stranger"]))
    rows += table(world, Pillar(federation=federation, scope=federation.scope, sent_by=secretary))
    rows += table(world, Occasion(federation=federation, scope=federation.scope, kind="visit"))
    rows += [*table(world, Tenure(**mine)), *table(world, Friendship(**mine))]
    custody = Custody(federation=federation, member=member, scope=federation.scope, owner=world["founder"])
    rows += table(world, custody)
    custody.end_asked_by = secretary
    entry = CustodyEntry(custody=custody, scope=federation.scope, owner=secretary)
    return [*rows, *table(world, entry, "：秘书录入的")]


def of_party(world: World, federation: Federation, filed: Organization) -> list[str]:
    """Party-building in 金苑社区: the loops, and who keeps and reads what is sensitive."""
    rows = table(world, PartyUnit(federation=federation, scope=filed.scope))
    rows += table(world, PartySession(federation=federation, scope=filed.scope))
    rows += ["\n## 党员和兼职\n", "| 权限 | 谁有 |", "|---|---|"]
    kept = {
        "organizations.view_party_member": PartyMember(organization=filed, scope=filed.scope),
        "organizations.reveal_party_member": PartyMember(organization=filed, scope=filed.scope),
        "organizations.keep_party_members": filed,
        "organizations.keep_committee_posts": filed,
        "organizations.suggest_units": federation,
    }
    for name, subject in kept.items():
        may = [who for who in PERSONAS if world[who].has_perm(name, subject)]
        rows.append(f"| `{name}` | {', '.join(may)} |")
    return rows


def of_grading(world: World, filed: Organization) -> list[str]:
    """A grade of the district and stars of the street; the resident sits on the commission, the volunteer reviews."""
    rows: list[str] = []
    for scheme, area, officer in (
        ("grade", world.district, world["district_officer"]),
        ("stars", world.street, world["street_officer"]),
    ):
        drawn = GradingRound.objects.create(scheme=scheme, area=area, year=2026, owner=officer)
        BoardMember.objects.create(round=drawn, user=world["resident"], board="commission")
        BoardMember.objects.create(round=drawn, user=world["volunteer"], board="review")
        words = f"：{drawn.get_scheme_display()}"
        case = Grading.objects.create(round=drawn, organization=filed, owner=world["founder"])
        sheet = GradingSheet(grading=case, scope=filed.scope, owner=world["evaluator"], place=1)
        rows += [*table(world, drawn, words), *table(world, case, words)]
        for state, when in (("evaluation", "，表决以前"), ("ballot", "，表决以后")):
            sheet.grading.state = state
            rows += table(world, sheet, words + when)
        held = HeldGrade(organization=filed, scope=filed.scope, scheme=scheme, level=3)
        change = GradeChange(organization=filed, scope=filed.scope, held=held, owner=officer, proposed_by=officer)
        rows += table(world, change, words)
        may = [who for who in PERSONAS if world[who].has_perm("organizations.enter_grade", held)]
        rows += [f"\n补录{drawn.get_scheme_display()}的结果 `organizations.enter_grade`：{', '.join(may)}"]
    return rows


def of_voice(world: World) -> list[str]:
    """The resident's report about nobody, then about the street; the community answers and the street helps."""
    community = Body.objects.get(area=world.community, kind=BodyKind.COMMUNITY)
    street = Body.objects.get(area=world.street, kind=BodyKind.STREET)
    report = Report(owner=world["resident"], scope=world.community.path, handler=community, asked=street)
    report.tries, report.about = 3, None
    rows = table(world, report, "：社区承办，请街道接办")
    about = Report(owner=world["resident"], scope=world.community.path, about=street, tries=3)
    rows += table(world, about, "：反映街道")
    rows += ["\n## 诉求人是谁、清单归谁\n", "| 权限 | 谁有 |", "|---|---|"]
    report.state = about.state = "replied"
    kept = {
        "看联系方式（社区承办） `voice.reveal_author`": ("voice.reveal_author", report),
        "看联系方式（反映街道） `voice.reveal_author`": ("voice.reveal_author", about),
        "维护诉求类别 `voice.keep_matters`": ("voice.keep_matters", Matter(scope=world.district.path)),
        "维护三事清单 `voice.keep_handlings`": ("voice.keep_handlings", Handling(scope=world.street.path)),
    }
    for words, (name, subject) in kept.items():
        may = [who for who in PERSONAS if world[who].has_perm(name, subject)]
        rows.append(f"| {words} | {', '.join(may)} |")
    return rows


def of_mediation(world: World) -> list[str]:
    """A case of the street's committee: the founder against the resident; mediator, head and who is of neither."""
    officer, area = world["street_officer"], world.street
    body = open_body(area, kind="street", name="东方街道调委会", place="一楼", actor=officer)
    other = open_body(area, kind="trade", name="物业纠纷调委会", place="二楼", actor=officer)
    for name, where, role in (
        ("mediator", body, Role.MEDIATOR),
        ("mediation_head", body, Role.MEDIATION_HEAD),
        ("other_mediation_head", other, Role.MEDIATION_HEAD),
    ):
        if name not in world.people:
            world.people[name] = UserFactory(username=name, name=name)
        post(world.people[name], role, area, where.body)
    row = enrol_mediator(body, user=world["mediator"], profession="law", actor=officer)
    case = begin_mediation(body, actor=world["founder"])
    case.lead = row
    case.save()
    Seat.objects.create(case=case, mediator=row)
    MediationParty.objects.create(case=case, side="second", user=world["resident"])
    typed = begin_mediation(body, actor=world["community_worker"], behalf=True, source="grid")
    people = (*PERSONAS, "mediation_head", "other_mediation_head")
    rows = [*table(world, case, "：当事人自己申请", people), *table(world, typed, "：社区代为登记", people)]
    rows += ["\n## 调解网络\n", "| 权限 | 谁有 |", "|---|---|"]
    for name in ("mediation.keep_body", "mediation.keep_mediators"):
        may = [who for who in people if world[who].has_perm(name, body)]
        rows.append(f"| `{name}` | {', '.join(may)} |")
    party = MediationParty.objects.get(case=case, side="second")
    may = [who for who in people if world[who].has_perm("mediation.reveal_party", party)]
    return [*rows, f"| `mediation.reveal_party` | {', '.join(may)} |"]


def test_the_matrix_is_as_reviewed(world: World, filed: Organization, draft: Filing, member: Member) -> None:
    amendment = begin_amendment(filed, kind="name", actor=world["founder"])
    activity = begin_activity(filed, actor=world["founder"])
    reported = begin_activity(filed, actor=world["founder"])
    reported.outdoor = True
    body = Body.objects.get(area=world.community)
    appointment = Appointment(
        owner=world["sysadmin"], user=world["resident"], role="community_worker", body=body, area=world.community
    )
    appointment.scope = world.community.path
    request = begin_request("correct", actor=world["founder"], record_key=f"organizations/{filed.pk}")
    assessment = Assessment(scope=world.district.path, key="organization", label="名册")
    assessment.assessed_by = world["district_officer"]
    incident = report_incident(kind="leaked", what="名单发到了群里", found_at=clock.now(), actor=world["founder"])
    listing = CreditListing(
        organization=filed, scope=filed.scope, credit_list="abnormal", owner=world["district_officer"]
    )
    listing.proposed_by = world["district_officer"]
    struck = Revocation(kind="revoke", organization=filed, scope=filed.scope, owner=world["district_officer"])
    struck.proposed_by = world["district_officer"]
    commendation = Commendation(area=world.district, scope=world.district.path, owner=world["district_officer"])
    commendation.year, commendation.proposed_by = 2026, world["district_officer"]
    lines = [
        "# Who may do what",
        "",
        "Written by `tests/test_matrix.py` and reviewed by people; the test fails when code and file differ.",
        "The personas stand in `tests/personas.py`: the case lies in 东方街道金苑社区 and is the founder's.",
        *table(world, draft),
        *table(world, amendment),
        *table(world, activity, "：不用报备"),
        *table(world, reported, "：要报备"),
        *table(world, begin_incubation(filed, actor=world["founder"])),
        *table(world, Dormancy(organization=filed, scope=filed.scope, owner=world["founder"])),
        *table(world, appointment),
        *table(world, request),
        *table(world, assessment),
        *table(world, incident),
        *of_federations(world, member),
        *of_party(world, member.federation, filed),
        *table(world, listing),
        *table(world, commendation),
        *table(world, AnnualReport(organization=filed, scope=filed.scope, owner=world["founder"])),
        *table(world, Registration(organization=filed, scope=filed.scope, owner=world["founder"])),
        *table(world, Deregistration(organization=filed, scope=filed.scope, owner=world["founder"])),
        *of_grading(world, filed),
        *table(world, struck),
        *of_voice(world),
        *administration(world),
        *imports(world),
        *of_mediation(world),
        "",
    ]
    written = "\n".join(lines)
    if os.environ.get("LINLI_WRITE_MATRIX"):
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(written)

    assert FILE.read_text() == written
    assert set(REGISTRY) == {*KNOWN}, "a new process needs its table here"
