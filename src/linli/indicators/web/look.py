"""What an address asks for: which area, which period, and what to compare with."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.urls import reverse

from linli.areas.models import Area
from linli.areas.queries import key_of
from linli.core.access.models import User
from linli.core.figures.declare import PARTS, REGISTRY, Figure, Ratio
from linli.indicators.choices import Span
from linli.indicators.queries import periods, places
from linli.indicators.queries.periods import Period
from linli.indicators.queries.places import Spot

BEFORE, YEAR = "before", "year"
SPANS = (Span.MONTH, Span.QUARTER, Span.YEAR)


class Look:
    """One reader's look at numbers: an area and a period. Raises Http404 for what the reader has no numbers of."""

    def __init__(self, request: HttpRequest) -> None:
        if not request.user.is_authenticated or not request.user.has_perm("indicators.view_figures"):
            raise Http404
        assert isinstance(request.user, User)
        self.user = request.user
        self.params = request.GET
        area = places.area_of(self.user, self._text("area"))
        if area is None:
            raise Http404
        self.area: Area = area
        asked = self._text("period")
        if not asked and self._text("from") and self._text("to"):
            asked = f"{self._text('from')}..{self._text('to')}"
        self.period: Period = periods.read(asked) or periods.now()
        self.dropped = (
            f"没有“{asked[:24]}”这个期间，看的是{self.period.label}。" if asked and asked != self.period.key else ""
        )

    def _text(self, name: str) -> str:
        return self.params.get(name, "").replace("\0", "").strip()[:60]

    # --- the area -----------------------------------------------------------------------------------------------

    @cached_property
    def spot(self) -> Spot:
        """The area with its paths."""
        return places.spot_of(self.area)

    @cached_property
    def parts(self) -> list[Spot]:
        """What the area was divided into at the end of the period."""
        return places.below(self.area, self.period.last)

    @cached_property
    def way(self) -> list[tuple[str, str]]:
        """The areas above and this one, each with its board."""
        above = [(area.short_name, self.query(area=key_of(area))) for area in places.way_to(self.user, self.area)]
        return [*above, (self.area.short_name, "")]

    @cached_property
    def choices(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Select choices: the areas whose numbers the person reads."""
        return places.choices_for(self.user, self.area)

    # --- the period ---------------------------------------------------------------------------------------------

    @property
    def spans(self) -> list[dict[str, Any]]:
        """Month, quarter and year as tabs; the one that holds the last day of what is looked at."""
        return [
            {
                "label": span.label,
                "url": self.query(period=periods.containing(self.period.last, span).key),
                "on": span is self.period.span,
                "count": None,
            }
            for span in SPANS
        ]

    @property
    def told(self) -> str:
        """The period in words; one that runs says until when."""
        day = self.period.last
        return f"{self.period.label}（到{day.month}月{day.day}日）" if self.period.runs else self.period.label

    # --- compared with ------------------------------------------------------------------------------------------

    @cached_property
    def against(self) -> Period | Spot:
        """A period before this one, or another area."""
        asked = self._text("against")
        if asked and asked not in (BEFORE, YEAR):
            area = places.area_of(self.user, asked)
            if area is not None and area.pk != self.area.pk:
                return places.spot_of(area)
        return self.period.a_year_before if asked == YEAR else self.period.before

    @property
    def against_key(self) -> str:
        """As the address says it."""
        if isinstance(self.against, Spot):
            return self.against.key
        return YEAR if self._text("against") == YEAR else BEFORE

    @property
    def against_words(self) -> str:
        """What is compared with, in words."""
        return self.against.name if isinstance(self.against, Spot) else self.against.label

    @property
    def then_words(self) -> str:
        """The other column of a table of areas: a period in any case."""
        return self.period.before.label if isinstance(self.against, Spot) else self.against.label

    @cached_property
    def offered(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Select choices: what may be compared with."""
        near = [
            (BEFORE, f"上一期：{self.period.before.label}"),
            (YEAR, f"去年同期：{self.period.a_year_before.label}"),
        ]
        found = [("期间", near)]
        return [*found, *[(name, [one for one in group if one[0] != self.spot.key]) for name, group in self.choices]]

    # --- addresses ----------------------------------------------------------------------------------------------

    def query(self, **changes: Any) -> str:
        """This look, perhaps changed, as the part of an address from the question mark on."""
        held: dict[str, Any] = {"area": key_of(self.area), "period": self.period.key}
        if self._text("against"):
            held["against"] = self.against_key
        held |= changes
        return "?" + urlencode({name: value for name, value in held.items() if value not in (None, "")}, doseq=True)

    def figure_url(self, figure: Figure | Ratio, **changes: Any) -> str:
        """The page of a figure; a part that no board offers has none."""
        if figure.id not in REGISTRY:
            return self.records_url(figure, **changes)
        return reverse("indicators:figure", args=[figure.id]) + self.query(**changes)

    def records_url(self, figure: Figure | Ratio, **changes: Any) -> str:
        """The records behind a number."""
        return reverse("indicators:records", args=[figure.id]) + self.query(**({"against": None} | changes))


def figure_or_404(id: str) -> Figure | Ratio:
    """A declared figure, or one that others are read from."""
    found = REGISTRY.get(id) or PARTS.get(id)
    if found is None:
        raise Http404
    return found
