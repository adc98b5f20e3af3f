"""Taking in a list of divisions: of one district or of the whole country.

The rows are copied into a staging table and judged there set by set, level by level, so that 665,000 rows need no
more memory than ten. One transaction: all good rows go in, or none. Nothing is ever deleted or ended by a list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from linli.areas.choices import CODE_KINDS, PARENTS, TOP_DOWN, UPPER_LEVELS, CodeKind, Level
from linli.areas.gazetteer import Source
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.audit.marks import digest_sql, keeping_marks, mark_digests
from linli.core.codes.division_code import DIGITS
from linli.core.errors import NotAllowed

from .tree import lock_tree

NAMED_VANISHED = 20


@dataclass(frozen=True)
class Rejection:
    """A row that was not taken: where it stands, what it says, which field is wrong and why."""

    file: str
    line: int
    code: str
    name: str
    level: str
    parent_code: str
    field: str
    reason: str


@dataclass
class Report:
    """What an import did. `vanished` areas are in the tree but not in the list; they are left as they are."""

    read: int = 0
    added: int = 0
    renamed: int = 0
    unchanged: int = 0
    rejected: int = 0
    vanished: int = 0
    vanished_names: list[str] = field(default_factory=list)


@transaction.atomic
def import_divisions(
    sources: Sequence[Source],
    *,
    actor: User,
    rejected: Callable[[Rejection], None] = lambda rejection: None,
    say: Callable[[str], None] = lambda line: None,
) -> Report:
    """Add what is new, rename what has a new name, hand each bad row to `rejected`; a second run changes nothing."""
    if not actor.has_perm("areas.import_divisions", None):
        raise NotAllowed("areas.not_allowed", "导入区划由系统管理员在服务器上用 linli areas import 办理。")
    lock_tree()
    report = Report()
    _open_stage()
    report.read = _fill_stage(sources, say)
    _shorten_codes()
    _reject_by_form()
    _reject_twins()
    for level in TOP_DOWN:
        _take_level(level, report, actor=actor, say=say)
    _hand_over_rejections([source.path.name for source in sources], report, rejected)
    _run("DROP TABLE division_row, division_reject")
    # The end of the transaction would check the parents of the new rows; here a fault still names this import.
    _run("SET CONSTRAINTS ALL IMMEDIATE")
    _run("SET CONSTRAINTS ALL DEFERRED")
    counts = {name: getattr(report, name) for name in ("read", "added", "renamed", "rejected", "vanished")}
    record(actor, "areas.import_divisions", None, files=[source.path.name for source in sources], **counts)
    return report


def _run(sql: str, parameters: dict[str, Any] | None = None) -> int:
    """Run one statement; returns the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return max(int(cursor.rowcount), 0)


