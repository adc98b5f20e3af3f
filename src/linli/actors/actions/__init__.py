"""Everything that changes bodies, posts and proposals; each change leaves one event."""

from __future__ import annotations

from .appointments import agree_appointment, begin_appointment, propose_appointment, refuse_appointment
from .bodies import close_body, found_body, move_body, rename_body
from .posts import appoint, open_post, relieve

__all__ = [
    "agree_appointment",
    "appoint",
    "begin_appointment",
    "close_body",
    "found_body",
    "move_body",
    "open_post",
    "propose_appointment",
    "refuse_appointment",
    "relieve",
    "rename_body",
]
