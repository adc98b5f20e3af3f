"""The administrators' pages: for whom they exist, what they say, what a wrong input answers, what they cost."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.personas import PERSONAS, BodyFactory, UserFactory, World, post

from linli.actors import actions
from linli.actors.choices import BodyKind, Role
from linli.actors.models import Appointment, Body, Post
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.privacy import keyed_hash

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PAGES = {
    "accounts": "/settings/accounts/",
    "bodies": "/settings/bodies/",
    "posts": "/settings/posts/",
    "vacant": "/settings/posts/vacant/",
    "rights": "/settings/rights/",
    "cases": "/cases/appointment/",
    "picture": "/cases/appointment/picture/",
}
MAKING = ("/settings/accounts/new/", "/settings/accounts/bulk/", "/settings/bodies/new/", "/settings/posts/new/")


def signed_in(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world[who], BACKEND)
    return client


@pytest.mark.parametrize("who", PERSONAS)
def test_the_pages_exist_for_two_administrators_alone(world: World, who: str) -> None:
    client = signed_in(world, who)

    answers = {name: client.get(path).status_code for name, path in PAGES.items()}
    making = {client.get(path).status_code for path in MAKING}

    assert set(answers.values()) == ({200} if who in ("sysadmin", "secadmin") else {404})
    assert making == {{"sysadmin": 200, "secadmin": 403}.get(who, 404)}


def test_a_person_is_found_by_either_end_of_the_name_by_account_and_by_the_whole_phone(world: World) -> None:
    user = UserFactory(
        username="xumei", name="许秀梅", phone="13800001234", phone_hash=keyed_hash("13800001234", "phone")
    )
    client = signed_in(world, "sysadmin")

    def found(words: str) -> bool:
        page = client.get("/settings/accounts/", {"q": words}).content.decode()
        assert "13800001234" not in page or words.startswith("138")  # what was asked stands in the search box
        return user.uid in page

    assert [found(words) for words in ("许秀", "秀梅", "xum", "13800001234", "138 0000 1234")] == [True] * 5
    assert [found(words) for words in ("1380000", "13800001235", "秀", "umei")] == [False] * 4


def test_tabs_hold_what_they_say(world: World) -> None:
    client = signed_in(world, "sysadmin")
    old = clock.now() - dt.timedelta(days=100)
    User.objects.update(last_login=clock.now())
    User.objects.filter(username="mediator").update(last_login=old)
    User.objects.filter(username="resident").update(last_login=old)
    User.objects.filter(username="stranger").update(is_active=False)
    User.objects.filter(username="founder").update(must_change_password=True)

    def names(tab: str) -> set[str]:
        page = client.get("/settings/accounts/", {"tab": tab}).content.decode()
        return {user.username for user in User.objects.all() if f"/settings/accounts/{user.uid}/" in page}

    assert names("stale") == {"mediator"}
    assert names("locked") == {"stranger"}
    assert names("fresh") == {"founder"}
    assert names("all") == set(PERSONAS)
    assert names("staff") == set(PERSONAS) - {"founder", "resident", "stranger"}


def test_an_account_is_opened_and_its_password_shown_this_once(world: World) -> None:
    client = signed_in(world, "sysadmin")

    answer = client.post(
        "/settings/accounts/new/", {"name": "许新来", "username": "xinlai", "phone": "", "email": ""}
    )

    password = re.search(r'class="secret">([^<]+)<', answer.content.decode())[1]  # type: ignore[index]
    user = User.objects.get(username="xinlai")
    assert user.check_password(password)
    assert "no-store" in answer["Cache-Control"]
    assert password not in client.get(f"/settings/accounts/{user.uid}/").content.decode()
    again = client.post("/settings/accounts/new/", {"name": "许新来", "username": "xinlai"})
    assert again.status_code == 422
    assert "这个账号已经有人用了" in again.content.decode()


def test_a_pasted_list_opens_all_or_none(world: World) -> None:
    client = signed_in(world, "sysadmin")
    rows = (
        "账号\t姓名\t手机号\nlinxy\t林晓燕\t13800001111\nhuangzq，黄志强\nresident 某某\nlinxy\t又一个\t\nzz\t王\t12"
    )

    wrong = client.post("/settings/accounts/bulk/", {"rows": rows})

    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert re.findall(r'data-label="第几行">(\d+)', page) == ["4", "5", "6"]
    assert not User.objects.filter(username__in=["linxy", "huangzq"]).exists()
    assert not Event.objects.filter(name="access.create_account").exists()
    right = client.post("/settings/accounts/bulk/", {"rows": "\n".join(rows.splitlines()[:3])})
    assert right.content.decode().count('class="secret"') == 2
    assert User.objects.get(username="huangzq").name == "黄志强"
    assert User.objects.get(username="linxy").phone == "13800001111"


@pytest.mark.parametrize("verb", ["lock", "password", "sessions"])
def test_a_step_without_a_reason_is_sent_back(world: World, verb: str) -> None:
    user = world["resident"]
    client = signed_in(world, "sysadmin")

    answer = client.post(f"/settings/accounts/{user.uid}/{verb}/", {f"{verb}-reason": ""})

    assert answer.status_code == 422
    assert "请写明原因" in answer.content.decode()
    assert client.post(f"/settings/accounts/{user.uid}/{verb}/", {f"{verb}-reason": "本人申请"}).status_code in (
        200,
        302,
    )
    assert Event.objects.filter(subject_id=user.pk, actor=world["sysadmin"]).count() == 1


def test_the_security_administrator_locks_and_does_not_reset(world: World) -> None:
    user = world["resident"]
    client = signed_in(world, "secadmin")

    page = client.get(f"/settings/accounts/{user.uid}/").content.decode()

    assert "锁定账号" in page
    assert "重置密码" not in page
    assert client.post(f"/settings/accounts/{user.uid}/password/", {"password-reason": "x y"}).status_code == 403


def test_ticked_accounts_are_locked_together(world: World) -> None:
    chosen = [world[who].uid for who in ("mediator", "volunteer", "auditadmin")]
    client = signed_in(world, "sysadmin")

    answer = client.post("/settings/accounts/lock/", {"account": chosen, "lock-reason": "久未使用"}, follow=True)

    page = answer.content.decode()
    assert "锁定了 2 个账号" in page
    assert "最后一位审计管理员" in page
    assert not world["mediator"].is_active
    assert world["auditadmin"].is_active


def test_a_post_goes_round_by_the_pages(world: World) -> None:
    asks, agrees = signed_in(world, "sysadmin"), signed_in(world, "secadmin")
    given = {"who": "resident", "role": "street_officer", "area": world.street.pk, "since": clock.today()}

    wrong = asks.post("/settings/posts/new/", {**given, "cause": ""})
    assert (wrong.status_code, "请写明任职依据" in wrong.content.decode()) == (422, True)
    own = asks.post("/settings/posts/new/", {**given, "who": "sysadmin", "cause": "局务会"})
    assert own.status_code == 403
    nobody = asks.post("/settings/posts/new/", {**given, "who": "nobody", "cause": "局务会"})
    assert (nobody.status_code, "没有账号或姓名是" in nobody.content.decode()) == (422, True)
    sent = asks.post("/settings/posts/new/", {**given, "cause": "局务会"})
    proposal = Appointment.objects.get()
    assert sent["Location"] == proposal.get_absolute_url()
    assert "同意备案" in agrees.get(proposal.get_absolute_url()).content.decode()  # what the post could do
    assert asks.post(f"{proposal.get_absolute_url()}agree_appointment/").status_code == 403
    agrees.post(f"{proposal.get_absolute_url()}agree_appointment/")
    held = Post.objects.get(user=world["resident"])
    page = asks.get(f"/settings/posts/{held.pk}/").content.decode()
    assert "任职：" in page
    ended = asks.post(
        f"/settings/posts/{held.pk}/relieve/", {"relieve-since": clock.today(), "relieve-cause": "调离"}
    )
    assert ended.status_code == 302
    assert not world["resident"].is_staff


def test_an_administrators_post_is_ended_by_a_proposal(world: World) -> None:
    last = Post.objects.get(user=world["auditadmin"])
    client = signed_in(world, "sysadmin")

    client.post(f"/settings/posts/{last.pk}/relieve/", {"relieve-since": clock.today(), "relieve-cause": "调离"})

    assert (Appointment.objects.get().kind, Appointment.objects.get().state) == ("relieve", "proposed")
    last.refresh_from_db()
    assert last.valid_to is None


def test_the_page_of_a_post_says_how_much_is_open_and_not_what(world: World, reviewing: Any) -> None:
    held = Post.objects.get(user=world["street_officer"])

    page = signed_in(world, "sysadmin").get(f"/settings/posts/{held.pk}/").content.decode()

    assert "备案申请 1 件" in page
    assert reviewing.name not in page
    assert "没有别人任这个岗位" in page


def test_a_body_is_made_renamed_moved_and_closed(world: World) -> None:
    client = signed_in(world, "sysadmin")
    made = {"name": "东方街道社工站", "area": world.street.pk, "kind": "street", "short_name": "社工站"}
    body = Body.objects.get(pk=client.post("/settings/bodies/new/", made)["Location"].split("/")[-2])
    post(world["resident"], Role.VOLUNTEER, world.street, body)

    renamed = {"rename-name": "东方街道社会工作服务站", "rename-reason": "更名", "rename-short_name": "社工站"}
    assert client.post(f"/settings/bodies/{body.pk}/rename/", renamed).status_code == 302
    moved = {"move-to": world.community.pk, "move-reason": "搬迁"}
    assert client.post(f"/settings/bodies/{body.pk}/move/", moved).status_code == 302
    closing = {"close-on": clock.today(), "close-reason": "撤并"}
    assert client.post(f"/settings/bodies/{body.pk}/close/", closing).status_code == 409
    actions.relieve(Post.objects.get(user=world["resident"]), actor=world["sysadmin"])
    assert client.post(f"/settings/bodies/{body.pk}/close/", {**closing, "close-reason": ""}).status_code == 422
    assert client.post(f"/settings/bodies/{body.pk}/close/", closing).status_code == 302

    body.refresh_from_db()
    assert (body.name, body.area, body.valid_to) == (
        "东方街道社会工作服务站",
        world.community,
        clock.today() + dt.timedelta(days=1),
    )
    assert [name for name in Event.objects.order_by("pk").values_list("name", flat=True) if "body" in name] == [
        "actors.found_body",
        "actors.rename_body",
        "actors.move_body",
        "actors.close_body",
    ]
    for who in ("secadmin", "auditadmin", "street_head"):
        answer = signed_in(world, who).post(f"/settings/bodies/{body.pk}/rename/", renamed)
        assert answer.status_code == (403 if who == "secadmin" else 404)


def test_posts_nobody_holds_are_listed_with_what_waits(world: World, reviewing: Any) -> None:
    client = signed_in(world, "sysadmin")

    def rows() -> list[tuple[str, ...]]:
        page = client.get("/settings/posts/vacant/").content.decode()
        cells = r'data-label="区域">([^<]*)</td><td[^>]*>([^<]*)</td>.*?data-label="正等着">(?:<span[^>]*>)?([^<]*)<'
        return re.findall(cells, page, re.DOTALL)

    before = {row[:2] for row in rows()}
    assert ("东方街道", "街道经办") not in before
    assert ("东方街道聚龙社区", "社区工作者") not in before
    assert ("大华街道华坞社区", "社区工作者") in before
    Post.objects.filter(user=world["street_officer"]).update(valid_to=clock.today())

    assert ("东方街道", "街道经办", "1 件") in rows()
    post(world["resident"], Role.STREET_OFFICER, world.district, Body.objects.get(area=world.district))
    assert not [row for row in rows() if row[:2] == ("东方街道", "街道经办")]  # one above covers it
    User.objects.filter(username="resident").update(is_active=False)
    assert ("东方街道", "街道经办", "1 件") in rows()


def test_rights_are_told_from_both_ends(world: World) -> None:
    client = signed_in(world, "secadmin")

    person = client.get("/settings/rights/", {"who": "street_officer"}).content.decode()
    step = {"step": "organizations.agree_filing", "area": world.community.pk}
    here = client.get("/settings/rights/", step).content.decode()

    assert "街道审核：同意备案、退回补正、不予备案" in person
    assert "社区出意见：" not in person
    found = re.findall(r'/settings/posts/\d+/">([a-z_]+)</a>', here)
    assert sorted(found) == sorted(
        who for who in PERSONAS if world[who].has_perm("organizations.agree_filing", _case(world))
    )
    assert here.count("由他承办") == 1
    nobody = client.get("/settings/rights/", {**step, "step": "organizations.submit_filing"}).content.decode()
    assert "现在没有人能办" in nobody


def _case(world: World) -> Any:
    from linli.organizations.models import Filing

    return Filing(scope=world.community.path, state="review")


@pytest.mark.parametrize("path", ["/settings/accounts/?tab=all", "/settings/bodies/", "/settings/posts/?when=all"])
def test_lists_cost_the_same_with_thirty_rows_and_turn_pages(
    world: World, path: str, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(world, "sysadmin")
    client.get(path)
    with django_assert_max_num_queries(60) as few:
        client.get(path)
    for n in range(35):
        body = BodyFactory(area=world.community, kind=BodyKind.COMMUNITY, name=f"第{n}站")
        post(UserFactory(), Role.COMMUNITY_WORKER, world.community, body)
    with django_assert_max_num_queries(len(few.captured_queries)):
        first = client.get(path).content.decode()

    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward is not None
    second = client.get(path.split("?")[0] + onward[1].replace("&amp;", "&"))
    assert second.status_code == 200
    assert "回到最前" in second.content.decode()


def test_the_list_of_proposals_is_searched_and_turned(world: World) -> None:
    client = signed_in(world, "sysadmin")
    body = Body.objects.get(area=world.street)
    for n in range(33):
        given = {"user": UserFactory(name=f"拟任{n}"), "role": "street_officer", "body": body, "area": world.street}
        actions.begin_appointment("appoint", **given, cause="局务会", actor=world["sysadmin"])

    first = client.get("/cases/appointment/").content.decode()
    last = client.get("/cases/appointment/", {"q": "拟任32", "state": "proposed"}).content.decode()

    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward is not None
    second = client.get("/cases/appointment/" + onward[1].replace("&amp;", "&")).content.decode()
    counted = [page.count("任职：") for page in (first, second, last)]
    assert counted == [30, 3, 1]


def test_empty_lists_say_so(world: World) -> None:
    client = signed_in(world, "sysadmin")

    for path in ("/settings/accounts/?q=没有", "/settings/bodies/?q=没有", "/settings/posts/?q=没有"):
        assert "没有找到" in client.get(path).content.decode()
    assert "没有锁定的账号" in client.get("/settings/accounts/?tab=locked").content.decode()


def test_the_phone_is_revealed_with_a_reason_alone(world: World) -> None:
    user = UserFactory(phone="13800001234", phone_hash=keyed_hash("13800001234", "phone"))
    client = signed_in(world, "sysadmin")
    page = client.get(reverse("actors:account", args=[user.uid])).content.decode()
    assert "138****1234" in page
    where = reverse("core:reveal", args=["core.user", user.uid, "phone"])

    answer = client.post(where, {"purpose": "contact", "reason": "核对联系电话"})

    if answer.status_code == 422:  # the words of the purposes belong to another room
        from linli.core.privacy.choices import PURPOSES

        answer = client.post(where, {"purpose": next(iter(PURPOSES)), "reason": "核对联系电话"})
    assert "13800001234" in answer.content.decode()
    assert Event.objects.filter(name="privacy.reveal", actor=world["sysadmin"]).count() == 1
    assert signed_in(world, "auditadmin").get(where).status_code == 404
    assert signed_in(world, "secadmin").get(where).status_code == 403
