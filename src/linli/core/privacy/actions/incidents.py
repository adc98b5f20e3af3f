"""The loop of personal information incidents: each function is one step of incident_choices.INCIDENT (PIPL 57).

Whom an incident concerns is found in the database by statements over many rows: from the trace of who looked, or from
a filter of a register; so are the notices written. A hundred thousand people cost rows, and no more statements.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from linli.core import clock
from linli.core.access.grants import grants_of
from linli.core.access.holders import holders_of
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.notices import notify, notify_many
from linli.core.parameters import value_of
from linli.core.privacy import incident_choices as choices
from linli.core.privacy.actions.looks import persons_of
from linli.core.privacy.choices import DISTRICT_HEAD, DISTRICT_OFFICER
from linli.core.privacy.incident_choices import IncidentKind, IncidentState
from linli.core.privacy.incident_models import TOLD, WRITTEN, Concerned, Incident
from linli.core.privacy.models import Disclosure
from linli.core.privacy.places import district_of, districts
from linli.core.workflow.engine import keep_version, perform, performs, settle
from linli.core.workflow.numbers import next_number

REPORT, SAVE, GATHER, CLEAR = (
    "privacy.report_incident",
    "privacy.save_incident",
    "privacy.gather_concerned",
    "privacy.clear_concerned",
)
GATHERED_IN = frozenset({IncidentState.HANDLING, IncidentState.AUTHORITY, IncidentState.PERSONS})
LEAST_WORDS = 5
EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@transaction.atomic
def report_incident(*, kind: str, what: str, found_at: dt.datetime, place: str = "", actor: User) -> Incident:
    """Anybody with an account may report what looks like an incident; it is with the district at once."""
    wrong = {}
    if kind not in IncidentKind.values:
        wrong["kind"] = "请选怎么了。"
    if len(" ".join(what.split())) < LEAST_WORDS:
        wrong["what"] = f"请写发现了什么，至少 {LEAST_WORDS} 个字。"
    if found_at > clock.now():
        wrong["found_at"] = "发现时间不能在将来。"
    if found_at < EARLIEST:
        wrong["found_at"] = "发现时间太早了。请核对年份。"
    scope = place or usual_place(actor)
    if district_of(scope) is None or district_of(scope).path != scope:  # type: ignore[union-attr]
        wrong["place"] = "请选由哪个区处理。"
    if wrong:
        raise BadInput(REPORT, "还有内容没填对。", fields=wrong)
    case = Incident(owner=actor, scope=scope, kind=kind, what=what.strip(), found_at=found_at)
    case.contact = str(value_of("privacy.contact", scope))[:200]
    case.save()
    settle(case, actor, record(actor, "core.case_begun", case))
    done: Incident = perform(choices.REPORT, case, actor=actor)
    return done


def usual_place(user: User) -> str:
    """The district of the reporter's post; else the only one served, else unknown."""
    for grant in grants_of(user):
        if place := district_of(grant.scope):
            return place.path
    served = districts()
    return served[0].path if len(served) == 1 else ""


@transaction.atomic
def save_incident(case: Incident, *, actor: User, revision: int | None, **values: Any) -> Incident:
    """Keep what has been found out so far. Raises WrongState when another device saved in between."""
    case = Incident.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if not actor.has_perm(choices.ASSESS.name, case):
        raise NotAllowed(SAVE, "处置和评估由区民政局经办填写。")
    if case.state != IncidentState.HANDLING:
        raise WrongState(SAVE, "评估已经报送，现在不能改。要改请让科长退回。")
    if revision is not None and revision != case.revision:
        raise WrongState("draft.revision", "这份草稿刚才在另一台设备上改过。")
    for name in set(values) & set(WRITTEN):
        setattr(case, name, values[name])
    case.revision += 1
    case.save()
    settle(case, actor, record(actor, SAVE, case, fields=sorted(values)))
    return case


def missing(case: Incident) -> list[str]:
    """What has to be known before the authority and the persons can be told."""
    todo = [
        f"写明“{case._meta.get_field(name).verbose_name}”"  # type: ignore[union-attr]
        for name in TOLD
        if len(" ".join(str(getattr(case, name)).split())) < 2
    ]
    todo += [] if case.level else ["选等级"]
    todo += [] if case.happened_from else ["填发生时间"]
    return todo


# --- whom it concerns ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Source:
    """Where persons concerned are found: a query of their keys, in words, and how many records have no account."""

    words: str
    people: QuerySet[Any]
    without: int = 0


def from_looks(*, who: User, since: dt.datetime, until: dt.datetime) -> Source:
    """Everybody whose information somebody looked at, took out or opened in a time, by the trace."""
    looks = Event.objects.filter(actor=who, at__gte=since, at__lte=until)
    day = "%Y-%m-%d %H:%M"
    words = f"{who} 在 {timezone.localtime(since):{day}} 至 {timezone.localtime(until):{day}} 看过、导出过的"
    return Source(words, Disclosure.objects.filter(event__in=looks).values("person"))


def from_records(rows: QuerySet[Any], words: str) -> Source:
    """Everybody whom records of a register are about."""
    people = persons_of(rows)
    owned = [field for field in ("owner",) if any(f.name == field for f in rows.model._meta.fields)]
    plain = rows if rows.query.is_sliced else rows.order_by()
    known = rows.model._default_manager.filter(pk__in=plain.values("pk"))
    without = known.filter(**{f"{owned[0]}__isnull": True}).count() if owned else 0
    return Source(words, people, without)


