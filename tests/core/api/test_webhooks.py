"""A program keeps its webhooks as their owner does on the page."""

from __future__ import annotations

from typing import Any

import pytest

from linli.core.api.models import KeptAnswer
from linli.core.webhooks.models import Webhook

NEW = {"name": "街道大屏", "target": "http://127.0.0.1:9/hook", "events": ["organizations.*"]}


@pytest.fixture(autouse=True)
def own_network(settings: Any) -> None:
    settings.LINLI_WEBHOOK_HOSTS = ["http://127.0.0.1:9"]


def test_a_webhook_from_beginning_to_end(world, program) -> None:
    officer, other = program("street_officer"), program("street_head")
    made = officer.post("/webhooks", NEW, Idempotency_Key="k1")
    assert (made.status_code, made.json()["secret"][:6]) == (201, "whsec_")
    assert officer.post("/webhooks", NEW, Idempotency_Key="k1").status_code == 409
    assert KeptAnswer.objects.get().body == ""
    path = f"/webhooks/{made.json()['uid']}"
    assert "secret" not in officer.get(path).json()
    assert {row["code"] for row in officer.get("/webhooks/events").json()} >= {"organizations.agree_filing"}

    message = officer.post(path + "/test").json()
    assert officer.get(path + "/messages").json()["items"][0]["uid"] == message["uid"]
    assert officer.post(f"{path}/messages/{message['uid']}/again").json()["state"]["code"] == "queued"

    paused = officer.call("PATCH", path, {"on": False}, If_Match=made["ETag"])
    assert paused.json()["state"]["code"] == "paused"
    assert officer.post(path + "/rotate", None, If_Match=made["ETag"]).status_code == 412
    turned = officer.post(path + "/rotate", None, If_Match=paused["ETag"])
    assert turned.json()["secret"] not in ("", made.json()["secret"])
    for method, where in (("GET", ""), ("PATCH", ""), ("POST", "/rotate"), ("DELETE", "")):
        body = {"on": True} if method == "PATCH" else None
        assert other.call(method, path + where, body, If_Match="*").status_code == 404
    assert officer.call("DELETE", path).status_code == 428
    assert officer.call("DELETE", path, None, If_Match=turned["ETag"]).status_code == 204
    assert Webhook.objects.count() == 0


def test_where_a_webhook_may_not_go(program, settings) -> None:
    settings.LINLI_WEBHOOK_HOSTS = []
    answer = program("street_officer").post("/webhooks", NEW | {"target": "https://169.254.169.254/latest/"})
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["target"])
    assert program("resident").post("/webhooks", NEW).status_code == 403
