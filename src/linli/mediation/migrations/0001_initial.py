"""The network of mediation, its mediators, and cases that only their own people see."""

import datetime
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import linli.core.access.models
import linli.core.clock
import linli.core.privacy.fields
import linli.mediation.models.cases
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('actors', '0005_mediation_heads'),
        ('areas', '0002_revisions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MediationBody',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True)),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('kind', models.CharField(choices=[('community', '村（社区）人民调解委员会'), ('street', '街道人民调解委员会'), ('trade', '行业性、专业性人民调解委员会'), ('enterprise', '企事业单位人民调解委员会'), ('estate', '小区人民调解委员会'), ('room', '调解室'), ('studio', '个人调解工作室'), ('group', '调解小组'), ('association', '人民调解协会'), ('police', '派出所联络点'), ('court', '法庭联络点')], max_length=12, verbose_name='类型')),
                ('scope', models.CharField(db_collation='C', editable=False, max_length=200)),
                ('place', models.CharField(max_length=120, verbose_name='地点')),
                ('contact_phone', models.CharField(blank=True, max_length=30, verbose_name='联系电话')),
                ('hours', models.CharField(blank=True, max_length=60, verbose_name='接待时间')),
                ('term_from', models.DateField(blank=True, null=True, verbose_name='本届自')),
                ('term_to', models.DateField(blank=True, null=True, verbose_name='本届至')),
                ('opened_on', models.DateField(default=linli.core.clock.today, verbose_name='设立日期')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='撤销日期')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.area', verbose_name='所在街道或社区')),
                ('body', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='mediation', to='actors.body', verbose_name='机构')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rooms', to='mediation.mediationbody', verbose_name='所属调委会')),
            ],
            options={
                'verbose_name': '调解组织',
            },
        ),
        migrations.CreateModel(
            name='MediationCase',
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
                ('state', models.CharField(choices=[('draft', '填写中'), ('registered', '已登记'), ('consent', '征求双方意见'), ('accepted', '已受理'), ('mediating', '调解中'), ('extended', '延期调解中'), ('signing', '待签字盖章'), ('performing', '履行中'), ('performed', '已履行'), ('breached', '没有履行'), ('followed', '已回访'), ('archived', '已归档'), ('failed', '调解不成'), ('refused', '一方不同意调解'), ('withdrawn', '申请撤回'), ('declined', '不予受理'), ('dropped', '没有提交')], default='draft', max_length=12, verbose_name='状态')),
                ('source', models.CharField(choices=[('application', '当事人申请'), ('proactive', '主动调解'), ('police', '公安移送'), ('court', '法院委派委托'), ('hotline', '12345 热线移送'), ('petition', '信访移送'), ('grid', '网格排查'), ('federation', '社会组织联合会移送')], default='application', max_length=12, verbose_name='来源')),
                ('dispute', models.CharField(blank=True, choices=[('neighbours', '邻里纠纷'), ('family', '婚姻家庭纠纷'), ('property', '物业纠纷'), ('housing', '房屋、宅基地纠纷'), ('contract', '合同纠纷'), ('labour', '劳动争议'), ('traffic', '道路交通事故纠纷'), ('medical', '医疗纠纷'), ('consumer', '消费纠纷'), ('damages', '损害赔偿纠纷'), ('other', '其他纠纷')], max_length=12, verbose_name='纠纷类型')),
                ('facts', linli.core.privacy.fields.EncryptedTextField(blank=True, default='', verbose_name='纠纷经过')),
                ('wish', linli.core.privacy.fields.EncryptedTextField(blank=True, default='', verbose_name='希望怎么解决')),
                ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='涉及金额（元）')),
                ('first_consented_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('second_consented_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('first_way', models.CharField(blank=True, choices=[('online', '本人在网上'), ('visit', '当面'), ('phone', '电话'), ('paper', '书面')], max_length=6, verbose_name='申请人一方怎么同意的')),
                ('second_way', models.CharField(blank=True, choices=[('online', '本人在网上'), ('visit', '当面'), ('phone', '电话'), ('paper', '书面')], max_length=6, verbose_name='被申请人一方怎么同意的')),
                ('joint', models.BooleanField(default=False, verbose_name='三方联调')),
                ('accepted_on', models.DateField(blank=True, null=True, verbose_name='受理日期')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='应调结')),
                ('extended_on', models.DateField(blank=True, null=True, verbose_name='延期日期')),
                ('outcome', models.CharField(blank=True, choices=[('oral', '达成口头协议'), ('written', '达成书面协议'), ('failed', '没有达成协议'), ('refused', '一方明确拒绝'), ('withdrawn', '申请人撤回'), ('declined', '不属于受理范围')], max_length=10, verbose_name='结果')),
                ('settled_on', models.DateField(blank=True, null=True, verbose_name='调结日期')),
                ('terms', linli.core.privacy.fields.EncryptedTextField(blank=True, default='', verbose_name='协议内容')),
                ('perform_by', models.DateField(blank=True, null=True, verbose_name='履行期限')),
                ('first_signed_on', models.DateField(blank=True, null=True, verbose_name='申请人一方签字')),
                ('second_signed_on', models.DateField(blank=True, null=True, verbose_name='被申请人一方签字')),
                ('first_confirmed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('second_confirmed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('mediator_signed_on', models.DateField(blank=True, null=True, verbose_name='调解员签字')),
                ('sealed_on', models.DateField(blank=True, null=True, verbose_name='调委会盖章')),
                ('effective_on', models.DateField(blank=True, null=True, verbose_name='生效日期')),
                ('performed_on', models.DateField(blank=True, null=True, verbose_name='履行日期')),
                ('breached_on', models.DateField(blank=True, null=True, verbose_name='记为没有履行的日期')),
                ('danger', models.BooleanField(default=False, verbose_name='有激化危险')),
                ('police_told', models.BooleanField(default=False, verbose_name='已报告公安机关')),
                ('confirmation', models.CharField(choices=[('none', '没有申请'), ('applied', '已申请'), ('confirmed', '法院已确认'), ('rejected', '法院驳回')], default='none', max_length=10, verbose_name='司法确认')),
                ('confirmation_on', models.DateField(blank=True, null=True, verbose_name='申请司法确认')),
                ('court', models.CharField(blank=True, max_length=60, verbose_name='法院')),
                ('ruled_on', models.DateField(blank=True, null=True, verbose_name='裁定日期')),
                ('ruling', models.CharField(blank=True, max_length=60, verbose_name='裁定书文号')),
                ('reminded', models.PositiveSmallIntegerField(default=0, editable=False, help_text='day of the last reminder')),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='mediation.mediationbody', verbose_name='调解组织')),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('sealed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sent_from', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mediation.mediationbody', verbose_name='移送单位')),
            ],
            options={
                'verbose_name': '调解案件',
            },
        ),
        migrations.CreateModel(
            name='CaseNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(max_length=60)),
                ('words', linli.core.privacy.fields.EncryptedTextField(verbose_name='说明')),
                ('for_parties', models.BooleanField(default=True, verbose_name='当事人可以看')),
                ('at', models.DateTimeField(default=linli.core.clock.now, editable=False)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='mediation.mediationcase', verbose_name='调解案件')),
            ],
            options={
                'verbose_name': '调解说明',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='MediationParty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True)),
                ('side', models.CharField(choices=[('first', '申请人一方'), ('second', '被申请人一方')], max_length=6, verbose_name='哪一方')),
                ('name', linli.core.privacy.fields.EncryptedTextField(blank=True, default='', verbose_name='姓名或名称')),
                ('phone', linli.core.privacy.fields.EncryptedTextField(blank=True, default='', verbose_name='手机号')),
                ('id_number', linli.core.privacy.fields.EncryptedTextField(blank=True, default='', verbose_name='身份证号')),
                ('address', linli.core.privacy.fields.EncryptedTextField(blank=True, default='', verbose_name='住址')),
                ('code', models.CharField(default=linli.mediation.models.cases.new_code, editable=False, max_length=8, unique=True, verbose_name='参加码')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parties', to='mediation.mediationcase', verbose_name='调解案件')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='账号')),
            ],
            options={
                'verbose_name': '调解当事人',
                'ordering': ['side'],
            },
        ),
        migrations.CreateModel(
            name='MediationSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('held_at', models.DateTimeField(verbose_name='时间')),
                ('place', models.CharField(max_length=60, verbose_name='地点')),
                ('present', models.CharField(choices=[('both', '双方到场'), ('first', '只有申请人一方'), ('second', '只有被申请人一方')], max_length=6, verbose_name='到场')),
                ('notes', linli.core.privacy.fields.EncryptedTextField(blank=True, default='', verbose_name='调解记录')),
                ('noted_at', models.DateTimeField(default=linli.core.clock.now, editable=False)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='mediation.mediationcase', verbose_name='调解案件')),
                ('noted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '调解记录',
                'ordering': ['held_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Mediator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True)),
                ('profession', models.CharField(choices=[('law', '法律人士'), ('expert', '专业人士'), ('social', '社会人士')], max_length=6, verbose_name='身份')),
                ('is_member', models.BooleanField(default=False, verbose_name='调委会委员')),
                ('female', models.BooleanField(default=False, verbose_name='女')),
                ('skills', models.CharField(blank=True, max_length=60, verbose_name='擅长')),
                ('since', models.DateField(default=linli.core.clock.today, verbose_name='自')),
                ('until', models.DateField(blank=True, null=True, verbose_name='至（不含）')),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mediators', to='mediation.mediationbody', verbose_name='调解组织')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mediator_rows', to=settings.AUTH_USER_MODEL, verbose_name='调解员')),
            ],
            options={
                'verbose_name': '调解员',
                'ordering': ['-is_member', 'since', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='mediationcase',
            name='first_wish',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mediation.mediator', verbose_name='申请人一方选的调解员'),
        ),
        migrations.AddField(
            model_name='mediationcase',
            name='lead',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mediation.mediator', verbose_name='主持调解员'),
        ),
        migrations.AddField(
            model_name='mediationcase',
            name='second_wish',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mediation.mediator', verbose_name='被申请人一方选的调解员'),
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField(default=linli.core.clock.today, verbose_name='自')),
                ('until', models.DateField(blank=True, null=True, verbose_name='至')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seats', to='mediation.mediationcase', verbose_name='调解案件')),
                ('mediator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='mediation.mediator', verbose_name='调解员')),
            ],
            options={
                'verbose_name': '调解席位',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Training',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('held_on', models.DateField(verbose_name='日期')),
                ('hours', models.DecimalField(decimal_places=1, max_digits=4, validators=[django.core.validators.MinValueValidator(0.5), django.core.validators.MaxValueValidator(80)], verbose_name='学时')),
                ('subject', models.CharField(max_length=80, verbose_name='内容')),
                ('mediator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='trainings', to='mediation.mediator', verbose_name='调解员')),
                ('noted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '调解员培训',
                'ordering': ['-held_on', '-pk'],
            },
        ),
        migrations.AddIndex(
            model_name='mediationbody',
            index=models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), name='mediation_body_scope'),
        ),
        migrations.AddConstraint(
            model_name='mediationbody',
            constraint=models.UniqueConstraint(fields=('name', 'area'), name='mediation_body_name_once'),
        ),
        migrations.AddConstraint(
            model_name='mediationbody',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('room', 'studio', 'group')), ('parent__isnull', False)), models.Q(models.Q(('kind__in', ('room', 'studio', 'group')), _negated=True), ('parent__isnull', True)), _connector='OR'), name='mediation_body_room_hangs_under_a_committee', violation_error_message='调解室、个人工作室和调解小组要挂在一家人民调解委员会下面。'),
        ),
        migrations.AddConstraint(
            model_name='mediationbody',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('term_from__isnull', True), ('term_to__isnull', True)), models.Q(('kind__in', ('community', 'street', 'trade', 'enterprise', 'estate')), ('term_to__gt', models.F('term_from'))), _connector='OR'), name='mediation_body_term'),
        ),
        migrations.AddConstraint(
            model_name='mediationbody',
            constraint=models.CheckConstraint(condition=models.Q(('closed_on__isnull', True), ('closed_on__gte', models.F('opened_on')), _connector='OR'), name='mediation_body_closes_later'),
        ),
        migrations.AddIndex(
            model_name='mediationparty',
            index=models.Index(fields=['user'], name='mediation_party_user'),
        ),
        migrations.AddConstraint(
            model_name='mediationparty',
            constraint=models.UniqueConstraint(fields=('case', 'side'), name='mediation_party_one_a_side'),
        ),
        migrations.AddConstraint(
            model_name='mediator',
            constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('body', 'user'), name='mediation_mediator_once', violation_error_message='这个人已经是这里的调解员。'),
        ),
        migrations.AddConstraint(
            model_name='mediator',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='mediation_mediator_leaves_later'),
        ),
        migrations.AddIndex(
            model_name='mediationcase',
            index=models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='mediation_case_scope'),
        ),
        migrations.AddIndex(
            model_name='mediationcase',
            index=models.Index(fields=['state', '-id'], include=('scope',), name='mediation_case_state'),
        ),
        migrations.AddIndex(
            model_name='mediationcase',
            index=models.Index(fields=['owner', '-id'], name='mediation_case_owned'),
        ),
        migrations.AddIndex(
            model_name='mediationcase',
            index=models.Index(fields=['entered_by', '-id'], name='mediation_case_entered'),
        ),
        migrations.AddIndex(
            model_name='mediationcase',
            index=models.Index(fields=['-id'], include=('scope', 'state'), name='mediation_case_newest'),
        ),
        migrations.AddIndex(
            model_name='mediationcase',
            index=models.Index(fields=['body', 'state'], name='mediation_case_body'),
        ),
        migrations.AddIndex(
            model_name='mediationcase',
            index=models.Index(fields=['lead', 'state'], name='mediation_case_lead'),
        ),
        migrations.AddIndex(
            model_name='mediationcase',
            index=models.Index(condition=models.Q(('confirmation', 'none'), ('outcome', 'written')), fields=['effective_on'], name='mediation_case_to_confirm'),
        ),
        migrations.AddConstraint(
            model_name='mediationcase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['accepted', 'mediating', 'extended', 'signing', 'performing', 'performed', 'breached', 'performing', 'performed', 'breached', 'followed']), _negated=True), models.Q(('accepted_on__isnull', False), ('due_on__gt', models.F('accepted_on')), ('first_consented_at__isnull', False), ('lead__isnull', False), ('second_consented_at__isnull', False)), _connector='OR'), name='mediation_case_accepted_by_both'),
        ),
        migrations.AddConstraint(
            model_name='mediationcase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'written'), _negated=True), ('effective_on__isnull', True), models.Q(('first_signed_on__isnull', False), ('mediator_signed_on__isnull', False), ('sealed_by__isnull', False), ('sealed_on__isnull', False), ('second_signed_on__isnull', False)), _connector='OR'), name='mediation_case_written_needs_all_four'),
        ),
        migrations.AddConstraint(
            model_name='mediationcase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('performing', 'performed', 'breached', 'followed')), _negated=True), models.Q(('effective_on__isnull', False), ('outcome__in', ['oral', 'written']), ('perform_by__isnull', False)), _connector='OR'), name='mediation_case_agreed_is_in_effect'),
        ),
        migrations.AddConstraint(
            model_name='mediationcase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', ''), ('settled_on__isnull', True)), models.Q(models.Q(('outcome', ''), _negated=True), ('settled_on__isnull', False)), _connector='OR'), name='mediation_case_settled_has_a_day'),
        ),
        migrations.AddConstraint(
            model_name='mediationcase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmation', 'none'), ('confirmation_on__isnull', True)), models.Q(models.Q(('confirmation', 'none'), _negated=True), ('confirmation_on__gte', models.F('effective_on')), ('confirmation_on__lte', django.db.models.expressions.CombinedExpression(models.F('effective_on'), '+', models.Value(datetime.timedelta(days=30)))), ('outcome', 'written')), _connector='OR'), name='mediation_case_confirmation'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('case', 'mediator'), name='mediation_seat_once'),
        ),
        migrations.AddIndex(
            model_name='training',
            index=models.Index(fields=['mediator', '-held_on'], name='mediation_training_of'),
        ),
        migrations.AddConstraint(
            model_name='training',
            constraint=models.UniqueConstraint(fields=('mediator', 'held_on', 'subject'), name='mediation_training_once', violation_error_message='这一天的这次培训已经记过了。'),
        ),
    ]
