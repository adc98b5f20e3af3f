"""Is it alive, and can it work? `/healthz` for a supervisor, `/readyz` for whoever sends it visitors.

A middleware and not two views: a probe comes by address and port, so it has to be answered before the host check,
the session and everything else that may be what is broken.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

LEAST_FREE_BYTES = 64 * 1024 * 1024
GOOD = "ok"

_in_order = False


def database_answers() -> str:
    """`ok`, or what is wrong in a sentence that gives nothing away."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "数据库没有应答。"
    return GOOD


def migrations_done() -> str:
    """`ok`, or that the tables are not those of this version. Tables do not go back: once in order, always."""
    global _in_order
    if _in_order:
        return GOOD
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        _in_order = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "数据库没有应答。"
    return GOOD if _in_order else "数据表还没有更新，请运行 linli prepare。"


def disk_has_room() -> str:
    """`ok`, or that the data folder is about to be full."""
    try:
        free = shutil.disk_usage(settings.HOME).free
    except OSError:
        return "数据文件夹打不开。"
    return GOOD if free >= LEAST_FREE_BYTES else "磁盘快满了，请清出空间。"


def files_answer() -> str:
    """`ok`, or that attachments cannot be reached: a bucket that is away or not ours, a folder that is not there."""
    from botocore.exceptions import BotoCoreError, ClientError
    from django.core.files.storage import default_storage

    try:
        default_storage.exists("linli-probe")
    except (OSError, BotoCoreError, ClientError):
        return "文件库连不上，请检查 LINLI_S3_… 的设置和网络。"
    return GOOD


def replica_state() -> str:
    """`ok`, or why boards are read from the primary instead, which is no reason to send visitors away; "": none."""
    from linli.core.replica.watch import WATCH, configured

    if not configured():
        return ""
    try:
        return GOOD if WATCH.usable() else WATCH.trouble
    except DatabaseError:
        return "主库没有应答。"


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when it can work, otherwise 503; the body names each check."""
    checks = {"database": database_answers(), "disk": disk_has_room()}
    if checks["database"] == GOOD:
        checks["migrations"] = migrations_done()
    well = all(state == GOOD for state in checks.values())
    said: dict[str, Any] = {"ready": well, "checks": checks}
    if well and (replica := replica_state()):
        said["replica"] = replica
    return JsonResponse(said, status=200 if well else 503, json_dumps_params={"ensure_ascii": False})


PROBES = {"/healthz": healthz, "/readyz": readyz}


class HealthMiddleware:
    """Stands first in MIDDLEWARE."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/metrics":
            from linli.core.monitoring.metrics import metrics

            return metrics(request)
        return PROBES.get(request.path, self.get_response)(request)