@transaction.atomic
def gather_concerned(case: Incident, source: Source, *, actor: User) -> int:
    """Put the persons of a source on the incident's list; how many were new. Nobody stands on it twice."""
    held = _gathering(case, GATHER, actor)
    inner, values = source.people.order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_concerned (incident_id, person_id) "  # noqa: S608 -- the inner statement is Django's own
            f"SELECT DISTINCT %s::bigint, found.id FROM ({inner}) AS found (id) "
            "JOIN core_user ON core_user.id = found.id AND core_user.is_active "
            "WHERE NOT core_user.is_system ON CONFLICT DO NOTHING",
            [held.pk, *values],
        )
        added = int(cursor.rowcount)
    held.sources = [
        *held.sources,
        {"words": source.words, "added": added, "without": source.without, "at": clock.now().isoformat()},
    ]
    held.save(update_fields=["sources"])
    record(actor, GATHER, held, added=added, without=source.without)
    return added


@transaction.atomic
def clear_concerned(case: Incident, *, actor: User) -> int:
    """Take everybody not yet told off the list, to begin anew; how many that were."""
    held = _gathering(case, CLEAR, actor)
    count, _each = Concerned.objects.filter(incident=held, told_at__isnull=True).delete()
    held.sources = []
    held.save(update_fields=["sources"])
    record(actor, CLEAR, held, removed=count)
    return count


def _gathering(case: Incident, step: str, actor: User) -> Incident:
    held = Incident.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if not actor.has_perm("privacy.gather_concerned", held):
        raise NotAllowed(step, "涉及哪些人由区民政局经办和科长查。")
    if held.state not in GATHERED_IN:
        raise WrongState(step, f"这件事现在是“{held.state_label}”，名单不能改。")
    return held


# --- steps ---------------------------------------------------------------------------------------------------


@performs(choices.REPORT)
def send_report(case: Incident, *, actor: User) -> None:
    """It has a number from the moment it is reported."""
    place = district_of(case.scope)
    assert place is not None
    case.number = next_number("SJ", place, clock.today().year)
    people = {
        person.pk: person for role in (DISTRICT_OFFICER, DISTRICT_HEAD) for person in holders_of(role, case.scope)
    }
    for person in people.values():  # hours count, so nobody waits for the next look at the desk
        notify(
            person,
            kind="duty.incident",
            title=f"有人报告了一起个人信息事件，请马上研判：{case.number}",
            url=case.get_absolute_url(),
        )


@performs(choices.CONFIRM)
def confirm_incident(case: Incident, *, actor: User, reason: str = "") -> None:
    """It is one; remedies come before papers."""


@performs(choices.DISMISS)
def dismiss_incident(case: Incident, *, actor: User, reason: str) -> None:
    """It was looked into and is none."""


@performs(choices.ASSESS)
def assess_incident(case: Incident, *, actor: User) -> None:
    """Contained, and known well enough to be told."""
    todo = missing(case)
    if todo:
        raise BadInput("privacy.incomplete", f"还差 {len(todo)} 项：{'；'.join(todo)}。")
    keep_version(case, actor)


@performs(choices.RETURN)
def return_incident(case: Incident, *, actor: User, reason: str) -> None:
    """The head wants to know more."""


@performs(choices.TELL_AUTHORITY)
def tell_authority(
    case: Incident,
    *,
    actor: User,
    authority: str,
    told_authority_on: dt.date,
    authority_number: str = "",
    reason: str = "",
) -> None:
    """Whom it was reported to, when, under which number."""
    if told_authority_on > clock.today():
        text = "报告日期不能在将来。"
        raise BadInput(choices.TELL_AUTHORITY.name, text, fields={"told_authority_on": text})
    case.authority, case.told_authority_on, case.authority_number = authority, told_authority_on, authority_number


@performs(choices.TELL_PERSONS)
def tell_persons(case: Incident, *, actor: User, otherwise: str = "") -> None:
    """Everybody on the list who was not told yet gets a notice that leads to the letter; it is written in a few
    statements, however many there are."""
    untold = Concerned.objects.filter(incident=case, told_at__isnull=True)
    without = sum(int(source.get("without", 0)) for source in case.sources)
    if not otherwise and without:
        text = f"有 {without} 条记录的本人没有账号。请写明已经怎样通知他们，例如电话、上门、书面、公告。"
        raise BadInput(choices.TELL_PERSONS.name, text, fields={"otherwise": text})
    if not otherwise and not untold.exists():
        text = "名单里没有人要通知。请先查涉及哪些人；都用别的方式通知了，写在这里。"
        raise BadInput(choices.TELL_PERSONS.name, text, fields={"otherwise": text})
    case.told_at, case.spare_reason = clock.now(), ""
    case.otherwise = otherwise or case.otherwise
    notify_many(
        untold.values("person"),
        kind="privacy.incident",
        title="你的个人信息可能受到一次安全事件影响，请看详情",
        body=f"涉及的信息：{case.info}。点开看原因、可能的危害、已采取的措施、你可以怎样做和联系方式。",
        url=letter_url(case),
    )
    untold.update(told_at=case.told_at)


def letter_url(case: Incident) -> str:
    """Where a person concerned reads what the law has them told."""
    from django.urls import reverse

    return reverse("core:incident_letter", args=[case.uid])


@performs(choices.SPARE_PERSONS)
def spare_persons(case: Incident, *, actor: User, reason: str) -> None:
    """Measures effectively avoid harm, so nobody is told; the reason stays."""
    case.spare_reason = reason


@performs(choices.REQUIRE)
def require_telling(case: Incident, *, actor: User, reason: str) -> None:
    """The authority requires it, or more persons were found."""
    case.spare_reason = ""


@performs(choices.CLOSE)
def close_incident(case: Incident, *, actor: User, closing: str) -> None:
    """The closing report: what was done, what was learnt, what changes."""
    case.closing = closing
