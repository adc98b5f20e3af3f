"""Finding at any size: search columns the database keeps, the index of tokens, the indexes of the orders, the tally.

The table is rewritten once for the generated columns: about a minute and a half for a million rows.
"""

import django.contrib.postgres.indexes
import django.db.models.functions.comparison
import linli.core.registers.search
import linli.core.registers.schema
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('areas', '0001_initial'),
        ('core', '0005_registers'),
        ('organizations', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='organization',
            name='organizations_scope',
        ),
        migrations.AddField(
            model_name='organization',
            name='search_codes',
            field=models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('number', 'uscc'), output_field=models.TextField(db_collation='C')),
        ),
        migrations.AddField(
            model_name='organization',
            name='search_private',
            field=models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('leader_name'), output_field=models.TextField(db_collation='C')),
        ),
        migrations.AddField(
            model_name='organization',
            name='search_text',
            field=models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('name', 'address'), output_field=models.TextField(db_collation='C')),
        ),
        migrations.AddIndex(
            model_name='organization',
            index=django.contrib.postgres.indexes.GinIndex(django.db.models.functions.comparison.Collate(linli.core.registers.search.Tokens('scope', {'kind': ('kind', 'choice'), 'legal_status': ('legal_status', 'choice'), 'national_kind': ('national_kind', 'choice'), 'year': ('filed_on', 'day')}), 'C'), gin_pending_list_limit=1024, name='organizations_tokens'),
        ),
        migrations.AddIndex(
            model_name='organization',
            index=models.Index(fields=['scope'], include=('id', 'name', 'filed_on', 'kind', 'national_kind', 'legal_status', 'owner'), name='organizations_in_area'),
        ),
        migrations.AddIndex(
            model_name='organization',
            index=models.Index(fields=['name', 'id'], name='organizations_by_name'),
        ),
        migrations.AddIndex(
            model_name='organization',
            index=models.Index(models.OrderBy(models.F('filed_on'), descending=True, nulls_last=True), models.OrderBy(models.F('id'), descending=True), include=('scope', 'name', 'kind', 'national_kind', 'legal_status', 'owner'), name='organizations_by_filed_on'),
        ),
        migrations.AddIndex(
            model_name='organization',
            index=models.Index(fields=['lat', 'lng'], include=('datum', 'scope'), name='organizations_by_point'),
        ),
        migrations.AddIndex(
            model_name='organization',
            index=django.contrib.postgres.indexes.HashIndex(condition=models.Q(('leader_id_hash', ''), _negated=True), fields=['leader_id_hash'], name='organizations_leader_id'),
        ),
        migrations.AddIndex(
            model_name='organization',
            index=django.contrib.postgres.indexes.HashIndex(condition=models.Q(('leader_phone_hash', ''), _negated=True), fields=['leader_phone_hash'], name='organizations_leader_phone'),
        ),
        linli.core.registers.schema.KeepTally(
            'organizations_organization',
            'organizations',
            {
                'kind': ('kind', 'choice'),
                'national_kind': ('national_kind', 'choice'),
                'legal_status': ('legal_status', 'choice'),
                'year': ('filed_on', 'day'),
            },
        ),
    ]
