"""Registers that come in as workbooks: template, upload, check, preview, decide, apply, undo.

A domain declares a `Sheet` (declare.py) in its module `sheets.py`: columns, keys, rules. Pages, template, checks,
duplicates, jobs and history follow from it. The public functions, which pages, API and jobs call alike:

- `actions.begin_import(sheet, file, *, name, scope="", actor)` keeps the file and asks for it to be read;
- `actions.decide(batch, choice, *, numbers=None, fields=(), actor)` says what becomes of duplicates, all or some;
- `actions.apply_import(batch, *, actor)` and `actions.undo_import(batch, *, partly=False, actor)`;
- `actions.recheck_import(batch, *, actor)` reads the file again (after an undo, or when the register has moved);
- `actions.cancel_import(batch, *, actor)` forgets what was read and not applied;
- `queries.imports_visible_to(user, slug="")`, `queries.rows_of(batch, kind)`, `queries.traces_of(batch, kind)`;
- `template.template(sheet, user, scope)` and `rejected.rejected(batch)` write workbooks.

An import's life: READING → READY → APPLYING → APPLIED → UNDOING → UNDONE; FAILED where the file cannot be read,
CANCELLED where somebody or the calendar gave it up. Reading, applying and undoing are jobs (jobs.py) that can be
killed at any moment and run again: each slice is one transaction that also moves the import's cursor.

Rows wait in `StagedRow` (personal values encrypted) and are deleted when the import has been applied; what it did to
which record stays in `ImportedRow` until `sheets.kept_days` have passed.
"""
