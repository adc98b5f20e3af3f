"""Whether an organization may be graded: a pure rule over what the registers know, each refusal with its clause.

Source: rulebook §2.4 （民政部令39号）. The stars of filed organizations follow the same rule with the numbers of
their own scheme and without the annual check, which filed ones do not have.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from linli.organizations.choices.annual import Result
from linli.organizations.choices.grading import AGAIN_MONTHS, Scheme

MISSED = "missed"  # beside the results of an annual check: there is no report where one was owed
_FAILED, _FAIR = Result.FAILED.value, Result.FAIR.value


@dataclass(frozen=True)
class Refused:
    """Why not: a code for programs, a sentence for people."""

    code: str
    words: str


@dataclass(frozen=True)
class History:
    """What the registers know of an organization on a day, as far as grading asks."""

    today: dt.date
    scheme: Scheme
    is_of_scheme: bool  # registered for a grade, filed for stars
    status_words: str = ""
    entered_on: dt.date | None = None  # registered, or filed
    held_until: dt.date | None = None  # the last day of what it holds now
    reports: tuple[tuple[int, str], ...] = ()  # the last years with what came of the check, the latest first
    penalties: tuple[str, ...] = ()  # of last year and this
    entries: tuple[str, ...] = ()  # on a list of credit now, by number
    investigated: tuple[str, ...] = ()  # told of a measure that nobody has decided on yet
    barred_until: dt.date | None = None
    barred_words: str = ""


def months_on(day: dt.date, months: int) -> dt.date:
    """The same day some months on, or back; the last of the month where it is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = dt.date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(dt.date(year, month + 1, 1) + dt.timedelta(days=day.day - 1), following - dt.timedelta(days=1))


def refusals(history: History) -> tuple[Refused, ...]:
    """Every reason why an application is refused today; empty when there is none."""
    scheme, today, found = history.scheme, history.today, list[Refused]()

    def refuse(code: str, words: str) -> None:
        found.append(Refused(f"grading.{code}", words))

    if not history.is_of_scheme:
        whose = "已登记" if scheme.reads_reports else "已备案、还没有登记"
        refuse("status", f"{scheme.label}只评{whose}的社会组织，这家组织{history.status_words}。")
        return tuple(found)
    verb = "登记" if scheme.reads_reports else "备案"
    if history.held_until is not None and today <= history.held_until:
        again = months_on(history.held_until, -AGAIN_MONTHS) + dt.timedelta(days=1)
        if today < again:
            refuse(
                "valid",
                f"现有的等级到 {history.held_until:%Y-%m-%d} 有效，最后两年才能再申请（{again:%Y-%m-%d} 起）。",
            )
    elif history.entered_on is None:
        refuse("no_date", f"名册里没有{verb}日期，先请登记机关补上。")
    elif (least := months_on(history.entered_on, scheme.months)) > today:
        refuse("too_young", f"{verb}要满 {_span(scheme.months)}才能申请，这家组织到 {least:%Y-%m-%d} 才满。")
    _check(history, refuse)
    for title in history.penalties:
        refuse("punished", f"上一年度以来受过行政处罚：{title}。")
    for number in history.entries:
        refuse("listed", f"现在列在信用名录里：{number}。")
    for words in history.investigated:
        refuse("investigated", f"正在被调查、还没有结论：{words}。")
    if history.barred_until is not None and today <= history.barred_until:
        refuse("barred", f"{history.barred_words}，到 {history.barred_until:%Y-%m-%d} 不接受申请。")
    return tuple(found)


def _check(history: History, refuse: Callable[[str, str], None]) -> None:
    """The annual check of the last years."""
    if not history.scheme.reads_reports or not history.reports:
        return
    year, last = history.reports[0]
    if last == MISSED:
        refuse("check_missed", f"没有参加 {year} 年度检查。")
    elif last == _FAILED:
        refuse("check_failed", f"{year} 年度检查不合格。")
    elif last == _FAIR and [result for _year, result in history.reports[:2]] == [_FAIR, _FAIR]:
        refuse("check_fair_twice", f"{year - 1}、{year} 两年年度检查都是基本合格。")


def _span(months: int) -> str:
    return f"{months // 12} 年" if months % 12 == 0 else f"{months} 个月"


@dataclass(frozen=True)
class Tally:
    """A ballot: how many belong to the board, how many said anything, and how many said yes and no."""

    members: int
    present: int
    in_favour: int
    against: int = 0

    @property
    def quorate(self) -> bool:
        """Whether two thirds of all members were there; who abstains is there."""
        return self.members > 0 and 3 * self.present >= 2 * self.members

    @property
    def carried(self) -> bool:
        """Whether more than half of all members agreed, not only of those there."""
        return self.quorate and 2 * self.in_favour > self.members

    @property
    def rejected(self) -> bool:
        """Whether more than half of all members disagreed: what a review board needs to overturn."""
        return self.quorate and 2 * self.against > self.members
