"""From a file to rows under known headings: which sheets, where the headings stand, what merged cells mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, takewhile
from typing import IO, Any

from linli.core.codes.characters import half_width, is_digits
from linli.core.privacy.masks import scrub_typed
from linli.core.sheets.cells import ERROR, FORMULA, MERGED, NUMBER, shown
from linli.core.sheets.declare import Column, Sheet
from linli.core.sheets.delimited import csv_rows
from linli.core.sheets.models import TAB
from linli.core.sheets.recognise import refuse
from linli.core.sheets.spellings import simplified
from linli.core.sheets.xls import open_xls
from linli.core.sheets.xlsx import MOST_COLUMNS, Merge, Row, Tab, Workbook, column_letters

REASON = "退回原因"
OWN_TABS = ("选项", "说明")  # of the template
HEADING_WITHIN = 30  # rows in which the heading must stand, blank ones left out
LOOKED_AT = 2_000  # lines: a sheet may be formatted down to its last
EXAMPLE = ("示例", "样例", "例如", "例：", "（示例", "（例")
FOOTERS = (
    *("合计", "总计", "小计", "共计", "以上", "填表", "填报", "制表", "审核", "复核", "经办人：", "联系人：", "备注"),
    *(
        "说明",
        "注：",
        "注1",
        "注、",
        "单位（盖章",
        "（盖章",
        "单位负责人",
        "日期：",
        "——以下空白",
        "以下空白",
        "（以下空白",
    ),
)
_STARS = re.compile(r"[\s*＊★☆:：、,，.。;；\"“”'_]+")
_GROUP = re.compile(r"（?[一二三四五六七八九十]{1,3}[、.）]")
_BRACKETS = re.compile(r"[（(【\[].*?[）)】\]]")
_DECORATION = re.compile(r"^\d{1,2}(?=[^\d年月日])|^[一二三四五六七八九十]{1,3}、|(?:必填|选填|必录)$")


@dataclass
class Heading:
    """Where a sheet's headings stand and what each column is."""

    tab: int
    name: str
    line: int
    texts: list[str]
    columns: dict[str, int]  # declared column → place in the row
    doubled: list[tuple[str, list[int]]] = field(default_factory=list)
    reason: int = -1  # the column this program added to a returned workbook

    def as_json(self) -> dict[str, Any]:
        """As the import keeps it; the headings themselves stay in the file."""
        return {
            "tab": self.tab,
            "name": scrub_typed(self.name),
            "line": self.line,
            "columns": self.columns,
            "reason": self.reason,
        }

    @cached_property
    def first(self) -> str:
        """Its first word."""
        return next((text for text in self.texts if text), "")

    def begins_like(self, cell: str) -> bool:
        """Whether a row's first cell is the heading's."""
        return cell[:2] == self.first[:2]

    @property
    def unknown(self) -> list[str]:
        """Headings that nobody asked for."""
        known = {*self.columns.values(), self.reason}
        return [text for index, text in enumerate(self.texts) if text and index not in known]


@dataclass
class Layout:
    """Sheets that will be read, and what a reader should know about the rest."""

    headings: list[Heading]
    notes: list[str]
    tabs: list[str]

    def as_json(self) -> dict[str, Any]:
        """As the import keeps it."""
        return {
            "tabs": [{"name": scrub_typed(name)} for name in self.tabs],
            "headings": [heading.as_json() for heading in self.headings],
            "notes": [scrub_typed(note) for note in self.notes],
        }


def open_tabs(file: IO[bytes], extension: str) -> list[Tab]:
    """The sheets of a file whose kind is known; a CSV is one sheet."""
    file.seek(0)
    if extension == "xlsx":
        return Workbook(file).tabs
    if extension == "xls":
        return open_xls(file)
    return [Tab("", False, lambda: csv_rows(file), ragged=True)]


# --- headings ---------------------------------------------------------------------------------------------------


def bare(text: str) -> str:
    """A heading without what people put around it: spaces, stars, numbers, colons, width."""
    plain = simplified(half_width(unicodedata.normalize("NFKC", text)).strip())
    return _STARS.sub("", _DECORATION.sub("", _STARS.sub("", _DECORATION.sub("", plain)))).lower()


def _names(column: Column) -> list[str]:
    return [column.label, *column.also]


