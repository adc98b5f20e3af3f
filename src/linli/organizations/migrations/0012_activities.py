"""Activities, who signed in on site, and closed years, which the database itself guards."""

import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import linli.core.access.models
import linli.core.clock
import linli.core.registers.schema
import linli.organizations.models.activities
from django.conf import settings
from django.db import migrations, models


# Whoever writes an activity of a year holds the year for the length of the transaction, whoever closes it waits for
# them (actions/activities.py) and the other way round: nothing slips in between.
GUARD = """
CREATE FUNCTION organizations_year_is_open(lies text, day timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    of_year integer := extract(year FROM day AT TIME ZONE 'Asia/Shanghai');
BEGIN
    IF of_year IS NULL THEN
        RETURN true;
    END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtext('organizations.closed_year'), of_year);
    RETURN NOT EXISTS (
        SELECT FROM organizations_closedyear c WHERE c.year = of_year AND starts_with(lies, c.scope)
    );
END $$;

CREATE FUNCTION organizations_guard_year() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.starts_at, NEW.person_times, NEW.persons, NEW.hours, NEW.spent)
        IS NOT DISTINCT FROM (OLD.starts_at, OLD.person_times, OLD.persons, OLD.hours, OLD.spent)
        AND (NEW.state = OLD.state OR NEW.state NOT IN ('held', 'summed', 'verified')) THEN
        RETURN NEW;
    END IF;
    IF NOT organizations_year_is_open(NEW.scope, NEW.starts_at)
        OR (TG_OP = 'UPDATE' AND NOT organizations_year_is_open(OLD.scope, OLD.starts_at)) THEN
        RAISE EXCEPTION 'the year of this activity is closed' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'organizations_activity_year_is_open', TABLE = 'organizations_activity';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER organizations_activity_year BEFORE INSERT OR UPDATE ON organizations_activity
    FOR EACH ROW EXECUTE FUNCTION organizations_guard_year();
"""
UNGUARD = """
DROP TRIGGER organizations_activity_year ON organizations_activity;
DROP FUNCTION organizations_guard_year();
DROP FUNCTION organizations_year_is_open(text, timestamptz);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('organizations', '0011_regular_times'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Activity',
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
                ('state', models.CharField(choices=[('draft', '策划中'), ('reported', '报备审阅中'), ('returned', '退回修改'), ('disagreed', '有不同意见'), ('planned', '待举办'), ('held', '已举办，待总结'), ('summed', '待核实'), ('verified', '已核实'), ('unproven', '未予核实'), ('cancelled', '已取消')], default='draft', max_length=20, verbose_name='状态')),
                ('name', models.CharField(blank=True, max_length=60, verbose_name='活动名称')),
                ('kind', models.CharField(blank=True, choices=[('festival', '节庆活动'), ('show', '文化演出'), ('sports', '体育竞赛'), ('gathering', '人员集会'), ('service', '便民服务'), ('care', '走访慰问'), ('class', '讲座培训'), ('talk', '议事协商'), ('other', '其他活动')], max_length=10, verbose_name='活动类型')),
                ('open_to_all', models.BooleanField(default=True, verbose_name='居民都可以来')),
                ('starts_at', models.DateTimeField(blank=True, null=True, verbose_name='开始时间')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='结束时间')),
                ('place', models.CharField(blank=True, max_length=120, verbose_name='地点')),
                ('plan', models.TextField(blank=True, max_length=1000, verbose_name='怎么办')),
                ('budget', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='预算（元）')),
                ('money_from', models.CharField(blank=True, max_length=300, verbose_name='钱从哪里来、怎么用')),
                ('expected', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000000)], verbose_name='预计到场人数')),
                ('outdoor', models.BooleanField(default=False, verbose_name='室外举办')),
                ('procession', models.BooleanField(default=False, verbose_name='巡游、游行')),
                ('fire', models.BooleanField(default=False, verbose_name='用火、燃放烟花')),
                ('funds', models.BooleanField(default=False, verbose_name='募捐、义卖')),
                ('guests', models.BooleanField(default=False, verbose_name='涉及宗教或境外人士')),
                ('minors', models.BooleanField(default=False, verbose_name='主要由未成年人参加')),
                ('police_number', models.CharField(blank=True, max_length=60, verbose_name='公安许可编号')),
                ('person_times', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(1000000)], verbose_name='人次')),
                ('persons', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(1000000)], verbose_name='人数')),
                ('hours', models.DecimalField(blank=True, decimal_places=1, max_digits=9, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='服务时长（小时）')),
                ('spent', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='支出（元）')),
                ('summary_text', models.TextField(blank=True, max_length=1000, verbose_name='总结')),
                ('code', models.CharField(default=linli.organizations.models.activities.new_code, editable=False, max_length=6, verbose_name='签到码')),
                ('checked_in', models.PositiveIntegerField(default=0, editable=False, verbose_name='现场签到人数')),
                ('confirmed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='organizations.organization', verbose_name='举办组织')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
            ],
            options={
                'verbose_name': '活动',
                'indexes': [
                    models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_activity_scope'),
                    models.Index(fields=['state', '-id'], include=('scope',), name='organizations_activity_state'),
                    models.Index(fields=['owner', '-id'], name='organizations_activity_owned'),
                    models.Index(fields=['entered_by', '-id'], name='organizations_activity_entered'),
                    models.Index(fields=['-id'], include=('scope', 'state'), name='organizations_activity_newest'),
                    models.Index(condition=models.Q(('open_to_all', True), ('state__in', ('planned', 'held', 'summed', 'verified'))), fields=['starts_at', 'id'], include=('scope', 'organization'), name='organizations_activity_days'),
                    models.Index(fields=['organization', '-starts_at'], include=('state', 'person_times'), name='organizations_activity_of'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('ends_at__isnull', True), ('starts_at__isnull', True)), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='organizations_activity_ends_after_it_starts'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['planned', 'held', 'summed', 'verified', 'reported']), _negated=True), models.Q(('ends_at__isnull', False), ('expected__gte', 1), ('expected__isnull', False), ('starts_at__isnull', False), models.Q(('name', ''), _negated=True), models.Q(('place', ''), _negated=True)), _connector='OR'), name='organizations_activity_announced_is_whole'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('planned', 'held', 'summed', 'verified')), _negated=True), ('expected__lt', 1000), models.Q(('expected__gte', 1000), models.Q(('police_number', ''), _negated=True)), _connector='OR'), name='organizations_activity_police_first'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['summed', 'verified']), _negated=True), models.Q(('hours__isnull', False), ('person_times__isnull', False), ('persons__isnull', False), ('hours__gte', 0), ('person_times__gte', models.F('persons')), ('persons__gte', 1), models.Q(('summary_text', ''), _negated=True)), _connector='OR'), name='organizations_activity_counts'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'verified'), _negated=True), ('checked_in__gte', 1), models.Q(('confirmed_by__isnull', False), models.Q(('owner__isnull', True), models.Q(('confirmed_by', models.F('owner')), _negated=True), _connector='OR'), models.Q(('entered_by__isnull', True), models.Q(('confirmed_by', models.F('entered_by')), _negated=True), _connector='OR')), _connector='OR'), name='organizations_activity_verified_by_others'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CheckIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=linli.core.clock.now, verbose_name='签到时间')),
                ('activity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='check_ins', to='organizations.activity', verbose_name='活动')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='签到人')),
            ],
            options={
                'verbose_name': '现场签到',
                'constraints': [
                    models.UniqueConstraint(fields=('activity', 'person'), name='organizations_check_in_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ClosedYear',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(db_collation='C', max_length=200)),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('closed_at', models.DateTimeField(default=linli.core.clock.now, verbose_name='结账时间')),
                ('closed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '年度结账',
                'constraints': [
                    models.UniqueConstraint(fields=('year', 'scope'), name='organizations_year_closed_once'),
                ],
            },
        ),
        linli.core.registers.schema.KeepTally('organizations_activity', 'activity', {'state': ('state', 'choice')}),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
