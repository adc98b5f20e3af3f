"""Cleaning and checking one column of a chunk at a time.

What is right as it stands is told apart by an expression over the whole column; only the rest, each different value
once, goes through the same functions as a form (core/codes), so that a workbook and a form agree on every value.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from functools import partial

import polars as pl
from django.core.exceptions import ValidationError

from linli.core import clock
from linli.core.codes import id_number, names, phone, uscc
from linli.core.codes.characters import half_width, is_digits, one_space
from linli.core.sheets.cells import DAY, ERROR, FORMULA, MARK, MERGED, NUMBER, TRUTH, day_of, number_text, shown
from linli.core.sheets.declare import CODES, Column, Kind
from linli.core.sheets.spellings import arabic, simplified

Problems = dict[int, str]  # place in the chunk → sentence
# What people write where there is nothing.
NOTHING = frozenset(
    {"无", "暂无", "没有", "/", "\\", "-", "--", "—", "——", "－", "N/A", "n/a", "NULL", "null", "None", "空"}
)
_DAMAGED = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{1,3}")
_APART = r"(?:\s*[-/.、,，。\\]\s*|\s+)"
_TIME = r"(?:(?:\s+|T)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?Z?)?"
_DATE = re.compile(
    rf"(?P<y>[0-9]{{4}})(?:\s*年\s*|{_APART})(?P<m>[0-9]{{1,2}})(?:\s*月\s*|{_APART})(?P<d>[0-9]{{1,2}})\s*[日号]?{_TIME}"
)
_SHORT_YEAR = re.compile(r"[0-9]{2}\s*[-/.年]\s*[0-9]{1,2}\s*[-/.月]\s*[0-9]{1,2}\s*[日号]?")
_YEAR_LAST = re.compile(r"[0-9]{1,2}\s*[-/.]\s*[0-9]{1,2}\s*[-/.]\s*[0-9]{4}")
_WEEKDAY = re.compile(r"[\s（(,，]*(?:星期|周|礼拜)[一二三四五六日天][）)\s]*$")
_APOSTROPHES = "'’‘`´"
_MONTH = re.compile(r"[0-9]{4}\s*[-/.年]\s*[0-9]{1,2}\s*月?")
_COMPACT = re.compile(r"(?:19|20)[0-9]{6}")
EARLIEST = dt.date(1900, 1, 1)
DAYS_BETWEEN = (10_000, 80_000)  # 1927 to 2119 as Excel counts days
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_READ_BY_MANY = frozenset({Kind.TEXT, Kind.CODE, Kind.ORGANIZATION})
_OF_A_PERSON = re.compile(r"(?<![0-9])(?:(?P<id>[1-9][0-9]{16}[0-9X])|(?P<phone>1[3-9][0-9]{9}))(?![0-9])")
LONG_NUMBER = r"[0-9０-９](?:[\s.·．－-]?[0-9０-９]){10}"
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[\s.·-](?=[0-9])")
HAN, WORD = "[\\x{4e00}-\\x{9fff}]", "[\\x{4e00}-\\x{9fff}0-9A-Za-z]"


class Wrong(Exception):  # noqa: N818 -- not a fault of the program
    """What is wrong with a cell, as a sentence."""


def check(column: Column, cells: list[str]) -> tuple[pl.Series, Problems]:
    """The column's values as the register stores them (null where there is none) and what is wrong with which."""
    problems: Problems = {}
    raw = pl.Series(column.name, cells, dtype=pl.String)
    values = _without_marks(column, raw, problems)
    fine = _fine(column, values)
    rest = values.filter(~fine & values.is_not_null()) if fine is not None else values.drop_nulls()
    if len(rest):
        values = _checked_one_by_one(column, values, fine, rest, problems)
    if column.kind in _READ_BY_MANY:
        values = _without_numbers_of_persons(values, problems)
    if column.required:
        empty = values.is_null()
        if empty.any():
            for at in empty.arg_true():
                problems.setdefault(at, f"“{column.label}”是空的，请填上。")
    return values, problems


def _without_numbers_of_persons(values: pl.Series, problems: Problems) -> pl.Series:
    """What many may read says nobody's ID or mobile number: those have columns of their own and are encrypted."""
    long = values.str.contains(LONG_NUMBER).fill_null(False)
    if not long.any():
        return values
    named = [at for at in long.arg_true() if names_a_person(values[at])]
    for at in named:
        problems.setdefault(at, "这一格里有身份证号或手机号，看名册的人都会看到。请删去，号码只填在它自己的列里。")
    return values.scatter(named, pl.Series([None] * len(named), dtype=pl.String)) if named else values


