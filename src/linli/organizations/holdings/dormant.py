"""What the matters of dormant organizations hold about people: whose organization it is, and who decided."""

from __future__ import annotations

from linli.core.privacy.choices import Ground
from linli.core.privacy.declare import (
    Holding,
    Item,
    Processing,
    declare_holdings,
    declare_processing,
)
from linli.core.privacy.holdings import STORED, owners
from linli.organizations.models import Dormancy

DORMANT = "dormant"

declare_processing(
    Processing(
        DORMANT,
        "长期没有活动的社会组织",
        "通知负责人、听取答复和申辩，决定激活、合并还是注销",
        Ground.DUTY,
        "个人信息保护法第十三条第一款第三项、第三十四条；地方社区社会组织备案管理办法",
        "组织的负责人",
        "来自名册和核实过的活动；答复由负责人自己写，或由社区代记",
        "所在社区、街道、区民政局的经办人",
        STORED,
    )
)


declare_holdings(
    Holding(
        "dormancies",
        "我负责的组织长期没有活动的处理",
        "organizations.Dormancy",
        DORMANT,
        lambda subject: Dormancy.objects.filter(owner=subject.key).select_related("organization__area__parent"),
        (
            Item("organization", "组织", show=lambda row: row.organization.name),
            Item("number", "编号"),
            Item("state", "状态"),
            Item("last_on", "最近一次核实的活动"),
            Item("answer_by", "答复期限"),
        ),
        unit="件",
        url=lambda row: str(row.get_absolute_url()),
        scope=lambda row: str(row.scope),
        persons=owners,
    )
)
