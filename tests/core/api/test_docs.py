"""The document is whole, its page keeps to the policy, and the client in the docs works as printed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.core.api.conftest import Program

from linli.core.api.rooms import SCOPES
from linli.core.registers import REGISTRY as REGISTERS
from linli.core.workflow.declare import REGISTRY as PROCESSES
from linli.core.workflow.wizard import WIZARDS

DOCS = Path(__file__).parents[3] / "docs" / "api.md"


@pytest.fixture
def document(db: Any) -> Any:
    return Client().get("/api/v1/openapi.json").json()


def operations(document: Any) -> list[tuple[str, Any]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_everything_has_words_and_an_example(document) -> None:
    assert document["openapi"].startswith("3.1")
    lacking = []
    for name, operation in operations(document):
        if not re.search("[一-鿿]", operation["summary"]) or len(operation["tags"]) != 1:
            lacking.append(name)
        contents = [operation["requestBody"]] if "requestBody" in operation else []
        contents += [answer for answer in operation["responses"].values() if "content" in answer]
        for content in (found for each in contents for found in each["content"].values()):
            lacking += [name] if content.get("example") is None else []
        lacking += [f"{name} {p['name']}" for p in operation["parameters"] if p.get("example") is None]
    lacking += [name for name, schema in document["components"]["schemas"].items() if not schema.get("examples")]
    assert lacking == []
    assert {tag["name"] for tag in document["tags"]} == {op["tags"][0] for _, op in operations(document)}


def test_every_register_and_process_is_served(document) -> None:
    paths = document["paths"]
    for register in REGISTERS.values():
        assert f"/api/v1/registers/{register.slug}" in paths
        assert (f"/api/v1/public/{register.slug}" in paths) == (register.public is not None)
    for process in PROCESSES.values():
        assert f"/api/v1/cases/{process.slug}/{{uid}}/steps/{{step}}" in paths
        assert (f"/api/v1/cases/{process.slug}/{{uid}}/papers" in paths) == (process.slug in WIZARDS)


def test_whatever_is_not_open_asks_for_the_token(document) -> None:
    closed = {name for name, operation in operations(document) if operation.get("security")}
    opened = {name for name, operation in operations(document)} - closed
    assert {name.split("/")[3] for name in opened} == {
        *("public", "areas", "publicity", "privacy"),
        *("federations", "credit", "activities", "ranking", "custody", "grades", "revocations"),
        *("mediation", "voice"),  # the network and no case; what was said in public
    }
    assert document["components"]["securitySchemes"]["Bearer"]["scheme"] == "bearer"
    assert set(SCOPES) >= {"read:registers", "write:cases", "reveal:registers", "read:me"}


def test_the_page_needs_no_network_and_no_inline_script(client, db) -> None:
    page = client.get("/api/v1/docs")
    text = page.content.decode()
    sources = re.findall(r"(?:src|href)=\"([^\"]+)\"", text)

    assert page.status_code == 200
    assert [source for source in sources if not source.startswith("/")] == []
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text) == []
    assert "script-src 'self'" in page["Content-Security-Policy"]
    for source in sources:
        if "/docs/" in source:
            assert client.get(source).status_code == 200
    assert client.get("/api/v1/docs/swagger_ui.py").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_client_in_the_docs_works_as_printed(live_server, world, submitted) -> None:
    code = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)[0]
    program = Program(world["community_worker"])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "LINLI": live_server.url, "LINLI_TOKEN": program.secret},
        capture_output=True,
        text=True,
        check=True,
    )

    assert len([line for line in code.splitlines() if line.strip()]) <= 13
    assert done.stdout == "凤亭下书画社申请备案 ['同意，报街道', '不同意，报街道', '退回补正']\n"
