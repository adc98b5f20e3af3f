"""Whatever is sent, the answer is one the document names: no server error, the right type, the right shape.

Every day each operation is called with one case of each kind, by one persona. More, by others:
`LINLI_API_CASES=60 LINLI_API_PERSONAS=street_officer,sysadmin,nobody pytest tests/core/api/test_schemathesis.py`.
Most generated ids are of nothing, so half the cases get ids of records that are there (`ground.py`).
"""

from __future__ import annotations

import contextlib
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
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.openapi.checks import RejectedPositiveData
from tests.core.api.conftest import Program
from tests.core.api.ground import Ground
from tests.personas import World

from linli.core.api import limits
from linli.wsgi import application

CASES = int(os.environ.get("LINLI_API_CASES", "1"))
PERSONAS = os.environ.get("LINLI_API_PERSONAS", "street_officer").split(",")
ONLY = os.environ.get("LINLI_API_ONLY", "")
# Refused by the action, in its own words: what makes a table or an address good no schema says.
OWN_WORDS = ("input.invalid",)

load_all_checks()


@pytest.fixture
def api_schema(world: World) -> Any:
    """The document as it is served. A real server would close the connection in which the test's rows are."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def programs(world: World) -> list[Program]:
    """One a persona; `nobody` calls without a token."""
    return [Program(world[name] if name != "nobody" else None) for name in PERSONAS]


def test_every_answer_is_one_the_document_names(
    api_schema: Any, programs: list[Program], ground: Ground, monkeypatch: Any
) -> None:
    monkeypatch.setattr(limits, "check", lambda allowance: None)
    wrong: list[str] = []
    told: Counter[int] = Counter()
    random.seed(7)
    began = time.monotonic()
    for found in api_schema.get_all_operations():
        operation = found.ok()
        if ONLY in operation.label:
            for mode in GenerationMode:
                wrong += tried(operation, mode, programs, ground, told)
    print("\n\n".join(wrong))
    print(f"{told.total()} calls in {time.monotonic() - began:.0f} s: {dict(sorted(told.items()))}")
    assert len(wrong) == 0
    assert {status for status in told if status >= 500} == set()


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
            if mode is GenerationMode.POSITIVE:
                if "Idempotency-Key" in case.headers:
                    # A key that was used for something else is refused, as it must be; each case is a new call.
                    headers["Idempotency-Key"] = str(uuid4())
                if CASES < 20 or random.random() < 0.5:
                    ground.aim(operation, case)
                    if "If-Match" in case.headers:
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
            refused = again.status_code in (410, 422) and again.json()["code"] not in OWN_WORDS
            for failure in failed.exceptions:
                if not (refused and isinstance(failure, RejectedPositiveData)):
                    seen.setdefault(failure.title, f"{operation.label}: {failure}\n{said}")

    with contextlib.suppress(Unsatisfiable):  # a path without parts has no wrong form
        call()
    return list(seen.values())