def names_a_person(text: str) -> bool:
    """Whether a text holds a valid ID number or a mobile number, also with spaces or at full width."""
    half = half_width(text).upper()
    for spelt in (half, _BETWEEN_DIGITS.sub("", half)):
        for found in _OF_A_PERSON.finditer(spelt):
            if found["phone"]:
                return True
            try:
                id_number.check_id_number(found["id"])
            except ValidationError:
                continue
            return True
    return False


def _without_marks(column: Column, raw: pl.Series, problems: Problems) -> pl.Series:
    values = raw.str.strip_chars()
    values = pl.select(pl.when(values == "").then(None).otherwise(values)).to_series()
    marked = values.str.starts_with(MARK).fill_null(False)
    if not marked.any():
        return values
    places = marked.arg_true().to_list()
    texts: list[str | None] = []
    known: dict[str, str | Wrong] = {}
    for at, cell in zip(places, values.filter(marked).to_list(), strict=True):
        answer = known.get(cell)
        if answer is None:
            try:
                answer = _plain(column, cell)
            except Wrong as wrong:
                answer = wrong
            known[cell] = answer
        if isinstance(answer, Wrong):
            problems[at] = str(answer)
            texts.append(None)
        else:
            texts.append(answer or None)
    return values.scatter(places, pl.Series(texts, dtype=pl.String))


def _plain(column: Column, cell: str) -> str:
    """The text of a marked cell; Wrong for one nobody can read."""
    kind, rest = cell[:2], cell[2:]
    if kind == ERROR:
        raise Wrong(f"这一格是 {rest}（公式出错）。请改正公式，或直接填内容。")
    if kind == FORMULA:
        raise Wrong("这一格是公式，文件里没有它的结果。请用 Excel 打开、保存一次，或粘贴为数值。")
    if kind == MERGED:
        raise Wrong(f"{rest} 是合并单元格，看不出这一格是什么。请取消合并，每行各填各的。")
    if kind == TRUTH:
        return "是" if rest == "1" else "否"
    if kind == DAY:
        if column.kind in CODES or column.kind is Kind.NUMBER:
            raise Wrong(f"这一格是日期 {rest[:10]}，Excel 可能把内容自动改成了日期。请把这一列设为“文本”，重新填。")
        return rest
    assert kind == NUMBER
    text = number_text(rest)  # Java writes 1.3800002046E10 for a whole number
    if column.kind in CODES and (len(re.sub(r"[^0-9]", "", text)) > 15 or "e" in text.lower()):
        raise Wrong(_damaged(rest))
    return text


def _damaged(text: str) -> str:
    try:
        look = f"{float(text):.5E}".replace("E+", "E+")
    except ValueError:
        look = text
    return f"Excel 把这串数字变成了 {look}，后几位已经丢了。请把这一列设为“文本”，对照原件重新填。"


# --- whole columns ----------------------------------------------------------------------------------------------


def _fine(column: Column, values: pl.Series) -> pl.Series | None:
    """Which values are right as they stand; None where each has to be looked at."""
    text = values.str
    match column.kind:
        case Kind.PERSON:
            found = text.contains(f"^{HAN}{{2,4}}$")
        case Kind.ORGANIZATION:
            found = text.contains(f"^{HAN}{{2}}{WORD}*(?:（{WORD}+）{WORD}*)?$")
            found &= text.len_chars().is_between(max(column.least, 2), min(column.most or 60, 60))
        case Kind.MOBILE | Kind.PHONE:
            found = text.contains("^1[3-9][0-9]{9}$")
        case Kind.ID_NUMBER:
            found = _right_id_numbers(values)
        case Kind.TEXT:
            found = text.contains("^[\\x{4e00}-\\x{9fff}0-9A-Za-z，。；：（）“”· -]+$") & ~text.contains("  ")
            found &= text.len_chars().is_between(max(column.least, 1), column.most or 200)
            found &= ~values.is_in(list(NOTHING))
        case Kind.CODE:
            found = text.contains("^[\\x{4e00}-\\x{9fff}0-9A-Z-]+$") & ~text.contains("^[0-9]E[0-9]{1,3}$")
            found &= text.len_chars().is_between(max(column.least, 1), column.most or 200)
            found &= ~values.is_in(list(NOTHING))
        case Kind.DAY:
            found = text.contains("^(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$")
            if not column.future:
                found &= (text.to_date("%Y-%m-%d", strict=False) <= clock.today()).fill_null(False)
            else:
                found &= text.to_date("%Y-%m-%d", strict=False).is_not_null()
        case _:
            return None
    return found.fill_null(False)


