"""Every kind of row that is declared stands in the file to take along: the person's own rows and nobody else's."""

from __future__ import annotations

import datetime as dt
import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from tests.personas import PDF, World, complete

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.files.actions import store
from linli.core.files.models import Attachment
from linli.core.notices.models import Notice
from linli.core.privacy import keyed_hash, sealed, takeout_file
from linli.core.privacy.declare import HOLDINGS, Holding
from linli.core.privacy.models import Disclosure, VerifiedNumber
from linli.core.privacy.queries import subject_of
from linli.core.privacy.takeout_file import write_takeout
from linli.core.workflow.models import Case
from linli.mediation.actions.network import open_body
from linli.mediation.models import (
    CaseNote,
    MediationBody,
    MediationCase,
    MediationParty,
    MediationSession,
    Mediator,
)
from linli.organizations.actions import filings
from linli.organizations.choices.grading import SCORES
from linli.organizations.models import (
    BoardMember,
    Federation,
    Grading,
    GradingRound,
    GradingSheet,
    GradingVote,
    Organization,
    PartyMember,
    PartyUnit,
)
from linli.voice.models import Contact, Follow, Report

ID_NUMBERS = {"founder": "440524197002020024", "resident": "440524198001010013"}
OWNING = {"owner", "user", "person", "recipient", "sent_by", "uploaded_by", "begun_by"}


def taken(user: User) -> zipfile.ZipFile:
    """The archive, as it is written before it is sealed."""
    out = io.BytesIO()
    write_takeout(out, subject_of(user))
    return zipfile.ZipFile(out)


def rows_in(archive: zipfile.ZipFile) -> dict[str, set[str]]:
    """The keys of the rows of each kind."""
    said = json.loads(archive.read("data.json"))
    return {kind["slug"]: {row["id"] for row in kind["rows"]} for kind in said["holdings"]}


# --- a row of any model about somebody ----------------------------------------------------------------------------


def value_for(field: Any, person: User) -> Any:
    """Something the field takes, and that shows whose it is where there is room for it."""
    if field.is_relation:
        there = person if field.related_model is User else field.related_model._default_manager.first()
        return there or made(field.related_model, person)
    if field.choices:
        return field.choices[0][0]
    match field:
        case models.DateTimeField():
            return clock.now() + dt.timedelta(days=1)
        case models.DateField():
            return clock.today()
        case models.BigIntegerField():
            return person.pk  # the key of another row
        case models.IntegerField() | models.FloatField():
            return 1
        case models.BooleanField():
            return False
        case models.JSONField():
            return {"of": person.username}
        case ArrayField():
            return [f"of {person.username}"]
        case _:
            return f"{field.name} of {person.username}"[: field.max_length]


def made(model: type[models.Model], person: User, **given: Any) -> Any:
    """A row whose required fields are filled in and that belongs to the person."""
    if model is Organization:
        given.setdefault("number", f"number of {person.username}")  # a filed one has it, and its day
        given.setdefault("filed_on", clock.today())
    for field in model._meta.concrete_fields:
        if field.name in given or field.attname in given or field.primary_key or field.generated:
            continue
        if field.name in OWNING or not (field.null or field.has_default() or field.blank):
            given[field.name] = value_for(field, person)
    return model._default_manager.create(**given)


def of_username(model: type[models.Model]) -> Callable[[User, World], Any]:
    """Logs of logins name the account."""
    return lambda person, world: made(model, person, username=person.username, ip_address="10.0.0.1")


def paper(person: User, world: World) -> Attachment:
    """A paper of an own application."""
    case = complete(filings.begin_filing(actor=person), person, world.community, name=f"{person.username}的书画社")
    return Attachment.objects.filter(subject_id=case.pk, uploaded_by=person).latest("pk")


def organization(person: User, world: World, what: str = "合唱团") -> Organization:
    """One the person has in hand."""
    name = f"{person.username}的{what}"
    given: dict[str, Any] = {"name": name, "area": world.community, "number": name, "filed_on": clock.today()}
    row: Organization = made(Organization, person, **given)
    return row


