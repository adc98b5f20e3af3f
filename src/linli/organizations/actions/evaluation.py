"""Evaluators: drawn by a seed that is kept, kept apart from each other, withdrawn and replaced by the same draw."""

from __future__ import annotations

import secrets
from typing import Any

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.notices import notify
from linli.core.parameters import value_of
from linli.core.workflow.drafts import keep_draft, open_draft
from linli.core.workflow.engine import keep_version, perform, performs
from linli.core.workflow.numbers import next_number
from linli.organizations.choices import grading_case
from linli.organizations.choices import grading_sheet as choices
from linli.organizations.choices.grading import Interest
from linli.organizations.choices.grading_sheet import SheetState
from linli.organizations.models import Grading, GradingSheet
from linli.organizations.queries.eligibility import interests_of, names_of, order_of, pool_over

SAVED = "organizations.draft_saved"
DREW, PASSED = "organizations.evaluators_drawn", "organizations.evaluator_passed_over"
ENOUGH = "grading.evaluators"


def draw(grading: Grading, actor: User) -> None:
    """Shuffle the pool by a fresh seed and take the first without an interest. Seed, pool and who was passed over are
    kept, so that anybody may draw it again."""
    grading.pool = pool_over(grading.scope)
    grading.seed = secrets.randbits(62)
    wanted = _wanted(grading)
    if len(_take(grading, wanted, actor)) < wanted:
        raise WrongState(grading_case.DRAW.name, f"评审库里没有利害关系的不足 {wanted} 名，请先补充评审再抽取。")
    record(actor, DREW, grading, seed=grading.seed, pool=len(grading.pool), drawn=wanted)


def _wanted(grading: Grading) -> int:
    held = grading.round.parameters.get(ENOUGH)
    return int(held if held is not None else value_of(ENOUGH, grading.scope))


def _take(grading: Grading, wanted: int, actor: User) -> list[GradingSheet]:
    """The next of the draw who have not been drawn yet, as many as wanted or as there are."""
    assert grading.seed is not None
    order = order_of(grading.pool, grading.seed)
    people = {user.pk: user for user in User.objects.filter(pk__in=order, is_active=True)}
    drawn = set(grading.sheets.values_list("owner_id", flat=True))
    names = names_of(grading.organization)
    taken: list[GradingSheet] = []
    for place, key in enumerate(order, 1):
        if len(taken) == wanted:
            break
        person = people.get(key)
        if key in drawn or person is None:
            continue
        found = interests_of(person, grading.organization, names)
        if found:
            record(actor, PASSED, grading, place=place, why=[Interest(one).name.lower() for one in found])
        else:
            taken.append(_give(grading, person, place, actor))
    return taken


def _give(grading: Grading, person: User, place: int, actor: User) -> GradingSheet:
    area = grading.organization.area
    sheet = GradingSheet(grading=grading, owner=person, place=place)
    if area is not None:
        sheet.number = next_number("PF", area, clock.today().year)
    open_draft(sheet, actor=actor, code=grading_case.DRAW.name)
    notify(
        person,
        kind=f"case.{sheet.process.slug}",
        title=f"{sheet.title}：请打分，或者说明回避",
        url=sheet.get_absolute_url(),
    )
    return sheet


def replace(grading: Grading, evaluator: str, actor: User) -> None:
    """The sheet of one evaluator is void; the next of the draw gets one."""
    rows = grading.sheets.filter(state__in=(SheetState.DRAWN, SheetState.SENT)).select_related("owner")
    sheet = next(
        (row for row in rows if row.owner is not None and evaluator in (row.owner.username, row.owner.name)), None
    )
    if sheet is None:
        text = "这家组织没有抽中这名评审，或者已经换过。"
        raise BadInput(grading_case.REPLACE.name, text, fields={"evaluator": text})
    perform(choices.VOID_SHEET, sheet, actor=User.system())
    _one_more(grading, actor, grading_case.REPLACE.name)


def _one_more(grading: Grading, actor: User, code: str) -> None:
    if not _take(grading, 1, actor):
        raise WrongState(code, "评审库里没有别的、没有利害关系的评审。请先补充评审。")


def void_open_sheets(grading: Grading) -> None:
    """Nobody needs them any more."""
    for sheet in grading.sheets.filter(state__in=(SheetState.DRAWN, SheetState.SENT)).order_by("pk"):
        perform(choices.VOID_SHEET, sheet, actor=User.system())


def take_sheets(grading: Grading) -> None:
    """All are in: they lie before the commission as they are."""
    for sheet in grading.sheets.filter(state=SheetState.SENT).order_by("pk"):
        perform(choices.TAKE_SHEET, sheet, actor=User.system())


# --- a sheet ------------------------------------------------------------------------------------------------------


def save_sheet(sheet: GradingSheet, *, actor: User, revision: int | None, **values: Any) -> GradingSheet:
    """Keep what was typed so far."""
    return keep_draft(sheet, steps=(choices.SEND_SHEET,), name=SAVED, actor=actor, revision=revision, values=values)


def sheet_missing(sheet: GradingSheet) -> list[str]:
    """What is still to be done before the sheet can be sent."""
    todo = [f"给{label}打分" for label, mark in sheet.marks.items() if mark == ""]
    todo += [] if sheet.remark.strip() else ["写评语"]
    return todo if sheet.declared else [*todo, "声明和这家组织没有利害关系"]


@performs(choices.SEND_SHEET)
def send_sheet(sheet: GradingSheet, *, actor: User) -> None:
    """Hand in the marks. What the registers have learned meanwhile is looked up once more."""
    if todo := sheet_missing(sheet):
        raise BadInput("organizations.incomplete", f"还差 {len(todo)} 项：{'；'.join(todo)}。", fields={})
    if found := interests_of(actor, sheet.grading.organization):
        raise NotAllowed(choices.SEND_SHEET.name, f"你要回避：{found[0].label}。请点“我要回避”。")
    sheet.total = sheet.grading.round.total_of(sheet)
    sheet.sent_on = clock.today()
    keep_version(sheet, actor)


@performs(choices.RECUSE, behind="grading")
def recuse_evaluator(sheet: GradingSheet, *, actor: User, reason: str) -> None:
    """The evaluator declares an interest; the next of the same draw takes the place."""
    grading = Grading.objects.select_related("round", "organization__area").get(pk=sheet.grading_id)
    _one_more(grading, actor, choices.RECUSE.name)


@performs(choices.TAKE_SHEET)
def take_sheet(sheet: GradingSheet, *, actor: User) -> None:
    """All sheets of the organization are in."""


@performs(choices.VOID_SHEET)
def void_sheet(sheet: GradingSheet, *, actor: User) -> None:
    """Replaced, or of no use any more."""
