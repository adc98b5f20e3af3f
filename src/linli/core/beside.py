"""What migrations do to large tables beside the work: nobody who writes waits; interrupted, it is run again."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently


class AddIndexOnce(AddIndexConcurrently):
    """Drops the half-built index of an interrupted run before it starts anew. Its migration is `atomic = False`."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Build the index concurrently."""
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(self.index.name)}")
        super().database_forwards(app_label, schema_editor, from_state, to_state)
