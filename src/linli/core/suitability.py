"""Is this PostgreSQL one that Linli can be run on? Asked by `linli check`, answered for the operator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import connection

from linli.core.postgres import LEAST_MAJOR

CLOCKS_MAY_DIFFER = dt.timedelta(seconds=2)
LEAST_CONNECTIONS = 30  # two web processes of four threads, two workers, a backup, and room to restart them beside
SAFE_COLLATIONS = ("C", "POSIX", "C.UTF-8", "C.utf8", "ucs_basic")


class Verdict(StrEnum):
    """How a finding is marked."""

    GOOD = "✓"
    WARNING = "!"
    WRONG = "✗"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what it is, how it is, and for anything but GOOD what to do."""

    label: str
    verdict: Verdict
    text: str


def findings() -> list[Finding]:
    """Everything looked at, in one short transaction; DatabaseError when the server does not answer."""
    with connection.cursor() as cursor:
        cursor.execute(FACTS)
        assert cursor.description is not None
        facts = dict(zip([column.name for column in cursor.description], cursor.fetchone() or (), strict=True))
    facts["here"] = dt.datetime.now(dt.UTC)
    return [*_server(facts), *_database(facts), *_settings(facts)]


FACTS = """
    SELECT current_setting('server_version_num')::int AS version,
           current_setting('server_version') AS version_text,
           pg_encoding_to_char(encoding) AS encoding,
           CASE WHEN to_jsonb(d) ->> 'datlocprovider' = 'c' THEN datcollate
                ELSE coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale', datcollate)
           END AS collation,
           pg_is_in_recovery() AS standby,
           has_database_privilege(current_database(), 'CREATE') AS may_create,
           has_database_privilege(current_database(), 'TEMP') AS may_make_temporary,
           has_schema_privilege(current_schema(), 'CREATE') AS may_make_tables,
           (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser,
           clock_timestamp() AS there,
           current_setting('max_connections')::int AS most,
           current_setting('superuser_reserved_connections')::int AS reserved,
           (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user) AS role_limit,
           datconnlimit AS database_limit,
           current_setting('fsync') AS fsync,
           current_setting('full_page_writes') AS full_page_writes,
           current_setting('synchronous_commit') AS synchronous_commit,
           current_setting('default_transaction_isolation') AS isolation,
           current_setting('default_transaction_read_only') AS read_only,
           current_setting('log_statement') AS log_statement,
           current_setting('log_min_error_statement') AS log_error_statement,
           current_setting('log_min_duration_statement') AS log_duration,
           current_setting('log_error_verbosity') AS log_verbosity
    FROM pg_database d WHERE datname = current_database()
"""


def _server(facts: dict[str, Any]) -> Iterator[Finding]:
    major = facts["version"] // 10000
    if major < LEAST_MAJOR:
        yield Finding("版本", Verdict.WRONG, f"PostgreSQL {facts['version_text']} 太旧，至少要 {LEAST_MAJOR}。")
    else:
        yield Finding("版本", Verdict.GOOD, f"PostgreSQL {facts['version_text']}")
    if facts["standby"] or facts["read_only"] == "on":
        yield Finding("可写", Verdict.WRONG, "这台服务器只能读（是只读副本）。DATABASE_URL 要指向主库。")
    else:
        yield Finding("可写", Verdict.GOOD, "是主库")
    apart = abs(facts["here"] - facts["there"])
    if apart > CLOCKS_MAY_DIFFER:
        text = f"两台机器的时钟相差 {apart.total_seconds():.0f} 秒，期限会算错。请都用 NTP 对时。"
        yield Finding("时钟", Verdict.WRONG, text)
    else:
        yield Finding("时钟", Verdict.GOOD, f"相差 {apart.total_seconds():.1f} 秒；库里存 UTC，时区设置不影响")
    limits = [facts["most"] - facts["reserved"], facts["role_limit"], facts["database_limit"]]
    most = min(limit for limit in limits if limit >= 0)
    enough = most >= LEAST_CONNECTIONS
    advice = "" if enough else f"太少，至少要 {LEAST_CONNECTIONS}：每个网页进程用 4 个，每个后台任务进程用 4 个"
    text = f"最多 {most} 个" + (f"，{advice}。" if advice else "")
    yield Finding("连接", Verdict.GOOD if enough else Verdict.WARNING, text)


def _database(facts: dict[str, Any]) -> Iterator[Finding]:
    if facts["encoding"] == "UTF8":
        yield Finding("编码", Verdict.GOOD, "UTF8")
    else:
        text = (
            f"是 {facts['encoding']}，存不下所有汉字。请用 createdb --encoding UTF8 --template template0 另建一个库。"
        )
        yield Finding("编码", Verdict.WRONG, text)
    if facts["collation"] in SAFE_COLLATIONS:
        yield Finding("排序", Verdict.GOOD, facts["collation"])
    else:
        text = (
            f"是 {facts['collation']}：操作系统升级可能改变次序，使索引失效。"
            "请用 createdb --locale C.UTF-8 --template template0 建库；已在用的，系统升级后要 REINDEX DATABASE。"
        )
        yield Finding("排序", Verdict.WARNING, text)
    lacking = [
        word
        for word, held in (
            ("建表", facts["may_make_tables"]),
            ("建模式", facts["may_create"]),
            ("建临时表", facts["may_make_temporary"]),
        )
        if not held
    ]
    if lacking:
        text = f"这个账号不能{'、'.join(lacking)}。请让它做库的所有者：ALTER DATABASE … OWNER TO …。"
        yield Finding("权限", Verdict.WRONG, text)
    elif facts["superuser"]:
        yield Finding("权限", Verdict.WARNING, "这个账号是超级用户，权限过大。请换一个只拥有这个库的账号。")
    else:
        yield Finding("权限", Verdict.GOOD, "拥有这个库，不是超级用户")


def _settings(facts: dict[str, Any]) -> Iterator[Finding]:
    risky = [name for name in ("fsync", "full_page_writes") if facts[name] != "on"]
    if risky:
        text = f"{'、'.join(risky)} 是关的，断电会丢数据。请打开。"
        yield Finding("落盘", Verdict.WRONG, text)
    elif facts["synchronous_commit"] == "off":
        text = "synchronous_commit 是关的，断电会丢最后几秒已确认的办理。请打开。"
        yield Finding("落盘", Verdict.WARNING, text)
    else:
        yield Finding("落盘", Verdict.GOOD, "提交即落盘")
    if facts["isolation"] != "read committed":
        text = f"默认隔离级别是 {facts['isolation']}。请改回 read committed，并发办理靠行锁。"
        yield Finding("隔离", Verdict.WRONG, text)
    talks = [
        facts["log_statement"] in ("mod", "all"),
        facts["log_error_statement"] not in ("log", "fatal", "panic"),
        facts["log_duration"] != "-1",
        facts["log_verbosity"] != "terse",
    ]
    if any(talks):
        text = (
            "数据库日志会写下语句或出错的值，里面可能有姓名。请设 log_statement=ddl、log_min_error_statement=panic、"
            "log_min_duration_statement=-1、log_error_verbosity=terse（ALTER ROLE … SET …，由数据库管理员做）。"
        )
        yield Finding("日志", Verdict.WARNING, text)
    else:
        yield Finding("日志", Verdict.GOOD, "不写语句和出错的值")
