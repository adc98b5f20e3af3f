"""Accounts are made, locked and looked up by administrators; one may be signed in at several places."""

import django.contrib.postgres.indexes
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds columns with constant defaults and widens one: no row is rewritten. The indexes are small."""

    dependencies = [
        ('core', '0003_seals_and_marks'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='must_change_password',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AlterField(
            model_name='user',
            name='session_key',
            field=models.CharField(blank=True, editable=False, max_length=200),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(django.contrib.postgres.indexes.OpClass('name', 'text_pattern_ops'), name='core_user_name'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Reverse('name'), 'text_pattern_ops'), name='core_user_name_end'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(django.db.models.functions.comparison.Coalesce('last_login', 'date_joined'), condition=models.Q(('is_active', True)), name='core_user_last_used'),
        ),
    ]
