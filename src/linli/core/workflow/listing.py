"""The cases a person may see of a process: pages, a filter in words, and how many stand in each state.

What may be seen is said by the process's `visible_to` alone. To be quick at any size it is looked for in parts that
one index answers each: the person's own cases, and all below an area (`Process.reach`). A process without a reach is
small and is read as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode

from django.db.models import IntegerField, Q, QuerySet, Sum, Value

from linli.core import clock
from linli.core.access.grants import Person
from linli.core.access.models import User
from linli.core.counting import Bounded, joined
from linli.core.paging import Page
from linli.core.registers.models import Tally
from linli.core.registers.search import Known, found_by
from linli.core.workflow.declare import SYSTEM, Process
from linli.core.workflow.models import Task

MOST_OWN = 500  # cases of one person's own that are counted one by one
MOST = 999
SIZE = 30


def _text(params: Mapping[str, Any], name: str) -> str:
    # PostgreSQL's text cannot hold NUL.
    return str(params.get(name, "")).replace("\0", "").strip()[:100]


@dataclass(frozen=True)
class Cases:
    """A filter of a process's cases for one person."""

    process: Process
    user: Person
    state: str = ""
    words: str = ""
    late: bool = False
    known: Known = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_params(cls, process: Process, params: Mapping[str, Any], user: Person) -> Cases:
        """From an address; an unknown state matches nothing, as the address says."""
        return cls(process, user, _text(params, "state"), _text(params, "q"), _text(params, "late") == "1")

    @property
    def params(self) -> dict[str, str]:
        """The filter as an address holds it."""
        found = {"state": self.state, "q": self.words, "late": "1" if self.late else ""}
        return {name: value for name, value in found.items() if value}

    @property
    def query(self) -> str:
        """`params` as the part of an address behind the question mark."""
        return urlencode(self.params)

    def describe(self) -> str:
        """The filter in words."""
        states = dict(self.process.states)
        parts = [
            f"状态：{states.get(self.state, self.state)}" if self.state else "",
            f"含有“{self.words}”" if self.words else "",
            "只看超期" if self.late else "",
        ]
        return "；".join(part for part in parts if part) or "全部"

    # --- conditions ---------------------------------------------------------------------------------------------

    @cached_property
    def seen(self) -> QuerySet[Any]:
        """Everything this person may see."""
        assert self.process.visible_to is not None
        return self.process.visible_to(self.user)

    @cached_property
    def reach(self) -> list[str]:
        """The paths below which this person sees every case that was sent, none inside another."""
        paths = sorted(set(self.process.reach(self.user)), key=len) if self.process.reach else []
        return [path for i, path in enumerate(paths) if not any(path.startswith(above) for above in paths[:i])]

    @cached_property
    def own(self) -> list[Q]:
        """The person's own cases, wherever they lie."""
        if not isinstance(self.user, User):
            return []
        return [Q(owner=self.user.pk), Q(entered_by=self.user.pk)]

    @property
    def parts(self) -> list[QuerySet[Any]]:
        """Lists that together hold all that may be seen; a case may stand in two of them."""
        if self.process.reach is None:
            return [self.seen]
        rows: QuerySet[Any] = self.process.model._default_manager.all()
        sent = rows.exclude(state=self.process.start)
        return [
            *(rows.filter(own) for own in self.own),
            *(sent.filter(scope__startswith=path) for path in self.reach),
        ]

    @cached_property
    def condition(self) -> Q:
        """What the filter asks."""
        found = Q(("state", self.state)) if self.state else Q()
        if self.words:
            found &= found_by(self.process.model, self.words, self.known)
        if self.late:
            found &= Q(pk__in=late_tasks(self.process).values("case_id"))
        return found

    @property
    def queryset(self) -> QuerySet[Any]:
        """All cases of the filter, newest first: what an export streams."""
        return self.seen.filter(self.condition).order_by("-pk")

    # --- pages --------------------------------------------------------------------------------------------------

    def page(self, after: str = "", size: int = SIZE) -> Page[Any]:
        """The cases below a key, newest first; two queries at any size."""
        key = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None
        parts = list(self._keys(key, size))
        rows = joined(parts) if parts else self.seen.none().values_list("id")
        if len(parts) > 1:  # one part alone is in order, and cut, already
            rows = rows.order_by("-id")[: (size + 1) * len(parts)]
        return self._page([pk for (pk,) in rows], size, is_first=key is None)

    def _page(self, keys: Iterable[int], size: int, *, is_first: bool) -> Page[Any]:
        """The cases of these keys, newest first, each once; one query."""
        newest = sorted(set(keys), reverse=True)[: size + 1]
        found = list(self.seen.filter(pk__in=newest).order_by("-pk"))
        more = len(found) > size
        return Page(found[:size], str(found[size - 1].pk) if more else "", is_first)

    def _keys(self, key: int | None, size: int, *fields: str, **more: Any) -> Iterator[QuerySet[Any]]:
        below = Q(pk__lt=key) if key is not None else Q()
        for rows in self.parts:
            found = rows.filter(self.condition, below).annotate(**more)
            yield found.order_by("-id").values_list(*fields, "id")[: size + 1]

    # --- counts -------------------------------------------------------------------------------------------------

    def by_state(self) -> Counter[str]:
        """How many stand in each state, exactly."""
        return states_of([self])[0]

    def late_by_state(self) -> dict[str, Bounded]:
        """How many are late in each state, counted no further than the bound."""
        states = [state for state, _label in self.process.states if self.process.duty_in(state)]
        parts = [
            late_tasks(self.process).filter(place, state=state).order_by().values_list("state")[: MOST + 1]
            for state in states
            for place in self._places
        ]
        found = Counter(state for (state,) in joined(parts)) if parts else Counter()
        return {state: Bounded(found[state], MOST) for state in states}

    @property
    def _places(self) -> list[Q]:
        if self.process.reach is None:
            return [Q(case_id__in=self.seen.order_by().values("pk"))]
        places = [Q(scope__startswith=path) for path in self.reach]
        return places or ([Q(owner=self.user.pk)] if isinstance(self.user, User) else [])


