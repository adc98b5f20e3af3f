"""Grading: rounds with their boards, gradings with sheets and votes, the grades that stand, and what becomes of them.

What the program refuses the database refuses as well: an evaluator with an interest, a vote of somebody who is not of
the board, a count that is not that of the votes. The ranking reads the annual reports of the annual loop.
"""

from importlib import import_module

import datetime
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import linli.core.access.models
import linli.core.clock
from django.conf import settings
from django.db import migrations, models


# Whether somebody has an interest in an organization, by what the registers know of accounts: the first reason of
# `choices.grading.Interest`, or nothing. Who left within two years still has one.
INTEREST = r"""
CREATE FUNCTION organizations_interest(person bigint, org bigint, day date) RETURNS integer LANGUAGE sql STABLE AS $$
WITH asked AS (
    SELECT o.id, o.name, o.owner_id, o.leader_phone_hash, u.phone_hash, (day - interval '2 years')::date AS since
    FROM organizations_organization o CROSS JOIN core_user u WHERE o.id = org AND u.id = person
)
SELECT min(why) FROM (
    SELECT 1 AS why FROM asked WHERE owner_id = person
    UNION ALL
    SELECT 2 FROM asked a WHERE EXISTS (SELECT FROM organizations_annualreport r WHERE r.organization_id = a.id
            AND r.owner_id = person AND coalesce(r.sent_on, r.due_on) > a.since)
        OR EXISTS (SELECT FROM organizations_registration r WHERE r.organization_id = a.id AND r.owner_id = person
            AND coalesce(r.ended_at, r.created_at) > a.since)
        OR EXISTS (SELECT FROM organizations_activity v WHERE v.organization_id = a.id AND v.owner_id = person
            AND coalesce(v.ended_at, v.created_at) > a.since)
    UNION ALL
    SELECT 3 FROM asked a JOIN organizations_filing f ON f.organization_id = a.id AND f.owner_id = person
    UNION ALL
    SELECT 4 FROM asked a JOIN actors_body b ON b.kind = 'organization' AND b.name = a.name
        JOIN actors_post p ON p.body_id = b.id AND p.user_id = person AND p.valid_from <= day
            AND (p.valid_to IS NULL OR p.valid_to > a.since)
    UNION ALL
    SELECT 5 FROM asked a JOIN organizations_member m ON m.organization_id = a.id
        AND (m.owner_id = person OR a.phone_hash <> '' AND m.contact_phone_hash = a.phone_hash)
        AND (m.left_on IS NULL OR m.left_on > a.since)
    UNION ALL
    SELECT 6 FROM asked a WHERE a.phone_hash <> '' AND a.leader_phone_hash = a.phone_hash
    UNION ALL
    SELECT 7 FROM asked a JOIN organizations_partymember m ON a.phone_hash <> '' AND m.phone_hash = a.phone_hash
        AND m.organization_id = a.id AND (m.left_on IS NULL OR m.left_on > a.since)
    UNION ALL
    SELECT 8 FROM asked a JOIN organizations_partymember m ON a.phone_hash <> '' AND m.phone_hash = a.phone_hash
        AND m.left_on IS NULL
        JOIN organizations_partycoverage c ON c.unit_id = m.managed_by_id AND c.organization_id = a.id AND c.holds
    UNION ALL
    SELECT 9 FROM asked a JOIN organizations_grading g ON g.organization_id = a.id
        JOIN organizations_gradingsheet s ON s.grading_id = g.id AND s.owner_id = person AND s.state = 'recused'
            AND s.ended_at > a.since
) AS found
$$;
"""

