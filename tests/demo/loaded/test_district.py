"""The loaded district is whole, valid and alive."""

from __future__ import annotations

from collections import Counter

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from shapely.geometry import Point, shape

from linli.areas.models import Area
from linli.core import clock
from linli.core.access.holders import holders_of
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.codes.id_number import check_id_number
from linli.core.codes.names import check_organization_name, check_person_name
from linli.core.codes.phone import check_mobile, check_phone
from linli.core.codes.uscc import check_uscc, inner_warning
from linli.core.files.models import Attachment
from linli.core.notices import unread_count
from linli.core.privacy import keyed_hash
from linli.core.workdays import calendar
from linli.core.workflow import OWNER, SYSTEM
from linli.core.workflow.models import Serial, Task
from linli.core.workflow.queries import differences, steps_for, tasks_of, versions
from linli.demo import load
from linli.demo.personas import COMMUNITY, DISTRICT, PERSONAS, STREET
from linli.demo.queries import waiting_for
from linli.organizations.choices import filing as choices
from linli.organizations.choices.filing import FilingState, Kind, LegalStatus, NationalKind
from linli.organizations.models import Amendment, Filing, Grading, Organization, Revocation
from linli.organizations.queries.revocation import public_revocations

pytestmark = pytest.mark.usefixtures("district")


def test_counts() -> None:
    place = Area.objects.get(code=DISTRICT)
    levels = Counter(Area.objects.filter(path__startswith=place.path).values_list("level", flat=True))

    assert (levels["street"], levels["community"], Organization.objects.count()) == (12, 170, 532)
    assert 170 * 2 <= levels["grid"] <= 170 * 6
    assert levels["grid"] * 4 <= levels["microgrid"] <= levels["grid"] * 8
    assert levels["building"] > 0


def test_kinds_have_the_shares_of_the_rulebook() -> None:
    kinds = Counter(Organization.objects.values_list("kind", flat=True))

    assert {kind: round(100 * kinds[kind] / 532) for kind in Kind} == {
        Kind.SERVICE: 42,
        Kind.AUTONOMY: 16,
        Kind.CULTURE: 24,
        Kind.SAFETY: 16,
        Kind.OTHER: 2,
    }
    assert Organization.objects.filter(national_kind=NationalKind.CHARITY).count() == 243


def test_every_legal_status_and_seventeen_registered_with_a_code() -> None:
    statuses = Counter(Organization.objects.values_list("legal_status", flat=True))
    codes = list(Organization.objects.exclude(uscc="").values_list("uscc", flat=True))

    assert set(statuses) == set(LegalStatus)
    assert statuses[LegalStatus.REGISTERED] == 17
    assert Organization.objects.filter(legal_status=LegalStatus.REGISTERED, uscc="").count() == 0
    assert [(check_uscc(code), inner_warning(code)) for code in codes] == [(code, "") for code in codes]


def test_codes_follow_the_legal_type() -> None:
    pairs = Organization.objects.exclude(uscc="").values_list("legal_type", "uscc")
    begins = {(legal_type, code[:2]) for legal_type, code in pairs}

    assert begins == {("association", "51"), ("service", "52")}


def test_gradings_and_revocations_stand_in_several_states() -> None:
    gradings = set(Grading.objects.values_list("scheme", "state"))
    matters = set(Revocation.objects.values_list("kind", "state"))

    assert gradings == {
        *(("grade", state) for state in ("concluded", "notice", "ballot", "evaluation", "check", "mend")),
        *(("stars", state) for state in ("concluded", "notice", "evaluation", "opinion")),
    }
    assert matters == {("revoke", "stating"), ("revoke", "deciding"), ("ban", "window"), ("ban", "serving")}
    assert [row.organization for row in public_revocations()] == [
        row.organization for row in Revocation.objects.filter(state="window")
    ]


def test_loading_again_changes_nothing() -> None:
    before = (Event.objects.count(), User.objects.count(), Task.objects.count())
    told: list[str] = []

    load.ensure(told.append)

    assert ((Event.objects.count(), User.objects.count(), Task.objects.count()), told) == (before, [])


def test_every_open_duty_has_a_holder_who_may_take_a_step() -> None:
    stuck = []
    for task in Task.objects.filter(closed_at__isnull=True).exclude(role=SYSTEM).select_related("owner"):
        holders = [task.owner] if task.role == OWNER else holders_of(task.role, task.scope)
        if task.kind == Task.Kind.WATCH:
            able = holders
        else:
            able = [user for user in holders if user and steps_for(user, task.case)]  # type: ignore[arg-type]
        if not able:
            stuck.append((task.title, task.state))

    assert stuck == []


