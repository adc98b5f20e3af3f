"""Is the replica there, is it one of ours, how far is it behind? Looked at every few seconds by each process."""

from __future__ import annotations

import threading
import time
from collections import deque

import structlog
from django.db import DatabaseError, InterfaceError, connections
from prometheus_client import Counter

from linli.core.monitoring.metrics import OWN
from linli.core.parameters import Parameter, declare, value_of

log = structlog.get_logger(__name__)
PRIMARY, REPLICA = "default", "replica"
CHECK_SECONDS = 3.0
REST_SECONDS = 10.0  # a replica that failed is left alone this long
MOST_LAG = "replica.most_lag"
declare(
    Parameter(
        MOST_LAG,
        int,
        10,
        "秒",
        "名册和统计最多可以旧多少（只读副本）",
        "本系统所定",
        least=1,
        most=600,
        kept_by="technical",
    ),
)
READS = Counter("linli_board_reads", "Boards read, by the server they were read from", ["server"], registry=OWN)
FALLS = Counter("linli_replica_falls", "Times the replica failed while it was read", registry=OWN)

# How far the log of the primary is (what is not yet on its disk included), by its clock; and which cluster it is.
HERE = """
    SELECT pg_current_wal_insert_lsn() - '0/0', clock_timestamp(), (SELECT system_identifier FROM pg_control_system())
"""
THERE = """
    SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() - '0/0',
           extract(epoch FROM %s::timestamptz - pg_last_xact_replay_timestamp()),
           (SELECT system_identifier FROM pg_control_system())
"""
UNKNOWN, AWAY = "还没有看过。", "只读副本没有应答，清单和统计改从主库读。"
NO_STANDBY = "LINLI_REPLICA_URL 指的不是只读副本（它不在恢复状态），没有用它。"
STRANGER = "LINLI_REPLICA_URL 指的是另一套数据库的副本，没有用它。"
BEHIND = "只读副本落后 {:.0f} 秒，超过 {} 秒，清单和统计改从主库读。"


def configured() -> bool:
    """Whether there is a replica at all."""
    return REPLICA in connections.settings


class Watch:
    """What this process knows of the replica."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Know nothing."""
        self.trouble = UNKNOWN
        self.lag: float | None = None
        self.most = 0
        self.due = 0.0
        self.seen: deque[tuple[float, int]] = deque(maxlen=64)

    def usable(self) -> bool:
        """Whether boards may be read from it; looks when it has not for a while, one thread at a time."""
        if time.monotonic() >= self.due and self.lock.acquire(blocking=False):
            try:
                self.look()
            finally:
                self.lock.release()
        return not self.trouble

    def look(self) -> None:
        """Ask both servers. An unanswering primary raises: it is not the replica's fault."""
        self.most = value_of(MOST_LAG)
        began = time.monotonic()
        with connections[PRIMARY].cursor() as cursor:
            cursor.execute(HERE)
            written, now, cluster = cursor.fetchone()
        try:
            with connections[REPLICA].cursor() as cursor:
                cursor.execute(THERE, [now])
                standby, replayed, since, its_cluster = cursor.fetchone()
        except (DatabaseError, InterfaceError) as error:
            self.fell(error)
            return
        self.due = time.monotonic() + CHECK_SECONDS
        if not standby or its_cluster != cluster:
            self.lag = None
            self.say(STRANGER if its_cluster != cluster else NO_STANDBY)
            return
        self.lag = self.behind(began, int(written), int(replayed), None if since is None else float(since))
        late = self.lag is None or self.lag > self.most
        self.say(BEHIND.format(self.lag if self.lag is not None else float("inf"), self.most) if late else "")

    def behind(self, at: float, written: int, replayed: int, since: float | None) -> float | None:
        """Seconds, never too few; None when nothing is known.

        What the primary had written when we looked is there, or was when we looked before; else the age of the last
        transaction that came over, which also grows while nobody writes.
        """
        self.seen.append((at, written))
        if replayed >= written:
            return 0.0
        known = [time.monotonic() - when for when, length in self.seen if length <= replayed]
        ages = [*([since] if since is not None else []), *([min(known)] if known else [])]
        return max(min(ages), 0.0) if ages else None

    def fell(self, error: Exception) -> None:
        """It failed: leave it alone for a while."""
        FALLS.inc()
        self.lag, self.due = None, time.monotonic() + REST_SECONDS
        log.warning("replica_failed", error=type(error.__cause__ or error).__name__)
        self.say(AWAY)
        connections[REPLICA].close()

    def say(self, trouble: str) -> None:
        """Keep the state; a change is logged."""
        if bool(trouble) != bool(self.trouble) and self.trouble != UNKNOWN:
            log.warning("replica_left" if trouble else "replica_taken_up", reason=trouble)
        self.trouble = trouble


WATCH = Watch()
