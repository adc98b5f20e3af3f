"""Making this installation's backup, and telling the administrators when there has been none for too long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from linli.core import clock
from linli.core.access.holders import holders_of
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.backup import making
from linli.core.backup.archive import BackupError
from linli.core.backup.choices import Outcome
from linli.core.backup.making import Made, Plan, Say
from linli.core.backup.models import Backup
from linli.core.backup.queries import last_good
from linli.core.backup.storage import Files
from linli.core.notices import notify
from linli.core.parameters import Parameter, declare, value_of
from linli.core.privacy.cipher import key_mark

MOST_HOURS = "backup.most_hours"
ADMINISTRATOR = "sysadmin"
declare(
    Parameter(
        MOST_HOURS,
        int,
        36,
        "小时",
        "最近一次成功备份最多隔多久",
        "本系统所定",
        least=1,
        most=24 * 31,
        kept_by="technical",
    ),
)
WARNED = "core.backup_overdue"


def conninfo() -> str:
    """Where Django's database is, as libpq writes it; another database than DATABASE_URL's in tests."""
    params = connection.get_connection_params()
    known: dict[str, Any] = {
        key: value for key, value in params.items() if isinstance(value, str | int) and key not in NOT_LIBPQ
    }
    return make_conninfo(**known)


NOT_LIBPQ = ("prepare_threshold", "autocommit")


def key_marks_in_use() -> dict[str, Any]:
    """Which keys the data need, without giving them away."""
    return {
        "field": [key_mark(key) for key in settings.LINLI_FIELD_KEYS],
        "hash": key_mark(settings.LINLI_HASH_KEY),
    }


def plan_of(folder: Path, recipients: Sequence[Any], *, files: bool = True, keys: bool = True) -> Plan:
    """What a backup of this installation is made of."""
    return Plan(
        conninfo=conninfo(),
        folder=folder,
        recipients=recipients,
        version=version("linli"),
        kind="demo" if settings.DEMO else "real",
        source=Files() if files else None,
        secrets=settings.LINLI_SECRETS if keys else {},
        marks=key_marks_in_use(),
    )


def make_backup(plan: Plan, *, actor: User, say: Say = lambda said: None) -> Made:
    """Make it and remember how it went. BackupError with a sentence when it did not succeed."""
    try:
        made = making.make(plan, say)
    except (BackupError, OSError, BotoCoreError, ClientError) as error:
        text = str(error) if isinstance(error, BackupError) else why(error)
        remember(Outcome.FAILED, actor, reason=text[:300])
        raise BackupError(text) from error
    remember(
        Outcome.GOOD,
        actor,
        name=made.path.name,
        size=made.size,
        rows=sum(table["rows"] for table in made.manifest["tables"].values()),
        files=made.files,
        missing=len(made.missing),
        last_event=made.manifest["audit"]["last_event"],
    )
    return made


def why(error: Exception) -> str:
    """A failing disk or store in a sentence."""
    if isinstance(error, OSError):
        if error.errno == 28:
            return "放备份的磁盘满了。请清出空间或换一个文件夹，已有的备份没有动。"
        return f"备份写不出来：{error.strerror or type(error).__name__}。"
    return "文件库连不上，备份没有做完。请检查 LINLI_S3_… 的设置和网络。"


@transaction.atomic
def remember(outcome: Outcome, actor: User, **facts: Any) -> Backup:
    """Keep what became of a try."""
    row = Backup.objects.create(outcome=outcome, **facts)
    record(actor, "core.backup", row, outcome=outcome.value, file=row.name, size=row.size)
    return row


@transaction.atomic
def warn_when_overdue(*, actor: User) -> int:
    """Tell every system administrator, once a day, that the last good backup is too old; how many were told."""
    most = dt.timedelta(hours=value_of(MOST_HOURS))
    found = last_good()
    if found is not None and clock.now() - found.at <= most:
        return 0
    told = holders_of(ADMINISTRATOR, "")
    if not told or _warned_today():
        return 0
    since = f"最近一次成功备份是 {timezone.localtime(found.at):%m月%d日 %H:%M}" if found else "还没有成功备份过"
    event = record(actor, WARNED, None, last=found.at.isoformat() if found else "")
    for user in told:
        notify(
            user,
            kind="other.backup",
            title="备份已经过期，请今天处理",
            body=f"{since}，超过了 {most.total_seconds() / 3600:.0f} 小时。做法见 docs/deploy.md 的“备份”。",
            url="",
            event=event,
        )
    return len(told)


def _warned_today() -> bool:
    from linli.core.audit.models import Event

    return Event.objects.filter(name=WARNED, at__gt=clock.now() - dt.timedelta(hours=23)).exists()
