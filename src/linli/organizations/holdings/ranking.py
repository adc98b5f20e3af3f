"""Rankings and commendations are about organizations, never about persons."""

from __future__ import annotations

from linli.core.privacy.declare import declare_not_personal

declare_not_personal(
    organizations_Ruler="一类组织按什么衡量，没有人",
    organizations_Standing="组织的四维分和依据的计数，没有人",
    organizations_Commendation="组织的年度表彰名单，账号只记谁拟、谁决定",
    organizations_Commended="名单里的组织和当时的分数，没有人",
)
