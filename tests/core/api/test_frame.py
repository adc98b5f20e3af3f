"""What surrounds every operation: errors as problems, limits, repeats, versions, origins."""

from __future__ import annotations

import json
import re
import threading
import time

import pytest
from django.db import connection, transaction
from django.test import Client
from tests.core.api.conftest import ROOT, Program

from linli.core.access.models import User
from linli.core.api.models import ApiToken, KeptAnswer, RateWindow
from linli.core.audit.models import Event
from linli.core.parameters.models import ParameterValue
from linli.organizations.models import Filing

PROBLEM = {"type", "title", "status", "detail", "code", "fields", "request_id"}


def raw(method: str, path: str, body: bytes | str = b"", kind: str = "application/json", **headers: str):
    client = Client(raise_request_exception=False)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.generic(method, ROOT + path, body, content_type=kind, headers=named)


@pytest.mark.parametrize(
    ("method", "path", "body", "kind", "headers", "status", "code"),
    [
        ("GET", "/nowhere", "", "", {}, 404, "not_found"),
        ("GET", "/registers/organizations/unknown", "", "", {}, 404, "not_found"),
        ("GET", "/areas/44%00", "", "", {}, 404, "not_found"),
        ("GET", "/areas?q=%00", "", "", {}, 422, "input.characters"),
        ("GET", "/areas?limit=0", "", "", {}, 422, "input.invalid"),
        ("GET", "/areas?levle=street", "", "", {}, 422, "input.invalid"),
        ("GET", "/areas?limit=99999999999999999999999", "", "", {}, 422, "input.invalid"),
        ("GET", "/areas?level=planet", "", "", {}, 422, "input.invalid"),
        ("GET", "/areas?q=" + "x" * 9000, "", "", {}, 400, "address.too_long"),
        ("DELETE", "/areas", "", "", {}, 405, "method.not_allowed"),
        ("OPTIONS", "/areas", "", "", {}, 405, "method.not_allowed"),
        ("GET", "/areas", "", "", {"Accept": "text/html"}, 406, "accept.unknown"),
        ("POST", "/cases/filing", "{", "application/json", {}, 400, "body.json"),
        ("POST", "/cases/filing", b"\xff\xfe", "application/json", {}, 400, "body.encoding"),
        ("POST", "/cases/filing", "[" * 100_000, "application/json", {}, 400, "body.depth"),
        ("POST", "/cases/filing", '{"a":' * 40 + "1" + "}" * 40, "application/json", {}, 400, "body.depth"),
        ("POST", "/cases/filing", '{"on_behalf": NaN}', "application/json", {}, 400, "body.json"),
        ("POST", "/cases/filing", '{"on_behalf": 1e999}', "application/json", {}, 422, "input.number"),
        ("POST", "/cases/filing", '{"x": "\\ud800"}', "application/json", {}, 422, "input.characters"),
        ("POST", "/cases/filing", '{"on_behalf": 1' + "0" * 5000 + "}", "application/json", {}, 400, "body.json"),
        ("POST", "/cases/filing", "[]", "application/json", {}, 422, "input.invalid"),
        ("POST", "/cases/filing", "", "application/json", {}, 415, "body.type"),
        ("POST", "/cases/filing", "{}", "text/plain", {}, 415, "body.type"),
        ("POST", "/cases/filing", "x" * (1024 * 1024 + 1), "application/json", {}, 413, "body.too_large"),
        ("POST", "/cases/filing", "{}", "application/json", {"Idempotency_Key": "a b"}, 400, "idempotency.key"),
        ("POST", "/cases/filing", "{}", "application/json", {"Idempotency_Key": "a" * 256}, 400, "idempotency.key"),
        ("PUT", "/parameters/filing.days", "{}", "application/json", {}, 428, "match.missing"),
    ],
)  # fmt: skip
def test_every_error_is_a_problem(world, program, method, path, body, kind, headers, status, code) -> None:
    officer = program("street_officer")
    answer = raw(method, path, body, kind, **officer.headers, **headers)
    said = answer.json()

    assert (answer.status_code, said["code"], said["status"]) == (status, code, status)
    assert answer["Content-Type"] == "application/problem+json"
    assert set(said) == PROBLEM
    assert re.search("[一-鿿]", said["title"])
    assert re.search("[一-鿿]", said["detail"])
    assert said["request_id"]
    assert (status == 405) == ("Allow" in answer)


