"""Federations of streets: their checklist, posts and friends, members and their matters, the queue of enquiries."""

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

    dependencies = [
        ('actors', '0002_one_hat_and_appointments'),
        ('areas', '0001_initial'),
        ('organizations', '0009_states_are_checked'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Federation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True)),
                ('name', models.CharField(max_length=120, verbose_name='名称')),
                ('scope', models.CharField(db_collation='C', editable=False, max_length=200)),
                ('founded_on', models.DateField(verbose_name='成立日期')),
                ('ones_met', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='六个一已达标')),
                ('standard', models.CharField(choices=[('met', '六个一达标'), ('mending', '六个一未达标')], default='mending', editable=False, max_length=10, verbose_name='达标情况')),
                ('created_at', models.DateTimeField(default=linli.core.clock.now, editable=False)),
                ('search_text', models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('name'), output_field=models.TextField(db_collation='C'))),
                ('search_private', models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('uid'), output_field=models.TextField(db_collation='C'))),
                ('search_codes', models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('uid'), output_field=models.TextField(db_collation='C'))),
                ('area', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.area', verbose_name='街道')),
                ('body', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='actors.body', verbose_name='机构')),
            ],
            options={
                'verbose_name': '联合会',
            },
        ),
        migrations.CreateModel(
            name='Enquiry',
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
                ('contact_name', models.CharField(blank=True, max_length=50, verbose_name='联系人')),
                ('contact_phone', linli.core.privacy.fields.EncryptedTextField(blank=True, default='', verbose_name='联系电话')),
                ('contact_phone_hash', models.CharField(blank=True, editable=False, max_length=64)),
                ('erased_at', models.DateTimeField(blank=True, editable=False, help_text='personal values taken out', null=True)),
                ('state', models.CharField(choices=[('draft', '填写中'), ('received', '待联合会答复'), ('street', '转街道答复'), ('matched', '已对接'), ('declined', '不能提供'), ('withdrawn', '已撤回')], default='draft', max_length=10, verbose_name='状态')),
                ('name', models.CharField(max_length=60, validators=[django.core.validators.MinLengthValidator(3)], verbose_name='你们的名称')),
                ('registered_with', models.CharField(blank=True, max_length=60, verbose_name='在哪里登记或备案')),
                ('resource', models.CharField(choices=[('venue', '办公或活动场地'), ('equipment', '设备物资'), ('party', '党建资源'), ('people', '人力、志愿者'), ('information', '信息和居民联系'), ('project', '项目合作'), ('other', '其他资源')], max_length=12, verbose_name='想要哪类资源')),
                ('want', models.CharField(max_length=500, validators=[django.core.validators.MinLengthValidator(5)], verbose_name='想做什么，需要什么')),
                ('consented_at', models.DateTimeField(blank=True, null=True, verbose_name='同意个人信息处理')),
                ('search_text', models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('name', 'want'), output_field=models.TextField(db_collation='C'))),
                ('search_private', models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('contact_name'), output_field=models.TextField(db_collation='C'))),
                ('search_codes', models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('number'), output_field=models.TextField(db_collation='C'))),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('federation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.federation', verbose_name='联合会')),
            ],
            options={
                'verbose_name': '资源对接',
            },
        ),
        migrations.CreateModel(
            name='Friendship',
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
                ('state', models.CharField(choices=[('draft', '拟签'), ('in_force', '有效'), ('ended', '已到期'), ('broken_off', '提前终止'), ('dropped', '没有签成')], default='draft', max_length=10, verbose_name='状态')),
                ('name', models.CharField(blank=True, max_length=60, verbose_name='对方名称')),
                ('registered_with', models.CharField(blank=True, max_length=60, verbose_name='登记机关')),
                ('shares', models.CharField(blank=True, max_length=300, verbose_name='共享和合作的内容')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='协议自')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='协议至')),
                ('ended_on', models.DateField(blank=True, editable=False, null=True, verbose_name='终止日期')),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('federation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.federation', verbose_name='联合会')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
            ],
            options={
                'verbose_name': '友好组织',
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('contact_name', models.CharField(blank=True, max_length=50, verbose_name='联系人')),
                ('contact_phone', linli.core.privacy.fields.EncryptedTextField(blank=True, default='', verbose_name='联系电话')),
                ('contact_phone_hash', models.CharField(blank=True, editable=False, max_length=64)),
                ('erased_at', models.DateTimeField(blank=True, editable=False, help_text='personal values taken out', null=True)),
                ('uid', models.CharField(default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True)),
                ('number', models.CharField(max_length=40, unique=True, verbose_name='会员编号')),
                ('kind', models.CharField(choices=[('organization', '社会组织（会员）'), ('enterprise', '驻区企业'), ('person', '乡贤及社会知名人士')], max_length=12, verbose_name='会员类别')),
                ('name', models.CharField(max_length=60, verbose_name='名称或姓名')),
                ('scope', models.CharField(db_collation='C', editable=False, max_length=200)),
                ('status', models.CharField(choices=[('active', '正常会员'), ('warned', '已警告'), ('suspended', '暂停会员资格'), ('left', '已退会')], default='active', max_length=10, verbose_name='会员状态')),
                ('joined_on', models.DateField(verbose_name='入会日期')),
                ('left_on', models.DateField(blank=True, null=True, verbose_name='退会日期')),
                ('created_at', models.DateTimeField(default=linli.core.clock.now, editable=False)),
                ('search_text', models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('name'), output_field=models.TextField(db_collation='C'))),
                ('search_private', models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('contact_name'), output_field=models.TextField(db_collation='C'))),
                ('search_codes', models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('number'), output_field=models.TextField(db_collation='C'))),
                ('federation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='organizations.federation', verbose_name='联合会')),
                ('organization', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='organizations.organization', verbose_name='社会组织')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='会员账号')),
            ],
            options={
                'verbose_name': '联合会会员',
            },
        ),
        migrations.CreateModel(
            name='Membership',
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
                ('contact_name', models.CharField(blank=True, max_length=50, verbose_name='联系人')),
                ('contact_phone', linli.core.privacy.fields.EncryptedTextField(blank=True, default='', verbose_name='联系电话')),
                ('contact_phone_hash', models.CharField(blank=True, editable=False, max_length=64)),
                ('erased_at', models.DateTimeField(blank=True, editable=False, help_text='personal values taken out', null=True)),
                ('kind', models.CharField(choices=[('join', '入会'), ('leave', '退会'), ('warn', '警告'), ('suspend', '暂停资格'), ('restore', '恢复资格'), ('expel', '除名')], default='join', max_length=10, verbose_name='事项')),
                ('state', models.CharField(choices=[('draft', '填写中'), ('review', '联合会核对'), ('council', '理事会审议'), ('done', '已通过'), ('mend', '退回补正'), ('refused', '理事会未通过'), ('withdrawn', '已撤回')], default='draft', max_length=10, verbose_name='状态')),
                ('member_kind', models.CharField(blank=True, choices=[('organization', '社会组织（会员）'), ('enterprise', '驻区企业'), ('person', '乡贤及社会知名人士')], max_length=12, verbose_name='会员类别')),
                ('name', models.CharField(blank=True, max_length=60, validators=[django.core.validators.MinLengthValidator(2)], verbose_name='名称或姓名')),
                ('intro', models.CharField(blank=True, max_length=500, verbose_name='简介和能做的事')),
                ('cause', models.CharField(blank=True, max_length=300, verbose_name='事由')),
                ('consented_at', models.DateTimeField(blank=True, null=True, verbose_name='同意个人信息处理')),
                ('met_on', models.DateField(blank=True, null=True, verbose_name='理事会日期')),
                ('entitled', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='应到理事')),
                ('present', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='实到理事')),
                ('in_favour', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='赞成')),
                ('search_text', models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('name'), output_field=models.TextField(db_collation='C'))),
                ('search_private', models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('contact_name'), output_field=models.TextField(db_collation='C'))),
                ('search_codes', models.GeneratedField(db_persist=True, expression=linli.core.registers.search.Lines('number'), output_field=models.TextField(db_collation='C'))),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('federation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.federation', verbose_name='联合会')),
                ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='matters', to='organizations.member', verbose_name='会员')),
                ('organization', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.organization', verbose_name='社会组织')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
            ],
            options={
                'verbose_name': '会员事项',
            },
        ),
        migrations.CreateModel(
            name='Pillar',
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
                ('item', models.CharField(choices=[('office', '独立的办公场所'), ('structure', '完善的组织架构'), ('staff', '专业的人员队伍'), ('funds', '稳定的经费保障体系'), ('rules', '完善的运作机制'), ('platform', '发挥作用的平台')], max_length=12, verbose_name='哪一项')),
                ('round', models.PositiveSmallIntegerField(default=1, verbose_name='第几轮')),
                ('state', models.CharField(choices=[('open', '待补齐'), ('sent', '待街道核对'), ('met', '已达标')], default='open', max_length=10, verbose_name='状态')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='现状')),
                ('checked_on', models.DateField(blank=True, editable=False, null=True, verbose_name='核对日期')),
                ('checked_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('federation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.federation', verbose_name='联合会')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('sent_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '六个一建设',
            },
        ),
        migrations.CreateModel(
            name='Tenure',
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
                ('state', models.CharField(choices=[('draft', '拟任'), ('check', '待街道核对任职'), ('in_office', '在任'), ('ended', '已卸任'), ('dropped', '不再任职')], default='draft', max_length=10, verbose_name='状态')),
                ('title_held', models.CharField(blank=True, choices=[('president', '会长'), ('deputy', '副会长'), ('secretary_general', '秘书长'), ('councillor', '理事'), ('supervisor', '监事'), ('staff', '专职人员')], max_length=20, verbose_name='职务')),
                ('person_name', models.CharField(blank=True, max_length=50, verbose_name='姓名')),
                ('is_official', models.BooleanField(blank=True, null=True, verbose_name='是公职人员')),
                ('approval_number', models.CharField(blank=True, max_length=60, verbose_name='批准文号')),
                ('approved_on', models.DateField(blank=True, null=True, verbose_name='批准日期')),
                ('unpaid', models.BooleanField(default=True, verbose_name='不领取报酬')),
                ('elected_on', models.DateField(blank=True, null=True, verbose_name='选举或聘任日期')),
                ('term_from', models.DateField(blank=True, null=True, verbose_name='任期自')),
                ('term_to', models.DateField(blank=True, null=True, verbose_name='任期至')),
                ('left_on', models.DateField(blank=True, editable=False, null=True, verbose_name='卸任日期')),
                ('erased_at', models.DateTimeField(blank=True, editable=False, help_text='personal values taken out', null=True)),
                ('activated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('federation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.federation', verbose_name='联合会')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
            ],
            options={
                'verbose_name': '联合会任职',
            },
        ),
        migrations.AddIndex(
            model_name='federation',
            index=django.contrib.postgres.indexes.GinIndex(django.db.models.functions.comparison.Collate(linli.core.registers.search.Tokens('scope', {'standard': ('standard', 'choice'), 'year': ('founded_on', 'day')}), 'C'), gin_pending_list_limit=1024, name='organizations_fed_tokens'),
        ),
        migrations.AddConstraint(
            model_name='federation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ones_met', 6), ('standard', 'met')), models.Q(('ones_met__lt', 6), ('standard', 'mending')), _connector='OR'), name='organizations_federation_standard'),
        ),
        migrations.AddIndex(
            model_name='enquiry',
            index=django.contrib.postgres.indexes.GinIndex(django.db.models.functions.comparison.Collate(linli.core.registers.search.Tokens('scope', {'state': ('state', 'choice')}), 'C'), gin_pending_list_limit=1024, name='organizations_enquiry_tokens'),
        ),
        migrations.AddIndex(
            model_name='enquiry',
            index=models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_enquiry_scope'),
        ),
        migrations.AddIndex(
            model_name='enquiry',
            index=models.Index(fields=['owner', '-id'], name='organizations_enquiry_owned'),
        ),
        migrations.AddIndex(
            model_name='enquiry',
            index=models.Index(fields=['entered_by', '-id'], name='organizations_enquiry_entered'),
        ),
        migrations.AddIndex(
            model_name='enquiry',
            index=models.Index(fields=['-id'], include=('scope', 'state'), name='organizations_enquiry_newest'),
        ),
        migrations.AddIndex(
            model_name='enquiry',
            index=django.contrib.postgres.indexes.HashIndex(condition=models.Q(('contact_phone_hash', ''), _negated=True), fields=['contact_phone_hash'], name='organizations_enquiry_phone'),
        ),
        migrations.AddIndex(
            model_name='friendship',
            index=models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_friend_scope'),
        ),
        migrations.AddConstraint(
            model_name='friendship',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'dropped']), models.Q(('valid_from__isnull', False), ('valid_to__isnull', False), models.Q(('name', ''), _negated=True)), _connector='OR'), name='organizations_friendship_whole'),
        ),
        migrations.AddConstraint(
            model_name='friendship',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='organizations_friendship_days', violation_error_message='协议的结束日要晚于开始日。'),
        ),
        migrations.AddConstraint(
            model_name='friendship',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'in_force')), fields=('federation', 'name'), name='organizations_friendship_once', violation_error_message='和这家组织已经有一份有效的协议。'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=django.contrib.postgres.indexes.GinIndex(django.db.models.functions.comparison.Collate(linli.core.registers.search.Tokens('scope', {'kind': ('kind', 'choice'), 'status': ('status', 'choice'), 'year': ('joined_on', 'day')}), 'C'), gin_pending_list_limit=1024, name='organizations_member_tokens'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(fields=['scope'], include=('id', 'name', 'joined_on', 'kind', 'status', 'owner'), name='organizations_member_in_area'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(fields=['name', 'id'], name='organizations_member_by_name'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(models.OrderBy(models.F('joined_on'), descending=True, nulls_last=True), models.OrderBy(models.F('id'), descending=True), include=('scope', 'name', 'kind', 'status', 'owner'), name='organizations_member_by_joined'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(fields=['federation', 'status', 'kind'], name='organizations_member_counted'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=django.contrib.postgres.indexes.HashIndex(condition=models.Q(('contact_phone_hash', ''), _negated=True), fields=['contact_phone_hash'], name='organizations_member_phone'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'left'), _negated=True), fields=('federation', 'organization'), name='organizations_member_once', violation_error_message='这家组织已经是会员。'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('status', 'left'), _negated=True), models.Q(('kind', 'organization'), _negated=True)), fields=('federation', 'kind', 'name'), name='organizations_member_name_once', violation_error_message='同名的会员已经在册。'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'organization'), ('organization__isnull', False)), models.Q(models.Q(('kind', 'organization'), _negated=True), ('organization__isnull', True)), _connector='OR'), name='organizations_member_of_its_kind'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('left_on__gte', models.F('joined_on')), ('status', 'left')), models.Q(models.Q(('status', 'left'), _negated=True), ('left_on__isnull', True)), _connector='OR'), name='organizations_member_left_has_day'),
        ),
        migrations.AddIndex(
            model_name='membership',
            index=django.contrib.postgres.indexes.GinIndex(django.db.models.functions.comparison.Collate(linli.core.registers.search.Tokens('scope', {'state': ('state', 'choice')}), 'C'), gin_pending_list_limit=1024, name='organizations_matter_tokens'),
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_membership_scope'),
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(fields=['owner', '-id'], name='organizations_membership_owned'),
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(fields=['entered_by', '-id'], name='organizations_membership_enter'),
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(fields=['-id'], include=('scope', 'state'), name='organizations_membership_new'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'join'), ('member__isnull', False), _connector='OR'), name='organizations_membership_of_its_kind'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'withdrawn']), models.Q(models.Q(('name', ''), _negated=True), models.Q(('member_kind', ''), _negated=True)), _connector='OR'), name='organizations_membership_sent_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), ('kind', 'leave'), models.Q(('in_favour__gte', 1), ('in_favour__lte', models.F('present')), ('met_on__isnull', False), ('present__lte', models.F('entitled'))), _connector='OR'), name='organizations_membership_passed_by_council', violation_error_message='理事会的到会和赞成人数对不上。'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'join'), ('state__in', ['draft', 'review', 'council', 'mend'])), fields=('federation', 'organization'), name='organizations_joining_once', violation_error_message='这家组织的入会申请正在办。'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'review', 'council', 'mend'])), fields=('member',), name='organizations_member_one_matter', violation_error_message='这个会员有一件事项正在办，请先办完。'),
        ),
        migrations.AddIndex(
            model_name='pillar',
            index=models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_pillar_scope'),
        ),
        migrations.AddConstraint(
            model_name='pillar',
            constraint=models.UniqueConstraint(fields=('federation', 'item', 'round'), name='organizations_pillar_once_a_round'),
        ),
        migrations.AddConstraint(
            model_name='pillar',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'met'), _negated=True), fields=('federation', 'item'), name='organizations_pillar_open_once', violation_error_message='这一项正在办，不用再开一轮。'),
        ),
        migrations.AddConstraint(
            model_name='pillar',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'met'), _negated=True), models.Q(('checked_by__isnull', False), ('checked_on__isnull', False), models.Q(('checked_by', models.F('sent_by')), _negated=True)), _connector='OR'), name='organizations_pillar_checked_by_another', violation_error_message='报送和核对要由两个人办。'),
        ),
        migrations.AddIndex(
            model_name='tenure',
            index=models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_tenure_scope'),
        ),
        migrations.AddIndex(
            model_name='tenure',
            index=models.Index(fields=['federation', 'state'], name='organizations_tenure_seats'),
        ),
        migrations.AddConstraint(
            model_name='tenure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'in_office'), _negated=True), ('is_official', False), models.Q(('approved_on__isnull', False), ('is_official', True), ('unpaid', True), models.Q(('approval_number', ''), _negated=True)), _connector='OR'), name='organizations_official_in_office_is_approved', violation_error_message='公职人员兼职没有批准文件、或者要领取报酬的，不能到任。'),
        ),
        migrations.AddConstraint(
            model_name='tenure',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'dropped']), models.Q(('is_official__isnull', False), ('term_from__isnull', False), ('term_to__isnull', False), models.Q(('title_held', ''), _negated=True), models.Q(('person_name', ''), _negated=True)), _connector='OR'), name='organizations_tenure_whole'),
        ),
        migrations.AddConstraint(
            model_name='tenure',
            constraint=models.CheckConstraint(condition=models.Q(('term_from__isnull', True), ('term_to__isnull', True), ('term_to__gt', models.F('term_from')), _connector='OR'), name='organizations_tenure_term', violation_error_message='任期的结束日要晚于开始日。'),
        ),
        migrations.AddConstraint(
            model_name='tenure',
            constraint=models.CheckConstraint(condition=models.Q(('activated_by', None), ('owner', None), models.Q(('activated_by', models.F('owner')), _negated=True), _connector='OR'), name='organizations_tenure_by_two', violation_error_message='提出和核对要由两个人办。'),
        ),
        migrations.AddConstraint(
            model_name='tenure',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'in_office'), ('title_held__in', ['president', 'secretary_general'])), fields=('federation', 'title_held'), name='organizations_tenure_seated_once', violation_error_message='这个职务已经有人在任，请先让原任卸任。'),
        ),
        linli.core.registers.schema.KeepTally(
            'organizations_federation',
            'federations',
            {'standard': ('standard', 'choice'), 'year': ('founded_on', 'day')},
        ),
        linli.core.registers.schema.KeepTally(
            'organizations_member',
            'members',
            {'kind': ('kind', 'choice'), 'status': ('status', 'choice'), 'year': ('joined_on', 'day')},
        ),
        linli.core.registers.schema.KeepTally(
            'organizations_membership', 'membership', {'state': ('state', 'choice')}
        ),
        linli.core.registers.schema.KeepTally('organizations_enquiry', 'enquiry', {'state': ('state', 'choice')}),
    ]
