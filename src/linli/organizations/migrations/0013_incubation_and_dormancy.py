"""Incubators with the stays in them, and the matters of organizations that have long held no activity."""

import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import linli.core.access.models
import linli.core.clock
import linli.core.registers.schema
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('areas', '0002_revisions'),
        ('organizations', '0012_activities'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Incubator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True)),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('scope', models.CharField(db_collation='C', editable=False, max_length=200)),
                ('address', models.CharField(max_length=120, verbose_name='地址')),
                ('capacity', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(500)], verbose_name='能容纳几家')),
                ('opened_on', models.DateField(default=linli.core.clock.today, verbose_name='开办日期')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='停办日期')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.area', verbose_name='所在街道或社区')),
            ],
            options={
                'verbose_name': '孵化室',
                'indexes': [
                    models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), name='organizations_incubator_scope'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('name', 'area'), name='organizations_incubator_name_once'),
                    models.CheckConstraint(condition=models.Q(('capacity__gte', 1)), name='organizations_incubator_has_room'),
                    models.CheckConstraint(condition=models.Q(('closed_on__isnull', True), ('closed_on__gte', models.F('opened_on')), _connector='OR'), name='organizations_incubator_closes_later'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Incubation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True)),
                ('number', models.CharField(blank=True, db_index=True, editable=False, max_length=40, verbose_name='编号')),
                ('scope', models.CharField(blank=True, db_collation='C', editable=False, max_length=200)),
                ('parameters', models.JSONField(default=dict, editable=False, help_text='values the case began under')),
                ('revision', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=linli.core.clock.now, editable=False)),
                ('began_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('ended_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('state', models.CharField(choices=[('draft', '填写中'), ('applied', '申请审核中'), ('mend', '退回补正'), ('in', '在孵'), ('extended', '延期在孵'), ('graduated', '已出壳'), ('exited', '已退出'), ('refused', '不予入驻'), ('withdrawn', '已撤回')], default='draft', max_length=20, verbose_name='状态')),
                ('why', models.TextField(blank=True, max_length=500, verbose_name='现在做什么、有多少人参加')),
                ('wants', models.TextField(blank=True, max_length=500, verbose_name='需要什么扶持')),
                ('place', models.CharField(blank=True, max_length=60, verbose_name='房间或工位')),
                ('admitted_on', models.DateField(blank=True, null=True, verbose_name='入驻日期')),
                ('until', models.DateField(blank=True, null=True, verbose_name='孵化期至')),
                ('individuals', models.PositiveIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(100000)], verbose_name='个人会员')),
                ('units', models.PositiveIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(100000)], verbose_name='单位会员')),
                ('funds', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=12, validators=[django.core.validators.MinValueValidator(0)], verbose_name='活动资金（元）')),
                ('has_venue', models.BooleanField(default=False, verbose_name='有固定住所')),
                ('has_charter', models.BooleanField(default=False, verbose_name='有章程草案')),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='incubations', to='organizations.organization', verbose_name='社会组织')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('incubator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='incubations', to='organizations.incubator', verbose_name='孵化室')),
            ],
            options={
                'verbose_name': '孵化',
                'indexes': [
                    models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_incubate_scope'),
                    models.Index(fields=['state', '-id'], include=('scope',), name='organizations_incubate_state'),
                    models.Index(fields=['owner', '-id'], name='organizations_incubate_owned'),
                    models.Index(fields=['entered_by', '-id'], name='organizations_incubate_entered'),
                    models.Index(fields=['-id'], include=('scope', 'state'), name='organizations_incubate_newest'),
                    models.Index(fields=['incubator', 'state'], name='organizations_incubate_room'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state__in', ['graduated', 'exited', 'refused', 'withdrawn']), _negated=True), fields=('organization',), name='organizations_one_open_incubation'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['in', 'extended', 'graduated']), _negated=True), models.Q(('admitted_on__isnull', False), ('incubator__isnull', False), ('until__isnull', False), ('until__gt', models.F('admitted_on')), models.Q(('place', ''), _negated=True)), _connector='OR'), name='organizations_incubation_has_a_term'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Support',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('policy', '政策指导'), ('project', '项目协调'), ('venue', '场所设备')], max_length=10, verbose_name='扶持')),
                ('given_on', models.DateField(verbose_name='日期')),
                ('words', models.CharField(max_length=300, verbose_name='做了什么')),
                ('noted_at', models.DateTimeField(default=linli.core.clock.now, editable=False)),
                ('given_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('incubation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='supports', to='organizations.incubation', verbose_name='孵化')),
            ],
            options={
                'verbose_name': '孵化扶持',
                'ordering': ['-given_on', '-pk'],
                'indexes': [
                    models.Index(fields=['incubation', '-given_on'], name='organizations_support_of'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Dormancy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True)),
                ('number', models.CharField(blank=True, db_index=True, editable=False, max_length=40, verbose_name='编号')),
                ('scope', models.CharField(blank=True, db_collation='C', editable=False, max_length=200)),
                ('parameters', models.JSONField(default=dict, editable=False, help_text='values the case began under')),
                ('revision', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=linli.core.clock.now, editable=False)),
                ('began_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('ended_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('state', models.CharField(choices=[('found', '系统发现'), ('answering', '等组织答复'), ('checking', '社区核实'), ('deciding', '街道处理'), ('replying', '等组织申辩'), ('closing', '街道决定'), ('woken', '已激活'), ('merged', '已合并'), ('ended', '已注销备案')], default='found', max_length=20, verbose_name='状态')),
                ('last_on', models.DateField(blank=True, null=True, verbose_name='最近一次核实的活动')),
                ('answer_by', models.DateField(blank=True, null=True, verbose_name='答复期限')),
                ('ending', models.CharField(blank=True, choices=[('cancel', '注销备案'), ('merge', '并入另一家组织')], max_length=10, verbose_name='拟怎么办')),
                ('decided_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.organization', verbose_name='并入')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dormancies', to='organizations.organization', verbose_name='社会组织')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
            ],
            options={
                'verbose_name': '休眠组织',
                'indexes': [models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_dormant_scope'), models.Index(fields=['state', '-id'], include=('scope',), name='organizations_dormant_state'), models.Index(fields=['owner', '-id'], name='organizations_dormant_owned'), models.Index(fields=['entered_by', '-id'], name='organizations_dormant_entered'), models.Index(fields=['-id'], include=('scope', 'state'), name='organizations_dormant_newest')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['woken', 'merged', 'ended']), _negated=True), fields=('organization',), name='organizations_one_open_dormancy'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['woken', 'merged', 'ended']), _negated=True), ('decided_by__isnull', False), _connector='OR'), name='organizations_dormancy_ended_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'merged'), _negated=True), models.Q(('merged_into__isnull', False), models.Q(('merged_into', models.F('organization')), _negated=True)), _connector='OR'), name='organizations_dormancy_merged_into_another')],
            },
        ),
        linli.core.registers.schema.KeepTally('organizations_incubation', 'incubation', {'state': ('state', 'choice')}),
        linli.core.registers.schema.KeepTally('organizations_dormancy', 'dormancy', {'state': ('state', 'choice')}),
    ]
