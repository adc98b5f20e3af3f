"""What programs may do with people, posts and bodies; each module is a room of the API."""

from __future__ import annotations

from linli.actors.api import accounts, bodies, me, posts, rights

__all__ = ["accounts", "bodies", "me", "posts", "rights"]
