"""The search columns of a register's table, the index over them, and the conditions that use it.

A register's model has three generated columns: what everybody may search (`search_text`), what only its readers may
(`search_private`), and codes (`search_codes`). One GIN index holds the pairs of neighbouring characters of the three
together with the values of the facets and the areas above, so that any filter is one look into one index.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import (
    BooleanField,
    Expression,
    ExpressionWrapper,
    F,
    Func,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Collate
from django.db.models.lookups import PostgresOperatorLookup
from django.db.models.sql.compiler import SQLCompiler

from linli.core.registers.schema import facet_sql
from linli.core.registers.words import Word, pairs, runs, words_of

TEXT, PRIVATE, CODES = "search_text", "search_private", "search_codes"
COLUMNS = (TEXT, PRIVATE, CODES)
NOTHING = "none"  # the value of a facet that is empty
MOST_PAIRS = 12
FEW = 3_000  # so many are gathered by the index and sorted in a few milliseconds


class Lines(Func):
    """The named fields in one spelling, a line each."""

    function = "registers_lines"
    output_field: ClassVar[TextField[Any, Any]] = TextField(db_collation="C")


def search_column(*fields: str) -> models.GeneratedField:
    """A generated column over fields of the same row."""
    # The variadic array takes text; a varchar would not be looked up as one.
    return models.GeneratedField(
        expression=Lines(*fields), output_field=TextField(db_collation="C"), db_persist=True, editable=False
    )


class Tokens(Func):
    """Everything a row is found by, as an array. `facets` pairs names with (column, kind)."""

    function = "registers_tokens"
    output_field: ClassVar[ArrayField[Any, Any]] = ArrayField(TextField(db_collation="C"))

    def __init__(self, scope: str, facets: Mapping[str, tuple[str, str]]) -> None:
        self.scope, self.facets = scope, dict(facets)
        super().__init__(*COLUMNS, scope, *(column for column, _kind in self.facets.values()))

    def as_sql(self, compiler: SQLCompiler, connection: Any, **more: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """`registers_tokens(text, private, codes, scope, 'kind=' || …)`; columns only, so there are no parameters."""
        written = [compiler.compile(part)[0] for part in self.get_source_expressions()]
        fixed, sources = written[:4], written[4:]
        values = [
            f"'{name}=' || {facet_sql(source, kind)}"
            for source, (name, (_column, kind)) in zip(sources, self.facets.items(), strict=True)
        ]
        return f"{self.function}({', '.join([*fixed, *values])})", []


def tokens_of(scope: str, facets: Mapping[str, tuple[str, str]]) -> Collate:
    """The indexed expression."""
    # By name: a migration writes a mapping in that order, and both must be the same expression.
    return Collate(Tokens(scope, dict(sorted(facets.items()))), "C")


def token_index(name: str, scope: str, facets: Mapping[str, tuple[str, str]]) -> GinIndex:
    """The one index behind search and facets."""
    return GinIndex(tokens_of(scope, facets), name=name, gin_pending_list_limit=1024)


class _Has(PostgresOperatorLookup):
    """An array that shares an element with another (&&)."""

    lookup_name = "registers_has"
    postgres_operator = "&&"
    prepare_rhs = False


def has_any(tokens: Expression, wanted: Sequence[str]) -> Any:
    """Rows with at least one of these tokens."""
    array = Value(list(wanted), output_field=ArrayField(TextField()))
    return _Has(tokens, Func(array, template="%(expressions)s::text[]", output_field=ArrayField(TextField())))


def _holds(column: str, text: str) -> Q:
    return Q(**{f"{column}__contains": text})


def word_condition(word: Word, *, public: bool) -> Q:
    """The exact meaning of a word: a part of one searched field, in one of its spellings."""
    if word.is_short:
        return _holds(TEXT, f"\n{word.text}")
    found = Q()
    for spelling in word.spellings:
        found |= _holds(TEXT, spelling)
    if not public:
        found |= _holds(PRIVATE, word.text)
    if word.is_code:
        found |= _holds(CODES, word.text)
    return found


def word_tokens(word: Word, tokens: Expression, *, public: bool) -> Q:
    """What the index can say of a word. Every row that matches has these tokens; `word_condition` says which do."""
    if word.is_short:
        return Q(has_any(tokens, [f"\n{word.text}"]))
    found = Q()
    for spelling in word.spellings:
        of_pairs = Q()
        for pair in pairs(spelling)[:MOST_PAIRS]:
            private = () if public or spelling != word.text else (f"~{pair}",)
            of_pairs &= Q(has_any(tokens, [pair, *private]))
        found |= of_pairs
    if word.is_code:
        of_runs = Q()
        for run in runs(word.text):
            of_runs &= Q(has_any(tokens, [run]))
        found |= of_runs
    return found


# What a related register found already: its model and the words → the keys, None where they are many.
Known = dict[tuple[Any, str], list[Any] | None]


def found_by(model: Any, asked: str, known: Known | None = None) -> Q:
    """What holds every word, for lists that are no registers: a model with search columns names its `TOKENS`; one
    that is found by a related record names the relation in `FOUND_BY`; any other its `SEARCH`.
    Lists that are asked together hand on one `known`, so that a register they are found by is asked once.
    """
    if searchable(model):
        exact, named = _conditions(model, asked)
        return exact & named if planned_rows(model._base_manager.filter(named).values("pk")) <= FEW else exact
    if via := getattr(model, "FOUND_BY", ""):
        return Q(number__startswith=asked.upper()) | _found_by_related(
            model, via, asked, {} if known is None else known
        )
    match = Q()
    for path in model.SEARCH:
        match |= Q(**{path: asked})
    return match


def _found_by_related(model: Any, via: str, asked: str, known: Known) -> Q:
    """The related rows by their keys where they are few; where many, each row's own is looked at on the way along the
    list, which ends when the page is full. Left the choice, the planner reads all of both and joins them."""
    related = model._meta.get_field(via).related_model
    exact, named = _conditions(related, asked)
    if (related, asked) not in known:
        known[related, asked] = _few(related, exact, named)
    if (keys := known[related, asked]) is not None:
        return Q(**{f"{via}__in": keys})
    holds = ExpressionWrapper(exact, output_field=BooleanField())
    one = related._base_manager.filter(pk=OuterRef(via)).annotate(holds=holds).values("holds")
    return Q(Subquery(one, output_field=BooleanField()))


def _few(related: Any, exact: Q, named: Q) -> list[Any] | None:
    if planned_rows(related._base_manager.filter(named).values("pk")) > FEW:
        return None
    keys = list(related._base_manager.filter(exact, named).values_list("pk", flat=True)[: FEW + 1])
    return keys if len(keys) <= FEW else None


def _conditions(model: Any, asked: str) -> tuple[Q, Q]:
    """What the words mean, and what the index can say of them."""
    exact, named = Q(), Q()
    for word in words_of(asked):
        exact &= word_condition(word, public=False)
        named &= word_tokens(word, model.TOKENS, public=False)
    return exact, named


def planned_rows(rows: QuerySet[Any]) -> int:
    """How many rows the planner expects, from its statistics alone; nothing is read."""
    plan: int = json.loads(rows.explain(format="json"))[0]["Plan"]["Plan Rows"]
    return plan


def searchable(model: type[Model]) -> bool:
    """Whether a model has the search columns."""
    names = {field.name for field in model._meta.get_fields()}
    return names.issuperset(COLUMNS)


__all__ = [
    "COLUMNS",
    "NOTHING",
    "F",
    "Lines",
    "Tokens",
    "has_any",
    "search_column",
    "searchable",
    "token_index",
    "tokens_of",
    "word_condition",
    "word_tokens",
]