def known_headings(sheet: Sheet) -> dict[str, str]:
    """Bare heading → declared column."""
    return {bare(name): column.name for column in sheet.columns for name in _names(column)}


def _recognise(text: str, known: dict[str, str]) -> str:
    if not text:
        return ""
    for candidate in (bare(text), bare(_BRACKETS.sub("", unicodedata.normalize("NFKC", text)))):
        if candidate in known:
            return known[candidate]
    return ""


def _heading(sheet: Sheet, tab: int, name: str, line: int, texts: list[str]) -> Heading:
    known = known_headings(sheet)
    found: dict[str, list[int]] = {}
    reason = -1
    for index, text in enumerate(texts):
        if bare(text) == REASON:
            reason = index
        elif column := _recognise(text, known):
            found.setdefault(column, []).append(index)
    columns, doubled = {}, []
    for column, places in found.items():
        exact = [place for place in places if bare(texts[place]) == bare(sheet.column(column).label)]
        columns[column] = (exact or places)[0]
        if len(exact or places) > 1:
            doubled.append((column, exact or places))
    return Heading(tab, name, line, texts, columns, doubled, reason)


def _filled_right(cells: Sequence[str]) -> list[str]:
    filled, last = [], ""
    for cell in cells:
        last = cell or last
        filled.append(last)
    return filled


def find_heading(sheet: Sheet, tab: int, name: str, rows: Sequence[Row]) -> Heading | None:
    """The row among the first ones that names the most columns; two rows where a group stands above its parts."""
    known = known_headings(sheet)
    best: Heading | None = None
    for at, (line, raw) in enumerate(rows):
        cells = [shown(cell).strip() for cell in raw]
        candidates = [(line, cells)]
        if at:
            above = _filled_right([shown(cell).strip() for cell in rows[at - 1][1]])
            above += [above[-1] if above else ""] * (len(cells) - len(above))
            cells = cells + [""] * (len(above) - len(cells))
            both = [
                cell
                if not upper or _recognise(cell, known)
                else (upper + cell if _recognise(upper + cell, known) else cell or upper)
                for upper, cell in zip(above, cells, strict=True)
            ]
            if sum(bool(_recognise(cell, known)) for cell in cells) >= 1:
                candidates.append((line, both))
        for at_line, texts in candidates:
            heading = _heading(sheet, tab, name, at_line, texts)
            if len(heading.columns) >= 2 and (best is None or len(heading.columns) > len(best.columns)):
                best = heading
    return best


def read_layout(sheet: Sheet, tabs: Sequence[Tab]) -> Layout:
    """Which sheets hold the register. BadInput with a sentence where none does."""
    required = [column for column in sheet.columns if column.required]
    good: list[Heading] = []
    partial: list[tuple[Heading, list[str]]] = []
    notes: list[str] = []
    filled_hidden = []
    unread = []
    anything = False
    for index, tab in enumerate(tabs):
        top = takewhile(lambda row: row[0] <= LOOKED_AT, tab.rows())
        first = list(islice((row for row in top if any(cell.strip() for cell in row[1])), HEADING_WITHIN))
        anything = anything or bool(first)
        heading = find_heading(sheet, index, tab.name, first)
        if heading is None:
            if first and not tab.hidden and tab.name not in OWN_TABS:
                unread.append(tab.name)
            continue
        missing = [column.label for column in required if column.name not in heading.columns]
        if tab.hidden:
            filled_hidden += [tab.name] if not missing else []
        elif missing:
            partial.append((heading, missing))
        else:
            good.append(heading)
    if not good:
        raise _no_heading(sheet, partial, filled_hidden, anything)
    for heading in good:
        _refuse_doubled(sheet, heading)
        where = f"工作表“{heading.name}”" if len(good) > 1 else ""
        if heading.unknown:
            notes.append(f"{where}没有用到的列：{'、'.join(text[:20] for text in heading.unknown[:12])}。")
        absent = [
            column.label for column in sheet.columns if column.name not in heading.columns and not column.seldom
        ]
        if absent:
            notes.append(f"{where}没有这些列，按空白处理：{'、'.join(absent)}。")
    if filled_hidden:
        notes.append(f"隐藏的工作表没有读：{'、'.join(filled_hidden)}。要读请先取消隐藏。")
    if unread:
        notes.append(f"这些工作表里没有找到表头，没有读：{'、'.join(unread)}。")
    for heading, missing in partial:
        if {"place"} != set(heading.columns) and len(heading.columns) > 2:
            notes.append(f"工作表“{heading.name}”缺少{'、'.join(missing)}，没有读。")
    return Layout(good, notes, [tab.name for tab in tabs])


