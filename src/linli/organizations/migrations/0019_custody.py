"""Custody of funds: agreements, entries, balances and statements, whose books the database keeps itself."""

import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import linli.core.access.models
import linli.core.clock
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

# What is booked is booked under the lock of its ledger: the balance follows in the same moment and never falls below
# nought; what is closed takes nothing more; nothing that was booked is changed or taken away.
GUARD = """
CREATE FUNCTION organizations_custody_refuse(said text, name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: %', name, said USING ERRCODE = 'check_violation', CONSTRAINT = name;
END $$;

CREATE FUNCTION organizations_book_custody_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ledger organizations_custody;
    origin organizations_custodyentry;
    moved numeric := NEW.change;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'booked' THEN
        IF (NEW.uid, NEW.number, NEW.state, NEW.scope, NEW.custody_id, NEW.kind, NEW.fund, NEW.amount)
            IS DISTINCT FROM (OLD.uid, OLD.number, OLD.state, OLD.scope, OLD.custody_id, OLD.kind, OLD.fund, OLD.amount)
            OR (NEW.happened_on, NEW.purpose, NEW.counterpart, NEW.voucher_number, NEW.reverses_id, NEW.money_in)
            IS DISTINCT FROM (OLD.happened_on, OLD.purpose, OLD.counterpart, OLD.voucher_number, OLD.reverses_id, OLD.money_in)
            OR (NEW.money_out, NEW.change, NEW.seq, NEW.owner_id, NEW.entered_by_id, NEW.approved_by_id, NEW.booked_on)
            IS DISTINCT FROM (OLD.money_out, OLD.change, OLD.seq, OLD.owner_id, OLD.entered_by_id, OLD.approved_by_id, OLD.booked_on)
        THEN
            PERFORM organizations_custody_refuse('a booked entry stays as it is', 'organizations_custody_entry_stays');
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state <> 'booked' THEN
        RETURN NEW;
    END IF;
    SELECT * INTO ledger FROM organizations_custody WHERE id = NEW.custody_id FOR UPDATE;
    IF ledger.state NOT IN ('in_force', 'ending') OR NEW.happened_on < ledger.valid_from THEN
        PERFORM organizations_custody_refuse('the ledger is not kept on that day', 'organizations_custody_entry_kept');
    END IF;
    IF EXISTS (
        SELECT FROM organizations_custodystatement s WHERE s.custody_id = NEW.custody_id AND s.through >= NEW.happened_on
    ) THEN
        PERFORM organizations_custody_refuse('the month is closed', 'organizations_custody_entry_month_is_open');
    END IF;
    IF NEW.kind = 'reversal' THEN
        SELECT * INTO origin FROM organizations_custodyentry WHERE id = NEW.reverses_id;
        IF (origin.custody_id, origin.state, origin.fund, -origin.money_in, -origin.money_out)
            IS DISTINCT FROM (NEW.custody_id, NEW.state, NEW.fund, NEW.money_in, NEW.money_out)
            OR origin.kind = 'reversal' THEN
            PERFORM organizations_custody_refuse('it does not mirror what it reverses', 'organizations_custody_entry_mirrors');
        END IF;
    END IF;
    UPDATE organizations_custodybalance SET balance = balance + moved
        WHERE custody_id = NEW.custody_id AND fund = NEW.fund;
    IF NOT FOUND THEN
        INSERT INTO organizations_custodybalance (custody_id, fund, balance) VALUES (NEW.custody_id, NEW.fund, moved);
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER organizations_custodyentry_books BEFORE INSERT OR UPDATE ON organizations_custodyentry
    FOR EACH ROW EXECUTE FUNCTION organizations_book_custody_entry();

CREATE FUNCTION organizations_keep_custody() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM organizations_custody_refuse('the books are only added to', TG_TABLE_NAME || '_stays');
    RETURN NULL;
END $$;

CREATE TRIGGER organizations_custodyentry_stays BEFORE DELETE ON organizations_custodyentry
    FOR EACH ROW WHEN (OLD.state = 'booked') EXECUTE FUNCTION organizations_keep_custody();
CREATE TRIGGER organizations_custodybalance_follows BEFORE INSERT OR UPDATE OR DELETE ON organizations_custodybalance
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION organizations_keep_custody();
CREATE TRIGGER organizations_custodystatement_stays BEFORE UPDATE OR DELETE ON organizations_custodystatement
    FOR EACH ROW EXECUTE FUNCTION organizations_keep_custody();
CREATE TRIGGER organizations_custodystatementline_stays BEFORE UPDATE OR DELETE ON organizations_custodystatementline
    FOR EACH ROW EXECUTE FUNCTION organizations_keep_custody();

CREATE FUNCTION organizations_end_custody() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM organizations_custodybalance b WHERE b.custody_id = NEW.id AND b.balance <> 0)
        OR (EXISTS (SELECT FROM organizations_custodyentry e WHERE e.custody_id = NEW.id AND e.state = 'booked')
            AND NOT EXISTS (SELECT FROM organizations_custodystatement s WHERE s.custody_id = NEW.id AND s.is_last))
    THEN
        PERFORM organizations_custody_refuse('it is not settled', 'organizations_custody_ends_settled');
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER organizations_custody_ends BEFORE UPDATE ON organizations_custody
    FOR EACH ROW WHEN (NEW.state = 'ended' AND OLD.state <> 'ended') EXECUTE FUNCTION organizations_end_custody();

CREATE FUNCTION organizations_chain_statement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ledger organizations_custody;
    former organizations_custodystatement;
BEGIN
    SELECT * INTO ledger FROM organizations_custody WHERE id = NEW.custody_id FOR UPDATE;
    SELECT * INTO former FROM organizations_custodystatement
        WHERE custody_id = NEW.custody_id ORDER BY month DESC LIMIT 1;
    IF NEW.month <> coalesce(former.month + interval '1 month', date_trunc('month', ledger.valid_from))
        OR NEW.opening <> coalesce(former.closing, 0) THEN
        PERFORM organizations_custody_refuse('it does not follow the one before', 'organizations_statement_follows');
    END IF;
    IF (NEW.money_in, NEW.money_out) <> (
        SELECT coalesce(sum(e.money_in), 0), coalesce(sum(e.money_out), 0) FROM organizations_custodyentry e
        WHERE e.custody_id = NEW.custody_id AND e.state = 'booked' AND e.happened_on BETWEEN NEW.month AND NEW.through
    ) THEN
        PERFORM organizations_custody_refuse('it says something else than the entries', 'organizations_statement_is_true');
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER organizations_custodystatement_chains BEFORE INSERT ON organizations_custodystatement
    FOR EACH ROW EXECUTE FUNCTION organizations_chain_statement();

CREATE FUNCTION organizations_chain_statement_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whole organizations_custodystatement;
    former numeric;
BEGIN
    SELECT * INTO whole FROM organizations_custodystatement WHERE id = NEW.statement_id;
    SELECT l.closing INTO former FROM organizations_custodystatementline l
        JOIN organizations_custodystatement s ON s.id = l.statement_id
        WHERE s.custody_id = whole.custody_id AND s.month < whole.month AND l.fund = NEW.fund
        ORDER BY s.month DESC LIMIT 1;
    IF NEW.opening <> coalesce(former, 0) OR (NEW.money_in, NEW.money_out) <> (
        SELECT coalesce(sum(e.money_in), 0), coalesce(sum(e.money_out), 0) FROM organizations_custodyentry e
        WHERE e.custody_id = whole.custody_id AND e.fund = NEW.fund AND e.state = 'booked'
            AND e.happened_on BETWEEN whole.month AND whole.through
    ) THEN
        PERFORM organizations_custody_refuse('it says something else than the entries', 'organizations_statement_line_is_true');
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER organizations_custodystatementline_chains BEFORE INSERT ON organizations_custodystatementline
    FOR EACH ROW EXECUTE FUNCTION organizations_chain_statement_line();
"""
UNGUARD = """
DROP TRIGGER organizations_custodystatementline_chains ON organizations_custodystatementline;
DROP TRIGGER organizations_custodystatement_chains ON organizations_custodystatement;
DROP TRIGGER organizations_custodystatementline_stays ON organizations_custodystatementline;
DROP TRIGGER organizations_custodystatement_stays ON organizations_custodystatement;
DROP TRIGGER organizations_custody_ends ON organizations_custody;
DROP TRIGGER organizations_custodybalance_follows ON organizations_custodybalance;
DROP TRIGGER organizations_custodyentry_stays ON organizations_custodyentry;
DROP TRIGGER organizations_custodyentry_books ON organizations_custodyentry;
DROP FUNCTION organizations_chain_statement_line();
DROP FUNCTION organizations_chain_statement();
DROP FUNCTION organizations_end_custody();
DROP FUNCTION organizations_keep_custody();
DROP FUNCTION organizations_book_custody_entry();
DROP FUNCTION organizations_custody_refuse(text, text);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('organizations', '0018_grading'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Custody',
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
                ('state', models.CharField(choices=[('draft', '填写中'), ('review', '联合会审核'), ('mend', '退回补正'), ('in_force', '代管中'), ('ending', '终止办理中'), ('ended', '已终止'), ('refused', '不予代管'), ('withdrawn', '已撤回')], default='draft', max_length=10, verbose_name='状态')),
                ('document_number', models.CharField(blank=True, max_length=60, verbose_name='协议文号')),
                ('terms', models.CharField(blank=True, max_length=500, verbose_name='约定的内容')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='协议自')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='协议至')),
                ('ended_on', models.DateField(blank=True, editable=False, null=True, verbose_name='终止日期')),
                ('end_asked_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('federation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.federation', verbose_name='联合会')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='custodies', to='organizations.member', verbose_name='会员')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('signed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '财务代管',
                'indexes': [
                    models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_custody_scope'),
                    models.Index(fields=['federation', 'state'], name='organizations_custody_kept'),
                    models.Index(fields=['owner', '-id'], name='organizations_custody_owned'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state__in', ['ended', 'refused', 'withdrawn']), _negated=True), fields=('member',), name='organizations_one_open_custody', violation_error_message='这个会员已经有一份代管协议在办或者在管。'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'withdrawn']), models.Q(('valid_from__isnull', False), ('valid_to__isnull', False), models.Q(('document_number', ''), _negated=True), models.Q(('terms', ''), _negated=True)), _connector='OR'), name='organizations_custody_whole'),
                    models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='organizations_custody_days', violation_error_message='协议的结束日要晚于开始日。'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['in_force', 'ending', 'ended']), _negated=True), models.Q(('signed_by__isnull', False), models.Q(('owner', None), models.Q(('signed_by', models.F('owner')), _negated=True), _connector='OR'), models.Q(('entered_by', None), models.Q(('signed_by', models.F('entered_by')), _negated=True), _connector='OR')), _connector='OR'), name='organizations_custody_signed_by_another', violation_error_message='申请和同意要由两个人办。'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'ended'), _negated=True), models.Q(('end_asked_by__isnull', False), ('ended_by__isnull', False), ('ended_on__isnull', False), models.Q(('ended_by', models.F('end_asked_by')), _negated=True)), _connector='OR'), name='organizations_custody_ended_by_another', violation_error_message='提出终止和办理终止要由两个人办。'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CustodyBalance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fund', models.CharField(choices=[('public', '财政资金'), ('donated', '捐赠资金'), ('own', '自有资金')], max_length=10, verbose_name='资金来源')),
                ('balance', models.DecimalField(decimal_places=2, default=Decimal('0.00'), max_digits=14, verbose_name='余额（元）')),
                ('custody', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='balances', to='organizations.custody')),
            ],
            options={
                'verbose_name': '代管余额',
                'constraints': [
                    models.UniqueConstraint(fields=('custody', 'fund'), name='organizations_custody_balance_once'),
                    models.CheckConstraint(condition=models.Q(('balance__gte', 0)), name='organizations_custody_never_negative'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CustodyEntry',
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
                ('state', models.CharField(choices=[('draft', '填写中'), ('check', '待复核'), ('mend', '退回更正'), ('booked', '已入账'), ('dropped', '已作废')], default='draft', max_length=10, verbose_name='状态')),
                ('kind', models.CharField(blank=True, choices=[('received', '收款'), ('paid', '付款'), ('returned', '退还'), ('reversal', '冲正')], max_length=10, verbose_name='收支')),
                ('fund', models.CharField(blank=True, choices=[('public', '财政资金'), ('donated', '捐赠资金'), ('own', '自有资金')], max_length=10, verbose_name='资金来源')),
                ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0.01'))], verbose_name='金额（元）')),
                ('happened_on', models.DateField(blank=True, null=True, verbose_name='发生日期')),
                ('purpose', models.CharField(blank=True, max_length=200, verbose_name='用途')),
                ('counterpart', models.CharField(blank=True, max_length=80, verbose_name='对方')),
                ('voucher_number', models.CharField(blank=True, max_length=40, verbose_name='凭证号')),
                ('money_in', models.DecimalField(decimal_places=2, default=Decimal('0.00'), editable=False, max_digits=14, verbose_name='收入（元）')),
                ('money_out', models.DecimalField(decimal_places=2, default=Decimal('0.00'), editable=False, max_digits=14, verbose_name='支出（元）')),
                ('change', models.DecimalField(decimal_places=2, default=Decimal('0.00'), editable=False, max_digits=14, verbose_name='余额增减（元）')),
                ('seq', models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name='账内序号')),
                ('booked_on', models.DateField(blank=True, editable=False, null=True, verbose_name='入账日期')),
                ('approved_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('custody', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='organizations.custody', verbose_name='代管协议')),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('reverses', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversals', to='organizations.custodyentry', verbose_name='冲正')),
            ],
            options={
                'verbose_name': '代管收支',
                'indexes': [
                    models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('state'), name='organizations_custent_scope'),
                    models.Index(fields=['custody', 'state', 'happened_on'], name='organizations_custent_ledger'),
                    models.Index(fields=['owner', '-id'], name='organizations_custent_owned'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('amount__isnull', True), ('amount__gt', 0), _connector='OR'), name='organizations_custody_entry_amount', violation_error_message='金额要大于零。'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'dropped']), models.Q(('amount__isnull', False), ('happened_on__isnull', False), ('owner__isnull', False), models.Q(('kind', ''), _negated=True), models.Q(('fund', ''), _negated=True), models.Q(('purpose', ''), _negated=True)), _connector='OR'), name='organizations_custody_entry_whole'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'booked'), _negated=True), models.Q(('approved_by__isnull', False), ('booked_on__isnull', False), ('seq__isnull', False), models.Q(('approved_by', models.F('owner')), _negated=True), models.Q(('entered_by', None), models.Q(('approved_by', models.F('entered_by')), _negated=True), _connector='OR')), _connector='OR'), name='organizations_custody_entry_by_two', violation_error_message='录入和复核要由两个人办。'),
                    models.CheckConstraint(condition=models.Q(('change', django.db.models.expressions.CombinedExpression(models.F('money_in'), '-', models.F('money_out'))), models.Q(('amount__isnull', True), ('kind', ''), models.Q(('kind', 'received'), ('money_in', models.F('amount')), ('money_out', 0)), models.Q(('kind__in', ['paid', 'returned']), ('money_in', 0), ('money_out', models.F('amount'))), models.Q(('kind', 'reversal'), ('money_in', django.db.models.expressions.CombinedExpression(models.F('amount'), '*', models.Value(-1))), ('money_out', 0)), models.Q(('kind', 'reversal'), ('money_in', 0), ('money_out', django.db.models.expressions.CombinedExpression(models.F('amount'), '*', models.Value(-1)))), _connector='OR')), name='organizations_custody_entry_money'),
                    models.CheckConstraint(condition=models.Q(models.Q(('kind', 'reversal'), ('reverses__isnull', False)), models.Q(models.Q(('kind', 'reversal'), _negated=True), ('reverses__isnull', True)), _connector='OR'), name='organizations_custody_entry_reverses'),
                    models.UniqueConstraint(condition=models.Q(('state', 'dropped'), _negated=True), fields=('reverses',), name='organizations_custody_reversed_once', violation_error_message='这一笔已经冲正，或者冲正正在复核。'),
                    models.UniqueConstraint(fields=('custody', 'seq'), name='organizations_custody_entry_seq'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CustodyPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public', models.BooleanField(default=False, verbose_name='公开汇总')),
                ('changed_on', models.DateField(default=linli.core.clock.today)),
                ('changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('federation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='custody_policy', to='organizations.federation')),
            ],
            options={
                'verbose_name': '财务代管的公开',
            },
        ),
        migrations.CreateModel(
            name='CustodyStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opening', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='期初余额')),
                ('money_in', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='本期收入')),
                ('money_out', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='本期支出')),
                ('closing', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='期末余额')),
                ('uid', models.CharField(default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True)),
                ('scope', models.CharField(db_collation='C', editable=False, max_length=200)),
                ('month', models.DateField(help_text='its first day', verbose_name='月份')),
                ('through', models.DateField(verbose_name='截至')),
                ('due_on', models.DateField(verbose_name='最晚')),
                ('made_on', models.DateField(default=linli.core.clock.today, verbose_name='出具日期')),
                ('is_last', models.BooleanField(default=False, verbose_name='最后一份')),
                ('custody', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='organizations.custody', verbose_name='代管协议')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '代管对账单',
                'indexes': [
                    models.Index(django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('month'), name='organizations_statement_scope'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('custody', 'month'), name='organizations_statement_once_a_month'),
                    models.CheckConstraint(condition=models.Q(('closing', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('opening'), '+', models.F('money_in')), '-', models.F('money_out'))), ('closing__gte', 0), ('opening__gte', 0)), name='organizations_statement_adds_up'),
                    models.CheckConstraint(condition=models.Q(('month__day', 1), ('through__gte', models.F('month')), models.Q(('made_on__gt', models.F('through')), models.Q(('closing', 0), ('is_last', True), ('made_on__gte', models.F('through'))), _connector='OR')), name='organizations_statement_after_its_month'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CustodyStatementLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opening', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='期初余额')),
                ('money_in', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='本期收入')),
                ('money_out', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='本期支出')),
                ('closing', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='期末余额')),
                ('fund', models.CharField(choices=[('public', '财政资金'), ('donated', '捐赠资金'), ('own', '自有资金')], max_length=10, verbose_name='资金来源')),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='organizations.custodystatement')),
            ],
            options={
                'verbose_name': '对账单的一行',
                'constraints': [
                    models.UniqueConstraint(fields=('statement', 'fund'), name='organizations_statement_line_once'),
                    models.CheckConstraint(condition=models.Q(('closing', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('opening'), '+', models.F('money_in')), '-', models.F('money_out'))), ('closing__gte', 0), ('opening__gte', 0)), name='organizations_statement_line_adds_up'),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
