"""Sessions say whose they are, so that closing an account need not read everybody's.

The table is new. Whoever is signed in is entered in pieces; a process of the version before goes on writing sessions
without saying whose, and those are entered when the session is next saved, within a minute of its person's work.
Interrupted, it can be run again.
"""

import django.db.models.deletion
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import migrations, models

PIECE = 500
# The database lets the row go with its session: the version before deletes sessions without knowing of it.
GOES_WITH = """
ALTER TABLE core_sessionowner ADD CONSTRAINT core_sessionowner_session
    FOREIGN KEY (session_id) REFERENCES django_session (session_key) ON DELETE CASCADE
"""


def say_whose(apps, editor):
    """Sessions that somebody is signed in by."""
    Session, Owner, User = (
        apps.get_model(label) for label in ("sessions.Session", "core.SessionOwner", "core.User")
    )
    read, after = SessionStore().decode, ""
    while rows := list(Session.objects.filter(pk__gt=after).order_by("pk")[:PIECE]):
        named = {row.pk: read(row.session_data).get("_auth_user_id", "") for row in rows}
        known = {str(pk) for pk in User.objects.filter(pk__in=[n for n in named.values() if n]).values_list("pk", flat=True)}
        Owner.objects.bulk_create(
            [Owner(session_id=key, account_id=int(name)) for key, name in named.items() if name in known],
            ignore_conflicts=True,
        )
        after = rows[-1].pk


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0015_revisions"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SessionOwner",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "session_id", "account_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="owners",
                        to="sessions.session",
                    ),
                ),
            ],
            options={"verbose_name": "登录状态的账号"},
        ),
        migrations.RunSQL(GOES_WITH, migrations.RunSQL.noop),
        migrations.RunPython(say_whose, migrations.RunPython.noop),
    ]