def _no_heading(
    sheet: Sheet, partial: list[tuple[Heading, list[str]]], hidden: list[str], anything: bool
) -> Exception:
    if partial:
        heading, missing = max(partial, key=lambda pair: len(pair[0].columns))
        where = f"工作表“{heading.name}”" if heading.name else "表里"
        return refuse(
            "columns",
            f"{where}第 {heading.line} 行是表头，但缺少{'、'.join(f'“{label}”' for label in missing)}这一列。"
            "请对照模板补上再传。",
        )
    if hidden:
        return refuse("hidden", f"有内容的工作表“{hidden[0]}”是隐藏的。请取消隐藏，保存后再传。")
    if not anything:
        return refuse("empty", "这个表格里一行内容也没有。请填好、保存后再传。")
    names = "、".join(f"“{column.label}”" for column in sheet.columns if column.required)
    return refuse("heading", f"没有找到表头。前 {HEADING_WITHIN} 行里要有一行写着{names}等列名。请用模板填写再传。")


def _refuse_doubled(sheet: Sheet, heading: Heading) -> None:
    for name, places in heading.doubled:
        letters = "、".join(column_letters(place) for place in places)
        raise refuse(
            "doubled",
            f"“{sheet.column(name).label}”有 {len(places)} 列（{letters} 列）。请只留一列，把别的列改名或删掉再传。",
        )


# --- rows -------------------------------------------------------------------------------------------------------


@dataclass
class Ignored:
    """Rows that were passed over, by why."""

    examples: int = 0
    titles: list[int] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    longer: list[int] = field(default_factory=list)
    too_wide: bool = False

    def notes(self) -> list[str]:
        """In words."""
        said = []
        if self.examples:
            said.append(f"示例行没有读（{self.examples} 行）。")
        if self.titles:
            said.append(f"这些行像标题、表头或合计，没有读：{_lines(self.titles)}。")
        if self.hidden:
            said.append(
                f"这些行在表里是隐藏的（或被筛选掉了），也读了：{_lines(self.hidden)}。不要导入的请从表里删去。"
            )
        if self.longer:
            said.append(
                f"这些行比表头多出几格，多的没有读：{_lines(self.longer)}。请看看是不是格子里的逗号没有加引号，列错了位。"
            )
        if self.too_wide:
            said.append(f"第 {MOST_COLUMNS} 列以后的内容没有读。要的请移到前面。")
        return said


def _lines(numbers: list[int]) -> str:
    shown_lines = "、".join(str(number % TAB) for number in numbers[:10])
    return f"第 {shown_lines}{' 等' if len(numbers) > 10 else ''} 行"


def data_rows(sheet: Sheet, tab: Tab, heading: Heading, ignored: Ignored) -> Iterator[tuple[int, list[str]]]:
    """Number and cells (in the order of the declared columns) of every row below the heading that says something."""
    places = [heading.columns.get(column.name, -1) for column in sheet.columns]
    title = next((i for i, column in enumerate(sheet.columns) if column.name == sheet.title), 0)
    merged = Merges(sheet, heading, tab.merges())
    known = known_headings(sheet)
    begins = {name[:2] for name in known}
    base = heading.tab * TAB
    seen = 0
    for line, cells in tab.rows():
        if line <= heading.line:
            continue
        filled = merged.apply(line, cells) if merged.any else cells
        if not any(cells) or not any(cell.strip() for i, cell in enumerate(cells) if i != heading.reason):
            continue  # a blank row, or one that holds nothing but a merged cell from above
        if filled is None:
            ignored.titles.append(base + line)
            continue
        width = len(filled)
        row = [filled[place] if 0 <= place < width else "" for place in places]
        seen += 1
        if seen <= 5 and row[title].strip().startswith(EXAMPLE):
            ignored.examples += 1
            continue
        if _is_aside(row, cells, heading):
            ignored.titles.append(base + line)
            continue
        if not any(row):
            # A column of running numbers often reaches further down than the rows.
            if any(cell and not cell.startswith(NUMBER) and not is_digits(cell.strip()) for cell in cells):
                ignored.titles.append(base + line)
            continue
        if row[0][:2] in begins and _names_columns(row, known):
            raise refuse(
                "headings",
                f"第 {line:,} 行又是一个表头，列的先后和上面的不同。请把两张表放进两个工作表，或排成一样再传。",
            )
        if width > len(heading.texts) and tab.ragged and any(cells[len(heading.texts) :]):
            ignored.longer.append(base + line)
        yield base + line, row
    ignored.hidden += [base + line for line in tab.hidden_rows if line > heading.line]
    ignored.too_wide = ignored.too_wide or tab.too_wide


