"""States beside the legal status come with a workbook, and the same workbook twice changes nothing."""

from __future__ import annotations

from typing import Any

from tests.core.sheets.conftest import HEADINGS, Bring, line, problems_of, workbook
from tests.personas import World

from linli.core.audit.marks import sound_rows
from linli.organizations.models import Organization

STATES = ("法律类型", "登记机关层级", "城乡", "评估等级", "评估等级有效期至", "星级", "星级有效期至")


def row(name: str, *states: Any, **changed: Any) -> list[Any]:
    return [*line(name, **changed), *states]


def book(*rows: list[Any]) -> bytes:
    return workbook(rows, (*HEADINGS, *STATES))


def test_states_come_with_a_workbook_and_twice_changes_nothing(world: World, bring: Bring, land: Any) -> None:
    world.community.urban_rural = "urban"
    world.community.save()
    content = book(
        row(
            "书画协会",
            "社会团体",
            "区级",
            "",
            "4A",
            "2099-05-31",
            "",
            "",
            法律状态="已登记",
            备案编号="BA-1-2016-00001",
        ),
        row("舞蹈队", "", "", "农村", "", "", 3, "2099-05-31"),
        row("下棋队", "", "", "", "", "", "", ""),
    )
    land(bring(content))
    fields = ("name", "legal_type", "registered_level", "urban_rural", "grade", "stars", "activity_status")
    found = {each[0]: each[1:] for each in Organization.objects.values_list(*fields)}
    assert found == {
        "书画协会": ("association", "district", "urban", "4A", None, "unknown"),
        "舞蹈队": ("", "", "rural", "", 3, "unknown"),
        "下棋队": ("", "", "urban", "", None, "unknown"),
    }
    ids = list(Organization.objects.values_list("pk", flat=True))
    assert sound_rows(Organization, ids) == set(ids)

    before = list(Organization.objects.order_by("pk").values())
    again = bring(content, name="同一份.xlsx")
    assert (again.counts["good"], again.counts["same"]) == (0, 3)
    assert list(Organization.objects.order_by("pk").values()) == before


def test_states_that_do_not_fit_the_legal_status_are_named(world: World, bring: Bring) -> None:
    batch = bring(
        book(
            row("甲书画队", "社会团体"),
            row("乙书画队", "", "", "", "3A", "2099-05-31"),
            row("丙书画会", "社会团体", "", "", "3A", 法律状态="已登记"),
            row("丁书画队", "", "", "", "", "", 6, "2099-05-31"),
            row("戊书画队", "", "", "", "", "", 2, "2099-05-31", 备案日期=""),
        )
    )
    assert problems_of(batch) == [
        (2, "法律类型", "没有登记的组织不写法律类型。请核对法律状态。"),
        (3, "评估等级", "只有已登记的组织才有评估等级。备案的组织填星级。"),
        (4, "评估等级有效期至", "评估等级和有效期要一起写。"),
        (5, "星级", "要在 1 到 5 之间，现在是 6。请核对。"),
        (6, "星级", "没有备案的组织不写星级。"),
    ]
