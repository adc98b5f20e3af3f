"""What figures count is found by the day it began and ended: organizations, filings and amendments."""

from django.conf import settings
from django.db import migrations, models

from linli.core.beside import AddIndexOnce


class Migration(migrations.Migration):
    """Built beside the work, each by reading its table once or twice."""

    atomic = False
    dependencies = [
        ('areas', '0002_revisions'),
        ('organizations', '0021_figures_are_found'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexOnce(
            model_name='amendment',
            index=models.Index(models.OrderBy(models.F('began_at'), descending=True, nulls_last=True), models.OrderBy(models.F('id'), descending=True), include=('scope', 'state'), name='organizations_amend_began'),
        ),
        AddIndexOnce(
            model_name='amendment',
            index=models.Index(condition=models.Q(('ended_at__isnull', False)), fields=['ended_at', 'id'], include=('scope', 'state'), name='organizations_amend_ended'),
        ),
        AddIndexOnce(
            model_name='filing',
            index=models.Index(models.OrderBy(models.F('began_at'), descending=True, nulls_last=True), models.OrderBy(models.F('id'), descending=True), include=('scope', 'state'), name='organizations_filing_began'),
        ),
        AddIndexOnce(
            model_name='filing',
            index=models.Index(condition=models.Q(('ended_at__isnull', False)), fields=['ended_at', 'id'], include=('scope', 'state'), name='organizations_filing_ended'),
        ),
        AddIndexOnce(
            model_name='organization',
            index=models.Index(condition=models.Q(('ended_on__isnull', False)), fields=['ended_on', 'id'], include=('scope',), name='organizations_ended'),
        ),
        AddIndexOnce(
            model_name='organization',
            index=models.Index(models.OrderBy(models.F('registered_on'), descending=True, nulls_last=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('grade', ''), _negated=True), include=('scope', 'grade'), name='organizations_graded'),
        ),
        AddIndexOnce(
            model_name='organization',
            index=models.Index(models.OrderBy(models.F('filed_on'), descending=True, nulls_last=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('stars__isnull', False)), include=('scope', 'stars'), name='organizations_starred'),
        ),
        AddIndexOnce(
            model_name='organization',
            index=models.Index(models.OrderBy(models.F('filed_on'), descending=True, nulls_last=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('name__contains', '乡贤'), ('name__contains', '社会组织服务中心'), _connector='OR'), include=('scope',), name='organizations_hubs'),
        ),
    ]
