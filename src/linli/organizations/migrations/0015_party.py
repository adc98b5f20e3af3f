"""Party-building: units and what they cover, members, regular meetings, posts of the two committees."""

import django.contrib.postgres.indexes
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

    dependencies = [
        ('actors', '0003_revisions'),
        ('areas', '0002_revisions'),
        ('organizations', '0014_credit'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PartyCoverage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('holds', models.BooleanField(default=True, verbose_name='有效')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='party_coverage', to='organizations.organization')),
            ],
            options={
                'verbose_name': '党的组织覆盖',
            },
        ),
        migrations.CreateModel(
            name='PartyUnit',
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
                ('state', models.CharField(choices=[('suggested', '建议，待联合会确认'), ('street', '待街道审批'), ('standing', '已设立'), ('renewing', '临近届满，待换届'), ('dismissed', '不采纳建议'), ('refused', '街道不同意设立'), ('ended', '已撤销设置')], default='suggested', max_length=10, verbose_name='状态')),
                ('kind', models.CharField(choices=[('own', '独立党支部'), ('joint', '联合党支部'), ('group', '党小组'), ('instructor', '党建指导员联系')], max_length=10, verbose_name='组织形式')),
                ('name', models.CharField(max_length=80, verbose_name='名称')),
                ('words', models.CharField(max_length=800, verbose_name='为什么这样设')),
                ('secretary_name', models.CharField(blank=True, max_length=50, verbose_name='书记（组长、指导员）')),
                ('theme_day', models.PositiveSmallIntegerField(default=20, verbose_name='主题党日固定在每月几号')),
                ('term_from', models.DateField(blank=True, null=True, verbose_name='任期自')),
                ('term_to', models.DateField(blank=True, editable=False, null=True, verbose_name='任期至')),
                ('announce_on', models.DateField(blank=True, editable=False, null=True, verbose_name='交办换届的日子')),
                ('approved_on', models.DateField(blank=True, editable=False, null=True, verbose_name='批准日期')),
                ('erased_at', models.DateTimeField(blank=True, editable=False, help_text='personal values taken out', null=True)),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('federation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.federation', verbose_name='联合会')),
                ('led_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='actors.body', verbose_name='直接领导的党组织所在社区')),
                ('organizations', models.ManyToManyField(related_name='+', through='organizations.PartyCoverage', to='organizations.organization', verbose_name='覆盖的组织')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
            ],
            options={
                'verbose_name': '党组织',
                'indexes': [
                    models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_unit_scope'),
                    models.Index(fields=['federation', 'state'], name='organizations_unit_of'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['standing', 'renewing']), _negated=True), models.Q(('announce_on__isnull', False), ('term_from__isnull', False), ('term_to__isnull', False), ('announce_on__lte', models.F('term_to')), ('approved_on__isnull', False), ('term_to__gt', models.F('term_from')), models.Q(('secretary_name', ''), _negated=True)), _connector='OR'), name='organizations_unit_standing_whole', violation_error_message='设立的党组织要有书记和任期。'),
                    models.CheckConstraint(condition=models.Q(('theme_day__range', (1, 28))), name='organizations_unit_theme_day', violation_error_message='主题党日请定在 1 到 28 号，每个月都有这一天。'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PartySession',
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
                ('kind', models.CharField(choices=[('members', '支部党员大会'), ('committee', '支部委员会会议'), ('group', '党小组会'), ('lecture', '党课'), ('theme', '主题党日'), ('life', '组织生活会'), ('review', '民主评议党员')], max_length=10, verbose_name='哪一种')),
                ('state', models.CharField(choices=[('open', '待召开'), ('done', '已召开'), ('waived', '本次免开'), ('lapsed', '党组织已撤销，不用再开')], default='open', max_length=10, verbose_name='状态')),
                ('period', models.CharField(max_length=20, verbose_name='期次')),
                ('period_from', models.DateField(verbose_name='期次自')),
                ('due_on', models.DateField(verbose_name='应在这一天前召开')),
                ('done_on', models.DateField(blank=True, null=True, verbose_name='召开日期')),
                ('present', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='到会党员')),
                ('topic', models.CharField(blank=True, max_length=200, verbose_name='主题')),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('federation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.federation', verbose_name='联合会')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('party_unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='organizations.partyunit', verbose_name='党组织')),
            ],
            options={
                'verbose_name': '三会一课记录',
                'indexes': [
                    models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_session_scope'),
                    models.Index(fields=['party_unit', 'due_on'], name='organizations_session_due'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('party_unit', 'kind', 'period_from'), name='organizations_session_once_a_period'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), models.Q(('done_on__gte', models.F('period_from')), ('done_on__isnull', False), ('present__gte', 1), ('present__isnull', False)), _connector='OR'), name='organizations_session_done_whole', violation_error_message='召开日期不能早于这一期，到会要有人。'),
                    models.CheckConstraint(condition=models.Q(('due_on__gte', models.F('period_from'))), name='organizations_session_period'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PartyMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True)),
                ('name', models.CharField(max_length=50, verbose_name='姓名')),
                ('id_number', linli.core.privacy.fields.EncryptedTextField(blank=True, default='', verbose_name='身份证号')),
                ('id_number_hash', models.CharField(blank=True, editable=False, max_length=64)),
                ('phone', linli.core.privacy.fields.EncryptedTextField(blank=True, default='', verbose_name='手机号')),
                ('phone_hash', models.CharField(blank=True, editable=False, max_length=64)),
                ('stage', models.CharField(choices=[('full', '正式党员'), ('probationary', '预备党员')], default='full', max_length=12, verbose_name='党员类别')),
                ('belongs_to', models.CharField(max_length=80, verbose_name='组织关系所在党组织')),
                ('standing', models.CharField(choices=[('managed', '已纳入管理'), ('unmanaged', '还没有纳入管理'), ('left', '已转出')], default='unmanaged', max_length=10, verbose_name='纳入管理情况')),
                ('scope', models.CharField(db_collation='C', editable=False, max_length=200)),
                ('joined_on', models.DateField(default=linli.core.clock.today, verbose_name='纳入日期')),
                ('left_on', models.DateField(blank=True, null=True, verbose_name='转出日期')),
                ('created_at', models.DateTimeField(default=linli.core.clock.now, editable=False)),
                ('erased_at', models.DateTimeField(blank=True, editable=False, help_text='personal values taken out', null=True)),
                ('search_text', models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('uid'), output_field=models.TextField(db_collation='C'))),
                ('search_private', models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('name'), output_field=models.TextField(db_collation='C'))),
                ('search_codes', models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('uid'), output_field=models.TextField(db_collation='C'))),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='party_members', to='organizations.organization', verbose_name='所在社会组织')),
                ('reported_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.area', verbose_name='报到的社区')),
                ('managed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='organizations.partyunit', verbose_name='纳入管理的党组织')),
            ],
            options={
                'verbose_name': '党员',
                'indexes': [
                    django.contrib.postgres.indexes.GinIndex(django.db.models.functions.comparison.Collate(linli.core.registers.search.Tokens('scope', {'stage': ('stage', 'choice'), 'standing': ('standing', 'choice'), 'year': ('joined_on', 'day')}), 'C'), gin_pending_list_limit=1024, name='organizations_party_tokens'),
                    models.Index(fields=['scope'], include=('id', 'stage', 'joined_on', 'standing'), name='organizations_party_in_area'),
                    django.contrib.postgres.indexes.HashIndex(condition=models.Q(('id_number_hash', ''), _negated=True), fields=['id_number_hash'], name='organizations_party_id'),
                    django.contrib.postgres.indexes.HashIndex(condition=models.Q(('phone_hash', ''), _negated=True), fields=['phone_hash'], name='organizations_party_phone'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('left_on__isnull', True), models.Q(('id_number_hash', ''), _negated=True)), fields=('id_number_hash',), name='organizations_party_member_once', violation_error_message='这名党员已经在另一个社会组织或党支部里，请先转出。'),
                    models.CheckConstraint(condition=models.Q(('left_on__isnull', True), ('left_on__gte', models.F('joined_on')), _connector='OR'), name='organizations_party_member_days'),
                    models.CheckConstraint(condition=models.Q(models.Q(('left_on__isnull', False), ('standing', 'left')), models.Q(('left_on__isnull', True), ('managed_by__isnull', False), ('standing', 'managed')), models.Q(('left_on__isnull', True), ('managed_by__isnull', True), ('standing', 'unmanaged')), _connector='OR'), name='organizations_party_member_standing'),
                    models.CheckConstraint(condition=models.Q(('left_on__isnull', False), models.Q(('id_number_hash', ''), _negated=True), _connector='OR'), name='organizations_party_member_known'),
                ],
            },
        ),
        migrations.AddField(
            model_name='partycoverage',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='coverage', to='organizations.partyunit'),
        ),
        migrations.CreateModel(
            name='CommitteePost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True)),
                ('scope', models.CharField(db_collation='C', editable=False, max_length=200)),
                ('person_name', models.CharField(max_length=50, verbose_name='两委成员姓名')),
                ('is_head', models.BooleanField(default=False, verbose_name='任会长或召集人')),
                ('approval', models.CharField(max_length=120, verbose_name='批准依据')),
                ('held_from', models.DateField(default=linli.core.clock.today, verbose_name='任职自')),
                ('held_to', models.DateField(blank=True, null=True, verbose_name='任职至')),
                ('created_at', models.DateTimeField(default=linli.core.clock.now, editable=False)),
                ('erased_at', models.DateTimeField(blank=True, editable=False, help_text='personal values taken out', null=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='committee_posts', to='organizations.organization', verbose_name='社会组织')),
            ],
            options={
                'verbose_name': '两委成员兼职',
                'indexes': [models.Index(fields=['scope'], name='organizations_committee_area')],
                'constraints': [models.CheckConstraint(condition=models.Q(('held_to__isnull', True), ('held_to__gte', models.F('held_from')), _connector='OR'), name='organizations_committee_post_days', violation_error_message='卸任日期不能早于任职日期。'), models.CheckConstraint(condition=models.Q(('approval', ''), _negated=True), name='organizations_committee_post_approved', violation_error_message='没有批准依据的不登记。'), models.UniqueConstraint(condition=models.Q(('held_to__isnull', True), ('is_head', True)), fields=('organization',), name='organizations_one_head_from_committee', violation_error_message='这家组织已经登记了一位两委成员任会长或召集人。'), models.UniqueConstraint(condition=models.Q(('held_to__isnull', True)), fields=('organization', 'person_name'), name='organizations_committee_post_once', violation_error_message='这个人在这家组织的职务已经登记。')],
            },
        ),
        migrations.AddConstraint(
            model_name='partycoverage',
            constraint=models.UniqueConstraint(condition=models.Q(('holds', True)), fields=('organization',), name='organizations_covered_once', violation_error_message='这家组织已经在另一个党组织里。'),
        ),
        migrations.AddConstraint(
            model_name='partycoverage',
            constraint=models.UniqueConstraint(fields=('unit', 'organization'), name='organizations_covered_once_a_unit'),
        ),
        linli.core.registers.schema.KeepTally(
            'organizations_partymember',
            'partymembers',
            {'stage': ('stage', 'choice'), 'standing': ('standing', 'choice'), 'year': ('joined_on', 'day')},
        ),
    ]
