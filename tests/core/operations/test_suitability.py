"""What `linli check` says about a server."""

from __future__ import annotations

import os

import pytest
from django.db import connection

from linli.core.suitability import FACTS, Finding, Verdict, findings

SQL = "linli.core.suitability.FACTS"


def by_label() -> dict[str, Finding]:
    return {finding.label: finding for finding in findings()}


def verdicts() -> dict[str, str]:
    return {label: str(finding.verdict) for label, finding in by_label().items()}


def test_the_server_of_the_tests_is_good_but_for_what_they_leave_out(db: None) -> None:
    # Throw-away servers force nothing to the disk; how a server given by DATABASE_URL logs is its owner's matter.
    found = {label: verdict for label, verdict in verdicts().items() if label not in ("落盘", "日志")}

    assert found == dict.fromkeys(("版本", "可写", "时钟", "连接", "编码", "排序", "权限"), "✓"), findings()


def test_a_server_that_forces_nothing_to_the_disk_is_refused(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        SQL, FACTS.replace("current_setting('fsync')", "'off'").replace("current_setting('full_page_writes')", "'on'")
    )

    assert by_label()["落盘"].text == "fsync 是关的，断电会丢数据。请打开。"


def test_the_version_it_runs_on(db: None) -> None:
    wanted = os.environ.get("LINLI_TEST_SERVER")
    said = by_label()["版本"].text

    assert said.startswith(f"PostgreSQL {wanted or connection.pg_version // 10000}")


@pytest.mark.parametrize(
    ("setting", "value", "label", "verdict"),
    [
        ("default_transaction_isolation", "serializable", "隔离", "✗"),
        ("default_transaction_read_only", "on", "可写", "✗"),
    ],
)
def test_a_setting_that_will_not_do_is_named(db: None, setting: str, value: str, label: str, verdict: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL {setting} = '{value}'")

    assert verdicts()[label] == verdict


def test_rights_that_are_lacking_are_named(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        me = cursor.fetchone()[0]
        cursor.execute("CREATE SCHEMA elsewhere")
        cursor.execute(f'REVOKE CREATE ON SCHEMA elsewhere FROM "{me}"')
        cursor.execute("SET LOCAL search_path TO elsewhere")
        found = by_label()["权限"]

    assert (found.verdict, found.text) == (
        Verdict.WRONG,
        "这个账号不能建表。请让它做库的所有者：ALTER DATABASE … OWNER TO …。",
    )


def test_a_clock_that_is_off_is_named(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SQL, FACTS.replace("clock_timestamp()", "clock_timestamp() - interval '90 seconds'"))

    assert by_label()["时钟"].text == "两台机器的时钟相差 90 秒，期限会算错。请都用 NTP 对时。"
