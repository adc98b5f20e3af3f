"""Marks: a row that was changed past the program shows.

A model that inherits `Marked` names in `MARKED` the fields that matter. Each of its rows has a mark in a table beside
it: HMAC-SHA256 over those fields, under a key derived from LINLI_HASH_KEY. Whoever reaches the database alone can
change a row and its mark, but cannot make the two fit: that needs the key, which lies outside. Triggers of the
database would not do: the role that owns the tables may switch them off.

The database digests a row (`sha256` over its values in the wire format, which no setting of a session changes), the
program signs the digest, so that a hundred thousand rows are marked in a second or two and the key never travels.

Who writes rows keeps the marks:

- `save()` and `delete()`, and of a query `create()`, `bulk_create()`, `bulk_update()`, `update()` and `delete()`, do
  it themselves.
- Rows inserted by COPY or INSERT … SELECT: call `mark_rows(Model, ids)` in the same transaction; where the statement
  returns `digest_sql(Model)`, `mark_digests(Model, rows)` spares reading them again.
- Rows changed by SQL: do it inside `with keeping_marks(Model, ids):`.
- Rows removed by SQL: call `mark_removed(Model, ids)` in the same transaction.
- Rows of a library's model: see `mark_library`.

A row whose mark does not fit keeps the old mark whatever the program writes later: what was done behind the program's
back is not made good by the next honest save. `linli audit accept` does that, with a reason and an event.
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, ClassVar, Self, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.db.models.signals import post_delete

from linli.core.privacy.cipher import audit_key

CHUNK = 5000  # rows a statement
MARKS_BEGUN = "core.marks_begun"
MARKS_RENEWED = "core.marks_renewed"
EPOCH = dt.date(2000, 1, 1)  # a row whose key is a day goes by its number from here
M = TypeVar("M", bound="Marked")


@dataclass(frozen=True)
class Shape:
    """The SQL of one model's marks, over the table as `t`."""

    label: str
    kind: int  # content type
    table: str
    pk: str
    names: tuple[str, ...]
    digest: str  # 32 bytes
    prints: str  # a small hash a column, to say afterwards which one differs

    def sign(self, digests: Iterable[bytes]) -> Iterator[bytes]:
        """The marks of rows with these digests. The digest holds the model's name and the row's key."""
        key, digest = audit_key(), hmac.digest
        return (digest(key, b"row\0" + each, "sha256") for each in digests)

    def sign_removed(self, pk: int) -> bytes:
        """What stands in place of the mark of a row that the program removed."""
        return hmac.digest(audit_key(), f"removed\0{self.label}\0{pk}".encode(), "sha256")


def shape_of(model: type[Marked]) -> Shape:
    """How the rows of a model are digested. The content type is asked each time: tests make it anew."""
    return _shape(model, ContentType.objects.get_for_model(model).pk, tuple(model.MARKED))


def former_shapes(model: type[Marked]) -> list[Shape]:
    """How rows were digested before, as long as their marks have not been made anew (renewal.py)."""
    from linli.core.audit.models import Event

    before: tuple[tuple[str, ...], ...] = getattr(model, "MARKED_BEFORE", ())
    if not before:
        return []
    asked = {"model": model._meta.label_lower, "fields": list(model.MARKED)}
    if Event.objects.filter(name=MARKS_RENEWED, detail__contains=asked).exists():
        return []
    kind = ContentType.objects.get_for_model(model).pk
    return [_shape(model, kind, tuple(fields)) for fields in before]


@lru_cache(maxsize=64)
def _shape(model: type[Marked], kind: int, names: tuple[str, ...]) -> Shape:
    meta = model._meta
    quote = connection.ops.quote_name
    columns = [f"t.{quote(str(meta.get_field(name).column))}" for name in names]  # type: ignore[union-attr]
    pk = f"t.{quote(str(meta.pk.column))}"
    if isinstance(meta.pk, models.DateField):
        pk = f"({pk} - '{EPOCH}'::date)"
    values = ", ".join((f"'{meta.label_lower}'::text", pk, *columns))
    digest = f"sha256(record_send(ROW({values})))"
    prints = f"ARRAY[{', '.join(f'hashtext({column}::text)' for column in columns)}]::integer[]"
    return Shape(meta.label_lower, kind, quote(meta.db_table), pk, names, digest, prints)


def marked_models() -> list[type[Marked]]:
    """Every model whose rows are marked, by label."""
    from django.apps import apps

    found = [model for model in apps.get_models() if issubclass(model, Marked)]
    return sorted([*found, *_links], key=lambda model: model._meta.label_lower)


# Tables of many-to-many relations and of libraries whose rows are marked, too: nobody can inherit from Marked there.
_links: list[type[Marked]] = []
_words: dict[Any, str] = {}


