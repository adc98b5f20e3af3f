"""What the program refuses to whoever has an interest the database refuses, too; a full room takes nobody.

A member of a commission with an interest in the organization does not vote on it; the head of a member neither enters
nor approves what is booked in its ledger, nor signs the agreement for the federation; nobody is admitted to a room
whose places are taken.
"""

from django.db import migrations

GUARDS = r"""
CREATE FUNCTION organizations_vote_is_disinterested() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF organizations_interest(
            (SELECT m.user_id FROM organizations_boardmember m WHERE m.id = NEW.member_id),
            (SELECT g.organization_id FROM organizations_grading g WHERE g.id = NEW.grading_id),
            (NEW.cast_at AT TIME ZONE 'Asia/Shanghai')::date) IS NOT NULL THEN
        RAISE EXCEPTION 'a member with an interest in the organization' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'organizations_vote_disinterested', TABLE = 'organizations_gradingvote';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organizations_vote_disinterested BEFORE INSERT ON organizations_gradingvote
    FOR EACH ROW EXECUTE FUNCTION organizations_vote_is_disinterested();

-- Whether one of these people heads the member whose money it is.
CREATE FUNCTION organizations_heads_member(member bigint, people bigint[]) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT EXISTS (
    SELECT FROM organizations_member m LEFT JOIN organizations_organization o ON o.id = m.organization_id
    WHERE m.id = member AND (m.owner_id = ANY(people) OR o.owner_id = ANY(people))
)
$$;

CREATE FUNCTION organizations_custodyentry_is_disinterested() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (TG_OP = 'INSERT' OR OLD.state <> 'booked') AND organizations_heads_member(
            (SELECT c.member_id FROM organizations_custody c WHERE c.id = NEW.custody_id),
            ARRAY[NEW.owner_id, NEW.approved_by_id]) THEN
        PERFORM organizations_custody_refuse('the money is their own', 'organizations_custody_entry_disinterested');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organizations_custodyentry_disinterested BEFORE INSERT OR UPDATE ON organizations_custodyentry
    FOR EACH ROW WHEN (NEW.state = 'booked') EXECUTE FUNCTION organizations_custodyentry_is_disinterested();

CREATE FUNCTION organizations_custody_is_disinterested() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF organizations_heads_member(NEW.member_id, ARRAY[NEW.signed_by_id]) THEN
        PERFORM organizations_custody_refuse('the money is their own', 'organizations_custody_disinterested');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organizations_custody_disinterested BEFORE UPDATE ON organizations_custody
    FOR EACH ROW WHEN (NEW.state = 'in_force' AND OLD.state = 'review')
    EXECUTE FUNCTION organizations_custody_is_disinterested();

CREATE FUNCTION organizations_incubation_has_room() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    places integer;
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.state, OLD.incubator_id) IS NOT DISTINCT FROM (NEW.state, NEW.incubator_id) THEN
        RETURN NEW;
    END IF;
    SELECT i.capacity INTO places FROM organizations_incubator i WHERE i.id = NEW.incubator_id FOR UPDATE;
    IF (SELECT count(*) FROM organizations_incubation s
            WHERE s.incubator_id = NEW.incubator_id AND s.id <> NEW.id AND s.state IN ('in', 'extended')) >= places THEN
        RAISE EXCEPTION 'all places of the room are taken' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'organizations_incubation_has_room', TABLE = 'organizations_incubation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organizations_incubation_has_room BEFORE INSERT OR UPDATE ON organizations_incubation
    FOR EACH ROW WHEN (NEW.state = 'in') EXECUTE FUNCTION organizations_incubation_has_room();
"""

UNDO = r"""
DROP FUNCTION organizations_incubation_has_room, organizations_custody_is_disinterested,
    organizations_custodyentry_is_disinterested, organizations_vote_is_disinterested CASCADE;
DROP FUNCTION organizations_heads_member(bigint, bigint[]);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('organizations', '0022_figures_open_their_records'),
    ]

    operations = [
        migrations.RunSQL(GUARDS, UNDO),
    ]
