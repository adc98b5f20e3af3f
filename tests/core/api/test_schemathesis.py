"""Whatever is sent, the answer is one the document names: no server error, the right type, the right shape.

A modest number of cases by default; `LINLI_API_CASES=400 pytest tests/core/api/test_schemathesis.py` runs some
ten thousand.
"""

from __future__ import annotations

import contextlib
import os
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
from tests.personas import World

from linli.core.api.models import RateWindow
from linli.organizations.models import Organization
from linli.wsgi import application

CASES = int(os.environ.get("LINLI_API_CASES", "6"))
PERSONAS = os.environ.get("LINLI_API_PERSONAS", "street_officer").split(",")

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
def programs(world: World, filed: Organization) -> list[Program]:
    return [Program(world[name]) for name in PERSONAS]


def test_every_answer_is_one_the_document_names(api_schema: Any, programs: list[Program]) -> None:
    wrong: list[str] = []
    for found in api_schema.get_all_operations():
        operation = found.ok()
        for mode in GenerationMode:
            wrong += tried(operation, mode, programs)
    print("\n\n".join(wrong))
    assert len(wrong) == 0


def tried(operation: Any, mode: GenerationMode, programs: list[Program]) -> list[str]:
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
            RateWindow.objects.all().delete()
            headers = program.headers | {"Accept-Encoding": "identity"}
            if mode is GenerationMode.POSITIVE and "Idempotency-Key" in case.headers:
                # A key that was used for something else is refused, as it must be; each case is a new call.
                headers["Idempotency-Key"] = str(uuid4())
            try:
                with transaction.atomic():
                    case.call_and_validate(headers=headers)
            except FailureGroup as group:
                with transaction.atomic():
                    again = case.call(headers=headers)
                said = f"{case.as_curl_command()[:2000]}\n{again.status_code} {again.text[:400]}"
                # Refused by the action, in its own words: what makes a table or an address good no schema says.
                refused = again.status_code == 422 and again.json()["code"] != "input.invalid"
                for failure in group.exceptions:
                    if refused and isinstance(failure, RejectedPositiveData):
                        continue
                    seen.setdefault(failure.title, f"{operation.label}: {failure}\n{said}")

    with contextlib.suppress(Unsatisfiable):  # a path without parts has no wrong form
        call()
    return list(seen.values())
