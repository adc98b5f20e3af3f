"""Codes are looked up when a workbook comes in: a partial index, since few organizations have one."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organizations', '0002_finding'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='organization',
            index=models.Index(condition=models.Q(('uscc', ''), _negated=True), fields=['uscc'], name='organizations_uscc'),
        ),
    ]
