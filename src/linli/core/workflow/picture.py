"""The loop as a drawing: the straight way on top, what leaves it below, each box with how many stand there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from linli.core.workflow.declare import Process
from linli.core.workflow.queries import Standing

BOX_W, BOX_H, GAP_X, GAP_Y, MARGIN = 150, 74, 46, 60, 8


@dataclass(frozen=True)
class Box:
    """A state of the process, drawn at x, y."""

    standing: Standing
    x: int
    y: int
    kind: str  # way, aside or end

    @property
    def centre(self) -> int:
        """The x of the middle."""
        return self.x + BOX_W // 2


@dataclass(frozen=True)
class Arrow:
    """A step between two boxes, as an SVG path."""

    path: str
    label: str
    back: bool


@dataclass(frozen=True)
class Picture:
    """What the template draws."""

    boxes: list[Box]
    arrows: list[Arrow]
    width: int
    height: int
    box_width: int = BOX_W
    box_height: int = BOX_H


def draw(process: Process, standings: Sequence[Standing]) -> Picture:
    """Lay the states out: a column for each stage, its first state on the way, the rest and stray ends below."""
    by_state = {standing.state: standing for standing in standings}
    column = {stage.states[0]: i for i, stage in enumerate(process.stages)}
    depth = dict.fromkeys(range(len(process.stages)), 0)
    boxes = {
        state: Box(by_state[state], MARGIN + i * (BOX_W + GAP_X), MARGIN, "end" if state in process.ends else "way")
        for state, i in column.items()
    }
    staged = {state: i for i, stage in enumerate(process.stages) for state in stage.states[1:]}
    for state, _label in process.states:
        if state in boxes:
            continue
        # Stray ends stand under the last stage, where nothing has to be crossed to reach them.
        i = staged.get(state, len(process.stages) - 1)
        depth[i] += 1
        y = MARGIN + depth[i] * (BOX_H + GAP_Y)
        kind = "end" if state in process.ends else "aside"
        boxes[state] = Box(by_state[state], MARGIN + i * (BOX_W + GAP_X), y, kind)
    arrows, seen = [], set()
    for step in process.steps:
        for source in sorted(step.sources):
            target = step.target or source
            if source == target or (source, target) in seen or len(step.sources) > 2:
                continue
            seen.add((source, target))
            arrows.append(_arrow(boxes[source], boxes[target], str(step.label)))
    width = 2 * MARGIN + len(process.stages) * BOX_W + (len(process.stages) - 1) * GAP_X
    height = 2 * MARGIN + BOX_H + max(depth.values()) * (BOX_H + GAP_Y)
    return Picture(list(boxes.values()), arrows, width, height)


def _arrow(a: Box, b: Box, label: str) -> Arrow:
    """Sideways along the way, down to what leaves it, up again when it returns."""
    if a.y == b.y and b.x > a.x:
        y = a.y + BOX_H // 2
        return Arrow(f"M{a.x + BOX_W} {y} H{b.x - 7}", label, False)
    if a.y == b.y:
        return Arrow(f"M{a.centre} {a.y + BOX_H} v{GAP_Y // 4} H{b.centre + 40} v-{GAP_Y // 4 - 7}", label, True)
    if a.x == b.x:
        side = 24 if b.y < a.y else -24
        start, end = (a.y, b.y + BOX_H + 7) if b.y < a.y else (a.y + BOX_H, b.y - 7)
        return Arrow(f"M{a.centre + side} {start} V{end}", label, b.y < a.y)
    if b.x > a.x and b.y > a.y:  # out of the side, down the gap between two columns, into the side
        return Arrow(f"M{a.x + BOX_W} {a.y + BOX_H - 14} h{GAP_X // 2} V{b.y + BOX_H // 2} H{b.x - 7}", label, False)
    bend = a.y - GAP_Y // 2
    return Arrow(f"M{a.centre} {a.y} V{bend} H{b.centre + 40} V{b.y + BOX_H + 7}", label, True)
