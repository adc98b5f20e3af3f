"""The database itself refuses to change or delete an event (rulebook §11.3: audit is append-only)."""

from django.db import migrations

KEEP = """
CREATE FUNCTION core_event_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an event is never changed or deleted' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER core_event_is_kept BEFORE UPDATE OR DELETE ON core_event
    FOR EACH ROW EXECUTE FUNCTION core_event_is_kept();
"""
DROP = "DROP TRIGGER core_event_is_kept ON core_event; DROP FUNCTION core_event_is_kept();"


class Migration(migrations.Migration):
    """Runs in a moment, whatever the size of the table."""

    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunSQL(KEEP, DROP)]
