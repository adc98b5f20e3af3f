"""A mark that changes whenever a body does."""

from django.db import migrations

from linli.core.revisions.schema import KeepRevision


class Migration(migrations.Migration):

    dependencies = [
        ('actors', '0002_one_hat_and_appointments'),
        ('core', '0015_revisions'),
    ]

    operations = [
        KeepRevision('bodies', 'actors_body'),
    ]
