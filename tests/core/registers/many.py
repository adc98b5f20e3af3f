"""Organizations by the dozen for the tests of registers, written in bulk; and the plain way to find them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from random import Random
from typing import Any

from tests.personas import World

from linli.core.registers.words import CODE_LEAST, canonical, plain, words_of
from linli.organizations.choices.filing import Kind, LegalStatus, NationalKind
from linli.organizations.models import Organization

PARTS = (
    *("金苑", "聚龙", "社区", "居委会", "书画", "服务", "志愿", "老人"),
    *("太极", "（二）", "A座", "村委会", "协会", "队"),
)
LEADERS = ("陈秀梅", "林伟", "黄敏", "阿不都热合曼·阿卜杜拉", "陈伟")
ADDRESSES = ("金苑社区文化活动中心 203 室", "聚龙居委会 1 楼", "书画街 8 号", "")


def make(world: World, count: int, seed: int = 1, **fixed: Any) -> list[Organization]:
    """Organizations of random names all over the district, some of them without a day, a code or a number."""
    random = Random(seed)
    areas = [world.community, world.neighbour_community, world.far_community]
    rows = []
    for i in range(count):
        status = random.choice([LegalStatus.FILED, LegalStatus.FILED, LegalStatus.REVOKED, LegalStatus.GRASSROOTS])
        filed = status == LegalStatus.FILED
        area = random.choice(areas)
        values: dict[str, Any] = {
            "name": "".join(random.choices(PARTS, k=random.randint(2, 5))) + (f"{seed}{i}" if seed > 1 else ""),
            "kind": random.choice([*Kind.values, ""]),
            "national_kind": random.choice(NationalKind.values),
            "purpose": "书法",
            "area": area,
            "scope": area.path,
            "address": random.choice(ADDRESSES),
            "leader_name": random.choice(LEADERS),
            "legal_status": status,
            "number": f"BA-440511004-2026-{seed:02d}{i:05d}" if filed or random.random() < 0.3 else None,
            "uscc": f"51440511MJ{seed:03d}{i:05d}" if random.random() < 0.3 else "",
            "filed_on": dt.date(2022 + i % 4, 1 + i % 2, 1 + i % 3) if filed or random.random() < 0.5 else None,
        }
        rows.append(Organization(**{**values, **fixed}))
    # Two of one name may not live in one community.
    seen: set[tuple[str, int]] = set()
    kept = [row for row in rows if (key := (row.name, row.area_id)) not in seen and not seen.add(key)]  # type: ignore[func-returns-value]
    return Organization.objects.bulk_create(kept)


def matches(row: Organization, asked: str, *, public: bool) -> bool:
    """What finding means, the plain way: each word is a part of one searched field, in one of its spellings."""

    def holds(word: Any) -> bool:
        texts = [plain(row.name), plain(row.address)]
        if len(word.text) == 1:
            return any(text.startswith(word.text) or canonical(text).startswith(word.text) for text in texts)
        found = any(
            spelling in text or spelling in canonical(text) for text in texts for spelling in (word.text, word.meant)
        )
        if not public:
            found = found or word.text in plain(row.leader_name)
        if word.text.isascii() and len(word.text) >= CODE_LEAST:
            found = found or any(word.text in plain(code or "") for code in (row.number, row.uscc))
        return found

    return all(holds(word) for word in words_of(asked))


def uids(rows: Iterable[Organization]) -> list[str]:
    """Outward names, in order."""
    return [row.uid for row in rows]
