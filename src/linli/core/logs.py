"""Structured logs: readable lines in a terminal, JSON elsewhere. No personal data is ever logged.

Of an error the log keeps its kind and where it happened, not its message: the message of a database error quotes the
row that offends, that of a conversion the value that was typed. Paths are kept out for the same reason.
"""

from __future__ import annotations

import sys
import traceback
from typing import Any

import structlog

from linli.core.privacy.masks import scrub

MOST_FRAMES = 30
# Loggers that put the path, or the account, into their message.
TELLS_TOO_MUCH = ("django.request", "django.security", "axes", "allauth")


def error_without_words(logger: Any, name: str, event: Any) -> Any:
    """Turn exc_info into the kinds of errors, each with where it was raised."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    chain, seen = [], set()
    while isinstance(error, BaseException) and id(error) not in seen:
        seen.add(id(error))
        frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
        where = [f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
        state = getattr(error, "sqlstate", None)
        chain.append({"type": type(error).__qualname__, **({"sqlstate": state} if state else {}), "frames": where})
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if chain:
        event["error"] = chain
    event.pop("stack_info", None)
    return event


def message_without_values(logger: Any, name: str, event: Any) -> Any:
    """Mask numbers of persons in the message; of loggers that tell too much keep what the message begins with."""
    record = event.get("_record")
    if record is not None:
        event["logger"] = record.name
        if record.name.startswith(TELLS_TOO_MUCH):
            event["event"] = str(event.get("event", "")).partition(":")[0].strip()
    event["event"] = scrub(str(event.get("event", "")))
    return event


PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    message_without_values,
    error_without_words,
]


def renderer(logger: Any, name: str, event: Any) -> Any:
    """Last processor of the console handler."""
    event.pop("_record", None)
    event.pop("_from_structlog", None)
    last = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return last(logger, name, event)


def configure() -> None:
    """Called once when Django starts."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *PROCESSORS,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
