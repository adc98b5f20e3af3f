"""Who heads a mediation committee: one more role, of whom the database asks nothing new."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('actors', '0004_treasurers'),
    ]

    operations = [
        migrations.AlterField(
            model_name='appointment',
            name='role',
            field=models.CharField(choices=[('community_worker', '社区工作者'), ('community_head', '社区书记、主任'), ('street_officer', '街道经办'), ('street_head', '街道分管负责人'), ('district_officer', '区民政局经办'), ('district_head', '区民政局科长'), ('federation_secretary', '联合会秘书'), ('federation_treasurer', '联合会财务'), ('mediator', '调解员'), ('mediation_head', '调委会主任'), ('evaluator', '评审'), ('merchant', '爱心商户'), ('volunteer', '志愿者'), ('auditor', '审计员'), ('sysadmin', '系统管理员'), ('secadmin', '安全管理员'), ('auditadmin', '审计管理员')], max_length=30, verbose_name='岗位'),
        ),
        migrations.AlterField(
            model_name='post',
            name='role',
            field=models.CharField(choices=[('community_worker', '社区工作者'), ('community_head', '社区书记、主任'), ('street_officer', '街道经办'), ('street_head', '街道分管负责人'), ('district_officer', '区民政局经办'), ('district_head', '区民政局科长'), ('federation_secretary', '联合会秘书'), ('federation_treasurer', '联合会财务'), ('mediator', '调解员'), ('mediation_head', '调委会主任'), ('evaluator', '评审'), ('merchant', '爱心商户'), ('volunteer', '志愿者'), ('auditor', '审计员'), ('sysadmin', '系统管理员'), ('secadmin', '安全管理员'), ('auditadmin', '审计管理员')], max_length=30, verbose_name='岗位'),
        ),
    ]
