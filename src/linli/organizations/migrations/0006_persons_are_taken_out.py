"""When the personal values of a record were taken out: nothing is taken out twice."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Three empty columns: a moment, whatever the size of the tables."""

    dependencies = [
        ('organizations', '0005_filings_are_found'),
    ]

    operations = [
        migrations.AddField(
            model_name='amendment',
            name='erased_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='personal values taken out', null=True),
        ),
        migrations.AddField(
            model_name='filing',
            name='erased_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='personal values taken out', null=True),
        ),
        migrations.AddField(
            model_name='organization',
            name='erased_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='personal values taken out', null=True),
        ),
    ]
