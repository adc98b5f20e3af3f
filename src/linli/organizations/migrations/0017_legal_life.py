"""The legal life of registered organizations: registration by law, annual reports, and the day of registration."""

import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import linli.core.access.models
import linli.core.clock
import linli.core.registers.schema
from decimal import Decimal
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    """The check holds for the rows of before by itself: a column that is new is empty in all of them."""

    dependencies = [
        ('areas', '0002_revisions'),
        ('organizations', '0016_ranking'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AnnualReport',
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
                ('year', models.PositiveSmallIntegerField(editable=False, verbose_name='年度')),
                ('state', models.CharField(choices=[('called', '待通知'), ('due', '待报送'), ('review', '主管单位初审'), ('mend', '退回补正'), ('check', '登记机关检查'), ('mending', '限期整改'), ('verify', '核实整改'), ('missed', '没有按时报送'), ('passed', '合格'), ('mended', '整改完成'), ('unmended', '逾期没有整改'), ('exempt', '不用报送')], default='called', max_length=10, verbose_name='状态')),
                ('result', models.CharField(blank=True, choices=[('passed', '合格'), ('fair', '基本合格'), ('failed', '不合格')], default='', editable=False, max_length=6, verbose_name='结论')),
                ('simple', models.BooleanField(default=False, editable=False, verbose_name='简化')),
                ('due_on', models.DateField(editable=False, verbose_name='报送期限')),
                ('sent_on', models.DateField(blank=True, editable=False, null=True, verbose_name='报送日期')),
                ('forward_by', models.DateField(blank=True, editable=False, null=True, verbose_name='初审期限')),
                ('mend_by', models.DateField(blank=True, editable=False, null=True, verbose_name='整改期限')),
                ('missed_on', models.DateField(blank=True, editable=False, null=True, verbose_name='认定没有按时报送')),
                ('work', models.TextField(blank=True, max_length=2000, verbose_name='一年的工作')),
                ('activities', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100000)], verbose_name='活动场次')),
                ('members', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100000)], verbose_name='成员人数')),
                ('party_members', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100000)], verbose_name='其中党员')),
                ('staff', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100000)], verbose_name='专职人员')),
                ('income', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='收入（元）')),
                ('expense', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='支出（元）')),
                ('assets', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='年末资产（元）')),
                ('debts', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='年末负债（元）')),
                ('councils', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100000)], verbose_name='理事会次数')),
                ('assemblies', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100000)], verbose_name='会员大会次数')),
                ('decided_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='annual_reports', to='organizations.organization', verbose_name='社会组织')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
            ],
            options={
                'verbose_name': '年度报告',
                'indexes': [
                    models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_annual_scope'),
                    models.Index(fields=['state', '-id'], include=('scope',), name='organizations_annual_state'),
                    models.Index(fields=['owner', '-id'], name='organizations_annual_owned'),
                    models.Index(fields=['entered_by', '-id'], name='organizations_annual_entered'),
                    models.Index(fields=['-id'], include=('scope', 'state'), name='organizations_annual_newest'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('organization', 'year'), name='organizations_annual_once_a_year', violation_error_message='这一年的年度报告已经有了，一年只报一份。'),
                    models.CheckConstraint(condition=models.Q(('year__gte', 2000), ('year__lte', 2100)), name='organizations_annual_year_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['review', 'check', 'mending', 'verify', 'passed', 'mended', 'unmended']), _negated=True), models.Q(('forward_by__isnull', False), ('sent_on__isnull', False), models.Q(('work', ''), _negated=True), ('activities__isnull', False), ('assemblies__isnull', False), ('assets__isnull', False), ('councils__isnull', False), ('debts__isnull', False), ('expense__isnull', False), ('income__isnull', False), ('members__isnull', False), ('party_members__isnull', False), ('staff__isnull', False)), _connector='OR'), name='organizations_annual_sent_is_whole'),
                    models.CheckConstraint(condition=models.Q(models.Q(('income__isnull', True), ('income__gte', 0), _connector='OR'), models.Q(('expense__isnull', True), ('expense__gte', 0), _connector='OR'), models.Q(('assets__isnull', True), ('assets__gte', 0), _connector='OR'), models.Q(('debts__isnull', True), ('debts__gte', 0), _connector='OR')), name='organizations_annual_not_negative', violation_error_message='金额不能小于零。'),
                    models.CheckConstraint(condition=models.Q(('party_members__isnull', True), ('members__isnull', True), ('party_members__lte', models.F('members')), _connector='OR'), name='organizations_annual_party_of_members', violation_error_message='党员人数不能多于成员人数。'),
                    models.CheckConstraint(condition=models.Q(models.Q(('decided_by__isnull', True), ('result', ''), models.Q(('state__in', ['passed', 'mending', 'verify', 'mended', 'unmended']), _negated=True)), models.Q(models.Q(('result', ''), _negated=True), ('decided_by__isnull', False), ('state__in', ['passed', 'mending', 'verify', 'mended', 'unmended'])), _connector='OR'), name='organizations_annual_concluded_by_somebody'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['mending', 'verify', 'mended', 'unmended']), _negated=True), models.Q(('mend_by__isnull', False), ('result__in', ['fair', 'failed'])), _connector='OR'), name='organizations_annual_mended_in_time'),
                    models.CheckConstraint(condition=models.Q(models.Q(models.Q(('state', 'missed'), _negated=True), ('missed_on__isnull', True)), models.Q(('missed_on__gt', models.F('due_on')), ('missed_on__isnull', False)), _connector='OR'), name='organizations_annual_missed_after_due', violation_error_message='报送期限还没有到，不能认定没有按时报送。'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Deregistration',
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
                ('state', models.CharField(choices=[('draft', '填写中'), ('consent', '主管单位审查'), ('mend', '主管单位退回补正'), ('liquidating', '清算'), ('applying', '清算结束，申请注销'), ('deciding', '登记机关审查'), ('mend_registry', '登记机关退回补正'), ('deregistered', '已注销登记'), ('refused', '不同意注销'), ('resumed', '终止清算，恢复活动'), ('withdrawn', '已撤回')], default='draft', max_length=14, verbose_name='状态')),
                ('kind', models.CharField(blank=True, choices=[('dissolve', '自行解散'), ('term', '完成宗旨或者章程规定的期限届满'), ('merge', '并入另一家组织'), ('split', '分立后不再保留')], max_length=10, verbose_name='终止的情形')),
                ('cause', models.TextField(blank=True, max_length=500, verbose_name='原因')),
                ('plan', models.TextField(blank=True, max_length=500, verbose_name='清算安排')),
                ('liquidated_on', models.DateField(blank=True, editable=False, null=True, verbose_name='清算结束')),
                ('apply_by', models.DateField(blank=True, editable=False, null=True, verbose_name='申请期限')),
                ('applied_on', models.DateField(blank=True, editable=False, null=True, verbose_name='申请日期')),
                ('claims', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='收回债权（元）')),
                ('debts', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='清偿债务（元）')),
                ('remainder', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='剩余财产（元）')),
                ('heir', models.CharField(blank=True, max_length=200, verbose_name='剩余财产的去向')),
                ('decided_on', models.DateField(blank=True, editable=False, null=True, verbose_name='注销日期')),
                ('decided_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.organization', verbose_name='并入')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deregistrations', to='organizations.organization', verbose_name='社会组织')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
            ],
            options={
                'verbose_name': '注销登记',
                'indexes': [
                    models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_deregist_scope'),
                    models.Index(fields=['state', '-id'], include=('scope',), name='organizations_deregist_state'),
                    models.Index(fields=['owner', '-id'], name='organizations_deregist_owned'),
                    models.Index(fields=['entered_by', '-id'], name='organizations_deregist_entered'),
                    models.Index(fields=['-id'], include=('scope', 'state'), name='organizations_deregist_newest'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state__in', ['deregistered', 'refused', 'resumed', 'withdrawn']), _negated=True), fields=('organization',), name='organizations_one_open_deregistration', violation_error_message='这家组织已经有一件注销登记在办。'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'withdrawn']), models.Q(models.Q(('kind', ''), _negated=True), models.Q(('cause', ''), _negated=True), models.Q(('plan', ''), _negated=True)), _connector='OR'), name='organizations_deregister_sent_is_whole'),
                    models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), models.Q(('kind', 'merge'), models.Q(('merged_into', models.F('organization')), _negated=True)), _connector='OR'), name='organizations_deregister_merges_with_another', violation_error_message='只有合并才填并入哪一家，并且要是另一家。'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['applying', 'deciding', 'mend_registry', 'deregistered']), _negated=True), models.Q(('apply_by__gt', models.F('liquidated_on')), ('liquidated_on__isnull', False)), _connector='OR'), name='organizations_deregister_liquidated_first', violation_error_message='先要清算结束。'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['deciding', 'deregistered']), _negated=True), models.Q(('applied_on__isnull', False), ('claims__gte', 0), ('debts__gte', 0), ('remainder__gte', 0), models.Q(('heir', ''), _negated=True)), _connector='OR'), name='organizations_deregister_by_report'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'deregistered'), _negated=True), models.Q(('decided_by__isnull', False), ('decided_on__gte', models.F('liquidated_on')), ('decided_on__isnull', False)), _connector='OR'), name='organizations_deregister_by_somebody'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Registration',
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
                ('state', models.CharField(choices=[('draft', '填写中'), ('consent', '主管单位审查'), ('mend', '主管单位退回补正'), ('accepting', '登记机关受理'), ('mend_registry', '登记机关退回补正'), ('deciding', '登记机关审查'), ('registered', '准予登记'), ('refused', '不予登记'), ('withdrawn', '已撤回')], default='draft', max_length=14, verbose_name='状态')),
                ('before', models.CharField(editable=False, help_text='the legal status it came from', max_length=20)),
                ('legal_type', models.CharField(blank=True, choices=[('association', '社会团体'), ('service', '社会服务机构'), ('foundation', '基金会')], max_length=12, verbose_name='法律类型')),
                ('full_name', models.CharField(blank=True, max_length=60, validators=[django.core.validators.MinLengthValidator(4)], verbose_name='登记名称')),
                ('premises', models.CharField(blank=True, max_length=120, verbose_name='住所')),
                ('individuals', models.PositiveIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(100000)], verbose_name='个人会员')),
                ('units', models.PositiveIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(100000)], verbose_name='单位会员')),
                ('staff', models.PositiveIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(100000)], verbose_name='从业人员')),
                ('funds', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=14, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='注册资金（元）')),
                ('approval_number', models.CharField(blank=True, editable=False, max_length=60, verbose_name='批准文号')),
                ('complete_on', models.DateField(blank=True, editable=False, null=True, verbose_name='受理日期')),
                ('decide_by', models.DateField(blank=True, editable=False, null=True, verbose_name='决定期限')),
                ('uscc', models.CharField(blank=True, editable=False, max_length=18, verbose_name='统一社会信用代码')),
                ('decided_on', models.DateField(blank=True, editable=False, null=True, verbose_name='登记日期')),
                ('decided_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='registrations', to='organizations.organization', verbose_name='社会组织')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
            ],
            options={
                'verbose_name': '成立登记',
                'indexes': [
                    models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_regist_scope'),
                    models.Index(fields=['state', '-id'], include=('scope',), name='organizations_regist_state'),
                    models.Index(fields=['owner', '-id'], name='organizations_regist_owned'),
                    models.Index(fields=['entered_by', '-id'], name='organizations_regist_entered'),
                    models.Index(fields=['-id'], include=('scope', 'state'), name='organizations_regist_newest'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state__in', ['registered', 'refused', 'withdrawn']), _negated=True), fields=('organization',), name='organizations_one_open_registration', violation_error_message='这家组织已经有一件登记申请在办。'),
                    models.UniqueConstraint(condition=models.Q(('uscc', ''), _negated=True), fields=('uscc',), name='organizations_registration_code_once', violation_error_message='这个统一社会信用代码已经给了别的组织。'),
                    models.CheckConstraint(condition=models.Q(('legal_type__in', ['', 'association', 'service'])), name='organizations_registration_type_offered', violation_error_message='基金会由省级以上民政部门登记，区里不受理。'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'withdrawn']), models.Q(models.Q(('legal_type', ''), _negated=True), models.Q(('full_name', ''), _negated=True), models.Q(('premises', ''), _negated=True)), _connector='OR'), name='organizations_registration_sent_is_whole'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['accepting', 'mend_registry', 'deciding', 'registered']), _negated=True), models.Q(('approval_number', ''), _negated=True), _connector='OR'), name='organizations_registration_consented_first', violation_error_message='先要有业务主管单位的批准文件。'),
                    models.CheckConstraint(condition=models.Q(models.Q(('complete_on__isnull', True), ('decide_by__isnull', True), models.Q(('state__in', ['deciding', 'registered']), _negated=True)), models.Q(('complete_on__isnull', False), ('decide_by__gt', models.F('complete_on'))), _connector='OR'), name='organizations_registration_clock'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'registered'), _negated=True), models.Q(('decided_by__isnull', False), ('decided_on__isnull', False), models.Q(('uscc', ''), _negated=True), models.Q(models.Q(('funds__gt', 0), ('legal_type', 'service'), ('staff__gte', 1)), models.Q(('funds__gte', 30000), ('legal_type', 'association'), models.Q(('individuals__gte', 50), ('units__gte', 30), models.Q(('individuals__gt', 0), ('individuals__gte', django.db.models.expressions.CombinedExpression(models.Value(50), '-', models.F('units'))), ('units__gt', 0)), _connector='OR')), _connector='OR')), _connector='OR'), name='organizations_registration_is_lawful', violation_error_message='没有达到登记条件。'),
                ],
            },
        ),
        migrations.AddField(
            model_name='organization',
            name='registered_on',
            field=models.DateField(blank=True, null=True, verbose_name='登记日期'),
        ),
        AddConstraintNotValid(
            model_name='organization',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('legal_status', 'filing_cancelled'), _negated=True), ('registered_on__isnull', True), _connector='OR'), name='organizations_registered_is_not_cancelled', violation_error_message='已经登记的组织不能注销备案，要走注销登记。'),
        ),
        linli.core.registers.schema.KeepTally('organizations_annualreport', 'annualreport', {'state': ('state', 'choice')}),
        linli.core.registers.schema.KeepTally('organizations_deregistration', 'deregistration', {'state': ('state', 'choice')}),
        linli.core.registers.schema.KeepTally('organizations_registration', 'registration', {'state': ('state', 'choice')}),
    ]
