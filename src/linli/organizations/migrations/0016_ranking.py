"""The four dimensions: the ruler, a standing for each organization that the database keeps, lists of commendation."""

import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import linli.core.access.models
import linli.core.clock
from django.conf import settings
from django.db import migrations, models

# How the standings come about, once for all. Whatever counts is read in these common table expressions and nowhere else;
# docs/algorithms/ranking.md has the formula, and what one more input takes. Two functions run it, each with a plan of its
# own: one for a list of organizations, planned once in a session, and one for all below a path.
MEASURE = r"""
WITH measured AS MATERIALIZED (
    SELECT o.id, o.kind, o.scope, o.party_cover, o.credit_status, p.population,
        CASE WHEN p.id IS NULL THEN '' ELSE left(o.scope, length(o.scope) - length(p.id::text) - 1) END AS street,
        coalesce(d.path, '') AS district,
        o.purpose <> '' AND o.address <> '' AND o.leader_name <> '' AND o.member_count IS NOT NULL AS profile,
        CASE WHEN o.grade_until >= r.day THEN left(o.grade, 1)::integer
             WHEN o.stars_until >= r.day THEN o.stars ELSE 0 END AS grade,
        r.id AS ruler, r.since, r.summed_by, r.awards_from, r.awards_most, r.median_doubled, r.target_share,
        r.target_least, r.items, r.weight_active, r.weight_orderly, r.weight_coverage, r.weight_influence
    FROM organizations_organization o
    LEFT JOIN areas_area p ON p.id = o.area_id AND p.level = 'community'
    LEFT JOIN areas_area t ON t.id = p.parent_id
    LEFT JOIN areas_area d ON d.id = t.parent_id
    LEFT JOIN organizations_ruler r ON r.district = d.path AND r.kind = o.kind
        AND o.legal_status IN ('filed', 'registering', 'registered')
    WHERE WANTED
), proven AS (
    SELECT a.organization_id,
        count(*) FILTER (WHERE a.state = 'verified' AND a.starts_at >= m.since) AS held,
        max(a.persons) FILTER (WHERE a.state = 'verified' AND a.starts_at >= m.since) AS most,
        bool_and(a.spent IS NOT NULL) FILTER (WHERE a.state = 'verified' AND a.starts_at >= m.since) AS accounts,
        bool_or(a.kind = 'talk') FILTER (WHERE a.state = 'verified' AND a.starts_at >= m.since) AS meetings,
        bool_or(a.open_to_all) FILTER (WHERE a.state = 'verified' AND a.starts_at >= m.since) AS disclosure,
        bool_or(a.state = 'held' AND a.ends_at < m.summed_by) AS late
    FROM measured m JOIN organizations_activity a ON a.organization_id = m.id AND a.state IN ('held', 'verified')
    WHERE m.ruler IS NOT NULL GROUP BY 1
), signed AS (
    SELECT a.organization_id, count(DISTINCT c.person_id) AS persons
    FROM measured m JOIN organizations_activity a ON a.organization_id = m.id AND a.state = 'verified'
        AND a.starts_at >= m.since AND a.checked_in > 0
    JOIN organizations_checkin c ON c.activity_id = a.id GROUP BY 1
), told AS (
    SELECT i.organization_id, bool_or(i.kind = 'report') AS report, bool_or(i.kind = 'penalty') AS penalty
    FROM measured m JOIN organizations_creditinfo i ON i.organization_id = m.id AND i.withdrawn_on IS NULL
        AND i.happened_on >= (m.since AT TIME ZONE 'Asia/Shanghai')::date GROUP BY 1
), praised AS (
    SELECT w.organization_id, count(*) AS awards
    FROM measured m JOIN organizations_commended w ON w.organization_id = m.id AND w.struck = ''
    JOIN organizations_commendation c ON c.id = w.commendation_id AND c.state = 'published'
        AND c.year >= m.awards_from GROUP BY 1
), counted AS (
    SELECT m.*, coalesce(v.held, 0) AS held, greatest(v.most, s.persons, 0) AS served,
        greatest(m.target_least, (coalesce(m.population, 0)::bigint * m.target_share / 100)::integer) AS target,
        coalesce(w.awards, 0) AS awards,
        m.items & (m.profile::integer * 1 + (m.party_cover <> 'none')::integer * 2
            + coalesce(v.accounts, false)::integer * 4 + coalesce(v.meetings, false)::integer * 8
            + coalesce(v.disclosure, false)::integer * 16 + coalesce(i.report, false)::integer * 32
            + (coalesce(v.held, 0) > 0 AND NOT v.late IS TRUE)::integer * 64
            + (m.credit_status = 'normal' AND NOT i.penalty IS TRUE)::integer * 128) AS passed
    FROM measured m LEFT JOIN proven v ON v.organization_id = m.id LEFT JOIN signed s ON s.organization_id = m.id
    LEFT JOIN told i ON i.organization_id = m.id LEFT JOIN praised w ON w.organization_id = m.id
), parted AS (
    SELECT c.*,
        -- Whole numbers, rounded half up: the same on every machine.
        least(10000, (40000 * held + median_doubled) / (2 * median_doubled))::integer AS active,
        (20000 * bit_count(passed::bit(8)) + bit_count(items::bit(8))) / (2 * bit_count(items::bit(8))) AS orderly,
        least(10000, (20000 * served::bigint + target) / (2 * target))::integer AS coverage,
        ((2000 * grade * awards_most + 10000 * least(awards, awards_most) + awards_most)
            / (2 * awards_most))::integer AS influence,
        weight_active + weight_orderly + weight_coverage + weight_influence AS weights
    FROM counted c
)
INSERT INTO organizations_standing AS s (organization_id, ranked, kind, scope, street, district, held, served, target,
    passed, grade, awards, active, orderly, coverage, influence, total)
SELECT id, ruler IS NOT NULL, kind, scope, street, district, held, CASE WHEN ruler IS NULL THEN 0 ELSE served END,
    coalesce(target, 0), coalesce(passed, 0), coalesce(grade, 0), awards,
    coalesce(active, 0), coalesce(orderly, 0), coalesce(coverage, 0), coalesce(influence, 0),
    coalesce((200 * (weight_active * active + weight_orderly * orderly + weight_coverage * coverage
        + weight_influence * influence) + weights) / (2 * weights), 0)
FROM parted
ON CONFLICT (organization_id) DO UPDATE SET (ranked, kind, scope, street, district, held, served, target, passed, grade,
    awards, active, orderly, coverage, influence, total) = (excluded.ranked, excluded.kind, excluded.scope,
    excluded.street, excluded.district, excluded.held, excluded.served, excluded.target, excluded.passed,
    excluded.grade, excluded.awards, excluded.active, excluded.orderly, excluded.coverage, excluded.influence,
    excluded.total)
WHERE (s.*) IS DISTINCT FROM (excluded.*);
"""
STANDINGS = f"""
CREATE FUNCTION organizations_standings(keys bigint[]) RETURNS bigint LANGUAGE plpgsql AS $function$
DECLARE
    written bigint;
BEGIN
    IF coalesce(cardinality(keys), 0) = 0 THEN
        RETURN 0;
    END IF;
    -- Two changes of one organization at once: the second waits here and then sees what the first did.
    LOCK TABLE organizations_standing IN ROW EXCLUSIVE MODE;
    PERFORM FROM organizations_standing s WHERE s.organization_id = ANY(keys) ORDER BY s.organization_id FOR UPDATE;
    {MEASURE.replace("WANTED", "o.id = ANY(keys)")}
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END $function$;

CREATE FUNCTION organizations_standings_below(beneath text) RETURNS bigint LANGUAGE plpgsql AS $function$
DECLARE
    written bigint;
BEGIN
    LOCK TABLE organizations_standing IN SHARE ROW EXCLUSIVE MODE;
    {MEASURE.replace("WANTED", "starts_with(o.scope, $1)")}
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END $function$;
"""