def unit(person: User, world: World) -> PartyUnit:
    """A unit that names the person."""
    area = world.street
    held = Federation.objects.first() or made(Federation, person, area=area, name="联合会", founded_on=clock.today())
    lead = world["community_head"].posts.get().body
    row: PartyUnit = made(PartyUnit, person, federation=held, led_by=lead, secretary_name=person.username)
    return row


def party_member(person: User, world: World) -> PartyMember:
    """One whose card was verified to be the person's."""
    number = ID_NUMBERS[person.username]
    VerifiedNumber.objects.create(
        person=person,
        kind="id_number",
        value_hash=keyed_hash(number, "id_number"),
        verified_by=world["street_officer"],
    )
    given = {"organization": organization(person, world, "巡逻队"), "id_number": number}
    row: PartyMember = made(PartyMember, person, **given)
    return row


def of_an_organization(model: type[models.Model], given: dict[str, Any], person: User, world: World) -> Any:
    """A case of an organization the person has in hand; an organization has one open at a time."""
    what = f"登记{model._meta.model_name}"
    return made(model, person, organization=organization(person, world, what), **given)


def grading_round(person: User, world: World, year: int) -> GradingRound:
    """A plan; one of a year and place."""
    year += 1 + GradingRound.objects.filter(year__gte=year, year__lt=year + 20).count()
    return GradingRound.objects.create(
        scheme="grade", area=world.district, year=year, owner=world["district_officer"]
    )


def grading(person: User, world: World) -> Grading:
    """The own organization in a round."""
    held = organization(person, world, "评估社")
    row: Grading = made(Grading, person, organization=held, round=grading_round(person, world, 2020), scheme="grade")
    return row


def grading_sheet(person: User, world: World) -> GradingSheet:
    """Of somebody else's organization: nobody evaluates the own one."""
    name = f"{person.username}评的社"
    held = made(Organization, world["stranger"], name=name, area=world.community, number=name)
    round = grading_round(person, world, 2040)
    about = Grading.objects.create(organization=held, round=round, owner=world["stranger"])
    row: GradingSheet = made(GradingSheet, person, grading=about)
    return row


def grading_vote(person: User, world: World) -> GradingVote:
    """Cast while the ballot is open."""
    name = f"{person.username}表决的社"
    held = made(Organization, world["stranger"], name=name, area=world.community, number=name)
    round = grading_round(person, world, 2060)
    seat = BoardMember.objects.create(round=round, user=person, board="commission")
    marks = dict.fromkeys(SCORES, 80)
    about = Grading.objects.create(
        organization=held, round=round, owner=world["stranger"], state="ballot", seed=1, evidence="章程。", **marks
    )
    return GradingVote.objects.create(grading=about, member=seat, choice="for", words=f"of {person.username}")


def grading_seat(person: User, world: World) -> BoardMember:
    """Named before the round opens."""
    round = grading_round(person, world, 2080)
    return BoardMember.objects.create(round=round, user=person, board="review")


def look(person: User, world: World) -> Disclosure:
    """Somebody else's look at the person."""
    event = record(world["street_officer"], "privacy.reveal", person, label="手机号", reason=f"of {person.username}")
    return Disclosure.objects.create(person=person, event=event)


def mediation(person: User, world: World) -> MediationCase:
    """A case the person applied for."""
    body = MediationBody.objects.filter(kind="street").first() or open_body(
        world.street, kind="street", name="调委会", place="一楼", actor=world["street_officer"]
    )
    row: MediationCase = made(MediationCase, person, body=body, facts=f"facts of {person.username}")
    return row


def side(person: User, world: World) -> MediationParty:
    """One side of it."""
    case = mediation(person, world)
    return MediationParty.objects.create(case=case, side="first", user=person, name=f"name of {person.username}")


def session(person: User, world: World) -> MediationSession:
    """One time at the table."""
    row: MediationSession = made(
        MediationSession, world["mediator"], case=side(person, world).case, place=f"of {person.username}",
        noted_by=world["mediator"],
    )  # fmt: skip
    return row


def words(person: User, world: World) -> CaseNote:
    """Words of a step that the sides may read."""
    return CaseNote.objects.create(
        case=side(person, world).case,
        step="mediation.fail_case",
        words=f"words of {person.username}",
        by=world["mediator"],
    )


