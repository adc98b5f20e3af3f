"""The pages of a register, and of what is kept and shared of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.core.registers.many import make
from tests.personas import World

from linli.core.audit.models import Event
from linli.core.privacy import keyed_hash
from linli.core.privacy.queries import disclosures_visible_to
from linli.core.registers import search
from linli.core.registers.models import SavedFilter, ShareLink
from linli.core.workflow.listing import Cases
from linli.organizations.choices.filing import AMENDMENT
from linli.organizations.models import Amendment, Organization

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LEADER, ID_NUMBER, PHONE = "欧阳芝兰", "11010519491231002X", "13800002046"


@pytest.fixture
def sign_in(world: World) -> Any:
    """`sign_in("street_officer")` hands back a client of the persona."""

    def as_persona(who: str) -> Client:
        client = Client()
        client.force_login(world[who], backend=BACKEND)
        return client

    return as_persona


@pytest.fixture
def led(world: World) -> Organization:
    """An organization whose person in charge is nobody else's."""
    rows = make(world, 1, seed=7, name="凤亭下书画社", leader_name=LEADER, legal_status="filed", number="BA-1-2026-1")
    row = Organization.objects.get(pk=rows[0].pk)
    row.area, row.leader_id_number, row.leader_phone = world.community, ID_NUMBER, PHONE
    row.filed_on = "2026-01-05"
    row.save()
    return row


def names_in(text: str, rows: list[Organization]) -> set[str]:
    """Which of the organizations a page names by their address."""
    return {row.uid for row in rows if row.uid in text}


# --- who sees what ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [LEADER, "欧阳", "芝兰", ID_NUMBER, PHONE, "2046", "49123100"])
@pytest.mark.parametrize("view", ["", "map", "charts"])
def test_a_visitor_learns_nothing_by_the_person_in_charge(led: Organization, asked: str, view: str) -> None:
    visitor = Client()
    nothing = visitor.get("/orgs/", {"q": "没有这样的名字", "view": view})
    answer = visitor.get("/orgs/", {"q": asked, "view": view})

    assert led.uid not in answer.text
    assert answer.text.replace(asked, "？").count("0</b>") == nothing.text.replace("没有这样的名字", "？").count(
        "0</b>"
    )
    assert [
        f for f in visitor.get("/orgs/points.json", {"q": asked}).json()["features"] if "href" in f["properties"]
    ] == []
    assert led.uid in visitor.get("/orgs/", {"q": "凤亭下"}).text


def test_a_visitor_cannot_use_the_parameters_of_officers(led: Organization) -> None:
    who = f"id:{keyed_hash(ID_NUMBER, 'id_number')}"
    wrong = f"id:{keyed_hash('110105194912310038', 'id_number')}"
    pages = [Client().get("/orgs/", {"who": one}).text.replace(one.partition(":")[2], "") for one in (who, wrong)]

    assert pages[0] == pages[1]
    assert Client().get("/registers/organizations/points/desk.json").status_code == 404
    assert Client().get("/registers/organizations/share/").status_code == 302


@pytest.mark.parametrize(
    ("who", "areas"),
    [
        ("community_worker", {"community"}),
        ("street_officer", {"community", "neighbour_community"}),
        ("other_street_officer", {"far_community"}),
        ("district_officer", {"community", "neighbour_community", "far_community"}),
        ("auditor", {"community", "neighbour_community", "far_community"}),
        ("sysadmin", set()),
    ],
)
@pytest.mark.parametrize("view", ["", "map", "charts"])
def test_each_sees_the_own_areas_and_no_other(
    world: World, sign_in: Any, who: str, areas: set[str], view: str
) -> None:
    rows = {name: make(world, 3, seed=i, area=getattr(world, name), scope=getattr(world, name).path)
            for i, name in enumerate(("community", "neighbour_community", "far_community"), 11)}  # fmt: skip
    client = sign_in(who)

    page = client.get("/register/", {"view": view, "all": "1"})

    seen = sum(len(rows[name]) for name in areas)
    assert page.status_code == 200
    assert f"<b>{seen}</b>" in page.text
    if not view:
        assert {name for name, some in rows.items() if names_in(page.text, some)} == areas
        assert ("大华街道" in page.text) == (who in ("district_officer", "auditor", "other_street_officer"))


