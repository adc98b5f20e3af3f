"""What has been kept long enough goes at night: by rule, in batches, not what is held, not twice, not half."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from axes.models import AccessLog
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.core.privacy.conftest import ID_NUMBER, PHONE
from tests.personas import World, complete

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit.marks import sound_rows
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed
from linli.core.files.actions import remove_attachment
from linli.core.files.models import Attachment
from linli.core.notices import notify
from linli.core.notices.models import Notice
from linli.core.parameters import REGISTRY as PARAMETERS
from linli.core.parameters.models import ParameterValue
from linli.core.privacy.actions import retention
from linli.core.privacy.actions.erasing import lift_mark, mark_record
from linli.core.privacy.choices import MarkKind
from linli.core.privacy.declare import RETENTIONS, Retention
from linli.core.privacy.models import RecordMark, RetentionRun
from linli.core.privacy.telling import kept_words
from linli.core.sheets.models import Import, ImportedRow
from linli.core.workflow.models import Task
from linli.organizations.actions import filings
from linli.organizations.actions.erasing import erase_filing
from linli.organizations.actions.register import cancel_filing
from linli.organizations.models import Filing, Organization

SignedIn = Callable[..., Client]


def days(n: int) -> Any:
    """The clock n days on."""
    return clock.at(clock.now() + dt.timedelta(days=n))


def withdrawn(world: World, number: int = 1) -> list[Filing]:
    """Applications that were taken back."""
    founder, found = world["founder"], []
    for n in range(number):
        filing = complete(filings.begin_filing(actor=founder), founder, world.community, name=f"凤亭下书画{n}社")
        filing = filings.submit_filing(filing, actor=founder)
        found.append(filings.withdraw_filing(filing, actor=founder))
    return found


def one_by_one(rule: Retention, act: Callable[[Any], None]) -> dict[str, Any]:
    """The same rule, dealing with each row by itself."""
    return {name: getattr(rule, name) for name in rule.__dataclass_fields__} | {"act": act, "act_many": None}


def aged() -> None:
    """All that ended did so 400 days ago; where the pages' own clock has to stay."""
    Filing._base_manager.filter(ended_at__isnull=False).update(ended_at=clock.now() - dt.timedelta(days=400))


def test_a_draft_that_nobody_touches_goes_with_its_papers(
    world: World, draft: Filing, django_capture_on_commit_callbacks: Any
) -> None:
    rule, papers = RETENTIONS["filing-drafts"], list(Attachment.objects.all())
    with days(179):
        assert retention.run_rule(rule).done == 0
        filings.save_draft(draft, actor=world["founder"], revision=None, address="别处")
    with days(200):
        assert retention.run_rule(rule).done == 0  # touched on day 179
    with days(360), django_capture_on_commit_callbacks(execute=True):
        assert retention.run_rule(rule).done == 1
        assert retention.run_rule(rule).done == 0

    assert not Filing.objects.exists()
    assert not Attachment.objects.exists()
    assert not Task.objects.filter(process="filing").exists()
    assert [default_storage.exists(paper.stored_as) for paper in papers] == [False, False]


def test_a_sent_application_is_no_draft(world: World, submitted: Filing) -> None:
    with days(1000):
        assert retention.run_rule(RETENTIONS["filing-drafts"]).done == 0


def test_values_of_an_application_that_came_to_nothing_go_and_the_decision_stays(world: World) -> None:
    (filing,) = withdrawn(world)
    with days(364):
        assert retention.run_rule(RETENTIONS["failed-filings"]).done == 0
    with days(366):
        assert retention.run_rule(RETENTIONS["failed-filings"]).done == 1

    filing.refresh_from_db()
    assert (filing.leader_name, filing.leader_id_number, filing.leader_phone) == ("陈*梅", "", "")
    assert filing.founder_names == ["陈*梅", "林*", "黄*", "吴*", "郑*"]
    assert (filing.state, filing.number != "") == ("withdrawn", True)
    assert sound_rows(Filing, [filing.pk]) == {filing.pk}


