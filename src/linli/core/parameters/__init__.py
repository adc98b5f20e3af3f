"""Deadlines, thresholds and names that a district may set for itself.

Each is declared in code with its type, default, unit and source. A value can be set for an area with a date from
which it holds. A case keeps the values it began under (core.workflow takes the snapshot).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from linli.core.errors import BadInput


@dataclass(frozen=True)
class Parameter:
    """A declared parameter. `source` names the rule the default rests on and how sure it is."""

    key: str
    type: type[int] | type[str] | type[bool]
    default: Any
    unit: str
    label: str
    source: str
    least: int | None = None
    most: int | None = None

    def clean(self, raw: Any) -> Any:
        """The value as its type; raises BadInput with the sentence to show."""
        try:
            value = raw in (True, "on", "true", "1", 1) if self.type is bool else self.type(raw)
        except (TypeError, ValueError):
            raise BadInput("parameter.type", f"“{self.label}”要填数字。", fields={"value": "要填数字。"}) from None
        low, high = self.least, self.most
        if isinstance(value, int) and ((low is not None and value < low) or (high is not None and value > high)):
            text = f"“{self.label}”要在 {self.least} 到 {self.most} {self.unit}之间。"
            raise BadInput("parameter.range", text, fields={"value": text})
        return value


REGISTRY: dict[str, Parameter] = {}


def declare(*parameters: Parameter) -> None:
    """Make parameters known. The same key twice is a programming error."""
    for parameter in parameters:
        if REGISTRY.get(parameter.key, parameter) != parameter:
            raise ValueError(f"parameter declared twice: {parameter.key}")
        REGISTRY[parameter.key] = parameter


def values_of(keys: Iterable[str], scope: str = "", on: dt.date | None = None) -> dict[str, Any]:
    """The values in force for an area path on a day (default today); one query for all keys."""
    from linli.core import clock
    from linli.core.parameters.models import ParameterValue

    wanted = list(keys)
    day = on or clock.today()
    found = {key: REGISTRY[key].default for key in wanted}
    rows = ParameterValue.objects.filter(key__in=wanted, valid_from__lte=day).exclude(valid_to__lte=day)
    held = [row for row in rows if scope.startswith(row.scope)]
    for row in sorted(held, key=lambda row: (len(row.scope), row.valid_from)):
        found[row.key] = row.value
    return found


def value_of(key: str, scope: str = "", on: dt.date | None = None) -> Any:
    """The value of one parameter; KeyError for a key nobody declared."""
    return values_of([key], scope, on)[key]
