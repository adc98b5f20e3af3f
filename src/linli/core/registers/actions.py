"""Keeping a filter, sharing it, and looking somebody up by a personal number. Each leaves its event."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.privacy import keyed_hash
from linli.core.privacy.actions.looks import LOOKED_UP, disclose
from linli.core.privacy.registry import REVEALABLE
from linli.core.registers import rules as rules
from linli.core.registers.declare import REGISTRY, Key, Register
from linli.core.registers.models import SavedFilter, ShareLink
from linli.core.registers.selection import Selection

MOST_FILTERS = 50
MOST_LINKS = 200
MOST_DAYS = 366
VIEWS = ("", "map", "charts")


def _ask(actor: User, permission: str, subject: object, sentence: str) -> None:
    if not actor.has_perm(permission, subject):
        raise NotAllowed(permission, sentence)


def _named(name: str) -> str:
    name = " ".join(name.replace("\0", "").split())
    if not name:
        raise BadInput("registers.name", "给这个筛选起个名字，方便下次找到。", fields={"name": "请填名字。"})
    if len(name) > 40:
        raise BadInput("registers.name", "名字最多 40 个字。", fields={"name": "名字最多 40 个字。"})
    return name


def _keepable(selection: Selection) -> dict[str, list[str]]:
    """The filter without the personal number: who was looked up is nobody's to keep or to pass on."""
    if selection.who is not None:
        raise BadInput("registers.who", "按身份证号、手机号找到的结果不能保存或分享。请先去掉这个条件。")
    return selection.params


@transaction.atomic
def save_filter(selection: Selection, *, name: str, actor: User) -> SavedFilter:
    """Keep a filter under a name; the name of one that is there already replaces it."""
    _ask(actor, "core.save_filter", None, "保存筛选要有工作岗位。")
    name, params = _named(name), _keepable(selection)
    slug = selection.register.slug
    User.objects.select_for_update().get(pk=actor.pk)  # one after the other, so that none comes past the limit
    mine = SavedFilter.objects.filter(owner=actor, register=slug)
    if mine.exclude(name=name).count() >= MOST_FILTERS:
        raise WrongState("registers.too_many", f"已经保存了 {MOST_FILTERS} 个筛选。请先删掉不用的。")
    found, created = SavedFilter.objects.update_or_create(
        owner=actor, register=slug, name=name, defaults={"params": params}
    )
    record(actor, "registers.filter_saved", found, kept_as=name, filter=selection.describe(), replaced=not created)
    return found


@transaction.atomic
def rename_filter(kept: SavedFilter, *, name: str, actor: User) -> SavedFilter:
    """Another name for an own filter."""
    _ask(actor, "core.change_filter", kept, "只能改自己保存的筛选。")
    before, kept.name = kept.name, _named(name)
    try:
        with transaction.atomic():
            kept.save(update_fields=["name"])
    except IntegrityError:
        raise BadInput(
            "registers.name_taken", f"已经有一个叫“{kept.name}”的筛选。", fields={"name": "这个名字已经用了。"}
        ) from None
    record(actor, "registers.filter_renamed", kept, before=before, after=kept.name)
    return kept


@transaction.atomic
def delete_filter(kept: SavedFilter, *, actor: User) -> None:
    """Throw an own filter away."""
    _ask(actor, "core.change_filter", kept, "只能删自己保存的筛选。")
    record(actor, "registers.filter_deleted", kept, kept_as=kept.name)
    kept.delete()


@transaction.atomic
def open_first(kept: SavedFilter, *, wanted: bool, actor: User) -> SavedFilter:
    """Let the register open with this filter, or no longer."""
    _ask(actor, "core.change_filter", kept, "只能改自己保存的筛选。")
    User.objects.select_for_update().get(pk=actor.pk)  # two presses at once would each be the one default
    SavedFilter.objects.filter(owner=actor, register=kept.register, is_default=True).update(is_default=False)
    kept.is_default = wanted
    kept.save(update_fields=["is_default"])
    record(actor, "registers.filter_default", kept, wanted=wanted)
    return kept


