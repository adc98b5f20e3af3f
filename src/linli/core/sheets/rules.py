"""Who may import into a register: whoever holds its permission over the import's scope."""

from __future__ import annotations

from dataclasses import dataclass

from linli.core.access.grants import Person, grants_of
from linli.core.access.models import User
from linli.core.errors import NotAllowed
from linli.core.files.registry import register_readable
from linli.core.sheets.declare import REGISTRY, Sheet
from linli.core.sheets.models import Import


@dataclass(frozen=True)
class Ground:
    """A path to ask a permission about, before there is an import."""

    scope: str


def scopes_of(sheet: Sheet, user: Person) -> list[str]:
    """The paths over which a person may import, widest first; none inside another."""
    if not isinstance(user, User):
        return []
    held = {grant.scope for grant in grants_of(user) if user.has_perm(sheet.permission, Ground(grant.scope))}
    return sorted(
        (scope for scope in held if not any(scope != other and scope.startswith(other) for other in held)),
        key=lambda scope: (len(scope), scope),
    )


def may_import(user: Person, batch: Import) -> bool:
    """Whether a person may see and carry on an import. Its file and its rows hold personal data of that area."""
    sheet = REGISTRY.get(batch.slug)
    return sheet is not None and isinstance(user, User) and user.has_perm(sheet.permission, batch)


def must_import(user: User, batch: Import) -> None:
    """NotAllowed where `may_import` says no."""
    if not may_import(user, batch):
        raise NotAllowed("sheets.not_allowed", "导入由街道和区里的经办人在各自辖区办理，你的岗位不办这一步。")


# The file itself holds personal data of the import's area.
register_readable(Import, may_import)
