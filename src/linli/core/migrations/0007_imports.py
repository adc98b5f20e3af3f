"""Imports: the workbook on its way, its rows while they wait, what became of each. Makes tables only."""

import django.contrib.postgres.indexes
import django.core.serializers.json
import django.db.models.deletion
import linli.core.access.models
import linli.core.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0006_backups_are_remembered'),
    ]

    operations = [
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True)),
                ('slug', models.CharField(max_length=40, verbose_name='登记册')),
                ('scope', models.CharField(db_collation='C', max_length=200)),
                ('state', models.CharField(choices=[('reading', '正在核对'), ('ready', '待导入'), ('failed', '读不了'), ('applying', '正在导入'), ('applied', '已导入'), ('undoing', '正在撤销'), ('undone', '已撤销'), ('cancelled', '已放弃')], default='reading', max_length=10, verbose_name='状态')),
                ('name', models.CharField(max_length=120, verbose_name='文件名')),
                ('extension', models.CharField(max_length=5)),
                ('layout', models.JSONField(default=dict, help_text='sheets, headings, what was left unread')),
                ('trouble', models.TextField(blank=True, verbose_name='读不了的原因')),
                ('attempt', models.PositiveIntegerField(default=0, help_text='a reader that was overtaken stops')),
                ('run', models.PositiveSmallIntegerField(default=0, help_text='how often it has been applied')),
                ('cursor', models.BigIntegerField(default=0, help_text='the last row that is done')),
                ('share', models.PositiveSmallIntegerField(default=0, help_text='how far the work is, in percent')),
                ('counts', models.JSONField(default=dict, help_text='rows by state, then by outcome')),
                ('begun_at', models.DateTimeField(default=linli.core.clock.now, editable=False, verbose_name='上传时间')),
                ('applied_at', models.DateTimeField(blank=True, null=True, verbose_name='导入时间')),
                ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='撤销时间')),
                ('changed_at', models.DateTimeField(default=linli.core.clock.now)),
                ('forgotten_at', models.DateTimeField(blank=True, help_text='file and former values are gone', null=True)),
                ('begun_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经办人')),
            ],
            options={
                'verbose_name': '导入',
                'indexes': [
                    models.Index(models.F('slug'), django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), name='core_import_scope'),
                    models.Index(fields=['state', 'changed_at'], name='core_import_state'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ImportedRow',
            fields=[
                ('pk', models.CompositePrimaryKey('batch_id', 'run', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('run', models.PositiveSmallIntegerField()),
                ('number', models.BigIntegerField()),
                ('outcome', models.CharField(choices=[('created', '新记入'), ('updated', '已更新'), ('skipped', '跳过'), ('refused', '没有导入'), ('undone', '已撤回'), ('kept', '撤不回，保留')], max_length=8)),
                ('label', models.CharField(blank=True, max_length=120)),
                ('record_id', models.BigIntegerField(null=True)),
                ('decision', models.CharField(blank=True, max_length=6)),
                ('fields', models.JSONField(null=True)),
                ('before', models.JSONField(null=True)),
                ('mark', models.CharField(blank=True, help_text='of the record as this row left it', max_length=32)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('batch', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='imported', to='core.import')),
            ],
            options={
                'verbose_name': '导入结果',
                'indexes': [
                    models.Index(condition=models.Q(('outcome', 'created'), _negated=True), fields=['batch', 'run', 'outcome', 'number'], name='core_imported_outcome'),
                ],
            },
        ),
        migrations.CreateModel(
            name='StagedRow',
            fields=[
                ('pk', models.CompositePrimaryKey('batch_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('number', models.BigIntegerField()),
                ('state', models.CharField(choices=[('good', '可以导入'), ('wrong', '有错要改'), ('duplicate', '疑似重复'), ('same', '已有且相同')], max_length=10)),
                ('label', models.CharField(blank=True, max_length=120)),
                ('values', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ('problems', models.JSONField(help_text='[column, heading, what stood there, sentence]', null=True)),
                ('record_id', models.BigIntegerField(help_text='the key a new record will have')),
                ('match_id', models.BigIntegerField(null=True)),
                ('match_key', models.CharField(blank=True, max_length=30)),
                ('match_mark', models.CharField(blank=True, max_length=32)),
                ('twin', models.BigIntegerField(help_text='the earlier row of this file it repeats', null=True)),
                ('may_new', models.BooleanField(default=True)),
                ('decision', models.CharField(blank=True, choices=[('skip', '跳过，名册不动'), ('fill', '合并：只补名册里空着的'), ('update', '更新：以文件为准'), ('pick', '合并：只更新选中的几项'), ('new', '作为新的一条记入')], max_length=6)),
                ('fields', models.JSONField(null=True)),
                ('batch', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='staged', to='core.import')),
            ],
            options={
                'verbose_name': '待导入的行',
                'indexes': [
                    models.Index(condition=models.Q(('state', 'good'), _negated=True), fields=['batch', 'state', 'number'], name='core_staged_state'),
                ],
            },
        ),
    ]
