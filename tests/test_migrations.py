"""Two versions run beside each other during an upgrade; no migration may hurt the older one."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from tests.migration_rules import BASELINE, RULES, breaches, number_of, reviewed, split, statements_of

LOADER = MigrationLoader(None, ignore_no_migrations=True)
OURS = {
    key: migration for key, migration in LOADER.disk_migrations.items() if migration.__module__.startswith("linli.")
}
LATER = [migration for (app, _), migration in sorted(OURS.items()) if number_of(migration) > BASELINE.get(app, 0)]


def test_every_app_has_a_baseline() -> None:
    assert {app for app, _ in OURS} == set(BASELINE)
    for app, number in BASELINE.items():
        assert number in {number_of(migration) for (of, _), migration in OURS.items() if of == app}


@pytest.mark.django_db(transaction=True)  # an index built beside the work may stand in no transaction
def test_no_migration_hurts_the_version_that_still_runs() -> None:
    said = {}
    for migration in LATER:
        allowed = reviewed(migration)
        found = breaches(statements_of(migration))
        lines = [str(each) for each in found if each.rule not in allowed]
        lines += [f"`reviewed` names {rule}, which it does not break" for rule in allowed if rule not in RULES]
        lines += [f"say in `reviewed` why {rule} is harmless here" for rule, why in allowed.items() if len(why) < 20]
        if lines:
            said[f"{migration.app_label}.{migration.name}"] = lines
    assert said == {}, "\n".join([*(f"{name}:\n  " + "\n  ".join(lines) for name, lines in said.items())])


def test_numbers_are_given_once() -> None:
    numbers = [(app, name.split("_")[0]) for app, name in OURS]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize(
    ("sql", "rules"),
    [
        ('ALTER TABLE "t" ADD COLUMN "c" integer NULL', []),
        ('ALTER TABLE "t" ADD COLUMN "c" integer DEFAULT 3 NOT NULL', []),
        ('ALTER TABLE "t" ADD COLUMN "c" integer NOT NULL', ["not_null"]),
        (
            'ALTER TABLE "t" ADD COLUMN "c" int DEFAULT 3 NOT NULL; ALTER TABLE "t" ALTER COLUMN "c" DROP DEFAULT',
            ["not_null"],
        ),
        ('ALTER TABLE "t" ALTER COLUMN "c" DROP DEFAULT', ["drop_default"]),
        ('ALTER TABLE "t" ADD COLUMN "c" varchar(9) NULL UNIQUE', ["constraint"]),
        ('ALTER TABLE "t" ADD COLUMN "c" text GENERATED ALWAYS AS (lower(d)) STORED', ["rewrite"]),
        ('ALTER TABLE "t" ALTER COLUMN "c" TYPE bigint USING "c"::bigint', ["type"]),
        ('ALTER TABLE "t" ALTER COLUMN "c" SET NOT NULL', ["set_not_null"]),
        ('ALTER TABLE "t" ALTER COLUMN "c" TYPE bigint, ALTER COLUMN "c" SET NOT NULL', ["type", "set_not_null"]),
        ('ALTER TABLE "t" DROP COLUMN "c" CASCADE', ["drop_column"]),
        ('ALTER TABLE "t" RENAME COLUMN "c" TO "d"', ["rename"]),
        ('ALTER TABLE "t" RENAME TO "u"', ["rename"]),
        ('ALTER TABLE "t" ADD CONSTRAINT "k" CHECK ("c" > 0)', ["validate"]),
        ('ALTER TABLE "t" ADD CONSTRAINT "k" CHECK ("c" > 0) NOT VALID', []),
        ('ALTER TABLE "t" ADD CONSTRAINT "k" FOREIGN KEY ("c") REFERENCES "u" ("id")', ["validate"]),
        ('ALTER TABLE "t" ADD CONSTRAINT "k" UNIQUE ("c")', ["constraint"]),
        ('ALTER TABLE "t" ADD CONSTRAINT "k" UNIQUE USING INDEX "i"', []),
        ('CREATE INDEX "i" ON "t" ("c")', ["index"]),
        ('CREATE UNIQUE INDEX "i" ON "t" ("c") WHERE "c" > 0', ["index"]),
        ('CREATE INDEX CONCURRENTLY "i" ON "t" ("c")', []),
        ('DROP TABLE "t" CASCADE', ["drop_table"]),
        ('UPDATE "t" SET "c" = 1', ["mass"]),
        ('DELETE FROM "t"', ["mass"]),
        ('LOCK TABLE "t"', ["lock"]),
        ("-- a word on it\nALTER TABLE public.t\n  DROP COLUMN c;", ["drop_column"]),
        # What is made here belongs to nobody yet.
        (
            'CREATE TABLE "t" ("c" integer NOT NULL); CREATE INDEX "i" ON "t" ("c"); ALTER TABLE "t" DROP COLUMN "c"',
            [],
        ),
        ('CREATE TABLE "t" ("c" integer); CREATE INDEX "i" ON "u" ("c")', ["index"]),
    ],
)
def test_what_hurts_is_known_by_its_sql(sql: str, rules: list[str]) -> None:
    assert [breach.rule for breach in breaches(split([sql]))] == rules


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("operation", "rules"),
    [
        (migrations.AddField("backup", "seen", models.BooleanField(null=True)), []),
        (migrations.AddField("backup", "seen", models.BooleanField(default=False)), ["not_null"]),
        (migrations.AddField("backup", "seen", models.BooleanField(db_default=False)), []),
        (migrations.AddField("backup", "seen", models.IntegerField(null=True, db_index=True)), ["index"]),
        (migrations.RemoveField("backup", "reason"), ["drop_column"]),
        (migrations.RenameField("backup", "reason", "why"), ["rename"]),
        (migrations.AlterField("backup", "missing", models.BigIntegerField(default=0)), ["type"]),
        (migrations.AlterField("backup", "reason", models.CharField(max_length=300, null=True)), []),
        (migrations.AddIndex("backup", models.Index(fields=["size"], name="i")), ["index"]),
        (AddIndexConcurrently("backup", models.Index(fields=["size"], name="i")), []),
        (
            migrations.AddConstraint("backup", models.CheckConstraint(condition=models.Q(size__gt=1), name="k")),
            ["validate"],
        ),
        (AddConstraintNotValid("backup", models.CheckConstraint(condition=models.Q(size__gt=1), name="k")), []),
        (migrations.DeleteModel("backup"), ["drop_table"]),
        (
            migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("backup", "reason")]),
            [],
        ),
    ],
)
def test_what_hurts_is_known_by_its_operation(operation: Any, rules: list[str]) -> None:
    before = MigrationLoader(connection).project_state()
    after = before.clone()
    operation.state_forwards("core", after)
    atomic = not isinstance(operation, AddIndexConcurrently)
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        if atomic:
            operation.database_forwards("core", editor, before, after)
        else:
            editor.add_index(after.apps.get_model("core", "backup"), operation.index, concurrently=True)

    assert [breach.rule for breach in breaches(split(editor.collected_sql))] == rules
