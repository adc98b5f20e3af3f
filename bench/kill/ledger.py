"""What was asked of Linli and what it answered: the one thing a kill may not make untrue."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Line:
    """One request. `answer` is None while nobody knows, the HTTP status afterwards; `said` what came with it."""

    kind: str
    mark: str  # what it was about: the uid of a case, the name of an import, a reason …
    what: str = ""
    answer: int | None = None
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def acknowledged(self) -> bool:
        """Somebody was told that it is done."""
        return self.answer is not None and self.answer < 400

    @property
    def refused(self) -> bool:
        """Somebody was told that it is not done."""
        return self.answer is not None and self.answer >= 400


class Ledger:
    """Lines in the order in which they were written; each mark is worked on by one person at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.lines: list[Line] = []
        self.troubles: list[str] = []

    def write(self, kind: str, mark: str, what: str = "", **said: Any) -> Line:
        """Before it is asked."""
        line = Line(kind, mark, what, said=said)
        with self.lock:
            self.lines.append(line)
        return line

    def answered(self, line: Line, status: int, **said: Any) -> None:
        """What came back, or was seen afterwards."""
        with self.lock:
            line.said |= said
            line.answer = status

    def trouble(self, text: str) -> None:
        """What a person at work could not explain."""
        with self.lock:
            self.troubles.append(text)

    def snapshot(self) -> dict[str, dict[str, list[Line]]]:
        """Kind → mark → lines, as they stand."""
        found: dict[str, dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
        with self.lock:
            for line in self.lines:
                found[line.kind][line.mark].append(Line(line.kind, line.mark, line.what, line.answer, {**line.said}))
        return found

    def taken_troubles(self) -> list[str]:
        """Those since the last time."""
        with self.lock:
            found, self.troubles = self.troubles, []
        return found