def test_a_fault_of_ours_is_a_problem_too(world, program, monkeypatch) -> None:
    from linli.core.api.routers import inbox

    monkeypatch.setattr(inbox.inbox, "page", lambda user, **how: 1 / 0)
    answer = program("street_officer").get("/inbox")
    assert (answer.status_code, answer.json()["code"]) == (500, "server.error")


def test_a_host_nobody_serves_is_a_problem(db) -> None:
    answer = Client(raise_request_exception=False).get(ROOT + "/areas", headers={"Host": "evil.example"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_a_page_never_answers_a_program(world, settings) -> None:
    """A session that has ended elsewhere gets 401, not the way to the login page."""
    client = Client()
    client.force_login(world["street_officer"], "allauth.account.auth_backends.AuthenticationBackend")
    User.objects.filter(username="street_officer").update(session_key="another")
    answer = client.get(ROOT + "/inbox")
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


def test_head_says_what_get_would(program) -> None:
    officer = program("street_officer")
    got, asked = officer.get("/areas"), officer.call("HEAD", "/areas")
    assert (asked.status_code, asked.content, asked["ETag"]) == (200, b"", got["ETag"])


def test_what_the_caller_holds_is_not_sent_again(program) -> None:
    officer = program("street_officer")
    first = officer.get("/areas")
    second = officer.get("/areas", If_None_Match=first["ETag"])
    assert (second.status_code, second.content) == (304, b"")
    assert officer.get("/areas", If_None_Match='"other"').status_code == 200


# --- limits -----------------------------------------------------------------------------------------------------


def test_calls_are_counted_for_a_token_and_refused_past_the_number(world, program) -> None:
    ParameterValue.objects.create(
        key="api.calls_per_minute", scope=world.district.path, value=3, set_by=world["sysadmin"]
    )
    officer, other = program("street_officer"), program("street_head")
    answers = [officer.get("/me") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert {answer["RateLimit-Limit"] for answer in answers} == {"3"}
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert other.get("/me").status_code == 200
    RateWindow.objects.update(started=0)  # the next minute
    assert officer.get("/me").status_code == 200


def test_an_address_is_counted_with_wrong_tokens_too(db) -> None:
    for _ in range(3):
        raw("GET", "/me", Authorization="Bearer wrong")
    (window,) = RateWindow.objects.all()
    assert (window.used, window.key.startswith("address:"), "127.0.0.1" in window.key) == (3, True, False)


# --- repeats ----------------------------------------------------------------------------------------------------


def test_the_same_key_has_one_effect(world, program) -> None:
    founder = program("founder")
    first = founder.post("/cases/filing", {}, Idempotency_Key="k1")
    again = founder.post("/cases/filing", {}, Idempotency_Key="k1")
    other = founder.post("/cases/filing", {}, Idempotency_Key="k2")

    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert (again["Idempotency-Replayed"], again["ETag"]) == ("true", first["ETag"])
    assert other.json()["uid"] != first.json()["uid"]
    assert Filing.objects.count() == 2
    assert Event.objects.filter(name="api.call").count() == 2


def test_a_key_is_one_callers_and_one_requests(world, program) -> None:
    founder, second, resident = program("founder"), program("founder"), program("resident")
    founder.post("/cases/filing", {}, Idempotency_Key="k1")
    changed = founder.post("/cases/filing", {"on_behalf": False}, Idempotency_Key="k1")

    assert (changed.status_code, changed.json()["code"]) == (422, "idempotency.reused")
    for other in (second, resident):
        assert other.post("/cases/filing", {}, Idempotency_Key="k1").status_code == 201
    assert Filing.objects.count() == 3


def test_a_refusal_is_not_kept_so_the_key_may_try_again(world, program, reviewing) -> None:
    street, path = program("street_officer"), f"/cases/filing/{reviewing.uid}/steps/refuse_filing"
    refused = street.post(path, {"reason": ""}, If_Match="*", Idempotency_Key="k1")
    assert (refused.status_code, KeptAnswer.objects.count()) == (422, 0)
    done = street.post(path, {"reason": "场地不合规定"}, If_Match="*", Idempotency_Key="k1")
    assert (done.status_code, done.json()["state"]["code"]) == (200, "refused")


def test_a_kept_answer_is_encrypted_and_a_revealed_value_is_not_kept(world, program, filed) -> None:
    street = program("street_officer")
    path = f"/registers/organizations/{filed.uid}/reveal"
    asked = {"field": "leader_phone", "purpose": "contact", "reason": "通知来取备案证"}
    first = street.post(path, asked, Idempotency_Key="k1")
    again = street.post(path, asked, Idempotency_Key="k1")
    program("founder").post("/cases/filing", {}, Idempotency_Key="k1")

    assert first.json() == {"field": "leader_phone", "label": "负责人手机号", "value": "13800002046"}
    assert (again.status_code, again.json()["code"]) == (409, "idempotency.not_kept")
    assert Event.objects.filter(name="privacy.reveal").count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM core_keptanswer ORDER BY id")
        revealed, kept = (row[0] for row in cursor.fetchall())
    assert revealed == ""
    # With its quotes, which no cipher text has: the three letters alone come up by chance, once in hundreds of runs.
    assert ('"uid"' in kept, len(kept) > 100) == (False, True)


def test_an_old_key_is_forgotten(world, program) -> None:
    founder = program("founder")
    founder.post("/cases/filing", {}, Idempotency_Key="k1")
    KeptAnswer.objects.update(made_at="2020-01-01T00:00Z")
    assert "Idempotency-Replayed" not in founder.post("/cases/filing", {}, Idempotency_Key="k1")
    assert Filing.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_calls_at_once_with_one_key_have_one_effect() -> None:
    """The second waits for the first and reads its answer."""
    user = User.objects.create_user("founder")
    founder = Program(user)
    answers: list[tuple[int, str]] = []
    gate = threading.Barrier(4)

    def call() -> None:
        gate.wait()
        mine = Client(raise_request_exception=False)
        answer = mine.post(
            f"{ROOT}/cases/filing",
            "{}",
            content_type="application/json",
            headers=founder.headers | {"Idempotency-Key": "k1"},
        )
        answers.append((answer.status_code, answer.json()["uid"]))
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ({status for status, _ in answers}, len({uid for _, uid in answers})) == ({201}, 1)
    assert Filing.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_call_that_takes_too_long_is_not_waited_for_endlessly(monkeypatch) -> None:
    from linli.core.api import repeats

    monkeypatch.setattr(repeats, "WAIT", "200ms")
    user = User.objects.create_user("founder")
    founder = Program(user)
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            KeptAnswer.objects.create(caller=f"token:{founder.token.pk}", key="k1", fingerprint="x")
            held.set()
            let_go.wait(10)
            transaction.set_rollback(True)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    began = time.monotonic()
    waiting = founder.post("/cases/filing", {}, Idempotency_Key="k1")
    took = time.monotonic() - began
    let_go.set()
    thread.join()

    assert (waiting.status_code, waiting.json()["code"], took < 5) == (409, "idempotency.running", True)
    assert founder.post("/cases/filing", {}, Idempotency_Key="k1").status_code == 201


# --- other sites ------------------------------------------------------------------------------------------------


def test_no_other_site_may_call_unless_it_is_named(settings, db) -> None:
    site = "https://screen.example.org"
    silent = raw("GET", "/areas", Origin=site)
    assert "Access-Control-Allow-Origin" not in silent
    settings.LINLI_API_ORIGINS = [site]
    named, other = raw("GET", "/areas", Origin=site), raw("GET", "/areas", Origin="https://evil.example.org")
    before = raw("OPTIONS", "/me", Origin=site, Access_Control_Request_Method="GET")

    assert (named["Access-Control-Allow-Origin"], named["Vary"]) == (site, named["Vary"])
    assert "Origin" in named["Vary"]
    assert "Access-Control-Allow-Credentials" not in named
    assert "Access-Control-Allow-Origin" not in other
    assert (before.status_code, "Authorization" in before["Access-Control-Allow-Headers"]) == (204, True)


def test_tokens_do_not_open_pages(world, program) -> None:
    officer = program("street_officer")
    assert officer.client.get("/register/", headers=officer.headers).status_code == 302
    assert ApiToken.objects.get().user.username == "street_officer"
    assert json.loads(officer.get("/me").content)["username"] == "street_officer"
