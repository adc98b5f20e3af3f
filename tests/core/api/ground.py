"""One of everything that has an address in the API, made in 东方街道: what cases aim at and crawlers look for.

A new operation with a parameter in its path fails `Ground.value`, until it is said here what it may name.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.core.api import ground_federation
from tests.core.api.ground_federation import paper_named
from tests.personas import PDF, World, post

from linli.actors.actions import begin_appointment
from linli.actors.choices import BodyKind, Role
from linli.actors.models import Body, Post
from linli.core import clock
from linli.core.access.models import User
from linli.core.api.actions import issue_token
from linli.core.api.web import known_scopes
from linli.core.audit.models import Event, Verification
from linli.core.exports.models import Export
from linli.core.files.actions import store
from linli.core.files.queries import attachments_of
from linli.core.notices import notify
from linli.core.notices.models import Robot
from linli.core.parameters.models import ParameterValue
from linli.core.privacy.actions.assessments import keep_all_assessments
from linli.core.privacy.actions.consents import give_consent
from linli.core.privacy.actions.incidents import report_incident
from linli.core.privacy.actions.notice import current_version, set_local
from linli.core.privacy.actions.requests import begin_request
from linli.core.privacy.assessment_models import Assessment
from linli.core.privacy.holdings import SIGN_UP
from linli.core.privacy.models import Takeout
from linli.core.registers import REGISTRY as REGISTERS
from linli.core.registers.actions import save_filter, share_filter
from linli.core.registers.selection import Selection
from linli.core.sheets.models import Import, ImportedRow, StagedRow
from linli.core.webhooks.models import Message, Webhook
from linli.core.workflow.drafts import open_draft
from linli.core.workflow.engine import perform
from linli.indicators.actions.boards import compose_board
from linli.mediation.actions.cases import begin_case as begin_mediation
from linli.mediation.actions.cases import save_case as save_mediation
from linli.mediation.actions.cases import submit_case as submit_mediation
from linli.mediation.actions.network import enrol_mediator, open_body
from linli.organizations.actions import ranking
from linli.organizations.actions.activities import begin_activity
from linli.organizations.actions.amendments import begin_amendment, submit_amendment
from linli.organizations.actions.commendation import begin_commendation, propose_commendation, publish_commendation
from linli.organizations.actions.credit import begin_listing, enter_credit_info, notify_listing, save_listing
from linli.organizations.actions.incubation import begin_incubation, open_incubator
from linli.organizations.actions.registration import begin_registration
from linli.organizations.actions.revocation import notify_revocation, save_revocation
from linli.organizations.choices.annual import CALL
from linli.organizations.choices.dormant import NOTIFY
from linli.organizations.models import (
    AnnualReport,
    Deregistration,
    Dormancy,
    Filing,
    Organization,
    Revocation,
)
from linli.organizations.queries.annual import due_of
from linli.voice.actions.drafts import begin_report, save_report, submit_report
from linli.voice.actions.intake import accept_report
from linli.voice.actions.matters import take_over_common
from linli.voice.models import Matter


@dataclass
class Ground:
    """Outward names by path template (as the document writes it, without /api/v1) and name of the parameter."""

    world: World
    organization: Organization
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    anywhere: dict[str, str] = field(default_factory=dict)

    def value(self, path: str, name: str) -> str:
        """What the parameter names; the longest path that begins this one decides."""
        short = path.removeprefix("/api/v1")
        found = [start for start, known in self.names if known == name and short.startswith(start)]
        if found:
            return self.names[max(found, key=len), name]
        return self.anywhere[name]

    def filled(self, path: str) -> str:
        """The path with everything in its place."""
        parts = [self.value(path, part.strip("{}")) if part.startswith("{") else part for part in path.split("/")]
        return "/".join(parts)

    def aim(self, operation: Any, case: Any) -> None:
        """Let a generated case name what is there."""
        for name in case.path_parameters or {}:
            schema = next(p.definition for p in operation.path_parameters if p.name == name)["schema"]
            if "enum" not in schema and "const" not in schema:
                value = self.value(operation.path, name)
                case.path_parameters[name] = int(value) if schema.get("type") == "integer" else value


@pytest.fixture
def ground(world: World, filed: Organization) -> Ground:
    """One of everything; what belongs to a person belongs to the founder, what is administered lies in 东方街道."""
    founder, officer = world["founder"], world["street_officer"]
    made = Ground(world, filed)
    _cases(made, founder)
    ground_federation.federated(made)
    ground_federation.entrusted(made)
    ground_federation.led(made)
    ground_federation.graded(made)
    _mediated(made)
    _credited(made)
    _commended(made)
    _lawful(made)
    _administered(made)
    _personal(made, founder)
    _imports(made, officer)
    _working(made, officer)
    _said(made)
    return made


def _cases(made: Ground, founder: Any) -> None:
    world = made.world
    amendment = begin_amendment(made.organization, kind="address", actor=founder)
    amendment.new_address, amendment.cause = "别处 9 号", "原场地到期"
    amendment.save()
    paper = SimpleUploadedFile("proof.pdf", PDF, "application/pdf")
    store(paper, subject=amendment, slot="proof", actor=founder)
    amendment = submit_amendment(amendment, actor=founder)
    activity = begin_activity(made.organization, actor=founder)
    plan = store(paper_named("plan"), subject=activity, slot="plan", actor=founder)
    room = open_incubator(
        world.street, name="东方孵化室", address="二楼", capacity=9, actor=world["federation_secretary"]
    )
    stay = begin_incubation(made.organization, actor=founder)
    other = store(paper_named("other"), subject=stay, slot="other", actor=founder)
    found = Dormancy(organization=made.organization, owner=founder)
    dormancy = perform(NOTIFY, open_draft(found, actor=User.system(), code=NOTIFY.name), actor=User.system())
    request = begin_request("explain", actor=founder)
    appointment = begin_appointment(
        "appoint",
        user=world["volunteer"],
        role="volunteer",
        body=Body.objects.get(area=world.street, kind=BodyKind.STREET),
        area=world.street,
        cause="区民政局会议",
        since=clock.today(),
        actor=world["sysadmin"],
    )
    incident = report_incident(
        kind="leaked", what="东方街道的名单发到了微信群", found_at=clock.now(), actor=world["street_officer"]
    )
    keep_all_assessments()
    filing = Filing.objects.get(organization=made.organization)
    made.names |= {
        ("/registers", "uid"): made.organization.uid,
        ("/public", "uid"): made.organization.uid,
        ("/cases/filing", "uid"): filing.uid,
        ("/cases/amendment", "uid"): amendment.uid,
        ("/cases/activity", "uid"): activity.uid,
        ("/cases/activity", "paper"): plan.uid,
        ("/cases/activity", "step"): "cancel_activity",
        ("/cases/incubation", "uid"): stay.uid,
        ("/activities", "uid"): activity.uid,
        ("/incubators", "uid"): room.uid,
        ("/cases/incubation", "paper"): other.uid,
        ("/cases/incubation", "step"): "withdraw_incubation",
        ("/cases/dormancy", "uid"): dormancy.uid,
        ("/cases/dormancy", "step"): "answer_dormancy",
        ("/cases/request", "uid"): request.uid,
        ("/cases/appointment", "uid"): appointment.uid,
        ("/cases/incident", "uid"): incident.uid,
        ("/cases/assessment", "uid"): Assessment.objects.earliest("pk").uid,
        ("/files", "uid"): attachments_of(amendment).get().uid,
        ("/cases/amendment", "paper"): attachments_of(amendment).get().uid,
        ("/cases", "paper"): attachments_of(filing).first().uid,
        ("/cases/filing", "step"): "withdraw_filing",
        ("/cases/amendment", "step"): "withdraw_amendment",
        ("/cases/request", "step"): "withdraw_request",
        ("/cases/appointment", "step"): "withdraw_appointment",
        ("/cases/incident", "step"): "confirm_incident",
        ("/cases/assessment", "step"): "send_assessment",
        ("/publicity", "uid"): filing.uid,
    }


def _mediated(made: Ground) -> None:
    """A case that the founder applied for, sent to the street's committee; its head is somebody of its own."""
    world = made.world
    officer = world["street_officer"]
    body = open_body(world.street, kind="street", name="东方街道调委会", place="一楼", actor=officer)
    post(world.people["mediator"], Role.MEDIATION_HEAD, world.street, body.body)
    mediator = enrol_mediator(body, user=world["mediator"], profession="law", actor=officer)
    case = begin_mediation(body, actor=world["founder"])
    values = {"first_name": "甲", "second_name": "乙", "dispute": "other", "facts": "争执", "wish": "和好"}
    case = save_mediation(case, actor=world["founder"], revision=None, **values)
    paper = store(paper_named("other"), subject=case, slot="other", actor=world["founder"])
    case = submit_mediation(case, actor=world["founder"])
    made.names |= {
        ("/cases/mediation", "uid"): case.uid,
        ("/cases/mediation", "step"): "withdraw_case",
        ("/cases/mediation", "paper"): paper.uid,
        ("/mediation/cases", "uid"): case.uid,
        ("/mediation/parties", "uid"): case.parties.get(side="first").uid,
        ("/mediation/mediators", "uid"): mediator.uid,
        ("/mediation", "uid"): body.uid,
    }


