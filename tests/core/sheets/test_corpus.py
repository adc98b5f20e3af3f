"""Every file of the corpus is read right or refused with a sentence that says what to do."""

from __future__ import annotations

from tests.core.sheets.conftest import Bring, problems_of, states_of
from tests.core.sheets.corpus import CASES
from tests.core.sheets.outcomes import EXPECTED

from linli.core.errors import BadInput
from linli.core.sheets.models import Import, StagedRow


def outcome(bring: Bring, content: bytes) -> tuple[str, ...]:
    """What became of a file, in words."""
    try:
        batch = bring(content)
    except BadInput as refusal:
        assert not Import.objects.exists()
        return ("refused", refusal.message)
    if batch.state == "failed":
        assert not StagedRow.objects.exists()
        return ("failed", batch.trouble)
    wrong = [f"{place} {heading}：{sentence}" for place, heading, sentence in problems_of(batch)]
    return (" ".join(states_of(batch)), *wrong, *batch.layout["notes"])


def test_every_file_of_the_corpus(bring: Bring) -> None:
    """One test for all: the district around it takes longer to set up than a file to read."""
    found = {}
    for name, make in CASES.items():
        found[name] = outcome(bring, make())
        Import.objects.all().delete()

    assert found == EXPECTED


def test_the_corpus_is_whole() -> None:
    assert sorted(CASES) == sorted(EXPECTED)
    assert len(CASES) >= 40


ROUND = (
    "plain_xlsx",
    "plain_xls",
    "csv_utf8",
    "csv_utf16",
    "csv_gb18030",
    "csv_quotes_and_line_breaks",
    "numbers_as_numbers",
)


def test_the_same_row_reads_the_same_from_every_kind_of_file(bring: Bring) -> None:
    told = ("name", "kind", "leader_name", "member_count", "party_member_count", "filed_on", "address")
    seen = set()
    for name in ROUND:
        row = StagedRow.objects.filter(batch=bring(CASES[name]())).order_by("number")[0]
        assert row.values is not None
        seen.add(tuple(row.values[name] for name in told))
        StagedRow.objects.all().delete()

    assert seen == {("凤亭下书画社", "culture", "陈秀梅", 11, 2, "2016-05-18", "金苑社区文化活动中心 203 室")}
