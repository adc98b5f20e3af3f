-- The statements that make the rows, a slice at a time; `linli.demo.scale.growing` runs them by name. What stands in
-- %(…)s are the numbers of `linli.demo.scale.parts` and those of the slice. The rows of a slice first become temporary
-- tables with everything that is known of them; the register, cases, duties and events are filled from there.

-- name: uid
CREATE OR REPLACE FUNCTION pg_temp.uid() RETURNS text LANGUAGE sql VOLATILE AS
$$ SELECT translate(encode(uuid_send(gen_random_uuid()), 'base64'), '+/=', '-_') $$;

-- name: chance
-- A number from 0 to 2^20 that belongs to a row and a purpose and looks like chance.
CREATE OR REPLACE FUNCTION pg_temp.h(i bigint, purpose int) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT hashint8extended(i, purpose) & 1048575 $$;

-- name: anew
DROP TABLE IF EXISTS pg_temp.scale_named, pg_temp.scale_new, pg_temp.scale_code, pg_temp.scale_past, pg_temp.scale_case;

-- name: named
-- The row's number within its community walks through all choices of parts, so that no name comes twice.
CREATE TEMPORARY TABLE scale_named AS
SELECT
    i, theme.kind, theme.kind_said, theme.national_kind, theme.purpose,
    replace(replace((%(where)s::text[])[1 + x %% cardinality(%(where)s::text[])], '{s}', place.s), '{c}', place.c)
        || theme.word || (%(bodies)s::text[])[1 + x / (cardinality(%(where)s::text[]) * words)] AS name,
    place.area_id, place.path, place.code, place.said, place.pool, place.parameters,
    place.worker_id, place.worker_post, place.officer_id, place.officer_post,
    replace(replace(replace(theme.venue, '{c}', place.c), '{p}', (%(lanes)s::text[])[1 + pg_temp.h(i, 1) %% cardinality(%(lanes)s::text[])]),
        '{r}', (101 + 100 * (pg_temp.h(i, 2) %% 3) + pg_temp.h(i, 3) %% 5)::text) AS address,
    place.lng + (pg_temp.h(i, 4) + pg_temp.h(i, 5) - 1048575) / 1048575.0 * 0.004 AS lng,
    place.lat + (pg_temp.h(i, 6) + pg_temp.h(i, 7) - 1048575) / 1048575.0 * 0.003 AS lat,
    'wgs84' AS datum, '示意' AS point_source,
    (8 + pg_temp.h(i, 8) %% 60)::int AS member_count, (pg_temp.h(i, 9) %% 8)::int AS party_member_count,
    (%(surnames)s::text[])[1 + pg_temp.h(i, 10) %% cardinality(%(surnames)s::text[])]
        || (%(given)s::text[])[1 + pg_temp.h(i, 11) %% cardinality(%(given)s::text[])] AS leader_name,
    person.id_number AS leader_id_number, person.id_hash AS leader_id_hash,
    person.phone AS leader_phone, person.phone_hash AS leader_phone_hash, person.founders,
    owner.id AS account_id
FROM (
    SELECT i, i / %(places)s AS k, (i %% %(places)s)::int AS p FROM generate_series(%(first)s::bigint, %(last)s) AS i
) AS one
JOIN scale_place AS place ON place.n = one.p
CROSS JOIN LATERAL (SELECT k %% %(rare_every)s = %(rare_every)s / 2 AS is_rare) AS luck
CROSS JOIN LATERAL (
    SELECT
        CASE WHEN is_rare THEN ((k / %(rare_every)s + %(turn)s) * %(stride)s + p * 7919) %% %(rare_names)s
            ELSE ((k + %(turn)s) * %(stride)s + p * 7919) %% %(names)s END AS x,
        CASE WHEN is_rare THEN %(rare)s ELSE %(common)s END AS words
) AS choice
JOIN scale_theme AS theme
    ON theme.n = (x / cardinality(%(where)s::text[])) %% words + CASE WHEN is_rare THEN %(common)s ELSE 0 END
JOIN scale_person AS person ON person.n = pg_temp.h(i, 12) %% %(people)s
JOIN scale_owner AS owner ON owner.n = pg_temp.h(i, 13) %% %(owners)s
WHERE %(pool)s::text IS NULL OR place.pool = 'own';

-- name: new
CREATE TEMPORARY TABLE scale_new AS
SELECT
    named.*, nextval('organizations_organization_id_seq') AS id, pg_temp.uid() AS uid,
    date '2012-02-10' + (pg_temp.h(i, 20) %% (%(today)s::date - date '2012-02-10'))::int AS founded_on,
    (%(statuses)s::text[])[1 + pg_temp.h(i, 21) %% cardinality(%(statuses)s::text[])] AS legal_status,
    (pg_temp.h(i, 22) %% 400)::int AS minutes, (pg_temp.h(i, 23) %% 12)::int AS days,
    CASE WHEN pg_temp.h(i, 24) %% 10 < 3 THEN account_id END AS owner_id
