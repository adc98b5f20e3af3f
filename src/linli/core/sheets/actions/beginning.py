"""Taking a file in, reading it again, giving it up."""

from __future__ import annotations

from typing import IO, Any

from django.db import transaction

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import NotAllowed, WrongState
from linli.core.files.actions import keep
from linli.core.files.names import clean_name
from linli.core.files.queries import attachments_of
from linli.core.jobs import defer
from linli.core.parameters import value_of
from linli.core.privacy.masks import scrub_typed
from linli.core.sheets.choices import MOST_MB, State
from linli.core.sheets.declare import Sheet
from linli.core.sheets.models import Import
from linli.core.sheets.recognise import MB, MIMES, recognise, refuse
from linli.core.sheets.rules import must_import, scopes_of

SLOT = "sheet"
READ, APPLY, UNDO = "core.read_import", "core.apply_import", "core.undo_import"


def begin_import(sheet: Sheet, file: IO[bytes], *, name: str, scope: str = "", actor: User) -> Import:
    """Keep a workbook and ask for it to be read. `scope` is one of `scopes_of`, the widest where none is named.

    Raises NotAllowed, or BadInput with a sentence at `file` for what cannot be a table.
    """
    held = scopes_of(sheet, actor)
    if not held or (scope and not any(scope.startswith(one) for one in held)):
        raise NotAllowed("sheets.not_allowed", "导入由街道和区里的经办人在各自辖区办理，你的岗位不办这一步。")
    scope = scope or held[0]
    file.seek(0, 2)
    check_size(file.tell(), scope)
    extension = recognise(file)
    with transaction.atomic():
        batch = Import.objects.create(
            slug=sheet.slug,
            scope=scope,
            name=scrub_typed(clean_name(name, extension)),
            extension=extension,
            begun_by=actor,
        )
        keep(file, subject=batch, slot=SLOT, name=batch.name, media_type=MIMES[extension], sealed=True, actor=actor)
        record(actor, "sheets.begin_import", batch, sheet=sheet.slug)
        defer(READ, lock=lock_of(batch), batch_id=batch.pk)
    return batch


def check_size(size: int, scope: str = "") -> None:
    """BadInput for a file beyond the limit, before anything of it is looked at."""
    most = value_of(MOST_MB, scope)
    if size > most * MB:
        raise refuse("size", f"这个文件有 {-(-size // MB)} MB，超过了 {most} MB。请拆成几个文件，分几次导入。")


def lock_of(batch: Import) -> str:
    """Jobs of one import run one after the other."""
    return f"core.import.{batch.pk}"


def locked(batch: Import, actor: User, *states: State) -> Import:
    """The import's row, locked, when it is the actor's to move on and in one of the states."""
    row = Import.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    must_import(actor, row)
    if row.state not in states:
        raise WrongState(
            "sheets.state", f"这次导入现在是“{row.get_state_display()}”，不能做这一步。请刷新看最新情况。"
        )
    return row


def move(batch: Import, state: State, **values: Any) -> Import:
    """Put an import into a state, in the caller's transaction."""
    batch.state, batch.changed_at = state, clock.now()
    for name, value in values.items():
        setattr(batch, name, value)
    batch.save(update_fields=["state", "changed_at", *values])
    return batch


@transaction.atomic
def recheck_import(batch: Import, *, actor: User) -> Import:
    """Read the file again: after an undo, or when the register has moved on. Decisions hold where they still fit."""
    row = locked(batch, actor, State.READY, State.UNDONE, State.FAILED)
    if not attachments_of(row, SLOT).exists():
        raise WrongState("sheets.forgotten", "原文件已按保存期限删去，不能再核对。请重新上传。")
    move(row, State.READING, share=0, counts={}, trouble="", cursor=0)
    record(actor, "sheets.recheck_import", row)
    defer(READ, lock=lock_of(row), batch_id=row.pk)
    return row


@transaction.atomic
def cancel_import(batch: Import, *, actor: User) -> Import:
    """Give up what was read and not applied: rows and file go."""
    from linli.core.sheets.actions.forgetting import forget

    row = locked(batch, actor, State.READY, State.FAILED, State.READING)
    move(row, State.CANCELLED)
    forget(row, actor=actor)
    record(actor, "sheets.cancel_import", row)
    return row
