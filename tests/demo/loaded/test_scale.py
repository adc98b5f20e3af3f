"""`linli demo --scale`: a register of any size, believable, whole, and made once."""

from __future__ import annotations

import itertools
import re
from collections import Counter

import pytest
from click.testing import CliRunner
from django.db import connection
from django.db.models import CharField, Count, F, Q, Sum, Value
from django.db.models.functions import Concat
from pytest_django import Settings

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.audit.marks import sound_rows
from linli.core.audit.models import Event
from linli.core.codes.uscc import check_uscc
from linli.core.registers.models import Tally
from linli.core.workflow.models import Task
from linli.core.workflow.queries import steps_for, tasks_of
from linli.demo import commands
from linli.demo.scale import Size, grow, growing, names
from linli.demo.scale.growing import code_of
from linli.organizations.choices.filing import FilingState, LegalStatus
from linli.organizations.models import Amendment, Filing, Organization

SIZE = Size(organizations=1500, duties=1200, owed=150)


pytestmark = pytest.mark.usefixtures("district")


def test_no_two_choices_of_parts_read_alike() -> None:
    themes = [word for word, _sort in names.themes()]
    where = [one.format(s="金苑社区", c="金苑") for one in names.WHERE]

    made = Counter("".join(parts) for parts in itertools.product(where, themes, names.BODIES))

    assert made.most_common(1)[0][1] == 1


def test_codes_are_right_and_differ() -> None:
    codes = {code_of(i) for i in range(1, 2_000_000, 997)}

    assert len(codes) == len(range(1, 2_000_000, 997))
    assert all(check_uscc(code) == code for code in codes)


def test_it_grows_to_the_size_and_no_further() -> None:
    said: list[str] = []
    grow(SIZE, said.append)
    person = User.objects.get(username="linxiaoyan")
    events = Event.objects.count()

    assert Organization.objects.count() == SIZE.organizations
    assert tasks_of(person).count() == SIZE.owed
    assert SIZE.duties <= Task.objects.filter(closed_at__isnull=True).count() < SIZE.duties * 1.2

    said.clear()
    grow(SIZE, said.append)

    assert (said, Event.objects.count()) == ([], events)

    grow(Size(1600, SIZE.duties, SIZE.owed), said.append)

    assert Organization.objects.count() == 1600