def test_the_person_in_charge_of_an_ended_organization_goes_after_years(world: World, filed: Organization) -> None:
    rules = [RETENTIONS[slug] for slug in ("ended-organizations", "ended-filings", "former-leaders")]
    with days(4000):
        assert [retention.run_rule(rule).done for rule in rules] == [0, 0, 0]  # it lives
    cancel_filing(filed, actor=world["street_officer"])
    with days(1820):
        assert [retention.run_rule(rule).done for rule in rules] == [0, 0, 0]
    with days(1830):
        assert [retention.run_rule(rule).done for rule in rules] == [1, 1, 0]

    filed.refresh_from_db()
    assert (filed.leader_name, filed.leader_id_hash, filed.leader_phone_hash) == ("陈*梅", "", "")
    assert (filed.name, filed.number) == ("凤亭下书画社", filed.number)


def test_a_hold_keeps_a_row_until_it_is_lifted(world: World) -> None:
    filing, rule = withdrawn(world)[0], RETENTIONS["failed-filings"]
    with pytest.raises(NotAllowed):
        mark_record(filing, MarkKind.HOLD, reason="行政复议期间", actor=world["secadmin"])
    with pytest.raises(BadInput):
        mark_record(filing, MarkKind.HOLD, reason="x", actor=world["district_head"])
    mark = mark_record(filing, MarkKind.HOLD, reason="行政复议期间", actor=world["district_head"])
    assert mark_record(filing, MarkKind.HOLD, reason="行政复议期间", actor=world["district_head"]) == mark
    with days(400):
        run = retention.run_rule(rule)
        assert (run.done, run.held) == (0, 1)
        lift_mark(mark, reason="复议已结束", actor=world["district_head"])
        assert retention.run_rule(rule).done == 1


def test_every_run_is_written_down_without_values(world: World) -> None:
    filing = withdrawn(world)[0]
    with days(400):
        retention.run_all()
        retention.run_all()
    events = Event.objects.filter(name="privacy.retain", detail__rule="failed-filings")

    assert [(event.detail["count"], event.detail["ids"]) for event in events] == [(1, [filing.pk])]
    said = str(list(Event.objects.values_list("detail", flat=True)))
    assert ID_NUMBER not in said
    assert PHONE not in said
    assert RetentionRun.objects.filter(rule="failed-filings", ended_at__isnull=False).count() == 2


def test_a_run_that_is_killed_halfway_is_simply_run_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    rows, rule = withdrawn(world, 5), RETENTIONS["failed-filings"]
    acted: list[int] = []

    def killed_at_the_fourth(row: Any) -> None:
        if len(acted) == 3:
            raise SystemExit
        acted.append(row.pk)
        erase_filing(row, actor=User.system())

    with days(400):
        with pytest.raises(SystemExit):
            retention.run_rule(Retention(**one_by_one(rule, killed_at_the_fourth)))
        # The first batch of two stands whole, the second fell back whole.
        assert Filing.objects.filter(erased_at__isnull=False).count() == 2
        again = Retention(**one_by_one(rule, lambda row: erase_filing(row, actor=User.system())))
        assert retention.run_rule(again).done == 3
        assert retention.run_rule(again).done == 0

    ids = [pk for event in Event.objects.filter(name="privacy.retain") for pk in event.detail["ids"]]
    assert sorted(ids) == sorted(row.pk for row in rows)  # each exactly once


def test_one_row_that_cannot_go_does_not_stop_the_others(world: World) -> None:
    rows, rule = withdrawn(world, 3), RETENTIONS["failed-filings"]

    def refuses_one(row: Any) -> None:
        if row.pk == rows[1].pk:
            raise BadInput("test", "这一条不行。")
        erase_filing(row, actor=User.system())

    with days(400):
        run = retention.run_rule(Retention(**one_by_one(rule, refuses_one)))

    assert (run.done, run.failed) == (2, 1)


