"""What a command needs before it can work: a database, Django, or both."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator

from linli.cli.cluster import lent
from linli.cli.home import Halt, Home

Say = Callable[[str], contextlib.AbstractContextManager[None]]


@contextlib.contextmanager
def database_there(*, say: Say | None = None) -> Iterator[None]:
    """The database of DATABASE_URL, or else the embedded one for as long as it is needed."""
    home = Home.from_environment()
    home.make_usable()
    os.environ["LINLI_HOME"] = str(home.path)
    if os.environ.get("DATABASE_URL"):
        finish_restore(home)
        yield
        return
    with lent(home, say=say) as url:
        os.environ["DATABASE_URL"] = url
        finish_restore(home)
        try:
            yield
        finally:
            del os.environ["DATABASE_URL"]


def finish_restore(home: Home) -> None:
    """Keys that a killed `linli restore` left ready take their place or go, before anybody reads them.

    Halt where its database is still empty: nobody may take that for a new installation.
    """
    if (home.path / "secrets.restoring").exists() or (home.path / "restore.unfinished").exists():
        from linli.core.backup.restoring import finish_interrupted

        if words := finish_interrupted(home.path, os.environ["DATABASE_URL"]):
            raise Halt(words)


def set_up_django() -> None:
    """Load settings and models; Halt with a sentence when a setting is wrong."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.settings")
    import django
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from environs import EnvError

    try:
        engine = settings.DATABASES["default"]["ENGINE"]
        if not engine.endswith("postgresql"):
            raise Halt("DATABASE_URL 不对：只支持 PostgreSQL，写法如 postgresql://用户：密码@主机：5432/库名。")
        django.setup()
    except (EnvError, ImproperlyConfigured) as error:
        raise Halt(f"环境变量不对：{str(error).rstrip('.')}。各变量的写法见 docs/deploy.md。") from error


@contextlib.contextmanager
def django_ready() -> Iterator[None]:
    """Both; a refusal or a failing database ends the command with a sentence."""
    with database_there():
        set_up_django()
        from django.db import OperationalError, ProgrammingError, connections

        from linli.core.errors import Refusal

        try:
            yield
        except Refusal as refusal:
            raise Halt(" ".join([refusal.message, *refusal.fields.values()])) from refusal
        except (OperationalError, ProgrammingError) as error:
            raise Halt(cannot_use_database(error)) from error
        finally:
            connections.close_all()


def cannot_use_database(error: Exception) -> str:
    """The sentence for a database that does not answer or does not hold what we expect."""
    words = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    sign = getattr(error.__cause__, "sqlstate", None) or ""
    if sign in ("42P01", "42703"):  # no such table, no such column
        return f"数据表不是这一版的（{words}）。请先运行 linli prepare。"
    if sign == "53100" or "No space left" in words:
        return "数据库所在的磁盘满了。请清出空间后再试，已提交的数据都在。"
    return f"连不上数据库：{words}。请检查 DATABASE_URL 和数据库服务。"