def _rows(sql: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def _open_stage() -> None:
    """Temporary tables: never logged, gone with the transaction."""
    _run("SET LOCAL work_mem = '96MB'")
    _run(
        """CREATE TEMP TABLE division_row (
               file smallint, line integer, code text, name text, level text, parent_code text
           ) ON COMMIT DROP"""
    )
    _run(
        """CREATE TEMP TABLE division_reject (
               file smallint, line integer, field text, reason text, PRIMARY KEY (file, line)
           ) ON COMMIT DROP"""
    )


def _fill_stage(sources: Sequence[Source], say: Callable[[str], None]) -> int:
    count = 0
    with connection.cursor() as cursor:
        for number, source in enumerate(sources):
            before = count
            with cursor.copy("COPY division_row FROM STDIN") as copy:
                for line, code, name, level, parent_code in source.rows():
                    copy.write_row((number, line, code, name, level, parent_code))
                    count += 1
            say(f"读入 {source.path.name}：{count - before:,} 行")
    _run("ANALYZE division_row")
    return count


def _shorten_codes() -> None:
    """Bring codes filled up with zeros (440000) to the short form (44), and the parents that name them along."""
    digits = {"levels": list(DIGITS), "digits": list(DIGITS.values())}
    lengths = "unnest(%(levels)s::text[], %(digits)s::int[]) AS length(level, digits)"
    filled = "length(row.code) > length.digits AND substr(row.code, length.digits + 1) ~ '^0+$'"
    known = _rows(
        f"SELECT 1 FROM division_row row JOIN {lengths} ON row.level = length.level WHERE {filled} LIMIT 1",  # noqa: S608
        digits,
    )
    if not known:
        return
    _run(
        f"""UPDATE division_row child SET parent_code = left(row.code, length.digits)
            FROM division_row row JOIN {lengths} ON row.level = length.level
            WHERE child.parent_code = row.code AND child.code <> row.code AND {filled}""",  # noqa: S608
        digits,
    )
    _run(
        f"""UPDATE division_row row SET code = left(row.code, length.digits)
            FROM {lengths} WHERE row.level = length.level AND {filled}""",  # noqa: S608
        digits,
    )


def _reject_by_form() -> None:
    """What is wrong with a row whatever stands in the others."""
    _run(
        """
        INSERT INTO division_reject
        SELECT file, line, split_part(fault, '|', 1), split_part(fault, '|', 2)
        FROM (
            SELECT row.file, row.line, CASE
                WHEN known.level IS NULL THEN 'level|层级“' || left(row.level, 20) || '”不认识。可以写：' || %(words)s
                WHEN row.name = '' THEN 'name|名称是空的'
                WHEN length(row.name) > 60 THEN 'name|名称超过 60 个字'
                WHEN row.name ~ '[[:cntrl:]]' THEN 'name|名称里有换行或控制字符'
                WHEN row.code = '' AND known.required THEN 'code|缺少代码'
                WHEN row.code = '' THEN NULL
                WHEN length(row.code) > 18 THEN 'code|代码超过 18 位'
                WHEN known.digits IS NULL THEN NULL
                WHEN row.code !~ '^[1-8][0-9]+$' THEN 'code|代码只能是数字，第 1 位是 1 至 8'
                WHEN length(row.code) <> known.digits THEN 'code|这一层级的代码是 ' || known.digits
                    || ' 位，现在是 ' || length(row.code) || ' 位'
            END AS fault
            FROM division_row row
            LEFT JOIN unnest(
                %(levels)s::text[], %(digits)s::int[], %(required)s::bool[]
            ) AS known(level, digits, required) ON known.level = row.level
        ) judged
        WHERE fault IS NOT NULL
        """,
        {
            "words": "、".join(Level.values),
            "levels": [level.value for level in Level],
            "digits": [DIGITS.get(level) for level in Level],
            "required": [CODE_KINDS.get(level) == CodeKind.OFFICIAL for level in Level],
        },
    )


def _reject_twins() -> None:
    """The first of several rows with one code stands; without codes, of several with one name under one parent."""
    for key, where in (("code", "code <> ''"), ("parent_code, level, name", "code = ''")):
        _run(
            f"""
            INSERT INTO division_reject
            SELECT file, line, %(field)s, '与第 ' || first || ' 行重复'
            FROM (
                SELECT file, line, first_value(line) OVER same AS first, row_number() OVER same AS number
                FROM division_row
                WHERE {where} AND ({key}) IN (
                    SELECT {key} FROM division_row WHERE {where} GROUP BY {key} HAVING count(*) > 1
                )
                WINDOW same AS (PARTITION BY {key} ORDER BY file, line)
            ) twins
            WHERE number > 1
            ON CONFLICT DO NOTHING
            """,  # noqa: S608
            {"field": "code" if key == "code" else "name"},
        )


def _take_level(level: Level, report: Report, *, actor: User, say: Callable[[str], None]) -> None:
    """Judge the rows of one level against the tree as it is by now, then write them."""
    if not _rows("SELECT 1 FROM division_row WHERE level = %(level)s LIMIT 1", {"level": level}):
        return
    _match(level)
    faulty = _run(
        "INSERT INTO division_reject SELECT file, line, field, reason FROM division_fate WHERE reason <> ''"
    )
    vanished = _note_vanished(level, report)
    renamed = _rename(level, actor)
    added = _add(level)
    unchanged = _rows("SELECT count(*) FROM division_fate WHERE reason = '' AND area_id IS NOT NULL")[0][0] - renamed
    _run("DROP TABLE division_fate")
    report.added += added
    report.renamed += renamed
    report.unchanged += unchanged
    # The next level is joined to this one: without fresh statistics the planner would still think it empty.
    if added:
        _run("ANALYZE areas_area")
    say(
        f"{level.label}：新增 {added:,}，改名 {renamed:,}，不变 {unchanged:,}"
        + (f"，上级或代码有误 {faulty:,}" if faulty else "")
        + (f"，清单里没有的 {vanished:,}" if vanished else "")
    )


def _match(level: Level) -> None:
    """One row of `division_fate` for each row of the level: its parent, the area it is already, or what is wrong."""
    _run(
        """
        CREATE TEMP TABLE division_fate ON COMMIT DROP AS
        SELECT row.file, row.line, row.code, row.name, parent.id AS parent_id, parent.path AS parent_path,
               area.id AS area_id, area.name AS old_name,
               CASE WHEN area.id IS NOT NULL AND (area.valid_to IS NOT NULL OR area.level <> row.level)
                    THEN 'code' ELSE 'parent_code' END AS field,
               CASE
                   WHEN row.parent_code = '' AND NOT %(may_be_root)s THEN '缺少上级代码'
                   WHEN row.parent_code = '' AND EXISTS (
                       SELECT FROM areas_area above WHERE above.code = left(row.code, 2) AND %(level)s <> 'province'
                   ) THEN '缺少上级代码，至少可以填 ' || left(row.code, 2)
                   WHEN row.parent_code <> '' AND parent.id IS NULL
                       THEN '上级 ' || left(row.parent_code, 20) || ' 不在清单和库里，或它自己那一行有误'
                   WHEN parent.valid_to IS NOT NULL THEN '上级“' || parent.name || '”已经停用'
                   WHEN parent.id IS NOT NULL AND parent.level <> ALL(%(parents)s)
                       THEN '上级“' || parent.name || '”的层级不对，不能直接放这一级'
                   WHEN area.valid_to IS NOT NULL
                       THEN '代码曾属于“' || area.name || '”，' || area.valid_to || ' 停用，停用的代码不再使用'
                   WHEN area.level <> row.level THEN '代码现在属于“' || area.name || '”，层级不同'
                   WHEN area.id IS NOT NULL AND area.parent_id IS DISTINCT FROM parent.id
                       THEN '代码现在属于“' || area.name || '”，上级不同；改隶属要用新代码'
                   ELSE ''
               END AS reason
        FROM division_row row
        LEFT JOIN areas_area parent ON parent.code = row.parent_code
        LEFT JOIN areas_area area ON area.code = row.code
        WHERE row.level = %(level)s AND row.code <> ''
          AND NOT EXISTS (SELECT FROM division_reject bad WHERE bad.file = row.file AND bad.line = row.line)
        """,
        _fate_parameters(level),
    )
    # Rows without a code are known by their name under their parent (codes of communities are no longer public).
    _run(
        """
        INSERT INTO division_fate
        SELECT row.file, row.line, NULL, row.name, parent.id, parent.path, area.id, area.name, 'parent_code',
               CASE
                   WHEN row.parent_code = '' THEN '缺少上级代码'
                   WHEN parent.id IS NULL
                       THEN '上级 ' || left(row.parent_code, 20) || ' 不在清单和库里，或它自己那一行有误'
                   WHEN parent.valid_to IS NOT NULL THEN '上级“' || parent.name || '”已经停用'
                   WHEN parent.id IS NOT NULL AND parent.level <> ALL(%(parents)s)
                       THEN '上级“' || parent.name || '”的层级不对，不能直接放这一级'
                   ELSE ''
               END
        FROM division_row row
        LEFT JOIN areas_area parent ON parent.code = row.parent_code
        LEFT JOIN LATERAL (
            SELECT known.id, known.name FROM areas_area known
            WHERE known.parent_id = parent.id AND known.level = row.level AND known.name = row.name
              AND known.valid_to IS NULL
            ORDER BY known.id LIMIT 1
        ) area ON true
        WHERE row.level = %(level)s AND row.code = ''
          AND NOT EXISTS (SELECT FROM division_reject bad WHERE bad.file = row.file AND bad.line = row.line)
        """,
        _fate_parameters(level),
    )


def _fate_parameters(level: Level) -> dict[str, Any]:
    return {
        "level": level.value,
        "may_be_root": level in UPPER_LEVELS,
        "parents": [parent.value for parent in PARENTS[level]],
    }


def _note_vanished(level: Level, report: Report) -> int:
    """Count areas of this level that hang under a parent whose children the list gives, and are not among them."""
    missing = """
        FROM areas_area area
        WHERE area.level = %(level)s AND area.valid_to IS NULL
          AND area.parent_id IN (SELECT parent_id FROM division_fate WHERE reason = '')
          AND NOT EXISTS (SELECT FROM division_fate fate WHERE fate.area_id = area.id)
    """
    count: int = _rows(f"SELECT count(*) {missing}", {"level": level})[0][0]
    room = NAMED_VANISHED - len(report.vanished_names)
    if count and room > 0:
        named = _rows(
            f"SELECT area.name || coalesce('（' || area.code || '）', '') {missing}"
            " ORDER BY area.code, area.id LIMIT %(room)s",
            {"level": level, "room": room},
        )
        report.vanished_names += [row[0] for row in named]
    report.vanished += count
    return count


def _rename(level: Level, actor: User) -> int:
    """Give areas their new names, each with its event."""
    changes = _rows(
        """SELECT area_id, old_name, name FROM division_fate
           WHERE reason = '' AND area_id IS NOT NULL AND old_name <> name"""
    )
    if not changes:
        return 0
    with keeping_marks(Area, [pk for pk, _before, _after in changes]):
        _run(
            """UPDATE areas_area SET name = fate.name, changed_at = %(now)s
               FROM division_fate fate
               WHERE fate.area_id = areas_area.id AND fate.reason = '' AND fate.old_name <> fate.name""",
            {"now": clock.now()},
        )
    for start in range(0, len(changes), 500):
        part = changes[start : start + 500]
        areas = Area.objects.in_bulk([pk for pk, _before, _after in part])
        for pk, before, after in part:
            record(actor, "areas.rename_area", areas[pk], before=before, after=after, reason="导入区划清单")
    return len(changes)


def _add(level: Level) -> int:
    """Write the new areas in the order of the list: sorted by code as lists are, every index grows at its end."""
    # Looked up once: as part of the statement it would be looked up for every row.
    sequence = _rows("SELECT pg_get_serial_sequence('areas_area', 'id')")[0][0]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO areas_area AS t (
                id, parent_id, path, level, name, code, code_kind, urban_class, urban_rural,
                datum, point_source, boundary_datum, boundary_source, changed_at
            )
            SELECT id, parent_id, coalesce(parent_path, '') || id || '/', %(level)s, name, code,
                   CASE WHEN code IS NULL THEN '' ELSE %(kind)s END, '', '', '', '', '', '', %(now)s
            FROM (
                SELECT nextval(%(sequence)s::regclass) AS id, fresh.*
                FROM (
                    SELECT parent_id, parent_path, name, code FROM division_fate
                    WHERE reason = '' AND area_id IS NULL
                    ORDER BY file, line
                ) fresh
            ) numbered
            RETURNING t.id, {digest_sql(Area)}
            """,  # noqa: S608 -- names of our own columns
            {
                "sequence": sequence,
                "level": level.value,
                "kind": CODE_KINDS.get(level, CodeKind.LOCAL).value,
                "now": clock.now(),
            },
        )
        added = cursor.fetchall()
    mark_digests(Area, added)
    return len(added)


def _hand_over_rejections(files: list[str], report: Report, rejected: Callable[[Rejection], None]) -> None:
    """Give out the bad rows in the order of the files."""
    # A cursor on the server: all rows of a wrong list may be bad.
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            """SELECT file, line, code, name, level, parent_code, field, reason
               FROM division_reject JOIN division_row USING (file, line) ORDER BY file, line"""
        )
        while batch := cursor.fetchmany(2000):
            for file, *values in batch:
                rejected(Rejection(files[file], *values))
                report.rejected += 1
