"""What figures count is found by its day: verified activities, and members who left."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The rows of both indexes are few: those of verified activities, and of the members who left."""

    reviewed = {
        "index": "made in well under a second for a district's hundred thousand activities; writers wait that long",
    }
    dependencies = [
        ('organizations', '0020_revocation'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='activity',
            index=models.Index(
                models.OrderBy(models.F('starts_at'), descending=True, nulls_last=True),
                models.OrderBy(models.F('id'), descending=True),
                condition=models.Q(('state', 'verified')),
                include=('scope', 'kind'),
                name='organizations_activity_counted',
            ),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(
                condition=models.Q(('left_on__isnull', False)),
                fields=['left_on'],
                include=('scope', 'kind'),
                name='organizations_member_left',
            ),
        ),
    ]