def _credited(made: Ground) -> None:
    officer = made.world["district_officer"]
    info = enter_credit_info(
        made.organization,
        actor=officer,
        kind="inspection",
        title="凤亭下书画社抽查合格",
        source="区民政局",
        happened_on=clock.today(),
    )
    listing = begin_listing(made.organization, credit_list="abnormal", actor=officer)
    paper = store(paper_named("l"), subject=listing, slot="proof", actor=officer)
    values = {"cause": "no_report", "facts": "凤亭下书画社没有报送年度工作报告"}
    listing = notify_listing(save_listing(listing, actor=officer, revision=None, **values), actor=officer)
    made.names |= {
        ("/cases/listing", "uid"): listing.uid,
        ("/cases/listing", "step"): "reply_listing",
        ("/cases/listing", "paper"): paper.uid,
        ("/credit/infos", "uid"): info.uid,
    }


def _said(made: Ground) -> None:
    """A report of the founder's that everybody may read, and its kind."""
    world, founder, officer = made.world, made.world["founder"], made.world["street_officer"]
    take_over_common(world.district, actor=world["district_officer"])
    kind = Matter.objects.get(code="road_light")
    draft = begin_report(actor=founder)
    picture = store(paper_named("p"), subject=draft, slot="photo", actor=founder)
    words = "三号楼门口的路灯不亮"
    draft = save_report(draft, actor=founder, revision=None, matter=kind, words=words, area=world.community)
    sent = submit_report(draft, actor=founder)
    taken = accept_report(sent, actor=officer, matter=kind, urgency="simple", open_to_all=True)
    made.names |= {
        ("/cases/report", "uid"): taken.uid,
        ("/cases/report", "paper"): picture.uid,
        ("/cases/report", "step"): "withdraw_report",
        ("/registers/reports", "uid"): taken.uid,
        ("/voice/reports", "uid"): taken.uid,
        ("/voice/matters", "uid"): kind.uid,
    }


