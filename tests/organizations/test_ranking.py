"""The four dimensions: measured the moment a record changes, the same whether one or all are measured."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.organizations.test_dormant import verified
from tests.personas import UserFactory, World

from linli.areas.models import Area
from linli.core import clock
from linli.core.parameters.models import ParameterValue
from linli.organizations.actions import activities
from linli.organizations.actions import ranking as actions
from linli.organizations.actions.credit import enter_credit_info, withdraw_credit_info
from linli.organizations.choices.ranking import Dimension, Item
from linli.organizations.models import Activity, CheckIn, CreditInfo, Organization, Ruler, Standing
from linli.organizations.queries import ranking as queries

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def standing(organization: Organization) -> Standing:
    return Standing.objects.select_related("organization__area__parent__parent").get(pk=organization.pk)


def another(world: World, n: int, *, area: str = "community", **values: Any) -> Organization:
    """One more organization on the register, as an import writes it."""
    given = {
        "name": f"邻里互助社{n}", "kind": "culture", "area": getattr(world, area), "number": f"BA-{n}",
        "purpose": "互助", "address": "活动室", "leader_name": "陈梅", "member_count": 20,
        "filed_on": clock.today() - dt.timedelta(days=400),
    }  # fmt: skip
    return Organization.objects.create(**{**given, **values})


def happened(organization: Organization, days: int = 30, **values: Any) -> Activity:
    """A verified activity some days ago, written as a mass of them is."""
    start = clock.now() - dt.timedelta(days=days)
    given = {
        "state": "verified", "name": "活动", "kind": "service", "starts_at": start,
        "ends_at": start + dt.timedelta(hours=2), "place": "活动室", "expected": 30, "person_times": 40,
        "persons": 30, "hours": Decimal(4), "spent": Decimal(0), "summary_text": "办了。", "checked_in": 1,
    }  # fmt: skip
    return Activity.objects.create(organization=organization, **{**given, **values})


@pytest.fixture
def ruled(world: World, filed: Organization) -> Organization:
    """Filed, and its district has a ruler."""
    actions.rank_all()
    return filed


# --- the formula ------------------------------------------------------------------------------------------------


def test_the_example_of_the_page_worked_by_hand(world: World, filed: Organization) -> None:
    """docs/algorithms/ranking.md works this example by hand."""
    Area.objects.filter(pk=world.community.pk).update(population=8000)
    for n, count in enumerate((0, 3, 4, 6)):
        other = another(world, n)
        for k in range(count):
            happened(other, 20 + k)
    for days, persons, kind in ((200, 60, "service"), (90, 120, "talk"), (30, 45, "class")):
        happened(filed, days, persons=persons, person_times=150, kind=kind)
    happened(filed, 400, persons=4000, person_times=4000)  # before the window
    Organization.objects.filter(pk=filed.pk).update(
        party_cover="joint", stars=3, stars_until=clock.today() + dt.timedelta(days=100)
    )
    actions.rank_all()

    row, ruler = standing(filed), Ruler.objects.get(kind="culture")
    assert (ruler.organizations, ruler.median) == (5, Decimal(3))
    assert (row.held, row.served, row.target, row.grade, row.awards) == (3, 120, 400, 3, 0)
    assert queries.missing(row, ruler) == [Item.REPORT]
    assert (row.active, row.orderly, row.coverage, row.influence) == (10000, 8750, 3000, 3000)
    assert row.total == 688_750  # 35 + 21.875 + 6 + 6 = 68.875
    told = [(part.dimension, part.worth, part.most) for part in queries.parts_of(row, ruler)]
    assert told == [
        (Dimension.ACTIVE, Decimal("35.00"), Decimal("35.00")),
        (Dimension.ORDERLY, Decimal("21.88"), Decimal("25.00")),
        (Dimension.COVERAGE, Decimal("6.00"), Decimal("20.00")),
        (Dimension.INFLUENCE, Decimal("6.00"), Decimal("20.00")),
    ]
    dearest = queries.pulled_down(queries.parts_of(row, ruler))
    assert [part.dimension for part in dearest] == [Dimension.COVERAGE, Dimension.INFLUENCE, Dimension.ORDERLY]


def test_a_kind_that_does_nothing_is_measured_by_one_activity(world: World, ruled: Organization) -> None:
    assert Ruler.objects.get().median == 1
    assert standing(ruled).active == 0
    happened(ruled)
    assert standing(ruled).active == 10000


def test_a_district_weighs_for_itself(world: World, ruled: Organization) -> None:
    happened(ruled)
    for each, value in zip(Dimension, (50, 0, 0, 0), strict=True):
        ParameterValue.objects.create(
            key=f"ranking.weight_{each.value}", scope=world.district.path, value=value, valid_from="2020-01-01",
            set_by=world["sysadmin"],
        )  # fmt: skip
    before = standing(ruled).total
    actions.rank_all()
    assert before < standing(ruled).total == 1_000_000


def test_only_what_was_verified_counts(world: World, ruled: Organization) -> None:
    head = world["founder"]
    from tests.organizations.test_activities import SUMMARY, held

    activity = activities.summarise_activity(held(ruled, head, -5), actor=head, **SUMMARY)
    assert standing(ruled).held == 0
    activities.confirm_activity(activity, actor=world["community_worker"])
    assert standing(ruled).held == 1


def test_one_person_who_comes_ten_times_is_one(world: World, ruled: Organization) -> None:
    for n in range(10):
        activity = happened(ruled, 10 + n, persons=1, person_times=1)
        CheckIn.objects.create(activity=activity, person=world["resident"])
    assert standing(ruled).served == 1
    CheckIn.objects.create(activity=activity, person=world["stranger"])
    assert standing(ruled).served == 2


def test_an_expired_grade_counts_nothing(world: World, ruled: Organization) -> None:
    Organization.objects.filter(pk=ruled.pk).update(stars=5, stars_until=clock.today() - dt.timedelta(days=1))
    assert standing(ruled).grade == 0
    Organization.objects.filter(pk=ruled.pk).update(stars=5, stars_until=clock.today())
    assert (standing(ruled).grade, standing(ruled).influence) == (5, 5000)


# --- at once ----------------------------------------------------------------------------------------------------


def test_a_record_moves_its_organization_at_once(world: World, ruled: Organization) -> None:
    verified(world, ruled, -3)
    before = standing(ruled)
    assert before.held == 1
    officer = world["district_officer"]
    info = enter_credit_info(
        ruled, actor=officer, kind="report", title="2025 年度工作报告", source="金平区民政局",
        happened_on=clock.today(),
    )  # fmt: skip
    assert standing(ruled).passed == before.passed | Item.REPORT
    withdraw_credit_info(info, actor=officer, reason="录错了组织")
    assert standing(ruled) == before
    assert standing(ruled).passed == before.passed


def test_an_activity_that_moves_to_another_organization_moves_both(world: World, ruled: Organization) -> None:
    other, activity = another(world, 1), happened(ruled)
    Activity.objects.filter(pk=activity.pk).update(organization=other)
    assert (standing(ruled).held, standing(other).held) == (0, 1)


def test_what_ends_is_compared_no_longer(world: World, ruled: Organization) -> None:
    Organization.objects.filter(pk=ruled.pk).update(legal_status="filing_cancelled", ended_on=clock.today())
    row = standing(ruled)
    assert (row.ranked, row.total) == (False, 0)
    assert queries.standing_of(ruled.uid) is None


def test_the_window_moves_with_the_ruler(world: World, ruled: Organization) -> None:
    happened(ruled, 300)
    assert standing(ruled).held == 1
    with clock.at(clock.now() + dt.timedelta(days=100)):
        assert actions.remeasure() == 0
        assert actions.rank_all() == 1
        assert standing(ruled).held == 0
        assert actions.rank_all() == 0


def test_a_summary_that_is_late_costs_its_item(world: World, ruled: Organization) -> None:
    happened(ruled)
    assert standing(ruled).passed & Item.SUMMARIES
    happened(ruled, 5, state="held", person_times=None, persons=None, hours=None, summary_text="")
    assert standing(ruled).passed & Item.SUMMARIES
    happened(ruled, 60, state="held", person_times=None, persons=None, hours=None, summary_text="")
    assert not standing(ruled).passed & Item.SUMMARIES


KINDS = ("culture", "service")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_one_by_one_is_the_same_as_all_at_once(world: World, data: st.DataObject) -> None:
    """Whatever happens in whatever order, each standing is what a full recomputation gives."""
    from django.db import transaction

    with transaction.atomic():
        rows = [another(world, n, kind=KINDS[n % 2], area=("community", "far_community")[n // 2]) for n in range(4)]
        actions.rank_all()
        people = [UserFactory(username=f"人{n}") for n in range(2)]
        for _step in range(data.draw(st.integers(1, 10))):
            what = data.draw(st.sampled_from(
                ("held", "state", "delete", "sign", "unsign", "info", "withdraw", "org", "move", "people", "ruler")
            ))  # fmt: skip
            one = data.draw(st.sampled_from(rows))
            _do(world, what, one, rows, people, data)
        assert Standing.objects.count() == Organization.objects.count()
        kept = list(Standing.objects.order_by("pk").values())
        assert actions.remeasure() == 0
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM organizations_standing")
        actions.remeasure()
        assert list(Standing.objects.order_by("pk").values()) == kept
        assert sorted((row["pk"], row["total"]) for row in reference()) == [
            (row["organization_id"], row["total"]) for row in kept if row["ranked"]
        ]
        transaction.set_rollback(True)


def _do(world: World, what: str, one: Organization, rows: Any, people: Any, data: st.DataObject) -> None:
    mine = list(Activity.objects.filter(organization=one).order_by("pk"))
    activity = data.draw(st.sampled_from(mine)) if mine else None
    match what:
        case "held":
            kind = data.draw(st.sampled_from(("talk", "service")))
            persons = data.draw(st.integers(1, 500))
            spent = data.draw(st.sampled_from((None, Decimal(0))))
            happened(
                one, data.draw(st.sampled_from((1, 100, 364, 367))), kind=kind, persons=persons, person_times=600,
                spent=spent, open_to_all=data.draw(st.booleans()),
            )  # fmt: skip
        case "state" if activity:
            Activity.objects.filter(pk=activity.pk).update(
                state=data.draw(st.sampled_from(("held", "summed", "verified")))
            )
        case "delete" if activity:
            CheckIn.objects.filter(activity=activity).delete()
            Activity.objects.filter(pk=activity.pk).delete()
        case "sign" if activity:
            CheckIn.objects.get_or_create(activity=activity, person=data.draw(st.sampled_from(people)))
        case "unsign" if activity:
            CheckIn.objects.filter(activity=activity).delete()
        case "info":
            CreditInfo.objects.create(
                organization=one, kind=data.draw(st.sampled_from(("report", "penalty", "other"))), title="一条",
                source="局", happened_on=clock.today() - dt.timedelta(days=data.draw(st.sampled_from((0, 400)))),
                entered_by=world["district_officer"],
            )  # fmt: skip
        case "withdraw":
            CreditInfo.objects.filter(organization=one).update(
                withdrawn_on=clock.today(), withdrawn_by=world["district_officer"], withdrawn_reason="错了"
            )
        case "org":
            Organization.objects.filter(pk=one.pk).update(**data.draw(st.sampled_from((
                {"kind": "service"}, {"kind": "culture"}, {"party_cover": "own"}, {"credit_status": "abnormal"},
                {"legal_status": "filing_cancelled"}, {"legal_status": "filed"}, {"purpose": ""},
                {"stars": 4, "stars_until": clock.today()}, {"stars": None, "stars_until": None},
            ))))  # fmt: skip
        case "move":
            area = data.draw(st.sampled_from((world.community, world.far_community)))
            Organization.objects.filter(pk=one.pk).update(area=area, scope=area.path)
        case "people":
            Area.objects.filter(pk=world.community.pk).update(population=data.draw(st.integers(0, 50_000)))
        case "ruler":
            actions.rank_all()


def reference() -> list[dict[str, Any]]:
    """The formula once more, in Python, organization by organization."""
    found = []
    for row in Organization.objects.filter(legal_status__in=("filed", "registering", "registered")):
        ruler = Ruler.objects.filter(kind=row.kind).first()
        if ruler is None:
            continue
        mine = list(Activity.objects.filter(organization=row, state="verified", starts_at__gte=ruler.since))
        people = {sign.person_id for sign in CheckIn.objects.filter(activity__in=mine)}
        since = timezone.localdate(ruler.since)
        infos = CreditInfo.objects.filter(organization=row, withdrawn_on=None, happened_on__gte=since)
        late = Activity.objects.filter(organization=row, state="held", ends_at__lt=ruler.summed_by).exists()
        kinds = {info.kind for info in infos}
        items = [
            bool(row.purpose and row.address and row.leader_name and row.member_count is not None),
            row.party_cover != "none",
            bool(mine) and all(each.spent is not None for each in mine),
            any(each.kind == "talk" for each in mine),
            any(each.open_to_all for each in mine),
            "report" in kinds,
            bool(mine) and not late,
            row.credit_status == "normal" and "penalty" not in kinds,
        ]
        area = Area.objects.get(pk=row.area_id)
        target = max(ruler.target_least, (area.population or 0) * ruler.target_share // 100)
        served = max([len(people), *(each.persons or 0 for each in mine)])
        parts = (
            min(Decimal(1), len(mine) / ruler.median),
            Decimal(sum(items)) / 8,
            min(Decimal(1), Decimal(served) / target),
            Decimal(row.stars_now) / 5 / 2,
        )
        whole = [int(part * 10000 + Decimal("0.5")) for part in parts]
        weights = (35, 25, 20, 20)
        total = sum(w * p for w, p in zip(weights, whole, strict=True))
        found.append({"pk": row.pk, "total": total})
    return found


# --- places and pages -------------------------------------------------------------------------------------------


def test_places_are_counted_equals_share_them(world: World, ruled: Organization) -> None:
    rows = [another(world, n, area=("community", "far_community")[n % 2]) for n in range(4)]
    for n, row in enumerate(rows):
        for k in range(n // 2):
            happened(row, 10 + k)
    actions.rank_all()
    found = [queries.places_of(standing(row)) for row in rows]
    assert [[(place.area.level, place.place, place.among) for place in each] for each in found] == [
        [("community", 2, 3), ("street", 2, 3), ("district", 3, 5)],
        [("community", 2, 2), ("street", 2, 2), ("district", 3, 5)],
        [("community", 1, 3), ("street", 1, 3), ("district", 1, 5)],
        [("community", 1, 2), ("street", 1, 2), ("district", 1, 5)],
    ]
    above = queries.next_above(standing(rows[0]), world.district)
    assert above is not None
    assert above.total == standing(rows[2]).total


@pytest.fixture
def many(world: World, ruled: Organization) -> list[Organization]:
    rows = [another(world, n) for n in range(40)]
    for n, row in enumerate(rows[:20]):
        happened(row, persons=1 + n // 2)
    actions.rank_all()
    return rows


def told(client: Client, address: str) -> tuple[list[tuple[str, str]], str]:
    import re

    text = client.get(address).content.decode()
    rows = re.findall(r'data-label="名次">(\d+)</td><td><a href="[^"]+">([^<]+)<', text)
    following = re.search(r'rel="next" href="([^"]+)"', text)
    return rows, following[1].replace("&amp;", "&") if following else ""


def test_the_public_page_has_every_one_once_with_its_place(world: World, many: list[Organization]) -> None:
    client = Client()
    first, following = told(client, "/ranking/")
    second, end = told(client, "/ranking/" + following)
    assert (len(first), len(second), end) == (30, 11, "")
    for place, name in [*first, *second]:
        row = standing(Organization.objects.get(name=name))
        assert int(place) == queries.place_in(queries.standings_in(world.district, "culture"), row.total)
    assert len({name for _place, name in [*first, *second]}) == 41
    assert client.get("/ranking/?after=nonsense&kind=nothing").status_code == 200
    assert client.get("/ranking/?area=999999").status_code == 404


def test_a_page_costs_the_same_with_one_and_with_thirty_rows(
    world: World, ruled: Organization, django_assert_num_queries: Any
) -> None:
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.get("/ranking/")
    with CaptureQueriesContext(connection) as one:
        client.get("/ranking/")
    for n in range(30):
        another(world, n)
    with django_assert_num_queries(len(one)):
        assert len(told(client, "/ranking/")[0]) == 30


def test_a_district_is_ranked_at_its_first_preparing(world: World, filed: Organization) -> None:
    assert [area.path for area in queries.unranked_districts()] == [world.district.path]

    actions.rank_district(world.district.path)

    assert queries.unranked_districts() == []


def test_no_page_before_there_is_a_ranking(world: World, filed: Organization) -> None:
    answer = Client().get("/ranking/")
    assert answer.status_code == 200
    assert "还没有排位" in answer.content.decode()


@pytest.mark.parametrize(
    ("who", "explained"),
    [("founder", True), ("street_officer", True), ("other_street_officer", False), ("stranger", False)],
)
def test_what_to_do_next_is_for_itself_and_its_officers(
    world: World, ruled: Organization, who: str, explained: bool
) -> None:
    client = Client()
    client.force_login(world[who], backend=BACKEND)
    text = client.get(f"/ranking/{ruled.uid}/").content.decode()
    assert ("接下来做什么" in text, "再办 1 场活动并经核实" in text) == (explained, explained)
    assert "四个部分" in text
    assert Client().get("/ranking/nobody/").status_code == 404


def test_programs_read_the_same(world: World, ruled: Organization) -> None:
    happened(ruled)
    client = Client()
    page = client.get("/api/v1/ranking", {"area": "440511", "kind": "culture"}).json()
    assert [(row["organization"], row["total"]) for row in page["items"]] == [(ruled.name, standing(ruled).total)]
    assert client.get("/api/v1/ranking", {"area": "1", "kind": "culture"}).status_code == 404
    assert client.get("/api/v1/ranking", {"area": "440511", "kind": "none"}).status_code == 422


def test_two_writers_of_one_organization_lose_nothing(transactional_db: Any) -> None:
    """The second waits at the standing and then sees what the first did."""
    import threading

    from django.db import connections, transaction
    from tests.personas import AreaFactory

    district = AreaFactory(name="金平区", level="district", code="440511")
    street = AreaFactory(name="东方街道", level="street", code="440511004", parent=district)
    community = AreaFactory(name="金苑居委会", level="community", code="440511004001", parent=street)
    row = Organization.objects.create(
        name="互助社", kind="culture", area=community, number="BA-1", filed_on=clock.today(), member_count=3
    )
    actions.rank_all()
    wrote, go = threading.Event(), threading.Event()

    def second() -> None:
        wrote.wait(10)
        go.set()
        happened(row, 20)
        connections.close_all()

    thread = threading.Thread(target=second)
    thread.start()
    with transaction.atomic():
        happened(row, 10)
        wrote.set()
        go.wait(10)
        thread.join(0.5)
        assert thread.is_alive(), "it waits for the row"
    thread.join(10)
    assert standing(row).held == 2
    assert actions.remeasure() == 0