FROM scale_named AS named
WHERE NOT EXISTS (
    SELECT FROM organizations_organization AS o WHERE o.area_id = named.area_id AND o.name = named.name
);

-- name: coded
SELECT i FROM scale_new WHERE legal_status = ANY(%(with_code)s::text[]);

-- name: register
INSERT INTO organizations_organization (
    id, uid, name, kind, national_kind, purpose, area_id, address, lng, lat, datum, point_source, member_count,
    party_member_count, leader_name, leader_id_number, leader_id_hash, leader_phone, leader_phone_hash, number, uscc, scope,
    legal_status, owner_id, founded_on, filed_on, ended_on, created_at
)
SELECT
    id, uid, name, kind, national_kind, purpose, area_id, address, lng, lat, datum, point_source, member_count,
    party_member_count, leader_name, leader_id_number, leader_id_hash, leader_phone, leader_phone_hash,
    CASE WHEN filed THEN 'BA-' || code || '-' || extract(year FROM founded_on) || '-' || (100000 + i) END,
    coalesce(uscc, ''), path, legal_status, owner_id, founded_on,
    CASE WHEN filed THEN founded_on END,
    CASE WHEN legal_status = ANY(%(ended)s::text[]) THEN least(%(today)s, founded_on + 400 + days * 70) END,
    (founded_on + time '00:05') AT TIME ZONE 'Asia/Shanghai'
FROM scale_new
LEFT JOIN scale_code USING (i)
CROSS JOIN LATERAL (SELECT NOT legal_status = ANY(%(unfiled)s::text[]) AS filed) AS known;

-- name: past
-- Every fourth organization keeps the case that brought it here; the others stood in the books before.
CREATE TEMPORARY TABLE scale_past AS
SELECT
    new.*, nextval('organizations_filing_id_seq') AS filing_id, pg_temp.uid() AS filing_uid,
    (founded_on + time '00:05') AT TIME ZONE 'Asia/Shanghai' AS issued_at,
    (founded_on - 8 + time '10:12') AT TIME ZONE 'Asia/Shanghai' + minutes * interval '1 minute' AS agreed_at,
    (founded_on - 10 - days + time '09:30') AT TIME ZONE 'Asia/Shanghai' + minutes * interval '1 minute' AS opined_at,
    (founded_on - 13 - days - minutes %% 6 + time '19:30') AT TIME ZONE 'Asia/Shanghai' AS submitted_at
FROM scale_new AS new
WHERE i %% 4 = 0 AND NOT legal_status = ANY(%(unfiled)s::text[]);

-- name: past_filings
INSERT INTO organizations_filing (
    id, uid, name, kind, national_kind, purpose, area_id, address, lng, lat, datum, point_source, member_count,
    party_member_count, leader_name, leader_id_number, leader_id_hash, leader_phone, leader_phone_hash, number, scope,
    owner_id, entered_by_id, parameters, revision, created_at, began_at, ended_at, state, founders, consented_at,
    publicity_from, publicity_to, organization_id
)
SELECT
    filing_id, filing_uid, name, kind, national_kind, purpose, area_id, address, lng, lat, datum, point_source,
    member_count, party_member_count, leader_name, leader_id_number, leader_id_hash, leader_phone, leader_phone_hash,
    'SQ-' || code || '-' || extract(year FROM founded_on) || '-' || (100000 + i), path, owner_id,
    CASE WHEN owner_id IS NULL THEN worker_id END, parameters, 5, submitted_at - interval '21 minutes', submitted_at,
    issued_at, 'filed', founders, submitted_at - interval '2 minutes', founded_on - 8, founded_on - 1, id
FROM scale_past;

-- name: past_tasks
INSERT INTO core_task (
    kind, process, case_type_id, case_id, state, role, scope, title, summary, url, opened_at, days, half_on, near_on,
    due_on, level, closed_at, closed_by_id
)
SELECT
    'act', 'filing', %(filing_type)s, filing_id, state, role, path, name || '申请备案',
    said || ' · ' || kind_said || '类', '/cases/filing/' || filing_uid || '/', opened_at, given,
    opened_at::date + given * 7 / 10, opened_at::date + given, opened_at::date + given * 7 / 5, 0, closed_at, closed_by
FROM scale_past
CROSS JOIN LATERAL (VALUES
    ('opinion', 'community_worker', submitted_at, opined_at, 5, worker_id),
    ('review', 'street_officer', opined_at, agreed_at, 10, officer_id)
) AS done (state, role, opened_at, closed_at, given, closed_by);