# --- a personal number --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", [ID_NUMBER, "110105 19491231 002x", PHONE, "138-0000-2046", "１３８００００２０４６"]
)
@pytest.mark.parametrize("address", ["/registers/organizations/find/", "/find/"])
def test_a_whole_number_finds_the_organization_and_leaves_the_address(
    world: World, sign_in: Any, led: Organization, typed: str, address: str
) -> None:
    make(world, 5, seed=8, leader_name="别人")
    client = sign_in("street_officer")

    answer = client.post(address, {"q": typed, "kind": "culture"})
    page = client.get(answer["Location"])

    assert answer.status_code == 302
    assert set(parse_qs(urlsplit(answer["Location"]).query)) == {"who"}
    assert "2046" not in answer["Location"]
    assert led.uid in page.text
    assert "<b>1</b>" in page.text
    event = Event.objects.get(name="registers.looked_up")
    assert (event.actor, event.detail["found"]) == (world["street_officer"], 1)
    assert ID_NUMBER not in str(event.detail)
    assert PHONE not in str(event.detail)


@pytest.mark.parametrize("who", ["auditor", "other_street_officer", "neighbour_worker", "sysadmin"])
def test_a_number_finds_nothing_for_those_who_may_not_reveal_it(sign_in: Any, led: Organization, who: str) -> None:
    client = sign_in(who)

    page = client.get(client.post("/registers/organizations/find/", {"q": ID_NUMBER})["Location"])

    assert led.uid not in page.text
    assert "<b>0</b>" in page.text
    assert Event.objects.get(name="registers.looked_up").detail["found"] == 0


def test_the_person_found_by_a_number_reads_who_looked(world: World, sign_in: Any, led: Organization) -> None:
    Organization.objects.filter(pk=led.pk).update(owner=world["founder"])

    sign_in("street_officer").post("/registers/organizations/find/", {"q": ID_NUMBER})
    sign_in("other_street_officer").post("/registers/organizations/find/", {"q": ID_NUMBER})

    looked = Event.objects.get(name="registers.looked_up", detail__found=1)
    assert [row.event for row in disclosures_visible_to(world["founder"])] == [looked]
    assert "按号码查到了你的记录" in sign_in("founder").get("/my/access-log/").text


def test_words_stay_in_the_address_with_the_filter(sign_in: Any, led: Organization) -> None:
    answer = sign_in("street_officer").post(
        "/registers/organizations/find/", {"q": "书画", "kind": ["culture", "other"], "view": "charts", "who": "x"}
    )

    assert parse_qs(urlsplit(answer["Location"]).query) == {
        "q": ["书画"],
        "kind": ["culture", "other"],
        "view": ["charts"],
    }


# --- saved filters ------------------------------------------------------------------------------------------------


def test_a_filter_is_kept_opened_renamed_and_thrown_away(world: World, sign_in: Any, led: Organization) -> None:
    client = sign_in("street_officer")
    kept_at = "/registers/organizations/filters/"
    client.post(kept_at, {"filter": "q=书画&kind=culture&year=2026&sort=name", "name": " 我的 书画 "})
    kept = SavedFilter.objects.get()
    one = f"{kept_at}{kept.uid}/"

    client.post(one, {"step": "first"})
    opened = client.get("/register/")
    client.post(one, {"step": "rename", "name": "书画"})
    listed = client.get(kept_at)
    client.post(one, {"step": "not_first"})

    assert kept.name == "我的 书画"
    assert kept.params == {"q": ["书画"], "kind": ["culture"], "year": ["2026"], "sort": ["name"]}
    assert parse_qs(urlsplit(opened["Location"]).query) == kept.params
    assert "含有“书画”；类别：文体；备案年份：2026 年" in listed.text
    assert client.get("/register/").status_code == 200
    assert client.post(one, {"step": "delete"}).status_code == 302
    assert SavedFilter.objects.count() == 0
    assert [event.name for event in Event.objects.filter(name__startswith="registers.")] == [
        "registers.filter_saved",
        "registers.filter_default",
        "registers.filter_renamed",
        "registers.filter_default",
        "registers.filter_deleted",
    ]


