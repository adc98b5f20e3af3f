"""Each persona's token over each operation: what is another's is found nowhere, and nobody changes it.

`ground` has one of everything, in 东方街道 or the founder's, so that there is something to leak.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.core.api.conftest import ROOT, Program
from tests.core.api.ground import Ground
from tests.personas import PDF, World

from linli.core.api import limits
from linli.core.api.models import ApiToken
from linli.core.api.mount import api
from linli.core.api.rooms import SCOPES
from linli.core.audit.models import Event
from linli.core.parameters.models import ParameterValue

Operation = tuple[str, str, dict[str, Any]]

SECRETS = ("陈秀梅", "林伟", "13800002046", "11010519491231002X", "secret-of-the-founder")
MARKS = ("凤亭下书画社", "东方街道文体", "东方大屏", "东方街道名册", "只给本人的话", "书画社群", "本人的程序")
# What every visitor, or everybody who is signed in, may read.
OPEN = (
    "/grades/{uid}",
    "/public",
    "/federations",
    "/areas",
    "/publicity",
    "/privacy/notice",
    "/calendar",
    "/me",
    "/data/holdings",
    "/names",
    "/ranking",
    "/voice/reports",
)
# Whoever holds a post reads these: who answers for what is no secret in the house.
POSTED = ("/parameters", "/privacy/processing")
FEDERATED = tuple(
    f"/cases/{slug}"
    for slug in (
        *("membership", "enquiry", "pillar", "occasion", "tenure", "friendship"),
        *("partyunit", "partysession"),
        *("custody", "custodyentry"),
    )
)
# What every officer of a street reads of organizations.
OF_ORGANIZATIONS = tuple(
    f"/cases/{slug}"
    for slug in (
        *("filing", "amendment", "listing", "activity", "incubation", "dormancy"),
        *("annualreport", "registration", "deregistration", "revocation"),
        "grad",  # the round, the grading and what lowers it; of the sheets, the tests of grading know more
    )
)
# Numbers are compared across a district; the records behind them are the reader's own (tests/indicators/test_api.py).
COUNTING = (*POSTED, "/figures")
OFFICERS = (
    *COUNTING,
    *FEDERATED,
    *OF_ORGANIZATIONS,
    "/credit",
    "/custody",
    "/grades/organizations",
    "/party",
    "/registers",
    "/files",
    "/find",
    "/desk",
    "/cases/report",
)
ADMINISTERS = (
    *POSTED,
    "/accounts",
    "/bodies",
    "/posts",
    "/rights",
    "/cases/appointment",
    "/cases/standings",
    "/tokens",
    "/exports/columns",
)
# Where a persona may meet what `ground` made; everywhere else it must not.
SEES = {
    "resident": (),
    "other_street_officer": COUNTING,
    "neighbour_worker": COUNTING,
    "sysadmin": (*ADMINISTERS, "/reforms"),
    "secadmin": (*ADMINISTERS, "/privacy/retention", "/cases/assessment"),
    "auditadmin": (*POSTED, "/audit"),
    "founder": (
        "/registers",
        "/cases",
        "/custody",
        "/grades/organizations",
        "/inbox",
        "/files",
        "/notices",
        "/data",
        "/tokens",
        "/find",
    ),
    "street_officer": (
        *OFFICERS,
        "/inbox",
        "/boards",
        "/imports",
        "/filters",
        "/links",
        "/webhooks",
        "/exports",
        "/cases/request",
        "/cases/incident",
    ),
    "auditor": (
        *OFFICERS,
        "/cases/commendation",
        "/cases/request",
        "/cases/assessment",
        "/cases/incident",
        "/privacy",
    ),
}
OWNERS = ("founder", "street_officer", "auditor")


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """One token calls more operations here than it may in a minute."""
    monkeypatch.setattr(limits, "check", lambda allowance: None)


def operations(*methods: str) -> Iterator[Operation]:
    """Method, path below /api/v1, and the operation."""
    for path, found in api().get_openapi_schema(path_prefix="/api/v1/")["paths"].items():
        for method, operation in found.items():
            if method in methods:
                yield method.upper(), path.removeprefix("/api/v1"), operation


def asked(operation: dict[str, Any]) -> str:
    """The parameters that must be there, as their examples say."""
    needed = [p for p in operation["parameters"] if p["in"] == "query" and p["required"]]
    return "&".join(f"{p['name']}={p['example']}" for p in needed)


def read(answer: Any) -> str:
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode("utf-8", "replace")


@pytest.mark.parametrize("name", SEES)
def test_nobody_finds_what_is_anothers(world: World, ground: Ground, name: str) -> None:
    program, sees = Program(world[name]), (*OPEN, *SEES[name])
    for _method, path, operation in operations("get"):
        answer = program.get(f"{ground.filled(path)}?{asked(operation)}")
        body, seen = read(answer), path.startswith(sees)
        assert answer.status_code in (200, 403, 404, 409, 410), (path, body)
        if not path.startswith(("/data", "/me")):
            assert [secret for secret in SECRETS if secret in body] == [], path
        if not seen:
            assert [mark for mark in MARKS if mark in body] == [], path
            if "{" in path:
                assert answer.status_code in (403, 404), path


@pytest.mark.parametrize("name", OWNERS)
def test_whoever_may_read_does(world: World, ground: Ground, name: str) -> None:
    program = Program(world[name])
    wanted = [
        "/cases/filing/{uid}",
        "/cases/amendment/{uid}/timeline",
        "/registers/organizations/{uid}",
        "/files/{uid}",
    ]
    wanted += {
        "founder": ["/data/takeouts/{uid}", "/tokens/{uid}"],
        "street_officer": ["/imports/organizations/{uid}"],
    }.get(name, [])
    assert [path for path in wanted if program.get(ground.filled(path)).status_code != 200] == []


def send(program: Program, ground: Ground, method: str, path: str, operation: dict[str, Any]) -> Any:
    """A right call of a mutating operation, as its example says."""
    where, match = ground.filled(path), {"If_Match": "*"}
    content = operation.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in content:
        given = {"slot": "charter"} if "papers" in path else {}
        file = SimpleUploadedFile("a.pdf", PDF, "application/pdf")
        return program.client.post(ROOT + where, given | {"file": file}, headers=program.headers)
    body = content.get("application/json", {}).get("example")
    return program.call(method, where, body, **match)


# What names nothing of another's: what is declared, a link, which is the right to open it, and following a report
# that everybody may read, which changes nothing of it.
FOR_ALL = (
    *("/data/holdings", "/data/consents", "/notices/ways", "/links/{uid}/open"),
    *("/voice/reports/{uid}/join", "/voice/reports/{uid}/leave"),
)


@pytest.mark.parametrize("name", ["resident", "other_street_officer", "auditadmin"])
def test_nobody_changes_what_is_anothers(world: World, ground: Ground, name: str) -> None:
    program = Program(world[name])
    quiet = ("access.refused",)
    for method, path, operation in operations("post", "put", "patch", "delete"):
        if "{" not in path or path.startswith(FOR_ALL):
            continue
        if name == "auditadmin" and path.startswith("/audit"):
            continue
        before = Event.objects.exclude(name__in=quiet).count()
        answer = send(program, ground, method, path, operation)
        assert answer.status_code in (403, 404), (method, path, answer.content[:300])
        assert Event.objects.exclude(name__in=quiet).count() == before, (method, path)


def test_a_scope_opens_its_own_operations_and_no_other(world: World, ground: Ground) -> None:
    """Over all operations: a token with every scope but the one asked for is refused, whatever its person may."""
    ParameterValue.objects.create(  # there are more operations than a token may call in a minute
        key="api.calls_per_minute", scope=world.district.path, value=10_000, set_by=world["sysadmin"]
    )
    program = Program(world["street_officer"])
    for method, path, operation in operations("get", "post", "put", "patch", "delete"):
        for way in operation.get("security", []):
            (scope,) = way["Bearer"]
            ApiToken.objects.filter(pk=program.token.pk).update(scopes=[one for one in SCOPES if one != scope])
            answer = program.call(method, ground.filled(path), None, If_Match="*")
            assert (answer.status_code, answer.json()["code"]) == (403, "token.scope"), (method, path)


def test_no_session_changes_anything_without_the_word_of_its_page(world: World, ground: Ground) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(world["street_officer"], "allauth.account.auth_backends.AuthenticationBackend")
    for method, path, _operation in operations("post", "put", "patch", "delete"):
        answer = client.generic(method, ROOT + ground.filled(path), "{}", content_type="application/json")
        assert (answer.status_code, json.loads(answer.content)["code"]) == (403, "auth.csrf"), (method, path)


def test_nobody_without_a_token_comes_in(world: World, ground: Ground) -> None:
    visitor = Program(None)
    for method, path, operation in operations("get", "post", "put", "patch", "delete"):
        status = visitor.call(method, ground.filled(path), None, If_Match="*").status_code
        assert (status == 401) == ("security" in operation), (method, path, status)
