"""The four dimensions among 3,630 and among 1,000,000 organizations (LINLI_BENCH_ROWS makes fewer of the latter).

How long one changed record takes until the organization's place is read anew, beside numbering everybody with a
window function; and how long measuring everybody takes beside a statement written by hand that gives the same table,
which is compared row by row. The rows are made by copying one of each, with the triggers off.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable
from decimal import Decimal
from statistics import median
from typing import Any

from bench.result import Result
from django.db import connection, models

from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.parameters.models import ParameterValue
from linli.core.workdays.actions import load_published
from linli.organizations.actions.ranking import rank_district, remeasure, ruler_values
from linli.organizations.models import Activity, Organization, Standing
from linli.organizations.queries.ranking import place_in, standings_in

FEW, MANY = 3_630, int(os.environ.get("LINLI_BENCH_ROWS", 1_000_000))
ALLOWED = {FEW: 0.020, MANY: 0.100}  # seconds
STREETS, COMMUNITIES, HELD = 25, 1000, 3
ROUNDS = 31
SLICE = 100_000
FILLED = ("organizations_organization", "organizations_activity")

# The same figures, as somebody would write them who needs them once: see docs/algorithms/ranking.md.
BY_HAND = """
WITH held AS (
    SELECT organization_id, count(*) AS n, max(persons) AS most, bool_and(spent IS NOT NULL) AS accounts,
        bool_or(kind = 'talk') AS meetings, bool_or(open_to_all) AS disclosure
    FROM organizations_activity WHERE state = 'verified' AND starts_at >= %(since)s GROUP BY 1
), late AS (
    SELECT DISTINCT organization_id FROM organizations_activity WHERE state = 'held' AND ends_at < %(summed_by)s
), signed AS (
    SELECT a.organization_id, count(DISTINCT c.person_id) AS n FROM organizations_activity a
    JOIN organizations_checkin c ON c.activity_id = a.id
    WHERE a.state = 'verified' AND a.starts_at >= %(since)s GROUP BY 1
), told AS (
    SELECT organization_id, bool_or(kind = 'report') AS report, bool_or(kind = 'penalty') AS penalty
    FROM organizations_creditinfo
    WHERE withdrawn_on IS NULL AND happened_on >= (%(since)s AT TIME ZONE 'Asia/Shanghai')::date GROUP BY 1
), reported AS (
    SELECT organization_id, bool_or(sent_on IS NOT NULL AND result <> 'failed') AS report
    FROM organizations_annualreport WHERE state NOT IN ('called', 'exempt')
        AND coalesce(sent_on, due_on) >= (%(since)s AT TIME ZONE 'Asia/Shanghai')::date GROUP BY 1
), praised AS (
    SELECT w.organization_id, count(*) AS n FROM organizations_commended w
    JOIN organizations_commendation c ON c.id = w.commendation_id
    WHERE w.struck = '' AND c.state = 'published' AND c.year >= %(awards_from)s GROUP BY 1
), orgs AS (
    SELECT o.*, p.population, t.path AS street, d.path AS district, coalesce(h.n, 0) AS held,
        greatest(h.most, s.n, 0) AS served, coalesce(w.n, 0) AS awards,
        CASE WHEN o.grade_until >= %(day)s THEN left(o.grade, 1)::int
             WHEN o.legal_status <> 'registered' AND o.stars_until >= %(day)s THEN o.stars ELSE 0 END AS points,
        (o.purpose <> '' AND o.address <> '' AND o.leader_name <> '' AND o.member_count IS NOT NULL)::int
        + (o.party_cover <> 'none')::int * 2 + coalesce(h.accounts, false)::int * 4
        + coalesce(h.meetings, false)::int * 8 + coalesce(h.disclosure, false)::int * 16
        + coalesce(y.report, i.report, false)::int * 32 + (h.n IS NOT NULL AND l.organization_id IS NULL)::int * 64
        + (o.credit_status = 'normal' AND NOT coalesce(i.penalty, false))::int * 128 AS passed
    FROM organizations_organization o JOIN areas_area p ON p.id = o.area_id JOIN areas_area t ON t.id = p.parent_id
    JOIN areas_area d ON d.id = t.parent_id
    LEFT JOIN held h ON h.organization_id = o.id LEFT JOIN late l ON l.organization_id = o.id
    LEFT JOIN signed s ON s.organization_id = o.id LEFT JOIN told i ON i.organization_id = o.id
    LEFT JOIN praised w ON w.organization_id = o.id LEFT JOIN reported y ON y.organization_id = o.id
    WHERE o.legal_status IN ('filed', 'registering', 'registered')
), middle AS (
    SELECT kind, greatest(1, percentile_cont(0.5) WITHIN GROUP (ORDER BY held)) AS m FROM orgs GROUP BY kind
), parts AS (
    SELECT orgs.*, greatest(200, coalesce(population, 0) * 5 / 100) AS target,
        least(10000, floor(10000 * held / m + 0.5))::int AS active,
        floor(10000 * bit_count(passed::bit(8)) / 8.0 + 0.5)::int AS orderly,
        floor(10000 * (points / 5.0 + least(awards, 2) / 2.0) / 2 + 0.5)::int AS influence
    FROM orgs JOIN middle USING (kind)
)
INSERT INTO bench_standing (organization_id, ranked, kind, scope, street, district, held, served, target, passed,
    grade, awards, active, orderly, coverage, influence, total)
