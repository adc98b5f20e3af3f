"""What is remembered of backups, so that somebody is told when there has been none for too long."""

import linli.core.clock
from django.db import migrations, models


class Migration(migrations.Migration):
    """A new, empty table."""

    dependencies = [
        ('core', '0005_registers'),
    ]

    operations = [
        migrations.CreateModel(
            name='Backup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=linli.core.clock.now, editable=False, verbose_name='时间')),
                ('outcome', models.CharField(choices=[('good', '成功'), ('failed', '没有做成')], max_length=10, verbose_name='结果')),
                ('name', models.CharField(blank=True, max_length=100, verbose_name='文件')),
                ('size', models.PositiveBigIntegerField(default=0, help_text='bytes', verbose_name='大小')),
                ('rows', models.PositiveBigIntegerField(default=0)),
                ('files', models.PositiveBigIntegerField(default=0)),
                ('missing', models.PositiveIntegerField(default=0, help_text='attachments whose file was gone')),
                ('last_event', models.BigIntegerField(default=0, help_text='the last event it holds')),
                ('reason', models.CharField(blank=True, help_text='why it failed; no data', max_length=300, verbose_name='原因')),
            ],
            options={
                'verbose_name': '备份',
                'indexes': [models.Index(fields=['outcome', '-at'], name='core_backup_last')],
            },
        ),
    ]
