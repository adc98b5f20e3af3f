"""Loading: all or nothing, and the clock that stands still for it."""

from __future__ import annotations

import datetime as dt

import pytest
from click.testing import CliRunner
from pytest_django import Settings

from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.workflow.queries import tasks_of
from linli.demo import commands, load
from linli.demo.running import run_to
from linli.organizations.models import Organization


@pytest.mark.django_db
def test_a_load_that_breaks_off_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_arguments: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(load, "load_register", killed)
    told: list[str] = []

    with pytest.raises(KeyboardInterrupt):
        load.ensure(told.append)

    assert told[0] == "12 个街道，170 个社区"
    assert (Area.objects.count(), User.objects.exclude(is_system=True).count(), load.is_loaded()) == (0, 0, False)


def test_the_command_refuses_outside_a_demo(settings: Settings) -> None:
    settings.DEMO = False

    answer = CliRunner().invoke(commands.demo, ["load"])

    assert answer.exit_code == 1
    assert "不是演示环境" in answer.output


def test_the_clock_stands_where_it_is_told_and_goes_on_after() -> None:
    moment = dt.datetime(2026, 2, 13, 9, 14, tzinfo=dt.UTC)

    with clock.at(moment):
        assert (clock.now(), clock.today()) == (moment, dt.date(2026, 2, 13))
        with clock.at(moment + dt.timedelta(hours=8)):
            assert clock.today() == dt.date(2026, 2, 14)
        assert clock.now() == moment

    assert clock.now() > moment


def test_the_clock_is_not_stopped_outside_a_demo(settings: Settings) -> None:
    settings.DEMO = False

    with pytest.raises(RuntimeError), clock.at(clock.now()):
        pass


@pytest.mark.django_db
def test_stories_run_side_by_side_in_the_order_of_time_and_stop_at_the_end() -> None:
    start = dt.datetime(2026, 11, 2, 1, 0, tzinfo=dt.UTC)
    seen: list[tuple[str, dt.datetime]] = []

    def story(name: str, *hours: int) -> object:
        for hour in hours:
            yield start + dt.timedelta(hours=hour)
            seen.append((name, clock.now()))

    run_to(start + dt.timedelta(hours=50), [story("a", 0, 30, 60), story("b", 10, 40)])  # type: ignore[list-item]

    assert seen == [
        (name, start + dt.timedelta(hours=hour)) for name, hour in (("a", 0), ("b", 10), ("a", 30), ("b", 40))
    ]


@pytest.mark.django_db
def test_on_a_day_off_in_a_year_nobody_has_published_it_loads_as_well() -> None:
    saturday = dt.datetime(2028, 1, 1, 16, 30, tzinfo=dt.UTC)  # half past midnight on Sunday in Shanghai

    with clock.at(saturday):
        load.ensure(lambda said: None, organizations=60)
        rows = list(tasks_of(User.objects.get(username="linxiaoyan")))

    assert Organization.objects.count() == 60
    assert (len(rows), sum(row.due_on == dt.date(2028, 1, 3) for row in rows)) == (27, 8)