# A statement that changes what is counted measures the organizations it concerns, in its own transaction.
TRIGGERS = r"""
CREATE FUNCTION organizations_standings_of_organization() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(id) INTO changed FROM new_rows;
    ELSE
        SELECT array_agg(n.id) INTO changed FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE (n.kind, n.scope, n.area_id, n.legal_status, n.purpose, n.address, n.leader_name, n.member_count,
                n.party_cover, n.credit_status, n.grade, n.grade_until, n.stars, n.stars_until)
            IS DISTINCT FROM (o.kind, o.scope, o.area_id, o.legal_status, o.purpose, o.address, o.leader_name,
                o.member_count, o.party_cover, o.credit_status, o.grade, o.grade_until, o.stars, o.stars_until);
    END IF;
    PERFORM organizations_standings(changed) WHERE changed IS NOT NULL;
    RETURN NULL;
END $$;

CREATE FUNCTION organizations_standings_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM organizations_standing s USING old_rows o WHERE s.organization_id = o.id;
    RETURN NULL;
END $$;

CREATE FUNCTION organizations_standings_of_activity() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT organization_id) INTO changed FROM new_rows WHERE state IN ('held', 'verified');
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT organization_id) INTO changed FROM old_rows WHERE state IN ('held', 'verified');
    ELSE
        SELECT array_agg(DISTINCT organization_id) INTO changed
        FROM (SELECT organization_id FROM new_rows WHERE state IN ('held', 'verified')
            UNION ALL SELECT organization_id FROM old_rows WHERE state IN ('held', 'verified')) AS each;
    END IF;
    PERFORM organizations_standings(changed) WHERE changed IS NOT NULL;
    RETURN NULL;
END $$;

CREATE FUNCTION organizations_standings_of_checkin() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[];
BEGIN
    IF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT a.organization_id) INTO changed FROM old_rows c
        JOIN organizations_activity a ON a.id = c.activity_id AND a.state = 'verified';
    ELSIF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT a.organization_id) INTO changed FROM new_rows c
        JOIN organizations_activity a ON a.id = c.activity_id AND a.state = 'verified';
    ELSE
        SELECT array_agg(DISTINCT a.organization_id) INTO changed
        FROM (SELECT activity_id FROM new_rows UNION ALL SELECT activity_id FROM old_rows) AS c
        JOIN organizations_activity a ON a.id = c.activity_id AND a.state = 'verified';
    END IF;
    PERFORM organizations_standings(changed) WHERE changed IS NOT NULL;
    RETURN NULL;
END $$;

CREATE FUNCTION organizations_standings_of_record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT organization_id) INTO changed FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT organization_id) INTO changed FROM old_rows;
    ELSE
        SELECT array_agg(DISTINCT organization_id) INTO changed
        FROM (SELECT organization_id FROM new_rows UNION ALL SELECT organization_id FROM old_rows) AS each;
    END IF;
    PERFORM organizations_standings(changed) WHERE changed IS NOT NULL;
    RETURN NULL;
END $$;

CREATE FUNCTION organizations_standings_of_commendation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[];
BEGIN
    SELECT array_agg(DISTINCT w.organization_id) INTO changed
    FROM new_rows n JOIN old_rows o ON o.id = n.id AND (n.state, n.year) IS DISTINCT FROM (o.state, o.year)
    JOIN organizations_commended w ON w.commendation_id = n.id;
    PERFORM organizations_standings(changed) WHERE changed IS NOT NULL;
    RETURN NULL;
END $$;

CREATE FUNCTION organizations_standings_of_area() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[];
BEGIN
    SELECT array_agg(g.id) INTO changed FROM new_rows n JOIN old_rows o ON o.id = n.id
        AND (n.population, n.level, n.path) IS DISTINCT FROM (o.population, o.level, o.path)
    JOIN organizations_organization g ON g.area_id = n.id;
    PERFORM organizations_standings(changed) WHERE changed IS NOT NULL;
    RETURN NULL;
END $$;
"""


