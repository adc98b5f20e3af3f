"""Impact assessments and incidents get tables of their own; requests are counted by a tally as other cases are."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.serializers.json
import django.db.models.deletion
import linli.core.access.models
import linli.core.clock
import linli.core.privacy.fields
import linli.core.registers.schema
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Needs no more than a moment: new tables, two columns with a constant default, triggers on a small table."""

    dependencies = [
        ('core', '0012_what_people_may_ask'),
    ]

    operations = [
        linli.core.registers.schema.KeepTally('core_datarequest', 'request', {'state': ('state', 'choice')}),
        migrations.AddField(
            model_name='localprocessing',
            name='line',
            field=models.BigIntegerField(blank=True, editable=False, help_text='the first row of a changed entry', null=True),
        ),
        migrations.AddField(
            model_name='localprocessing',
            name='triggers',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('sensitive', '处理敏感个人信息'), ('automated', '利用个人信息进行自动化决策'), ('entrusted', '委托他人处理'), ('shared', '向其他处理者提供'), ('published', '公开个人信息'), ('abroad', '向境外提供'), ('effect', '其他对个人权益有重大影响的')], max_length=10), blank=True, null=True, size=None, verbose_name='有没有下列情形'),
        ),
        migrations.AlterField(
            model_name='localprocessing',
            name='assessment',
            field=models.CharField(blank=True, editable=False, max_length=200, verbose_name='影响评估'),
        ),
        migrations.CreateModel(
            name='Incident',
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
                ('state', models.CharField(choices=[('draft', '填写中'), ('reported', '待研判'), ('handling', '处置中'), ('authority', '待报告主管部门'), ('persons', '待通知个人'), ('closing', '待结案'), ('closed', '已结案'), ('dismissed', '不是个人信息事件')], default='draft', max_length=10, verbose_name='状态')),
                ('kind', models.CharField(choices=[('leaked', '泄露：给了不该给的人'), ('abused', '违规查看或使用'), ('altered', '被篡改'), ('lost', '丢失、找不到'), ('feared', '可能会发生')], max_length=8, verbose_name='怎么了')),
                ('what', linli.core.privacy.fields.EncryptedTextField(blank=True, default='', verbose_name='发现了什么')),
                ('found_at', models.DateTimeField(verbose_name='发现时间')),
                ('happened_from', models.DateTimeField(blank=True, null=True, verbose_name='发生时间（从）')),
                ('happened_to', models.DateTimeField(blank=True, null=True, verbose_name='发生时间（到）')),
                ('level', models.CharField(blank=True, choices=[('ordinary', '一般'), ('large', '较大'), ('grave', '重大'), ('gravest', '特别重大')], max_length=8, verbose_name='等级')),
                ('estimate', models.PositiveIntegerField(blank=True, null=True, verbose_name='估计涉及多少人')),
                ('info', models.CharField(blank=True, max_length=300, verbose_name='涉及的个人信息种类')),
                ('cause', models.TextField(blank=True, max_length=2000, verbose_name='原因')),
                ('harm', models.TextField(blank=True, max_length=2000, verbose_name='可能造成的危害')),
                ('measures', models.TextField(blank=True, max_length=2000, verbose_name='已经采取的补救措施')),
                ('advice', models.TextField(blank=True, max_length=2000, verbose_name='个人可以怎样减轻危害')),
                ('contact', models.CharField(blank=True, max_length=200, verbose_name='联系方式')),
                ('sources', models.JSONField(default=list, editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder, help_text='how the persons concerned were found')),
                ('authority', models.CharField(blank=True, max_length=100, verbose_name='报告给哪个部门')),
                ('told_authority_on', models.DateField(blank=True, null=True, verbose_name='报告日期')),
                ('authority_number', models.CharField(blank=True, max_length=60, verbose_name='文号或回执号')),
                ('spare_reason', models.CharField(blank=True, max_length=500, verbose_name='不通知个人的理由')),
                ('told_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='通知个人的时间')),
                ('otherwise', models.CharField(blank=True, max_length=500, verbose_name='没有账号的人怎样通知')),
                ('closing', models.TextField(blank=True, max_length=3000, verbose_name='结案报告')),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
            ],
            options={
                'verbose_name': '个人信息事件',
                'indexes': [
                    models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='core_incident_scope'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['persons', 'closing', 'closed']), _negated=True), models.Q(('told_authority_on__isnull', False), models.Q(('authority', ''), _negated=True)), _connector='OR'), name='core_incident_past_the_authority_was_told'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['closing', 'closed']), _negated=True), ('told_at__isnull', False), models.Q(('spare_reason', ''), _negated=True), _connector='OR'), name='core_incident_persons_told_or_spared'),
                    models.CheckConstraint(condition=models.Q(('happened_to__isnull', True), ('happened_to__gte', models.F('happened_from')), _connector='OR'), name='core_incident_ends_after_it_began'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Concerned',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('told_at', models.DateTimeField(blank=True, null=True, verbose_name='通知时间')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='concerned', to='core.incident')),
            ],
            options={
                'verbose_name': '事件涉及的人',
                'indexes': [
                    models.Index(fields=['person', '-id'], name='core_concerned_person'),
                    models.Index(condition=models.Q(('told_at__isnull', True)), fields=['incident'], name='core_concerned_untold'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('incident', 'person'), name='core_concerned_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Assessment',
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
                ('key', models.CharField(editable=False, max_length=60, verbose_name='处理活动')),
                ('label', models.CharField(editable=False, max_length=80, verbose_name='处理活动的名称')),
                ('reasons', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('sensitive', '处理敏感个人信息'), ('automated', '利用个人信息进行自动化决策'), ('entrusted', '委托他人处理'), ('shared', '向其他处理者提供'), ('published', '公开个人信息'), ('abroad', '向境外提供'), ('effect', '其他对个人权益有重大影响的')], max_length=10), default=list, editable=False, size=None)),
                ('declared', models.JSONField(default=dict, editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('state', models.CharField(choices=[('draft', '待评估'), ('review', '待审定'), ('in_force', '有效'), ('lapsed', '已失效'), ('dropped', '不再需要')], default='draft', max_length=10, verbose_name='状态')),
                ('necessity', models.TextField(blank=True, max_length=3000, verbose_name='目的和方式是否合法、正当、必要')),
                ('effects', models.TextField(blank=True, max_length=3000, verbose_name='对个人权益的影响和安全风险')),
                ('risk', models.CharField(blank=True, choices=[('low', '低'), ('middle', '中'), ('high', '高')], max_length=6, verbose_name='风险程度')),
                ('measures', models.TextField(blank=True, max_length=3000, verbose_name='保护措施是否合法、有效，与风险相适应')),
                ('conclusion', models.CharField(blank=True, choices=[('go', '可以处理'), ('mend', '按要求改好以后可以处理'), ('stop', '不可以处理，要停下')], max_length=4, verbose_name='结论')),
                ('mends', models.TextField(blank=True, max_length=2000, verbose_name='要改什么、谁改、何时改好')),
                ('assessed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='评估时间')),
                ('approved_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='审定时间')),
                ('valid_until', models.DateField(blank=True, editable=False, null=True, verbose_name='有效至')),
                ('approved_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('assessed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('previous', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='renewals', to='core.assessment')),
            ],
            options={
                'verbose_name': '影响评估',
                'indexes': [models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('key'), name='core_assessment_scope')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'review', 'in_force'])), fields=('scope', 'key'), name='core_assessment_one_of_an_entry'), models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('assessed_by')), _negated=True), _connector='OR'), name='core_assessment_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'in_force'), _negated=True), models.Q(('approved_by__isnull', False), ('assessed_by__isnull', False), ('valid_until__isnull', False), models.Q(('conclusion__in', ['', 'stop']), _negated=True)), _connector='OR'), name='core_assessment_in_force_is_whole')],
            },
        ),
    ]