def test_every_community_and_street_has_its_posts() -> None:
    held = set(Area.objects.filter(posts__isnull=False).values_list("posts__role", "pk"))
    wanted = {"street": ("street_officer", "street_head"), "community": ("community_worker", "community_head")}
    below = Area.objects.filter(code__startswith=DISTRICT, level__in=wanted)

    assert [area.name for area in below for role in wanted[area.level] if (role, area.pk) not in held] == []


def test_a_filed_organization_has_its_number_its_case_and_its_trace() -> None:
    steps = [choices.SUBMIT.name, choices.AGREE.name, choices.ISSUE.name]
    traces: dict[int, list[tuple[str, object]]] = {}
    for name, at, case in (
        Event.objects.filter(name__in=steps).order_by("at", "id").values_list("name", "at", "subject_id")
    ):
        traces.setdefault(case, []).append((name, at))
    wrong = []
    for filing in Filing.objects.filter(state=FilingState.FILED).select_related("organization", "area__parent"):
        organization = filing.organization
        assert organization is not None
        trace = traces[filing.pk]
        street = organization.number.split("-")[1] if organization.number else ""
        if (
            [name for name, _at in trace] != steps
            or filing.area is None
            or street != filing.area.number_code
            or organization.filed_on != timezone.localdate(filing.ended_at)
        ):
            wrong.append(organization.name)
    unfiled = [LegalStatus.GRASSROOTS, LegalStatus.BANNED]

    assert wrong == []
    assert Organization.objects.exclude(legal_status__in=unfiled).filter(filing__isnull=True).count() == 0


def test_people_act_on_working_days() -> None:
    names = [choices.SUPPORT.name, choices.OPPOSE.name, choices.AGREE.name, choices.REFUSE.name]
    days = {timezone.localdate(at) for at in Event.objects.filter(name__in=names).values_list("at", flat=True)}

    assert [day for day in sorted(days) if not calendar().is_workday(day)] == []


def test_nothing_happens_later_than_now() -> None:
    assert Event.objects.filter(at__gt=clock.now()).count() == 0
    assert Organization.objects.filter(filed_on__gt=clock.today()).count() == 0


def test_most_duties_were_done_in_time() -> None:
    rows = Task.objects.filter(kind=Task.Kind.ACT, closed_at__isnull=False, due_on__isnull=False).exclude(role=SYSTEM)
    in_time = [timezone.localdate(row.closed_at) <= row.due_on for row in rows if row.due_on]

    assert 0.94 < sum(in_time) / len(in_time) < 0.99


def test_numbers_have_no_gaps() -> None:
    given: dict[str, list[int]] = {}
    for model in (Organization, Filing, Amendment):
        for number in model.objects.exclude(number__isnull=True).exclude(number="").values_list("number", flat=True):
            key, _dash, count = str(number).rpartition("-")
            given.setdefault(key, []).append(int(count))

    assert {key: sorted(counts) for key, counts in given.items()} == {
        key: list(range(1, last + 1)) for key, last in Serial.objects.filter(key__in=given).values_list("key", "last")
    }


def test_persons_and_names_are_formed_right() -> None:
    rows = list(Organization.objects.all())

    assert [row.name for row in rows if check_organization_name(row.name) != row.name] == []
    assert [row.name for row in rows if check_id_number(row.leader_id_number) != row.leader_id_number] == []
    assert [row.name for row in rows if check_mobile(row.leader_phone) != row.leader_phone] == []
    assert [row.name for row in rows if check_person_name(row.leader_name) != row.leader_name] == []
    assert [row.name for row in rows if row.leader_phone_hash != keyed_hash(row.leader_phone, "phone")] == []
    assert [row.name for row in rows if row.leader_id_hash != keyed_hash(row.leader_id_number, "id_number")] == []
    assert max(Counter((row.area_id, row.name) for row in rows).values()) == 1
    for user in User.objects.exclude(phone=""):
        assert check_phone(user.phone) == user.phone
        assert user.phone_hash == keyed_hash(user.phone, "phone")


def test_the_hardest_names_are_there() -> None:
    assert max(len(name) for name in Organization.objects.values_list("name", flat=True)) == 60
    assert "阿不都热合曼·阿卜杜拉" in set(Organization.objects.values_list("leader_name", flat=True))


