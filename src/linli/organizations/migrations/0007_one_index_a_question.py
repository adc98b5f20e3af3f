"""Indexes that others contain, or that mislead the planner, go.

By state and kind the register is read through its tally and its index of tokens; the planner took the plain index for
a help and read nearly all of it. An owner's organizations are found by the key's own index.
"""

from django.db import migrations


class Migration(migrations.Migration):
    """Drops indexes: a moment, whatever the size of the tables."""

    dependencies = [
        ('organizations', '0006_persons_are_taken_out'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='organization',
            name='organizations_status_kind',
        ),
        migrations.RemoveIndex(
            model_name='organization',
            name='organizations_owner',
        ),
    ]