def test_one_filter_opens_first_and_names_are_once(world: World, sign_in: Any) -> None:
    client = sign_in("street_officer")
    for name in ("一", "二"):
        client.post("/registers/organizations/filters/", {"filter": "kind=culture", "name": name})
    first, second = SavedFilter.objects.order_by("pk")
    for kept in (first, second):
        client.post(f"/registers/organizations/filters/{kept.uid}/", {"step": "first"})

    taken = client.post(f"/registers/organizations/filters/{second.uid}/", {"step": "rename", "name": "一"})
    empty = client.post("/registers/organizations/filters/", {"filter": "kind=culture", "name": "  "})

    assert list(SavedFilter.objects.filter(is_default=True)) == [second]
    assert (taken.status_code, empty.status_code) == (422, 422)
    assert "已经有一个叫“一”的筛选" in taken.text
    assert SavedFilter.objects.get(pk=second.pk).name == "二"


def test_what_has_moved_is_left_out_with_a_sentence(world: World, sign_in: Any, led: Organization) -> None:
    client = sign_in("street_officer")
    SavedFilter.objects.create(
        owner=world["street_officer"],
        register="organizations",
        name="旧的",
        params={"kind": ["culture", "pirates"], "area": ["999999"], "sort": ["size"], "gone": ["1"]},
    )

    page = client.get("/register/", {"kind": ["pirates"], "area": "999999", "sort": "size"})

    assert "“类别”里没有“pirates”" in page.text
    assert "“街道、社区”里没有“999999”" in page.text
    assert "没有“size”这种排法" in page.text
    assert client.get("/registers/organizations/filters/").status_code == 200


@pytest.mark.parametrize("step", ["rename", "delete", "first"])
def test_somebody_elses_filter_does_not_exist(world: World, sign_in: Any, step: str) -> None:
    kept = SavedFilter.objects.create(owner=world["street_officer"], register="organizations", name="我的")

    answer = sign_in("district_officer").post(
        f"/registers/organizations/filters/{kept.uid}/", {"step": step, "name": "抢"}
    )

    kept.refresh_from_db()
    assert (answer.status_code, kept.name, kept.is_default) == (404, "我的", False)


# --- share links --------------------------------------------------------------------------------------------------


@pytest.fixture
def link(world: World, sign_in: Any) -> ShareLink:
    """A district officer's link to all cultural organizations by name."""
    sign_in("district_officer").post(
        "/registers/organizations/share/", {"filter": "kind=culture&legal_status=registered&sort=name", "days": "7"}
    )
    return ShareLink.objects.get()


def test_a_link_shows_each_reader_their_own(world: World, sign_in: Any, link: ShareLink) -> None:
    rows = {
        name: make(world, 2, seed=i, area=getattr(world, name), scope=getattr(world, name).path, kind="culture",
                   legal_status="registered")
        for i, name in enumerate(("community", "far_community"), 21)
    }  # fmt: skip

    def seen_by(client: Client) -> tuple[str, set[str]]:
        answer = client.get(f"/s/{link.uid}/")
        page = client.get(answer["Location"])
        return urlsplit(answer["Location"]).path, {name for name, some in rows.items() if names_in(page.text, some)}

    assert seen_by(sign_in("district_officer")) == ("/register/", {"community", "far_community"})
    assert seen_by(sign_in("street_officer")) == ("/register/", {"community"})
    assert seen_by(sign_in("other_street_officer")) == ("/register/", {"far_community"})
    assert seen_by(Client()) == ("/orgs/", {"community", "far_community"})
    assert seen_by(sign_in("resident")) == ("/orgs/", {"community", "far_community"})
    opened = Event.objects.filter(name="registers.link_opened").values_list("actor__username", flat=True)
    assert list(opened) == ["district_officer", "street_officer", "other_street_officer"]


def test_a_link_that_is_taken_back_or_over_opens_nothing(world: World, sign_in: Any, link: ShareLink) -> None:
    owner = sign_in("district_officer")
    page = owner.get(f"/links/{link.uid}/")
    assert f"/s/{link.uid}/" in page.text
    assert '<svg role="img" aria-label="链接的二维码"' in page.text

    ShareLink.objects.filter(pk=link.pk).update(expires_on="2020-01-01")
    over = Client().get(f"/s/{link.uid}/")
    ShareLink.objects.filter(pk=link.pk).update(expires_on=None)
    others = sign_in("street_officer").post(f"/links/{link.uid}/")
    open_still = Client().get(f"/s/{link.uid}/")
    owner.post(f"/links/{link.uid}/")
    owner.post(f"/links/{link.uid}/")

    assert [over.status_code, others.status_code, open_still.status_code] == [410, 404, 302]
    assert Client().get(f"/s/{link.uid}/").status_code == 410
    assert Client().get("/s/nonsense/").status_code == 410
    assert Event.objects.filter(name="registers.link_revoked").count() == 1
    assert "已收回" in owner.get("/links/").text


