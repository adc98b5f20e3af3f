"""The whole way: upload, preview, decide, apply, look, undo, apply again."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.core.sheets.conftest import Bring, line, officer, problems_of, states_of, workbook
from tests.personas import World

from linli.core.audit.models import Event
from linli.core.errors import WrongState
from linli.core.sheets import actions
from linli.core.sheets.models import Import, ImportedRow, StagedRow
from linli.organizations.models import Organization


def test_rows_become_organizations(world: World, bring: Bring, land: Any) -> None:
    batch = bring(workbook([line(), line("英歌队", 备案编号="BA-440511004-2016-00007"), line("散步队", 备案日期="")]))

    assert (batch.state, batch.counts["good"], batch.counts["wrong"]) == ("ready", 3, 0)
    land(batch)

    made = {row.name: row for row in Organization.objects.all()}
    first = made["凤亭下书画社"]
    assert batch.state == "applied"
    assert (first.number, first.legal_status, first.area) == ("BA-440511004-2016-00008", "filed", world.community)
    assert (first.leader_id_number, first.leader_phone) == ("11010519491231002X", "13800002046")
    assert (first.national_kind, first.member_count, str(first.filed_on)) == ("culture", 11, "2016-05-18")
    assert first.scope == world.community.path
    assert len(first.uid) == 22
    assert made["英歌队"].number == "BA-440511004-2016-00007"
    assert (made["散步队"].legal_status, made["散步队"].number) == ("grassroots", None)
    assert not StagedRow.objects.exists()
    assert [row.outcome for row in ImportedRow.objects.order_by("number")] == ["created"] * 3
    names = [event.name for event in Event.objects.order_by("id")]
    assert names.count("sheets.created") == 3
    assert names[-1] == "sheets.applied"
    # A saved record gives the same fingerprints as one that was typed.
    before = (first.leader_id_hash, first.leader_phone_hash)
    first.save()
    assert (first.leader_id_hash, first.leader_phone_hash) == before


def test_wrong_cells_are_named(world: World, bring: Bring) -> None:
    batch = bring(
        workbook(
            [
                line(负责人身份证号="110105194912310021", 类别="文艺"),
                line("好的社"),
                line("", 负责人手机号="1380000"),
                line("远的社", 所在社区="华坞社区"),
                line("人社", 成员人数=3, 其中党员人数=5),
            ]
        )
    )

    assert states_of(batch) == ["wrong", "good", "wrong", "wrong", "wrong"]
    assert problems_of(batch) == [
        (2, "类别", "“文艺”不在可选的内容里。请从服务、自治、文体、平安、其他里选一个。"),
        (2, "负责人身份证号", "身份证号第 18 位应为 X。请核对后再填。"),
        (4, "组织名称", "“组织名称”是空的，请填上。"),
        (4, "负责人手机号", "手机号要有 11 位，现在是 7 位。请核对后再填。"),
        (5, "所在社区", "“华坞社区”不在你的辖区，这里不能导入。请删去这一行，或请所在街道导入。"),
        (6, "组织名称", "至少 3 个字，现在是 2 个字。请写全。"),
        (6, "其中党员人数", "党员人数不能多于成员人数。请核对。"),
    ]


def test_duplicates_are_found_and_merged(
    world: World, bring: Bring, land: Any, take_back: Any, filed: Organization
) -> None:
    content = workbook(
        [
            line(成员人数=99, 成立日期="2015-01-01"),
            line("新的社"),
            line("新的社", 活动场所="别处"),
            line("另一社", 备案编号=filed.number),
        ]
    )
    batch = bring(content)
    assert states_of(batch) == ["duplicate", "duplicate", "duplicate", "duplicate"]
    rows = {row.number: row for row in StagedRow.objects.all()}
    assert (rows[2].match_id, rows[2].match_key, rows[2].may_new) == (filed.pk, "name", False)
    # The same person in charge is a hint only.
    assert (rows[3].match_key, rows[3].may_new) == ("leader", True)
    assert (rows[4].match_key, rows[5].match_key) == ("leader", "number")

    actions.decide(batch, "new", numbers=[3], actor=officer(world))
    actions.decide(batch, "update", numbers=[2], actor=officer(world))
    land(batch)

    filed.refresh_from_db()
    assert (filed.member_count, str(filed.founded_on)) == (99, "2015-01-01")
    assert batch.counts["created"] == 1
    assert batch.counts["updated"] == 1
    assert batch.counts["skipped"] == 2

    take_back(batch)
    filed.refresh_from_db()
    assert (batch.state, filed.member_count) == ("undone", 11)
    assert list(Organization.objects.all()) == [filed]

    actions.recheck_import(batch, actor=officer(world))
    actions.read_import(batch.pk)
    assert {row.number: row.decision for row in StagedRow.objects.all()} == {2: "update", 3: "new", 4: "", 5: ""}
    land(batch)
    assert Organization.objects.count() == 2


def test_an_undo_names_what_is_in_the_way(world: World, bring: Bring, land: Any, take_back: Any) -> None:
    from linli.organizations.actions.amendments import begin_amendment

    batch = land(bring(workbook([line(), line("英歌队", 负责人身份证号=""), line("潮剧社", 负责人身份证号="")])))
    organization = Organization.objects.get(name="英歌队")
    begin_amendment(organization, kind="name", actor=world["community_worker"])
    Organization.objects.filter(name="潮剧社").update(address="搬了")

    with pytest.raises(WrongState) as refusal:
        actions.undo_import(batch, actor=officer(world))
    assert refusal.value.message == (
        "有 2 条导入以后有了变化，没有撤销：第 3 行“英歌队”已经有变更与注销。；第 4 行“潮剧社”导入以后改过。"
    )
    take_back(batch, partly=True)
    assert sorted(row.name for row in Organization.objects.all()) == ["潮剧社", "英歌队"]
    assert [row.outcome for row in ImportedRow.objects.order_by("number")] == ["undone", "kept", "kept"]
    assert Import.objects.get().state == "undone"


def test_rows_of_one_record_land_in_the_order_of_the_file(
    world: World, bring: Bring, land: Any, take_back: Any, filed: Organization
) -> None:
    """The third row repeats the second, which only by its person in charge is the record of the register."""
    batch = bring(
        workbook(
            [
                line(成员人数=20, 成立日期="2015-01-01"),
                line("新的社", 活动场所="别处"),
                line("新的社", 负责人身份证号="", 成员人数=40),
                line(成员人数=30),
            ]
        )
    )
    rows = {row.number: row for row in StagedRow.objects.all()}
    assert [(rows[at].match_id, rows[at].twin) for at in (2, 3, 4, 5)] == [
        (filed.pk, None),
        (filed.pk, None),
        (None, 3),
        (filed.pk, None),
    ]
    before = Organization.objects.values().get()
    actions.decide(batch, "update", actor=officer(world))
    land(batch)

    assert [row.outcome for row in ImportedRow.objects.order_by("number")] == ["updated"] * 4
    filed.refresh_from_db()
    assert (filed.name, filed.member_count) == ("凤亭下书画社", 30)
    take_back(batch)
    assert Organization.objects.values().get() == before
    assert [row.outcome for row in ImportedRow.objects.order_by("number")] == ["undone"] * 4


def test_updating_costs_the_same_statements_for_one_row_and_for_thirty(
    world: World, bring: Bring, land: Any, take_back: Any
) -> None:
    names = [f"第{a}{b}书画社" for a in "甲乙丙" for b in "甲乙丙丁戊己庚辛壬癸"]
    land(bring(workbook([line(name, 负责人身份证号="") for name in names])))

    def statements(changed: list[str], members: int) -> list[int]:
        batch = bring(workbook([line(name, 负责人身份证号="", 成员人数=members) for name in changed]))
        actions.decide(batch, "update", actor=officer(world))
        with CaptureQueriesContext(connection) as landing:
            land(batch)
        assert batch.counts["updated"] == len(changed)
        with CaptureQueriesContext(connection) as undoing:
            take_back(batch)
        assert set(Organization.objects.values_list("member_count", flat=True)) == {11}
        return [len(landing), len(undoing)]

    statements(names[:1], 12)
    assert statements(names[:1], 13) == statements(names, 14)


def unfiled(name: str, **changed: Any) -> list[Any]:
    """A group nobody has filed, and whose person in charge nobody knows by number."""
    return line(name, 备案日期="", 负责人身份证号="", **changed)


def test_unfiled_groups_of_one_name_are_doubted_in_a_file_and_against_the_register(
    world: World, bring: Bring, land: Any, take_back: Any
) -> None:
    first = land(bring(workbook([unfiled("金苑舞蹈队"), unfiled("聚龙舞蹈队", 所在社区="聚龙社区")])))
    assert first.counts["created"] == 2

    again = bring(
        workbook(
            [
                unfiled("金苑舞蹈队", 成员人数=30),  # on the register
                unfiled("聚龙舞蹈队"),  # another community
                unfiled("合唱团"),
                unfiled("合唱团", 活动场所="别处"),  # twice in the file
                line("金苑舞蹈队", 负责人身份证号=""),  # a filed one is another matter
                line("已散的社", 法律状态="已注销备案", 备案编号="N1", 终止日期="2020-01-01", 负责人身份证号=""),
                unfiled("已散的社"),  # another one since
            ]
        )
    )
    rows = {row.number: row for row in StagedRow.objects.filter(batch=again)}
    known = Organization.objects.get(name="金苑舞蹈队")

    assert {number: row.state for number, row in rows.items()} == {
        2: "duplicate",
        3: "good",
        4: "good",
        5: "duplicate",
        6: "good",
        7: "good",
        8: "good",
    }
    assert [(rows[at].match_id, rows[at].twin) for at in (2, 5)] == [(known.pk, None), (None, 4)]
    # A hint: there may be two of one name as long as neither is filed.
    assert {(rows[at].match_key, rows[at].may_new) for at in (2, 5)} == {("group", True)}

    actions.decide(again, "new", numbers=[5], actor=officer(world))
    actions.decide(again, "update", numbers=[2], actor=officer(world))
    land(again)

    assert Organization.objects.filter(name="合唱团", legal_status="grassroots").count() == 2
    known.refresh_from_db()
    assert known.member_count == 30
    take_back(again)
    assert sorted(row.name for row in Organization.objects.all()) == ["聚龙舞蹈队", "金苑舞蹈队"]


def test_what_has_landed_waits_no_longer(world: World, bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows go with their slice, so that the end of a million does not hold the register."""
    monkeypatch.setattr("linli.core.sheets.actions.applying.SLICE", 2)
    batch = bring(workbook([*(line(f"第{n}书画社", 负责人身份证号="") for n in "一二三"), line("坏", 类别="x")]))
    actions.apply_import(batch, actor=officer(world))
    waiting = [StagedRow.objects.filter(batch=batch).count()]
    while actions.continue_import(batch.pk):
        waiting.append(StagedRow.objects.filter(batch=batch).count())

    assert waiting == [4, 2, 1]
    assert states_of(batch) == ["wrong"]


def jobs_of(batch: Import) -> list[tuple[str, str]]:
    """The jobs of an import in the queue, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT task_name, status::text FROM procrastinate_jobs
               WHERE (args->>'batch_id')::bigint = %s ORDER BY id""",
            [batch.pk],
        )
        return [(name, status) for name, status in cursor.fetchall()]


@pytest.mark.parametrize(("state", "job"), [("reading", "read"), ("applying", "apply"), ("undoing", "undo")])
def test_an_import_whose_job_gave_up_for_good_goes_on(
    state: str, job: str, world: World, bring: Bring, land: Any, take_back: Any
) -> None:
    batch = bring(workbook([line()]))
    task = f"core.{job}_import"
    if state != "reading":
        land(batch)
    if state == "undoing":
        take_back(batch)
    ended = jobs_of(batch)
    assert ended[-1] == (task, "todo")
    Import.objects.filter(pk=batch.pk).update(state=state)
    assert actions.resume_left_imports() == 0  # its job is still to come

    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")
    assert (actions.resume_left_imports(), actions.resume_left_imports()) == (1, 0)

    assert jobs_of(batch) == [*((name, "failed") for name, _ in ended), (task, "todo")]