def _commended(made: Ground) -> None:
    ranking.rank_all()
    officer = made.world["district_officer"]
    last, listed = (
        propose_commendation(begin_commendation(made.world.district, year=year, actor=officer), actor=officer)
        for year in (clock.today().year - 1, clock.today().year)
    )
    published = publish_commendation(last, actor=made.world["district_head"])
    paper = store(paper_named("b"), subject=listed, slot="proof", actor=officer)
    made.names |= {
        ("/ranking/organizations", "uid"): made.organization.uid,
        ("/ranking/commendations", "uid"): published.uid,
        ("/cases/commendation", "uid"): listed.uid,
        ("/cases/commendation", "step"): "publish_commendation",
        ("/cases/commendation", "paper"): paper.uid,
    }


def _lawful(made: Ground) -> None:
    founder = made.world["founder"]
    draft = AnnualReport(organization=made.organization, year=2025, owner=founder, due_on=due_of(2025))
    opened = open_draft(draft, actor=User.system(), code="organizations.begin_report")
    report = perform(CALL, opened, actor=User.system())
    paper = store(paper_named("r"), subject=report, slot="report", actor=founder)
    registration = begin_registration(made.organization, actor=founder)
    charter = store(paper_named("c"), subject=registration, slot="charter", actor=founder)
    ending = Deregistration(organization=made.organization, owner=founder)
    ending = open_draft(ending, actor=founder, code="organizations.begin_deregistration")
    resolution = store(paper_named("e"), subject=ending, slot="resolution", actor=founder)
    officer = made.world["district_officer"]
    struck = Revocation(kind="revoke", organization=made.organization, area=made.world.community, owner=officer)
    struck.name = made.organization.name
    struck = open_draft(struck, actor=officer, code="organizations.begin_revocation")
    proof = store(paper_named("p"), subject=struck, slot="evidence", actor=officer)
    values = {"ground": "inactive", "facts": "凤亭下书画社一年没有活动", "law": "条例第三十条"}
    struck = notify_revocation(save_revocation(struck, actor=officer, revision=None, **values), actor=officer)
    made.names |= {
        ("/cases/revocation", "uid"): struck.uid,
        ("/cases/revocation", "paper"): proof.uid,
        ("/cases/revocation", "step"): "state_case",
        ("/cases/annualreport", "uid"): report.uid,
        ("/cases/annualreport", "paper"): paper.uid,
        ("/cases/annualreport", "step"): "exempt_report",
        ("/cases/registration", "uid"): registration.uid,
        ("/cases/registration", "paper"): charter.uid,
        ("/cases/registration", "step"): "withdraw_registration",
        ("/cases/deregistration", "uid"): ending.uid,
        ("/cases/deregistration", "paper"): resolution.uid,
        ("/cases/deregistration", "step"): "withdraw_deregistration",
    }


