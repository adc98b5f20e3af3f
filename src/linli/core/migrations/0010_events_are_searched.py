"""The sealer's memory of absent ids, and the indexes by which the audit officer searches millions of events.

The indexes are built beside the work: nobody who writes events waits. Interrupted, it can be run again.
"""

import django.contrib.postgres.indexes
from django.db import migrations, models

from linli.core.beside import AddIndexOnce


class CreateOnce(migrations.CreateModel):
    """Makes the table unless an interrupted run has."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        table = to_state.apps.get_model(app_label, self.name)._meta.db_table
        if table not in schema_editor.connection.introspection.table_names():
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    """Takes as long as reading the events a few times."""

    atomic = False
    dependencies = [("core", "0009_exports")]

    operations = [
        CreateOnce(
            name="Gap",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("first_id", models.BigIntegerField()),
                ("last_id", models.BigIntegerField()),
                ("at", models.DateTimeField(help_text="when the range was sealed")),
            ],
            options={"verbose_name": "待补封的编号"},
        ),
        AddIndexOnce("gap", models.Index(fields=["at"], name="core_gap_at")),
        AddIndexOnce("event", models.Index(fields=["-at", "-id"], name="core_event_latest")),
        AddIndexOnce(
            "event",
            models.Index(
                django.contrib.postgres.indexes.OpClass("scope", "text_pattern_ops"),
                models.F("at").desc(),
                name="core_event_scope",
            ),
        ),
        AddIndexOnce(
            "event",
            models.Index(
                fields=["request_id"], condition=models.Q(("request_id", ""), _negated=True), name="core_event_request"
            ),
        ),
    ]