GUARDS = r"""
CREATE FUNCTION organizations_sheet_is_disinterested() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.state, NEW.owner_id, NEW.sent_on) IS NOT DISTINCT FROM (OLD.state, OLD.owner_id,
            OLD.sent_on) THEN
        RETURN NEW;  -- a draft is kept as it is typed
    END IF;
    IF NEW.state IN ('drawn', 'sent') AND organizations_interest(NEW.owner_id,
            (SELECT g.organization_id FROM organizations_grading g WHERE g.id = NEW.grading_id),
            coalesce(NEW.sent_on, (NEW.created_at AT TIME ZONE 'Asia/Shanghai')::date)) IS NOT NULL THEN
        RAISE EXCEPTION 'an evaluator with an interest in the organization' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'organizations_sheet_disinterested', TABLE = 'organizations_gradingsheet';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organizations_sheet_disinterested BEFORE INSERT OR UPDATE ON organizations_gradingsheet
    FOR EACH ROW EXECUTE FUNCTION organizations_sheet_is_disinterested();

-- A vote is cast by a member of the board whose turn it is, in this round and this sitting, and stays as it is.
CREATE FUNCTION organizations_vote_is_a_members() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'a vote is never changed' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'organizations_vote_stays', TABLE = 'organizations_gradingvote';
    END IF;
    IF NOT EXISTS (SELECT FROM organizations_grading g
            JOIN organizations_boardmember m ON m.round_id = g.round_id AND m.id = NEW.member_id
            WHERE g.id = NEW.grading_id AND g.sitting = NEW.sitting
                AND (g.state = 'ballot' AND m.board = 'commission' OR g.state = 'review' AND m.board = 'review')) THEN
        RAISE EXCEPTION 'not a member of the board whose turn it is' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'organizations_vote_of_a_member', TABLE = 'organizations_gradingvote';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organizations_vote_of_a_member BEFORE INSERT OR UPDATE OR DELETE ON organizations_gradingvote
    FOR EACH ROW EXECUTE FUNCTION organizations_vote_is_a_members();

-- Who sits on the boards, and by which measure, does not change once a round is open.
CREATE FUNCTION organizations_seat_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.round_id ELSE OLD.round_id END;
BEGIN
    PERFORM FROM organizations_gradinground r WHERE r.id = held FOR SHARE;
    IF EXISTS (SELECT FROM organizations_gradinground r WHERE r.id = held AND r.state <> 'draft')
        OR TG_OP = 'UPDATE' AND NEW.round_id <> OLD.round_id THEN
        RAISE EXCEPTION 'the boards of an open round are not changed' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'organizations_seat_frozen', TABLE = 'organizations_boardmember';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER organizations_seat_frozen BEFORE INSERT OR UPDATE OR DELETE ON organizations_boardmember
    FOR EACH ROW EXECUTE FUNCTION organizations_seat_is_frozen();

CREATE FUNCTION organizations_round_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state NOT IN ('draft', 'dropped') AND (NEW.scheme, NEW.area_id, NEW.year, NEW.members, NEW.reviewers,
            NEW.weight_basics, NEW.weight_party, NEW.weight_governance, NEW.weight_work, NEW.weight_reputation,
            NEW.least_1, NEW.least_2, NEW.least_3, NEW.least_4, NEW.least_5)
        IS DISTINCT FROM (OLD.scheme, OLD.area_id, OLD.year, OLD.members, OLD.reviewers,
            OLD.weight_basics, OLD.weight_party, OLD.weight_governance, OLD.weight_work, OLD.weight_reputation,
            OLD.least_1, OLD.least_2, OLD.least_3, OLD.least_4, OLD.least_5) THEN
        RAISE EXCEPTION 'the measure of an open round is not changed' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'organizations_round_frozen', TABLE = 'organizations_gradinground';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organizations_round_frozen BEFORE UPDATE ON organizations_gradinground
    FOR EACH ROW EXECUTE FUNCTION organizations_round_is_frozen();

-- What is counted is what was voted: all members, those who said anything, those who said yes.
CREATE FUNCTION organizations_grading_counts_votes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    seats integer;
    said integer;
    yes integer;
BEGIN
    SELECT count(*) INTO seats FROM organizations_boardmember m
    WHERE m.round_id = NEW.round_id AND m.board = 'commission';
    SELECT count(*), count(*) FILTER (WHERE v.choice = 'for') INTO said, yes
    FROM organizations_gradingvote v JOIN organizations_boardmember m ON m.id = v.member_id AND m.board = 'commission'
    WHERE v.grading_id = NEW.id AND v.sitting = NEW.sitting;
    IF (NEW.members, NEW.present, NEW.in_favour) IS DISTINCT FROM (seats, said, yes) THEN
        RAISE EXCEPTION 'a count that is not that of the votes' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'organizations_grading_counts_votes', TABLE = 'organizations_grading';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organizations_grading_counts_votes BEFORE INSERT OR UPDATE ON organizations_grading
    FOR EACH ROW WHEN (NEW.state IN ('notice', 'review', 'concluded'))
    EXECUTE FUNCTION organizations_grading_counts_votes();

-- A simplified annual check rests on a grade of 4A or 5A that holds on the day the report is opened.
CREATE FUNCTION organizations_simple_report_has_grade() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.simple AND NOT EXISTS (SELECT FROM organizations_organization o WHERE o.id = NEW.organization_id
            AND o.grade IN ('4A', '5A') AND o.grade_until >= (NEW.created_at AT TIME ZONE 'Asia/Shanghai')::date) THEN
        RAISE EXCEPTION 'a simplified report without a grade that holds' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'organizations_simple_report_has_grade', TABLE = 'organizations_annualreport';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organizations_simple_report_has_grade BEFORE INSERT ON organizations_annualreport
    FOR EACH ROW EXECUTE FUNCTION organizations_simple_report_has_grade();
"""

