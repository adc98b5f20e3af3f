"""Seals over the events, marks beside the rows that matter, and the verifications of both.

Events already there are sealed by the first run of the sealer, in portions; rows already there are marked by it, too.
The database refuses to empty the table of events, and to change, delete or empty what has been sealed.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import linli.core.clock

KEEP = """
CREATE FUNCTION core_seal_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a seal is never changed or deleted' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER core_seal_is_kept BEFORE UPDATE OR DELETE ON core_seal
    FOR EACH ROW EXECUTE FUNCTION core_seal_is_kept();
CREATE TRIGGER core_seal_is_not_emptied BEFORE TRUNCATE ON core_seal
    FOR EACH STATEMENT EXECUTE FUNCTION core_seal_is_kept();
CREATE TRIGGER core_event_is_not_emptied BEFORE TRUNCATE ON core_event
    FOR EACH STATEMENT EXECUTE FUNCTION core_event_is_kept();
ALTER TABLE core_seal ALTER COLUMN digests SET STORAGE EXTERNAL;  -- digests do not get smaller by compressing
"""
DROP = """
DROP TRIGGER core_event_is_not_emptied ON core_event;
DROP TRIGGER core_seal_is_not_emptied ON core_seal;
DROP TRIGGER core_seal_is_kept ON core_seal;
DROP FUNCTION core_seal_is_kept();
"""


class Migration(migrations.Migration):
    """Makes tables; runs in a moment, whatever the size of the others."""

    dependencies = [("contenttypes", "0002_remove_content_type_name"), ("core", "0002_events_are_kept")]

    operations = [
        migrations.CreateModel(
            name="Mark",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "kind_id", "row_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contenttypes.contenttype",
                    ),
                ),
                ("row_id", models.BigIntegerField()),
                ("mac", models.BinaryField()),
                (
                    "prints",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(),
                        default=list,
                        help_text="a hash a column, as MARKED",
                        size=None,
                    ),
                ),
                (
                    "removed",
                    models.BooleanField(default=False, help_text="the program itself removed the row"),
                ),
            ],
            options={"verbose_name": "核对标记"},
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("first_id", models.BigIntegerField()),
                ("last_id", models.BigIntegerField()),
                ("count", models.IntegerField(help_text="events sealed, the late ones included")),
                (
                    "absent",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, help_text="pairs: from, to", size=None
                    ),
                ),
                (
                    "late",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "digests",
                    models.BinaryField(help_text="32 bytes an event: the range by id, then the late ones by id"),
                ),
                ("root", models.BinaryField(help_text="sha256 of the digests")),
                ("previous", models.BinaryField(help_text="hash of the link before")),
                ("hash", models.BinaryField()),
                ("mac", models.BinaryField(help_text="the hash signed with the installation's key")),
                ("at", models.DateTimeField(verbose_name="封存时间")),
            ],
            options={
                "verbose_name": "封存",
                "indexes": [
                    models.Index(fields=["last_id"], name="core_seal_range"),
                    models.Index(fields=["at"], name="core_seal_at"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(last_id__gte=models.F("first_id") - 1), name="core_seal_range_whole"
                    ),
                    models.UniqueConstraint(fields=("previous",), name="core_seal_no_fork"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("started_at", models.DateTimeField(default=linli.core.clock.now, verbose_name="开始")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="完成")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("running", "核验中"),
                            ("clean", "完好"),
                            ("broken", "有改动"),
                            ("stopped", "没有核完"),
                        ],
                        default="running",
                        max_length=8,
                        verbose_name="结果",
                    ),
                ),
                (
                    "since",
                    models.BigIntegerField(default=1, help_text="number of the first seal that was checked"),
                ),
                (
                    "through",
                    models.BigIntegerField(default=0, help_text="number of the last seal that was checked"),
                ),
                ("done", models.BigIntegerField(default=0, help_text="events and rows checked so far")),
                ("total", models.BigIntegerField(default=0, help_text="events and rows to check, about")),
                ("counts", models.JSONField(default=dict)),
                ("findings", models.JSONField(default=list)),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "核验",
                "indexes": [models.Index(fields=["-started_at"], name="core_verification_latest")],
            },
        ),
        migrations.RunSQL(KEEP, DROP),
    ]
