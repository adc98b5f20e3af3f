"""Events bear a stamp that only the program can make, and writers of events no longer lock the rows they speak of.

The foreign keys stay in the models; their constraints and their own indexes go, since checking one locks the row it
points to, and everybody's events point to the same few. Processes of the version before go on writing, without stamps.
The one index is built beside the work. Interrupted, it can be run again.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

LOOSEN = """
ALTER TABLE core_event ADD COLUMN IF NOT EXISTS stamp bytea NULL;
ALTER TABLE core_event DROP CONSTRAINT IF EXISTS core_event_actor_id_594b280e_fk_core_user_id;
ALTER TABLE core_event DROP CONSTRAINT IF EXISTS core_event_on_behalf_of_id_610865bb_fk_core_user_id;
ALTER TABLE core_event DROP CONSTRAINT IF EXISTS core_event_subject_type_id_ec68ee87_fk_django_content_type_id;
DROP INDEX IF EXISTS core_event_actor_id_594b280e, core_event_on_behalf_of_id_610865bb,
    core_event_subject_type_id_ec68ee87;
"""
TIGHTEN = """
ALTER TABLE core_event
    ADD CONSTRAINT core_event_actor_id_594b280e_fk_core_user_id FOREIGN KEY (actor_id)
        REFERENCES core_user (id) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT core_event_on_behalf_of_id_610865bb_fk_core_user_id FOREIGN KEY (on_behalf_of_id)
        REFERENCES core_user (id) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT core_event_subject_type_id_ec68ee87_fk_django_content_type_id FOREIGN KEY (subject_type_id)
        REFERENCES django_content_type (id) DEFERRABLE INITIALLY DEFERRED,
    DROP COLUMN stamp;
CREATE INDEX core_event_actor_id_594b280e ON core_event (actor_id);
CREATE INDEX core_event_on_behalf_of_id_610865bb ON core_event (on_behalf_of_id);
CREATE INDEX core_event_subject_type_id_ec68ee87 ON core_event (subject_type_id);
"""


# A half-built index of an interrupted run goes first.
INDEX = [
    "DROP INDEX CONCURRENTLY IF EXISTS core_event_behalf",
    """CREATE INDEX CONCURRENTLY core_event_behalf ON core_event (on_behalf_of_id, at DESC)
       WHERE on_behalf_of_id IS NOT NULL""",
]


def loose(to, **more):
    """A foreign key without a constraint and without an index of its own."""
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=to,
        db_constraint=False,
        db_index=False,
        **more,
    )


class Migration(migrations.Migration):
    """The column and the constraints take a moment, the index as long as reading the events once."""

    atomic = False
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("core", "0013_impact_and_incidents"),
    ]

    operations = [
        migrations.RunSQL(
            LOOSEN,
            TIGHTEN,
            state_operations=[
                migrations.AddField(
                    "event",
                    "stamp",
                    models.BinaryField(
                        editable=False, help_text="what only the program can put (texts.py)", null=True
                    ),
                ),
                migrations.AlterField("event", "actor", loose(settings.AUTH_USER_MODEL, verbose_name="办理人")),
                migrations.AlterField(
                    "event",
                    "on_behalf_of",
                    loose(settings.AUTH_USER_MODEL, verbose_name="代谁办理", null=True, blank=True),
                ),
                migrations.AlterField("event", "subject_type", loose("contenttypes.contenttype", null=True)),
            ],
        ),
        migrations.RunSQL(
            INDEX,
            "DROP INDEX core_event_behalf",
            state_operations=[
                migrations.AddIndex(
                    "event",
                    models.Index(
                        fields=["on_behalf_of", "-at"],
                        condition=models.Q(("on_behalf_of__isnull", False)),
                        name="core_event_behalf",
                    ),
                ),
            ],
        ),
    ]
