"""The document keeps to OpenAPI 3.1, and everything in it has words, examples that are right, and its errors."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from linli.core.api.mount import api
from linli.core.api.rooms import ROOMS, SCOPES
from linli.core.api.schemas import Answer, Input
from linli.core.registers.declare import REGISTRY as REGISTERS
from linli.core.workflow.declare import REGISTRY as PROCESSES


@pytest.fixture
def document(db: Any) -> Any:
    return Client().get("/api/v1/openapi.json").json()


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_the_document_keeps_to_openapi(document) -> None:
    assert document["openapi"].startswith("3.1")
    assert [error.message for error in OPENAPI_31_VALIDATOR.iter_errors(document)] == []


def test_every_example_is_valid_by_its_own_schema(document) -> None:
    """All of them by one schema: the shapes they share are read once."""
    schemas: dict[str, Any] = {}
    told: dict[str, Any] = {}

    def check(schema: Any, example: Any, where: str) -> None:
        assert where not in schemas
        schemas[where], told[where] = schema, example

    for name, schema in document["components"]["schemas"].items():
        for number, example in enumerate(schema["examples"]):
            check(schema, example, f"{name} {number}")
    for method, path, operation in operations(document):
        for parameter in operation["parameters"]:
            check(parameter["schema"], parameter["example"], f"{method} {path} {parameter['in']} {parameter['name']}")
        parts = [("body", operation.get("requestBody", {})), *operation["responses"].items()]
        for what, part in parts:
            for kind, content in part.get("content", {}).items():
                check(content["schema"], content["example"], f"{method} {path} {what} {kind}")
    for status, response in document["components"]["responses"].items():
        for kind, content in response["content"].items():
            check(content["schema"], content["example"], f"{status} {kind}")
    whole = {"properties": schemas, "components": document["components"]}
    validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    wrong = [f"{error.instance_path[:3]}: {error.message[:120]}" for error in validator.iter_errors(told)]
    assert wrong == []


def test_every_operation_has_words_a_name_of_its_own_and_one_tag(document) -> None:
    names = Counter(operation["operationId"] for _, _, operation in operations(document))
    assert [name for name, count in names.items() if count > 1] == []
    assert [name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]*", name)] == []
    dumb = [
        operation["operationId"]
        for _, _, operation in operations(document)
        for words in (operation["summary"], operation["description"], *operation["tags"])
        if not re.search("[一-鿿]", words) or len(operation["tags"]) != 1
    ]
    assert dumb == []
    assert all(re.search("[一-鿿]", tag["description"]) for tag in document["tags"])


def test_every_operation_says_its_errors(document) -> None:
    lacking = []
    for method, path, operation in operations(document):
        expected = {"400", "401", "403", "404", "422", "429"}
        if method != "get":
            expected |= {"409"}
        if any(parameter["name"] == "If-Match" for parameter in operation["parameters"]):
            expected |= {"412", "428"}
        lacking += [f"{method} {path} {status}" for status in expected - set(operation["responses"])]
    assert lacking == []


def test_the_scope_stands_in_the_document(document) -> None:
    asked = {
        scope
        for _, _, operation in operations(document)
        for way in operation.get("security", [])
        for scope in way["Bearer"]
    }
    assert asked == set(SCOPES)


def test_no_two_shapes_have_one_name() -> None:
    """They would be one in the document, whichever came last."""
    api()

    def below(shape: type) -> Iterator[type]:
        for inner in shape.__subclasses__():
            yield inner
            yield from below(inner)

    names = Counter(shape.__name__ for top in (Answer, Input) for shape in set(below(top)))
    names -= Counter(dict.fromkeys(("Step", "Draft"), 99))  # made anew for each case; see showing.py
    assert [name for name, count in names.items() if count > 1] == []


# --- lost updates -----------------------------------------------------------------------------------------------

#: Operations that change something that is there and ask for no version, with the reason.
# Every process has these by itself.
OF_CASES = {
    "reveal": "reads",
    "urge": "only reminds",
    "attach": "adds beside what is there",
    "detach": "a paper never changes",
}
UNGUARDED = {
    **{f"cases_{slug}_{what}": why for slug in PROCESSES for what, why in OF_CASES.items()},
    **{f"registers_{slug}_reveal": "reads" for slug in REGISTERS},
    "accounts_account_reveal": "reads",
    "data_holding_reveal": "reads",
    "links_open": "reads",
    "credit_withdraw": "again is refused",
    "grades_enter": "again is refused",
    "activities_check_in": "again is the same",
    "custody_close": "again closes the next month, or is refused",
    "custody_publish": "again is the same",
    "incubators_close": "again is refused",
    "mediation_change": "says itself what changes; what stood before stays in the trace",
    "mediation_close": "again is refused",
    "mediation_term": "again is refused",
    "mediation_enrol": "again is refused",
    "mediation_leave": "again is refused",
    "mediation_train": "again is refused",
    "mediation_attach": "adds beside what is there",
    "mediation_party_reveal": "reads",
    "party_leave": "again is refused",
    "party_post_end": "again is refused",
    "party_suggest": "again finds nothing to suggest",
    "files_remove": "a paper never changes",
    "files_restore": "a paper never changes",
    "exports_remove": "a file never changes",
    "data_takeout_remove": "a file never changes",
    "notices_robot_remove": "a robot never changes",
    "notices_read": "again is the same",
    "data_consent_give": "again is the same; the wording is in the answer",
    "data_consent_withdraw": "again is refused",
    "links_revoke": "again is the same, and must always be possible",
    "tokens_revoke": "again is the same, and must always be possible",
    "voice_join": "again is the same",
    "voice_leave": "again is the same",
    "voice_matter_change": "again is the same: it sets what is named and reads nothing",
    "webhooks_test": "sends only",
    "webhooks_again": "sends only, under the same id",
}


def test_whatever_changes_a_record_asks_for_its_version(document) -> None:
    """PUT and PATCH always; any other that names a record, unless it stands above with its reason."""
    unguarded = {
        operation["operationId"]
        for method, path, operation in operations(document)
        if method != "get" and ("{" in path or method in ("put", "patch"))
        if not any(parameter["name"] == "If-Match" for parameter in operation["parameters"])
    }
    assert unguarded - set(UNGUARDED) == set()
    assert not {"put", "patch"} & {
        method for method, _, operation in operations(document) if operation["operationId"] in unguarded
    }


def test_whatever_asks_for_a_version_can_be_read(document) -> None:
    """A guarded operation is of no use where no GET tells the version."""
    reads = {path for method, path, _ in operations(document) if method == "get"}
    for method, path, operation in operations(document):
        if any(parameter["name"] == "If-Match" for parameter in operation["parameters"]):
            start = path
            while start and start not in reads:
                start = start.rpartition("/")[0]
            assert start.count("/") > 3 or "calendar" in path, (method, path)


def test_rooms_are_told_apart() -> None:
    api()
    keys = Counter(room.key for _prefix, room in ROOMS)
    assert [key for key, count in keys.items() if count > 1] == []
