"""The file a person takes along: JSON for machines, one readable page, a CSV for each kind of row, own attachments.

docs/privacy.md documents the format. Everything comes from the declared holdings; a value that belongs to somebody
else stays masked, as on the page.

An officer's trace has hundreds of thousands of rows, so nothing here grows with them: a row is read once, its papers
go into the archive, and the row itself into a sealed scratch file without a name, from which the table and the JSON
are written row by row. The page tells the newest rows of each kind; the table has them all.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
import tempfile
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import IO, Any

from django.template.loader import render_to_string

from linli.core import clock
from linli.core.files.models import Attachment
from linli.core.files.sealing import open_stored
from linli.core.privacy.actions.notice import current_version
from linli.core.privacy.declare import HOLDINGS, PROCESSINGS, Holding, Subject
from linli.core.privacy.queries import as_shown, disclosures_visible_to, shown_row
from linli.core.privacy.sealed import SealedWriter, unsealed
from linli.core.privacy.telling import told

FORMAT = "linli-takeout/1"
READ = 500  # rows fetched at a time
TOLD = 300  # rows of a kind that the page tells


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
    for row in holding.about(subject).order_by("pk").iterator(chunk_size=READ):
        shown = shown_row(holding, row, subject, full=True)
        yield row, {entry["item"].name: plain(entry["value"]) for entry in shown}


def disarmed(value: Any) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


class Scratch:
    """Rows put down once and read as often as wanted; where they lie they are sealed. `newest` are the last few."""

    def __init__(self, files: ExitStack) -> None:
        self.files, self.count = files, 0
        self.newest: deque[dict[str, Any]] = deque(maxlen=TOLD)
        self.file: IO[bytes] | None = None
        self.writer: SealedWriter | None = None

    def put(self, rows: Iterable[dict[str, Any]]) -> None:
        """Take all rows there are."""
        for row in rows:
            if self.file is None or self.writer is None:
                self.file = self.files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 -- closed by `files`
                self.writer = SealedWriter(self.file)
            self.writer.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
            self.newest.append(row)
            self.count += 1
        if self.writer is not None:
            self.writer.close()

    def lines(self) -> Iterator[bytes]:
        """Each row as JSON."""
        if self.file is None:
            return
        self.file.seek(0)
        rest = b""
        for piece in unsealed(self.file):
            *whole, rest = (rest + piece).split(b"\n")
            yield from whole


def write_takeout(out: IO[bytes], subject: Subject) -> dict[str, int]:
    """Write the whole ZIP to a stream that need not seek; rows by kind."""
    assert subject.user is not None
    kinds: list[tuple[dict[str, Any], Scratch]] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, ExitStack() as files:
        papers = Papers(archive, subject)
        for holding in HOLDINGS.values():
            rows = Scratch(files)
            rows.put(
                {"id": f"{holding.slug}/{row.pk}", "values": values, "files": papers.of(holding, row)}
                for row, values in rows_of(holding, subject)
            )
            kinds.append((_entry(holding), rows))
            if rows.count:
                _write_table(archive, holding, rows)
        looks = Scratch(files)
        seen = disclosures_visible_to(subject.user).order_by("pk").iterator(chunk_size=READ)
        looks.put(plain(look) for row in seen for look in as_shown([row]))
        head = {
            "format": FORMAT,
            "made_at": clock.now().isoformat(),
            "account": subject.user.uid,
            "notice_version": current_version().number,
        }
        with archive.open("data.json", "w") as target:
            for part in _json(head, kinds, looks):
                target.write(part)
        shown = {**head, "holdings": kinds, "looks": looks, "now": clock.now()}
        archive.writestr("index.html", render_to_string("core/privacy/takeout.html", shown))
    return {entry["slug"]: rows.count for entry, rows in kinds}


def _entry(holding: Holding) -> dict[str, Any]:
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
    }


def _json(head: dict[str, Any], kinds: list[tuple[dict[str, Any], Scratch]], looks: Scratch) -> Iterator[bytes]:
    """`data.json`, a row at a time: the members of each object stand in the order the docs tell."""
    yield _open(head) + b', "holdings": ['
    for at, (entry, rows) in enumerate(kinds):
        yield (b",\n" if at else b"\n") + _open(entry) + b', "rows": ['
        yield from _listed(rows)
        yield b"]}"
    yield b'],\n"looks": ['
    yield from _listed(looks)
    yield b"]}\n"


def _open(values: dict[str, Any]) -> bytes:
    """An object that goes on."""
    return json.dumps(values, ensure_ascii=False).encode()[:-1]


def _listed(rows: Scratch) -> Iterator[bytes]:
    for at, line in enumerate(rows.lines()):
        yield (b",\n " if at else b"\n ") + line


def _write_table(archive: zipfile.ZipFile, holding: Holding, rows: Scratch) -> None:
    with (
        archive.open(f"csv/{holding.slug}.csv", "w") as target,
        io.TextIOWrapper(target, "utf-8-sig", newline="") as text,
    ):
        writer = csv.writer(text)
        writer.writerow([item.label for item in holding.items])
        for line in rows.lines():
            values = json.loads(line)["values"]
            writer.writerow([disarmed(values[item.name]) for item in holding.items])


class Papers:
    """The person's own papers, each put into the archive once.

    Own are those of a record that is the person's. What an officer uploaded for others (applications of residents,
    workbooks of an import) is listed and stays where it is: it holds other people.
    """

    def __init__(self, archive: zipfile.ZipFile, subject: Subject) -> None:
        self.archive, self.subject = archive, subject
        self.put: dict[int, str] = {}

    def of(self, holding: Holding, row: Any) -> list[str]:
        """Where in the archive the papers of a row lie."""
        if holding.files is None:
            return []
        names = [self._add(file, holding.slug) for file in holding.files(row) if self._is_own(file, row)]
        return [name for name in names if name]

    def _is_own(self, file: Attachment, row: Any) -> bool:
        record = file.subject if isinstance(row, Attachment) else row
        return self.subject.user is not None and getattr(record, "owner_id", None) == self.subject.user.pk

    def _add(self, file: Attachment, folder: str) -> str:
        """ "" when its bytes are gone."""
        if file.pk not in self.put:
            name = f"files/{folder}/{file.uid[:8]}-{file.name}"
            try:
                with open_stored(file.stored_as) as source, self.archive.open(name, "w") as target:
                    shutil.copyfileobj(source, target)
            except FileNotFoundError:
                name = ""
            self.put[file.pk] = name
        return self.put[file.pk]
