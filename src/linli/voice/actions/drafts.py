"""Saying it: a draft, how to reach the author, and sending it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed
from linli.core.privacy.masks import scrub_typed
from linli.core.workflow.drafts import keep_draft, open_draft
from linli.core.workflow.engine import keep_version, performs
from linli.core.workflow.numbers import next_number
from linli.voice.choices import report as choices
from linli.voice.choices.report import ENTERED, Channel, ReportState
from linli.voice.models import Contact, Report
from linli.voice.models.report import community_of

BEGIN, ENTER, SAVED = "voice.begin_report", "voice.enter_report", "voice.draft_saved"
FORGOTTEN = "voice.contact_forgotten"
EDITABLE = frozenset({ReportState.DRAFT})
REQUIRED = (
    ("matter", "选是什么事"),
    ("words", "说说情况"),
    ("area", "选在哪里"),
)
SHORTEST = 4


def begin_report(*, actor: User, area: Area | None = None, on_behalf: bool = False) -> Report:
    """Open a draft; the person's untouched one when there is one. `area` is what a code on a building names."""
    if not actor.has_perm(ENTER if on_behalf else BEGIN):
        raise NotAllowed(ENTER, "代居民登记由社区工作者或街道经办办理。")
    mine = {"entered_by": actor, "owner": None} if on_behalf else {"owner": actor, "entered_by": None}
    held = Report.objects.filter(**mine, state=ReportState.DRAFT, words="", revision=0).order_by("-pk").first()
    if held is not None and held.area_id == (area.pk if area else None):
        return held
    channel = Channel.HOTLINE if on_behalf else Channel.CODE if area is not None else Channel.ONLINE
    draft = Report(**mine, area=area, community=community_of(area), channel=channel)
    return open_draft(draft, actor=actor, code=BEGIN)


@transaction.atomic
def save_report(report: Report, *, actor: User, revision: int | None, **values: Any) -> Report:
    """Keep what has been typed so far. Numbers of persons are masked before anything is stored, and that is noted."""
    reach = {name: values.pop(name) for name in ("contact_name", "contact_phone") if name in values}
    for name in ("words", "place"):
        if name in values:
            said = str(values[name]).strip()
            values[name] = scrub_typed(said)
            if values[name] != said:
                values["masked"] = True
    if "spot" in values:
        values["area"] = values.pop("spot") or report.community
    if "area" in values:
        values["community"] = community_of(values["area"])
    report = keep_draft(report, steps=(choices.SUBMIT,), name=SAVED, actor=actor, revision=revision, values=values)
    if reach:
        keep_contact(report, name=reach.get("contact_name"), phone=reach.get("contact_phone"))
    return report


def keep_contact(report: Report, *, name: str | None = None, phone: str | None = None) -> None:
    """Write how to reach the author; nothing at all leaves no row."""
    held = Contact.objects.filter(report=report).first() or Contact(report=report)
    held.name = held.name if name is None else name
    held.phone = held.phone if phone is None else phone
    if held.name or held.phone:
        held.save()
    elif held.pk:
        held.delete()
    report._state.fields_cache.pop("contact", None)


def missing(report: Report) -> list[str]:
    """What is still to be done before it can be sent, as instructions; empty when nothing is."""
    todo = [words for name, words in REQUIRED if not getattr(report, name)]
    if report.words and len(report.words.strip()) < SHORTEST:
        todo.append("多说几个字，让人看得懂")
    if report.area is not None and community_of(report.area) is None:
        todo.append("选到社区或楼栋")
    fits = report.matter is None or report.area is None or report.area.path.startswith(report.matter.scope)
    if not fits or (report.matter is not None and report.matter.ended):
        todo.append("重新选是什么事")
    if report.owner_id is None and not report.contact_phone:
        todo.append("写下诉求人的电话，好回访")
    if report.owner_id is None and report.channel not in ENTERED:
        todo.append("选是怎么来的")
    return todo


@performs(choices.SUBMIT)
def submit_report(report: Report, *, actor: User) -> None:
    """Send it to whoever dispatches there. From now on it lies in its area."""
    todo = missing(report)
    if todo:
        raise BadInput(choices.SUBMIT.name, f"还差 {len(todo)} 项：{'；'.join(todo)}。")
    assert report.area is not None
    assert report.matter is not None
    report.community = community_of(report.area)
    report.scope = report.area.path
    report.urgency, report.said_on = report.matter.urgency, clock.today()
    report.number = report.number or next_number("MS", report.area, clock.today().year)
    if report.owner is not None and report.owner.phone and not report.contact_phone:
        keep_contact(report, phone=report.owner.phone)
    keep_version(report, actor)


@performs(choices.WITHDRAW)
def withdraw_report(report: Report, *, actor: User, reason: str = "") -> None:
    """The author takes it back."""


@transaction.atomic
def forget_contact(contact: Contact, *, actor: User) -> None:
    """Take out how to reach the author, who asked for it."""
    record(actor, FORGOTTEN, contact.report)
    contact.delete()


@transaction.atomic
def forget_report_contact(report: Report) -> None:
    """Its time is over."""
    forget_contact(Contact.objects.select_related("report").get(report=report), actor=User.system())
