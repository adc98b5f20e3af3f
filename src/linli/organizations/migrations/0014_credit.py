"""Credit: what is known of an organization, and its entries on the two lists."""

import datetime
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import linli.core.access.models
import linli.core.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organizations', '0013_incubation_and_dormancy'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CreditInfo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True)),
                ('scope', models.CharField(db_collation='C', editable=False, max_length=200)),
                ('kind', models.CharField(choices=[('basic', '基础信息'), ('report', '年报信息'), ('inspection', '行政检查信息'), ('penalty', '行政处罚信息'), ('other', '其他信息')], max_length=10, verbose_name='信息类别')),
                ('title', models.CharField(max_length=80, verbose_name='标题')),
                ('content', models.CharField(blank=True, max_length=500, verbose_name='内容')),
                ('source', models.CharField(max_length=80, verbose_name='作出机关')),
                ('document', models.CharField(blank=True, max_length=60, verbose_name='文书号')),
                ('happened_on', models.DateField(verbose_name='形成日期')),
                ('entered_on', models.DateField(default=linli.core.clock.today, editable=False, verbose_name='归集日期')),
                ('withdrawn_on', models.DateField(blank=True, editable=False, null=True, verbose_name='撤下日期')),
                ('withdrawn_reason', models.CharField(blank=True, editable=False, max_length=300, verbose_name='撤下的理由')),
                ('entered_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='归集人')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credit_infos', to='organizations.organization', verbose_name='社会组织')),
                ('withdrawn_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '信用信息',
                'indexes': [models.Index(fields=['organization', '-happened_on', '-id'], name='organizations_credit_info_of')],
                'constraints': [models.CheckConstraint(condition=models.Q(('happened_on__lte', models.F('entered_on'))), name='organizations_credit_info_happened', violation_error_message='形成日期不能在归集日期之后。'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_by__isnull', True), ('withdrawn_on__isnull', True), ('withdrawn_reason', '')), models.Q(('withdrawn_by__isnull', False), ('withdrawn_on__isnull', False), models.Q(('withdrawn_reason', ''), _negated=True)), _connector='OR'), name='organizations_credit_info_withdrawn_whole'), models.CheckConstraint(condition=models.Q(('kind', 'basic'), _negated=True), name='organizations_credit_info_not_basic', violation_error_message='基础信息就是名册内容，不另外录入。')],
            },
        ),
        migrations.CreateModel(
            name='CreditListing',
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
                ('credit_list', models.CharField(choices=[('abnormal', '活动异常名录'), ('dishonest', '严重违法失信名单')], max_length=10, verbose_name='名录')),
                ('cause', models.CharField(blank=True, choices=[('no_report', '没有按时报送年度工作报告'), ('no_party', '应当设立党组织而没有设立'), ('not_mended', '责令整改，逾期没有完成'), ('fined_lightly', '受到警告或者不满五万元罚款'), ('unreachable', '按登记的住所联系不上'), ('other_abnormal', '法规规章规定的其他活动异常'), ('two_years', '在活动异常名录满两年'), ('change_revoked', '弄虚作假办理变更，被撤销'), ('suspended', '受到限期停止活动的处罚'), ('fined_heavily', '受到五万元以上罚款'), ('fined_often', '三年内两次以上受到警告或者罚款'), ('defaulter', '被司法机关列为失信被执行人'), ('revoked', '被吊销登记证书或者撤销登记'), ('other_dishonest', '法规规章规定的其他严重违法失信')], max_length=20, verbose_name='情形')),
                ('state', models.CharField(choices=[('draft', '起草中'), ('check', '满两年，待核对'), ('hearing', '已告知，可以申辩'), ('decision', '待决定'), ('listed', '在列'), ('repair', '申请移出，待核实'), ('removed', '已移出'), ('dropped', '不列入'), ('withdrawn', '已撤回')], default='draft', max_length=10, verbose_name='状态')),
                ('facts', models.TextField(blank=True, max_length=1000, verbose_name='事实')),
                ('document', models.CharField(blank=True, max_length=120, verbose_name='依据的文书')),
                ('first_letter_on', models.DateField(blank=True, null=True, verbose_name='第一次寄信')),
                ('second_letter_on', models.DateField(blank=True, null=True, verbose_name='第二次寄信')),
                ('listed_on', models.DateField(blank=True, editable=False, null=True, verbose_name='列入日期')),
                ('released_on', models.DateField(blank=True, editable=False, help_text='when the clock asks; only where nothing can be mended', null=True)),
                ('earliest_on', models.DateField(blank=True, editable=False, null=True, verbose_name='最早可移出')),
                ('removed_on', models.DateField(blank=True, editable=False, null=True, verbose_name='移出日期')),
                ('annulled', models.BooleanField(default=False, editable=False, verbose_name='列入有误')),
                ('asked_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credit_listings', to='organizations.organization', verbose_name='社会组织')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('proposed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '信用名录',
                'indexes': [models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_listing_scope'), models.Index(fields=['organization', 'state'], name='organizations_listing_of'), models.Index(condition=models.Q(('state__in', ['listed', 'repair'])), fields=['credit_list', '-listed_on', '-id'], name='organizations_listing_public')],
                'constraints': [models.UniqueConstraint(condition=models.Q(models.Q(('state__in', ['removed', 'dropped', 'withdrawn']), _negated=True), models.Q(('cause', ''), _negated=True)), fields=('organization', 'credit_list', 'cause'), name='organizations_listing_once_for_a_cause', violation_error_message='同一情形已经提出或者在列，不用再提。'), models.CheckConstraint(condition=models.Q(('cause', ''), models.Q(('cause__in', ['no_report', 'no_party', 'not_mended', 'fined_lightly', 'unreachable', 'other_abnormal']), ('credit_list', 'abnormal')), models.Q(('cause__in', ['two_years', 'change_revoked', 'suspended', 'fined_heavily', 'fined_often', 'defaulter', 'revoked', 'other_dishonest']), ('credit_list', 'dishonest')), _connector='OR'), name='organizations_listing_cause_of_its_list', violation_error_message='这个情形不属于这个名录。'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'withdrawn']), models.Q(models.Q(('cause', ''), _negated=True), models.Q(('facts', ''), _negated=True)), _connector='OR'), name='organizations_listing_sent_is_whole'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'withdrawn']), models.Q(('cause', 'unreachable'), _negated=True), models.Q(('first_letter_on__isnull', False), ('second_letter_on__gte', django.db.models.functions.comparison.Cast(models.ExpressionWrapper(django.db.models.expressions.CombinedExpression(models.F('first_letter_on'), '+', models.Value(datetime.timedelta(days=20), output_field=models.DurationField())), output_field=models.DateTimeField()), models.DateField())), ('second_letter_on__isnull', False), ('second_letter_on__lte', django.db.models.functions.comparison.Cast(models.ExpressionWrapper(django.db.models.expressions.CombinedExpression(models.F('first_letter_on'), '+', models.Value(datetime.timedelta(days=60), output_field=models.DurationField())), output_field=models.DateTimeField()), models.DateField()))), _connector='OR'), name='organizations_listing_letters', violation_error_message='按住所联系不上的，要有相隔 20 到 60 天的两次寄信。'), models.CheckConstraint(condition=models.Q(('decided_by', None), ('proposed_by', None), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='organizations_listing_decided_by_another', violation_error_message='提出和决定要由两个人办。'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['listed', 'repair', 'removed']), _negated=True), models.Q(('decided_by__isnull', False), ('earliest_on__isnull', False), ('listed_on__isnull', False)), _connector='OR'), name='organizations_listing_on_list_is_dated'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'removed'), _negated=True), models.Q(('removed_on__isnull', False), models.Q(('annulled', True), ('removed_on__gte', models.F('earliest_on')), _connector='OR')), _connector='OR'), name='organizations_listing_not_removed_early', violation_error_message='还没到可以移出的日期。')],
            },
        ),
    ]
