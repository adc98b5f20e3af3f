"""What a verification found, in sentences that name the place."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

MOST = 1000  # findings kept; the count goes on


@dataclass(frozen=True)
class Finding:
    """One thing that does not fit. `kind` is for programs, `text` for people."""

    kind: str
    text: str
    event: int | None = None
    seal: int | None = None
    model: str = ""
    row: int | None = None
    fields: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """What is kept of it, without what is empty."""
        return {key: value for key, value in asdict(self).items() if value not in (None, "", ())}


@dataclass
class Report:
    """Everything a verification found, and what it said on the way."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    more: int = 0
    through: int = 0
    head: str = ""

    def add(self, kind: str, text: str, **where: Any) -> None:
        """Keep a finding; past MOST it is only counted."""
        if len(self.findings) < MOST:
            self.findings.append(Finding(kind, text, **where))
        else:
            self.more += 1

    def count(self, what: str, number: int) -> None:
        """Add to a count."""
        self.counts[what] = self.counts.get(what, 0) + number

    @property
    def clean(self) -> bool:
        """Nothing was found."""
        return not self.findings