def _names_columns(row: list[str], known: dict[str, str]) -> bool:
    """Whether at least three cells are headings, and most of those that say something."""
    said = [cell for cell in row if cell]
    found = sum(bool(_recognise(shown(cell), known)) for cell in said)
    return found >= 3 and found * 2 > len(said)


def _is_aside(row: list[str], cells: list[str], heading: Heading) -> bool:
    """A total, a signature, or the heading printed again."""
    first = next((cell.strip() for cell in cells if cell and not cell.isspace()), "")
    start = first.replace(":", "：").replace("(", "（")
    if start.startswith(FOOTERS) and sum(map(bool, row)) <= max(2, len(row) // 4):
        return True
    if _GROUP.match(start) and sum(map(bool, row)) == 1:
        return True
    # Only a row that begins like the heading is held against all of it.
    if not heading.begins_like(first):
        return False
    written = [shown(cell).strip() for cell in cells]
    return sum(map(bool, written)) > 2 and written == heading.texts[: len(written)]


class Merges:
    """What merged cells of the data mean, row by row.

    A cell merged downward over a column whose value may repeat (street, community, kind) stands for each of its rows.
    A cell merged over one wanted column and unwanted ones belongs to the wanted one. A row merged across is a title.
    Everything else is named, since nobody can know what was meant.
    """

    def __init__(self, sheet: Sheet, heading: Heading, merges: list[Merge]) -> None:
        self.columns = {place: sheet.column(name) for name, place in heading.columns.items()}
        self.by_first: dict[int, list[Merge]] = {}
        for merge in merges:
            if merge[0] > heading.line:
                self.by_first.setdefault(merge[0], []).append(merge)
        self.any = bool(self.by_first)
        self.running: dict[int, tuple[int, str]] = {}  # column → last line, what to write

    def apply(self, line: int, cells: list[str]) -> list[str] | None:
        """The row with its merged cells written out; None for a title that runs across."""
        filled = list(cells)
        for merge in self.by_first.get(line, ()):
            if self._is_title(merge, filled):
                return None
            self._begin(merge, filled)
        written = any(cell.strip() for cell in filled)
        for place, (last, text) in list(self.running.items()):
            if line > last:
                del self.running[place]
            elif written and line > 0 and not (place < len(filled) and filled[place]):
                filled.extend([""] * (place + 1 - len(filled)))
                filled[place] = text
        return filled

    def _wanted(self, merge: Merge) -> list[int]:
        return [place for place in range(merge[1], merge[3] + 1) if place in self.columns]

    def _is_title(self, merge: Merge, cells: list[str]) -> bool:
        wanted = self._wanted(merge)
        elsewhere = any(cell.strip() for i, cell in enumerate(cells) if i in self.columns and i not in wanted)
        return merge[0] == merge[2] and len(wanted) >= 3 and not elsewhere

    def _begin(self, merge: Merge, cells: list[str]) -> None:
        top, left, bottom, right = merge
        wanted = self._wanted(merge)
        text = cells[left] if left < len(cells) else ""
        name = f"{column_letters(left)}{top}:{column_letters(right)}{bottom}"
        if len(wanted) > 1:
            cells.extend([""] * (right + 1 - len(cells)))
            for place in wanted:
                cells[place] = MERGED + name
                self.running[place] = (bottom, MERGED + name)
        elif wanted:
            (place,) = wanted
            cells.extend([""] * (place + 1 - len(cells)))
            cells[place] = text
            if bottom > top:
                below = text if self.columns[place].repeats else MERGED + name
                self.running[place] = (bottom, below)


def is_unreadable(cell: str) -> bool:
    """An error, a formula without a result, or a merged cell nobody can read."""
    return cell.startswith((ERROR, FORMULA, MERGED))