def test_who_was_looked_up_is_neither_kept_nor_shared(sign_in: Any, led: Organization) -> None:
    client = sign_in("street_officer")
    who = f"who=id:{keyed_hash(ID_NUMBER, 'id_number')}"
    kept = client.post("/registers/organizations/filters/", {"filter": who, "name": "人"})
    shared = client.post("/registers/organizations/share/", {"filter": who, "days": "7"})

    assert (kept.status_code, shared.status_code) == (422, 422)
    assert (SavedFilter.objects.count(), ShareLink.objects.count()) == (0, 0)


# --- the same queries at any size ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["", "q=社区", "q=书画", "kind=culture&year=2024", "sort=name", "view=map", "view=charts"]
)
@pytest.mark.parametrize("who", ["district_officer", "street_officer", ""])
def test_ten_rows_and_three_thousand_cost_the_same_queries(world: World, sign_in: Any, who: str, query: str) -> None:
    client, path = (sign_in(who), "/register/") if who else (Client(), "/orgs/")
    address = f"{path}?{query}&all=1"

    def cost() -> int:
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    make(world, 10, seed=31)
    few = cost()
    make(world, 3000, seed=32)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE organizations_organization")

    assert cost() == few


def test_the_map_counts_every_record_in_sight(world: World, sign_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    place = {"lat": 23.37, "datum": "wgs84", "point_source": "测量"}
    make(world, 12, seed=41, lng=116.7, **place)
    make(world, 1, seed=42, lng=116.71, **place)
    make(world, 3, seed=43, lng=117.5, **place)
    monkeypatch.setattr("linli.core.registers.mapping.MOST", 5)
    address = "/registers/organizations/points/desk.json"
    sight = {"bbox": "116.69,23.36,116.72,23.38", "zoom": "15"}
    client = sign_in("district_officer")

    far, near = client.get(address).json(), client.get(address, sight).json()
    odd = [client.get(address, {"bbox": box, "zoom": "x"}).status_code for box in ("", "1,2", "a,b,c,d", "9,9,1,1")]

    assert (far["more"], [f for f in far["features"] if f["properties"].get("kind") == "cell"]) == (True, [])
    counts = [f["properties"].get("count", 1) for f in near["features"] if f["properties"].get("kind") != "area"]
    assert (sorted(counts), near["more"]) == ([1, 12], True)
    assert odd == [200] * 4


@pytest.mark.parametrize("few", [0, 3000], ids=["each on the way", "by their keys"])
@pytest.mark.parametrize("asked", ["书画", "金苑 书画", "没有这个", "。", "BG-1"])
def test_changes_are_found_by_the_name_of_their_organization(
    world: World, monkeypatch: pytest.MonkeyPatch, few: int, asked: str
) -> None:
    monkeypatch.setattr(search, "FEW", few)
    made = {
        name: Amendment.objects.create(
            organization=Organization.objects.create(
                name=name, area=world.community, number=f"N{n}", filed_on="2024-01-01"
            ),
            kind="name",
            state="review",
            number=f"BG-{n}",
        )
        for n, name in enumerate(("金苑书画社", "凤亭书画社", "金苑合唱团"))
    }
    plain = {
        name
        for name, row in made.items()
        if row.number == asked or all(word in name for word in asked.replace("。", "").split())
    }

    found = Cases(AMENDMENT, world["street_officer"], words=asked)

    assert {row.organization.name for row in found.page().rows} == plain
    assert {row.organization.name for row in found.queryset} == plain


def test_where_nothing_is_found_the_page_says_so_beside_the_list_and_offers_the_way_back(sign_in: Any) -> None:
    client = sign_in("district_officer")
    page = client.get("/register/?q=无此组织名").text

    assert '<span class="muted">去掉</span> “无此组织名”</a>' in page
    assert client.get("/register/?q=无此组织名&part=facets").text == '<p class="muted">没有可以再缩小的条件。</p>'