def test_outlines_nest_and_do_not_overlap() -> None:
    outlines = {area.pk: shape(area.boundary) for area in Area.objects.filter(boundary__isnull=False)}
    streets = list(Area.objects.filter(code__startswith=DISTRICT, level="street"))
    assert all(outline.is_valid for outline in outlines.values())
    for n, street in enumerate(streets):
        for other in streets[n + 1 :]:
            shared = outlines[street.pk].intersection(outlines[other.pk]).area
            assert shared < 0.01 * min(outlines[street.pk].area, outlines[other.pk].area)
        parts = sum(outlines[child.pk].area for child in Area.objects.filter(parent=street))
        assert parts == pytest.approx(outlines[street.pk].area, rel=0.01)
    for row in Organization.objects.select_related("area"):
        assert outlines[row.area_id].buffer(1e-4).contains(Point(row.lng, row.lat))


def test_papers_are_there() -> None:
    sent = Filing.objects.exclude(state=FilingState.DRAFT)
    slots = Counter(Attachment.objects.values_list("slot", flat=True))

    assert slots["charter"] >= sent.count()
    assert slots["venue"] >= sent.count()
    assert slots["other"] > 5


# --- what the personas find -------------------------------------------------------------------------------------


def anchor() -> object:
    """Today, or the next working day: what is due by working days falls there."""
    today = clock.today()
    return today if calendar().is_workday(today) else calendar().add(today, 1)


def duties_of(username: str) -> list[Task]:
    return list(tasks_of(User.objects.get(username=username)))


def test_the_street_officer_has_a_dozen_duties_some_late_some_due() -> None:
    rows = [row for row in duties_of("linxiaoyan") if row.process in ("filing", "amendment")]

    assert len(rows) == 12
    assert sum(row.due_on is not None and row.due_on < clock.today() for row in rows) == 2
    assert sum(row.due_on == anchor() for row in rows) == 3
    assert {row.kind for row in rows} == {Task.Kind.ACT}


def test_what_is_late_has_climbed_to_the_head_of_the_street() -> None:
    assert [(row.kind, row.level) for row in duties_of("caiweixiong")] == [(Task.Kind.WATCH, Task.Level.LATE)] * 6
    assert unread_count(User.objects.get(username="caiweixiong")) > 0


def test_the_community_worker_has_opinions_to_give() -> None:
    rows = [row for row in duties_of("huangzhiqiang") if row.state == "opinion"]

    assert len([row for row in rows if row.process in ("filing", "amendment")]) == 5
    assert sum(row.due_on == anchor() for row in rows) >= 1
    # What he typed for residents is judged by somebody else.
    assert len([row for row in duties_of("xuhuiru") if row.state == "opinion"]) == 1


def test_the_founder_has_one_to_mend_one_half_filled_and_one_under_review_in_two_versions() -> None:
    founder = User.objects.get(username="chenxiumei")
    states = sorted(Filing.objects.filter(owner=founder).values_list("state", flat=True))
    twice = Filing.objects.get(owner=founder, state=FilingState.REVIEW)
    first, second = versions(twice)

    assert states == ["draft", "filed", "mend_community", "review"]
    assert {change.label for change in differences(first.content, second.content)} == {"宗旨和活动内容", "活动场所"}
    assert Organization.objects.get(owner=founder).name == "春梅书画社"
    assert unread_count(founder) == 8  # four of them are statements of the ledger


def test_running_cases_stand_in_every_state() -> None:
    assert set(Filing.objects.values_list("state", flat=True)) == set(FilingState)
    assert Filing.objects.filter(state=FilingState.PUBLICITY, publicity_to__gte=clock.today()).count() > 3


def test_the_register_of_the_street_counts_forty_eight() -> None:
    street = Area.objects.get(code=STREET)
    living = Organization.objects.filter(scope__startswith=street.path).count()

    assert living >= 48
    assert Organization.objects.filter(area__code=COMMUNITY).count() >= 14


def test_each_persona_has_an_account_and_the_post_it_says() -> None:
    for person in PERSONAS:
        user = User.objects.get(username=person.username)
        held = list(user.posts.values_list("role", "area__code", "title"))
        assert held == ([(person.role, person.area, person.post)] if person.role else [])
        assert user.check_password(person.password)


def test_the_page_of_personas_counts_what_the_desks_count() -> None:
    people = list(User.objects.filter(username__in=[person.username for person in PERSONAS]))

    assert waiting_for(people) == {user.pk: tasks_of(user).count() for user in people}
    assert sum(waiting_for(people).values()) > 20


def test_the_page_of_personas_costs_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(6):
        page = client.get(reverse("demo:personas")).content.decode()

    assert [person.username for person in PERSONAS if f'value="{person.username}"' not in page] == []
    assert f"{len(duties_of('linxiaoyan'))} 件待办" in page
