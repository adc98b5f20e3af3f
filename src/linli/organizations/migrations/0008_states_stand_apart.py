"""States of an organization that do not depend on each other, each a column of its own beside the legal status."""

import django.core.validators
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    """Columns with constant defaults, checks that hold for new rows: a moment, whatever the size of the table."""

    dependencies = [
        ('organizations', '0007_one_index_a_question'),
    ]

    operations = [
        migrations.AddField(
            model_name='organization',
            name='activity_status',
            field=models.CharField(choices=[('unknown', '还没评定'), ('active', '活跃'), ('low', '活动偏少'), ('dormant', '长期没有活动')], db_default='unknown', default='unknown', max_length=12, verbose_name='活动状态'),
        ),
        migrations.AddField(
            model_name='organization',
            name='credit_status',
            field=models.CharField(choices=[('normal', '正常'), ('abnormal', '活动异常名录'), ('dishonest', '严重违法失信名单')], db_default='normal', default='normal', max_length=12, verbose_name='信用状态'),
        ),
        migrations.AddField(
            model_name='organization',
            name='grade',
            field=models.CharField(blank=True, choices=[('1A', '1A'), ('2A', '2A'), ('3A', '3A'), ('4A', '4A'), ('5A', '5A')], db_default='', default='', max_length=2, verbose_name='评估等级'),
        ),
        migrations.AddField(
            model_name='organization',
            name='grade_until',
            field=models.DateField(blank=True, null=True, verbose_name='评估等级有效期至'),
        ),
        migrations.AddField(
            model_name='organization',
            name='incubation_status',
            field=models.CharField(choices=[('none', '没有入驻'), ('applied', '申请入驻'), ('in', '在孵'), ('graduated', '已出壳'), ('exited', '已退出')], db_default='none', default='none', max_length=12, verbose_name='孵化状态'),
        ),
        migrations.AddField(
            model_name='organization',
            name='legal_type',
            field=models.CharField(blank=True, choices=[('association', '社会团体'), ('service', '社会服务机构'), ('foundation', '基金会')], db_default='', default='', max_length=12, verbose_name='法律类型'),
        ),
        migrations.AddField(
            model_name='organization',
            name='party_cover',
            field=models.CharField(choices=[('none', '没有覆盖'), ('own', '单独建立党支部'), ('joint', '联合党支部'), ('group', '党小组'), ('instructor', '党建指导员')], db_default='none', default='none', max_length=12, verbose_name='党的组织覆盖'),
        ),
        migrations.AddField(
            model_name='organization',
            name='registered_level',
            field=models.CharField(blank=True, choices=[('district', '县（区）级'), ('city', '市级'), ('province', '省级'), ('national', '部级')], db_default='', default='', max_length=12, verbose_name='登记机关层级'),
        ),
        migrations.AddField(
            model_name='organization',
            name='stars',
            field=models.SmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='星级'),
        ),
        migrations.AddField(
            model_name='organization',
            name='stars_until',
            field=models.DateField(blank=True, null=True, verbose_name='星级有效期至'),
        ),
        migrations.AddField(
            model_name='organization',
            name='urban_rural',
            field=models.CharField(blank=True, choices=[('urban', '城市'), ('rural', '农村')], db_default='', default='', max_length=5, verbose_name='城乡'),
        ),
        AddConstraintNotValid(
            model_name='organization',
            constraint=models.CheckConstraint(condition=models.Q(('legal_type__in', ['', 'association', 'service', 'foundation']), ('registered_level__in', ['', 'district', 'city', 'province', 'national']), ('urban_rural__in', ['', 'urban', 'rural']), ('incubation_status__in', ['none', 'applied', 'in', 'graduated', 'exited']), ('activity_status__in', ['unknown', 'active', 'low', 'dormant']), ('credit_status__in', ['normal', 'abnormal', 'dishonest']), ('grade__in', ['', '1A', '2A', '3A', '4A', '5A']), ('party_cover__in', ['none', 'own', 'joint', 'group', 'instructor'])), name='organizations_states_known'),
        ),
        AddConstraintNotValid(
            model_name='organization',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('legal_status__in', ['grassroots', 'filed', 'banned']), _negated=True), models.Q(('legal_type', ''), ('registered_level', '')), _connector='OR'), name='organizations_legal_type_of_registered'),
        ),
        AddConstraintNotValid(
            model_name='organization',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('grade', ''), ('grade_until__isnull', True)), models.Q(models.Q(('grade', ''), _negated=True), ('grade_until__isnull', False), ('legal_status__in', ['registered', 'liquidating'])), _connector='OR'), name='organizations_grade_of_registered'),
        ),
        AddConstraintNotValid(
            model_name='organization',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stars__isnull', True), ('stars_until__isnull', True)), models.Q(('legal_status__in', ['filed', 'registering', 'registered', 'liquidating']), ('stars__range', (1, 5)), ('stars_until__isnull', False)), _connector='OR'), name='organizations_stars_of_living'),
        ),
    ]
