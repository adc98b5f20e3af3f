"""A chunk of rows from cells to what the register stores: columns, places, rules, encryption."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from linli.core.privacy.cipher import encrypt_all, hash_all
from linli.core.privacy.masks import mask_name, scrub_typed
from linli.core.privacy.values import Kind as Personal
from linli.core.privacy.values import PersonalValue
from linli.core.sheets.cells import shown
from linli.core.sheets.checks import LONG_NUMBER, Problems, check
from linli.core.sheets.choices import RowState
from linli.core.sheets.declare import Column, Kind, Place, Places, Sheet

LONGEST_FOUND = 60  # of what stood in a wrong cell
LABEL = 120
_QUOTED = re.compile("“.*”", re.DOTALL)


@dataclass
class Chunk:
    """Checked rows, ready to be staged. `values` and `problems` are JSON; null where there are none."""

    frame: pl.DataFrame
    wrong: int

    def __len__(self) -> int:
        return len(self.frame)


class Checker:
    """Checks the chunks of one import; places are looked up once."""

    def __init__(self, sheet: Sheet, scope: str) -> None:
        self.sheet = sheet
        self.places: Places = sheet.places(scope)
        self.known: dict[tuple[str, str], Place | str] = {}
        self.headings = {column.name: column.label for column in sheet.columns}

    def check(self, rows: Sequence[tuple[int, list[str]]]) -> Chunk:
        """The rows as they will be staged, good and wrong ones, in their order."""
        sheet = self.sheet
        numbers = [number for number, _ in rows]
        cells = [list(column) for column in zip(*(row for _, row in rows), strict=True)]
        found: dict[int, list[tuple[Column, str]]] = {}
        values: dict[str, pl.Series] = {}
        for column, raw in zip(sheet.columns, cells, strict=True):
            values[column.name], problems = check(column, raw)
            for at, sentence in problems.items():
                found.setdefault(at, []).append((column, sentence))
        self._find_places(values, found)
        self._ask_rules(values, found)
        return self._written(numbers, cells, values, found)

    def _find_places(self, values: dict[str, pl.Series], found: dict[int, list[tuple[Column, str]]]) -> None:
        place_column = next((c for c in self.sheet.columns if c.kind is Kind.PLACE), None)
        if place_column is None:
            return
        upper_column = next((c for c in self.sheet.columns if c.kind is Kind.UPPER_PLACE), None)
        names = values[place_column.name]
        uppers = values[upper_column.name] if upper_column else pl.Series("", [None] * len(names), dtype=pl.String)
        ids: list[int | None] = []
        scopes: list[str | None] = []
        for at, (upper, name) in enumerate(zip(uppers.to_list(), names.to_list(), strict=True)):
            place: Place | str | None = None
            if name is not None:
                key = (upper or "", name)
                place = self.known.get(key)
                if place is None:
                    place = self.known[key] = self.places.find(*key)
                if isinstance(place, str):
                    found.setdefault(at, []).append((place_column, place))
            ids.append(place.id if isinstance(place, Place) else None)
            scopes.append(place.scope if isinstance(place, Place) else None)
        values["place_id"] = pl.Series("place_id", ids, dtype=pl.Int64)
        values["place_scope"] = pl.Series("place_scope", scopes, dtype=pl.String)

    def _ask_rules(self, values: dict[str, pl.Series], found: dict[int, list[tuple[Column, str]]]) -> None:
        if not self.sheet.rules:
            return
        typed = typed_frame(self.sheet, values)
        for rule in self.sheet.rules:
            asked = {rule.column, *rule.wrong.meta.root_names()}  # what could not be read breaks no rule
            for at in typed.select(rule.wrong.fill_null(False)).to_series().arg_true():
                if all(column.name not in asked for column, _ in found.get(at, ())):
                    found.setdefault(at, []).append((self.sheet.column(rule.column), rule.sentence))

    def _written(
        self,
        numbers: list[int],
        cells: list[list[str]],
        values: dict[str, pl.Series],
        found: dict[int, list[tuple[Column, str]]],
    ) -> Chunk:
        count = len(numbers)
        places = {column.name: at for at, column in enumerate(self.sheet.columns)}
        good = pl.Series([at not in found for at in range(count)], dtype=pl.Boolean)
        problems: list[str | None] = [None] * count
        for at, said in found.items():
            lines = [
                [
                    column.name,
                    column.label,
                    found_text(column, cells[places[column.name]][at]),
                    _without_numbers(sentence),
                ]
                for column, sentence in said
            ]
            problems[at] = json.dumps(lines, ensure_ascii=False)
        frame = pl.DataFrame(
            {
                "number": pl.Series(numbers, dtype=pl.Int64),
                "state": pl.select(
                    pl.when(good).then(pl.lit(RowState.GOOD)).otherwise(pl.lit(RowState.WRONG))
                ).to_series(),
                "label": self._labels(cells[places[self.sheet.title]], values[self.sheet.title]),
                "values": self._json(values, good),
                "problems": pl.Series(problems, dtype=pl.String),
            }
        )
        return Chunk(frame, count - int(good.sum()))

    def _labels(self, raw: list[str], clean: pl.Series) -> pl.Series:
        column = self.sheet.column(self.sheet.title)
        texts = [value or shown(cell).strip() for value, cell in zip(clean.to_list(), raw, strict=True)]
        if column.personal:
            texts = [mask_name(text) for text in texts]
        labels = pl.Series(texts, dtype=pl.String)
        long = labels.str.contains(LONG_NUMBER).arg_true().to_list()
        labels = labels.scatter(long, pl.Series([scrub_typed(texts[at]) for at in long], dtype=pl.String))
        return labels.str.slice(0, LABEL)

    def _json(self, values: dict[str, pl.Series], good: pl.Series) -> pl.Series:
        """The record's columns of each good row as JSON, null for a wrong one."""
        out: list[pl.Series] = []
        for column in self.sheet.own:
            series = values[column.name]
            if column.kind is Kind.PLACE:
                out.append(values["place_id"].alias(f"{self.sheet.place}_id"))
                out.append(values["place_scope"].alias(self.sheet.scope))
            elif column.kind is Kind.NUMBER:
                out.append(series.cast(pl.Int64).alias(column.name))
            elif column.hashed:
                assert column.personal
                plain = pl.select(pl.when(good).then(series)).to_series().to_list()
                out.append(pl.Series(column.name, encrypt_all(plain), dtype=pl.String))
                out.append(pl.Series(column.hashed, hash_all(plain, hash_kind(column)), dtype=pl.String))
            else:
                out.append(series.alias(column.name))
        out += [pl.Series(name, [make() for _ in range(len(good))]) for name, make in self.sheet.fresh.items()]
        record = pl.DataFrame(out)
        encoded = record.select(pl.struct(pl.all()).struct.json_encode()).to_series()
        return pl.select(pl.when(good).then(encoded)).to_series()


