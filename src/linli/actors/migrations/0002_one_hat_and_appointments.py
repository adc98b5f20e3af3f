"""Administrators are mutually exclusive by constraint, and posts are proposed by one person and agreed by another."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import linli.core.access.models
import linli.core.clock
from django.conf import settings
from django.db import migrations, models


WITH_TWO_HATS = """
SELECT DISTINCT holder.username
FROM actors_post AS one
JOIN actors_post AS other ON one.user_id = other.user_id AND one.id < other.id
JOIN core_user AS holder ON holder.id = one.user_id
WHERE one.role <> other.role
  AND (one.role IN ('sysadmin', 'secadmin', 'auditadmin') OR other.role IN ('sysadmin', 'secadmin', 'auditadmin'))
  AND daterange(one.valid_from, one.valid_to) && daterange(other.valid_from, other.valid_to)
ORDER BY holder.username LIMIT 20
"""


def nobody_wears_two_hats(apps, schema_editor):
    """Say who has to be relieved first, instead of failing on the first row with words of the database."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(WITH_TWO_HATS)
        names = "、".join(row[0] for row in cursor.fetchall())
    if names:
        raise RuntimeError(
            f"这些账号同时任管理员和别的岗位：{names}。请先把其中一个岗位的卸任日期写上，再升级（docs/administrators.md）。"
        )


class Migration(migrations.Migration):
    """Safe with data present: it stops with the accounts' names where somebody already holds two such posts."""

    dependencies = [
        ('actors', '0001_initial'),
        ('areas', '0001_initial'),
        ('core', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Appointment',
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
                ('kind', models.CharField(choices=[('appoint', '任职'), ('deputy', '临时代理'), ('handover', '移交岗位'), ('relieve', '卸任')], max_length=10, verbose_name='事项')),
                ('state', models.CharField(choices=[('draft', '起草'), ('proposed', '待核准'), ('in_force', '已生效'), ('refused', '不予核准'), ('withdrawn', '已撤回')], default='draft', max_length=10, verbose_name='状态')),
                ('role', models.CharField(choices=[('community_worker', '社区工作者'), ('community_head', '社区书记、主任'), ('street_officer', '街道经办'), ('street_head', '街道分管负责人'), ('district_officer', '区民政局经办'), ('district_head', '区民政局科长'), ('federation_secretary', '联合会秘书'), ('mediator', '调解员'), ('evaluator', '评审'), ('merchant', '爱心商户'), ('volunteer', '志愿者'), ('auditor', '审计员'), ('sysadmin', '系统管理员'), ('secadmin', '安全管理员'), ('auditadmin', '审计管理员')], max_length=30, verbose_name='岗位')),
                ('duty_title', models.CharField(blank=True, max_length=60, verbose_name='职务')),
                ('since', models.DateField(default=linli.core.clock.today, verbose_name='自')),
                ('until', models.DateField(blank=True, null=True, verbose_name='至（不含）')),
                ('cause', models.CharField(max_length=200, verbose_name='任免依据')),
            ],
            options={
                'verbose_name': '岗位任免',
            },
        ),
        migrations.RemoveConstraint(model_name='post', name='actors_post_valid_range'),
        migrations.AddConstraint(
            model_name='post',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='actors_post_valid_range'),
        ),
        migrations.RunPython(nobody_wears_two_hats, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='post',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(models.Func(models.F('user'), models.F('user'), output_field=django.contrib.postgres.fields.ranges.IntegerRangeField(), template="int8range(%(expressions)s, '[]')"), '&&'), (models.Func(models.F('valid_from'), models.F('valid_to'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&'), (models.Func(models.F('role'), output_field=django.contrib.postgres.fields.ranges.IntegerRangeField(), template="(CASE WHEN %(expressions)s IN ('sysadmin', 'auditadmin') THEN int4range(0, 1) ELSE int4range(1, 2) END)"), '-|-')], name='actors_post_one_hat_system_audit', violation_error_message='系统、安全、审计三种管理员互斥，也不能兼任业务岗位。请先卸任原岗位，或换一个人。'),
        ),
        migrations.AddConstraint(
            model_name='post',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(models.Func(models.F('user'), models.F('user'), output_field=django.contrib.postgres.fields.ranges.IntegerRangeField(), template="int8range(%(expressions)s, '[]')"), '&&'), (models.Func(models.F('valid_from'), models.F('valid_to'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&'), (models.Func(models.F('role'), output_field=django.contrib.postgres.fields.ranges.IntegerRangeField(), template="(CASE WHEN %(expressions)s IN ('secadmin', 'auditadmin') THEN int4range(0, 1) ELSE int4range(1, 2) END)"), '-|-')], name='actors_post_one_hat_security_audit', violation_error_message='系统、安全、审计三种管理员互斥，也不能兼任业务岗位。请先卸任原岗位，或换一个人。'),
        ),
        migrations.AddField(
            model_name='appointment',
            name='area',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.area', verbose_name='管辖区域'),
        ),
        migrations.AddField(
            model_name='appointment',
            name='body',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='actors.body', verbose_name='机构'),
        ),
        migrations.AddField(
            model_name='appointment',
            name='decided_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='appointment',
            name='entered_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人'),
        ),
        migrations.AddField(
            model_name='appointment',
            name='owner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人'),
        ),
        migrations.AddField(
            model_name='appointment',
            name='post',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='actors.post'),
        ),
        migrations.AddField(
            model_name='appointment',
            name='replaces',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='actors.post', verbose_name='接替或终止的岗位'),
        ),
        migrations.AddField(
            model_name='appointment',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='任职人'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='actors_appointment_scope'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(fields=['user', '-created_at'], name='actors_appointment_user'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'proposed'])), fields=('user', 'kind', 'role', 'body', 'area'), name='actors_appointment_proposed_once', violation_error_message='同样的任免已经提出，正等安全管理员核准。'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(('owner__isnull', False), models.Q(('owner', models.F('user')), _negated=True), models.Q(models.Q(('decided_by', models.F('user')), _negated=True), ('decided_by', None), _connector='OR')), name='actors_appointment_not_for_oneself', violation_error_message='任何人不能给自己任免岗位。请由另一位管理员办理。'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('owner')), _negated=True), _connector='OR'), name='actors_appointment_by_two', violation_error_message='提出和核准要由两个人办。'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='actors_appointment_valid_range', violation_error_message='结束日要晚于开始日。'),
        ),
    ]
