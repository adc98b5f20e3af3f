"""The file a person takes along: JSON for machines, one readable page, a CSV for each kind of row, own attachments.

docs/privacy.md documents the format. Everything comes from the declared holdings; a value that belongs to somebody
else stays masked, as on the page.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import IO, Any

from django.template.loader import render_to_string

from linli.core import clock
from linli.core.files.models import Attachment
from linli.core.files.sealing import open_stored
from linli.core.privacy.actions.notice import current_version
from linli.core.privacy.declare import HOLDINGS, PROCESSINGS, Holding, Subject
from linli.core.privacy.queries import as_shown, disclosures_visible_to, shown_row
from linli.core.privacy.telling import told

FORMAT = "linli-takeout/1"


def plain(value: Any) -> Any:
    """A value as JSON holds it."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return str(value)


def rows_of(holding: Holding, subject: Subject) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Each row with its values by field name, oldest first; what is somebody else's is masked."""
    for row in holding.about(subject).order_by("pk").iterator(chunk_size=200):
        shown = shown_row(holding, row, subject, full=True)
        yield row, {entry["item"].name: plain(entry["value"]) for entry in shown}


def disarmed(value: Any) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def write_takeout(out: IO[bytes], subject: Subject) -> dict[str, int]:
    """Write the whole ZIP to a stream that need not seek; rows by kind."""
    assert subject.user is not None
    counts: dict[str, int] = {}
    whole: list[dict[str, Any]] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for holding in HOLDINGS.values():
            rows = []
            for row, values in rows_of(holding, subject):
                files = holding.files(row) if holding.files else ()
                names = [_add_file(archive, file, holding.slug) for file in files]
                rows.append({"id": f"{holding.slug}/{row.pk}", "values": values, "files": [n for n in names if n]})
            counts[holding.slug] = len(rows)
            entry = _entry(holding, rows)
            whole.append(entry)
            if rows:
                archive.writestr(f"csv/{holding.slug}.csv", _csv(holding, rows))
        looks = [plain(look) for look in as_shown(disclosures_visible_to(subject.user).order_by("pk"))]
        said = {
            "format": FORMAT,
            "made_at": clock.now().isoformat(),
            "account": subject.user.uid,
            "notice_version": current_version().number,
            "holdings": whole,
            "looks": looks,
        }
        archive.writestr("data.json", json.dumps(said, ensure_ascii=False, indent=1))
        archive.writestr("index.html", render_to_string("core/privacy/takeout.html", said | {"now": clock.now()}))
    return counts


def _entry(holding: Holding, rows: list[dict[str, Any]]) -> dict[str, Any]:
    entry = PROCESSINGS[holding.processing]
    said = told(entry)
    return {
        "slug": holding.slug,
        "label": holding.label,
        "processing": {"slug": entry.slug, **{key: said[key] for key in ("名称", "目的", "法律依据", "保存多久")}},
        "fields": [
            {"name": item.name, "label": item.label, "personal": item.kind is not None, "sensitive": item.sensitive}
            for item in holding.items
        ],
        "rows": rows,
    }


def _csv(holding: Holding, rows: list[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([item.label for item in holding.items])
    for row in rows:
        writer.writerow([disarmed(row["values"][item.name]) for item in holding.items])
    return text.getvalue().encode("utf-8-sig")


def _add_file(archive: zipfile.ZipFile, file: Attachment, folder: str) -> str:
    """Put an own attachment into the archive; "" when its bytes are gone."""
    name = f"files/{folder}/{file.uid[:8]}-{file.name}"
    try:
        with open_stored(file.stored_as) as source, archive.open(name, "w") as target:
            shutil.copyfileobj(source, target)
    except FileNotFoundError:
        return ""
    return name
