"""The three administrators see no business data: by no page, no address of a record, file or export, no search."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.personas import World

from linli.areas.models import Area
from linli.core.access.models import User
from linli.core.files.models import Attachment
from linli.core.privacy.registry import REVEALABLE
from linli.core.workflow.models import Task
from linli.organizations.actions.amendments import begin_amendment
from linli.organizations.models import Filing, Organization

ADMINISTRATORS = ("sysadmin", "secadmin", "auditadmin")
# What is written nowhere but in the business data of this test.
SECRETS = ("凤亭下书画社", "陈秀梅", "11010519491231002X", "13800002046", "书法、国画公益教学", "文化活动中心 203")
# Shown to builders, or to everybody alike: the document of the API has examples, which are nobody's.
LEFT_ALONE = ("demo/", "patterns/", "accounts/", "elder/", "api/v1/openapi.json", "api/v1/docs")


@pytest.fixture
def business(world: World, filed: Organization) -> dict[str, list[str]]:
    """A filed organization with its papers, an amendment and an open duty; the values that addresses ask for."""
    amendment = begin_amendment(filed, kind="name", actor=world["founder"])
    filing = Filing.objects.get()
    file = Attachment.objects.first()
    task = Task.objects.filter(closed_at__isnull=True).first()
    assert file is not None
    # The register is public: what every visitor may read is no secret. This one has gone from it.
    Organization.objects.filter(pk=filed.pk).update(legal_status="banned")
    account = world["street_officer"]
    return {
        "uid": [filed.uid, filing.uid, amendment.uid, file.uid, account.uid],
        "pk": [str(filed.pk), str(filing.pk), str(task.pk if task else 1), *map(str, _areas())],
        "slug": ["filing", "amendment", "appointment", "organizations"],
        "kind": [*REVEALABLE, "name", "leader", "handover"],
        "field": ["leader_phone", "leader_id_number", "phone", "founders"],
        "key": ["filing.days", "security.password_days"],
        "page": ["basics", "change", "check"],
        "step": ["agree_filing", "approve_amendment", "agree_appointment"],
        "verb": ["lock", "rename"],
        "number": [str(filed.number), str(filing.number)],
        "code": [str(filed.number)],
        "name": ["charter.pdf"],
        "face": ["form"],
        "choice": ["on"],
        "register": ["organizations"],
        "format": ["csv", "xlsx"],
    }


def _areas() -> list[int]:
    return list(Area.objects.values_list("pk", flat=True)[:2])


def patterns(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one, before + str(one.pattern))
        elif isinstance(one, URLPattern):
            yield before + str(one.pattern)


def addresses(known: dict[str, list[str]]) -> Iterator[str]:
    """Every address of the platform with every value it might be asked with."""
    for pattern in patterns(get_resolver()):
        plain = (
            re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<str:\1>", pattern).replace("^", "").replace("$", "").replace("\\Z", "")
        )
        if plain.startswith(LEFT_ALONE):
            continue
        filled = [plain]
        for name in re.findall(r"<(?:\w+:)?(\w+)>", plain):
            values = known.get(name, [value for values in known.values() for value in values][:6] if known else [])
            filled = [re.sub(rf"<(?:\w+:)?{name}>", value, one, count=1) for one in filled for value in values][:8]
        yield from (f"/{one}" for one in filled)


@pytest.mark.parametrize("who", ADMINISTRATORS)
def test_no_page_and_no_address_shows_an_administrator_business_data(
    world: World, business: dict[str, list[str]], who: str
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(world[who], "allauth.account.auth_backends.AuthenticationBackend")
    leaks, broken, opened = [], [], 0
    plain = {address for address in addresses({}) if "<" not in address}
    for address in sorted(set(addresses(business))):
        for query in ("", "?q=凤亭") if address in plain else ("",):
            answer = client.get(address + query)
            if answer.status_code >= 500:
                broken.append(address)
            if answer.status_code != 200:
                break
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            text = body.decode(errors="replace")
            opened += 1
            leaks += [(address + query, secret) for secret in SECRETS if secret in text]

    assert broken == []
    assert leaks == []
    assert opened > 20
    assert client.get(f"/files/{business['uid'][3]}/").status_code == 404


def test_the_same_walk_finds_it_all_for_an_officer(world: World, business: dict[str, list[str]]) -> None:
    """The walk would see a leak: whoever may read the case is shown what the administrators are not."""
    client = Client(raise_request_exception=False)
    client.force_login(world["street_officer"], "allauth.account.auth_backends.AuthenticationBackend")
    seen = "".join(
        answer.content.decode(errors="replace")
        for address in sorted(set(addresses(business)))
        if "/cases/" in address and (answer := client.get(address)).status_code == 200
    )

    assert {secret for secret in SECRETS if secret in seen} >= {"凤亭下书画社", "书法、国画公益教学"}
    assert User.objects.filter(username="sysadmin").exists()
