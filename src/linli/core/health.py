"""Is it alive, and can it work? `/healthz` for a supervisor, `/readyz` for whoever sends it visitors.

A middleware and not two views: a probe comes by address and port, so it has to be answered before the host check,
the session and everything else that may be what is broken.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

LEAST_FREE_BYTES = 64 * 1024 * 1024
GOOD = "ok"


def database_answers() -> str:
    """`ok`, or what is wrong in a sentence that gives nothing away."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "数据库没有应答。"
    return GOOD


def migrations_done() -> str:
    """`ok`, or that the tables are not those of this version."""
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "数据库没有应答。"
    return "数据表还没有更新,请运行 linli prepare。" if pending else GOOD


def disk_has_room() -> str:
    """`ok`, or that the data folder is about to be full."""
    try:
        free = shutil.disk_usage(settings.HOME).free
    except OSError:
        return "数据文件夹打不开。"
    return GOOD if free >= LEAST_FREE_BYTES else "磁盘快满了,请清出空间。"


class HealthMiddleware:
    """Stands first in MIDDLEWARE."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        # Tables do not go back by themselves: once seen in order, they are not looked at again.
        self.migrated = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("ok\n", content_type="text/plain")
        if request.path == "/readyz":
            return self.ready()
        return self.get_response(request)

    def ready(self) -> HttpResponse:
        """200 when all is well, otherwise 503; the body names each check. Never cached."""
        checks = {"database": database_answers(), "disk": disk_has_room()}
        if not self.migrated and checks["database"] == GOOD:
            checks["migrations"] = migrations_done()
            self.migrated = checks["migrations"] == GOOD
        well = all(state == GOOD for state in checks.values())
        answer = JsonResponse(
            {"ready": well, "checks": checks}, status=200 if well else 503, json_dumps_params={"ensure_ascii": False}
        )
        answer["Cache-Control"] = "no-store"
        if checks["database"] != GOOD:
            connection.close()
        return answer
