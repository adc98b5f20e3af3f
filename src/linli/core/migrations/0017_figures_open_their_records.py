"""Duties by the day they began: the records behind a figure are paged along it."""

from django.db import migrations, models

from linli.core.beside import AddIndexOnce


class Migration(migrations.Migration):
    """Built beside the work, each by reading its table once or twice."""

    atomic = False
    dependencies = [
        ('contenttypes', '0002_remove_content_type_name'),
        ('core', '0016_whose_session'),
    ]

    operations = [
        AddIndexOnce(
            model_name='task',
            index=models.Index(condition=models.Q(('kind', 'act')), fields=['opened_at', 'id'], include=('scope',), name='core_task_opened'),
        ),
    ]
