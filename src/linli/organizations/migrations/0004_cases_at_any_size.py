"""Lists of cases at any size: by state and newest first, what is on notice, and a tally of the states."""

from django.conf import settings
import linli.core.registers.schema
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('areas', '0001_initial'),
        ('organizations', '0003_codes_are_looked_up'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='amendment',
            name='organizations_amend_owner',
        ),
        migrations.RemoveIndex(
            model_name='filing',
            name='organizations_filing_owner',
        ),
        migrations.RemoveIndex(
            model_name='filing',
            name='organizations_filing_state',
        ),
        migrations.AddIndex(
            model_name='amendment',
            index=models.Index(fields=['state', '-id'], include=('scope',), name='organizations_amend_state'),
        ),
        migrations.AddIndex(
            model_name='amendment',
            index=models.Index(fields=['owner', '-id'], name='organizations_amend_owned'),
        ),
        migrations.AddIndex(
            model_name='amendment',
            index=models.Index(fields=['entered_by', '-id'], name='organizations_amend_entered'),
        ),
        migrations.AddIndex(
            model_name='amendment',
            index=models.Index(fields=['-id'], include=('scope', 'state'), name='organizations_amend_newest'),
        ),
        migrations.AddIndex(
            model_name='filing',
            index=models.Index(fields=['owner', '-id'], name='organizations_filing_owned'),
        ),
        migrations.AddIndex(
            model_name='filing',
            index=models.Index(fields=['entered_by', '-id'], name='organizations_filing_entered'),
        ),
        migrations.AddIndex(
            model_name='filing',
            index=models.Index(fields=['-id'], include=('scope', 'state'), name='organizations_filing_newest'),
        ),
        migrations.AddIndex(
            model_name='filing',
            index=models.Index(fields=['state', '-id'], include=('scope',), name='organizations_filing_state'),
        ),
        migrations.AddIndex(
            model_name='filing',
            index=models.Index(condition=models.Q(('state', 'publicity')), fields=['publicity_to', 'id'], name='organizations_filing_notice'),
        ),
        linli.core.registers.schema.KeepTally('organizations_filing', 'filing', {'state': ('state', 'choice')}),
        linli.core.registers.schema.KeepTally('organizations_amendment', 'amendment', {'state': ('state', 'choice')}),
    ]
