"""Exports that are made in the background."""

import django.db.models.deletion
import linli.core.access.models
import linli.core.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0008_inbox_at_any_size'),
    ]

    operations = [
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True)),
                ('slug', models.CharField(max_length=40, verbose_name='名册')),
                ('label', models.CharField(max_length=60, verbose_name='名称')),
                ('params', models.JSONField(default=dict, help_text='the filter; emptied when the file goes')),
                ('columns', models.JSONField(default=list)),
                ('format', models.CharField(choices=[('xlsx', 'Excel'), ('csv', 'CSV（UTF-8）'), ('gb18030', 'CSV（GB18030，老版本软件用）')], max_length=10, verbose_name='格式')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='用途')),
                ('reach', models.JSONField(default=list)),
                ('state', models.CharField(choices=[('waiting', '排队中'), ('running', '正在生成'), ('done', '可以下载'), ('failed', '没有生成'), ('gone', '已删除')], default='waiting', max_length=10, verbose_name='状态')),
                ('expected', models.PositiveIntegerField(blank=True, null=True, verbose_name='约有行数')),
                ('written', models.PositiveIntegerField(default=0, verbose_name='已写行数')),
                ('size', models.PositiveBigIntegerField(default=0, verbose_name='大小')),
                ('stored_as', models.CharField(blank=True, max_length=100)),
                ('asked_at', models.DateTimeField(default=linli.core.clock.now, editable=False, verbose_name='提出时间')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='生成时间')),
                ('kept_to', models.DateField(blank=True, null=True, verbose_name='保留至')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='导出人')),
            ],
            options={
                'verbose_name': '导出',
                'indexes': [models.Index(fields=['owner', '-id'], name='core_export_owner'), models.Index(condition=models.Q(('state', 'done')), fields=['kept_to'], name='core_export_kept')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), models.Q(models.Q(('stored_as', ''), _negated=True), ('kept_to__isnull', False)), _connector='OR'), name='core_export_done_has_file')],
            },
        ),
    ]
