"""What people agreed to, ask for and take along; what is kept by law; how the notice read; an event may concern many."""

import django.contrib.postgres.indexes
import django.core.serializers.json
import django.db.models.deletion
import linli.core.access.models
import linli.core.clock
import linli.core.privacy.fields
from django.conf import settings
from django.db import migrations, models


def agreements_at_sign_up(apps, schema_editor):
    """Who signed up before agreements had rows of their own agreed then; the event says to which wording."""
    Event, Consent = apps.get_model("core", "Event"), apps.get_model("core", "Consent")
    held = set(Consent.objects.values_list("person_id", flat=True))
    rows = [
        Consent(
            person_id=event.actor_id,
            processing="account",
            version=0,
            wording=event.detail.get("consent_version", ""),
            given_at=event.at,
        )
        for event in Event.objects.filter(name="access.sign_up", actor__is_active=True).order_by("id")
    ]
    once = {row.person_id: row for row in rows if row.person_id not in held}
    Consent.objects.bulk_create(once.values(), batch_size=1000)


class Migration(migrations.Migration):
    """Needs no more than a moment: new tables, and one constraint of a small one."""

    dependencies = [
        ('contenttypes', '0002_remove_content_type_name'),
        ('core', '0011_programs_call'),
    ]

    operations = [
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('processing', models.CharField(max_length=60, verbose_name='同意的事项')),
                ('version', models.PositiveIntegerField(help_text='0: given before versions were kept', verbose_name='隐私说明版本')),
                ('wording', models.CharField(blank=True, max_length=40, verbose_name='同意书版本')),
                ('as_guardian', models.BooleanField(default=False, verbose_name='由监护人同意')),
                ('given_at', models.DateTimeField(default=linli.core.clock.now, editable=False, verbose_name='同意时间')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='撤回时间')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '同意记录',
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('person', 'processing'), name='core_consent_once'),
                    models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', True), ('withdrawn_at__gte', models.F('given_at')), _connector='OR'), name='core_consent_given_before_withdrawn'),
                ],
            },
        ),
        migrations.CreateModel(
            name='DataRequest',
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
                ('kind', models.CharField(choices=[('correct', '更正或补充'), ('delete', '删除'), ('restrict', '限制使用'), ('withdraw', '撤回同意'), ('explain', '解释说明、要处理规则的副本'), ('question', '问为什么看我的信息'), ('link', '查找并关联我的记录')], max_length=10, verbose_name='想办什么')),
                ('state', models.CharField(choices=[('draft', '填写中'), ('street', '街道办理'), ('district', '区级办理'), ('mend', '退回补充'), ('done', '已办理'), ('partly', '部分办理'), ('refused', '不予办理'), ('withdrawn', '已撤回')], default='draft', max_length=10, verbose_name='状态')),
                ('record', models.CharField(blank=True, max_length=80, verbose_name='哪一条记录')),
                ('field', models.CharField(blank=True, max_length=40, verbose_name='哪一项')),
                ('value', linli.core.privacy.fields.EncryptedTextField(blank=True, default='', verbose_name='应改为')),
                ('words', linli.core.privacy.fields.EncryptedTextField(blank=True, default='', verbose_name='说明')),
                ('processing', models.CharField(blank=True, max_length=60, verbose_name='撤回哪项同意')),
                ('place', models.CharField(blank=True, max_length=200, verbose_name='由哪个区办理')),
                ('as_guardian', models.BooleanField(default=False, verbose_name='我是监护人，替未满 14 周岁的孩子提出')),
                ('claimant_name', models.CharField(blank=True, max_length=50, verbose_name='本人姓名')),
                ('claimant_id_number', linli.core.privacy.fields.EncryptedTextField(blank=True, default='', verbose_name='本人身份证号')),
                ('claimant_id_hash', models.CharField(blank=True, editable=False, max_length=64)),
                ('claimant_phone', linli.core.privacy.fields.EncryptedTextField(blank=True, default='', verbose_name='本人手机号')),
                ('claimant_phone_hash', models.CharField(blank=True, editable=False, max_length=64)),
                ('ground', models.CharField(blank=True, choices=[('retention', '法律、行政法规规定的保存期限没有届满（个人信息保护法第四十七条）'), ('duty', '履行法定职责所必需（个人信息保护法第十三条、第三十四条）'), ('archive', '属于依法应当归档保存的材料（档案法）'), ('others', '会损害他人的合法权益'), ('identity', '无法核实申请人的身份'), ('not_held', '没有持有所指的信息'), ('correct', '经核实，原来的内容没有错')], max_length=10, verbose_name='不予办理的法律依据')),
                ('outcome', models.JSONField(default=list, editable=False, help_text='what was done, row by row, without values')),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('event', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.event')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
            ],
            options={
                'verbose_name': '个人信息请求',
                'indexes': [
                    models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='core_data_request_scope'),
                    models.Index(fields=['owner', '-created_at'], name='core_data_request_owner'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['refused', 'partly']), _negated=True), models.Q(('ground', ''), _negated=True), _connector='OR'), name='core_data_request_refused_on_a_ground'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'withdrawn']), models.Q(('scope', ''), _negated=True), _connector='OR'), name='core_data_request_sent_has_place'),
                ],
            },
        ),
        migrations.CreateModel(
            name='LocalProcessing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(db_collation='C', max_length=200)),
                ('extends', models.CharField(blank=True, max_length=60, verbose_name='补充哪一项')),
                ('label', models.CharField(max_length=60, verbose_name='处理活动')),
                ('purpose', models.TextField(max_length=500, verbose_name='目的和方式')),
                ('ground', models.CharField(choices=[('consent', '取得个人同意'), ('contract', '订立、履行合同所必需'), ('duty', '履行法定职责或者法定义务所必需'), ('emergency', '应对突发公共卫生事件或者紧急情况所必需'), ('reporting', '为公共利益实施新闻报道、舆论监督'), ('published', '处理已合法公开的个人信息'), ('statute', '法律、行政法规规定的其他情形')], max_length=12, verbose_name='法律依据')),
                ('basis', models.CharField(max_length=200, verbose_name='依据的条款')),
                ('fields', models.TextField(max_length=300, verbose_name='个人信息的种类')),
                ('sensitive', models.BooleanField(default=False, verbose_name='含敏感个人信息')),
                ('sources', models.CharField(max_length=200, verbose_name='来源')),
                ('recipients', models.CharField(blank=True, max_length=200, verbose_name='提供给谁')),
                ('kept', models.CharField(max_length=200, verbose_name='保存期限')),
                ('security', models.CharField(max_length=200, verbose_name='安全措施')),
                ('assessment', models.CharField(blank=True, max_length=200, verbose_name='影响评估')),
                ('set_at', models.DateTimeField(default=linli.core.clock.now, editable=False)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '本区的处理活动',
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('scope', 'label'), name='core_local_processing_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='NoticeVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True, verbose_name='版本')),
                ('content', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('digest', models.CharField(max_length=64)),
                ('published_at', models.DateTimeField(default=linli.core.clock.now, editable=False, verbose_name='发布时间')),
            ],
            options={
                'verbose_name': '隐私说明版本',
            },
        ),
        migrations.CreateModel(
            name='RecordMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('hold', '依法保留，到期不清理'), ('restricted', '本人要求限制使用')], max_length=10, verbose_name='标记')),
                ('subject_id', models.BigIntegerField()),
                ('reason', models.CharField(max_length=300, verbose_name='理由')),
                ('set_at', models.DateTimeField(default=linli.core.clock.now, editable=False)),
                ('lifted_at', models.DateTimeField(blank=True, null=True)),
                ('lifted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('subject_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype')),
            ],
            options={
                'verbose_name': '记录上的标记',
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('kind', 'subject_type', 'subject_id'), name='core_record_mark_once'),
                    models.CheckConstraint(condition=models.Q(models.Q(('lifted_at__isnull', True), ('lifted_by__isnull', True)), models.Q(('lifted_at__isnull', False), ('lifted_by__isnull', False)), _connector='OR'), name='core_record_mark_lifted_by_somebody'),
                ],
            },
        ),
        migrations.CreateModel(
            name='RetentionRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=60, verbose_name='规则')),
                ('cutoff', models.DateTimeField(verbose_name='截至')),
                ('started_at', models.DateTimeField(default=linli.core.clock.now, editable=False, verbose_name='开始')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='结束')),
                ('done', models.PositiveIntegerField(default=0, verbose_name='清理')),
                ('held', models.PositiveIntegerField(default=0, verbose_name='依法保留')),
                ('failed', models.PositiveIntegerField(default=0, verbose_name='没有办成')),
            ],
            options={
                'verbose_name': '到期清理记录',
                'indexes': [
                    models.Index(fields=['rule', '-id'], name='core_retention_run_rule'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Takeout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True)),
                ('state', models.CharField(choices=[('asked', '正在准备'), ('ready', '可以下载'), ('failed', '没有做成'), ('gone', '已删除')], default='asked', max_length=6, verbose_name='状态')),
                ('size', models.PositiveBigIntegerField(default=0, help_text='bytes as downloaded')),
                ('counts', models.JSONField(default=dict, help_text='rows by kind')),
                ('asked_at', models.DateTimeField(default=linli.core.clock.now, editable=False, verbose_name='申请时间')),
                ('ready_at', models.DateTimeField(blank=True, null=True, verbose_name='做好时间')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='到期时间')),
                ('downloads', models.PositiveSmallIntegerField(default=0, verbose_name='下载次数')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='takeouts', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '个人信息文件',
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state__in', ['asked', 'ready'])), fields=('person',), name='core_takeout_one_at_a_time'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'ready'), _negated=True), models.Q(('expires_at__isnull', False), ('ready_at__isnull', False)), _connector='OR'), name='core_takeout_ready_expires'),
                ],
            },
        ),
        migrations.CreateModel(
            name='VerifiedNumber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('id_number', '身份证号'), ('phone', '手机号')], max_length=10, verbose_name='号码')),
                ('value_hash', models.CharField(db_index=True, max_length=64)),
                ('verified_at', models.DateTimeField(default=linli.core.clock.now, editable=False, verbose_name='核实时间')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='verified_numbers', to=settings.AUTH_USER_MODEL)),
                ('verified_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '核实过的号码',
                'constraints': [
                    models.UniqueConstraint(fields=('person', 'kind', 'value_hash'), name='core_verified_number_once'),
                ],
            },
        ),
        migrations.AlterField(
            model_name='disclosure',
            name='event',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disclosures', to='core.event'),
        ),
        migrations.AddConstraint(
            model_name='disclosure',
            constraint=models.UniqueConstraint(fields=('event', 'person'), name='core_disclosure_once'),
        ),
        migrations.RunPython(agreements_at_sign_up, migrations.RunPython.noop),
    ]