def mark_links(through: Any, words: Any) -> None:
    """Have the rows of a many-to-many table marked; whoever writes them calls `link`. `words` name such a row."""
    through._meta.verbose_name = words
    through.MARKED = tuple(field.name for field in through._meta.local_fields if isinstance(field, models.ForeignKey))
    _links.append(through)


def mark_library(model: Any, fields: Sequence[str], words: str) -> None:
    """Have the rows of a library's model marked, which cannot inherit from Marked; `words` name such a row.

    `save()`, what is made through it, and whatever deletes keep the marks. `update()` and `bulk_create()` do not:
    whoever calls them for such a model goes the way of SQL.
    """
    plain = model.save

    def save(self: Any, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic(savepoint=False):
            sound = self._state.adding or bool(sound_rows(model, [self.pk]))
            plain(self, *args, **kwargs)
            if sound:
                mark_rows(model, [self.pk])

    def removed(instance: Any, **_said: Any) -> None:
        mark_removed(model, [instance.pk])

    model.MARKED, model.save = tuple(fields), save
    post_delete.connect(removed, sender=model, weak=False, dispatch_uid=f"marks of {model._meta.label_lower}")
    _links.append(model)
    _words[model] = words


def called(model: Any) -> str:
    """How a row of a marked model is called."""
    return _words.get(model) or str(model._meta.verbose_name)


def link(related: Any, *rows: models.Model) -> None:
    """`related.add(*rows)` where the links are marked; links that are there keep the mark they have."""
    through, near = related.through, {related.source_field_name: related.instance}
    with transaction.atomic(savepoint=False):
        before = set(through._base_manager.filter(**near).values_list("pk", flat=True))
        related.add(*rows)
        mark_rows(through, set(through._base_manager.filter(**near).values_list("pk", flat=True)) - before)


def number_of(pk: Any) -> int:
    """By which number a row's mark knows it."""
    return (pk - EPOCH).days if isinstance(pk, dt.date) else int(pk)


def row_of(model: type[Marked], number: int) -> Any:
    """The row of a mark's number, of its columns only how it is called and where it lies; None when it is not there.

    What else stands in it may be spoilt: an encrypted column that was changed cannot even be read.
    """
    by_day = isinstance(model._meta.pk, models.DateField)
    told = {field.name for field in model._meta.local_fields} & {"uid", "scope", "path"}
    rows = model._base_manager.only("pk", *told)
    return rows.filter(pk=EPOCH + dt.timedelta(days=number) if by_day else number).first()


def _chunks(ids: Iterable[Any]) -> Iterator[list[int]]:
    held = map(number_of, ids)
    while chunk := list(islice(held, CHUNK)):
        yield chunk


def mark_rows(model: type[Marked], ids: Iterable[Any]) -> None:
    """Mark rows as they stand now, in the transaction that wrote them. Ids of no row are passed over."""
    shape = shape_of(model)
    for chunk in _chunks(ids):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {shape.pk}, {shape.digest} FROM {shape.table} t WHERE {shape.pk} = ANY(%s)",  # noqa: S608
                [chunk],
            )
            rows = cursor.fetchall()
            if rows:
                _write(cursor, shape, [row[0] for row in rows], b"".join(shape.sign(row[1] for row in rows)))


def digest_sql(model: type[Marked]) -> str:
    """What a statement that writes rows as `t` returns beside their keys for `mark_digests`."""
    return shape_of(model).digest


def mark_digests(model: type[Marked], rows: Collection[tuple[int, bytes]]) -> None:
    """Mark rows as they stand now: key and digest of each, from the statement of this transaction that wrote them."""
    shape, held = shape_of(model), iter(rows)
    with connection.cursor() as cursor:
        while chunk := list(islice(held, CHUNK)):
            _write(cursor, shape, [pk for pk, _digest in chunk], b"".join(shape.sign(each for _pk, each in chunk)))


def _write(cursor: Any, shape: Shape, ids: list[int], macs: bytes) -> None:
    """The marks travel as one value, 32 bytes a row: an array of them would take longer than the digests."""
    cursor.execute(
        f"""INSERT INTO core_mark (kind_id, row_id, mac, prints, removed)
            SELECT %s, m.id, substr(%s::bytea, 32 * m.place::int - 31, 32), {shape.prints}, false
            FROM unnest(%s::bigint[]) WITH ORDINALITY m(id, place) JOIN {shape.table} t ON {shape.pk} = m.id
            ON CONFLICT (kind_id, row_id) DO UPDATE
                SET mac = excluded.mac, prints = excluded.prints, removed = false""",  # noqa: S608
        [shape.kind, macs, ids],
    )


