"""The ruler of the four dimensions, set anew every night; the standings follow from it and from the records.

Between two nights the database keeps each standing itself (migrations/0016_ranking.py), by the ruler of the day:
nobody's score moves because somebody else did something. docs/algorithms/ranking.md explains it with an example.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, transaction

from linli.areas.choices import Level
from linli.areas.models import Area
from linli.core import clock
from linli.core.parameters import REGISTRY, values_of
from linli.core.workdays import add_workdays
from linli.organizations.choices.ranking import RANKED, RANKING, WEIGHTS, Dimension, Item
from linli.organizations.queries.activities import moment
from linli.organizations.queries.dormant import months_ago

# A row for each kind the district has organizations of. The one in the middle of its kind is the measure, those
# without any activity among them; where that is none, one.
SET = """
INSERT INTO organizations_ruler (district, kind, day, since, summed_by, awards_from, awards_most, median_doubled,
    organizations, target_share, target_least, items, weight_active, weight_orderly, weight_coverage,
    weight_influence)
SELECT %(district)s, held.kind, %(day)s, %(since)s, %(summed_by)s, %(awards_from)s, %(awards_most)s,
    greatest(2, (2 * percentile_cont(0.5) WITHIN GROUP (ORDER BY held.n))::integer), count(*), %(target_share)s,
    %(target_least)s, %(items)s, %(active)s, %(orderly)s, %(coverage)s, %(influence)s
FROM (
    SELECT o.kind, coalesce(a.n, 0) AS n FROM organizations_organization o
    LEFT JOIN (
        SELECT organization_id, count(*) AS n FROM organizations_activity
        WHERE state = 'verified' AND starts_at >= %(since)s GROUP BY organization_id
    ) a ON a.organization_id = o.id
    WHERE o.legal_status = ANY(%(ranked)s) AND starts_with(o.scope, %(district)s) AND o.kind <> ''
) held GROUP BY held.kind
"""
ALL_ITEMS = sum(Item)


def rank_all() -> int:
    """Every district by a new ruler; how many standings changed. A second run on the same day changes none."""
    return sum(
        rank_district(path) for path in Area.objects.filter(level=Level.DISTRICT).values_list("path", flat=True)
    )


@transaction.atomic
def rank_district(path: str) -> int:
    """A new ruler for a district, and every standing by it, in one statement each; returns how many changed."""
    given = ruler_values(path)
    with connection.cursor() as cursor:
        # Whoever measures a single organization waits, and then measures it by the new ruler.
        cursor.execute("LOCK TABLE organizations_standing IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("DELETE FROM organizations_ruler WHERE district = %s", [path])
        cursor.execute(SET, given | {"district": path})
        return remeasure(path)


def remeasure(path: str = "") -> int:
    """Every standing below a path from the records, by the rulers as they are; how many were wrong: none, ever."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organizations_standings_below(%s)", [path])
        return int(cursor.fetchone()[0])


def _summed_by(today: dt.date, workdays: int) -> dt.date:
    """The first day whose activities still have time for their summary."""
    day = today
    while add_workdays(day - dt.timedelta(days=1), workdays) >= today:
        day -= dt.timedelta(days=1)
    return day


def ruler_values(path: str) -> dict[str, Any]:
    """What a district is measured by today, from its parameters."""
    values = values_of(RANKING, path)
    today = clock.today()
    weights = {each.value: int(values[key]) for each, key in WEIGHTS.items()}
    if not any(weights.values()):
        weights = {each.value: int(REGISTRY[WEIGHTS[each]].standard) for each in Dimension}
    items = sum(int(one) for one in str(values["ranking.items"]).split(",") if one)
    return {
        "day": today,
        "since": moment(months_ago(int(values["ranking.months"]))),
        "summed_by": moment(_summed_by(today, int(values["activity.summary_days"]))),
        "awards_from": today.year - int(values["ranking.awards_years"]) + 1,
        "awards_most": int(values["ranking.awards_most"]),
        "target_share": int(values["ranking.target_share"]),
        "target_least": int(values["ranking.target_least"]),
        "items": items or ALL_ITEMS,
        "ranked": [status.value for status in RANKED],
        **weights,
    }
