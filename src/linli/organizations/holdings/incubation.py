"""What incubation holds about people: who applies, and who noted which help."""

from __future__ import annotations

from linli.core.privacy.choices import Ground
from linli.core.privacy.declare import (
    Holding,
    Item,
    Processing,
    Retention,
    Subject,
    declare_holdings,
    declare_not_personal,
    declare_processing,
    declare_retention,
)
from linli.core.privacy.holdings import STORED, delete_draft, erase_draft, owners, untouched_since
from linli.organizations.models import Incubation

INCUBATION = "incubation"

declare_processing(
    Processing(
        INCUBATION,
        "社会组织的孵化",
        "接受入驻申请，给初创期的组织场地和指导，看它离登记还差什么",
        Ground.DUTY,
        "个人信息保护法第十三条第一款第三项、第三十四条；民办发〔2020〕36号",
        "申请入驻的人",
        "组织的负责人自己填写；没有账号的由社区工作者代填",
        "所在社区、街道、区民政局的经办人和联合会",
        STORED,
    )
)


def _kept(incubation: Incubation, subject: Subject) -> str:
    return "正在办理或在孵，请先撤回或退出" if incubation.is_open and incubation.began_at is not None else ""


declare_holdings(
    Holding(
        "incubations",
        "我申请的孵化",
        "organizations.Incubation",
        INCUBATION,
        lambda subject: Incubation.objects.filter(owner=subject.key).select_related("organization", "incubator"),
        (
            Item("organization", "组织", show=lambda row: row.organization.name),
            Item("number", "编号"),
            Item("state", "状态"),
            Item("why", "现在做什么、有多少人参加"),
            Item("wants", "需要什么扶持"),
            Item("admitted_on", "入驻日期"),
            Item("until", "孵化期至"),
        ),
        unit="件",
        url=lambda row: str(row.get_absolute_url()),
        erase=erase_draft,
        kept_by_law=_kept,
        scope=lambda row: str(row.scope),
        persons=owners,
    )
)
declare_not_personal(
    organizations_Incubator_name="孵化室的名称",
    organizations_Incubator_address="孵化室的地址，公开",
    organizations_Support="扶持由谁记录，是履行职务的记录",
)
declare_retention(
    Retention(
        "incubation-drafts",
        "没有提交的入驻申请",
        INCUBATION,
        "自最后一次修改之日",
        "删除草稿和附件",
        "同 retention.draft_days",
        "retention.draft_days",
        "organizations.Incubation",
        lambda cutoff: untouched_since(Incubation, cutoff),
        delete_draft,
        since="created_at",
    )
)
