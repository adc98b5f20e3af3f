"""A case is closed: by page, API, list, search, export, inbox, notices and the trace."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.mediation.table import FACTS, NOTES, SECRETS, TERMS, Network, case_at
from tests.personas import PERSONAS

from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.audit.queries import lines_of
from linli.core.notices.models import Notice
from linli.core.workflow import inbox
from linli.core.workflow.models import CaseVersion
from linli.mediation.actions import cases as actions
from linli.mediation.choices.states import CaseState
from linli.mediation.models import MediationCase
from linli.mediation.queries import cases_visible_to

pytestmark = pytest.mark.django_db

OUTSIDERS = (
    *("other_head", "other_mediator", "expert", "stranger", "community_worker", "community_head", "street_officer"),
    *("street_head", "district_officer", "district_head", "auditor", "sysadmin", "secadmin", "auditadmin"),
)
INSIDERS = ("resident", "party", "lead", "social", "head")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def pages(case: MediationCase) -> list[str]:
    return [
        reverse("core:case", args=["mediation", case.uid]),
        reverse("mediation:sheet", args=[case.uid]),
        reverse("core:wizard", args=["mediation", case.uid, "matter"]),
    ]


@pytest.mark.parametrize("who", OUTSIDERS)
def test_nobody_outside_opens_finds_or_is_told_of_it(net: Network, who: str) -> None:
    case = case_at(net, "performing")
    user = net[who]
    client = signed_in(user)

    answers = {address: client.get(address).status_code for address in pages(case)}
    found = client.get(reverse("portal:find"), {"q": case.number}).content.decode()
    listed = client.get(reverse("core:cases", args=["mediation"]))
    desk = client.get(reverse("portal:desk"))

    assert set(answers.values()) == {404}
    assert client.post(reverse("mediation:papers", args=[case.uid])).status_code == 404
    assert case.uid not in found
    for answer in (listed, desk):
        assert case.uid not in answer.content.decode()
    assert case.number not in listed.content.decode()
    assert not cases_visible_to(user).exists()
    assert [row for row in inbox.page(user).rows if row.process == "mediation"] == []
    assert not Notice.objects.filter(recipient=user, kind__contains="mediation").exists()


@pytest.mark.parametrize("who", INSIDERS)
def test_those_of_the_case_open_it_and_the_notes_are_the_mediators(net: Network, who: str) -> None:
    case = case_at(net, "performing")

    text = signed_in(net[who]).get(reverse("core:case", args=["mediation", case.uid])).content.decode()

    assert (FACTS in text, TERMS in text) == (True, True)
    assert (NOTES in text) == (who in ("lead", "social", "head"))


def test_the_sides_do_not_read_of_danger(net: Network) -> None:
    case = actions.flag_danger(case_at(net, "mediating"), reason="扬言动手", actor=net["lead"])
    address = reverse("core:case", args=["mediation", case.uid])

    said = {who: "激化" in signed_in(net[who]).get(address).content.decode() for who in ("resident", "lead", "head")}
    told = {who: "扬言动手" in signed_in(net[who]).get(address).content.decode() for who in ("party", "lead")}

    assert said == {"resident": False, "lead": True, "head": True}
    assert told == {"party": False, "lead": True}


def test_the_trace_holds_steps_and_no_words(net: Network) -> None:
    case = actions.breach_agreement(case_at(net, "performing"), reason="没有改装排水管", actor=net["lead"])
    kind = ContentType.objects.get_for_model(MediationCase)
    events = list(Event.objects.filter(subject_type=kind, subject_id=case.pk))

    details = json.dumps([event.detail for event in events], ensure_ascii=False)
    lines = " ".join(str(line) for line in lines_of(events))

    assert len(events) > 12
    for secret in (*SECRETS, "没有改装排水管"):
        assert secret not in details
        assert secret not in lines
    assert not CaseVersion.objects.filter(case_type=kind).exists()
    assert [notice for notice in Notice.objects.all() if any(s in notice.title + notice.body for s in SECRETS)] == []


def test_what_was_said_is_encrypted_in_the_tables(net: Network) -> None:
    case = case_at(net, "performing")
    with connection.cursor() as cursor:
        stored = ""
        for table in ("case", "party", "session"):
            cursor.execute(f"SELECT t::text FROM mediation_mediation{table} t")
            stored += " ".join(row[0] for row in cursor.fetchall())

    assert case.number in stored
    assert [secret for secret in SECRETS if secret in stored] == []


@pytest.mark.parametrize("state", CaseState.values)
def test_list_and_rule_agree(net: Network, state: str) -> None:
    case = case_at(net, state)
    people = (*INSIDERS, *PERSONAS, "expert", "other_head", "other_mediator")

    listed = {who for who in people if cases_visible_to(net[who]).filter(pk=case.pk).exists()}
    ruled = {who for who in people if net[who].has_perm("mediation.view_mediation", case)}

    assert listed == ruled
    assert ruled <= set(INSIDERS)


def test_who_typed_it_reads_it_until_the_sides_are_asked(net: Network) -> None:
    worker = net["community_worker"]
    case = actions.begin_case(net.committee, actor=worker, behalf=True, source="grid")
    values = {"first_name": "甲", "second_name": "乙", "dispute": "other", "facts": FACTS, "wish": "和好"}
    case = actions.save_case(case, actor=worker, revision=None, **values)
    case = actions.submit_case(case, actor=worker)
    before = cases_visible_to(net["community_worker"]).filter(pk=case.pk).exists()

    actions.ask_consent(case, actor=net["head"])

    after = cases_visible_to(net["community_worker"]).filter(pk=case.pk).exists()
    assert (before, after) == (True, False)


def test_who_has_left_the_table_or_the_post_sees_it_no_more(net: Network) -> None:
    case = case_at(net, "mediating")
    actions.reassign_case(case, lead=net.rows["expert"].uid, reason="回避", actor=net["head"])
    net.people["head"].posts.all().update(valid_to="2026-01-01")

    assert not cases_visible_to(net["lead"]).exists()
    assert not cases_visible_to(net["head"]).exists()
    assert cases_visible_to(net["expert"]).exists()


def test_lists_cost_the_same_with_one_case_and_with_several(net: Network, django_assert_num_queries: Any) -> None:
    from django.test.utils import CaptureQueriesContext

    def cost(who: str, address: str) -> int:
        client = signed_in(net[who])
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    asked = (
        ("head", reverse("core:cases", args=["mediation"])),
        ("head", reverse("mediation:load")),
        ("resident", reverse("mediation:mine")),
        ("street_officer", reverse("mediation:bodies")),
        ("stranger", reverse("mediation:network")),
    )
    case_at(net, "mediating")
    one = {address: cost(who, address) for who, address in asked}
    for _n in range(4):
        case_at(net, "accepted")
    several = {address: cost(who, address) for who, address in asked}

    assert several == one