def _watch(table: str, function: str, *events: str) -> str:
    """A trigger for each kind of statement: the rows of one kind cannot be named in the trigger of another."""
    seen = {
        "insert": "REFERENCING NEW TABLE AS new_rows",
        "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "delete": "REFERENCING OLD TABLE AS old_rows",
    }
    return "".join(
        f"CREATE TRIGGER organizations_standings_{event} AFTER {event.upper()} ON {table} {seen[event]}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {function}();\n"
        for event in events
    )


WATCHES = "".join(
    (
        _watch("organizations_organization", "organizations_standings_of_organization", "insert", "update"),
        _watch("organizations_organization", "organizations_standings_end", "delete"),
        _watch("organizations_activity", "organizations_standings_of_activity", "insert", "update", "delete"),
        _watch("organizations_checkin", "organizations_standings_of_checkin", "insert", "update", "delete"),
        _watch("organizations_creditinfo", "organizations_standings_of_record", "insert", "update", "delete"),
        _watch("organizations_commended", "organizations_standings_of_record", "insert", "update", "delete"),
        _watch("organizations_commendation", "organizations_standings_of_commendation", "update"),
        _watch("areas_area", "organizations_standings_of_area", "update"),
    )
)

# What was published stays as it was, also for whoever writes past the program.
FROZEN = r"""
CREATE FUNCTION organizations_commended_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    list bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.commendation_id ELSE OLD.commendation_id END;
BEGIN
    -- Holds the list, so that it is not published meanwhile.
    PERFORM FROM organizations_commendation c WHERE c.id = list FOR SHARE;
    IF EXISTS (SELECT FROM organizations_commendation c WHERE c.id = list AND c.state = 'published')
        OR TG_OP = 'UPDATE' AND NEW.commendation_id <> OLD.commendation_id THEN
        RAISE EXCEPTION 'a published list of commendation is not changed' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'organizations_commended_is_frozen', TABLE = 'organizations_commended';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE FUNCTION organizations_commendation_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'published' AND (TG_OP = 'DELETE' OR (NEW.state, NEW.area_id, NEW.year, NEW.drawn_on, NEW.decided_by_id,
        NEW.published_on) IS DISTINCT FROM (OLD.state, OLD.area_id, OLD.year, OLD.drawn_on, OLD.decided_by_id,
        OLD.published_on)) THEN
        RAISE EXCEPTION 'a published list of commendation is not changed' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'organizations_commendation_is_frozen', TABLE = 'organizations_commendation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER organizations_commended_frozen BEFORE INSERT OR UPDATE OR DELETE ON organizations_commended
    FOR EACH ROW EXECUTE FUNCTION organizations_commended_is_frozen();
CREATE TRIGGER organizations_commendation_frozen BEFORE UPDATE OR DELETE ON organizations_commendation
    FOR EACH ROW EXECUTE FUNCTION organizations_commendation_is_frozen();
"""

