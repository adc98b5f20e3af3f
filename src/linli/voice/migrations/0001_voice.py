"""What residents say: kinds of matters, who does what, reports, how to reach their authors, and who follows them."""

import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import linli.core.access.models
import linli.core.clock
import linli.core.privacy.fields
import linli.core.registers.schema
import linli.core.registers.search
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('actors', '0004_treasurers'),
        ('areas', '0002_revisions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Matter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True)),
                ('scope', models.CharField(db_collation='C', editable=False, max_length=200)),
                ('code', models.SlugField(help_text='小写字母、数字和下划线，定下就不改。', max_length=20, verbose_name='代码')),
                ('name', models.CharField(max_length=20, verbose_name='名称')),
                ('topic', models.CharField(choices=[('building', '楼里的事'), ('street', '路上和公共场所'), ('neighbours', '邻里之间'), ('service', '办事和服务')], default='service', max_length=10, verbose_name='归在')),
                ('urgency', models.CharField(choices=[('urgent', '紧急'), ('simple', '简单'), ('normal', '一般'), ('complex', '复杂')], default='normal', max_length=8, verbose_name='缓急')),
                ('hint', models.CharField(blank=True, max_length=80, verbose_name='举例')),
                ('ended', models.BooleanField(default=False, verbose_name='停用')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.area', verbose_name='区')),
            ],
            options={
                'verbose_name': '诉求类别',
                'ordering': ['topic', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Handling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(db_collation='C', editable=False, max_length=200)),
                ('part', models.CharField(choices=[('lead', '主要事'), ('assist', '协助事'), ('refer', '转介事')], max_length=6, verbose_name='三事')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.area', verbose_name='街道')),
                ('body', models.ForeignKey(blank=True, help_text='不选：诉求所在的社区。', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='actors.body', verbose_name='单位')),
                ('matter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handlings', to='voice.matter', verbose_name='类别')),
            ],
            options={
                'verbose_name': '三事清单',
            },
        ),
        migrations.CreateModel(
            name='Report',
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
                ('state', models.CharField(choices=[('draft', '填写中'), ('submitted', '待受理'), ('accepted', '已受理，待派单'), ('dispatched', '已派单，待签收'), ('disputed', '派单有异议'), ('signed', '已签收'), ('in_progress', '办理中'), ('transfer', '请另一单位接办'), ('replied', '已答复，待回访'), ('reopened', '退回重办'), ('closed', '已办结，可评价'), ('rated', '已评价'), ('archived', '已归档'), ('rejected', '不予受理'), ('redirected', '已告知去处'), ('merged', '已并入同一件'), ('withdrawn', '已撤回')], default='draft', max_length=20, verbose_name='状态')),
                ('topic', models.CharField(blank=True, choices=[('building', '楼里的事'), ('street', '路上和公共场所'), ('neighbours', '邻里之间'), ('service', '办事和服务')], editable=False, max_length=10, verbose_name='归在')),
                ('urgency', models.CharField(blank=True, choices=[('urgent', '紧急'), ('simple', '简单'), ('normal', '一般'), ('complex', '复杂')], max_length=8, verbose_name='缓急')),
                ('words', models.TextField(blank=True, max_length=1000, verbose_name='说说情况')),
                ('masked', models.BooleanField(default=False, editable=False, help_text='numbers of persons were taken out')),
                ('place', models.CharField(blank=True, max_length=80, verbose_name='具体位置')),
                ('lng', models.FloatField(blank=True, null=True, verbose_name='经度')),
                ('lat', models.FloatField(blank=True, null=True, verbose_name='纬度')),
                ('datum', models.CharField(blank=True, choices=[('wgs84', 'WGS-84'), ('cgcs2000', 'CGCS2000'), ('gcj02', 'GCJ-02'), ('bd09', 'BD-09')], max_length=8, verbose_name='坐标系')),
                ('said_on', models.DateField(blank=True, editable=False, null=True, verbose_name='提出日期')),
                ('channel', models.CharField(choices=[('online', '网上'), ('code', '扫楼栋码'), ('hotline', '电话'), ('paper', '书面'), ('visit', '上门、来访')], default='online', max_length=8, verbose_name='怎么来的')),
                ('open_to_all', models.BooleanField(default=True, verbose_name='可以公开')),
                ('dispatched_at', models.DateTimeField(blank=True, null=True, verbose_name='派单')),
                ('sign_by', models.DateField(blank=True, null=True, verbose_name='签收期限')),
                ('responded_at', models.DateTimeField(blank=True, null=True, verbose_name='首次回应')),
                ('respond_by', models.DateField(blank=True, null=True, verbose_name='回应期限')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='办理期限')),
                ('replied_at', models.DateTimeField(blank=True, null=True, verbose_name='答复')),
                ('answer', models.TextField(blank=True, max_length=500, verbose_name='答复内容')),
                ('upheld', models.BooleanField(default=False, editable=False, help_text='a dispute was decided: no second one')),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='没联系上的次数')),
                ('reached', models.BooleanField(blank=True, null=True, verbose_name='联系上了')),
                ('solved', models.BooleanField(blank=True, null=True, verbose_name='解决了')),
                ('satisfied', models.PositiveSmallIntegerField(blank=True, choices=[(5, '非常满意'), (4, '满意'), (3, '基本满意'), (2, '不满意'), (1, '非常不满意')], null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='满意度')),
                ('reopened_at', models.DateTimeField(blank=True, null=True, verbose_name='退回重办')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='办结')),
                ('elsewhere', models.CharField(blank=True, choices=[('110', '正在发生的违法、人身危险：打 110'), ('119', '火警：打 119'), ('120', '急病、受伤：打 120'), ('122', '交通事故：打 122'), ('court', '已经起诉、仲裁或申请行政复议的：由受理的法院、仲裁委或复议机关办'), ('petition', '信访、申诉、检举：到区信访局或国家信访局网上信访'), ('discipline', '举报公职人员违纪违法：打 12388')], max_length=10, verbose_name='去处')),
                ('search_text', models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('words', 'place'), output_field=models.TextField(db_collation='C'))),
                ('search_private', models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('number'), output_field=models.TextField(db_collation='C'))),
                ('search_codes', models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('number'), output_field=models.TextField(db_collation='C'))),
                ('about', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='actors.body', verbose_name='反映的是哪个单位')),
                ('area', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.area', verbose_name='在哪里')),
                ('asked', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='actors.body', verbose_name='请求接办的单位')),
                ('community', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.area')),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('first_handler', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='actors.body', verbose_name='首接单位')),
                ('handler', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='actors.body', verbose_name='承办单位')),
                ('matter', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='voice.matter', verbose_name='什么事')),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='voice.report', verbose_name='并入')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
            ],
            options={
                'verbose_name': '诉求',
            },
        ),
        migrations.CreateModel(
            name='HelpAsked',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('wanted', models.CharField(max_length=500, verbose_name='请做什么')),
                ('asked_at', models.DateTimeField(default=linli.core.clock.now, editable=False)),
                ('answer', models.CharField(blank=True, max_length=500, verbose_name='协助情况')),
                ('answered_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='actors.body', verbose_name='协助单位')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='helps', to='voice.report')),
            ],
            options={
                'verbose_name': '协助',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Follow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(default=linli.core.clock.now, editable=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='follows', to='voice.report')),
            ],
            options={
                'verbose_name': '我也遇到',
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True)),
                ('name', linli.core.privacy.fields.EncryptedTextField(blank=True, default='', verbose_name='怎么称呼')),
                ('phone', linli.core.privacy.fields.EncryptedTextField(blank=True, default='', verbose_name='联系电话')),
                ('phone_hash', models.CharField(blank=True, editable=False, max_length=64)),
                ('report', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='contact', to='voice.report')),
            ],
            options={
                'verbose_name': '诉求人的联系方式',
            },
        ),
        migrations.AddIndex(
            model_name='matter',
            index=models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), name='voice_matter_scope'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.UniqueConstraint(fields=('area', 'code'), name='voice_matter_code_once', violation_error_message='这个代码已经用过，换一个。'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.UniqueConstraint(fields=('area', 'name'), name='voice_matter_name_once', violation_error_message='已经有这一类。'),
        ),
        migrations.AddIndex(
            model_name='handling',
            index=models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), name='voice_handling_scope'),
        ),
        migrations.AddConstraint(
            model_name='handling',
            constraint=models.UniqueConstraint(condition=models.Q(('part', 'lead')), fields=('matter', 'area'), name='voice_one_leads', violation_error_message='这一类已经有主办单位，先去掉原来的。'),
        ),
        migrations.AddConstraint(
            model_name='handling',
            constraint=models.UniqueConstraint(fields=('matter', 'area', 'body'), name='voice_handling_once', nulls_distinct=False, violation_error_message='这个单位已经在这一类里。'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=django.contrib.postgres.indexes.GinIndex(django.db.models.functions.comparison.Collate(linli.core.registers.search.Tokens('scope', {'channel': ('channel', 'choice'), 'state': ('state', 'choice'), 'topic': ('topic', 'choice'), 'urgency': ('urgency', 'choice'), 'year': ('said_on', 'day')}), 'C'), gin_pending_list_limit=1024, name='voice_report_tokens'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='voice_report_scope'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['state', '-id'], include=('scope',), name='voice_report_state'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['owner', '-id'], name='voice_report_owned'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['entered_by', '-id'], name='voice_report_entered'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['-id'], include=('scope', 'state'), name='voice_report_newest'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['community', '-id'], include=('state',), name='voice_report_board'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['handler', '-id'], include=('state',), name='voice_report_handled'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='voice_report_merged'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('matter'), name='voice_report_alike'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'withdrawn', 'redirected']), models.Q(('area__isnull', False), ('matter__isnull', False), models.Q(('words', ''), _negated=True), models.Q(('scope', ''), _negated=True)), _connector='OR'), name='voice_sent_report_has_content'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'redirected'), _negated=True), models.Q(('about__isnull', True), ('lat__isnull', True), ('lng__isnull', True), ('place', ''), ('words', ''), models.Q(('elsewhere', ''), _negated=True)), _connector='OR'), name='voice_redirected_report_is_empty'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['dispatched', 'disputed', 'signed', 'in_progress', 'transfer', 'replied', 'reopened']), _negated=True), models.Q(('due_on__isnull', False), ('first_handler__isnull', False), ('handler__isnull', False)), _connector='OR'), name='voice_handed_out_report_has_a_handler'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('about__isnull', True), ('handler__isnull', True), models.Q(('about', models.F('handler')), _negated=True), _connector='OR'), name='voice_nobody_answers_about_itself', violation_error_message='被反映的单位不能承办自己的事，请交给别的单位。'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'merged'), _negated=True), models.Q(('merged_into__isnull', False), models.Q(('merged_into', models.F('pk')), _negated=True)), _connector='OR'), name='voice_merged_report_has_another'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('datum', ''), ('lat', None), ('lng', None)), models.Q(('lat__range', (3, 54)), ('lng__range', (73, 136)), models.Q(('datum', ''), _negated=True)), _connector='OR'), name='voice_report_point_whole'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('satisfied__isnull', True), ('satisfied__range', (1, 5)), _connector='OR'), name='voice_satisfied_in_five_levels'),
        ),
        migrations.AddConstraint(
            model_name='helpasked',
            constraint=models.UniqueConstraint(condition=models.Q(('answered_at__isnull', True)), fields=('report', 'body'), name='voice_help_asked_once', violation_error_message='已经请过这个单位，对方还没有答复。'),
        ),
        migrations.AddIndex(
            model_name='follow',
            index=models.Index(fields=['user', '-id'], name='voice_follow_of'),
        ),
        migrations.AddConstraint(
            model_name='follow',
            constraint=models.UniqueConstraint(fields=('report', 'user'), name='voice_follow_once'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=django.contrib.postgres.indexes.HashIndex(condition=models.Q(('phone_hash', ''), _negated=True), fields=['phone_hash'], name='voice_contact_phone'),
        ),
        linli.core.registers.schema.KeepTally('voice_report', 'report', {'state': ('state', 'choice')}),
        linli.core.registers.schema.KeepTally(
            'voice_report',
            'reports',
            {
                'channel': ('channel', 'choice'),
                'topic': ('topic', 'choice'),
                'state': ('state', 'choice'),
                'urgency': ('urgency', 'choice'),
                'year': ('said_on', 'day'),
            },
            'scope',
            'voice_reports',
        ),
    ]
