"""Revocation by the authority: proposed, heard, decided by another, served, and open to reconsideration."""

import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import linli.core.access.models
import linli.core.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('areas', '0002_revisions'),
        ('organizations', '0019_custody'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Revocation',
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
                ('kind', models.CharField(choices=[('revoke', '撤销登记'), ('ban', '取缔')], max_length=6, verbose_name='处理')),
                ('name', models.CharField(max_length=60, validators=[django.core.validators.MinLengthValidator(2)], verbose_name='名称')),
                ('address', models.CharField(blank=True, max_length=120, verbose_name='活动地点')),
                ('state', models.CharField(choices=[('draft', '起草中'), ('stating', '已告知，可以陈述申辩'), ('hearing', '组织听证'), ('deciding', '待决定'), ('serving', '已决定，待送达'), ('served', '已送达，收缴证书印章'), ('window', '复议期内'), ('reconsidered', '复议审理中'), ('done', '已办结'), ('reversed', '复议撤销，已恢复'), ('dropped', '不予处理'), ('withdrawn', '已撤回')], default='draft', max_length=12, verbose_name='状态')),
                ('ground', models.CharField(blank=True, choices=[('reports_missed', '连续两年没有报送年度报告'), ('reports_failed', '连续两年年度检查不合格'), ('inactive', '取得登记证书满一年没有开展活动'), ('fraud', '登记时弄虚作假骗取登记'), ('beyond', '超出章程的宗旨和业务范围活动，情节严重'), ('profit', '从事营利性经营活动，情节严重'), ('funds', '侵占、私分、挪用资产或者违规募捐，情节严重'), ('refuses', '拒不接受监督检查，情节严重'), ('unregistered', '没有登记，以社会组织名义活动'), ('continues', '被撤销登记后仍以社会组织名义活动'), ('prepares', '筹备期间开展筹备以外的活动')], max_length=16, verbose_name='情形')),
                ('facts', models.TextField(blank=True, max_length=2000, verbose_name='事实')),
                ('law', models.CharField(blank=True, max_length=200, verbose_name='依据的条款')),
                ('heard_on', models.DateField(blank=True, editable=False, null=True, verbose_name='听证日期')),
                ('decided_on', models.DateField(blank=True, editable=False, null=True, verbose_name='决定日期')),
                ('decision_number', models.CharField(blank=True, editable=False, max_length=60, verbose_name='决定书文号')),
                ('served_on', models.DateField(blank=True, editable=False, null=True, verbose_name='送达日期')),
                ('reconsider_by', models.DateField(blank=True, editable=False, null=True, verbose_name='复议期至')),
                ('asked_on', models.DateField(blank=True, editable=False, null=True, verbose_name='申请复议')),
                ('recalled_on', models.DateField(blank=True, editable=False, null=True, verbose_name='收缴日期')),
                ('reversed_on', models.DateField(blank=True, editable=False, null=True, verbose_name='恢复日期')),
                ('before', models.JSONField(blank=True, default=dict, editable=False, help_text='what a reversal restores')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.area', verbose_name='所在街道或社区')),
                ('decided_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('heard_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='revocations', to='organizations.organization', verbose_name='社会组织')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('proposed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '撤销和取缔',
                'indexes': [models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_revoke_scope'), models.Index(fields=['owner', '-id'], name='organizations_revoke_owned'), models.Index(fields=['state', '-served_on'], name='organizations_revoke_public')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['done', 'reversed', 'dropped', 'withdrawn']), _negated=True), fields=('organization',), name='organizations_one_open_revocation', violation_error_message='这家组织已经有一件撤销或取缔在办。'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'revoke'), _negated=True), ('organization__isnull', False), _connector='OR'), name='organizations_revocation_of_somebody'), models.CheckConstraint(condition=models.Q(('ground', ''), models.Q(('ground__in', ['reports_missed', 'reports_failed', 'inactive', 'fraud', 'beyond', 'profit', 'funds', 'refuses']), ('kind', 'revoke')), models.Q(('ground__in', ['unregistered', 'continues', 'prepares']), ('kind', 'ban')), _connector='OR'), name='organizations_revocation_ground_of_its_kind', violation_error_message='这个情形不能这样处理。'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'withdrawn']), models.Q(('proposed_by__isnull', False), models.Q(('ground', ''), _negated=True), models.Q(('facts', ''), _negated=True), models.Q(('law', ''), _negated=True)), _connector='OR'), name='organizations_revocation_told_is_whole'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['serving', 'served', 'window', 'reconsidered', 'done', 'reversed']), _negated=True), models.Q(('decided_by__isnull', False), ('decided_on__isnull', False), models.Q(('decision_number', ''), _negated=True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), models.Q(('owner', None), models.Q(('decided_by', models.F('owner')), _negated=True), _connector='OR')), _connector='OR'), name='organizations_revocation_by_two', violation_error_message='提出和决定要由两个人办。'), models.CheckConstraint(condition=models.Q(('heard_by', None), models.Q(('heard_on__isnull', False), models.Q(('heard_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='organizations_revocation_heard_by_another', violation_error_message='提出的人不能主持听证。'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['served', 'window', 'reconsidered', 'done']), _negated=True), models.Q(('organization__isnull', False), ('reconsider_by__gt', models.F('served_on')), ('served_on__gte', models.F('decided_on'))), _connector='OR'), name='organizations_revocation_served')],
            },
        ),
    ]
