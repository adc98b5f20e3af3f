"""The inbox at any size: an index for each way it is read, and one for each mark the clock waits for."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contenttypes', '0002_remove_content_type_name'),
        ('core', '0007_imports'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='task',
            name='core_task_inbox',
        ),
        migrations.RemoveIndex(
            model_name='task',
            name='core_task_owner',
        ),
        migrations.RemoveIndex(
            model_name='task',
            name='core_task_clock',
        ),
        migrations.RemoveIndex(
            model_name='task',
            name='core_task_process',
        ),
        migrations.RemoveIndex(
            model_name='task',
            name='core_task_closed',
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(models.F('role'), django.contrib.postgres.indexes.OpClass('scope', 'text_pattern_ops'), models.F('due_on'), models.F('id'), condition=models.Q(('closed_at__isnull', True)), name='core_task_held'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['role', 'due_on', 'id'], include=('scope', 'process'), name='core_task_due'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['owner', 'due_on', 'id'], name='core_task_owned'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('closed_at__isnull', True), ('kind', 'act'), ('level__lt', 1)), fields=['half_on'], name='core_task_half'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('closed_at__isnull', True), ('kind', 'act'), ('level__lt', 2)), fields=['near_on'], name='core_task_near'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('closed_at__isnull', True), ('kind', 'act'), ('level__lt', 3)), fields=['due_on'], name='core_task_late'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('closed_at__isnull', True), ('kind', 'act')), fields=['process', 'state', 'due_on'], include=('scope', 'role', 'case_id'), name='core_task_standing'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('closed_at__isnull', False), ('kind', 'act')), fields=['process', 'state', '-closed_at'], include=('opened_at',), name='core_task_stay'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('closed_at__isnull', False), ('kind', 'act')), fields=['closed_at'], include=('scope', 'role', 'due_on'), name='core_task_done'),
        ),
    ]
