"""Django's sessions in the database, and whose each is, so that a person's are found without reading everybody's."""

from __future__ import annotations

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as InDatabase
from django.db import connection

KEPT_FOR = "linli.kept_for"  # whose form an anonymous session keeps


class SessionStore(InDatabase):
    """Says beside each session that it saves whom it belongs to."""

    def save(self, must_create: bool = False) -> None:
        """Also for a form that is kept; what is said already stays."""
        super().save(must_create)
        named = {str(self.get(SESSION_KEY, "")), str(self.get(KEPT_FOR, ""))}
        accounts = sorted(int(key) for key in named if key.isdigit())
        if accounts:
            with connection.cursor() as cursor:
                cursor.execute(
                    """INSERT INTO core_sessionowner (session_id, account_id)
                       SELECT %s, account FROM unnest(%s::bigint[]) account ON CONFLICT DO NOTHING""",
                    [self.session_key, accounts],
                )
