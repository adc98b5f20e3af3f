"""What a person can see of the own data, of who looked at it, and of the own requests."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, F, IntegerField, Model, OuterRef, Q, QuerySet

from linli.core.access.grants import Person, covered, grants_of
from linli.core.access.models import User
from linli.core.counting import MOST, Bounded
from linli.core.privacy.assessment_choices import ASSESSMENT
from linli.core.privacy.assessment_models import Assessment
from linli.core.privacy.choices import (
    DATA_REQUEST,
    DISTRICT_HEAD,
    DISTRICT_OFFICER,
    PURPOSES,
    STREET_HEAD,
    STREET_OFFICER,
    MarkKind,
    NumberKind,
    RequestState,
    TakeoutState,
)
from linli.core.privacy.declare import HOLDINGS, Holding, Subject
from linli.core.privacy.incident_choices import INCIDENT, IncidentState
from linli.core.privacy.incident_models import Concerned, Incident
from linli.core.privacy.models import Consent, DataRequest, Disclosure, RecordMark, Takeout, VerifiedNumber
from linli.core.workflow.declare import visible

READERS = (STREET_OFFICER, STREET_HEAD, DISTRICT_OFFICER, DISTRICT_HEAD, "auditor")
DISTRICT_READERS = (DISTRICT_OFFICER, DISTRICT_HEAD, "auditor")
KEPT_OPEN = (TakeoutState.ASKED, TakeoutState.READY)

# How the page tells each kind of look; a reveal names its field itself.
LOOKS = {
    "privacy.reveal": "看了你的{label}",
    "privacy.read_file": "打开了你的{label}",
    "registers.looked_up": "按号码查到了你的记录",
    "exports.personal": "导出了一份名单，你的记录在内",
    "exports.make": "导出了一份名单，你的记录在内",
}


def disclosures_visible_to(user: User) -> QuerySet[Disclosure]:
    """Who looked at this person's own data."""
    return Disclosure.objects.filter(person=user).select_related("event__actor")


def as_shown(rows: Iterable[Disclosure]) -> list[dict[str, Any]]:
    """Rows for the page: when, who, what was seen, why."""
    return [
        {
            "pk": row.pk,
            "at": row.event.at,
            # The post speaks for the office; the bare name stands only where no post covered the record.
            "who": row.event.post or str(row.event.actor),
            "what": LOOKS.get(row.event.name, "看了你的{label}").format(label=row.event.detail.get("label", "信息")),
            "label": row.event.detail.get("label", ""),
            "purpose": PURPOSES.get(row.event.detail.get("purpose", ""), ""),
            "reason": row.event.detail.get("reason", ""),
            "rows": row.event.detail.get("rows", ""),
        }
        for row in rows
    ]


def subject_of(user: User) -> Subject:
    """An account with the numbers that were verified to be its person's."""
    held = VerifiedNumber.objects.filter(person=user).values_list("kind", "value_hash")
    return Subject(
        user,
        frozenset(value for kind, value in held if kind == NumberKind.ID_NUMBER),
        frozenset(value for kind, value in held if kind == NumberKind.PHONE),
    )


def subject_of_request(case: DataRequest) -> Subject:
    """Whom a request is about: the owner's account, or the person whose card a worker looked at."""
    if case.owner is not None:
        return subject_of(case.owner)
    return Subject(None, frozenset({case.claimant_id_hash} - {""}))


def holdings_about(subject: Subject) -> list[tuple[Holding, Bounded]]:
    """Every kind of row held about a subject, with how many there are; the empty ones too. One query for all of
    them, and none is counted further than the page tells: an officer's own trace is long."""
    parts, values = [], []
    for holding in HOLDINGS.values():
        with suppress(EmptyResultSet):
            rows = holding.about(subject).order_by().values("pk")[: MOST + 1]
            inner, given = rows.query.sql_with_params()
            parts.append(f"SELECT %s, count(*) FROM ({inner}) AS rows")  # noqa: S608 -- Django's own statement
            values += [holding.slug, *given]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        found = dict(cursor.fetchall())
    return [(holding, Bounded(found.get(slug, 0))) for slug, holding in HOLDINGS.items()]