UNDO = r"""
DROP TRIGGER organizations_simple_report_has_grade ON organizations_annualreport;
DROP FUNCTION organizations_sheet_is_disinterested, organizations_vote_is_a_members, organizations_seat_is_frozen,
    organizations_round_is_frozen, organizations_grading_counts_votes, organizations_simple_report_has_grade CASCADE;
DROP FUNCTION organizations_interest(bigint, bigint, date);
"""

# The ranking measures as before, but for two things: whoever reports in the annual loop has the item of the checklist
# by that loop alone, by a report that was sent in the time looked at and is not concluded as failed; and stars are
# those of filed organizations, a grade that of registered ones.
RANKING = import_module("linli.organizations.migrations.0016_ranking")
CHANGED = (
    (
        """), praised AS (""",
        """), reported AS (
    SELECT a.organization_id, bool_or(a.sent_on IS NOT NULL AND a.result <> 'failed') AS report
    FROM measured m JOIN organizations_annualreport a ON a.organization_id = m.id
        AND (a.sent_on >= (m.since AT TIME ZONE 'Asia/Shanghai')::date
            OR a.sent_on IS NULL AND a.due_on >= (m.since AT TIME ZONE 'Asia/Shanghai')::date)
        AND a.state NOT IN ('called', 'exempt')
    WHERE m.ruler IS NOT NULL GROUP BY 1
), praised AS (""",
    ),
    (
        "coalesce(i.report, false)::integer * 32",
        "coalesce(y.report, i.report, false)::integer * 32",
    ),
    (
        "WHEN o.stars_until >= r.day THEN o.stars",
        "WHEN o.legal_status <> 'registered' AND o.stars_until >= r.day THEN o.stars",
    ),
    (
        "LEFT JOIN told i ON i.organization_id = m.id",
        "LEFT JOIN told i ON i.organization_id = m.id LEFT JOIN reported y ON y.organization_id = m.id",
    ),
)
BEFORE = RANKING.STANDINGS.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def _changed(text: str) -> str:
    for old, new in CHANGED:
        assert text.count(old) == 2, old  # once in each of the two functions
        text = text.replace(old, new)
    return text


WATCH = "".join(
    f"CREATE TRIGGER organizations_standings_{event} AFTER {event.upper()} ON organizations_annualreport {seen}"
    " FOR EACH STATEMENT EXECUTE FUNCTION organizations_standings_of_record();\n"
    for event, seen in (
        ("insert", "REFERENCING NEW TABLE AS new_rows"),
        ("update", "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"),
        ("delete", "REFERENCING OLD TABLE AS old_rows"),
    )
)
UNWATCH = "".join(
    f"DROP TRIGGER organizations_standings_{event} ON organizations_annualreport;\n"
    for event in ("insert", "update", "delete")
)


