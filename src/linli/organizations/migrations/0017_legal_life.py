"""The legal life of registered organizations: the annual report, and the day of registration beside that of filing."""

import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import linli.core.access.models
import linli.core.clock
from decimal import Decimal
import linli.core.registers.schema
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
            ],
            options={
                'verbose_name': '年度报告',
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
        migrations.AddField(
            model_name='annualreport',
            name='decided_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='annualreport',
            name='entered_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人'),
        ),
        migrations.AddField(
            model_name='annualreport',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='annual_reports', to='organizations.organization', verbose_name='社会组织'),
        ),
        migrations.AddField(
            model_name='annualreport',
            name='owner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人'),
        ),
        migrations.AddIndex(
            model_name='annualreport',
            index=models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_annual_scope'),
        ),
        migrations.AddIndex(
            model_name='annualreport',
            index=models.Index(fields=['state', '-id'], include=('scope',), name='organizations_annual_state'),
        ),
        migrations.AddIndex(
            model_name='annualreport',
            index=models.Index(fields=['owner', '-id'], name='organizations_annual_owned'),
        ),
        migrations.AddIndex(
            model_name='annualreport',
            index=models.Index(fields=['entered_by', '-id'], name='organizations_annual_entered'),
        ),
        migrations.AddIndex(
            model_name='annualreport',
            index=models.Index(fields=['-id'], include=('scope', 'state'), name='organizations_annual_newest'),
        ),
        migrations.AddConstraint(
            model_name='annualreport',
            constraint=models.UniqueConstraint(fields=('organization', 'year'), name='organizations_annual_once_a_year', violation_error_message='这一年的年度报告已经有了，一年只报一份。'),
        ),
        migrations.AddConstraint(
            model_name='annualreport',
            constraint=models.CheckConstraint(condition=models.Q(('year__gte', 2000), ('year__lte', 2100)), name='organizations_annual_year_known'),
        ),
        migrations.AddConstraint(
            model_name='annualreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['review', 'check', 'mending', 'verify', 'passed', 'mended', 'unmended']), _negated=True), models.Q(('forward_by__isnull', False), ('sent_on__isnull', False), models.Q(('work', ''), _negated=True), ('activities__isnull', False), ('assemblies__isnull', False), ('assets__isnull', False), ('councils__isnull', False), ('debts__isnull', False), ('expense__isnull', False), ('income__isnull', False), ('members__isnull', False), ('party_members__isnull', False), ('staff__isnull', False)), _connector='OR'), name='organizations_annual_sent_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='annualreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('income__isnull', True), ('income__gte', 0), _connector='OR'), models.Q(('expense__isnull', True), ('expense__gte', 0), _connector='OR'), models.Q(('assets__isnull', True), ('assets__gte', 0), _connector='OR'), models.Q(('debts__isnull', True), ('debts__gte', 0), _connector='OR')), name='organizations_annual_not_negative', violation_error_message='金额不能小于零。'),
        ),
        migrations.AddConstraint(
            model_name='annualreport',
            constraint=models.CheckConstraint(condition=models.Q(('party_members__isnull', True), ('members__isnull', True), ('party_members__lte', models.F('members')), _connector='OR'), name='organizations_annual_party_of_members', violation_error_message='党员人数不能多于成员人数。'),
        ),
        migrations.AddConstraint(
            model_name='annualreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_by__isnull', True), ('result', ''), models.Q(('state__in', ['passed', 'mending', 'verify', 'mended', 'unmended']), _negated=True)), models.Q(models.Q(('result', ''), _negated=True), ('decided_by__isnull', False), ('state__in', ['passed', 'mending', 'verify', 'mended', 'unmended'])), _connector='OR'), name='organizations_annual_concluded_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='annualreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['mending', 'verify', 'mended', 'unmended']), _negated=True), models.Q(('mend_by__isnull', False), ('result__in', ['fair', 'failed'])), _connector='OR'), name='organizations_annual_mended_in_time'),
        ),
        migrations.AddConstraint(
            model_name='annualreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('state', 'missed'), _negated=True), ('missed_on__isnull', True)), models.Q(('missed_on__gt', models.F('due_on')), ('missed_on__isnull', False)), _connector='OR'), name='organizations_annual_missed_after_due', violation_error_message='报送期限还没有到，不能认定没有按时报送。'),
        ),
        linli.core.registers.schema.KeepTally('organizations_annualreport', 'annualreport', {'state': ('state', 'choice')}),
    ]
