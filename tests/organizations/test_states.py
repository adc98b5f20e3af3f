"""States that do not depend on each other: known values, and what the database refuses."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from tests.personas import World

from linli.core import clock
from linli.core.audit.marks import mark_rows, sound_rows
from linli.core.audit.renewal import renew_marks
from linli.organizations.actions.register import cancel_filing
from linli.organizations.models import STATE_FIELDS, Organization

UNTIL = dt.date(2031, 5, 31)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.mark.parametrize(
    ("status", "values"),
    [
        ("filed", {"credit_status": "bad"}),
        ("filed", {"urban_rural": "hill"}),
        ("filed", {"legal_type": "association"}),
        ("filed", {"registered_level": "city"}),
        ("filed", {"grade": "3A", "grade_until": UNTIL}),
        ("registered", {"grade": "3A"}),
        ("registered", {"grade": "6A", "grade_until": UNTIL}),
        ("registered", {"grade_until": UNTIL}),
        ("filed", {"stars": 3}),
        ("filed", {"stars": 6, "stars_until": UNTIL}),
        ("filing_cancelled", {"stars": 3, "stars_until": UNTIL}),
    ],
)
def test_form_and_database_refuse(filed: Organization, status: str, values: dict[str, Any]) -> None:
    for name, value in {"legal_status": status, **values}.items():
        setattr(filed, name, value)

    with pytest.raises(ValidationError):
        filed.full_clean(exclude=["owner"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Organization.objects.filter(pk=filed.pk).update(legal_status=status, **values)


@pytest.mark.parametrize(
    ("status", "values"),
    [
        ("filed", {"stars": 5, "stars_until": UNTIL, "incubation_status": "in", "party_cover": "group"}),
        ("registered", {"legal_type": "foundation", "registered_level": "province", "grade": "5A"}),
    ],
)
def test_they_do_not_depend_on_each_other(filed: Organization, status: str, values: dict[str, Any]) -> None:
    values |= {"grade_until": UNTIL} if "grade" in values else {}
    Organization.objects.filter(pk=filed.pk).update(legal_status=status, activity_status="dormant", **values)
    filed.refresh_from_db()

    assert {name: getattr(filed, name) for name in values} == values
    filed.full_clean(exclude=["owner"])


def test_a_place_says_whether_urban_or_rural(filed: Organization) -> None:
    assert filed.area is not None
    filed.area.urban_rural = "rural"
    filed.save()
    assert filed.urban_rural == "rural"
    filed.area.urban_rural = "urban"
    filed.save()
    assert filed.urban_rural == "rural"


def test_grade_and_stars_run_out(filed: Organization) -> None:
    today = clock.today()
    filed.grade, filed.grade_until = "4A", today
    filed.stars, filed.stars_until = 2, today - dt.timedelta(days=1)
    assert (filed.grade_now, filed.stars_now) == ("4A", 0)


def test_whose_filing_ends_loses_the_stars(world: World, filed: Organization) -> None:
    Organization.objects.filter(pk=filed.pk).update(stars=2, stars_until=UNTIL)
    ended = cancel_filing(filed, actor=world["street_officer"])
    assert (ended.legal_status, ended.stars, ended.stars_until) == ("filing_cancelled", None, None)


def test_rows_marked_before_the_states_are_still_sound(filed: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    before, *_later = Organization.MARKED_BEFORE
    assert set(before).isdisjoint(STATE_FIELDS)
    with monkeypatch.context() as patched:
        patched.setattr(Organization, "MARKED", before)
        mark_rows(Organization, [filed.pk])

    assert sound_rows(Organization, [filed.pk]) == {filed.pk}
    found = [(each.rows, each.left) for each in renew_marks() if each.model is Organization]
    assert found == [(1, 0)]
    assert sound_rows(Organization, [filed.pk]) == {filed.pk}

    with connection.cursor() as cursor:
        cursor.execute("UPDATE organizations_organization SET credit_status = 'dishonest'")
    assert sound_rows(Organization, [filed.pk]) == set()


def test_pages_say_them(client: Client, world: World, filed: Organization) -> None:
    Organization.objects.filter(pk=filed.pk).update(
        legal_status="registered", legal_type="service", grade="4A", grade_until=UNTIL, activity_status="low"
    )
    public = client.get(filed.public_url).content.decode()
    assert [word in public for word in ("社会服务机构", "4A", "活动偏少")] == [True, True, False]

    client.force_login(world["street_officer"], backend=BACKEND)
    page = client.get(filed.get_absolute_url()).content.decode()
    assert [word in page for word in ("社会服务机构", "4A", "活动偏少", "没有入驻", "没有覆盖")] == [True] * 5
