"""A mark that changes whenever the tree does."""

from django.db import migrations

from linli.core.revisions.schema import KeepRevision


class Migration(migrations.Migration):

    dependencies = [
        ('areas', '0001_initial'),
        ('core', '0015_revisions'),
    ]

    operations = [
        KeepRevision('areas', 'areas_area', 'areas_area_predecessors'),
    ]