@transaction.atomic
def share_filter(
    selection: Selection, *, view: str = "", note: str = "", days: int | None = None, actor: User
) -> ShareLink:
    """Put a filter under an address nobody can guess. Whoever opens it sees what their own rights show."""
    _ask(actor, "core.share_filter", None, "分享筛选要有工作岗位。")
    params = _keepable(selection)
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise BadInput("registers.days", f"有效期在 1 到 {MOST_DAYS} 天之间。", fields={"days": "请改一改天数。"})
    User.objects.select_for_update().get(pk=actor.pk)
    if ShareLink.objects.filter(owner=actor, revoked_at__isnull=True).count() >= MOST_LINKS:
        raise WrongState("registers.too_many", f"已经有 {MOST_LINKS} 个有效的链接。请先收回不用的。")
    link = ShareLink.objects.create(
        owner=actor,
        register=selection.register.slug,
        params=params,
        view=view if view in VIEWS else "",
        note=" ".join(note.replace("\0", "").split())[:40],
        expires_on=clock.today() + dt.timedelta(days=days) if days else None,
    )
    record(actor, "registers.link_made", link, filter=selection.describe(), expires_on=link.expires_on)
    return link


@transaction.atomic
def revoke_link(link: ShareLink, *, actor: User) -> ShareLink:
    """From now on the address opens nothing. A second time changes nothing."""
    _ask(actor, "core.revoke_link", link, "只能收回自己发的链接。")
    link = ShareLink.objects.select_for_update().get(pk=link.pk)
    if link.revoked_at is None:
        link.revoked_at = clock.now()
        link.save(update_fields=["revoked_at"])
        record(actor, "registers.link_revoked", link)
    return link


@transaction.atomic
def follow_link(link: ShareLink, *, actor: User) -> None:
    """Somebody who is signed in opened a link."""
    record(actor, "registers.link_opened", link)


def personal_number(register: Register, typed: str) -> tuple[Key, str] | None:
    """The key that what was typed is a whole number of, and the number as it is stored."""
    for key in register.keys:
        with suppress(ValidationError):
            return key, key.check(typed)
    return None


@transaction.atomic
def look_up(register: Register, typed: str, *, actor: User) -> str:
    """The parameter `who` for a personal number, "" where what was typed is none. The event says by which kind of
    number and how many were found, never the number.
    """
    looked = _held(register, typed, actor)
    return _told(looked, actor) if looked is not None else ""


@transaction.atomic
def look_up_anywhere(typed: str, *, actor: User) -> tuple[Register, str] | None:
    """The first register that holds the number, otherwise the first that knows such numbers, and its `who`."""
    asked = [looked for register in REGISTRY.values() if (looked := _held(register, typed, actor)) is not None]
    if not asked:
        return None
    looked = next((one for one in asked if one.found_by_key), asked[0])
    return looked.register, _told(looked, actor)


def _held(register: Register, typed: str, actor: User) -> Selection | None:
    found = personal_number(register, typed)
    if found is None:
        return None
    _ask(actor, "core.look_up", None, "按身份证号、手机号找人要有工作岗位。")
    key, number = found
    return Selection.from_params(register, {"who": f"{key.name}:{keyed_hash(number, key.kind)}"}, actor)


def _told(looked: Selection, actor: User) -> str:
    assert looked.who is not None
    register, (key, digest), shown = looked.register, looked.who, looked.found_by_key
    event = record(actor, LOOKED_UP, None, register=register.slug, key=key.name, label=key.label, found=len(shown))
    # Whoever is found can read who looked.
    entry = REVEALABLE.get(register.model._meta.label_lower)
    if entry is not None:
        people = map(entry.subject_of, entry.model._default_manager.filter(pk__in=shown))
        disclose(event, [person.pk for person in people if person is not None])
    return f"{key.name}:{digest}"