-- name: past_events
INSERT INTO core_event (at, actor_id, post, name, subject_type_id, subject_id, scope, detail, request_id)
SELECT at, actor, post, event, type, subject, path, detail, ''
FROM scale_past
CROSS JOIN LATERAL (
    SELECT coalesce(owner_id, worker_id) AS typist, CASE WHEN owner_id IS NULL THEN worker_post ELSE '' END AS as_what
) AS typed
CROSS JOIN LATERAL (VALUES
    (submitted_at - interval '21 minutes', typist, as_what, 'core.case_begun', %(filing_type)s, filing_id, '{}'::jsonb),
    (submitted_at, typist, as_what, 'organizations.submit_filing', %(filing_type)s, filing_id, '{"state": "opinion"}'),
    (opined_at, worker_id, worker_post, 'organizations.support_filing', %(filing_type)s, filing_id, '{"state": "review"}'),
    (agreed_at, officer_id, officer_post, 'organizations.agree_filing', %(filing_type)s, filing_id,
        '{"state": "publicity"}'),
    (issued_at, %(system)s, '', 'organizations.issue_filing', %(filing_type)s, filing_id, '{"state": "filed"}'),
    (issued_at, %(system)s, '', 'organizations.entered', %(organization_type)s, id, '{}')
) AS happened (at, actor, post, event, type, subject, detail)
ORDER BY at;

-- name: amendments
CREATE TEMPORARY TABLE scale_case AS
SELECT
    new.*, nextval('organizations_amendment_id_seq') AS case_id, pg_temp.uid() AS case_uid, slot.process, slot.state,
    slot.role, slot.raised_to, slot.opened_at, slot.began_at, slot.given, slot.half_on, slot.near_on, slot.due_on,
    slot.level, (ARRAY['name', 'leader', 'address', 'cancel'])[1 + pg_temp.h(i, 30) %% 4] AS change,
    CASE WHEN slot.role = 'owner' THEN coalesce(owner_id, account_id) ELSE owner_id END AS applicant_id
FROM scale_new AS new
JOIN scale_slot AS slot
    ON slot.process = 'amendment' AND slot.pool = new.pool AND slot.n = pg_temp.h(i, 31) %% %(slots)s
WHERE i %% 3 = 1 AND legal_status IN ('filed', 'registered')
LIMIT %(amendments)s;

-- name: running_amendments
INSERT INTO organizations_amendment (
    id, uid, number, scope, owner_id, entered_by_id, parameters, revision, created_at, began_at, ended_at,
    organization_id, kind, state, cause, new_name, new_leader_name, new_leader_id_number, new_leader_phone, new_address,
    settlement, before
)
SELECT
    case_id, case_uid,
    CASE WHEN sent THEN 'BG-' || code || '-' || extract(year FROM began_at) || '-' || (100000 + i) ELSE '' END, path,
    applicant_id, CASE WHEN applicant_id IS NULL THEN worker_id END, CASE WHEN sent THEN parameters ELSE '{}' END, 2,
    began_at - interval '12 minutes', CASE WHEN sent THEN began_at END, CASE WHEN role IS NULL THEN opened_at END, id,
    change, state,
    (ARRAY['成员商议决定。', '场地要改建，另借了地方。', '原负责人搬家，推选了新的。', '与别的队合并。'])[1 + i %% 4],
    CASE WHEN change = 'name' THEN name || '（新）' ELSE '' END,
    CASE WHEN change = 'leader' THEN leader_name ELSE '' END,
    CASE WHEN change = 'leader' THEN leader_id_number ELSE '' END,
    CASE WHEN change = 'leader' THEN leader_phone ELSE '' END,
    CASE WHEN change = 'address' THEN said || '党群服务中心 305 室' ELSE '' END,
    CASE WHEN change = 'cancel' THEN '账上余款转赠社区助老，没有未了事务。' ELSE '' END,
    jsonb_build_object('名称', name, '活动场所', address)
FROM scale_case
CROSS JOIN LATERAL (SELECT state <> 'draft' AS sent) AS known;

-- name: filings
CREATE TEMPORARY TABLE scale_case AS
SELECT
    named.*, nextval('organizations_filing_id_seq') AS case_id, pg_temp.uid() AS case_uid, slot.process, slot.state,
    slot.role, slot.raised_to, slot.opened_at, slot.began_at, slot.given, slot.half_on, slot.near_on, slot.due_on,
    slot.level, '' AS change,
    CASE WHEN slot.role = 'owner' OR pg_temp.h(i, 32) %% 10 < 6 THEN account_id END AS applicant_id
FROM scale_named AS named
JOIN scale_slot AS slot
    ON slot.process = 'filing' AND slot.pool = coalesce(%(pool)s, named.pool) AND slot.n = pg_temp.h(i, 33) %% %(slots)s
