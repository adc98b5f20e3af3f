"""Marks that change whenever parameters do; areas and bodies follow in their own migrations."""

from django.db import migrations, models

from linli.core.revisions.schema import DROP_FUNCTION, FUNCTION, KeepRevision


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0014_events_are_stamped'),
    ]

    operations = [
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('name', models.CharField(max_length=20, primary_key=True, serialize=False)),
                ('mark', models.UUIDField()),
            ],
            options={'verbose_name': '变动标记', 'db_table': 'core_revision'},
        ),
        migrations.RunSQL(FUNCTION, DROP_FUNCTION),
        KeepRevision('parameters', 'core_parametervalue'),
    ]
