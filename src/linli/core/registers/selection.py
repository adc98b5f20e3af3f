"""A filter of a register as one reader may see it: from the parameters of an address to records, words and counts.

The list, the map, the charts, the export and the API all start here, so that the same address means the same records
everywhere. What may be seen is said by the register's `visible_to` and `public` alone; nothing here widens it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict

from linli.core.access.grants import Person
from linli.core.paging import Order, Page
from linli.core.registers.declare import Facet, Key, Kind, Place, Register, Sort
from linli.core.registers.search import NOTHING, has_any, tokens_of, word_condition, word_tokens
from linli.core.registers.words import Word, words_of

if TYPE_CHECKING:
    from linli.core.registers.finding import Finder

Params = Mapping[str, Any]
POSITION = ("after", "before")
PAGE = 30
LONGEST = 120  # characters of what is asked
MOST_VALUES = 30  # of one facet
MOST_FOUND_BY_KEY = 50
YEARS = (1900, 2100)


def _values(params: Params, name: str) -> list[str]:
    """All values of a parameter, as text without what PostgreSQL cannot hold."""
    if isinstance(params, QueryDict):
        found: Iterable[Any] = params.getlist(name)
    else:
        one = params.get(name, ())
        found = [one] if isinstance(one, str | int) else one or ()
    return [str(value).replace("\0", "").strip()[: LONGEST * 4] for value in found][: MOST_VALUES * 2]


@dataclass(frozen=True)
class Branch:
    """A part of what the reader may see that one index answers: all below a path, or the reader's own records."""

    condition: Q
    path: str | None = None


