"""Who may take which step in which state, for every persona: one readable file, so that a change shows in a diff.

`LINLI_WRITE_MATRIX=1 pytest tests/test_matrix.py` writes docs/matrix.md anew after a change that was meant.
"""

from __future__ import annotations

import os
from pathlib import Path

from tests.personas import PERSONAS, World

from linli.core.workflow.declare import REGISTRY
from linli.organizations.actions.amendments import begin_amendment
from linli.organizations.models import Amendment, Filing, Organization

FILE = Path(__file__).parent.parent / "docs" / "matrix.md"


def table(world: World, case: Filing | Amendment) -> list[str]:
    """The rows of one process: state by state, each step with who may take it."""
    people = {name: world[name] for name in PERSONAS}
    rows = [f"\n## {case.process.label} `{case.process.slug}`\n", "| 状态 | 步骤 | 谁可以办 |", "|---|---|---|"]
    for state, label in case.process.states:
        case.state = state
        for step in case.process.steps_from(state):
            may = [name for name, person in people.items() if person.has_perm(step.name, case)]
            rows.append(f"| {label} | {step.label} `{step.name}` | {', '.join(may) or '（系统）'} |")
        see = [
            name
            for name, person in people.items()
            if person.has_perm(f"organizations.view_{case.process.slug}", case)
        ]
        rows.append(f"| {label} | *查看* | {', '.join(see)} |")
    return rows


def test_the_matrix_is_as_reviewed(world: World, filed: Organization, draft: Filing) -> None:
    amendment = begin_amendment(filed, kind="name", actor=world["founder"])
    lines = [
        "# Who may do what",
        "",
        "Written by `tests/test_matrix.py` and reviewed by people; the test fails when code and file differ.",
        "The personas stand in `tests/personas.py`: the case lies in 东方街道金苑社区 and is the founder's.",
        *table(world, draft),
        *table(world, amendment),
        "",
    ]
    written = "\n".join(lines)
    if os.environ.get("LINLI_WRITE_MATRIX"):
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(written)

    assert FILE.read_text() == written
    assert set(REGISTRY) == {"filing", "amendment"}, "a new process needs its table here"