def mediator(person: User, world: World) -> Mediator:
    """On the list of mediators."""
    row: Mediator = made(Mediator, person, body=mediation(person, world).body, until=clock.today())
    return row


# What cannot be made from the fields alone: other rows come with it, or a rule of the database asks for more.
OF_ORGANIZATIONS: dict[str, dict[str, Any]] = {
    "annual-reports": {"year": 2025},
    **{slug: {} for slug in ("registrations", "deregistrations", "dormancies", "incubations")},
}
MADE: dict[str, Callable[[User, World], Any]] = {
    "account": lambda person, world: person,
    **{slug: of_username(HOLDINGS[slug].model) for slug in ("logins", "login-failures", "lockouts")},
    "mediations": mediation,
    "mediation-sides": side,
    "mediation-sessions": session,
    "mediation-words": words,
    "mediator-rows": mediator,
    "mediator-trainings": lambda person, world: made(
        HOLDINGS["mediator-trainings"].model,
        world["mediator"],
        mediator=mediator(person, world),
        subject=f"of {person.username}",
        noted_by=world["mediator"],
        hours=4,
    ),
    "gradings": grading,
    "grading-sheets": grading_sheet,
    "grading-votes": grading_vote,
    "grading-seats": grading_seat,
    "events": lambda person, world: record(person, "other.step", person, reason=f"of {person.username}"),
    "looks": look,
    "preferences": lambda person, world: made(HOLDINGS["preferences"].model, person, channel="email"),
    "papers": paper,
    "organizations": organization,
    "amendments": lambda person, world: made(
        HOLDINGS["amendments"].model, person, organization=organization(person, world, "舞蹈队")
    ),
    "federation-members": lambda person, world: made(HOLDINGS["federation-members"].model, person, kind="person"),
    "custodies": lambda person, world: made(
        HOLDINGS["custodies"].model,
        person,
        member=made(
            HOLDINGS["federation-members"].model,
            person,
            kind="person",
            name=f"代管{person.username}",
            number=person.username,
        ),
    ),
    "party-members": party_member,
    "party-secretaries": unit,
    "committee-posts": lambda person, world: made(
        HOLDINGS["committee-posts"].model, person, organization=organization(person, world, "议事会")
    ),
    **{slug: partial(of_an_organization, HOLDINGS[slug].model, given) for slug, given in OF_ORGANIZATIONS.items()},
    "report-contacts": lambda person, world: made(
        Contact, person, report=made(Report, person), name=f"name of {person.username}", phone="13800000000"
    ),
    "follows": lambda person, world: made(Follow, person, report=made(Report, world["stranger"])),
    "incidents": lambda person, world: made(HOLDINGS["incidents"].model, person, told_at=clock.now()),
    "posts": lambda person, world: made(
        HOLDINGS["posts"].model, person, area=world.street, body=world["street_officer"].posts.get().body
    ),
    "appointments": lambda person, world: made(
        HOLDINGS["appointments"].model,
        person,
        owner=world["sysadmin"],
        area=world.street,
        body=world["street_officer"].posts.get().body,
    ),
}


# They name a person without account or number: nobody's rows are found in them, and the page says where to ask.
NAME_ALONE = {"tenures", "party-secretaries", "committee-posts"}


def make(holding: Holding, person: User, world: World) -> Any:
    """A row of this kind about the person."""
    return MADE[holding.slug](person, world) if holding.slug in MADE else made(holding.model, person)


def test_every_kind_is_in_it_with_the_own_rows_and_with_nobody_elses(world: World) -> None:
    founder, other = world["founder"], world["resident"]
    rows = {
        person.pk: {slug: f"{slug}/{make(holding, person, world).pk}" for slug, holding in HOLDINGS.items()}
        for person in (founder, other)
    }

    archive = taken(founder)
    found, text = rows_in(archive), archive.read("data.json").decode()

    assert list(found) == list(HOLDINGS)
    assert {slug for slug, key in rows[founder.pk].items() if key not in found[slug]} == NAME_ALONE
    assert [slug for slug, key in rows[other.pk].items() if key in found[slug]] == []
    # Their words do not come with somebody else's row either: neither here nor in a table nor on the page.
    assert other.username not in text
    lies_in = {name: name + archive.read(name).decode(errors="replace") for name in archive.namelist()}
    assert [name for name, content in lies_in.items() if other.username in content] == []
    # The same rows about the other one: what was made is leakable.
    own = rows_in(taken(other))
    assert {slug for slug, key in rows[other.pk].items() if key not in own[slug]} == NAME_ALONE


