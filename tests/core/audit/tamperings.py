"""What somebody who owns the tables may do to them, and what the check has to name.

In the statements {e} and {f} are sealed events, {z} the newest of them, {n} the newest link; the other names are keys
of the fixture `lab` of test_every_tampering.py.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

EVENT, SEAL = "event", "seal"
ORG, FILING, USER, POST = "organizations.organization", "organizations.filing", "core.user", "actors.post"
PAPER, VERSION, PARAMETER = "core.attachment", "core.caseversion", "core.parametervalue"
AREA, FACTOR, SHARE = "areas.area", "mfa.authenticator", "core.sharelink"
COPY_OF_E = "at, actor_id, on_behalf_of_id, post, name, subject_type_id, subject_id, scope, detail, request_id"
#: Statement, then exactly what is found: kind, about what, and which (a key of the lab, or a number).
TAMPERINGS: dict[str, tuple[str, set[tuple[str, str, Any]]]] = {
    # --- each field of an event
    **{
        f"event: {change}": (f"UPDATE core_event SET {change} WHERE id = {{e}}", {("event_changed", EVENT, "e")})
        for change in (
            "at = at - interval '1 microsecond'",
            "at = at + interval '1 year'",
            "actor_id = actor_id + 1",
            "on_behalf_of_id = actor_id",
            "post = '街道办'",
            "name = 'test.other'",
            "subject_type_id = NULL",
            "subject_id = NULL",
            "scope = '1/'",
            "request_id = 'x'",
            "stamp = NULL",
            "stamp = substr(sha256('x'), 1, 16)",
        )
    },
    "event: reason": (
        """UPDATE core_event SET detail = '{{"reason": "改过的理由"}}' WHERE id = {e}""",
        {("event_changed", EVENT, "e")},
    ),
    # --- whole events
    "event deleted in the middle": ("DELETE FROM core_event WHERE id = {e}", {("event_deleted", EVENT, "e")}),
    "event deleted at the end": ("DELETE FROM core_event WHERE id = {z}", {("event_deleted", EVENT, "z")}),
    "event moved": (
        "UPDATE core_event SET id = 900000 WHERE id = {e}",
        {("event_deleted", EVENT, "e"), ("event_inserted", EVENT, 900_000)},
    ),
    "events swapped": (
        """UPDATE core_event SET id = -1 WHERE id = {e}; UPDATE core_event SET id = {e} WHERE id = {f};
           UPDATE core_event SET id = {f} WHERE id = -1""",
        {(kind, EVENT, which) for kind in ("event_changed", "event_swapped") for which in ("e", "f")},
    ),
    "contents swapped": (
        f"""UPDATE core_event a SET ({COPY_OF_E}) = (
                SELECT {COPY_OF_E} FROM core_event b WHERE b.id = {{e}} + {{f}} - a.id)
            WHERE a.id IN ({{e}}, {{f}})""",
        {("event_changed", EVENT, "e"), ("event_changed", EVENT, "f")},
    ),
    # --- forged events under ids the sequence gives
    "event copied with its stamp": (
        f"""INSERT INTO core_event ({COPY_OF_E}, stamp) SELECT {COPY_OF_E}, stamp FROM core_event WHERE id = {{e}}""",
        {("event_forged", EVENT, "new")},
    ),
    "event forged without a stamp": (
        f"""INSERT INTO core_event ({COPY_OF_E}) SELECT {COPY_OF_E} FROM core_event WHERE id = {{e}}""",
        {("event_forged", EVENT, "new")},
    ),
    "event forged with a guessed stamp": (
        f"""INSERT INTO core_event ({COPY_OF_E}, stamp)
            SELECT {COPY_OF_E}, substr(sha256('guess'), 1, 16) FROM core_event WHERE id = {{e}}""",
        {("event_forged", EVENT, "new")},
    ),
    "event forged under an id never given": (
        f"""INSERT INTO core_event (id, {COPY_OF_E}, stamp)
            SELECT 900000, {COPY_OF_E}, stamp FROM core_event WHERE id = {{e}}""",
        {("event_inserted", EVENT, 900_000)},
    ),
    "event forged below the first": (
        f"""INSERT INTO core_event (id, {COPY_OF_E}, stamp)
            SELECT -3, {COPY_OF_E}, stamp FROM core_event WHERE id = {{e}}""",
        {("event_inserted", EVENT, -3)},
    ),
    # --- links
    **{
        f"link: {change}": (f"UPDATE core_seal SET {change} WHERE number = {{home}}", {(kind, SEAL, "home")})
        for change, kind in (
            ("count = count + 1", "seal_changed"),
            ("at = at - interval '1 day'", "seal_changed"),
            ("mac = sha256('x')", "seal_forged"),
        )
    },
    "link: late": (
        "UPDATE core_seal SET late = '{{7}}' WHERE number = {home}",
        {("seal_changed", SEAL, "home"), ("seal_changed", EVENT, 7)},
    ),
    "link deleted": ("DELETE FROM core_seal WHERE number = {home}", {("seal_missing", SEAL, "home")}),
    "newest link deleted": ("DELETE FROM core_seal WHERE number = {n}", {("tail_cut", SEAL, "n")}),
    "link added": (
        """INSERT INTO core_seal (number, first_id, last_id, count, absent, late, digests, root, previous, hash, mac,
                                  at)
           SELECT number + 1, last_id + 1, last_id, 0, '{{}}', '{{}}', '', sha256(''), hash, sha256('x'), mac, at
           FROM core_seal WHERE number = {n}""",
        {("seal_changed", SEAL, "next")},
    ),
    "sequence set back": (
        "SELECT setval('core_event_id_seq', 3)",
        {("sequence_set_back", SEAL, "n")},
    ),
    # --- marks
    "mark emptied": (
        "UPDATE core_mark SET mac = '' WHERE kind_id = {org_kind} AND row_id = {org}",
        {("row_changed", ORG, "org")},
    ),
    "mark taken away": (
        "DELETE FROM core_mark WHERE kind_id = {org_kind} AND row_id = {org}",
        {("row_inserted", ORG, "org")},
    ),
    "mark of another row": (
        """UPDATE core_mark SET mac = (SELECT mac FROM core_mark WHERE kind_id = {post_kind} AND row_id = {other})
           WHERE kind_id = {post_kind} AND row_id = {post}""",
        {("row_changed", POST, "post")},
    ),
    "mark of another kind": (
        """UPDATE core_mark SET mac = (SELECT mac FROM core_mark WHERE kind_id = {user_kind} AND row_id = {user})
           WHERE kind_id = {org_kind} AND row_id = {org}""",
        {("row_changed", ORG, "org")},
    ),
    "row and mark of another together": (
        """DELETE FROM actors_post WHERE id = {post};
           UPDATE actors_post SET id = {post} WHERE id = {other};
           UPDATE core_mark SET (mac, prints) = (
               SELECT mac, prints FROM core_mark WHERE kind_id = {post_kind} AND row_id = {other})
           WHERE kind_id = {post_kind} AND row_id = {post}""",
        {("row_changed", POST, "post"), ("row_deleted", POST, "other")},
    ),
    "mark of a row that never was": (
        """INSERT INTO core_mark (kind_id, row_id, mac, prints, removed)
           VALUES ({post_kind}, 900000, sha256('x'), '{{}}', true)""",
        {("row_deleted", POST, 900_000)},
    ),
    # --- rows put in and taken away
    "post put in": (
        """INSERT INTO actors_post (id, user_id, role, body_id, area_id, title, valid_from)
           SELECT 900000, {user}, role, body_id, area_id, title, valid_from FROM actors_post WHERE id = {other}""",
        {("row_inserted", POST, 900_000)},
    ),
    "post put in below the first": (
        """INSERT INTO actors_post (id, user_id, role, body_id, area_id, title, valid_from)
           SELECT -7, {user}, role, body_id, area_id, title, valid_from FROM actors_post WHERE id = {other}""",
        {("row_inserted", POST, -7)},
    ),
    "post deleted with its mark, events speak of it": (
        """DELETE FROM organizations_organization WHERE id = {org};
           DELETE FROM core_mark WHERE kind_id = {org_kind} AND row_id = {org}""",
        {("row_deleted", ORG, "org")},
    ),
    "post deleted": ("DELETE FROM actors_post WHERE id = {post}", {("row_deleted", POST, "post")}),
    "account's password": (
        "UPDATE core_user SET password = 'pbkdf2' WHERE id = {user}",
        {("row_changed", USER, "user")},
    ),
    "account let in again": (
        "UPDATE core_user SET is_active = NOT is_active WHERE id = {user}",
        {("row_changed", USER, "user")},
    ),
    "post of another area": (
        """UPDATE actors_post SET area_id = (SELECT area_id FROM actors_post WHERE id = {other}) WHERE id = {post}""",
        {("row_changed", POST, "post")},
    ),
    "parameter changed": (
        "UPDATE core_parametervalue SET value = '1' WHERE id = {parameter}",
        {("row_changed", PARAMETER, "parameter")},
    ),
    "parameter deleted": (
        "DELETE FROM core_parametervalue WHERE id = {parameter}",
        {("row_deleted", PARAMETER, "parameter")},
    ),
    # --- what belongs to a record
    "founders": (
        "UPDATE organizations_filing SET founders = '' WHERE id = {filing}",
        {("row_changed", FILING, "filing")},
    ),
    "paper of another digest": (
        "UPDATE core_attachment SET sha256 = repeat('0', 64) WHERE id = {paper}",
        {("row_changed", PAPER, "paper"), ("file_changed", PAPER, "paper")},
    ),
    "paper of another record": (
        "UPDATE core_attachment SET subject_id = subject_id + 1 WHERE id = {paper}",
        {("row_changed", PAPER, "paper")},
    ),
    "paper deleted": ("DELETE FROM core_attachment WHERE id = {paper}", {("row_deleted", PAPER, "paper")}),
    "what was sent": (
        "UPDATE core_caseversion SET content = '{{}}' WHERE id = {version}",
        {("row_changed", VERSION, "version")},
    ),
    "area that takes over another's records": (
        """INSERT INTO areas_area_predecessors (id, from_area_id, to_area_id)
           SELECT 900000, min(id), max(id) FROM areas_area""",
        {("row_inserted", "areas.area_predecessors", 900_000)},
    ),
    "area's predecessor": (
        "UPDATE areas_area_predecessors SET to_area_id = from_area_id WHERE id = {link}",
        {("row_changed", "areas.area_predecessors", "link")},
    ),
    "area moved below another street": (
        """UPDATE areas_area SET parent_id = {far}, path = (SELECT path FROM areas_area WHERE id = {far}) || '{area}/'
           WHERE id = {area}""",
        {("row_changed", AREA, "area")},
    ),
    "area renamed": ("UPDATE areas_area SET name = '别处' WHERE id = {area}", {("row_changed", AREA, "area")}),
    "area put in": (
        """INSERT INTO areas_area (id, parent_id, path, level, name, code_kind, urban_class, urban_rural, datum,
               point_source, boundary_datum, boundary_source, changed_at)
           SELECT 900000, {far}, path || '900000/', 'community', '假的', '', '', '', '', '', '', '', now()
           FROM areas_area WHERE id = {far}""",
        {("row_inserted", AREA, 900_000)},
    ),
    "area deleted": ("DELETE FROM areas_area WHERE id = {area}", {("row_deleted", AREA, "area")}),
    "second factor of another's secret": (
        """UPDATE mfa_authenticator SET data = (SELECT data FROM mfa_authenticator WHERE id <> {factor})
           WHERE id = {factor}""",
        {("row_changed", FACTOR, "factor")},
    ),
    "second factor handed to another": (
        """DELETE FROM mfa_authenticator WHERE id = {factor};
           UPDATE mfa_authenticator SET user_id = {user}""",
        {("row_deleted", FACTOR, "factor"), ("row_changed", FACTOR, "other_factor")},
    ),
    "second factor put in": (
        """INSERT INTO mfa_authenticator (id, user_id, type, data, created_at)
           SELECT 900000, user_id, 'webauthn', data, created_at FROM mfa_authenticator WHERE id = {factor}""",
        {("row_inserted", FACTOR, 900_000)},
    ),
    "share link opened again": (
        "UPDATE core_sharelink SET revoked_at = NULL WHERE id = {share}",
        {("row_changed", SHARE, "share")},
    ),
    "share link of another filter": (
        """UPDATE core_sharelink SET params = '{{"kind": "culture"}}' WHERE id = {share}""",
        {("row_changed", SHARE, "share")},
    ),
    "working day": (
        "UPDATE core_calendarday SET is_workday = NOT is_workday WHERE day = '2026-10-01'",
        {("row_changed", "core.calendarday", (dt.date(2026, 10, 1) - dt.date(2000, 1, 1)).days)},
    ),
}