def _administered(made: Ground) -> None:
    world = made.world
    value = ParameterValue.objects.create(
        key="filing.days", scope=world.district.path, value=8, set_by=world["district_head"], reason="局务会"
    )
    entry = set_local(
        scope=world.district.path,
        actor=world["district_head"],
        label="节日慰问",
        purpose="慰问独居老人",
        ground="consent",
        basis="个人信息保护法第十三条",
        fields="姓名",
        sources="本人",
        kept="一年",
        security="加密",
    )
    made.names |= {
        ("/parameters", "key"): "filing.days",
        ("/parameters", "id"): str(value.pk),
        ("/calendar", "year"): "2026",
        ("/calendar", "day"): "2026-10-08",
        ("/areas", "code"): world.street.code or "",
        ("/reforms", "key"): world.community.code or "",
        ("/accounts", "uid"): world["volunteer"].uid,
        ("/rights", "uid"): world["volunteer"].uid,
        ("/bodies", "id"): str(Body.objects.get(area=world.street, kind=BodyKind.STREET).pk),
        ("/posts", "id"): str(Post.objects.get(user=world["community_worker"]).pk),
        ("/audit/events", "id"): str(Event.objects.latest("pk").pk),
        ("/audit/checks", "id"): str(Verification.objects.create(outcome="clean", finished_at=clock.now()).pk),
        ("/privacy/notice", "number"): str(current_version().number),
        ("/privacy/processing", "id"): str(entry.pk),
        ("/privacy/retention", "slug"): "notices",
        ("/privacy/retention", "id"): "1",
    }


def _personal(made: Ground, founder: Any) -> None:
    told = notify(founder, kind="case.filing", title="只给本人的话")
    robot = Robot.objects.create(user=founder, label="书画社群", address="dingtalk://secret-of-the-founder")
    takeout = Takeout.objects.create(person=founder)
    give_consent(SIGN_UP, actor=founder)
    token, _secret = issue_token(name="本人的程序", scopes=["read:me"], days=9, known=known_scopes(), actor=founder)
    made.names |= {
        ("/notices", "uid"): told.uid,
        ("/notices/robots", "uid"): robot.uid,
        ("/notices", "group"): "duty",
        ("/data/takeouts", "uid"): takeout.uid,
        ("/data/holdings", "slug"): "account",
        ("/data/consents", "processing"): SIGN_UP,
        ("/tokens", "uid"): token.uid,
    }


def _imports(made: Ground, officer: Any) -> None:
    batch = Import.objects.create(
        slug="organizations",
        scope=made.world.street.path,
        state="ready",
        name="名册.xlsx",
        extension="xlsx",
        begun_by=officer,
        counts={"read": 1, "wrong": 1},
    )
    values = {"name": "凤亭下书画社", "area_id": made.world.community.pk}
    StagedRow.objects.create(batch=batch, number=3, state="wrong", label="凤亭下书画社", values=values, record_id=1)
    ImportedRow.objects.create(batch=batch, run=0, number=4, label="凤亭下书画社", outcome="skipped")
    made.names |= {("/imports", "uid"): batch.uid, ("/imports", "number"): "3"}


def _working(made: Ground, officer: Any) -> None:
    board = compose_board(name="周一例会", figures=["orgs", "on_time"], shared=False, actor=officer)
    made.names |= {("/boards", "uid"): board.uid, ("/figures", "id"): "orgs"}
    register = REGISTERS["organizations"]
    selection = Selection.from_params(register, {"kind": "culture"}, officer)
    kept = save_filter(selection, name="东方街道文体", actor=officer)
    link = share_filter(selection, note="东方街道文体", actor=officer)
    hook = Webhook.objects.create(
        user=officer,
        name="东方大屏",
        url="https://receiver.example.org/",
        patterns=["organizations.*"],
        secret="whsec_AA",
    )
    message = Message.objects.create(webhook=hook, name="linli.test")
    export = Export.objects.create(
        owner=officer,
        slug="organizations",
        label="东方街道名册",
        columns=["name"],
        format="xlsx",
        state="done",
        reach=[made.world.street.path],
        kept_to=clock.today() + dt.timedelta(days=7),
        finished_at=clock.now(),
        stored_as="exports/nothing.xlsx",
    )
    made.names |= {
        ("/filters", "uid"): kept.uid,
        ("/links", "uid"): link.uid,
        ("/webhooks", "uid"): hook.uid,
        ("/webhooks", "message"): message.uid,
        ("/exports", "uid"): export.uid,
    }
