"""What federations owe at regular times: surveys, visits, councils, assemblies, a row for each period."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import linli.core.access.models
import linli.core.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organizations', '0010_federation'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Occasion',
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
                ('kind', models.CharField(choices=[('survey_members', '会员问卷调查'), ('survey_residents', '居民问卷调查'), ('visit', '上门走访'), ('council', '理事会'), ('assembly', '会员大会')], max_length=20, verbose_name='哪一项制度')),
                ('state', models.CharField(choices=[('open', '待开展'), ('done', '已开展'), ('waived', '本期免办')], default='open', max_length=10, verbose_name='状态')),
                ('period', models.CharField(max_length=20, verbose_name='期次')),
                ('period_from', models.DateField(verbose_name='期次自')),
                ('due_on', models.DateField(verbose_name='应在这一天前开展')),
                ('done_on', models.DateField(blank=True, null=True, verbose_name='开展日期')),
                ('asked', models.PositiveIntegerField(blank=True, null=True, verbose_name='发出或应到')),
                ('reached', models.PositiveIntegerField(blank=True, null=True, verbose_name='收回、实到或人次')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='情况和收到的意见')),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('federation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.federation', verbose_name='联合会')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
            ],
            options={
                'verbose_name': '三项制度事项',
                'indexes': [models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_occasion_scope'), models.Index(fields=['federation', 'due_on'], name='organizations_occasion_due')],
                'constraints': [models.UniqueConstraint(fields=('federation', 'kind', 'period_from'), name='organizations_occasion_once_a_period'), models.CheckConstraint(condition=models.Q(('due_on__gte', models.F('period_from'))), name='organizations_occasion_period'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), models.Q(('done_on__gte', models.F('period_from')), ('done_on__isnull', False), ('reached__isnull', False)), _connector='OR'), name='organizations_occasion_done_whole'), models.CheckConstraint(condition=models.Q(('asked__isnull', True), ('reached__isnull', True), ('reached__lte', models.F('asked')), _connector='OR'), name='organizations_occasion_counts', violation_error_message='收回的不能多于发出的，实到的不能多于应到的。')],
            },
        ),
    ]
