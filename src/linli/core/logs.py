"""Structured logs: readable lines in a terminal, JSON elsewhere. No personal data is ever logged."""

from __future__ import annotations

import sys
from typing import Any

import structlog

PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
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
            *PROCESSORS,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
