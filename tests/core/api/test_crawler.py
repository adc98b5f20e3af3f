"""Every persona's token over every GET: what lies in another area, or is another's, is found nowhere."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.core.api.conftest import Program
from tests.personas import PDF, PERSONAS, World

from linli.core.api.mount import api
from linli.core.files.actions import store
from linli.core.files.queries import attachments_of
from linli.core.notices import notify
from linli.core.registers import REGISTRY as REGISTERS
from linli.core.workflow.declare import REGISTRY as PROCESSES
from linli.organizations.actions.amendments import begin_amendment, submit_amendment
from linli.organizations.models import Amendment, Organization

# Who may see what lies in 东方街道金苑社区 and is the founder's.
READERS = {
    "founder",
    "community_worker",
    "community_head",
    "street_officer",
    "street_head",
    "district_officer",
    "district_head",
    "auditor",
}
SECRETS = ("陈秀梅", "林伟", "13800002046", "11010519491231002X", "138****2046")


@pytest.fixture
def amendment(world: World, filed: Organization) -> Amendment:
    case = begin_amendment(filed, kind="address", actor=world["founder"])
    case.new_address, case.cause = "别处 9 号", "原场地到期"
    case.save()
    paper = SimpleUploadedFile("proof.pdf", PDF, "application/pdf")
    store(paper, subject=case, slot="proof", actor=world["founder"])
    return submit_amendment(case, actor=world["founder"])


def addresses(filed: Organization, amendment: Amendment, world: World) -> dict[str, str]:
    """Every GET with the founder's things put in, and the words by which a leak shows."""
    filing = filed.filing
    told = notify(world["founder"], kind="case.filing", title="只给本人的话")
    paper = attachments_of(amendment).get()
    uids = {
        "/registers/organizations/{uid}": filed.uid,
        "/public/organizations/{uid}": filed.uid,
        "/cases/filing/{uid}": filing.uid,
        "/cases/filing/{uid}/timeline": filing.uid,
        "/cases/amendment/{uid}": amendment.uid,
        "/cases/amendment/{uid}/timeline": amendment.uid,
        "/files/{uid}": paper.uid,
    }
    assert told.title
    found = {}
    for path, methods in api().get_openapi_schema(path_prefix="/api/v1/")["paths"].items():
        if "get" not in methods:
            continue
        short = path.removeprefix("/api/v1")
        given = {"{code}": "440511005", "{key}": "filing.days", "{uid}": uids.get(short, filed.uid)}
        for name, value in given.items():
            path = path.replace(name, value)
        found[short] = path.removeprefix("/api/v1")
    return found


@pytest.mark.parametrize("name", PERSONAS)
def test_nobody_finds_what_is_anothers(world: World, filed: Any, amendment: Any, name: str) -> None:
    program, reads = Program(world[name]), name in READERS
    for template, path in addresses(filed, amendment, world).items():
        answer = program.get(path)
        body = b"".join(answer.streaming_content).decode("latin-1") if answer.streaming else answer.content.decode()
        assert answer.status_code in (200, 404), path
        open_ = template.startswith(("/public/", "/areas"))
        if not reads and not open_:
            assert filed.name not in body, path
            assert filed.uid not in body, path
            assert amendment.uid not in body, path
        if not reads and "{uid}" in template and not open_:
            assert answer.status_code == 404, path
        if reads and template.startswith(("/registers/", "/cases/filing/", "/cases/amendment/")):
            assert answer.status_code == 200, path
        if template != "/me":
            assert [secret for secret in SECRETS[:4] if secret in body] == [], path
        assert ("只给本人的话" in body) == (template == "/notices" and name == "founder"), path


def test_the_crawler_knows_every_register_and_process(world: World, filed: Any, amendment: Any) -> None:
    """A new one must be put into the crawl with something of another area."""
    known = addresses(filed, amendment, world)
    assert {f"/registers/{slug}" for slug in REGISTERS} <= set(known)
    assert {f"/cases/{slug}" for slug in PROCESSES} <= set(known)
    assert set(PROCESSES) == {"filing", "amendment", "appointment", "request"}
    assert set(REGISTERS) == {"organizations"}
