"""The ground every test stands on: settings of its own, a PostgreSQL of its own, no network.

This file is read before any other conftest and before Django, so the environment is set here, at the top. The
database server is started once for the whole run (by the controller of xdist) and removed at its end. It is the
embedded one; with LINLI_TEST_SERVER=15 a server of that version is started from the system's packages, and with
DATABASE_URL given that server is used instead, whose role must be allowed to create databases.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

HOME = "LINLI_TEST_HOME"  # handed from the controller of xdist to its workers
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
DEMO = "tests/demo/loaded/"

if HOME not in os.environ:
    os.environ[HOME] = tempfile.mkdtemp(prefix="linli-test-")
    atexit.register(shutil.rmtree, os.environ[HOME], ignore_errors=True)

from linli.cli.cluster import Cluster  # noqa: E402
from linli.core.postgres import server_programs  # noqa: E402

home = Path(os.environ[HOME])
home.chmod(0o711)
wanted = os.environ.get("LINLI_TEST_SERVER", "")
programs = server_programs(int(wanted)) if wanted else None
if wanted and programs is None:
    pytest.exit(f"PostgreSQL {wanted} is not installed here: LINLI_TEST_SERVER asks for it.", returncode=2)
cluster = Cluster(
    home / "postgres", home / "postgres.log", {"max_connections": "60", "shared_buffers": "64MB"}, programs
)
OWN_SERVER = os.environ.get("DATABASE_URL", cluster.url) == cluster.url

os.environ |= {
    "DJANGO_SETTINGS_MODULE": "linli.settings",
    "DATABASE_URL": os.environ.get("DATABASE_URL", cluster.url),
    "LINLI_HOME": str(home / "data"),
    "LINLI_DEMO": "1",
    # Playwright runs an event loop in the test's thread; Django would take that for an asynchronous view.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
}
for name in ("LINLI_HOSTS", "LINLI_HTTPS", "LINLI_DEBUG", "LINLI_CLOCK_SHIFT_DAYS", "LINLI_S3_BUCKET", "EMAIL_URL"):
    os.environ.pop(name, None)
for name in ("LINLI_REPLICA_URL", "LINLI_BACKUP_KEYS", "NOTIFY_SOCKET", "WATCHDOG_USEC"):
    os.environ.pop(name, None)

import django  # noqa: E402
import hypothesis  # noqa: E402
import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402

from linli.core import revisions  # noqa: E402

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
django.setup()

# A whole run of tests makes more than one process of the site does; emptied in the middle of a test, what is
# remembered would be asked again by the second of two requests whose queries are compared.
revisions.MOST = 1_000_000

# How long an example takes says something about the machine, not about the code.
# The same examples every time: a change is judged by what it changes. HYPOTHESIS_SEARCH=1 goes looking for new ones.
hypothesis.settings.register_profile("linli", deadline=None, derandomize="HYPOTHESIS_SEARCH" not in os.environ)
hypothesis.settings.load_profile("linli")

pytest_plugins = ["tests.personas"]


def pytest_configure(config: pytest.Config) -> None:
    """Start the server, once."""
    if OWN_SERVER and not IS_WORKER and not config.option.collectonly:
        cluster.start(die_with_parent=True, keep_safe=False)
        with psycopg.connect(cluster.url.replace("linli@", "postgres@", 1), autocommit=True) as server:
            server.execute("GRANT SET ON PARAMETER session_replication_role TO linli")  # for tests/snapshots.py
        config.add_cleanup(cluster.stop)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys come last: Playwright leaves an event loop running in which other tests could not wait for jobs.

    What starts servers takes longest and comes first, or one worker would wait for it at the end.
    """
    items.sort(key=lambda item: ("browser" in item.keywords) - ("processes" in item.keywords))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A module is tested by one worker, and so is the folder that loads the whole demo district."""
    from xdist.scheduler import LoadScopeScheduling

    class Scopes(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return DEMO if nodeid.startswith(DEMO) else str(super()._split_scope(nodeid))

    return Scopes(config, log)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Tests that commit are cleaned up by emptying tables; what forbids it is tested where it is switched on."""
    from django.db import connection

    from linli.indicators.actions.keeping import install

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        install()  # as `linli prepare` does
        cursor.execute("ALTER TABLE core_event DISABLE TRIGGER core_event_is_not_emptied")
        cursor.execute("ALTER TABLE core_seal DISABLE TRIGGER core_seal_is_not_emptied")


@pytest.fixture(autouse=True)
def _fresh_ground(request: pytest.FixtureRequest) -> None:
    """Where the rows of fixtures may be put back; see `tests/snapshots.py`."""
    if "django_db" in request.keywords or {"db", "transactional_db"} & set(request.fixturenames):
        from tests import snapshots

        snapshots.begin(anew=request.path.is_relative_to(Path(__file__).parent / "core"))


# --- browsers ---------------------------------------------------------------------------------------------------

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chromium of this machine; without one, the one that Playwright installed."""
    found = os.environ.get("LINLI_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)
    own = {"executable_path": found} if found else {}
    return {**browser_type_launch_args, **own, "args": CHROMIUM_ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A visitor in China; a test that wants a phone says `@pytest.mark.browser_context_args(viewport=...)`."""
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
