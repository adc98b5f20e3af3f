"""What a measurement tells: how long ours took, how long the plain way took, and the most the ratio may be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """One measurement. `limit` is the largest ratio of `seconds` to `baseline_seconds` that passes."""

    name: str
    baseline: str
    seconds: float
    baseline_seconds: float
    limit: float
    note: str = ""

    @property
    def ratio(self) -> float:
        """How many times the baseline ours took."""
        return self.seconds / self.baseline_seconds

    @property
    def passed(self) -> bool:
        """Whether the ratio is within the limit."""
        return self.ratio <= self.limit