class Migration(migrations.Migration):

    dependencies = [
        ('areas', '0002_revisions'),
        ('organizations', '0017_legal_life'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='GradingRound',
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
                ('scheme', models.CharField(choices=[('grade', '等级评估'), ('stars', '星级评定')], max_length=6, verbose_name='评什么')),
                ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(2000), django.core.validators.MaxValueValidator(2100)], verbose_name='年度')),
                ('state', models.CharField(choices=[('draft', '拟方案'), ('open', '接受申请'), ('underway', '评审中'), ('done', '已结束'), ('dropped', '已撤回')], default='draft', max_length=10, verbose_name='状态')),
                ('apply_until', models.DateField(blank=True, null=True, verbose_name='申请截止')),
                ('weight_basics', models.PositiveSmallIntegerField(default=15, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='基础条件的权重')),
                ('weight_party', models.PositiveSmallIntegerField(default=20, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='党建工作的权重')),
                ('weight_governance', models.PositiveSmallIntegerField(default=25, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='内部治理的权重')),
                ('weight_work', models.PositiveSmallIntegerField(default=30, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='工作绩效的权重')),
                ('weight_reputation', models.PositiveSmallIntegerField(default=10, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='社会评价的权重')),
                ('least_1', models.PositiveSmallIntegerField(default=50, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='1A（一星）的分数线')),
                ('least_2', models.PositiveSmallIntegerField(default=60, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='2A（二星）的分数线')),
                ('least_3', models.PositiveSmallIntegerField(default=70, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='3A（三星）的分数线')),
                ('least_4', models.PositiveSmallIntegerField(default=80, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='4A（四星）的分数线')),
                ('least_5', models.PositiveSmallIntegerField(default=90, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='5A（五星）的分数线')),
                ('criteria', models.TextField(blank=True, max_length=2000, verbose_name='每一项看什么')),
                ('commission', models.TextField(blank=True, max_length=2000, verbose_name='评估委员会')),
                ('board', models.TextField(blank=True, max_length=800, verbose_name='复核委员会')),
                ('members', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='评估委员会人数')),
                ('reviewers', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='复核委员会人数')),
                ('opened_on', models.DateField(blank=True, editable=False, null=True, verbose_name='公布日期')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.area', verbose_name='范围')),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
            ],
            options={
                'verbose_name': '评估轮次',
                'indexes': [
                    models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_round_scope'),
                    models.Index(fields=['-year', '-id'], name='organizations_round_year'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state', 'dropped'), _negated=True), fields=('scheme', 'area', 'year'), name='organizations_round_once_a_year', violation_error_message='这个范围这一年的轮次已经有了。'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'dropped']), models.Q(('apply_until__isnull', False), ('opened_on__isnull', False), models.Q(models.Q(('members__range', (7, 25)), ('reviewers__range', (5, 9)), ('scheme', 'grade')), models.Q(('members__range', (5, 15)), ('reviewers__range', (3, 7)), ('scheme', 'stars')), _connector='OR')), _connector='OR'), name='organizations_round_open_is_seated', violation_error_message='两个委员会的人数不合规定。'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'dropped']), ('weight_basics', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.Value(100), '-', models.F('weight_party')), '-', models.F('weight_governance')), '-', models.F('weight_work')), '-', models.F('weight_reputation'))), _connector='OR'), name='organizations_round_weights_whole', violation_error_message='五项权重加起来要正好 100。'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'dropped']), models.Q(('least_1__gte', 1), ('least_2__gt', models.F('least_1')), ('least_3__gt', models.F('least_2')), ('least_4__gt', models.F('least_3')), ('least_5__gt', models.F('least_4')), ('least_5__lte', 100)), _connector='OR'), name='organizations_round_thresholds_rise', violation_error_message='分数线要一级比一级高，最高不超过 100。'),
                ],
            },
        ),
        migrations.CreateModel(
            name='BoardMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('board', models.CharField(choices=[('commission', '评估委员会'), ('review', '复核委员会')], max_length=10, verbose_name='委员会')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='委员')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='organizations.gradinground', verbose_name='轮次')),
            ],
            options={
                'verbose_name': '评估委员',
                'constraints': [
                    models.UniqueConstraint(fields=('round', 'user'), name='organizations_seat_once', violation_error_message='一个人只能在一个委员会里。'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Grading',
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
                ('score_basics', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='基础条件')),
                ('score_party', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='党建工作')),
                ('score_governance', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='内部治理')),
                ('score_work', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='工作绩效')),
                ('score_reputation', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='社会评价')),
                ('scheme', models.CharField(choices=[('grade', '等级评估'), ('stars', '星级评定')], editable=False, max_length=6, verbose_name='评什么')),
                ('state', models.CharField(choices=[('draft', '自评中'), ('opinion', '社区出意见'), ('check', '审核资格和材料'), ('mend', '退回补正'), ('evaluation', '评审打分'), ('ballot', '委员会表决'), ('notice', '公示'), ('review', '复核'), ('concluded', '结论生效'), ('refused', '不予评定'), ('withdrawn', '已撤回')], default='draft', max_length=10, verbose_name='状态')),
                ('evidence', models.TextField(blank=True, max_length=3000, verbose_name='自评的依据')),
                ('seed', models.BigIntegerField(blank=True, editable=False, null=True, verbose_name='抽取的种子')),
                ('pool', models.JSONField(blank=True, default=list, editable=False, help_text='accounts that could be drawn')),
                ('sitting', models.PositiveSmallIntegerField(default=1, editable=False, verbose_name='第几次表决')),
                ('mean', models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name='评审平均分')),
                ('proposed', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='拟定等级')),
                ('members', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='全体委员')),
                ('present', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='到会')),
                ('in_favour', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='同意')),
                ('level', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='等级或星级')),
                ('noticed_on', models.DateField(blank=True, editable=False, null=True, verbose_name='公示自')),
                ('answer_by', models.DateField(blank=True, editable=False, null=True, verbose_name='复核答复期限')),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gradings', to='organizations.organization', verbose_name='社会组织')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gradings', to='organizations.gradinground', verbose_name='轮次')),
            ],
            options={
                'verbose_name': '组织评估',
                'indexes': [
                    models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_grading_scope'),
                    models.Index(fields=['state', '-id'], include=('scope',), name='organizations_grading_state'),
                    models.Index(fields=['owner', '-id'], name='organizations_grading_owned'),
                    models.Index(condition=models.Q(('state', 'notice')), fields=['noticed_on', 'id'], name='organizations_grade_notice'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state', 'withdrawn'), _negated=True), fields=('round', 'organization'), name='organizations_grading_once_a_round', violation_error_message='这家组织在这一轮里已经有一份申请。'),
                    models.UniqueConstraint(condition=models.Q(('state__in', ['concluded', 'refused', 'withdrawn']), _negated=True), fields=('organization', 'scheme'), name='organizations_grading_one_open', violation_error_message='这家组织有一份申请还没有结论。'),
                    models.CheckConstraint(condition=models.Q(models.Q(('score_basics__isnull', True), ('score_basics__lte', 100), _connector='OR'), models.Q(('score_party__isnull', True), ('score_party__lte', 100), _connector='OR'), models.Q(('score_governance__isnull', True), ('score_governance__lte', 100), _connector='OR'), models.Q(('score_work__isnull', True), ('score_work__lte', 100), _connector='OR'), models.Q(('score_reputation__isnull', True), ('score_reputation__lte', 100), _connector='OR')), name='organizations_grading_scores'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'withdrawn']), models.Q(models.Q(('score_basics__isnull', False)), models.Q(('score_party__isnull', False)), models.Q(('score_governance__isnull', False)), models.Q(('score_work__isnull', False)), models.Q(('score_reputation__isnull', False)), models.Q(('evidence', ''), _negated=True)), _connector='OR'), name='organizations_grading_sent_is_whole'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['evaluation', 'ballot', 'notice', 'review', 'concluded']), _negated=True), ('seed__isnull', False), _connector='OR'), name='organizations_grading_drawn_by_a_seed'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['notice', 'review', 'concluded']), _negated=True), models.Q(('mean__isnull', False), ('members__gte', 1), ('noticed_on__isnull', False), ('in_favour__lte', models.F('present')), ('present__lte', models.F('members')), ('present__gte', django.db.models.expressions.CombinedExpression(models.Value(2), '*', django.db.models.expressions.CombinedExpression(models.F('members'), '-', models.F('present')))), models.Q(('level', 0), models.Q(('in_favour__gt', django.db.models.expressions.CombinedExpression(models.F('members'), '-', models.F('in_favour'))), ('level', models.F('proposed'))), _connector='OR')), _connector='OR'), name='organizations_grading_counted', violation_error_message='到会不足全体委员的三分之二，或者同意的没有超过全体委员的半数。'),
                    models.CheckConstraint(condition=models.Q(('level__in', (0, 1, 2, 3, 4, 5)), ('proposed__in', (0, 1, 2, 3, 4, 5))), name='organizations_grading_levels'),
                ],
            },
        ),
        migrations.CreateModel(
            name='GradingSheet',
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
                ('score_basics', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='基础条件')),
                ('score_party', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='党建工作')),
                ('score_governance', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='内部治理')),
                ('score_work', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='工作绩效')),
                ('score_reputation', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='社会评价')),
                ('state', models.CharField(choices=[('drawn', '待打分'), ('sent', '已打分'), ('taken', '已采用'), ('recused', '已回避'), ('void', '已换人')], default='drawn', max_length=10, verbose_name='状态')),
                ('place', models.PositiveSmallIntegerField(editable=False, verbose_name='抽中的次序')),
                ('declared', models.BooleanField(default=False, verbose_name='我和这家组织没有利害关系')),
                ('remark', models.TextField(blank=True, max_length=1000, verbose_name='评语')),
                ('total', models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name='总分')),
                ('sent_on', models.DateField(blank=True, editable=False, null=True, verbose_name='提交日期')),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('grading', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='organizations.grading', verbose_name='组织评估')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
            ],
            options={
                'verbose_name': '评审评分',
                'indexes': [
                    models.Index(fields=['owner', '-id'], name='organizations_sheet_owned'),
                    models.Index(fields=['grading', 'place'], name='organizations_sheet_of'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('grading', 'owner'), name='organizations_sheet_once', violation_error_message='这名评审已经抽中过这家组织。'),
                    models.CheckConstraint(condition=models.Q(models.Q(('score_basics__isnull', True), ('score_basics__lte', 100), _connector='OR'), models.Q(('score_party__isnull', True), ('score_party__lte', 100), _connector='OR'), models.Q(('score_governance__isnull', True), ('score_governance__lte', 100), _connector='OR'), models.Q(('score_work__isnull', True), ('score_work__lte', 100), _connector='OR'), models.Q(('score_reputation__isnull', True), ('score_reputation__lte', 100), _connector='OR')), name='organizations_sheet_scores'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['sent', 'taken']), _negated=True), models.Q(models.Q(('score_basics__isnull', False)), models.Q(('score_party__isnull', False)), models.Q(('score_governance__isnull', False)), models.Q(('score_work__isnull', False)), models.Q(('score_reputation__isnull', False)), ('declared', True), ('sent_on__isnull', False), ('total__isnull', False), models.Q(('remark', ''), _negated=True)), _connector='OR'), name='organizations_sheet_sent_is_whole', violation_error_message='五项都要打分，写评语，并声明没有利害关系。'),
                    models.CheckConstraint(condition=models.Q(('entered_by__isnull', True), ('owner__isnull', False)), name='organizations_sheet_is_somebodys'),
                ],
            },
        ),
        migrations.CreateModel(
            name='GradingVote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sitting', models.PositiveSmallIntegerField(default=1, verbose_name='第几次表决')),
                ('choice', models.CharField(choices=[('for', '同意'), ('against', '不同意'), ('abstain', '弃权')], max_length=8, verbose_name='表决')),
                ('words', models.CharField(blank=True, max_length=300, verbose_name='意见')),
                ('cast_at', models.DateTimeField(default=linli.core.clock.now, editable=False)),
                ('grading', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='votes', to='organizations.grading', verbose_name='组织评估')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='votes', to='organizations.boardmember', verbose_name='委员')),
            ],
            options={
                'verbose_name': '记名表决',
                'constraints': [
                    models.UniqueConstraint(fields=('grading', 'member', 'sitting'), name='organizations_vote_once', violation_error_message='一个人一次只投一票。'),
                ],
            },
        ),
        migrations.CreateModel(
            name='HeldGrade',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True)),
                ('number', models.CharField(blank=True, max_length=40, verbose_name='编号')),
                ('scope', models.CharField(db_collation='C', editable=False, max_length=200)),
                ('scheme', models.CharField(choices=[('grade', '等级评估'), ('stars', '星级评定')], max_length=6, verbose_name='评什么')),
                ('level', models.PositiveSmallIntegerField(verbose_name='等级或星级')),
                ('granted_on', models.DateField(verbose_name='评定日期')),
                ('valid_until', models.DateField(verbose_name='有效期至')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='失效日期')),
                ('ended_by', models.CharField(blank=True, choices=[('expired', '到期'), ('renewed', '重新评定'), ('downgraded', '降低等级'), ('cancelled', '取消'), ('gone', '组织终止或者不再属于评定范围')], max_length=10, verbose_name='失效原因')),
                ('document', models.CharField(blank=True, max_length=120, verbose_name='依据的文书')),
                ('entered_on', models.DateField(default=linli.core.clock.today, editable=False, verbose_name='录入日期')),
                ('entered_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('grading', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.grading', verbose_name='组织评估')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='held_grades', to='organizations.organization', verbose_name='社会组织')),
            ],
            options={
                'verbose_name': '等级证书',
                'indexes': [
                    models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), name='organizations_grade_scope'),
                    models.Index(fields=['scheme', '-level', '-granted_on', '-id'], name='organizations_grade_public'),
                    models.Index(condition=models.Q(('ended_on__isnull', True)), fields=['valid_until'], name='organizations_grade_standing'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('ended_on__isnull', True)), fields=('organization', 'scheme'), name='organizations_grade_held_once', violation_error_message='这家组织已经有一个有效的等级。'),
                    models.CheckConstraint(condition=models.Q(('valid_until__gt', models.F('granted_on')), ('valid_until__lte', django.db.models.functions.comparison.Cast(models.ExpressionWrapper(django.db.models.expressions.CombinedExpression(models.F('granted_on'), '+', models.Value(datetime.timedelta(days=1827), output_field=models.DurationField())), output_field=models.DateTimeField()), models.DateField()))), name='organizations_grade_five_years', violation_error_message='等级最长有效五年。'),
                    models.CheckConstraint(condition=models.Q(('entered_on__gte', models.F('granted_on')), ('entered_on__lte', models.F('valid_until'))), name='organizations_grade_not_expired', violation_error_message='评定满五年的等级已经失效，不能再用。'),
                    models.CheckConstraint(condition=models.Q(models.Q(('ended_by', ''), ('ended_on__isnull', True)), models.Q(('ended_on__gte', models.F('granted_on')), ('ended_on__isnull', False), models.Q(('ended_by', ''), _negated=True)), _connector='OR'), name='organizations_grade_ended_whole'),
                    models.CheckConstraint(condition=models.Q(('grading__isnull', False), models.Q(('document', ''), _negated=True), _connector='OR'), name='organizations_grade_has_source'),
                    models.CheckConstraint(condition=models.Q(('level__gte', 1), ('level__lte', 5)), name='organizations_grade_of_levels'),
                ],
            },
        ),
        migrations.CreateModel(
            name='GradeChange',
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
                ('kind', models.CharField(blank=True, choices=[('downgrade', '降低等级'), ('cancel', '取消等级')], max_length=10, verbose_name='处理')),
                ('state', models.CharField(choices=[('draft', '起草中'), ('hearing', '已告知，可以申辩'), ('decision', '待决定'), ('plaque', '已决定，收回证书和牌匾'), ('done', '办结'), ('spared', '不作处理'), ('withdrawn', '已撤回')], default='draft', max_length=10, verbose_name='状态')),
                ('new_level', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='降到哪一级')),
                ('facts', models.TextField(blank=True, max_length=1000, verbose_name='事实')),
                ('document', models.CharField(blank=True, max_length=120, verbose_name='依据的文书')),
                ('decided_on', models.DateField(blank=True, editable=False, null=True, verbose_name='决定日期')),
                ('barred_until', models.DateField(blank=True, editable=False, null=True, verbose_name='不接受申请至')),
                ('plaque_by', models.DateField(blank=True, editable=False, null=True, verbose_name='证书和牌匾交回期限')),
                ('decided_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grade_changes', to='organizations.organization', verbose_name='社会组织')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('proposed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('held', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='organizations.heldgrade', verbose_name='现有等级')),
            ],
            options={
                'verbose_name': '降低或取消等级',
                'indexes': [
                    models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_gchange_scope'),
                    models.Index(fields=['organization', 'state'], name='organizations_gchange_of'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state__in', ['done', 'spared', 'withdrawn']), _negated=True), fields=('held',), name='organizations_grade_change_one_open', violation_error_message='这个等级已经有一件在办。'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'withdrawn']), models.Q(models.Q(('facts', ''), _negated=True), models.Q(models.Q(('kind', 'downgrade'), ('new_level__isnull', False)), models.Q(('kind', 'cancel'), ('new_level__isnull', True)), _connector='OR')), _connector='OR'), name='organizations_grade_change_whole'),
                    models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('proposed_by__isnull', False), models.Q(('decided_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='organizations_grade_change_by_another', violation_error_message='提出和决定要由两个人办。'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['plaque', 'done']), _negated=True), models.Q(('barred_until__gt', models.F('decided_on')), ('decided_by__isnull', False), ('plaque_by__isnull', False)), _connector='OR'), name='organizations_grade_change_bars'),
                ],
            },
        ),
        migrations.RunSQL(INTEREST + GUARDS, UNDO),
        migrations.RunSQL(_changed(BEFORE) + WATCH + RANKING.FILL, UNWATCH + BEFORE + RANKING.FILL),
    ]