def late_tasks(process: Process) -> QuerySet[Task]:
    """Open rows of a process that somebody owes and whose day has passed."""
    rows = Task.objects.filter(
        process=process.slug, kind=Task.Kind.ACT, closed_at__isnull=True, due_on__lt=clock.today()
    )
    return rows.exclude(role=SYSTEM)


def first_of(lists: Sequence[Cases], size: int = SIZE) -> Iterator[tuple[Cases, Page[Any]]]:
    """The first page of each of several lists that has any: one query names the cases of all, one fetches each's."""
    known: Known = {}
    lists = [replace(cases, known=known) for cases in lists]
    parts = [
        part
        for place, cases in enumerate(lists)
        for part in cases._keys(None, size, "nth_list", nth_list=_number(place))
    ]
    found: dict[int, list[int]] = {}
    for place, pk in joined(parts) if parts else ():
        found.setdefault(place, []).append(pk)
    for place, keys in sorted(found.items()):
        yield lists[place], lists[place]._page(keys, size, is_first=True)


def states_of(lists: Sequence[Cases]) -> list[Counter[str]]:
    """How many cases of each list stand in each state, exactly; three queries for any number of lists.

    From the tally, and one by one a person's own that it does not hold and those of processes without a reach.
    """
    found: list[Counter[str]] = [Counter() for _ in lists]
    wide = {place: cases for place, cases in enumerate(lists) if cases.process.reach is not None}
    asked = [Q(register=cases.process.slug, scope__in=cases.reach) for cases in wide.values() if cases.reach]
    if asked:
        places = {cases.process.slug: place for place, cases in wide.items()}
        rows = Tally.objects.filter(reduce(or_, asked)).values_list("register", "facets")
        for register, facets, n in rows.annotate(total=Sum("n")):
            found[places[register]][facets[0]] += n
    for place, cases in wide.items():
        found[place].pop(cases.process.start, None)
    own = [
        nth.order_by("-id").values_list("nth_list", "id", "state", "scope")[:MOST_OWN]
        for place, cases in wide.items()
        for nth in _nth(place, cases.process.model, cases.own)
    ]
    for place, _pk, state, scope in set(joined(own)) if own else ():
        cases = lists[place]
        if state == cases.process.start or not any(scope.startswith(path) for path in cases.reach):
            found[place][state] += 1
    small = [
        cases.seen.order_by().annotate(nth_list=_number(place)).values_list("nth_list", "state")
        for place, cases in enumerate(lists)
        if place not in wide
    ]
    for place, state in joined(small) if small else ():
        found[place][state] += 1
    return found


def late_of(lists: Sequence[Cases]) -> list[Bounded]:
    """How many cases of each list are late, counted no further than the bound; one query."""
    parts = [
        late_tasks(cases.process)
        .filter(where, state__in=[duty.state for duty in cases.process.duties])
        .order_by()
        .annotate(nth_list=_number(place))
        .values_list("nth_list")[: MOST + 1]
        for place, cases in enumerate(lists)
        for where in cases._places
    ]
    found = Counter(place for (place,) in joined(parts)) if parts else Counter()
    return [Bounded(found[place], MOST) for place in range(len(lists))]


def _number(place: int) -> Value:
    return Value(place, output_field=IntegerField())


def _nth(place: int, model: Any, conditions: Sequence[Q]) -> Iterator[QuerySet[Any]]:
    for condition in conditions:
        yield model._default_manager.filter(condition).annotate(nth_list=_number(place))