def _right_id_numbers(values: pl.Series) -> pl.Series:
    """GB 11643 over a whole column: form, date, check digit."""
    name = values.name
    number = pl.col(name)
    digits = [number.str.slice(at, 1).cast(pl.Int32, strict=False) * weight for at, weight in enumerate(_WEIGHTS)]
    expected = pl.sum_horizontal(digits) % 11
    last = (
        pl.when(number.str.slice(17, 1) == "X")
        .then(10)
        .otherwise(number.str.slice(17, 1).cast(pl.Int32, strict=False))
    )
    born = number.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
    right = (
        number.str.contains("^[1-9][0-9]{16}[0-9X]$")
        & ((12 - expected) % 11 == last)
        & born.is_between(EARLIEST, clock.today())
    )
    return values.to_frame().select(right.fill_null(False).alias(name)).to_series()


# --- one by one -------------------------------------------------------------------------------------------------


def _checked_one_by_one(
    column: Column, values: pl.Series, fine: pl.Series | None, rest: pl.Series, problems: Problems
) -> pl.Series:
    look = CHECKS[column.kind](column)
    good: dict[str, str | None] = {}
    wrong: dict[str, str] = {}
    for text in rest.unique().to_list():
        try:
            good[text] = look(text) or None
        except Wrong as error:
            wrong[text] = str(error)
        except ValidationError as error:
            wrong[text] = _sentence(column, error)
    if wrong:
        bad = values.is_in(list(wrong))
        if fine is not None:
            bad &= ~fine
        for at in bad.fill_null(False).arg_true():
            problems.setdefault(at, wrong[values[at]])
    mapping = {**good, **dict.fromkeys(wrong)}
    changed = {text: value for text, value in mapping.items() if value != text}
    if not changed:
        return values
    return values.replace(
        pl.Series(list(changed), dtype=pl.String), pl.Series(list(changed.values()), dtype=pl.String)
    )


def _sentence(column: Column, error: ValidationError) -> str:
    """The form's own sentence, unless it repeats a birth date: the preview is no place for one."""
    if error.code in ("id_number_date", "id_number_future"):
        return "身份证号第 7 至 14 位不像出生日期。请核对后再填。"
    return " ".join(error.messages)


def _tidy(text: str) -> str:
    return one_space(half_width(text)).lstrip(_APOSTROPHES).strip()


def _nothing(text: str) -> bool:
    """Also behind the apostrophe that tells Excel to leave a text alone."""
    return text.strip().lstrip("'").strip() in NOTHING


def _lost(text: str) -> None:
    if "\ufffd" in text:
        raise Wrong("这一格有读不出的字（乱码）。请用 Excel 打开原文件核对，重新填。")


def _text(column: Column, raw: str) -> str:
    _lost(raw)
    if _nothing(raw) and not column.required:
        return ""
    text = unicodedata.normalize("NFC", raw).replace("\r\n", "\n").replace("\r", "\n")
    text = (
        "\n".join(one_space(line) for line in text.split("\n")).strip()
        if (column.most or 0) > 200
        else one_space(text)
    )
    return _bounded(column, text)


def _bounded(column: Column, text: str) -> str:
    if column.most and len(text) > column.most:
        raise Wrong(f"最多 {column.most} 个字，现在是 {len(text)} 个字。请缩短。")
    if column.least and text and len(text) < column.least:
        raise Wrong(f"至少 {column.least} 个字，现在是 {len(text)} 个字。请写全。")
    return text


def _code(column: Column, raw: str) -> str:
    _lost(raw)
    text = _tidy(raw)
    if _nothing(raw):
        return ""
    if _DAMAGED.fullmatch(text):
        raise Wrong(_damaged(text))
    return _bounded(column, "".join(text.split()).upper())


def _through(check_one: Callable[[str], str], column: Column, raw: str) -> str:
    """A check of core/codes, for what has one."""
    _lost(raw)
    if _nothing(raw) and not column.required:
        return ""
    text = raw.lstrip(_APOSTROPHES if column.kind in CODES else "'").strip()
    if not text:
        return ""
    if column.kind in CODES and _DAMAGED.fullmatch(_tidy(text)):
        raise Wrong(_damaged(_tidy(text)))
    return _bounded(column, check_one(text))


