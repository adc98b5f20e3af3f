"""What stands in the federation of 东方街道, for the tests of the API: cases, ledgers, Party units, gradings."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.organizations.custody import agreed, entered
from tests.organizations.grading import drawn, evaluators, round_of, sheets
from tests.personas import PDF, BodyFactory

from linli.actors.choices import BodyKind
from linli.core import clock
from linli.core.files.actions import store
from linli.core.files.queries import attachments_of
from linli.organizations.actions import custody, party, party_people
from linli.organizations.actions.cadence import keep_occasions
from linli.organizations.actions.federation import begin_friendship, begin_tenure, open_federation
from linli.organizations.actions.grade_changes import begin_grade_change
from linli.organizations.actions.grades import enter_grade
from linli.organizations.actions.membership import begin_joining, make_enquiry, submit_membership
from linli.organizations.actions.sessions import keep_sessions
from linli.organizations.models import (
    Federation,
    Member,
    Occasion,
    Organization,
    PartySession,
    Pillar,
)

if TYPE_CHECKING:
    from tests.core.api.ground import Ground


def federated(made: Ground) -> None:
    world, founder, secretary = made.world, made.world["founder"], made.world["federation_secretary"]
    body = BodyFactory(area=world.street, kind=BodyKind.FEDERATION, name="东方街道社会组织联合会")
    federation = open_federation(body, founded_on=clock.today(), actor=world["street_officer"])
    joining = begin_joining(federation, member_kind="organization", organization=made.organization, actor=founder)
    joining.intro, joining.contact_name, joining.consented_at = "教老人写字", "陈秀梅", clock.now()
    joining.contact_phone = "13800002046"
    joining.save()
    paper = SimpleUploadedFile("proof.pdf", PDF, "application/pdf")
    store(paper, subject=joining, slot="proof", actor=founder)
    joining = submit_membership(joining, actor=founder)
    asked = {"contact_name": "陈秀梅", "contact_phone": "13800002046", "consented": True}
    enquiry = make_enquiry(
        federation, actor=founder, name="凤亭下书画社", resource="venue", want="每周借一间教室", **asked
    )
    tenure = begin_tenure(federation, actor=secretary)
    friendship = begin_friendship(federation, actor=secretary, name="海韵公益服务中心")
    pillar = Pillar.objects.earliest("pk")
    other = Member.objects.create(
        federation=federation, kind="enterprise", name="某某茶行", number="HY-1", joined_on=clock.today()
    )
    keep_occasions(federation)
    occasion = Occasion.objects.earliest("pk")
    papers = {
        "occasion": store(paper_named("o"), subject=occasion, slot="evidence", actor=secretary),
        "pillar": store(paper_named("a"), subject=pillar, slot="evidence", actor=secretary),
        "tenure": store(paper_named("b"), subject=tenure, slot="approval", actor=secretary),
        "friendship": store(paper_named("c"), subject=friendship, slot="agreement", actor=secretary),
        "membership": attachments_of(joining).get(),
    }
    cases = {"membership": joining, "enquiry": enquiry, "tenure": tenure, "friendship": friendship, "pillar": pillar}
    cases["occasion"] = occasion
    steps = {
        "membership": "withdraw_membership",
        "enquiry": "withdraw_enquiry",
        "tenure": "drop_tenure",
        "friendship": "drop_friendship",
        "pillar": "send_pillar",
        "occasion": "hold_occasion",
    }
    for slug, case in cases.items():
        made.names |= {(f"/cases/{slug}", "uid"): case.uid, (f"/cases/{slug}", "step"): steps[slug]}
    for slug, row in papers.items():
        made.names[f"/cases/{slug}", "paper"] = row.uid
    made.names |= {
        ("/registers/federations", "uid"): federation.uid,
        ("/registers/members", "uid"): other.uid,
    }


def entrusted(made: Ground) -> None:
    """A ledger that is kept, and an entry that waits for its second person."""
    world, founder, secretary = made.world, made.world["founder"], made.world["federation_secretary"]
    federation = Federation.objects.get()
    values = {"organization": made.organization, "owner": founder, "joined_on": clock.today()}
    member = Member.objects.create(
        federation=federation, kind="organization", name="凤亭下书画社", number="HY-2", **values
    )
    ledger = custody.apply_custody(agreed(member, founder), actor=founder)
    ledger = custody.sign_custody(ledger, actor=secretary)
    entry = entered(ledger, world["federation_treasurer"], "12.00")
    made.names |= {
        ("/custody", "uid"): ledger.uid,
        ("/custody/sums", "federation"): federation.uid,
        ("/cases/custody", "uid"): ledger.uid,
        ("/cases/custody", "step"): "ask_custody_end",
        ("/cases/custody", "paper"): attachments_of(ledger).get().uid,
        ("/cases/custodyentry", "uid"): entry.uid,
        ("/cases/custodyentry", "step"): "return_custody_entry",
        ("/cases/custodyentry", "paper"): attachments_of(entry).get().uid,
    }


def led(made: Ground) -> None:
    """Members, a unit that is suggested, one that stands with its meetings, a post of the two committees."""
    world, secretary, officer = made.world, made.world["federation_secretary"], made.world["street_officer"]
    federation = Federation.objects.get()
    entered = party_people.enter_party_member(
        made.organization, actor=secretary, name="林海", id_number="11010519491231002X", belongs_to="金苑社区党委"
    )
    (unit,) = party.suggest_units(federation, actor=secretary)
    paper = store(paper_named("party"), subject=unit, slot="election", actor=secretary)
    other = Organization.objects.create(
        name="凤亭下舞蹈队", area=world.community, kind="culture", number="BA-2", filed_on=clock.today()
    )
    told = {"secretary_name": "陈秀梅", "term_from": clock.today()}
    group = party.begin_unit(federation, kind="group", organization=other, actor=secretary)
    party_people.enter_party_member(
        other, actor=secretary, name="林江", id_number="440524198001010013", belongs_to="金苑社区党委"
    )
    group = party.accept_unit(party.save_unit(group, actor=secretary, revision=None, **told), actor=secretary)
    keep_sessions(party.approve_unit(group, actor=officer))
    session = PartySession.objects.earliest("pk")
    post = party_people.enter_committee_post(
        made.organization, person_name="许惠如", approval="凤亭下批复", actor=officer
    )
    made.names |= {
        ("/cases/partyunit", "uid"): unit.uid,
        ("/cases/partyunit", "step"): "dismiss_unit",
        ("/cases/partyunit", "paper"): paper.uid,
        ("/cases/partysession", "uid"): session.uid,
        ("/cases/partysession", "step"): "hold_session",
        ("/registers/partymembers", "uid"): entered.uid,
        ("/party/members", "uid"): entered.uid,
        ("/party/posts", "uid"): post.uid,
        ("/party/federations", "uid"): federation.uid,
    }


def graded(made: Ground) -> None:
    """A round of stars with a grading under evaluation, and stars that are to be lowered."""
    world, officer = made.world, made.world["street_officer"]
    evaluators(world)
    row = round_of(world, "stars")
    made.organization.filed_on = clock.today() - dt.timedelta(days=400)
    made.organization.save()
    grading = drawn(world, made.organization, row)
    held = enter_grade(
        Organization.objects.get(name="凤亭下舞蹈队"),
        level=3,
        granted_on=clock.today(),
        document="纸质",
        actor=officer,
    )
    change = begin_grade_change(held, actor=officer)
    proof = store(paper_named("g"), subject=change, slot="proof", actor=officer)
    made.names |= {
        ("/grades", "uid"): held.uid,
        ("/grades/notices", "uid"): grading.uid,
        ("/grades/organizations", "uid"): made.organization.uid,
        ("/cases/gradinground", "uid"): row.uid,
        ("/cases/gradinground", "step"): "close_round",
        ("/cases/grading", "uid"): grading.uid,
        ("/cases/grading", "step"): "refuse_grading",
        ("/cases/grading", "paper"): attachments_of(grading).get().uid,
        ("/cases/gradingsheet", "uid"): sheets(grading)[0].uid,
        ("/cases/gradingsheet", "step"): "send_sheet",
        ("/cases/gradechange", "uid"): change.uid,
        ("/cases/gradechange", "step"): "notify_grade_change",
        ("/cases/gradechange", "paper"): proof.uid,
    }


def paper_named(name: str) -> SimpleUploadedFile:
    """A paper that is like no other."""
    return SimpleUploadedFile(f"{name}.pdf", PDF + name.encode(), "application/pdf")
