"""What stands in the menus. Every room registers its own entries when Django is ready; this room only orders them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Literal

from django.urls import NoReverseMatch, reverse

from linli.core.ui.icons import ICONS

if TYPE_CHECKING:
    from linli.core.access.models import User
    from linli.core.counting import Bounded

Face = Literal["desk", "public"]
#: Groups of the side menu from top to bottom. "bar" is the right end of the desk's top bar, "own" the menu under the
#: person's name: what belongs to the account and not to the post.
GROUPS = ("", "诉求", "组织", "联合会", "党建", "调解", "资源", "看数", "人员", "个人信息", "设置", "own", "bar")
ASIDE = ("own", "bar")


def everyone(user: Any) -> bool:
    """The default for `visible`: the entry is for all who see this face."""
    return True


@dataclass(frozen=True)
class Entry:
    """One way into a room. `visible` and `count` receive the user, who may be anonymous on the public face."""

    label: str
    url_name: str
    group: str = ""
    order: int = 0
    visible: Callable[[Any], bool] = everyone
    count: Callable[[Any], int | Bounded | None] | None = None
    face: Face = "desk"
    icon: str = ""
    args: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.group not in GROUPS:
            raise ValueError(f"菜单分组“{self.group}”不存在，可用的有：{'、'.join(GROUPS)}")
        if self.icon and self.icon not in ICONS:
            raise ValueError(f"图标“{self.icon}”不存在，可用的有：{'、'.join(ICONS)}")


@dataclass(frozen=True)
class Whereabouts:
    """What the top of the page says about the place and the post of whoever works here."""

    name: str  # 东方街道
    path: str = ""  # 金平区 · 东方街道
    post: str = ""  # 社会事务办


class Shown:
    """An entry as one user sees it. The count is asked once, and only if the page shows it."""

    def __init__(self, entry: Entry, user: Any, url: str, path: str) -> None:
        self.entry, self.user, self.url = entry, user, url
        self.label, self.group, self.icon = entry.label, entry.group, entry.icon
        self.is_here = path == url or (url != "/" and path.startswith(url))

    @cached_property
    def count(self) -> int | Bounded | None:
        """How many wait there; None when there is nothing to say."""
        return (self.entry.count(self.user) or None) if self.entry.count else None


_entries: dict[tuple[Face, str, str, tuple[str, ...]], Entry] = {}
_whereabouts: Callable[[Any], Whereabouts | None] | None = None
_search: dict[Face, str] = {}


def register(*entries: Entry) -> None:
    """Adds entries; the same face, group and address registered twice is one entry, the later one wins."""
    for entry in entries:
        _entries[(entry.face, entry.group, entry.url_name, entry.args)] = entry
    _ordered.cache_clear()


def register_search(url_name: str, face: Face = "desk") -> None:
    """Names the page that the search box of a face asks with `?q=`. Without it the face shows no box."""
    _search[face] = url_name


def register_whereabouts(describe: Callable[[Any], Whereabouts | None]) -> None:
    """Sets the one function that says where a user works; core itself knows neither areas nor posts."""
    global _whereabouts
    _whereabouts = describe


def whereabouts_of(user: Any) -> Whereabouts | None:
    """Where this user works, or None for a visitor or before anything has been registered."""
    return _whereabouts(user) if _whereabouts and user.is_authenticated else None


def search_address(face: Face) -> str:
    """Address of the face's search page, or an empty text."""
    return _reverse(_search.get(face, ""))


def entries_for(user: User | Any, face: Face = "desk", path: str = "") -> list[Shown]:
    """The entries this user sees on a face, in the order of the groups, then `order`, then as registered."""
    return list(_visible(user, face, path))


def _visible(user: Any, face: Face, path: str) -> Iterator[Shown]:
    for entry in _ordered(face):
        url = _reverse(entry.url_name, entry.args)
        if url and entry.visible(user):
            yield Shown(entry, user, url, path)


@cache
def _ordered(face: Face) -> list[Entry]:
    chosen = [entry for entry in _entries.values() if entry.face == face]
    return sorted(chosen, key=lambda entry: (GROUPS.index(entry.group), entry.order))


@cache
def _reverse(url_name: str, args: tuple[str, ...] = ()) -> str:
    if not url_name:
        return ""
    try:
        return reverse(url_name, args=args)
    except NoReverseMatch:
        return ""  # a room that is not installed (the demo, for one) has no entry
