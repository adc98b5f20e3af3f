"""The checks of the states hold for the rows of before as well."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """Reads the table while everybody goes on reading and writing."""

    dependencies = [
        ('organizations', '0008_states_stand_apart'),
    ]

    operations = [
        ValidateConstraint('organization', 'organizations_states_known'),
        ValidateConstraint('organization', 'organizations_legal_type_of_registered'),
        ValidateConstraint('organization', 'organizations_grade_of_registered'),
        ValidateConstraint('organization', 'organizations_stars_of_living'),
    ]