def catalogue() -> list[tuple[str, ...]]:
    """Indexes, constraints and triggers of the tables that are filled, word by word."""
    tables = [model._meta.db_table for model in growing.FILLED]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT 'index', indexdef, '' FROM pg_indexes WHERE tablename = ANY(%s)
               UNION ALL SELECT conname, pg_get_constraintdef(oid), convalidated::text FROM pg_constraint
                   WHERE conrelid = ANY(%s::regclass[])
               UNION ALL SELECT tgname, pg_get_triggerdef(oid), tgenabled::text FROM pg_trigger
                   WHERE tgrelid = ANY(%s::regclass[]) AND NOT tgisinternal
               ORDER BY 1, 2""",
            [tables, tables, tables],
        )
        rows = cursor.fetchall()
    # The server writes a list of words with its casts in one place or the other; it is the same list.
    return [tuple(re.sub(r"::[a-z ]+(\[\])?|[()]", "", text) for text in row) for row in rows]


def figures() -> dict[tuple[str, str, tuple[str, ...]], int]:
    """What the tally says of every place."""
    rows = Tally.objects.values_list("register", "scope", "facets").annotate(total=Sum("n")).order_by()
    return {(register, scope, tuple(facets)): total for register, scope, facets, total in rows if total}


def test_a_mass_comes_in_without_indexes_and_finds_them_all_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "MASS", 100)
    before = catalogue()

    grow(SIZE, lambda said: None)

    assert catalogue() == before
    assert len(before) > 60
    counted = figures()
    growing._count_anew()
    assert figures() == counted
    assert (
        sum(n for (register, scope, _facets), n in counted.items() if (register, scope) == ("organizations", ""))
        == 1500
    )


def test_a_column_the_statements_do_not_know_gets_its_default() -> None:
    made = growing.whole("-- why\nINSERT INTO core_task (\n    kind, process\n)\nSELECT kind, process FROM x")
    columns, values = made.partition(") SELECT ")[::2]

    assert columns.startswith("INSERT INTO core_task (")
    assert columns.endswith(", \n    kind, process\n")
    assert ("level" in columns, "closed_at" in columns) == (True, False)
    assert values.endswith("kind, process FROM x")
    assert growing.whole("CREATE TEMPORARY TABLE x AS SELECT 1") == "CREATE TEMPORARY TABLE x AS SELECT 1"


@pytest.mark.parametrize("mass", [100, 1_000_000], ids=["at once", "slice by slice"])
def test_what_it_makes_is_whole(monkeypatch: pytest.MonkeyPatch, mass: int) -> None:
    monkeypatch.setattr(growing, "MASS", mass)
    grow(SIZE, lambda said: None)

    assert set(Organization.objects.values_list("legal_status", flat=True)) == set(LegalStatus.values)
    assert set(Filing.objects.values_list("state", flat=True)) >= set(FilingState.values)
    made = Organization.objects.filter(number__isnull=False).order_by("-pk")
    filing = Filing.objects.filter(state="review").latest("pk")
    assert filing.leader_id_number[6:10].isdigit()
    assert len(filing.founder_names) == 6
    for row in (*made[:20], *Filing.objects.order_by("-pk")[:20], *Amendment.objects.order_by("-pk")[:20]):
        row.full_clean(validate_unique=False)
    for model in (Organization, Filing, Amendment, User):
        latest = list(model.objects.order_by("-pk").values_list("pk", flat=True)[:500])  # type: ignore[attr-defined]
        assert sound_rows(model, latest) == set(latest)
    # Nothing that the clock would have done is left for it, and every open case has exactly one who owes it.
    today = clock.today()
    owed = Task.objects.filter(closed_at__isnull=True, kind="act")
    assert not owed.filter(Q(due_on__lt=today) & ~Q(level=Task.Level.LATE)).exists()
    assert not owed.filter(role="system", due_on__lt=today).exists()
    running = Filing.objects.exclude(state__in=["filed", "refused", "withdrawn"]).count()
    assert owed.filter(process="filing").count() == running
    assert owed.filter(process="filing").aggregate(n=Count("case_id", distinct=True))["n"] == running
    late = owed.filter(
        level=Task.Level.LATE,
        role__in=["community_worker", "community_head", "street_officer"],
        process__in=["filing", "amendment"],
    )
    watched = Task.objects.filter(closed_at__isnull=True, kind="watch", process__in=["filing", "amendment"])
    assert watched.count() == late.count()


def test_the_person_may_take_the_steps_owed() -> None:
    grow(SIZE, lambda said: None)
    person = User.objects.get(username="linxiaoyan")

    rows = tasks_of(person).filter(kind="act").order_by("-pk")[:10]

    assert all(steps_for(person, row.case) for row in rows)


def test_a_name_that_is_taken_is_left_out_and_made_up_for() -> None:
    grow(Size(700, 0, 0), lambda said: None)
    record(User.system(), growing.GROWN, None, kind="organizations", upto=0)  # as if the numbers began anew
    Organization.objects.filter(number__isnull=False).update(
        number=Concat(Value("X"), F("pk"), output_field=CharField())
    )

    grow(Size(800, 0, 0), lambda said: None)

    assert Organization.objects.count() == 800


@pytest.mark.parametrize("arguments", [["--scale", "10"], ["grow", "10"]])
def test_it_refuses_outside_a_demo(settings: Settings, arguments: list[str]) -> None:
    settings.DEMO = False

    answer = CliRunner().invoke(commands.demo, arguments)

    assert answer.exit_code == 1
    assert "不是演示环境" in answer.output


def test_the_group_alone_says_what_there_is() -> None:
    answer = CliRunner().invoke(commands.demo, [])

    assert answer.exit_code == 0
    assert "--scale" in answer.output