def row_of(record: str, subject: Subject) -> tuple[Holding, Any] | None:
    """The row a request names, if it is about the subject; None for anything else."""
    slug, _, key = record.partition("/")
    holding = HOLDINGS.get(slug)
    if holding is None or not key.isascii() or not key.isdigit() or len(key) > 18:
        return None
    row = holding.about(subject).filter(pk=int(key)).first()
    return (holding, row) if row is not None else None


def shown_row(holding: Holding, row: Any, subject: Subject, *, full: bool) -> list[dict[str, Any]]:
    """The values of a row by label. In full only what is the subject's own; the rest stays masked and says so."""
    shown = []
    for item in holding.items:
        value = item.value(row)
        others = item.kind is not None and bool(value) and not holding.own(row, item, subject)
        plain = value.raw if full and item.kind is not None and not others else value
        shown.append({"item": item, "label": item.label, "value": plain, "others": others})
    return shown


def marked(row: Model, kind: MarkKind) -> RecordMark | None:
    """The mark of a kind that stands on a record."""
    marks = RecordMark.objects.filter(kind=kind, subject_id=row.pk, lifted_at__isnull=True)
    return marks.filter(subject_type=ContentType.objects.get_for_model(row)).first()


def without_hold(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows on which no legal hold stands."""
    return rows.exclude(held_by_law(rows.model))


def held_by_law(model: type[Model]) -> Exists | Q:
    """Whether a legal hold stands on the row; on what has no number (a session) none can."""
    if not isinstance(model._meta.pk, IntegerField):
        return Q(pk__in=())
    marks = RecordMark.objects.filter(
        kind=MarkKind.HOLD, subject_type=ContentType.objects.get_for_model(model), lifted_at__isnull=True
    )
    return Exists(marks.filter(subject_id=OuterRef("pk")))


def consents_of(user: User) -> QuerySet[Consent]:
    """What a person agreed to, the latest first."""
    return Consent.objects.filter(person=user).order_by(F("withdrawn_at").asc(nulls_first=True), "-pk")


def takeout_of(user: User) -> Takeout | None:
    """The file that is being prepared or can be downloaded."""
    return Takeout.objects.filter(person=user, state__in=KEPT_OPEN).first()


def reach_of(user: Person) -> tuple[str, ...]:
    """The paths below which a person's posts show every request that was sent."""
    return tuple({grant.scope for grant in grants_of(user) if grant.role in READERS})


@visible(DATA_REQUEST, reach=reach_of)
def requests_visible_to(user: Person) -> QuerySet[DataRequest]:
    """List twin of the rule core.view_request: a draft is its person's alone, the rest is its handlers'."""
    if not isinstance(user, User) or not user.pk:
        return DataRequest.objects.none()
    own = Q(owner=user) | Q(entered_by=user)
    posted = covered(user, READERS) & ~Q(state=RequestState.DRAFT)
    return DataRequest.objects.filter(own | posted).select_related("owner", "entered_by")


@visible(ASSESSMENT)
def assessments_visible_to(user: Person) -> QuerySet[Assessment]:
    """List twin of the rule core.view_assessment."""
    rows = Assessment.objects.filter(covered(user, (*DISTRICT_READERS, "secadmin")))
    return rows.select_related("assessed_by", "approved_by", "previous")


@visible(INCIDENT)
def incidents_visible_to(user: Person) -> QuerySet[Incident]:
    """List twin of the rule core.view_incident: what one reported oneself, and the district's."""
    if not isinstance(user, User) or not user.pk:
        return Incident.objects.none()
    posted = covered(user, DISTRICT_READERS) & ~Q(state=IncidentState.DRAFT)
    return Incident.objects.filter(Q(owner=user) | posted).select_related("owner")


def letters_to(user: User) -> QuerySet[Concerned]:
    """Incidents of which this person was told."""
    return Concerned.objects.filter(person=user, told_at__isnull=False).select_related("incident").order_by("-pk")
