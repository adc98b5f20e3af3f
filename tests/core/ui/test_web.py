"""Large print, robots, refusals, and the pages of the face itself."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse

from linli.core.errors import BadInput, WrongState

pytestmark = pytest.mark.django_db


def test_large_print_is_one_link_away_and_comes_back(client):
    answer = client.get(reverse("core:elder", args=["on"]), {"next": "/accounts/login/"})

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    assert '<html lang="zh-Hans" class="elder">' in client.get("/accounts/login/").text
    client.get(reverse("core:elder", args=["off"]))
    assert '<html lang="zh-Hans">' in client.get("/accounts/login/").text


def test_large_print_never_sends_anybody_away(client):
    answer = client.get(reverse("core:elder", args=["on"]), {"next": "https://elsewhere.example/"})

    assert answer["Location"] == "/"


def test_large_print_changes_nothing_by_post(client):
    assert client.post(reverse("core:elder", args=["on"])).status_code == 405


def test_robots_keep_out_of_the_desk(client):
    assert "Disallow: /accounts/" in client.get("/robots.txt").text


def test_an_unknown_page_says_so_and_offers_a_way_on(client):
    answer = client.get("/no/such/page/")

    assert answer.status_code == 404
    assert "没有找到这一页" in answer.text
    assert 'href="/"' in answer.text


@pytest.mark.parametrize("face", ["", "public/", "form/", "print/", "map.json"])
def test_the_pattern_page_exists_in_a_demo_only(client, settings, face):
    settings.DEMO = True
    assert client.get(f"/patterns/{face}").status_code == 200
    settings.DEMO = False
    assert client.get(f"/patterns/{face}").status_code == 404


def refusal_page(refusal, *, htmx: bool) -> str:
    request = RequestFactory().get("/cases/")
    request.htmx = htmx
    return render_to_string("core/refusal.html", {"refusal": refusal}, request)


def test_a_refusal_is_a_page_or_a_fragment():
    refusal = WrongState("test.gone", "这份申请已退回补正。<b>")
    page, fragment = refusal_page(refusal, htmx=False), refusal_page(refusal, htmx=True)

    assert "<!doctype html>" in page
    assert "<html" not in fragment
    assert "data-refusal" in fragment
    for shown in (page, fragment):
        assert "这份申请已退回补正。&lt;b&gt;" in shown
        assert "test.gone" not in shown


def test_a_refusal_names_every_field():
    refusal = BadInput("test.bad", "有 2 处要改。", fields={"id": "第 18 位应为 X。", "phone": "手机号要 11 位。"})
    shown = refusal_page(refusal, htmx=False)

    assert "第 18 位应为 X。" in shown
    assert "手机号要 11 位。" in shown


def test_the_last_page_needs_nothing():
    shown = render_to_string("500.html")

    assert "这一步没有办成" in shown
    assert "app.css" in shown


def test_the_entrance_is_plain(client):
    shown = client.get("/accounts/login/").text

    assert shown.count("<form") == 1
    assert 'autocomplete="current-password"' in shown
    assert 'name="csrfmiddlewaretoken"' in shown


@pytest.mark.django_db
def test_a_host_that_is_not_ours_is_refused_with_a_page(client):
    answer = client.get("/", HTTP_HOST="elsewhere.example")

    assert answer.status_code == 400
    assert "这个请求没有看懂" in answer.content.decode()


def test_an_address_that_only_takes_forms_says_so_to_a_browser(client, world):
    client.force_login(world.people["street_officer"])

    page = client.get(reverse("core:notices_read_all"), headers={"accept": "text/html"})

    assert page.status_code == 405
    assert page["Allow"] == "POST"
    assert "刚才没有办任何事" in page.content.decode()


def test_a_program_gets_the_bare_answer(client, world):
    client.force_login(world.people["street_officer"])

    assert client.get(reverse("core:notices_read_all"), headers={"accept": "*/*"}).content == b""
