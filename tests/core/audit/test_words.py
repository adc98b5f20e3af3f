"""What the list of events says of each: words, no codes."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from tests.personas import World

from linli.core.audit.models import Event
from linli.core.audit.queries import lines_of
from linli.core.audit.words import words_of
from linli.core.sheets.models import Import
from linli.core.workflow.declare import REGISTRY
from linli.core.workflow.models import Task
from linli.organizations.models import Filing, Organization

pytestmark = pytest.mark.django_db


def event(name: str, model: Any, detail: dict[str, Any]) -> Event:
    kind = ContentType.objects.get_for_model(model) if model is not None else None
    return Event(name=name, subject_type=kind, subject_id=1 if model is not None else None, detail=detail)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (("organizations.issue_filing", Filing, {"state": "filed"}), "已备案"),
        (("organizations.agree_filing", Filing, {"reason": "材料齐全", "state": "publicity"}), "材料齐全；公示中"),
        (("sheets.begin_import", Import, {"state": "applied"}), "已导入"),
        (("core.switch_webhook", None, {"state": "paused"}), "paused"),  # nobody knows whose state it is
        (("core.audit_verified", None, {"outcome": "clean"}), "完好"),
        (
            (
                "organizations.amended",
                Organization,
                {"before": {"address": "201 室", "number": None}, "after": {"address": "305 室", "number": "N1"}},
            ),
            "活动场所 201 室 → 305 室，备案编号 （空） → N1",
        ),
        (
            ("organizations.amended", Organization, {"before": {"legal_status": "filed"}, "after": {}}),
            "法律状态 已备案",
        ),
        (("core.extend_duty", Task, {"before": "2026-12-02", "after": "2026-12-09"}), "2026-12-02 → 2026-12-09"),
        (("core.warn_duty", Task, {"due_on": "2026-12-02", "level": 2}), "期限 2026-12-02"),
        (
            ("organizations.draft_saved", Filing, {"fields": ["address", "name", "lng", "x"]}),
            "改了：活动场所、名称、经度、x",
        ),
        (("core.marks_begun", None, {"model": "organizations.filing", "rows": 3}), "备案申请；3 行"),
        (
            (
                "core.marks_renewed",
                None,
                {
                    "model": "organizations.filing",
                    "fields": ["name", "kind"],
                    "before": [["name"]],
                    "rows": 3,
                    "left": 0,
                },
            ),
            "备案申请；3 行",
        ),
        (("core.set_calendar_day", None, {"before": True, "after": False}), "是 → 否"),
        (("test.other", None, {"reason": "", "secret": "x"}), ""),
    ],
)
def test_what_is_said(found: tuple[str, Any, dict[str, Any]], said: str) -> None:
    assert words_of(event(*found)) == said


def test_every_step_says_its_state_in_the_words_of_its_loop() -> None:
    said = {
        (process.slug, str(code)): words_of(event(step.name, process.model, {"state": str(code)}))
        for process in REGISTRY.values()
        for step in process.steps
        for code, _label in process.states
    }

    assert said == {
        (process.slug, str(code)): str(label) for process in REGISTRY.values() for code, label in process.states
    }


def test_a_list_costs_no_query(world: World, filed: Organization, django_assert_num_queries: Any) -> None:
    events = list(Event.objects.select_related("actor", "on_behalf_of"))
    lines_of(events)  # kinds of records are known from here on
    with django_assert_num_queries(0):
        words = [line.words for line in lines_of(events) if line.event.name.startswith("organizations.issue")]

    assert words == ["已备案"]
