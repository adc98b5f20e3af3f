"""Programs are told of what their owner may see: signed, once in the outbox, tried again, and never inside."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.notices.models import Notice
from linli.core.webhooks import actions, sending, signing
from linli.core.webhooks.models import Message, Webhook
from linli.core.webhooks.queries import is_told, matches
from linli.organizations.actions import filings

SECRETS = ("陈秀梅", "13800002046", "11010519491231002X", "凤亭下")


class Receiver:
    """An HTTP server that remembers what came, and answers as it is told."""

    def __init__(self) -> None:
        self.came: list[tuple[dict[str, str], str]] = []
        self.status = 204
        self.location = ""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(outer.status)
                if outer.location:
                    self.send_header("Location", outer.location)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver(settings):
    actions.forget_listeners()
    found = Receiver()
    settings.LINLI_WEBHOOK_HOSTS = [found.url.removesuffix("/hook")]
    yield found
    found.server.shutdown()
    actions.forget_listeners()


def hook_of(user: User, receiver: Receiver, *patterns: str) -> tuple[Webhook, str]:
    return actions.create_webhook(
        name="街道大屏", url=receiver.url, patterns=patterns or ["organizations.*"], actor=user
    )


def send_all() -> None:
    for pk in list(Message.objects.filter(state="queued").values_list("pk", flat=True)):
        actions.send_message(pk)


def test_an_event_comes_signed_and_without_personal_data(world, receiver, reviewing, settings) -> None:
    settings.LINLI_BASE_URL = "https://linli.example.org"
    _hook, secret = hook_of(world["street_officer"], receiver)
    filings.agree_filing(reviewing, actor=world["street_officer"], reason="材料齐全，陈秀梅已到场。")
    send_all()

    ((headers, body),) = receiver.came
    message = Message.objects.get()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == expected
    assert (headers["webhook-id"], message.state, message.last_status) == (message.uid, "sent", 204)
    said = json.loads(body)
    assert said["type"] == "organizations.agree_filing"
    assert said["data"] == {
        "kind": "filing",
        "uid": reviewing.uid,
        "url": f"https://linli.example.org/cases/filing/{reviewing.uid}/",
        "api": f"https://linli.example.org/api/v1/cases/filing/{reviewing.uid}",
    }
    assert [word for word in SECRETS if word in body] == []


def test_the_signature_is_that_of_the_standard() -> None:
    """The example of the Standard Webhooks specification."""
    assert (
        signing.signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            '{"test": 2432232314}',
        )
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_only_what_the_owner_may_see_is_told(world, receiver, reviewing) -> None:
    for name in ("street_officer", "other_street_officer", "sysadmin", "district_head"):
        hook_of(world[name], receiver)
    filings.agree_filing(reviewing, actor=world["street_officer"])
    assert Message.objects.count() == 4
    send_all()

    told = {message.webhook.user.username for message in Message.objects.all()}
    assert told == {"street_officer", "district_head"}
    assert len(receiver.came) == 2


def test_rights_are_those_of_the_day_it_is_sent(world, receiver, reviewing) -> None:
    hook_of(world["street_officer"], receiver)
    filings.agree_filing(reviewing, actor=world["street_officer"])
    world["street_officer"].posts.update(valid_to=clock.today())
    send_all()
    assert (receiver.came, Message.objects.count()) == ([], 0)


def test_who_looked_and_who_signed_in_is_never_told() -> None:
    assert is_told("organizations.agree_filing")
    assert is_told("core.extend_duty")
    for name in ("privacy.reveal", "access.login", "core.issue_token", "api.call", "files.store"):
        assert not is_told(name)
    assert matches(["organizations.agree*"], "organizations.agree_filing")
    assert not matches(["organizations.agree"], "organizations.agree_filing")


def test_the_outbox_falls_with_the_action(world, receiver, reviewing) -> None:
    hook_of(world["street_officer"], receiver)

    def act() -> None:
        with transaction.atomic():
            filings.agree_filing(reviewing, actor=world["street_officer"])
            assert Message.objects.count() == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    assert Message.objects.count() == 0


def test_a_refusing_receiver_is_tried_again_under_the_same_id(world, receiver, reviewing) -> None:
    hook_of(world["street_officer"], receiver)
    filings.agree_filing(reviewing, actor=world["street_officer"])
    message = Message.objects.get()
    receiver.status = 500
    waits = [actions.send_message(message.pk) for _ in actions.WAITS]
    message.refresh_from_db()
    assert (message.state, message.attempts, message.last_status) == ("queued", 9, 500)
    assert all(least <= wait <= least * 1.21 for least, wait in zip(actions.WAITS, waits, strict=True))
    assert actions.send_message(message.pk) is None
    message.refresh_from_db()
    assert (message.state, message.last_error) == ("failed", "接收方应答 500。")

    receiver.status = 200
    actions.send_again(message, actor=world["street_officer"])
    send_all()
    message.refresh_from_db()
    assert message.state == "sent"
    assert {headers["webhook-id"] for headers, _ in receiver.came} == {message.uid}
    assert len({body for _, body in receiver.came}) == 1
    assert actions.send_message(message.pk) is None
    assert len(receiver.came) == 11


def test_days_of_failure_end_it_with_a_notice(world, receiver) -> None:
    hook, _secret = hook_of(world["street_officer"], receiver)
    actions.send_test(hook, actor=world["street_officer"])
    message = Message.objects.get()
    receiver.status = 503
    actions.send_message(message.pk)
    Webhook.objects.update(failing_since=clock.now() - dt.timedelta(days=5))
    assert actions.send_message(message.pk) is None

    hook.refresh_from_db()
    assert hook.state == "disabled"
    assert Notice.objects.get(recipient=world["street_officer"]).title == "回调“街道大屏”连续 5 天没有送到，已停用"
    with pytest.raises(WrongState):
        actions.send_test(hook, actor=world["street_officer"])
    receiver.status = 200
    actions.switch_webhook(hook, on=True, actor=world["street_officer"])
    send_all()
    message.refresh_from_db()
    assert message.state == "sent"


def test_a_receiver_that_is_gone_is_not_tried_again(world, receiver) -> None:
    hook, _secret = hook_of(world["street_officer"], receiver)
    receiver.status = 410
    assert actions.send_message(actions.send_test(hook, actor=world["street_officer"]).pk) is None

    hook.refresh_from_db()
    assert (hook.state, len(receiver.came)) == ("disabled", 1)
    assert Notice.objects.get(recipient=world["street_officer"]).title == (
        "回调“街道大屏”接收方说这个地址不再接收（410），已停用"
    )


def test_a_new_secret_signs_beside_the_old_for_a_day(world, receiver) -> None:
    officer = world["street_officer"]
    hook, old = hook_of(officer, receiver)
    hook, new = actions.rotate_secret(hook, actor=officer)
    actions.send_test(hook, actor=officer)
    send_all()
    with time_machine.travel(clock.now() + dt.timedelta(hours=25), tick=False):
        actions.send_test(hook, actor=officer)
        send_all()

    def signatures(held: list[str], headers: dict[str, str], body: str) -> str:
        moment = int(headers["webhook-timestamp"])
        return " ".join(signing.signature(secret, headers["webhook-id"], moment, body) for secret in held)

    (first, one), (second, two) = receiver.came
    assert first["webhook-signature"] == signatures([new, old], first, one)
    assert second["webhook-signature"] == signatures([new], second, two)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, former_secret FROM core_webhook")
        assert not {old, new} & set(cursor.fetchone())


def test_a_locked_account_tells_nobody(world, receiver, reviewing) -> None:
    from linli.core.access.actions import revoke_access

    hook_of(world["street_officer"], receiver)
    revoke_access(world["street_officer"])
    filings.agree_filing(reviewing, actor=world["street_head"])
    assert (Message.objects.count(), Webhook.objects.get().state) == (0, "paused")


# --- where it may go ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://receiver.example.org/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://10.0.0.8/hook",
        "https://192.168.1.1/",
        "https://172.16.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fd00::1]/",
        "https://[fe80::1%25eth0]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:0a00:0001::]/",
        "https://224.0.0.1/",
        "https://user:secret@receiver.example.org/",
        "https://receiver.example.org/#part",
        "ftp://receiver.example.org/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/",
        "https://",
        "https://receiver.example.org:0/",
        "https://receiver.example.org:99999/",
        "https://receiver.example.org/a b",
        "https://接收.example.org/",
        "javascript:alert(1)",
        "https://x" + "x" * 600,
    ],
)
def test_an_address_inside_or_of_another_kind_is_refused(world, url, settings) -> None:
    settings.LINLI_WEBHOOK_HOSTS = []
    with pytest.raises(BadInput) as refused:
        actions.create_webhook(name="x", url=url, patterns=["organizations.*"], actor=world["street_officer"])
    assert list(refused.value.fields) == ["url"]


def test_a_name_that_changes_its_mind_is_refused_when_it_is_sent_to(world, monkeypatch, settings) -> None:
    """DNS rebinding: public when it was entered, inside when it is sent to; and one bad address among good ones."""
    settings.LINLI_WEBHOOK_HOSTS = []
    answers = ["8.8.8.8"]
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, port, **how: [(2, 1, 6, "", (answer, port)) for answer in answers]
    )
    officer = world["street_officer"]
    hook, _ = actions.create_webhook(
        name="x", url="https://rebind.example.org/", patterns=["organizations.*"], actor=officer
    )
    connected: list[Any] = []
    monkeypatch.setattr(socket, "create_connection", lambda address, **how: connected.append(address) or 1 / 0)
    for inside in (["127.0.0.1"], ["8.8.8.8", "10.0.0.1"]):
        answers[:] = inside
        actions.send_message(actions.send_test(hook, actor=officer).pk)
    assert connected == []
    assert {message.last_error[:11] for message in Message.objects.all()} == {"这个地址在内部网络里，"[:11]}


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch, settings) -> None:
    settings.LINLI_WEBHOOK_HOSTS = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, port, **how: [(2, 1, 6, "", ("8.8.8.8", port))])
    connected: list[Any] = []

    def connect(address: Any, **how: Any) -> Any:
        connected.append(address)
        raise OSError("no network here")

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(sending.NotSent):
        sending.send("https://receiver.example.org/hook", b"{}", {})
    assert connected == [("8.8.8.8", 443)]


def test_a_redirect_is_not_followed(world, receiver) -> None:
    officer = world["street_officer"]
    hook, _secret = hook_of(officer, receiver)
    receiver.status, receiver.location = 302, receiver.url
    actions.send_message(actions.send_test(hook, actor=officer).pk)
    assert len(receiver.came) == 1
    assert Message.objects.get().last_error == "接收方应答 302，要转到别处。请直接填最终的地址。"


def test_a_receiver_that_dribbles_is_cut_off(settings, monkeypatch) -> None:
    monkeypatch.setattr(sending, "WHOLE", 0.5)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    settings.LINLI_WEBHOOK_HOSTS = [f"http://127.0.0.1:{port}"]

    def dribble() -> None:
        peer, _ = listener.accept()
        with peer:
            try:
                for _ in range(200):
                    peer.sendall(b"H")
                    threading.Event().wait(0.05)
            except OSError:
                pass

    threading.Thread(target=dribble, daemon=True).start()
    began = dt.datetime.now()
    with pytest.raises(sending.NotSent):
        sending.send(f"http://127.0.0.1:{port}/", b"{}", {})
    assert (dt.datetime.now() - began).total_seconds() < 3
    listener.close()


# --- the pages ----------------------------------------------------------------------------------------------------


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_the_pages_of_a_webhook(world, receiver) -> None:
    officer = signed_in(world["street_officer"])
    page = reverse("core:webhooks")
    typed = {"name": "街道大屏", "url": receiver.url, "patterns": "organizations.*\ncore.extend_duty"}
    assert officer.post(page, typed | {"patterns": "nothing.here"}).status_code == 422
    made = officer.post(page, typed)
    secret = made.context["secret"]
    assert (secret[:6], secret in made.content.decode()) == ("whsec_", True)
    hook = Webhook.objects.get()
    one = reverse("core:webhook", args=[hook.uid])
    for do in ("test", "pause", "resume"):
        assert officer.post(reverse("core:webhook_do", args=[hook.uid, do])).status_code == 302
    send_all()
    shown = officer.get(one).content.decode()
    assert ("应答 204" in shown, secret in shown) == (True, False)
    message = Message.objects.get()
    assert officer.post(reverse("core:webhook_again", args=[hook.uid, message.uid])).status_code == 302
    assert "whsec_" in officer.post(reverse("core:webhook_do", args=[hook.uid, "rotate"])).content.decode()

    for name in ("street_head", "sysadmin", "other_street_officer"):
        other = signed_in(world[name])
        assert other.get(one).status_code == 404
        assert other.post(reverse("core:webhook_do", args=[hook.uid, "remove"])).status_code == 404
    assert signed_in(world["resident"]).get(page).status_code == 404
    assert officer.post(reverse("core:webhook_do", args=[hook.uid, "remove"])).status_code == 302
    assert (Webhook.objects.count(), Message.objects.count()) == (0, 0)
    names = ["core.create_webhook", "core.test_webhook", "core.switch_webhook", "core.resend_webhook"]
    assert set(names) <= set(Event.objects.values_list("name", flat=True))


def test_who_holds_no_post_has_no_webhook(world, receiver) -> None:
    with pytest.raises(NotAllowed):
        hook_of(world["resident"], receiver)


def test_the_page_costs_the_same_with_many_messages(world, receiver, django_assert_max_num_queries) -> None:
    hook, _secret = hook_of(world["street_officer"], receiver)
    client, page = signed_in(world["street_officer"]), reverse("core:webhook", args=[hook.uid])
    client.get(page)
    Message.objects.bulk_create([Message(webhook=hook, name="linli.test") for _ in range(40)])
    with django_assert_max_num_queries(14):
        assert client.get(page).status_code == 200