def sound_rows(model: type[Marked], ids: Collection[Any]) -> set[int]:
    """Those of the ids whose row fits its mark."""
    sound = _sound(shape_of(model), ids)
    if len(sound) < len(ids):
        for former in former_shapes(model):
            sound |= _sound(former, ids)
    return sound


def _sound(shape: Shape, ids: Iterable[Any]) -> set[int]:
    sound = set()
    for chunk in _chunks(ids):
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT {shape.pk}, {shape.digest}, m.mac FROM {shape.table} t
                    JOIN core_mark m ON m.kind_id = %s AND m.row_id = {shape.pk} WHERE {shape.pk} = ANY(%s)""",  # noqa: S608
                [shape.kind, chunk],
            )
            rows = cursor.fetchall()
        signed = shape.sign(row[1] for row in rows)
        sound |= {pk for (pk, _digest, mac), mark in zip(rows, signed, strict=True) if bytes(mac) == mark}
    return sound


@contextmanager
def keeping_marks(model: type[models.Model], ids: Collection[Any]) -> Iterator[None]:
    """Change rows by SQL inside: afterwards those that fitted their mark before are marked as they stand now.

    Does nothing for a model without marks, so that code for any model need not ask.
    """
    if not issubclass(model, Marked):
        yield
        return
    with transaction.atomic(savepoint=False):
        sound = sound_rows(model, ids)
        yield
        mark_rows(model, sound)


def mark_removed(model: type[Marked], ids: Iterable[Any]) -> None:
    """Say that the program itself removed these rows, in the transaction that did."""
    shape = shape_of(model)
    for chunk in _chunks(ids):
        with connection.cursor() as cursor:
            cursor.execute(
                """INSERT INTO core_mark (kind_id, row_id, mac, prints, removed)
                   SELECT %s, m.id, m.mac, '{}', true FROM unnest(%s::bigint[], %s::bytea[]) m(id, mac)
                   ON CONFLICT (kind_id, row_id) DO UPDATE SET mac = excluded.mac, prints = '{}', removed = true""",
                [shape.kind, chunk, [shape.sign_removed(pk) for pk in chunk]],
            )


class MarkedQuerySet(models.QuerySet[M]):
    """Writes many rows at once and keeps their marks."""

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        """Also marks the rows. ValueError where conflicts are let pass: then nobody knows which rows were written."""
        if kwargs.get("ignore_conflicts") or kwargs.get("update_conflicts"):
            raise ValueError("marked rows are written one way or not at all; see linli.core.audit.marks")
        with transaction.atomic(savepoint=False):
            made = super().bulk_create(objs, *args, **kwargs)
            mark_rows(self.model, [row.pk for row in made])
        return made

    def update(self, **values: Any) -> int:
        """Also marks the rows anew, where a marked column changes."""
        meta = self.model._meta
        if not {meta.get_field(name).name for name in values}.intersection(self.model.MARKED):
            return super().update(**values)
        with transaction.atomic(savepoint=False):
            ids = list(self.order_by().values_list("pk", flat=True))
            with keeping_marks(self.model, ids):
                # These and no others: a row that appears meanwhile would be changed without its mark.
                return super(MarkedQuerySet, self.filter(pk__in=ids)).update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Also says that the program did it."""
        with transaction.atomic(savepoint=False):
            ids = list(self.order_by().values_list("pk", flat=True))
            done = super().delete()
            mark_removed(self.model, ids)
        return done


class MarkedManager(models.Manager[M]):
    """The way to a marked model's rows."""

    def get_queryset(self) -> models.QuerySet[M]:
        """Rows whose marks are kept; the model of a migration has none."""
        kept = issubclass(self.model, Marked)
        return MarkedQuerySet(self.model, using=self._db) if kept else super().get_queryset()


class Marked(models.Model):
    """A row that shows when it was changed past the program. `MARKED` names the fields that matter."""

    MARKED: ClassVar[tuple[str, ...]] = ()
    MARKED_BEFORE: ClassVar[tuple[tuple[str, ...], ...]] = ()  # what it named in earlier versions (renewal.py)

    objects: ClassVar[MarkedManager[Self]] = MarkedManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the mark in step; a row that did not fit its mark before goes on not to fit."""
        only = kwargs.get("update_fields")
        if only is not None and not set(self.MARKED).intersection(only):
            super().save(*args, **kwargs)
            return
        model = type(self)
        with transaction.atomic(savepoint=False):
            sound = self._state.adding or bool(sound_rows(model, [self.pk]))
            super().save(*args, **kwargs)
            if sound:
                mark_rows(model, [self.pk])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Also say that the program did it."""
        model, pk = type(self), self.pk
        with transaction.atomic(savepoint=False):
            done = super().delete(*args, **kwargs)
            mark_removed(model, [pk])
        return done
