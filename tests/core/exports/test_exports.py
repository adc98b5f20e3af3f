"""Exports: exactly the filter, only what the reader sees, only for the reader, and never without a trace."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from tests.personas import World

from linli.actors.models import Post
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.exports import actions, jobs
from linli.core.exports.actions import FileGone
from linli.core.exports.choices import State
from linli.core.exports.models import Export
from linli.core.exports.source import source_of, values_of
from linli.core.notices.models import Notice
from linli.core.parameters.models import ParameterValue
from linli.core.privacy.actions.looks import persons_of
from linli.core.privacy.models import Disclosure
from linli.core.privacy.queries import as_shown, disclosures_visible_to
from linli.organizations.models import Filing, Organization

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PLACES = ("community", "neighbour_community", "far_community")
NAMES = ["name", "street", "community"]


@pytest.fixture
def register(world: World) -> World:
    """Organizations in every community, two of a kind each."""
    for place in PLACES:
        area = getattr(world, place)
        for n, kind in enumerate(("culture", "service")):
            Organization.objects.create(
                name=f"{area.short_name}{kind}{n}",
                kind=kind,
                national_kind="culture",
                area=area,
                number=f"BA-{place}-{n}",
                filed_on=dt.date(2024, 5, 1),
                leader_name="陈秀梅",
                leader_phone="13800002046",
                member_count=12,
            )
    return world


@pytest.fixture
def few(world: World) -> None:
    """More than one row is many."""
    ParameterValue.objects.create(
        key="exports.direct_rows", value=1, set_by=world["sysadmin"], valid_from="2020-01-01"
    )


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user, backend=BACKEND)
    return client


def names_in(source_slug: str, user: User, **params: str) -> list[str]:
    source = source_of(source_slug, params, user)
    assert source is not None
    return sorted(row[0] for row in values_of(source.rows, source.chosen(["name"])))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "places"),
    [
        ("district_officer", PLACES),
        ("street_officer", PLACES[:2]),
        ("other_street_officer", PLACES[2:]),
        ("community_worker", PLACES[:1]),
        ("auditor", PLACES),
    ],
)
def test_an_export_holds_the_readers_area_and_nothing_else(
    register: World, who: str, places: tuple[str, ...]
) -> None:
    user = register[who]
    seen = Organization.objects.filter(area__in=[getattr(register, place) for place in places])

    assert names_in("organizations", user) == sorted(seen.values_list("name", flat=True))
    assert names_in("organizations", user, kind="culture") == sorted(
        seen.filter(kind="culture").values_list("name", flat=True)
    )


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["founder", "resident", "stranger"])
def test_whoever_holds_no_post_finds_no_register(register: World, client: Client, who: str) -> None:
    assert signed_in(client, register[who]).get(reverse("core:export", args=["organizations"])).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["nothing", "appointment", "users"])
def test_what_is_not_declared_is_not_there(register: World, client: Client, slug: str) -> None:
    assert signed_in(client, register["sysadmin"]).get(reverse("core:export", args=[slug])).status_code == 404


@pytest.mark.django_db
def test_a_small_one_comes_at_once_and_leaves_a_trace_without_values(register: World, client: Client) -> None:
    address = f"{reverse('core:export', args=['organizations'])}?kind=culture&q=金苑"

    page = signed_in(client, register["street_officer"]).get(address)
    answer = client.post(address, {"columns": [*NAMES, "leader_phone", "nonsense"], "format": "csv"})

    assert "含有“金苑”" in page.content.decode()
    assert answer["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))  # type: ignore[call-overload]
    assert rows[:2] == [["名称", "街道", "社区"], ["金苑社区culture0", "东方街道", "金苑居委会"]]
    event = Event.objects.get(name="exports.make")
    assert (event.actor, event.detail) == (
        register["street_officer"],
        {
            "register": "organizations",
            "filter": {"q": "…", "kind": ["culture"]},
            "columns": NAMES,
            "count": 1,
            "format": "csv",
            "reason": "",
        },
    )


@pytest.mark.django_db
def test_a_personal_column_is_masked_and_asks_for_a_reason(register: World, client: Client) -> None:
    address = reverse("core:export", args=["organizations"])
    wanted = {"columns": ["name", "leader"], "format": "csv"}

    refused = signed_in(client, register["street_officer"]).post(address, wanted)
    answer = client.post(address, {**wanted, "reason": "换届核对负责人"})

    assert refused.status_code == 422
    assert "请写明用途" in refused.content.decode()
    content = b"".join(answer).decode("utf-8-sig")  # type: ignore[call-overload]
    assert ("陈*梅" in content, "陈秀梅" in content, "13800002046" in content) == (True, False, False)
    assert Event.objects.get(name="exports.make").detail["reason"] == "换届核对负责人"


@pytest.mark.django_db
def test_no_column_is_a_refusal_with_what_was_chosen_kept(register: World, client: Client) -> None:
    address = reverse("core:export", args=["organizations"])

    answer = signed_in(client, register["street_officer"]).post(address, {"format": "gb18030", "reason": "核对"})

    assert (answer.status_code, "请至少选一列" in answer.content.decode()) == (422, True)
    assert 'value="gb18030" checked' in answer.content.decode()


def ask(world: World, who: str = "street_officer", **params: str) -> Export:
    source = source_of("organizations", params, world[who])
    assert source is not None
    return actions.ask_export(source, columns=NAMES, format_="csv", actor=world[who])


@pytest.mark.django_db
def test_a_large_one_is_made_behind_the_page_and_told(
    register: World, few: None, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    address = reverse("core:export", args=["organizations"])
    owner = register["street_officer"]

    answer = signed_in(client, owner).post(address, {"columns": NAMES, "format": "xlsx"})
    export = Export.objects.get()
    busy = client.get(reverse("core:exports")).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        actions.make_export(export.pk)
    export.refresh_from_db()
    done = client.get(reverse("core:exports")).content.decode()
    file = client.get(reverse("core:export_file", args=[export.uid]))

    assert answer.url == reverse("core:exports")  # type: ignore[attr-defined]
    assert ("every 2s" in busy, "every 2s" in done, "下载" in done) == (True, False, True)
    assert (export.state, export.written, export.share) == (State.DONE, 4, 100)
    assert b"".join(file)[:2] == b"PK"  # type: ignore[call-overload]
    assert Notice.objects.get(recipient=owner).title == "导出好了：社会组织名册，4 家"
    assert [e.name for e in Event.objects.filter(name__startswith="exports.")] == ["exports.make", "exports.fetch"]


@pytest.mark.django_db
def test_making_it_twice_makes_it_once(register: World) -> None:
    export = ask(register)
    Export.objects.filter(pk=export.pk).update(state=State.RUNNING, written=3)  # as a killed worker leaves it

    actions.make_export(export.pk)
    actions.make_export(export.pk)

    export.refresh_from_db()
    assert (export.state, export.written) == (State.DONE, 4)
    assert Event.objects.filter(name="exports.make").count() == 1
    assert default_storage.exists(export.stored_as)


@pytest.mark.django_db
def test_nobody_else_gets_the_file(register: World, client: Client) -> None:
    export = ask(register)
    actions.make_export(export.pk)
    export.refresh_from_db()

    for who in ("street_head", "district_head", "auditor", "secadmin", "stranger"):
        signed_in(client, register[who])
        for name in ("export_file", "export_progress"):
            assert client.get(reverse(f"core:{name}", args=[export.uid])).status_code == 404
        assert client.post(reverse("core:export_remove", args=[export.uid])).status_code == 404
        assert export.label not in client.get(reverse("core:exports")).content.decode()
        with pytest.raises(NotAllowed):
            actions.fetch_export(export, actor=register[who])


@pytest.mark.django_db
def test_rights_that_ended_take_the_file_along(register: World) -> None:
    made, waiting = ask(register), ask(register)
    actions.make_export(made.pk)
    Post.objects.filter(user=register["street_officer"]).update(valid_to=clock.today())

    actions.make_export(waiting.pk)
    waiting.refresh_from_db()

    with pytest.raises(FileGone):
        actions.fetch_export(made, actor=register["street_officer"])
    assert (waiting.state, waiting.stored_as, waiting.params) == (State.FAILED, "", {})


@pytest.mark.django_db
def test_the_file_goes_when_its_days_have_run(register: World, django_capture_on_commit_callbacks: Any) -> None:
    export = ask(register, q="金苑")
    actions.make_export(export.pk)
    export.refresh_from_db()
    stored_as = export.stored_as

    with clock.at(clock.now() + dt.timedelta(days=7)):
        assert actions.forget_exports() == 0
    later = clock.now() + dt.timedelta(days=8)
    with clock.at(later):
        with pytest.raises(FileGone):
            actions.fetch_export(export, actor=register["street_officer"])
        with django_capture_on_commit_callbacks(execute=True):
            assert actions.forget_exports() == 1
            assert actions.forget_exports() == 0

    export.refresh_from_db()
    assert (export.state, export.params, default_storage.exists(stored_as)) == (State.GONE, {}, False)


@pytest.mark.django_db
def test_the_owner_may_delete_it_before(
    register: World, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    export = ask(register)
    actions.make_export(export.pk)

    with django_capture_on_commit_callbacks(execute=True):
        signed_in(client, register["street_officer"]).post(reverse("core:export_remove", args=[export.uid]))

    export.refresh_from_db()
    assert export.state == State.GONE
    assert client.get(reverse("core:export_file", args=[export.uid])).status_code == 410


@pytest.mark.django_db
def test_three_at_a_time(register: World) -> None:
    for _n in range(actions.AT_ONCE):
        ask(register)

    with pytest.raises(WrongState):
        ask(register)

    assert ask(register, "community_worker").state == State.WAITING


@pytest.mark.django_db
def test_a_file_that_cannot_be_made_says_so(register: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> str:
        raise OSError(28, "no space left")

    export = ask(register)
    monkeypatch.setattr(default_storage, "save", full)

    actions.make_export(export.pk)

    export.refresh_from_db()
    assert export.state == State.FAILED
    assert Notice.objects.get(recipient=export.owner).title == "没有导出：社会组织名册"


@pytest.mark.django_db
def test_cases_are_exported_as_they_are_listed(world: World, submitted: Filing, client: Client) -> None:
    address = f"{reverse('core:export', args=['filing'])}?state=opinion"
    wanted = {"columns": ["name", "state"], "format": "csv"}

    listed = signed_in(client, world["street_officer"]).get(f"{reverse('core:cases', args=['filing'])}?state=opinion")
    answer = client.post(address, wanted)
    other = signed_in(Client(), world["other_street_officer"]).post(address, wanted)

    assert f"{reverse('core:export', args=['filing'])}?state=opinion" in listed.content.decode()
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))  # type: ignore[call-overload]
    assert rows[1] == ["凤亭下书画社", "社区出意见"]
    assert "凤亭下" not in b"".join(other).decode("utf-8-sig")  # type: ignore[call-overload]


@pytest.mark.django_db
def test_a_draft_is_in_its_founders_export_alone(world: World, draft: Filing) -> None:
    assert names_in("filing", world["founder"]) == ["凤亭下书画社"]
    assert names_in("filing", world["community_worker"]) == []


@pytest.mark.django_db
def test_the_page_costs_the_same_however_much_there_is(
    register: World, client: Client, django_assert_max_num_queries: Any
) -> None:
    address = reverse("core:export", args=["organizations"])
    signed_in(client, register["district_officer"]).get(address)
    seen = []
    for more in (0, 3000):
        Organization.objects.bulk_create(
            Organization(
                name=f"组织{n}",
                kind="service",
                area=register.community,
                scope=register.community.path,
                number=f"N{n}",
                filed_on=dt.date(2024, 1, 1),
            )
            for n in range(more)
        )
        with django_assert_max_num_queries(30) as counted:
            client.get(address)
        seen.append(len(counted))

    assert seen[0] == seen[1]


def test_refusals_name_the_field() -> None:
    with pytest.raises(BadInput) as refused:
        actions.columns_for(
            type("S", (), {"chosen": lambda self, names: ()})(),  # type: ignore[arg-type]
            [],
            "",
        )

    assert set(refused.value.fields) == {"columns"}


@pytest.mark.django_db
def test_whoever_is_in_an_export_with_personal_columns_reads_of_it(register: World) -> None:
    owner = register["founder"]
    Organization.objects.filter(area=register.community).update(owner=owner)
    source = source_of("organizations", {}, register["street_officer"])
    assert source is not None

    for columns, reason in ((NAMES, ""), (["name", "leader"], "换届核对负责人")):
        with actions.export_now(
            source, columns=columns, format_="csv", reason=reason, actor=register["street_officer"]
        ):
            pass
    export = actions.ask_export(
        source, columns=["leader"], format_="xlsx", reason="再核对一次", actor=register["street_officer"]
    )
    actions.make_export(export.pk)

    told = [
        (row["what"], row["reason"], row["rows"]) for row in as_shown(disclosures_visible_to(owner).order_by("pk"))
    ]
    assert told == [
        ("导出了一份名单，你的记录在内", "换届核对负责人", 4),
        ("导出了一份名单，你的记录在内", "再核对一次", 4),
    ]
    assert Disclosure.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["organizations", "filing", "amendment", "request"])
def test_every_list_with_personal_columns_says_whom_they_are_about(register: World, slug: str) -> None:
    source = source_of(slug, {}, register["district_officer"])

    if source is not None and any(column.personal for column in source.columns):
        assert persons_of(source.rows).count() == 0


@pytest.mark.django_db
def test_files_that_nobody_knows_any_more_go_at_night(world: World, settings: Any, tmp_path: Any) -> None:
    """A process killed between the row and the bytes leaves a list of the register behind."""
    own = {"BACKEND": settings.LINLI_FILES_FOLDER["BACKEND"], "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": own}
    export = Export.objects.create(
        owner=world["district_officer"], slug="organizations", label="名册", format="csv", state=State.RUNNING
    )
    busy, lost = f"exports/{export.uid}.csv", "exports/removed.csv"
    for name in (busy, lost):
        default_storage.save(name, ContentFile(b"name"))
    assert actions.sweep_strays() == 0  # either may be in the making

    with clock.at(clock.now() + dt.timedelta(days=2)):
        assert actions.sweep_strays() == 1
    assert [default_storage.exists(name) for name in (busy, lost)] == [True, False]


@pytest.mark.django_db
def test_an_export_whose_database_goes_away_is_made_again(
    world: World, few: None, register: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = source_of("organizations", {}, world["district_officer"])
    assert source is not None
    export = actions.ask_export(source, columns=NAMES, format_="csv", actor=world["district_officer"])

    def cut(*words: Any, **named: Any) -> Any:
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patched:
        patched.setattr(actions, "_store", cut)
        with pytest.raises(OperationalError):
            actions.make_export(export.pk)
    export.refresh_from_db()
    assert (export.state, Notice.objects.count()) == (State.RUNNING, 0)
    assert actions.end_left_exports() == 0  # its job is still in the queue
    actions.make_export(export.pk)
    export.refresh_from_db()
    assert (export.state, Notice.objects.count()) == (State.DONE, 1)


@pytest.mark.django_db
def test_an_export_whose_job_gave_up_for_good_ends_with_a_sentence(world: World, few: None, register: World) -> None:
    made, left, waiting = (ask(world) for _ in range(3))
    actions.make_export(made.pk)
    Export.objects.filter(pk=left.pk).update(state=State.RUNNING, written=1)
    with connection.cursor() as cursor:  # as after the twenty-fifth time; the queue keeps failed jobs for a while
        cursor.execute(
            """UPDATE procrastinate_jobs SET status = CASE (args->>'export_id')::bigint
                   WHEN %s THEN 'succeeded' WHEN %s THEN 'failed' ELSE 'doing' END::procrastinate_job_status
               WHERE task_name = 'core.make_export'""",
            [made.pk, left.pk],
        )

    jobs.end_left_exports(0)
    jobs.end_left_exports(0)

    states = [Export.objects.get(pk=export.pk).state for export in (made, left, waiting)]
    assert states == [State.DONE, State.FAILED, State.WAITING]
    told = Notice.objects.get(title__startswith="没有导出")
    assert (told.recipient, told.body[:16]) == (left.owner, "生成时一再中断，没有留下文件。请")
    actions.make_export(left.pk)  # a job that comes after all finds nothing to do
    assert Export.objects.get(pk=left.pk).state == State.FAILED
    assert ask(world).state == State.WAITING  # and it does not count among the three at a time