def test_logins_sessions_notices_and_removed_papers(
    world: World, draft: Filing, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    founder = world["founder"]
    notify(founder, kind="other.x", title="旧消息")
    remove_attachment(Attachment.objects.first(), actor=founder)
    client.force_login(founder, "allauth.account.auth_backends.AuthenticationBackend")
    AccessLog.objects.create(
        username="founder", ip_address="10.0.0.1", user_agent="x", http_accept="x", path_info="/"
    )
    slugs = ("notices", "sessions", "removed-files", "login-log")

    def done(after: int) -> dict[str, int]:
        with days(after), django_capture_on_commit_callbacks(execute=True):
            return {slug: retention.run_rule(RETENTIONS[slug]).done for slug in slugs}

    logins = AccessLog.objects.count()
    notices = Notice.objects.count()
    sessions = Session.objects.count()
    assert done(10) == {"notices": 0, "sessions": 0, "removed-files": 0, "login-log": 0}
    assert done(31) == {"notices": 0, "sessions": sessions, "removed-files": 1, "login-log": 0}
    assert done(731) == {"notices": notices, "sessions": 0, "removed-files": 0, "login-log": 0}
    assert done(1096)["login-log"] == logins
    assert Attachment.objects.count() == 1


def test_a_paper_whose_record_is_gone_goes(world: World, draft: Filing) -> None:
    Task.objects.filter(process="filing").delete()
    Filing.objects.filter(pk=draft.pk).delete()
    with days(31):
        assert retention.run_rule(RETENTIONS["ownerless-files"]).done == 2


def test_a_district_sets_its_own_time(world: World) -> None:
    withdrawn(world)
    ParameterValue.objects.create(key="retention.refused_case_days", scope="", value=30, set_by=User.system())
    with days(31):
        assert retention.run_rule(RETENTIONS["failed-filings"]).done == 1


def test_the_page_says_what_would_go_and_opens_into_it(world: World, signed_in: SignedIn) -> None:
    filing = withdrawn(world)[0]
    head = signed_in("district_head")
    secadmin = signed_in("secadmin")
    aged()
    found = {row.rule.slug: (row.due, row.held) for row in retention.forecast()}
    assert found["failed-filings"] == (1, 0)
    named = head.get("/settings/retention/failed-filings/").content.decode()
    unnamed = secadmin.get("/settings/retention/failed-filings/").content.decode()
    held = head.post(f"/settings/retention/failed-filings/{filing.pk}/hold/", {"reason": "行政诉讼在审"})
    assert "行政诉讼在审" in head.get("/settings/retention/failed-filings/?held=1").content.decode()
    refused = secadmin.post(f"/settings/retention/failed-filings/{filing.pk}/hold/", {"reason": "行政诉讼在审"})

    assert filing.name in named
    assert filing.get_absolute_url() in named
    assert filing.name not in unnamed  # the policy's keeper reads no business data
    assert (held.status_code, refused.status_code) == (302, 403)
    assert RecordMark.objects.get().kind == "hold"
    assert head.get("/settings/retention/events/").status_code == 404
    assert signed_in("street_officer").get("/settings/retention/failed-filings/").status_code == 404


def test_another_districts_rows_are_not_a_district_heads(world: World, signed_in: SignedIn) -> None:
    filing = withdrawn(world)[0]
    Filing._base_manager.filter(pk=filing.pk).update(scope="999/1/")
    head = signed_in("district_head")
    aged()
    page = head.get("/settings/retention/failed-filings/")
    hold = head.post(f"/settings/retention/failed-filings/{filing.pk}/hold/", {"reason": "行政诉讼在审"})

    assert filing.name not in page.content.decode()
    assert hold.status_code == 404


def test_the_page_costs_the_same_with_one_and_with_thirty_rows(world: World, signed_in: SignedIn) -> None:
    head = signed_in("district_head")
    withdrawn(world)

    def cost() -> int:
        aged()
        with CaptureQueriesContext(connection) as queries:
            assert head.get("/settings/retention/failed-filings/").status_code == 200
        return len(queries)

    cost()
    one = cost()
    withdrawn(world, 10)
    assert cost() == one


def test_many_rows_go_by_statements_and_a_kill_leaves_whole_batches(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MANY", 400)
    old, rule = clock.now() - dt.timedelta(days=800), RETENTIONS["notices"]
    reader = world["founder"]
    Notice.objects.bulk_create(
        Notice(recipient=reader, kind="other.x", title="旧", created_at=old) for _ in range(1000)
    )
    young = notify(reader, kind="other.x", title="新")
    seen = 0

    def killed_at_the_third(rows: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == 3:
            raise SystemExit
        rows.delete()

    values = {name: getattr(rule, name) for name in rule.__dataclass_fields__} | {"act_many": killed_at_the_third}
    with pytest.raises(SystemExit):
        retention.run_rule(Retention(**values))
    assert Notice.objects.count() == 201

    with CaptureQueriesContext(connection) as queries:
        assert retention.run_rule(rule).done == 200
    assert Notice.objects.get() == young
    assert len(queries) < 30  # not one a row
    trace = Event.objects.filter(name="privacy.retain", detail__rule="notices").first()
    assert trace is not None
    assert (trace.detail["count"], trace.detail["last"] - trace.detail["first"]) == (400, 399)


def test_rows_somebody_has_locked_and_rows_behind_them_are_one_walk(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 1)
    rows, rule = withdrawn(world, 3), RETENTIONS["failed-filings"]

    def first_refuses(row: Any) -> None:
        if row.pk == rows[0].pk:
            raise BadInput("test", "这一条不行。")
        erase_filing(row, actor=User.system())

    with days(400):
        run = retention.run_rule(Retention(**one_by_one(rule, first_refuses)))

    assert (run.done, run.failed) == (2, 1)


def test_each_district_keeps_its_own_time(world: World) -> None:
    (filing,) = withdrawn(world)
    rule = RETENTIONS["failed-filings"]
    ParameterValue.objects.create(
        key="retention.refused_case_days",
        scope=world.district.path,
        value=100,
        valid_from=clock.today(),
        reason="本区规定",
        set_by=world["district_head"],
    )
    with days(99):
        assert not retention.due_rows(rule).exists()
    with days(101):
        assert list(retention.due_rows(rule)) == [filing]
        assert retention.run_rule(rule).done == 1
    assert "，金平区 100 天" in kept_words(rule)


def test_what_goes_next_month_is_shown_and_can_be_held_before(world: World, signed_in: SignedIn) -> None:
    (filing,) = withdrawn(world)
    rule = RETENTIONS["failed-filings"]
    with days(340):
        assert (list(retention.due_rows(rule)), list(retention.coming_rows(rule))) == ([], [filing])
        assert next(one for one in retention.forecast() if one.rule is rule).coming == 1
    with days(366):
        assert (list(retention.due_rows(rule)), list(retention.coming_rows(rule))) == ([filing], [])
    Filing._base_manager.update(ended_at=clock.now() - dt.timedelta(days=340))
    head = signed_in("district_head")

    page = head.get("/settings/retention/failed-filings/?coming=1").content.decode()
    assert filing.name in page
    head.post(f"/settings/retention/failed-filings/{filing.pk}/hold/", {"reason": "正在诉讼"})

    assert RecordMark.objects.get().subject == filing
    assert not retention.coming_rows(rule).exists()


@pytest.mark.parametrize(
    ("key", "keeper"),
    [
        ("retention.login_log_days", "security"),
        ("retention.session_days", "security"),
        ("retention.former_password_days", "security"),
        ("privacy.takeout_days", "security"),
        ("retention.notice_days", "technical"),
        ("retention.removed_file_days", "technical"),
        ("retention.refused_case_days", "business"),
        ("privacy.reply_days", "business"),
    ],
)
def test_who_keeps_a_time(key: str, keeper: str) -> None:
    """What lies in no district is kept for the whole installation; what lies in one, by its head."""
    assert PARAMETERS[key].kept_by == keeper


def test_a_rule_without_a_place_is_nobodys_of_a_district() -> None:
    ours = {rule.parameter: rule.scope for rule in RETENTIONS.values() if rule.runs}
    assert {key for key, scope in ours.items() if not scope and PARAMETERS[key].kept_by == "business"} == set()


def test_many_persons_are_taken_out_by_a_few_statements_with_marks_and_events(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    """As many statements for twelve applications as for three; each keeps its mark and gets its event."""
    rule = RETENTIONS["failed-filings"]

    def cost(number: int) -> int:
        rows = withdrawn(world, number)
        papers = [paper.stored_as for paper in Attachment.objects.all()]
        with (
            days(400),
            django_capture_on_commit_callbacks(execute=True),
            CaptureQueriesContext(connection) as queries,
        ):
            assert retention.run_rule(rule).done == number
        keys = [row.pk for row in rows]
        told = Event.objects.filter(name="organizations.erased", subject_id__in=keys)
        assert sorted(told.values_list("subject_id", flat=True)) == keys
        assert {(event.scope, event.detail["papers"]) for event in told} == {(world.community.path, 2)}
        assert sound_rows(Filing, keys) == set(keys)
        assert set(Filing.objects.filter(pk__in=keys).values_list("leader_name", "leader_id_hash")) == {("陈*梅", "")}
        assert {row.founders for row in Filing.objects.filter(pk__in=keys)} == {"陈*梅\n林*\n黄*\n吴*\n郑*"}
        assert not Attachment.objects.exists()
        assert [default_storage.exists(name) for name in papers] == [False] * 2 * number
        return len(queries)

    cost(2)
    few = cost(3)
    assert cost(12) == few


def test_what_was_changed_behind_the_programs_back_is_erased_and_still_named(world: World) -> None:
    first, second = withdrawn(world, 2)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE organizations_filing SET leader_name = '陈大文' WHERE id = %s", [first.pk])
    with days(400):
        assert retention.run_rule(RETENTIONS["failed-filings"]).done == 2

    first.refresh_from_db()
    assert first.leader_name == "陈*文"
    assert sound_rows(Filing, [first.pk, second.pk]) == {second.pk}


def test_founders_whose_key_is_lost_are_erased_all_the_same(world: World) -> None:
    (filing,) = withdrawn(world)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE organizations_filing SET founders = 'enc1$00000000$xx' WHERE id = %s", [filing.pk])
    with days(400):
        assert retention.run_rule(RETENTIONS["failed-filings"]).done == 1

    filing.refresh_from_db()
    assert filing.founders == ""


def test_former_values_of_imports_go_with_the_persons(world: World, filed: Organization) -> None:
    batch = Import.objects.create(slug="organizations", scope=filed.scope, name="x", begun_by=world["street_officer"])
    other = Import.objects.create(slug="rooms", scope=filed.scope, name="x", begun_by=world["street_officer"])
    before = {"leader_name": "林伟", "leader_phone": "enc1$x", "address": "旧址"}
    for each in (batch, other):
        ImportedRow.objects.create(batch=each, run=1, number=2, outcome="updated", record_id=filed.pk, before=before)
    cancel_filing(filed, actor=world["street_officer"])
    with days(1830):
        assert retention.run_rule(RETENTIONS["ended-organizations"]).done == 1

    kept = dict(ImportedRow.objects.values_list("batch__slug", "before"))
    assert kept == {"organizations": {"address": "旧址"}, "rooms": before}