LIMIT %(most)s;

-- name: running_filings
INSERT INTO organizations_filing (
    id, uid, name, kind, national_kind, purpose, area_id, address, lng, lat, datum, point_source, member_count,
    party_member_count, leader_name, leader_id_number, leader_id_hash, leader_phone, leader_phone_hash, number, scope,
    owner_id, entered_by_id, parameters, revision, created_at, began_at, ended_at, state, founders, consented_at,
    publicity_from, publicity_to
)
SELECT
    case_id, case_uid, name, kind, national_kind, purpose, area_id, address, lng, lat, datum, point_source, member_count,
    party_member_count, leader_name, leader_id_number, leader_id_hash, leader_phone, leader_phone_hash,
    CASE WHEN sent THEN 'SQ-' || code || '-' || extract(year FROM began_at) || '-' || (30000000 + i) ELSE '' END, path,
    applicant_id, CASE WHEN applicant_id IS NULL THEN worker_id END, CASE WHEN sent THEN parameters ELSE '{}' END, 3,
    began_at - interval '21 minutes', CASE WHEN sent THEN began_at END, CASE WHEN role IS NULL THEN opened_at END, state,
    founders, CASE WHEN sent THEN began_at END,
    CASE WHEN state = 'publicity' THEN (opened_at AT TIME ZONE 'Asia/Shanghai')::date END,
    CASE WHEN state = 'publicity' THEN due_on END
FROM scale_case
CROSS JOIN LATERAL (SELECT state <> 'draft' AS sent) AS known;

-- name: tasks
-- Who entered a case for somebody does not owe the opinion on it (linli.core.workflow.engine.holder_of).
INSERT INTO core_task (
    kind, process, case_type_id, case_id, state, role, owner_id, scope, title, summary, url, opened_at, days, half_on,
    near_on, due_on, level
)
SELECT
    duty.kind, process, %(case_type)s, case_id, state, holder, CASE WHEN holder = 'owner' THEN applicant_id END, path,
    name || CASE change WHEN '' THEN '申请备案' WHEN 'name' THEN '变更名称' WHEN 'leader' THEN '变更负责人'
        WHEN 'address' THEN '变更活动场所' ELSE '注销备案' END,
    said || CASE change WHEN '' THEN ' · ' || kind_said || '类' WHEN 'cancel' THEN ' · 终止活动，注销备案' ELSE '' END,
    '/cases/' || process || '/' || case_uid || '/', opened_at, given, half_on, near_on, due_on, level
FROM scale_case
CROSS JOIN LATERAL (VALUES
    ('act', CASE WHEN role = 'community_worker' AND applicant_id IS NULL THEN 'community_head' ELSE role END),
    ('watch', CASE WHEN level = 3 THEN nullif(raised_to, '') END)
) AS duty (kind, holder)
WHERE holder IS NOT NULL;

-- name: events
INSERT INTO core_event (at, actor_id, post, name, subject_type_id, subject_id, scope, detail, request_id)
SELECT at, actor, post, event, %(case_type)s, case_id, path, detail, ''
FROM scale_case
CROSS JOIN LATERAL (
    SELECT
        coalesce(applicant_id, worker_id) AS typist,
        CASE WHEN applicant_id IS NULL THEN worker_post ELSE '' END AS as_what,
        state IN ('review', 'mend_community') AS by_community,
        CASE state
            WHEN 'review' THEN 'organizations.support_' || process
            WHEN 'publicity' THEN 'organizations.agree_filing'
            WHEN 'mend_street' THEN 'organizations.return_filing_from_street'
            WHEN 'mend_community' THEN 'organizations.return_filing_to_mend'
            WHEN 'mend' THEN 'organizations.return_amendment'
            WHEN 'refused' THEN 'organizations.refuse_' || process
            WHEN 'done' THEN 'organizations.approve_amendment'
        END AS step
) AS known
CROSS JOIN LATERAL (VALUES
    (began_at - interval '12 minutes', typist, as_what, 'core.case_begun', '{}'::jsonb),
    (began_at, typist, as_what, CASE WHEN state <> 'draft' THEN 'organizations.submit_' || process END,
        '{"state": "opinion"}'),
    (opened_at, typist, as_what, CASE WHEN state = 'withdrawn' THEN 'organizations.withdraw_' || process END,
        '{"state": "withdrawn"}'),
    (opened_at, CASE WHEN by_community THEN worker_id ELSE officer_id END,
        CASE WHEN by_community THEN worker_post ELSE officer_post END, step, jsonb_build_object('state', state))
) AS happened (at, actor, post, event, detail)
WHERE event IS NOT NULL
ORDER BY at;
