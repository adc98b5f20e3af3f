"""Every process that is declared, walked: a loop that cannot be finished or that nobody owns does not pass."""

from __future__ import annotations

import pytest

from linli.actors.choices import Role
from linli.core.parameters import REGISTRY as PARAMETERS
from linli.core.workflow.declare import ACTIONS, OWNER, REGISTRY, STEPS, SYSTEM, Process
from linli.core.workflow.wizard import WIZARDS

PROCESSES = pytest.mark.parametrize("process", REGISTRY.values(), ids=lambda process: process.slug)


@PROCESSES
def test_each_state_is_reached_and_each_open_one_is_left(process: Process) -> None:
    states = {state for state, _label in process.states}
    reached, wave = {process.start}, {process.start}
    while wave:
        wave = {step.target for step in process.steps if step.sources & wave and step.target} - reached
        reached |= wave
    left = {source for step in process.steps for source in step.sources if step.target != source}

    assert reached == states
    assert left == states - process.ends


@PROCESSES
def test_an_end_is_reached_from_everywhere(process: Process) -> None:
    ends = set(process.ends)
    while more := {
        source for step in process.steps if step.target in ends for source in step.sources if source not in ends
    }:
        ends |= more

    assert ends == {state for state, _label in process.states}


@PROCESSES
def test_each_step_is_guarded_and_bound(process: Process) -> None:
    import rules

    for step in process.steps:
        assert rules.perm_exists(step.name), step.name
        assert step.name in ACTIONS, step.name
        assert STEPS[step.name] == (step, process)
        assert step.reason in ("must", "may", "")


@PROCESSES
def test_each_open_state_is_owed_by_somebody(process: Process) -> None:
    owed = [duty.state for duty in process.duties]
    assert sorted(owed) == sorted(state for state, _label in process.states if state not in process.ends)
    for duty in process.duties:
        assert duty.owed_by in {OWNER, SYSTEM, *Role.values}
        assert duty.raised_to in {"", *Role.values}
        assert not isinstance(duty.within, str) or PARAMETERS[duty.within].type is int
        if duty.owed_by == SYSTEM:
            step, _process = STEPS[duty.then]
            assert duty.state in step.sources


@PROCESSES
def test_the_picture_shows_each_state_once(process: Process) -> None:
    from linli.core.workflow.picture import draw
    from linli.core.workflow.queries import Standing

    standings = [Standing(state, str(label), 1, 0, None) for state, label in process.states]
    picture = draw(process, standings)

    assert sorted(box.standing.state for box in picture.boxes) == sorted(state for state, _label in process.states)
    assert len({(box.x, box.y) for box in picture.boxes}) == len(picture.boxes)
    assert all(box.x + 150 <= picture.width and box.y + 74 <= picture.height for box in picture.boxes)


@PROCESSES
def test_what_a_wizard_sends_starts_where_it_edits(process: Process) -> None:
    wizard = WIZARDS.get(process.slug)  # a proposal of one form needs none
    for name in wizard.sending if wizard else ():
        assert STEPS[name][0].sources <= wizard.editable
