"""What is kept and for how long: ciphertext, marks, keys, files."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from tests.core.sheets.conftest import ID_NUMBER, Bring, line, officer, workbook
from tests.personas import World

from linli.core import clock
from linli.core.audit.marks import sound_rows
from linli.core.audit.models import Event
from linli.core.audit.texts import TEXT, fits
from linli.core.errors import WrongState
from linli.core.files.models import Attachment
from linli.core.privacy.cipher import decrypt, encrypt_all, hash_all, keyed_hash, newest_prefix
from linli.core.sheets import actions
from linli.core.sheets.models import Import, ImportedRow, StagedRow
from linli.core.sheets.rotation import rotate_rows
from linli.organizations.models import Organization


def test_many_values_are_encrypted_and_hashed_as_one_is(settings: Any) -> None:
    values = [ID_NUMBER, "", None, "13800002046"]

    assert [value and decrypt(value) for value in encrypt_all(values)] == values
    assert hash_all(values, "phone") == [keyed_hash(ID_NUMBER, "phone"), "", None, keyed_hash("13800002046", "phone")]


def test_nothing_personal_waits_in_the_clear(world: World, bring: Bring, land: Any) -> None:
    bring(workbook([line(), line("英歌队", 负责人手机号="138000020467", 负责人身份证号="110105194912310021")]))
    waiting = json.dumps(list(StagedRow.objects.values("values", "problems", "label")), ensure_ascii=False)
    told = json.dumps(list(Event.objects.values_list("detail", flat=True)), ensure_ascii=False)

    for number in (ID_NUMBER, "13800002046", "110105194912310021", "19491231"):
        assert number not in waiting
        assert number not in told


def test_marks_of_the_register_fit_all_the_way(world: World, bring: Bring, land: Any, take_back: Any) -> None:
    first = land(bring(workbook([line(), line("英歌队", 负责人身份证号="")])))
    ids = list(Organization.objects.values_list("pk", flat=True))
    assert sound_rows(Organization, ids) == set(ids)
    second = bring(workbook([line(成员人数=40)]))
    actions.decide(second, "update", actor=officer(world))
    land(second)
    assert Organization.objects.get(name="凤亭下书画社").member_count == 40
    assert sound_rows(Organization, ids) == set(ids)
    take_back(second)
    assert sound_rows(Organization, ids) == set(ids)
    take_back(first)
    assert not Organization.objects.exists()


def test_waiting_rows_follow_a_new_key(world: World, bring: Bring, land: Any, take_back: Any, settings: Any) -> None:
    land(bring(workbook([line()])))
    changed = bring(workbook([line(负责人手机号="13900002046")]))
    actions.decide(changed, "update", actor=officer(world))
    land(changed)
    bring(workbook([line("英歌队", 负责人身份证号=ID_NUMBER, 所在社区="聚龙社区")]))
    settings.LINLI_FIELD_KEYS = ["a-new-key", *settings.LINLI_FIELD_KEYS]

    assert rotate_rows() == (2, 0)
    assert rotate_rows() == (0, 0)
    row = StagedRow.objects.get()
    before = ImportedRow.objects.get(outcome="updated").before
    assert row.values is not None
    assert before is not None
    assert row.values["leader_id_number"].startswith(newest_prefix())
    assert decrypt(row.values["leader_id_number"]) == ID_NUMBER
    take_back(changed)
    assert Organization.objects.get().leader_phone == "13800002046"


@pytest.mark.parametrize(("days", "state"), [(29, "ready"), (31, "cancelled")])
def test_what_nobody_applied_is_given_up(world: World, bring: Bring, days: int, state: str) -> None:
    batch = bring(workbook([line()]))
    stored = Attachment.objects.get().stored_as
    with clock.at(clock.now() + dt.timedelta(days=days)):
        count = actions.forget_old_imports()

    batch.refresh_from_db()
    assert (batch.state, count) == (state, int(state == "cancelled"))
    assert StagedRow.objects.count() == (1 if state == "ready" else 0)
    assert Attachment.objects.filter(removed_at=None).count() == (1 if state == "ready" else 0)
    assert default_storage.exists(stored)  # goes with the commit


def test_an_old_import_can_be_looked_at_but_not_undone(world: World, bring: Bring, land: Any) -> None:
    batch = land(bring(workbook([line()])))
    with clock.at(clock.now() + dt.timedelta(days=181)):
        assert actions.forget_old_imports() == 1
        assert actions.forget_old_imports() == 0
    batch.refresh_from_db()

    with pytest.raises(WrongState):
        actions.undo_import(batch, actor=officer(world))
    assert [row.label for row in ImportedRow.objects.all()] == ["凤亭下书画社"]
    assert Import.objects.get().state == "applied"


def test_every_event_of_an_import_bears_the_stamp_of_the_program(
    world: World, bring: Bring, land: Any, take_back: Any
) -> None:
    first = land(bring(workbook([line(), line("英歌队", 负责人身份证号="")])))
    second = bring(workbook([line(成员人数=40)]))
    actions.decide(second, "update", actor=officer(world))
    take_back(land(second))
    take_back(first)

    told = Event.objects.filter(name__startswith="sheets.").order_by("id")
    names = [event.name for event in told if event.name in ("sheets.created", "sheets.updated", "sheets.restored")]
    assert (names, told.filter(name="sheets.removed").count()) == (
        ["sheets.created", "sheets.created", "sheets.updated", "sheets.restored"],
        2,
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT e.name, {TEXT}, e.stamp FROM core_event e")
        assert [name for name, text, stamp in cursor.fetchall() if not fits(text, stamp)] == []
