"""Who looked: full values, papers, look-ups and exports are written down for the person concerned, once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.personas import World

from linli.core.access.models import User
from linli.core.audit import record
from linli.core.audit.marks import sound_rows
from linli.core.audit.models import Event
from linli.core.files.models import Attachment
from linli.core.privacy import keyed_hash
from linli.core.privacy.actions import disclose, disclose_many
from linli.core.privacy.models import DataRequest, Disclosure, VerifiedNumber
from linli.organizations.models import Filing, Organization

SignedIn = Callable[..., Client]


def test_a_paper_opened_by_somebody_else_is_told_once_a_day(
    world: World, told_founder: User, submitted: Filing, signed_in: SignedIn
) -> None:
    paper = Attachment.objects.first()
    assert paper is not None
    address = paper.get_absolute_url()

    signed_in("founder").get(address)
    assert not Disclosure.objects.exists()  # one's own
    officer = signed_in("community_worker")
    for _ in range(3):
        assert officer.get(address).status_code == 200
    signed_in("street_officer").get(address)

    assert Disclosure.objects.filter(person=told_founder).count() == 2
    page = signed_in("founder").get("/my/access-log/").content.decode()
    assert page.count("打开了你的申请材料") == 4  # twice in the list, twice for a screen reader


def test_a_stranger_who_may_not_open_it_leaves_no_trace(world: World, submitted: Filing, signed_in: SignedIn) -> None:
    paper = Attachment.objects.first()
    assert paper is not None

    assert signed_in("stranger").get(paper.get_absolute_url()).status_code == 404
    assert not Event.objects.filter(name="privacy.read_file").exists()


def test_an_export_of_many_rows_is_tied_to_its_people_in_a_few_statements(
    world: World, told_founder: User, filed: Organization
) -> None:
    officer = world["street_officer"]
    event = record(officer, "exports.personal", None, scope=world.street.path, rows=1, label="名册")
    with CaptureQueriesContext(connection) as queries:
        tied = disclose(event, Organization.objects.filter(scope__startswith=world.street.path).values_list("owner"))

    assert tied == 1
    assert disclose(event, Organization.objects.values_list("owner")) == 0  # again ties nobody twice
    look = Disclosure.objects.get()
    assert look.person == told_founder
    assert sound_rows(Disclosure, [look.pk]) == {look.pk}
    assert len([q for q in queries.captured_queries if "INSERT INTO core_disclosure" in q["sql"]]) == 1


def test_people_given_by_key(world: World) -> None:
    officer, resident = world["street_officer"], world["resident"]
    event = record(officer, "registers.looked_up", None, scope=world.street.path)

    assert disclose(event, [resident.pk, officer.pk, resident.pk]) == 1
    assert disclose(event, [resident.pk]) == 0


def test_a_look_is_questioned_from_the_page_and_only_by_its_person(
    world: World, told_founder: User, submitted: Filing, signed_in: SignedIn
) -> None:
    paper = Attachment.objects.first()
    assert paper is not None
    signed_in("street_officer").get(paper.get_absolute_url())
    look = Disclosure.objects.get()
    typed = {"kind": "question", "look": str(look.pk)}

    begun = signed_in("founder").post("/me/requests/", typed)

    assert begun.status_code == 302
    case = DataRequest.objects.get()
    assert (case.kind, case.event_id, case.scope) == ("question", look.event_id, world.district.path)
    assert signed_in("stranger").post("/me/requests/", typed).status_code == 404
    assert signed_in("stranger").post("/me/requests/", {"kind": "question", "look": "x"}).status_code == 404


@pytest.mark.parametrize("who", ["resident", "street_officer", "sysadmin"])
def test_the_page_is_there_for_everybody(world: World, signed_in: SignedIn, who: str) -> None:
    assert signed_in(who).get("/my/access-log/").status_code == 200


def test_records_handed_out_in_bulk_are_told_to_owners_and_to_whoever_was_verified(
    world: World, told_founder: User, filed: Organization
) -> None:
    other, officer = world["resident"], world["street_officer"]
    shown = keyed_hash("110105194912310038", "id_number")
    VerifiedNumber.objects.create(person=other, kind="id_number", value_hash=shown, verified_by=officer)
    for n in range(3):  # two more of the founder's, and one that has no account and whose card was seen
        last = Organization.objects.get(pk=filed.pk)
        last.pk, last.uid, last.name, last.number, last._state.adding = None, f"uid{n}", f"书画社{n}", f"N{n}", True
        last.save()
    Organization.objects.filter(pk=last.pk).update(owner=None, leader_id_hash=shown)
    event = record(officer, "exports.make", None, scope=world.street.path, register="organizations")

    assert disclose_many(event, Organization.objects.filter(name="谁也不是")) == 0
    assert disclose_many(event, Organization.objects.select_related("area").order_by("pk")[:1]) == 1  # cut
    assert disclose_many(event, Organization.objects.order_by("name")) == 1  # the other one; nobody twice
    assert disclose_many(event, Organization.objects.all()) == 0

    looks = Disclosure.objects.filter(event=event)
    assert set(looks.values_list("person", flat=True)) == {told_founder.pk, other.pk}
    assert sound_rows(Disclosure, list(looks.values_list("pk", flat=True))) == set(looks.values_list("pk", flat=True))


def test_what_was_changed_behind_the_programs_back_is_not_marked_anew(
    world: World, told_founder: User, filed: Organization
) -> None:
    event = record(world["street_officer"], "exports.make", None, scope=world.street.path)
    disclose_many(event, Organization.objects.all())
    look = Disclosure.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_disclosure SET person_id = %s", [world["stranger"].pk])

    disclose_many(event, Organization.objects.all())

    assert sound_rows(Disclosure, [look.pk]) == set()


def test_rows_nobody_declared_cannot_be_handed_out_in_silence(world: World) -> None:
    event = record(world["street_officer"], "exports.make", None, scope=world.street.path)

    with pytest.raises(LookupError, match=r"of core\.Event are"):
        disclose_many(event, Event.objects.all())
