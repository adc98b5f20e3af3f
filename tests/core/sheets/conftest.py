"""A street that imports: files as they come, and the whole way from upload to register."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import pytest
from tests.personas import World

from linli.core.access.models import User
from linli.core.sheets import actions
from linli.core.sheets.declare import REGISTRY
from linli.core.sheets.models import Import, StagedRow

HEADINGS = (
    *("组织名称*", "类别*", "所在街道", "所在社区*", "活动场所", "宗旨和活动内容", "负责人姓名*", "负责人身份证号"),
    *("负责人手机号*", "成员人数", "其中党员人数", "法律状态", "备案编号", "备案日期", "成立日期", "终止日期"),
    *("统一社会信用代码", "全国分类"),
)
ID_NUMBER, OTHER_ID = "11010519491231002X", "440524188001010014"


def line(name: str = "凤亭下书画社", **changed: Any) -> list[Any]:
    """A row that is right, with some cells changed by heading."""
    values: dict[str, Any] = {
        "组织名称": name,
        "类别": "文体",
        "所在社区": "金苑社区",
        "活动场所": "金苑社区文化活动中心 203 室",
        "宗旨和活动内容": "面向社区老人和儿童开展书画公益教学",
        "负责人姓名": "陈秀梅",
        "负责人身份证号": ID_NUMBER,
        "负责人手机号": "13800002046",
        "成员人数": 11,
        "其中党员人数": 2,
        "备案日期": "2016-05-18",
    } | changed
    return [values.get(heading.rstrip("*"), "") for heading in HEADINGS]


def workbook(rows: Sequence[Sequence[Any]], headings: Sequence[Any] = HEADINGS) -> bytes:
    """An .xlsx of these rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (headings, *rows):
        sheet.append(list(row))
    return saved(book)


def saved(book: Any) -> bytes:
    """A workbook as bytes."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


Bring = Callable[..., Import]


@pytest.fixture
def bring(world: World) -> Bring:
    """`bring(content)`: upload as the street officer and read."""

    def upload(content: bytes, name: str = "名册.xlsx", who: str = "street_officer") -> Import:
        batch = actions.begin_import(REGISTRY["organizations"], io.BytesIO(content), name=name, actor=world[who])
        actions.read_import(batch.pk)
        batch.refresh_from_db()
        return batch

    return upload


@pytest.fixture
def land(world: World) -> Callable[[Import], Import]:
    """Apply to the end."""

    def apply(batch: Import, who: str = "street_officer") -> Import:
        actions.apply_import(batch, actor=world[who])
        while actions.continue_import(batch.pk):
            pass
        batch.refresh_from_db()
        return batch

    return apply


@pytest.fixture
def take_back(world: World) -> Callable[..., Import]:
    """Undo to the end."""

    def undo(batch: Import, who: str = "street_officer", *, partly: bool = False) -> Import:
        actions.undo_import(batch, partly=partly, actor=world[who])
        while actions.continue_undo(batch.pk):
            pass
        batch.refresh_from_db()
        return batch

    return undo


def problems_of(batch: Import) -> list[tuple[int, str, str]]:
    """Line, heading and sentence of everything that is wrong."""
    return [
        (row.number % 10_000_000, said["heading"], said["sentence"])
        for row in StagedRow.objects.filter(batch=batch).order_by("number")
        for said in row.said
    ]


def states_of(batch: Import) -> list[str]:
    """The state of each row, in order."""
    return list(StagedRow.objects.filter(batch=batch).order_by("number").values_list("state", flat=True))


def officer(world: World) -> User:
    """Whoever imports in these tests."""
    return world["street_officer"]
