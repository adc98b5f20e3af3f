"""A row changed past the program does not fit its mark; a row changed by the program does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection, models
from tests.personas import World

from linli.actors.models import Appointment, Body, Post
from linli.areas.actions import import_divisions
from linli.areas.actions.tree import rehang
from linli.areas.gazetteer import open_file
from linli.areas.models import Area
from linli.core.access.models import User
from linli.core.audit.findings import Report
from linli.core.audit.marks import (
    Marked,
    keeping_marks,
    mark_removed,
    mark_rows,
    marked_models,
    shape_of,
    sound_rows,
)
from linli.core.audit.models import Mark
from linli.core.audit.records import verify_records
from linli.core.privacy.rotation import Column, rotate
from linli.organizations.models import Amendment, Filing, Organization

pytestmark = pytest.mark.django_db


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def sound(row: Marked) -> bool:
    return sound_rows(type(row), [row.pk]) == {row.pk}


def test_what_the_rights_and_the_register_rest_on_is_marked() -> None:
    assert {
        "actors.Appointment",
        "areas.Area",
        "core.ShareLink",
        "mfa.Authenticator",
        "actors.Body",
        "actors.Post",
        "core.Disclosure",
        "core.ParameterValue",
        "core.User",
        "organizations.Amendment",
        "organizations.Filing",
        "organizations.Organization",
    } <= {model._meta.label for model in marked_models()}
    assert [model._meta.label for model in marked_models() if not model.MARKED] == []


@pytest.mark.parametrize("model", [Appointment, Body, Post, User, Organization, Filing, Amendment])
def test_fields_that_are_marked_exist_and_are_named_once(model: type[Marked]) -> None:
    assert len(set(model.MARKED)) == len(model.MARKED)
    assert {model._meta.get_field(name).name for name in model.MARKED} == set(model.MARKED)


@pytest.mark.parametrize("model", [Filing, Organization, Amendment])
def test_every_field_that_says_something_is_marked(model: type[Marked]) -> None:
    left = {field.name for field in model._meta.local_fields} - set(model.MARKED)

    # The key is part of every mark; the moments a row was made and emptied decide nothing; what the search finds is
    # worked out.
    assert {name for name in left if not name.startswith("search_")} <= {"id", "created_at", "erased_at"}


def test_whatever_the_program_writes_fits(filed: Organization) -> None:
    for row in (filed, filed.filing, filed.owner, *Post.objects.all(), *Body.objects.all()):
        assert sound(row), row


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("organizations_organization", "name = name || '（假）'"),
        ("organizations_organization", "scope = '1/'"),
        ("organizations_organization", "leader_phone = ''"),
        ("organizations_organization", "lng = 116.7, lat = 23.3, datum = 'wgs84', point_source = 'x'"),
        ("organizations_organization", "filed_on = filed_on - 1"),
        ("organizations_filing", "state = 'refused'"),
        ("organizations_filing", "consented_at = consented_at + interval '1 microsecond'"),
        ("organizations_filing", "parameters = '{\"filing.days\": 99}'"),
        ("core_user", "is_active = NOT is_active"),
        ("core_user", "password = 'pbkdf2'"),
        ("actors_post", "role = 'sysadmin'"),
    ],
)
def test_a_change_by_sql_does_not_fit(filed: Organization, world: World, table: str, change: str) -> None:
    row = {
        "organizations_organization": filed,
        "organizations_filing": filed.filing,
        "core_user": world["founder"],
        "actors_post": Post.objects.get(user=world["street_officer"]),
    }[table]
    sql(f"UPDATE {table} SET {change} WHERE id = %s", row.pk)

    assert not sound(row)


def test_setting_the_database_otherwise_changes_no_mark(filed: Organization) -> None:
    sql("SET LOCAL timezone = 'America/New_York'")
    sql("SET LOCAL datestyle = 'German, DMY'")
    sql("SET LOCAL extra_float_digits = -15")
    sql("SET LOCAL bytea_output = 'escape'")

    assert sound(filed)
    assert sound(filed.filing)


def test_an_honest_save_does_not_make_a_change_good(filed: Organization) -> None:
    sql("UPDATE organizations_organization SET name = '假名字书画社' WHERE id = %s", filed.pk)
    fresh = Organization.objects.get(pk=filed.pk)
    fresh.member_count = 12
    fresh.save()
    Organization.objects.filter(pk=fresh.pk).update(address="别处")

    assert not sound(fresh)


def test_a_mark_of_another_row_does_not_fit(world: World) -> None:
    one, other = Post.objects.order_by("pk")[:2]
    kind = shape_of(Post).kind
    macs = dict(Mark.objects.filter(kind_id=kind).values_list("row_id", "mac"))
    sql("UPDATE core_mark SET mac = %s WHERE kind_id = %s AND row_id = %s", bytes(macs[other.pk]), kind, one.pk)

    assert (sound(one), sound(other)) == (False, True)


def test_writing_many_rows_marks_them(world: World, filed: Organization) -> None:
    users = User.objects.bulk_create([User(username=f"many{n}", password="!") for n in range(3)])
    assert sound_rows(User, [user.pk for user in users]) == {user.pk for user in users}

    User.objects.filter(username__startswith="many").update(name="改过")
    assert sound_rows(User, [user.pk for user in users]) == {user.pk for user in users}

    users[0].name = "一起改"
    User.objects.bulk_update(users, ["name"])
    assert sound_rows(User, [user.pk for user in users]) == {user.pk for user in users}

    User.objects.filter(username__startswith="many").delete()
    left = Mark.objects.filter(kind_id=shape_of(User).kind, row_id__in=[user.pk for user in users])
    assert set(left.values_list("removed", flat=True)) in ({True}, set())


def test_conflicts_are_not_let_pass(world: World) -> None:
    with pytest.raises(ValueError, match="one way or not at all"):
        User.objects.bulk_create([User(username="x")], ignore_conflicts=True)


def test_moving_an_area_keeps_the_marks(world: World, filed: Organization) -> None:
    rehang(world.community, to=world.other_street)
    filed.refresh_from_db()

    assert filed.scope.startswith(world.other_street.path)
    assert sound(filed)
    assert sound(filed.filing)


def test_a_new_key_for_personal_values_keeps_the_marks(
    filed: Organization, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LINLI_FIELD_KEYS = ["new-key", *settings.LINLI_FIELD_KEYS]  # type: ignore[attr-defined]
    for column in (Column(Organization, "leader_phone"), Column(Filing, "founders"), Column(User, "phone")):
        assert [result.left for result in rotate(column)][-1] == 0

    assert sound(filed)
    assert sound(filed.filing)


def test_a_rotation_does_not_make_a_change_good(filed: Organization, settings: object) -> None:
    sql("UPDATE organizations_organization SET name = '假名字书画社' WHERE id = %s", filed.pk)
    settings.LINLI_FIELD_KEYS = ["new-key", *settings.LINLI_FIELD_KEYS]  # type: ignore[attr-defined]
    list(rotate(Column(Organization, "leader_phone")))

    assert not sound(filed)


def test_rows_written_by_sql_are_marked_by_a_call(world: World) -> None:
    sql(
        """INSERT INTO actors_body (name, short_name, kind, area_id, phone, address, valid_from)
           SELECT '机构' || n, '', 'department', %s, '', '', '2026-01-01' FROM generate_series(1, 7) n""",
        world.district.pk,
    )
    ids = list(Body.objects.filter(name__startswith="机构").values_list("pk", flat=True))
    assert sound_rows(Body, ids) == set()

    mark_rows(Body, ids)
    assert sound_rows(Body, ids) == set(ids)

    with keeping_marks(Body, ids):
        sql("UPDATE actors_body SET name = name || '处' WHERE id = ANY(%s)", ids)
    assert sound_rows(Body, ids) == set(ids)

    sql("DELETE FROM actors_body WHERE id = ANY(%s)", ids)
    mark_removed(Body, ids)
    rows = Mark.objects.filter(kind_id=shape_of(Body).kind, row_id__in=ids)
    assert {(row.removed, bytes(row.mac) == shape_of(Body).sign_removed(row.row_id)) for row in rows} == {
        (True, True)
    }


def test_another_key_makes_no_mark_that_fits(world: World, settings: object) -> None:
    row = Body.objects.first()
    assert row is not None
    kept, settings.LINLI_HASH_KEY = settings.LINLI_HASH_KEY, "another key"  # type: ignore[attr-defined]
    mark_rows(Body, [row.pk])
    settings.LINLI_HASH_KEY = kept  # type: ignore[attr-defined]

    assert not sound(row)


def test_saving_what_is_not_marked_asks_no_mark(
    world: World, django_assert_num_queries: Callable[..., object]
) -> None:
    user = world["founder"]
    with django_assert_num_queries(1):
        User.objects.filter(pk=user.pk).update(session_key="k")
    with django_assert_num_queries(1):
        user.save(update_fields=["elder_mode"])
    with django_assert_num_queries(1):
        models.QuerySet(User).filter(pk=user.pk).update(name="past the manager")

    assert not sound(user)


def test_a_librarys_rows_keep_their_marks_however_they_are_written(world: World) -> None:
    founder = world["founder"]
    factor = Authenticator.objects.create(user=founder, type="totp", data={"secret": "one"})
    factor.record_usage()
    factor.data = {"secret": "two"}
    factor.save()
    assert sound(factor)

    with connection.cursor() as cursor:
        cursor.execute("UPDATE mfa_authenticator SET data = '{}'")
    factor.data = {"secret": "three"}
    factor.save()
    assert not sound(factor)  # an honest save does not make it good

    Authenticator.objects.filter(user=founder).delete()
    assert verify_records(report=Report(), only=[Authenticator]).findings == []  # type: ignore[list-item]


def test_a_list_of_divisions_marks_what_it_adds_and_renames(world: World, tmp_path: Path) -> None:
    file = tmp_path / "divisions.csv"
    for name in ("光华街道", "新光华街道"):
        file.write_text(f"code,name,level,parent_code\n440511006,{name},street,440511\n", encoding="utf-8")
        import_divisions([open_file(file)], actor=User.system())
        area = Area.objects.get(code="440511006")
        assert (area.name, sound(area)) == (name, True)
    assert verify_records(report=Report(), only=[Area]).findings == []


def test_a_subtree_that_moves_keeps_its_marks(world: World) -> None:
    rehang(world.street, to=world.district)
    rehang(world.community, to=world.other_street)

    area = Area.objects.get(pk=world.community.pk)
    assert (area.path, sound(area)) == (f"{world.other_street.path}{area.pk}/", True)
    assert verify_records(report=Report(), only=[Area]).findings == []
