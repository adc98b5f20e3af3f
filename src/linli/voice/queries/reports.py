"""What is read of reports. Every list starts at a …_visible_to, or is public by declaration."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from linli.areas.models import Area
from linli.core.access.grants import Person, covered, grants_of
from linli.core.access.models import User
from linli.core.privacy.registry import register_revealable
from linli.core.registers.search import has_any
from linli.core.registers.words import canonical, pairs, plain
from linli.core.workflow import visible
from linli.voice.choices.report import LIVE, PUBLISHED, REPORT, ReportState
from linli.voice.models import Contact, Follow, Report
from linli.voice.rules import READING

PLACES = ("area", "area__parent", "community", "community__parent")
SEARCHED = ("search_text", "search_private", "search_codes")
OUTLINES = tuple(f"{place}__boundary" for place in PLACES)
RELATED = (*PLACES, "matter", "about", "handler", "first_handler", "asked")
CANDIDATES, SIMILAR, SHARED = 200, 5, 3


def own(user: Person) -> Q:
    """Reports of the person's own, or entered by the person for somebody."""
    return Q(owner=user.pk) | Q(entered_by=user.pk) if isinstance(user, User) and user.pk else Q(pk__in=())


def report_reach(user: Person) -> tuple[str, ...]:
    """The paths below which a person's posts show every report that was sent."""
    return tuple({grant.scope for grant in grants_of(user) if grant.role in READING})


def _rows() -> QuerySet[Report]:
    return Report.objects.select_related(*RELATED).defer(*SEARCHED, *OUTLINES)


@visible(REPORT, reach=report_reach)
def reports_visible_to(user: Person) -> QuerySet[Report]:
    """List twin of the rule voice.view_report. A draft lies nowhere, so no post covers it."""
    posted = covered(user, READING) & ~Q(state=ReportState.DRAFT)
    return _rows().filter(own(user) | posted)


def public_reports() -> QuerySet[Report]:
    """Reports that everybody may read: taken up, and open."""
    return _rows().filter(open_to_all=True, state__in=PUBLISHED)


def public_or_open() -> QuerySet[Report]:
    """What residents may join: open to all and still worked on, taken up or not yet."""
    return _rows().filter(open_to_all=True, state__in=LIVE)


def own_reports(user: User) -> QuerySet[Report]:
    """What a person said; not what the person entered for others or joined."""
    return _rows().filter(owner=user).order_by("-pk")


def followed_by(user: User) -> QuerySet[Report]:
    """What a person joined."""
    mine = Follow.objects.filter(user=user, report=OuterRef("pk"))
    return _rows().filter(Exists(mine), open_to_all=True).order_by("-pk")


def contacts_visible_to(user: Person) -> QuerySet[Contact]:
    """How to reach authors of what a person may see; whether it may be opened, the rule says."""
    return Contact.objects.filter(report__in=reports_visible_to(user).order_by().values("pk")).select_related(
        "report__owner", "report__about", "report__handler", "report__first_handler"
    )


register_revealable(
    Contact,
    {"name": "怎么称呼", "phone": "联系电话"},
    visible_to=contacts_visible_to,
    permission="voice.reveal_author",
    subject_of=lambda contact: contact.report.owner,
)


def followers_of(report: Report) -> QuerySet[User]:
    """Who joined a report, or one that was merged into it."""
    family = Report.objects.filter(Q(pk=report.pk) | Q(merged_into=report.pk, state=ReportState.MERGED))
    return User.objects.filter(pk__in=Follow.objects.filter(report__in=family.values("pk")).values("user"))


def joined(report: Report) -> int:
    """How many others have the same: followers, and reports merged into it."""
    counted = Report.objects.filter(pk=report.pk).aggregate(follows=Count("follows", distinct=True))
    merged = Report.objects.filter(merged_into=report.pk, state=ReportState.MERGED)
    further = Follow.objects.filter(report__in=merged.values("pk")).count()
    return int(counted["follows"]) + merged.count() + further


def similar_reports(
    words: str,
    area: Area | None,
    *,
    exact: int | None = None,
    matter: int | None = None,
    but: int | None = None,
    public: bool = True,
) -> list[Report]:
    """Open reports of a community that share words, nearest first: same kind, same `exact` place, most words, newest.

    To join before a twin is sent, and for the dispatcher to merge; a hint, never a refusal. At most `CANDIDATES` of
    the newest are compared; docs/voice.md tells how.
    """
    if area is None:
        return []
    spelt = canonical(plain(words))
    wanted = pairs(spelt)[:60]
    rows: QuerySet[Any] = Report.objects.filter(state__in=LIVE)
    rows = rows.filter(open_to_all=True) if public else rows
    rows = rows.exclude(pk=but) if but is not None else rows
    by_words = (
        rows.filter(has_any(Report.TOKENS, wanted), has_any(Report.TOKENS, [area.path])) if wanted else rows.none()
    )
    by_kind = rows.filter(scope__startswith=area.path, matter=matter) if matter is not None else rows.none()
    asked = ("pk", "words", "matter_id", "area_id")
    found = {
        row[0]: row for part in (by_words, by_kind) for row in part.order_by("-pk").values_list(*asked)[:CANDIDATES]
    }
    mine = set(wanted)

    def nearness(row: tuple[int, str, int, int]) -> tuple[Any, ...]:
        shared = len(mine & set(pairs(canonical(plain(row[1])))))
        return row[2] != matter, row[3] != exact, -shared, -row[0]

    def alike(row: tuple[int, str, int, int]) -> bool:
        shared = len(mine & set(pairs(canonical(plain(row[1])))))
        return row[2] == matter or shared >= SHARED

    nearest = [row[0] for row in sorted(filter(alike, found.values()), key=nearness)[:SIMILAR]]
    return sorted(_rows().filter(pk__in=nearest), key=lambda row: nearest.index(row.pk))
