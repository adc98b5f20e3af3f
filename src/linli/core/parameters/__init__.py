"""Deadlines, thresholds and names that a district may set for itself.

Each is declared in code with its type, default, unit and source. A value can be set for an area with a date from
which it holds. A case keeps the values it began under (core.workflow takes the snapshot).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linli.core.errors import BadInput
from linli.core.revisions import PARAMETERS, remembered

if TYPE_CHECKING:
    from linli.core.parameters.models import ParameterValue


@dataclass(frozen=True)
class Parameter:
    """A declared parameter. `source` names the rule the default rests on and how sure it is.

    `kept_by` says whose it is (rulebook §11.3, separation of duties): "business" the office that answers for the
    work, "technical" the system administrator, "security" the security administrator. `least` and `most` are the
    floor no local value may pass. `setting` names a Django setting that holds the installation's default. `options`
    lists the values that may be chosen, with their words; with `many` several of them, kept as "a,b".
    """

    key: str
    type: type[int] | type[str] | type[bool]
    default: Any
    unit: str
    label: str
    source: str
    least: int | None = None
    most: int | None = None
    kept_by: str = "business"
    setting: str = ""
    options: tuple[tuple[str, str], ...] | Callable[[], tuple[tuple[str, str], ...]] = ()
    many: bool = False

    @property
    def address(self) -> str:
        """The page on which it is set."""
        from django.urls import reverse

        return reverse("core:policy" if self.kept_by == "security" else "core:parameter", args=[self.key])

    @property
    def offered(self) -> tuple[tuple[str, str], ...]:
        """The values that may be chosen, with their words."""
        return self.options() if callable(self.options) else self.options

    @property
    def standard(self) -> Any:
        """The value where nobody set one."""
        if not self.setting:
            return self.default
        from django.conf import settings

        return getattr(settings, self.setting)

    def words(self, value: Any) -> str:
        """A value with its unit, as a page says it."""
        if self.options:
            named = dict(self.offered)
            return "、".join(named.get(one, one) for one in str(value).split(",") if one) or "无"
        if self.type is bool:
            return "是" if value else "否"
        return f"{value} {self.unit}".strip()

    def clean(self, raw: Any) -> Any:
        """The value as its type; raises BadInput with the sentence to show."""
        try:
            value = raw in (True, "on", "true", "1", 1) if self.type is bool else self.type(raw)
        except (TypeError, ValueError):
            raise BadInput("parameter.type", f"“{self.label}”要填数字。", fields={"value": "要填数字。"}) from None
        if self.options:
            chosen = [one for one in str(value).split(",") if one] if self.many else [str(value)]
            if set(chosen) - {key for key, _words in self.offered}:
                text = f"“{self.label}”请从列出的里面选。"
                raise BadInput("parameter.option", text, fields={"value": text})
            return self.type(",".join(chosen))
        low, high = self.least, self.most
        if isinstance(value, int) and ((low is not None and value < low) or (high is not None and value > high)):
            text = f"“{self.label}”要在 {self.least} 到 {self.most} {self.unit}之间。"
            if self.kept_by == "security":
                text += "这是安全基线，不能更松。"
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
    """The values in force for an area path on a day (default today)."""
    from linli.core import clock

    day = on or clock.today()
    found = {key: REGISTRY[key].standard for key in keys}
    for row in _set_values():
        if row.key in found and row.holds_on(day) and scope.startswith(row.scope):
            found[row.key] = row.value
    return found


def _set_values() -> list[ParameterValue]:
    """All values that were ever set, the nearer place and the later one after the others; a few hundred at most."""
    from linli.core.parameters.models import ParameterValue

    def read() -> list[ParameterValue]:
        return sorted(ParameterValue.objects.all(), key=lambda row: (len(row.scope), row.valid_from))

    return remembered((PARAMETERS,), "values", read)


def value_of(key: str, scope: str = "", on: dt.date | None = None) -> Any:
    """The value of one parameter; KeyError for a key nobody declared."""
    return values_of([key], scope, on)[key]
