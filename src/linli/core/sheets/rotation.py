"""Waiting rows and former values hold personal values as the register does: encrypted. A new key is for them, too."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction

from linli.core.privacy.cipher import FORMAT, DecryptionError, decrypt, encrypt_all, newest_prefix
from linli.core.sheets.staging import IMPORTED, STAGED, run

BATCH = 500
# Table, column, key of a row.
PLACES = ((STAGED, "values", "batch_id, number"), (IMPORTED, "before", "batch_id, run, number"))


def rotate_rows() -> tuple[int, int]:
    """Encrypt with the newest key what is not yet; how many rows were changed, and how many cannot be read."""
    changed = unreadable = 0
    for table, column, key in PLACES:
        after: tuple[int, ...] = (0,) * (key.count(",") + 1)
        while rows := _next(table, column, key, after):
            with transaction.atomic():
                for *place, content in rows:
                    done = _renewed(json.loads(content))
                    unreadable += done is None
                    if done is not None:
                        changed += 1
                        where = ", ".join(["%s"] * len(place))
                        run(
                            f"UPDATE {table} SET {column} = %s::jsonb WHERE ({key}) = ({where})",
                            [json.dumps(done, ensure_ascii=False), *place],
                        )
            after = tuple(rows[-1][:-1])
    return changed, unreadable


def _next(table: str, column: str, key: str, after: tuple[int, ...]) -> list[tuple[Any, ...]]:
    """Rows behind a key that hold something made with another key than the newest."""
    return run(
        f"""SELECT {key}, {column}::text FROM {table}
            WHERE ({key}) > ({", ".join(["%s"] * len(after))}) AND EXISTS (
                SELECT 1 FROM jsonb_each_text({column}) WHERE starts_with(value, %s) AND NOT starts_with(value, %s))
            ORDER BY {key} LIMIT {BATCH}""",
        [*after, f"{FORMAT}$", newest_prefix()],
    )


def _renewed(values: dict[str, Any]) -> dict[str, Any] | None:
    """The same values under the newest key; None where one of them cannot be read."""
    held = {
        name: value for name, value in values.items() if isinstance(value, str) and value.startswith(f"{FORMAT}$")
    }
    try:
        plain = [decrypt(value) for value in held.values()]
    except DecryptionError:
        return None
    return values | dict(zip(held, encrypt_all(plain), strict=True))
