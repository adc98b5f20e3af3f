"""Whatever is sent, the answer is one the document names: no server error, the right type, the right shape.

Every day each operation is called with one case of each kind, by one persona. More, by others:
`LINLI_API_CASES=60 LINLI_API_PERSONAS=street_officer,sysadmin,nobody pytest tests/core/api/test_schemathesis.py`.
Most generated ids are of nothing, so half the cases get ids of records that are there (`ground.py`).
What is forbidden is sent by somebody who is known: half of it would otherwise be no more than a missing token, which
the allowed cases try too (each is sent again without, and with a wrong one).
"""

from __future__ import annotations

import copy
import os
import random
import time
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.core.failures import AcceptedNegativeData, FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.openapi.checks import RejectedPositiveData
from tests.core.api.conftest import Program
from tests.core.api.ground import Ground
from tests.personas import World

from linli.core.api import limits
from linli.wsgi import application

CASES = int(os.environ.get("LINLI_API_CASES", "1"))
PERSONAS = os.environ.get("LINLI_API_PERSONAS", "street_officer").split(",")
ONLY = os.environ.get("LINLI_API_ONLY", "")
# Any other code is of an action, in its own words: what makes a table or an address good no schema says.
FORM_WORDS = ("input.invalid",)

load_all_checks()


@pytest.fixture
def documents(world: World) -> Any:
    """The document as it is served for what it allows, and one that takes the token for granted for what it forbids.

    A real server would close the connection in which the test's rows are.
    """
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    served = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    raw = copy.deepcopy(served.raw_schema)
    raw.pop("security", None)
    for operations in raw["paths"].values():
        for operation in operations.values():
            operation.pop("security", None)
    known = schemathesis.openapi.from_dict(raw)
    known.app, known.location = served.app, served.location
    yield {GenerationMode.POSITIVE: served, GenerationMode.NEGATIVE: known}
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def programs(world: World) -> list[Program]:
    """One a persona; `nobody` calls without a token."""
    return [Program(world[name] if name != "nobody" else None) for name in PERSONAS]


def test_every_answer_is_one_the_document_names(
    documents: Any, programs: list[Program], ground: Ground, monkeypatch: Any
) -> None:
    monkeypatch.setattr(limits, "check", lambda allowance: None)
    wrong: list[str] = []
    told: Counter[int] = Counter()
    random.seed(7)
    began = time.monotonic()
    for mode, document in documents.items():
        for found in document.get_all_operations():
            operation = found.ok()
            if ONLY in operation.label and (mode is GenerationMode.POSITIVE or has_wrong_form(operation)):
                wrong += tried(operation, mode, programs, ground, told)
    print("\n\n".join(wrong))
    print(f"{told.total()} calls in {time.monotonic() - began:.0f} s: {dict(sorted(told.items()))}")
    assert len(wrong) == 0
    assert {status for status in told if status >= 500} == set()


def has_wrong_form(operation: Any) -> bool:
    """Whether anything it takes can be of a forbidden form; to look for one that is not there takes a second."""
    free = {"type": "string", "pattern": "^[^\\x00]*$"}
    bound = any(
        what.definition["schema"] | {"title": ""} != free | {"title": ""} for what in operation.path_parameters
    )
    asked = any(header.name != "If-None-Match" for header in operation.headers)
    return bool(bound or asked or list(operation.query) or list(operation.body))


def tried(
    operation: Any, mode: GenerationMode, programs: list[Program], ground: Ground, told: Counter[int]
) -> list[str]:
    """What went wrong with one operation; each kind of failure once."""
    seen: dict[str, str] = {}

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=CASES,
        deadline=None,
        derandomize=CASES < 20,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def call(case: Any) -> None:
        for program in programs:
            headers = program.headers | {"Accept-Encoding": "identity"}
            if not case.meta.is_negative_at(ParameterLocation.HEADER) and "Idempotency-Key" in case.headers:
                # A key that was used for something else is refused, as it must be; each case is a new call.
                headers["Idempotency-Key"] = str(uuid4())
            if CASES < 20 or random.random() < 0.5:
                if not case.meta.is_negative_at(ParameterLocation.PATH):
                    ground.aim(operation, case)
                if not case.meta.is_negative_at(ParameterLocation.HEADER) and "If-Match" in case.headers:
                    headers["If-Match"] = "*"
            failed = again = None
            # What a case does is taken back: the next one finds the ground as it was.
            with transaction.atomic():
                try:
                    told[case.call_and_validate(headers=headers).status_code] += 1
                except FailureGroup as group:
                    failed = group
                transaction.set_rollback(True)
            if failed is None:
                continue
            with transaction.atomic():
                again = case.call(headers=headers)
                transaction.set_rollback(True)
            told[again.status_code] += 1
            said = f"{case.as_curl_command()[:2000]}\n{again.status_code} {again.text[:600]}"
            good: tuple[type[Exception], ...] = ()
            if again.status_code in (410, 422) and again.json()["code"] not in FORM_WORDS:
                good = (RejectedPositiveData,)
            elif again.status_code == 412:  # an If-Match of a form that none of our ETags has
                good = (AcceptedNegativeData,)
            for failure in failed.exceptions:
                if not isinstance(failure, good):
                    seen.setdefault(failure.title, f"{operation.label}: {failure}\n{said}")

    call()
    return list(seen.values())
