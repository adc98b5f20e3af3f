"""The suggestion of Party units: who stands alone, who joins whom, and why, in words. Pure: no database, no chance.

docs/algorithms/joint-branches.md has the rule, its source and an example worked by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Candidate:
    """A living organization without a unit: where it lies, what it does, how many full and probationary members."""

    key: int
    name: str
    community: str
    kind: str
    full: int
    probationary: int = 0


@dataclass(frozen=True)
class Grouping:
    """One suggested unit: "own", "joint" or "group", of these organizations, for these reasons."""

    kind: str
    members: tuple[Candidate, ...]
    words: str

    @property
    def full(self) -> int:
        """Full members in all."""
        return sum(one.full for one in self.members)


def suggest(candidates: Iterable[Candidate], *, least: int, most: int) -> list[Grouping]:
    """Group the organizations of one street.

    Whoever has `least` full members stands alone. The others with a full member are joined within their community,
    those left over with others of the same kind in the street; a joint branch has at least `least` full members and
    at most `most` organizations. Who still is left and has a member becomes a group （党小组） under the community's
    Party organization. The same candidates, in whatever order, give the same answer; nobody stands in two.
    """
    rows = sorted(candidates, key=lambda one: one.key)
    found = [
        Grouping("own", (one,), f"{one.name}有正式党员 {one.full} 名，达到 {least} 名，单独建支部。")
        for one in rows
        if one.full >= least
    ]
    left = [one for one in rows if 0 < one.full < least]
    for near in ("community", "kind"):
        places: dict[str, list[Candidate]] = {}
        for one in left:
            places.setdefault(getattr(one, near), []).append(one)
        joined: set[int] = set()
        for place in sorted(places):
            for part in pack(places[place], least=least, most=most):
                street = f"同在一个街道，都是{part[0].kind}类（行业相近）"
                words = "都在同一个社区（地域相邻）" if near == "community" else street
                found.append(Grouping("joint", part, _joint_words(part, words, least, most)))
                joined |= {one.key for one in part}
        left = [one for one in left if one.key not in joined]
    for one in rows:
        if one in left or (one.full == 0 and one.probationary > 0):
            found.append(Grouping("group", (one,), _group_words(one, least)))
    return found


def pack(rows: Sequence[Candidate], *, least: int, most: int) -> list[tuple[Candidate, ...]]:
    """Cut organizations, none of which stands alone, into parts of at most `most` with at least `least` full members.

    From the largest on, each part takes the largest that is left and then the smallest that fill it, so that as many
    parts as possible come about; what is left joins the smallest part that has room.
    """
    free = sorted(rows, key=lambda one: (-one.full, one.key))
    parts: list[list[Candidate]] = []
    while free:
        part, total = [free[0]], free[0].full
        rest = free[1:]
        while rest and total < least and len(part) < most:
            fit = next((one for one in reversed(rest) if total + one.full >= least), rest[0])
            part.append(fit)
            total += fit.full
            rest = [one for one in rest if one.key != fit.key]
        if total < least:
            break
        parts.append(part)
        free = rest
    for one in free:
        room = [part for part in parts if len(part) < most]
        if room:
            min(room, key=lambda part: (len(part), part[0].key)).append(one)
    return [tuple(sorted(part, key=lambda one: one.key)) for part in parts]


def _joint_words(part: Sequence[Candidate], near: str, least: int, most: int) -> str:
    counts = "、".join(f"{one.name} {one.full} 名" for one in part)
    total = sum(one.full for one in part)
    return (
        f"{near}。正式党员：{counts}，各自不足 {least} 名，合起来 {total} 名；"
        f"共 {len(part)} 家，不超过 {most} 家。预备党员不计。"
    )


def _group_words(one: Candidate, least: int) -> str:
    if one.full == 0:
        return f"{one.name}只有预备党员 {one.probationary} 名，不计入人数，先设党小组，由社区党组织直接领导。"
    return (
        f"{one.name}有正式党员 {one.full} 名，不足 {least} 名；同社区、同街道同类的组织里凑不够，"
        "先设党小组，由社区党组织直接领导。"
    )