def test_what_was_uploaded_for_others_is_listed_and_stays(world: World) -> None:
    """A worker's file holds no papers of the residents it was entered for, nor the workbook of an import."""
    worker, founder = world["community_worker"], world["founder"]
    case = filings.begin_filing(actor=founder)
    batch = made(HOLDINGS["imports"].model, worker, slug="organizations")
    for held, name in ((case, "代传.pdf"), (batch, "名册.pdf")):
        store(SimpleUploadedFile(name, PDF, "application/pdf"), subject=held, slot="charter", actor=worker)

    archive = taken(worker)
    said = next(k for k in json.loads(archive.read("data.json"))["holdings"] if k["slug"] == "papers")

    assert sorted(row["values"]["name"] for row in said["rows"]) == ["代传.pdf", "名册.pdf"]
    assert [row["files"] for row in said["rows"]] == [[], []]
    assert [name for name in archive.namelist() if name.startswith("files/")] == []
    # Its owner gets it.
    assert [name for name in taken(founder).namelist() if name.endswith("代传.pdf")] != []


def test_a_paper_of_two_kinds_lies_in_it_once(world: World) -> None:
    founder = world["founder"]
    paper(founder, world)

    archive = taken(founder)
    said = {kind["slug"]: kind["rows"] for kind in json.loads(archive.read("data.json"))["holdings"]}

    of_cases = sorted(name for row in said["filings"] for name in row["files"])
    assert of_cases == sorted(name for row in said["papers"] for name in row["files"])
    assert sorted(name for name in archive.namelist() if name.startswith("files/")) == of_cases
    assert len(of_cases) == 2


@pytest.mark.parametrize("count", [0, 1, 7])
def test_the_page_tells_the_newest_and_the_table_has_all(
    world: World, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(takeout_file, "TOLD", 5)
    founder = world["founder"]
    Notice.objects.bulk_create(
        Notice(recipient=founder, kind="other.x", title=f"第{n}条消息", body="=1+1") for n in range(count)
    )

    archive = taken(founder)
    page = archive.read("index.html").decode()
    said = next(k for k in json.loads(archive.read("data.json"))["holdings"] if k["slug"] == "notices")

    assert [row["values"]["title"] for row in said["rows"]] == [f"第{n}条消息" for n in range(count)]
    assert [f"第{n}条消息" in page for n in range(count)] == [n >= count - 5 for n in range(count)]
    assert ("这里列出最近的 5 条" in page) == (count > 5)
    assert ("csv/notices.csv" in archive.namelist()) == (count > 0)
    if count:
        assert archive.read("csv/notices.csv").decode("utf-8-sig").count("'=1+1") == count


def test_five_times_the_rows_need_the_same_memory(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takeout_file, "TOLD", 20)
    monkeypatch.setattr(takeout_file, "READ", 50)
    monkeypatch.setattr(sealed, "PIECE", 8192)
    founder = world["founder"]

    def peak(count: int) -> int:
        Notice.objects.bulk_create(
            Notice(recipient=founder, kind="other.x", title="标题", body="内容" * 40) for _ in range(count)
        )
        written = Sink()
        tracemalloc.start()
        assert write_takeout(written, subject_of(founder))["notices"] == Notice.objects.count()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)  # templates and statements are made once
    few = peak(190)
    assert peak(800) - few < 150_000  # the rows alone are 300,000


class Sink(io.RawIOBase):
    """Takes bytes and keeps none."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return len(data)


def test_own_means_the_record_not_the_hand(world: World) -> None:
    """Kinds that bring papers: a case of the person, or what the person uploaded."""
    bringing = [holding for holding in HOLDINGS.values() if holding.files is not None]

    assert [h.slug for h in bringing if not issubclass(h.model, Case | Attachment)] == []
