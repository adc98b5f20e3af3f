"""The suggestion of Party units: its example, and what holds for every street."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from linli.organizations.rules.grouping import Candidate, suggest

EXAMPLE = [
    Candidate(1, "书画社", "金苑", "文体", 2),
    Candidate(2, "舞蹈队", "金苑", "文体", 1, 1),
    Candidate(3, "巡逻队", "金苑", "平安", 4),
    Candidate(4, "助老队", "聚龙", "服务", 1),
    Candidate(5, "理发队", "凤凰", "服务", 1),
    Candidate(6, "送餐队", "凤凰", "服务", 1),
    Candidate(7, "灯谜社", "凤凰", "文体", 0, 2),
    Candidate(8, "议事会", "聚龙", "自治", 1),
]


def test_the_example_of_the_page() -> None:
    found = suggest(EXAMPLE, least=3, most=5)

    assert [(one.kind, [member.key for member in one.members]) for one in found] == [
        ("own", [3]),
        ("joint", [1, 2]),
        ("joint", [4, 5, 6]),
        ("group", [7]),
        ("group", [8]),
    ]
    assert found[1].words == (
        "都在同一个社区（地域相邻）。正式党员：书画社 2 名、舞蹈队 1 名，各自不足 3 名，合起来 3 名；"
        "共 2 家，不超过 5 家。预备党员不计。"
    )
    assert found[2].words.startswith("同在一个街道，都是服务类（行业相近）。")


@st.composite
def streets(draw: st.DrawFn) -> list[Candidate]:
    count = draw(st.integers(0, 40))
    return [
        Candidate(
            key,
            f"组织{key}",
            draw(st.sampled_from("甲乙丙丁")),
            draw(st.sampled_from(["服务", "文体", "平安"])),
            draw(st.integers(0, 5)),
            draw(st.integers(0, 2)),
        )
        for key in range(count)
    ]


@given(rows=streets(), least=st.integers(3, 5), most=st.integers(2, 5))
def test_nobody_stands_in_two(rows: list[Candidate], least: int, most: int) -> None:
    found = suggest(rows, least=least, most=most)
    keys = [member.key for one in found for member in one.members]

    assert len(keys) == len(set(keys))
    assert set(keys) == {row.key for row in rows if row.full or row.probationary}
    for one in found:
        if one.kind == "own":
            assert (len(one.members), one.full >= least) == (1, True)
        if one.kind == "joint":
            assert 2 <= len(one.members) <= most
            assert one.full >= least
            assert all(member.full < least for member in one.members)
            same = {member.community for member in one.members}, {member.kind for member in one.members}
            assert min(map(len, same)) == 1
        if one.kind == "group":
            assert (len(one.members), one.full < least) == (1, True)


@given(rows=streets(), order=st.randoms())
def test_the_order_of_reading_changes_nothing(rows: list[Candidate], order: object) -> None:
    mixed = list(rows)
    order.shuffle(mixed)  # type: ignore[attr-defined]
    assert suggest(mixed, least=3, most=5) == suggest(rows, least=3, most=5)
