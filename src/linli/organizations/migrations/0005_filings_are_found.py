"""Applications are found as organizations are: by any part of a name, the person in charge or the number."""

import django.contrib.postgres.indexes
import django.db.models.functions.comparison
import linli.core.registers.search
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('areas', '0001_initial'),
        ('organizations', '0004_cases_at_any_size'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='filing',
            name='search_codes',
            field=models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('number'), output_field=models.TextField(db_collation='C')),
        ),
        migrations.AddField(
            model_name='filing',
            name='search_private',
            field=models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('leader_name'), output_field=models.TextField(db_collation='C')),
        ),
        migrations.AddField(
            model_name='filing',
            name='search_text',
            field=models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('name'), output_field=models.TextField(db_collation='C')),
        ),
        migrations.AddIndex(
            model_name='filing',
            index=django.contrib.postgres.indexes.GinIndex(django.db.models.functions.comparison.Collate(linli.core.registers.search.Tokens('scope', {'state': ('state', 'choice')}), 'C'), gin_pending_list_limit=1024, name='organizations_filing_tokens'),
        ),
    ]
