"""Triggers that keep a revision, for migrations."""

from __future__ import annotations

from django.db import migrations

EVENTS = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")
FUNCTION = """
CREATE FUNCTION core_revise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO core_revision (name, mark) VALUES (TG_ARGV[0], gen_random_uuid())
    ON CONFLICT (name) DO UPDATE SET mark = excluded.mark;
    RETURN NULL;
END $$;
"""
DROP_FUNCTION = "DROP FUNCTION core_revise();"


class KeepRevision(migrations.RunSQL):
    """Let every change of these tables replace the mark of that name."""

    def __init__(self, name: str, *tables: str) -> None:
        self.arguments = (name, *tables)
        made = [
            f"CREATE TRIGGER {table}_revise AFTER {' OR '.join(EVENTS)} ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION core_revise('{name}');"
            for table in tables
        ]
        super().__init__("\n".join(made), "\n".join(f"DROP TRIGGER {table}_revise ON {table};" for table in tables))

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        """Written as it was called."""
        return (self.__class__.__name__, list(self.arguments), {})