FILL = "SELECT organizations_standings_below('');"

UNDO = r"""
DROP TRIGGER organizations_standings_update ON areas_area;
DROP TRIGGER organizations_standings_insert ON organizations_organization;
DROP TRIGGER organizations_standings_update ON organizations_organization;
DROP TRIGGER organizations_standings_delete ON organizations_organization;
DROP TRIGGER organizations_standings_insert ON organizations_activity;
DROP TRIGGER organizations_standings_update ON organizations_activity;
DROP TRIGGER organizations_standings_delete ON organizations_activity;
DROP TRIGGER organizations_standings_insert ON organizations_checkin;
DROP TRIGGER organizations_standings_update ON organizations_checkin;
DROP TRIGGER organizations_standings_delete ON organizations_checkin;
DROP TRIGGER organizations_standings_insert ON organizations_creditinfo;
DROP TRIGGER organizations_standings_update ON organizations_creditinfo;
DROP TRIGGER organizations_standings_delete ON organizations_creditinfo;
DROP FUNCTION organizations_standings_of_organization, organizations_standings_end,
    organizations_standings_of_activity, organizations_standings_of_checkin, organizations_standings_of_record,
    organizations_standings_of_commendation, organizations_standings_of_area, organizations_standings,
    organizations_standings_below,
    organizations_commended_is_frozen, organizations_commendation_is_frozen CASCADE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('areas', '0002_revisions'),
        ('organizations', '0015_party'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Commendation',
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
                ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(2000), django.core.validators.MaxValueValidator(2100)], verbose_name='年度')),
                ('state', models.CharField(choices=[('draft', '拟名单'), ('decision', '待决定'), ('published', '已公布'), ('refused', '不表彰'), ('withdrawn', '已撤回')], default='draft', max_length=10, verbose_name='状态')),
                ('drawn_on', models.DateField(editable=False, verbose_name='排位的日期')),
                ('published_on', models.DateField(blank=True, editable=False, null=True, verbose_name='公布日期')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.area', verbose_name='范围')),
                ('decided_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('proposed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '表彰名单',
                'indexes': [
                    models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_commend_scope'),
                    models.Index(fields=['-year', '-id'], name='organizations_commend_year'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state__in', ['refused', 'withdrawn']), _negated=True), fields=('area', 'year'), name='organizations_commendation_once_a_year', violation_error_message='这个范围这一年的表彰名单已经有了。'),
                    models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('proposed_by__isnull', False), models.Q(('decided_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='organizations_commendation_decided_by_another', violation_error_message='提出和决定要由两个人办。'),
                    models.CheckConstraint(condition=models.Q(models.Q(('decided_by__isnull', False), ('published_on__isnull', False), ('state', 'published')), models.Q(models.Q(('state', 'published'), _negated=True), ('published_on__isnull', True)), _connector='OR'), name='organizations_commendation_published_whole'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Commended',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('service', '服务'), ('autonomy', '自治'), ('culture', '文体'), ('safety', '平安'), ('other', '其他')], max_length=10, verbose_name='类别')),
                ('place', models.PositiveIntegerField(verbose_name='名次')),
                ('total', models.PositiveIntegerField(verbose_name='四维分')),
                ('active', models.PositiveIntegerField(verbose_name='活跃度')),
                ('orderly', models.PositiveIntegerField(verbose_name='规范化')),
                ('coverage', models.PositiveIntegerField(verbose_name='覆盖率')),
                ('influence', models.PositiveIntegerField(verbose_name='影响力')),
                ('struck', models.CharField(blank=True, max_length=300, verbose_name='划去的理由')),
                ('commendation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='organizations.commendation', verbose_name='表彰名单')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='commended', to='organizations.organization', verbose_name='社会组织')),
            ],
            options={
                'verbose_name': '拟表彰的组织',
                'constraints': [
                    models.UniqueConstraint(fields=('commendation', 'organization'), name='organizations_commended_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Ruler',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('district', models.CharField(blank=True, db_collation='C', max_length=200)),
                ('kind', models.CharField(choices=[('service', '服务'), ('autonomy', '自治'), ('culture', '文体'), ('safety', '平安'), ('other', '其他')], max_length=10, verbose_name='类别')),
                ('day', models.DateField(verbose_name='尺子的日期')),
                ('since', models.DateTimeField(verbose_name='从哪一刻起的活动')),
                ('summed_by', models.DateTimeField(verbose_name='此前结束的活动应当总结了')),
                ('awards_from', models.IntegerField(verbose_name='从哪一年起的表彰')),
                ('awards_most', models.IntegerField(default=0, verbose_name='几次表彰算满')),
                ('median_doubled', models.IntegerField(default=0, verbose_name='同类活动场数中位数的两倍')),
                ('organizations', models.IntegerField(default=0, verbose_name='同类组织数')),
                ('target_share', models.IntegerField(default=0, verbose_name='应服务人数占社区人口（%）')),
                ('target_least', models.IntegerField(default=0, verbose_name='应服务人数至少')),
                ('items', models.IntegerField(default=0, verbose_name='规范化看的项目')),
                ('weight_active', models.IntegerField(default=0, verbose_name='')),
                ('weight_orderly', models.IntegerField(default=0, verbose_name='')),
                ('weight_coverage', models.IntegerField(default=0, verbose_name='')),
                ('weight_influence', models.IntegerField(default=0, verbose_name='')),
            ],
            options={
                'verbose_name': '四维排位的尺子',
                'constraints': [models.UniqueConstraint(fields=('district', 'kind'), name='organizations_ruler_once'), models.CheckConstraint(condition=models.Q(('awards_most__gte', 1), ('items__gte', 1), ('median_doubled__gte', 2), ('target_least__gte', 1), ('weight_active__gte', 0), ('weight_coverage__gte', 0), ('weight_influence__gte', 0), ('weight_orderly__gte', 0), models.Q(('weight_active__gt', 0), ('weight_orderly__gt', 0), ('weight_coverage__gt', 0), ('weight_influence__gt', 0), _connector='OR')), name='organizations_ruler_measures')],
            },
        ),
        migrations.CreateModel(
            name='Standing',
            fields=[
                ('organization', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='standing', serialize=False, to='organizations.organization', verbose_name='社会组织')),
                ('ranked', models.BooleanField(default=False, verbose_name='参加排位')),
                ('kind', models.CharField(blank=True, choices=[('service', '服务'), ('autonomy', '自治'), ('culture', '文体'), ('safety', '平安'), ('other', '其他')], max_length=10, verbose_name='类别')),
                ('scope', models.CharField(blank=True, db_collation='C', max_length=200)),
                ('street', models.CharField(blank=True, db_collation='C', max_length=200)),
                ('district', models.CharField(blank=True, db_collation='C', max_length=200)),
                ('held', models.IntegerField(default=0, verbose_name='核实的活动')),
                ('served', models.IntegerField(default=0, verbose_name='服务到的居民')),
                ('target', models.IntegerField(default=0, verbose_name='应服务人数')),
                ('passed', models.IntegerField(default=0, verbose_name='做到的项目')),
                ('grade', models.IntegerField(default=0, verbose_name='等级或星级')),
                ('awards', models.IntegerField(default=0, verbose_name='表彰')),
                ('active', models.IntegerField(default=0, validators=[django.core.validators.MaxValueValidator(10000)], verbose_name='活跃度')),
                ('orderly', models.IntegerField(default=0, validators=[django.core.validators.MaxValueValidator(10000)], verbose_name='规范化')),
                ('coverage', models.IntegerField(default=0, validators=[django.core.validators.MaxValueValidator(10000)], verbose_name='覆盖率')),
                ('influence', models.IntegerField(default=0, validators=[django.core.validators.MaxValueValidator(10000)], verbose_name='影响力')),
                ('total', models.IntegerField(default=0, verbose_name='四维分')),
            ],
            options={
                'verbose_name': '四维排位',
                'indexes': [models.Index(condition=models.Q(('ranked', True)), fields=['district', 'kind', 'total', 'organization'], name='organizations_rank_district'), models.Index(condition=models.Q(('ranked', True)), fields=['street', 'kind', 'total', 'organization'], name='organizations_rank_street'), models.Index(condition=models.Q(('ranked', True)), fields=['scope', 'kind', 'total', 'organization'], name='organizations_rank_community')],
            },
        ),
        migrations.RunSQL(STANDINGS + TRIGGERS + WATCHES + FROZEN, UNDO),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