class Selection:
    """Which records of a register, in which order, for whom."""

    def __init__(
        self,
        register: Register,
        user: Person | None,
        *,
        public: bool = False,
        asked: str = "",
        chosen: Mapping[str, tuple[str, ...]] | None = None,
        sort: Sort | None = None,
        who: tuple[Key, str] | None = None,
        dropped: Sequence[str] = (),
    ) -> None:
        if user is None and not public:
            raise ValueError("a selection without a reader is public")
        if public and register.public is None:
            raise ValueError(f"{register.slug} is not public")
        self.register, self.user, self.public = register, user, public
        self.asked, self.chosen = asked, dict(chosen or {})
        self.words: tuple[Word, ...] = words_of(asked)
        self.sort = sort or register.sorts[0]
        self.who, self.dropped = who, tuple(dropped)

    # --- from an address and back -------------------------------------------------------------------------------

    @classmethod
    def from_params(cls, register: Register, params: Params, user: Person | None, public: bool = False) -> Selection:
        """Read a filter. What is unknown is left out, and `dropped` says so in a sentence each."""
        dropped: list[str] = []
        chosen = {}
        places: dict[str, Place] | None = None
        for facet in register.facets_for(public=public):
            values = dict.fromkeys(value for value in _values(params, facet.name) if value)
            if facet.kind == Kind.AREA:
                places = _places(register) if values else None
                known = [value for value in values if places and value in places][:1]
            else:
                known = [value for value in values if is_value(facet, value)][:MOST_VALUES]
            dropped += [
                f"“{facet.label}”里没有“{value[:20]}”，没有按它筛选。" for value in values if value not in known
            ]
            if known:
                chosen[facet.name] = tuple(known)
        sorts = {sort.name: sort for sort in register.sorts}
        order = next(iter(_values(params, "sort")), "")
        if order and order not in sorts:
            dropped.append(f"没有“{order[:20]}”这种排法，按“{register.sorts[0].label}”排。")
        asked = " ".join(next(iter(_values(params, "q")), "").split())[:LONGEST]
        who = None if public else _who(register, next(iter(_values(params, "who")), ""))
        found = cls(
            register,
            user,
            public=public,
            asked=asked,
            chosen=chosen,
            sort=sorts.get(order),
            who=who,
            dropped=dropped,
        )
        if places is not None:
            found.places = places
        return found

    @property
    def params(self) -> dict[str, list[str]]:
        """The filter as an address, a saved filter, an export and the API hold it: nothing superfluous, one order."""
        found = {"q": [self.asked]} if self.asked else {}
        found |= {facet.name: list(self.chosen[facet.name]) for facet in self.facets if facet.name in self.chosen}
        if self.sort is not self.register.sorts[0]:
            found["sort"] = [self.sort.name]
        if self.who:
            found["who"] = [f"{self.who[0].name}:{self.who[1]}"]
        return found

    def query(self, **changes: Any) -> str:
        """`params` as the part of an address behind the question mark; None takes a parameter away."""
        params: dict[str, Any] = {**self.params, **changes}
        return urlencode({name: value for name, value in params.items() if value not in (None, "", [])}, doseq=True)

    @property
    def facets(self) -> tuple[Facet, ...]:
        """What this reader may filter by."""
        return self.register.facets_for(public=self.public)

    def value_label(self, facet: Facet, value: str) -> str:
        """The word of a facet's value."""
        if value == NOTHING:
            return "没有填"
        if facet.kind == Kind.AREA:
            return self.places[value].name if value in self.places else value
        if facet.kind == Kind.DAY:
            return f"{value} 年"
        return dict(facet.choices).get(value, value)

    def parts(self) -> Iterator[tuple[str, str, str]]:
        """The conditions one by one: label, words, and the address part without it."""
        if self.asked:
            yield "含有", f"“{self.asked}”", self.query(q=None)
        if self.who:
            yield self.who[0].label, "刚才输入的号码", self.query(who=None)
        for facet in self.facets:
            for value in self.chosen.get(facet.name, ()):
                rest = [other for other in self.chosen[facet.name] if other != value]
                yield facet.label, self.value_label(facet, value), self.query(**{facet.name: rest})

    def describe(self) -> str:
        """The filter in Chinese words, for headings, exports and links."""
        told: dict[str, list[str]] = {}
        for label, words, _rest in self.parts():
            told.setdefault(label, []).append(words)
        said = [f"{label}{'' if label == '含有' else '：'}{'、'.join(words)}" for label, words in told.items()]
        return "；".join(said) or "全部"

    @property
    def is_filtered(self) -> bool:
        """Whether anything narrows the register."""
        return bool(self.words or self.chosen or self.who)

    # --- places -------------------------------------------------------------------------------------------------

    @cached_property
    def places(self) -> dict[str, Place]:
        """The areas of the register by their keys."""
        return _places(self.register)

    @cached_property
    def reach(self) -> tuple[str, ...] | None:
        """The paths below which the reader sees all, none inside another; None where the register cannot say."""
        if self.public or self.user is None:
            return ("",)
        if self.register.reach is None:
            return None
        paths = sorted(set(self.register.reach(self.user)), key=len)
        return tuple(path for i, path in enumerate(paths) if not any(path.startswith(above) for above in paths[:i]))

    @cached_property
    def area(self) -> Place | None:
        """The area that was chosen."""
        facet = self.register.area_facet
        values = self.chosen.get(facet.name, ()) if facet is not None else ()
        return self.places.get(values[0]) if values else None

    # --- conditions ---------------------------------------------------------------------------------------------

    @cached_property
    def base(self) -> QuerySet[Any]:
        """Everything the reader may see of the register, unordered."""
        if self.public:
            assert self.register.public is not None
            return self.register.public().order_by()
        assert self.user is not None
        return self.register.visible_to(self.user).order_by()

    def facet_condition(self, *, without: str = "") -> Q:
        """What the facets ask, the area included."""
        found = Q()
        for facet in self.facets:
            if facet.name in self.chosen and facet.name != without:
                found &= self.condition_of(facet)
        return found

    def condition_of(self, facet: Facet) -> Q:
        """What one facet asks."""
        values = self.chosen[facet.name]
        if facet.kind == Kind.AREA:
            return Q(**{f"{facet.source}__startswith": self.area.path}) if self.area else Q(pk__in=())
        if facet.kind == Kind.DAY:
            found = Q()
            for value in values:
                found |= in_year(facet.source, value)
            return found
        plain = [value for value in values if value != NOTHING]
        found = Q(**{f"{facet.source}__in": plain}) if plain else Q()
        return found | Q(**{facet.source: ""}) if NOTHING in values else found

    @cached_property
    def text_condition(self) -> Q:
        """What the words and the personal number ask."""
        found = Q()
        for word in self.words:
            if self.register.is_indexed:
                found &= word_condition(word, public=self.public)
            else:
                found &= self._unindexed(word)
        return found & Q(pk__in=self.found_by_key) if self.who else found

    def _unindexed(self, word: Word) -> Q:
        found = Q()
        for field in self.searched:
            found |= Q(**{f"{field}__icontains": word.text})
        return found

    @property
    def searched(self) -> tuple[str, ...]:
        """The fields this reader may search: a visitor only those that are shown to everybody as they are."""
        if not self.public:
            return self.register.search
        open_ = {column.sources[0] for column in self.register.columns if column.public and column.show is None}
        return tuple(field for field in self.register.search if field in open_)

    @cached_property
    def found_by_key(self) -> list[int]:
        """The records a personal number leads to, as far as the reader may see it of each."""
        if self.who is None or self.user is None:
            return []
        key, digest = self.who
        rows = self.base.filter(**{key.source: digest})[:MOST_FOUND_BY_KEY]
        return [row.pk for row in rows if self.user.has_perm(key.permission, row)]

    def token_condition(self, *, path: str | None = None, facets: bool = True) -> Q:
        """The same filter as the index of tokens says it; a superset, to be used beside the exact conditions."""
        register = self.register
        tokens = tokens_of(register.scope, register.indexed)
        found = Q()
        for word in self.words:
            found &= word_tokens(word, tokens, public=self.public)
        below = path or (self.area.path if self.area is not None and facets else "")
        if below:
            found &= Q(has_any(tokens, [below]))
        values: dict[str, Sequence[str]] = dict(register.public_values) if self.public else {}
        if facets:
            values |= {name: chosen for name, chosen in self.chosen.items() if name in register.indexed}
        for name, wanted in values.items():
            found &= Q(has_any(tokens, [f"{name}={value}" for value in wanted]))
        return found

    @cached_property
    def branches(self) -> list[Branch]:
        """What the reader may see of the chosen area, in parts that one index answers each."""
        if self.reach is None:
            return [Branch(Q())]
        scope, chosen = self.register.scope, self.area.path if self.area is not None else ""
        if any(chosen.startswith(path) for path in self.reach):
            paths = [chosen]
        else:
            paths = [path for path in self.reach if path.startswith(chosen)]
        below = Q()
        for path in paths:
            below |= Q(**{f"{scope}__startswith": path})
        found = [Branch(Q(**{f"{scope}__startswith": path}) if path else Q(), path) for path in paths]
        if self.register.own and not self.public and self.user is not None and "" not in paths:
            own = Q(**{self.register.own: self.user.pk})
            found.append(Branch(own & ~below if paths else own))
        return found

    # --- records ------------------------------------------------------------------------------------------------

    @cached_property
    def order(self) -> Order:
        """The order of the list, as columns."""
        return Order(self.register.model, self.sort.by)

    @property
    def matching(self) -> QuerySet[Any]:
        """Exactly the records of the filter, unordered."""
        return self.base.filter(self.facet_condition(), self.text_condition)

    @cached_property
    def finder(self) -> Finder:
        """What finds its rows; one for all that a page asks, so that nothing is estimated or counted twice."""
        from linli.core.registers.finding import Finder

        return Finder(self)

    @property
    def queryset(self) -> QuerySet[Any]:
        """Exactly the records of the filter, in its order: what an export streams and the API serves."""
        rows = self.matching
        if self.words and self.finder.is_rare:
            rows = rows.filter(self.token_condition())
        return rows.order_by(*self.order.order_by)

    def page(self, request: HttpRequest | Params, size: int = PAGE) -> Page[Any]:
        """The page of the list that the address asks for by `after` or `before`."""
        params = request.GET if isinstance(request, HttpRequest) else request
        return self.finder.page(params, size)

    def rows_of(self, branch: Branch) -> QuerySet[Any]:
        """The rows of a branch, plainly: which of them may be shown is asked once more when they are fetched.

        What everybody sees and what the reader sees below a path is the branch itself; only where a register cannot
        say so, or where it is the reader's own elsewhere, the list of the visible is asked.
        """
        if self.public or branch.path is None:
            return self.base.filter(branch.condition)
        return self.register.model._base_manager.filter(branch.condition)

    def named(self, branch: Branch) -> QuerySet[Any]:
        """Exactly the rows of a branch that match, named by the index of tokens alone.

        A token says of a facet, a year or an area just what its column says, so the columns are not asked: the
        planner would take each for a further narrowing and fetch half the table to and it in. Of words the index
        names a superset; their own condition decides.
        """
        plain = self.register.model._base_manager.all()
        return plain.filter(self.text_condition, self.token_condition(path=branch.path))


def _places(register: Register) -> dict[str, Place]:
    facet = register.area_facet
    found = facet.places() if facet is not None and facet.places is not None else ()
    return {place.key: place for place in found}


def is_value(facet: Facet, value: str) -> bool:
    """Whether a facet of choices or years has this value."""
    if facet.kind == Kind.DAY:
        is_year = value.isascii() and value.isdigit() and len(value) == 4 and YEARS[0] <= int(value) <= YEARS[1]
        return is_year or value == NOTHING
    return value == NOTHING or any(value == choice for choice, _label in facet.choices)


def in_year(source: str, value: str) -> Q:
    """Rows whose day lies in a year."""
    if value == NOTHING:
        return Q(**{f"{source}__isnull": True})
    year = int(value)
    return Q(**{f"{source}__gte": dt.date(year, 1, 1), f"{source}__lt": dt.date(year + 1, 1, 1)})


def _who(register: Register, text: str) -> tuple[Key, str] | None:
    """The personal number behind an address: the name of its kind and its keyed hash, never the number."""
    name, _, digest = text.partition(":")
    key = next((key for key in register.keys if key.name == name), None)
    is_digest = len(digest) == 64 and set(digest) <= set("0123456789abcdef")
    return (key, digest) if key is not None and is_digest else None