def _without_numbers(sentence: str) -> str:
    """A sentence whose quotations may hold what was typed into the wrong column; its own examples stay."""
    return _QUOTED.sub(lambda quoted: scrub_typed(quoted[0]), sentence)


def hash_kind(column: Column) -> str:
    """The kind under which a personal value is hashed, the same as everywhere else."""
    assert column.personal
    return column.personal.value


def typed_frame(sheet: Sheet, values: dict[str, Any]) -> pl.DataFrame:
    """Columns as rules compare them: numbers as numbers, days as days."""
    out = []
    for column in (column for column in sheet.own if column.name in values):
        series = values[column.name]
        if column.kind is Kind.NUMBER:
            series = series.cast(pl.Int64, strict=False)
        elif column.kind is Kind.DAY:
            series = series.str.to_date("%Y-%m-%d", strict=False)
        out.append(series.alias(column.name))
    return pl.DataFrame(out)


def found_text(column: Column, cell: str) -> str:
    """What stood in a cell, as the preview may show it: a personal value masked."""
    text = shown(cell).strip()
    if column.personal is not None:
        return PersonalValue(Personal(column.personal), text).masked if text else ""
    return scrub_typed(text)[:LONGEST_FOUND]


__all__ = ["Checker", "Chunk", "Problems", "found_text", "hash_kind", "typed_frame"]