def _number(column: Column, raw: str) -> str:
    _lost(raw)
    text = _tidy(raw).replace(",", "").removesuffix("人").removesuffix("名").removesuffix("个").strip()
    if _nothing(raw):
        return ""
    text = re.sub(r"\.0+$", "", text)
    if not is_digits(text):
        raise Wrong(f"“{shown(raw)[:20]}”不是整数。请只填数字，如 12。")
    value = int(text) if len(text) < 12 else 10**12
    if value < column.least or (column.most and value > column.most):
        raise Wrong(f"要在 {column.least:,} 到 {column.most:,} 之间，现在是 {value:,}。请核对。")
    return str(value)


def _day(column: Column, raw: str) -> str:
    _lost(raw)
    text = arabic(_WEEKDAY.sub("", half_width(raw).strip().lstrip(_APOSTROPHES)).strip(" .。,，;；"))
    if _nothing(raw) or not text:
        return ""
    if len(text) == 5 and is_digits(text) and DAYS_BETWEEN[0] <= int(text) <= DAYS_BETWEEN[1]:
        text = day_of(int(text))
    if _COMPACT.fullmatch(text):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    match = _DATE.fullmatch(text)
    if match is None:
        if _MONTH.fullmatch(text) or re.fullmatch(r"[0-9]{4}年?", text):
            raise Wrong(f"“{text}”没有写到日（Excel 里的 2024.10 还会变成 2024.1）。请写成 2024-01-05 这样。")
        if _SHORT_YEAR.fullmatch(text):
            raise Wrong(f"“{text}”的年份只写了两位，看不出是哪一年。请写成 2024-01-05 这样。")
        if _YEAR_LAST.fullmatch(text):
            raise Wrong(f"“{text}”看不出哪个是月、哪个是日。请写成 2024-01-05 这样。")
        raise Wrong(f"“{text[:20]}”不是日期。请写成 2024-01-05 这样。")
    try:
        day = dt.date(int(match["y"]), int(match["m"]), int(match["d"]))
    except ValueError:
        raise Wrong(f"没有“{text[:20]}”这一天。请核对。") from None
    if day < EARLIEST:
        raise Wrong(f"“{text[:20]}”太早了。请核对年份。")
    if day > clock.today() and not column.future:
        raise Wrong(f"{day.year}年{day.month}月{day.day}日还没有到。请核对。")
    return day.isoformat()


def _folded(text: str) -> str:
    return simplified("".join(_tidy(text).split()))


def _chosen(column: Column) -> Callable[[str], str]:
    # Folded like what is typed: a label may hold full-width brackets （县（区）级）.
    words = {_folded(label): value for value, label in column.choices}
    words |= {_folded(label): value for label, value in column.words.items()}
    values = {value for value, _ in column.choices}

    def choose(raw: str) -> str:
        text = _folded(raw)
        if _nothing(raw) and not column.required and text not in words:
            return ""
        if text in words:
            return words[text]
        short = re.sub(r"(?:类|型|组织)$", "", text)
        if short in words:
            return words[short]
        if text.lower() in values:
            return text.lower()
        raise Wrong(
            f"“{shown(raw)[:20]}”不在可选的内容里。请从{'、'.join(label for _, label in column.choices)}里选一个。"
        )

    return choose


CHECKS: dict[Kind, Callable[[Column], Callable[[str], str]]] = {
    Kind.TEXT: lambda column: partial(_text, column),
    Kind.CODE: lambda column: partial(_code, column),
    Kind.PERSON: lambda column: partial(_through, names.check_person_name, column),
    Kind.ORGANIZATION: lambda column: partial(_through, names.check_organization_name, column),
    Kind.ID_NUMBER: lambda column: partial(_through, id_number.check_id_number, column),
    Kind.MOBILE: lambda column: partial(_through, phone.check_mobile, column),
    Kind.PHONE: lambda column: partial(_through, phone.check_phone, column),
    Kind.USCC: lambda column: partial(_through, uscc.check_uscc, column),
    Kind.NUMBER: lambda column: partial(_number, column),
    Kind.DAY: lambda column: partial(_day, column),
    Kind.CHOICE: _chosen,
    Kind.UPPER_PLACE: lambda column: partial(_text, column),
    Kind.PLACE: lambda column: partial(_text, column),
}