SELECT id, true, kind, scope, street, district, held, served, target, passed, points, awards, active, orderly, c,
    influence, 35 * active + 25 * orderly + 20 * c + 20 * influence
FROM parts, LATERAL (SELECT least(10000, floor(10000.0 * served / target + 0.5))::int AS c) AS covered
"""


def run() -> list[Result]:
    """Few, then many, in the same tables."""
    load_published()
    district, communities = _areas()
    results = []
    templates = _templates(communities[0])
    for size in (FEW, MANY):
        _grow(size, templates, communities)
        rank_district(district.path)
        _vacuum()
        results.append(_live(size, district))
    return [*results, *_full(district)]


def _areas() -> tuple[Area, list[Area]]:
    district = Area.objects.create(name="上虞区", level="district", code="330604")
    streets = [
        Area.objects.create(name=f"第{n}街道", level="street", parent=district, code=f"330604{n:03d}")
        for n in range(1, STREETS + 1)
    ]
    return district, [
        Area.objects.create(
            name=f"第{n}社区", level="community", parent=streets[n % STREETS], population=1000 + 7 * n,
            code=f"{streets[n % STREETS].code}{n // STREETS + 1:03d}",
        )
        for n in range(COMMUNITIES)
    ]  # fmt: skip


def _templates(community: Area) -> tuple[Organization, Activity]:
    organization = Organization.objects.create(
        name="互助社", kind="service", area=community, number="BA-0", purpose="互助", address="活动室",
        leader_name="陈梅", member_count=20, filed_on=dt.date(2020, 1, 1),
    )  # fmt: skip
    start = clock.now() - dt.timedelta(days=30)
    activity = Activity.objects.create(
        organization=organization, state="verified", name="活动", kind="service", starts_at=start,
        ends_at=start + dt.timedelta(hours=2), place="活动室", expected=30, person_times=90, persons=30,
        hours=Decimal(4), summary_text="办了。", checked_in=1, confirmed_by=None,
    )  # fmt: skip
    return organization, activity


def _columns(model: type[models.Model]) -> list[str]:
    return [field.column for field in model._meta.local_fields if not field.generated and not field.primary_key]


def _grow(size: int, templates: tuple[Organization, Activity], communities: list[Area]) -> None:
    """Copies of one organization and of one activity, each a little different: no two kinds held equally much."""
    organization, activity = templates
    paths = [area.path for area in communities]
    own = {
        "uid": "'b' || n", "number": "'BA-' || n", "name": "'互助社' || n", "scope": "a.path", "area_id": "a.id",
        "kind": "(ARRAY['service', 'autonomy', 'culture', 'safety', 'other'])[1 + n % 5]",
        "party_cover": "(ARRAY['none', 'own', 'joint'])[1 + n % 3]",
        "stars": "CASE WHEN n % 4 = 0 THEN 1 + n % 5 END",
        "stars_until": "CASE WHEN n % 4 = 0 THEN current_date + (n % 900)::integer - 100 END",
    }  # fmt: skip
    held = {
        "uid": "'c' || n || '-' || k", "organization_id": "o.id", "scope": "o.scope",
        "kind": "(ARRAY['talk', 'service', 'class'])[1 + (n * 7 + k) % 3]", "persons": "1 + (n * 31 + k * 17) % 400",
        "person_times": "500", "spent": "CASE WHEN (n + k) % 5 > 0 THEN 0 END", "open_to_all": "(n + k) % 2 = 0",
        "state": "CASE WHEN (n + k) % 9 = 0 THEN 'held' ELSE 'verified' END",
        "starts_at": "t.starts_at - ((n * 13 + k * 97) % 500) * interval '1 day'",
        "ends_at": "t.starts_at - ((n * 13 + k * 97) % 500) * interval '1 day' + interval '2 hours'",
    }  # fmt: skip
    there = Organization.objects.count()
    with connection.cursor() as cursor:
        for table in FILLED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        if size == MANY:
            for index in _indexes(cursor):
                cursor.execute(f"DROP INDEX {index}")
        for begin in range(there, size, SLICE):
            end = min(begin + SLICE, size)
            columns = _columns(Organization)
            values = ", ".join(own.get(name, f"t.{name}") for name in columns).replace("%", "%%")
            cursor.execute(
                f"INSERT INTO organizations_organization ({', '.join(columns)}) SELECT {values}"
                " FROM generate_series(%s, %s) AS n, organizations_organization t,"
                " LATERAL (SELECT id, path FROM areas_area WHERE path = (%s::text[])[1 + n %% %s]) AS a"
                " WHERE t.id = %s",
                [begin, end - 1, paths, len(paths), organization.pk],
            )
            columns = _columns(Activity)
            values = ", ".join(held.get(name, f"t.{name}") for name in columns).replace("%", "%%")
            cursor.execute(
                f"INSERT INTO organizations_activity ({', '.join(columns)}) SELECT {values}"
                " FROM (SELECT id, scope, substr(number, 4)::bigint AS n FROM organizations_organization"
                "  WHERE id > (SELECT coalesce(max(organization_id), 0) FROM organizations_activity)) AS o,"
                " generate_series(1, %s) AS k, organizations_activity t WHERE t.id = %s AND k <= n %% (%s + 1)",
                [2 * HELD, activity.pk, 2 * HELD],
            )
        for table in FILLED:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("ANALYZE")


def _indexes(cursor: Any) -> list[str]:
    """Those of finding and listing, which have no part in this and take most of the time."""
    cursor.execute(
        "SELECT quote_ident(indexname) FROM pg_indexes WHERE tablename = 'organizations_organization'"
        " AND indexdef NOT LIKE '%UNIQUE%' UNION ALL"
        " SELECT quote_ident(indexname) FROM pg_indexes WHERE tablename = 'organizations_activity'"
        " AND indexdef NOT LIKE '%UNIQUE%' AND indexname <> 'organizations_activity_of'"
    )
    return [name for (name,) in cursor.fetchall()]


def _vacuum() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE organizations_standing, organizations_organization, organizations_activity")


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _live(size: int, district: Area) -> Result:
    """One record changes, and the place is read: the slower half of many is not hidden, the note has the worst."""
    picked = list(Activity.objects.filter(state="verified").order_by("pk").values_list("pk", "organization_id"))
    picked = picked[:: max(1, len(picked) // ROUNDS)][:ROUNDS]
    taken = []
    for n, (pk, organization) in enumerate(picked):

        def change(n: int = n, pk: int = pk, organization: int = organization) -> None:
            Activity.objects.filter(pk=pk).update(persons=2 + n, spent=None, kind="talk")
            row = Standing.objects.get(pk=organization)
            place_in(standings_in(district, row.kind), row.total)

        taken.append(_timed(change))

    def number_all() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT max(place) FROM (SELECT rank() OVER (PARTITION BY kind ORDER BY total DESC) AS place"
                " FROM organizations_standing WHERE ranked) AS numbered"
            )

    allowed = ALLOWED.get(size, ALLOWED[MANY])
    numbered = _timed(number_all)
    note = f"worst {max(taken) * 1000:.1f} ms; numbering everybody takes {numbered * 1000:.0f} ms"
    return Result(
        f"ranking: one record among {size:,}", f"{allowed * 1000:.0f} ms", median(taken), allowed, 1.0, note
    )


def _full(district: Area) -> list[Result]:
    """Everybody anew: into an empty table as by hand, when nothing changed, and when every total changes."""
    user = User.system()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_standing (LIKE organizations_standing INCLUDING ALL)")
        given = ruler_values(district.path)
        by_hand = _timed(lambda: cursor.execute(BY_HAND, given))
        cursor.execute("DELETE FROM organizations_standing")
    _vacuum()
    empty = _timed(lambda: rank_district(district.path))
    with connection.cursor() as cursor:
        same = "SELECT count(*) FROM (TABLE {} EXCEPT TABLE {}) AS differing"
        for pair in (("bench_standing", "organizations_standing"), ("organizations_standing", "bench_standing")):
            cursor.execute(same.format(*pair))
            assert cursor.fetchone() == (0,), "both give the same table"
    _vacuum()
    night = _timed(lambda: rank_district(district.path))
    assert remeasure(district.path) == 0
    ParameterValue.objects.create(
        key="ranking.weight_active", scope=district.path, value=55, valid_from="2020-01-01", set_by=user
    )
    _vacuum()
    changed = _timed(lambda: rank_district(district.path))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_standing")
    named = "the statement by hand"
    rows = f"{MANY:,} organizations"
    return [
        Result(f"ranking: all of {rows}, none there", named, empty, by_hand, 3.0),
        Result(f"ranking: all of {rows}, nothing changed", named, night, by_hand, 3.0),
        Result(f"ranking: all of {rows}, every total changes", named, changed, by_hand, 3.0),
    ]
