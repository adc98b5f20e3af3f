"""What custody holds about people: who applied for a member. Its ledgers are about organizations."""

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
from linli.organizations.choices.custody import CustodyState
from linli.organizations.models import Custody

CUSTODY = "custody"

declare_processing(
    Processing(
        CUSTODY,
        "会员财务代管",
        "办理代管的申请、续签和终止，把对账单发给会员的负责人",
        Ground.CONTRACT,
        "个人信息保护法第十三条第一款第二项；代管协议；民办发〔2020〕36号",
        "申请代管的会员负责人",
        "组织的负责人自己填写；没有账号的由联合会秘书代填",
        "所在街道联合会的秘书和财务，街道、区民政局的经办人",
        STORED,
    )
)


def _kept(custody: Custody, subject: Subject) -> str:
    return "正在办理或在管，请先撤回或终止" if custody.is_open and custody.began_at is not None else ""


declare_holdings(
    Holding(
        "custodies",
        "我申请的财务代管",
        "organizations.Custody",
        CUSTODY,
        lambda subject: Custody.objects.filter(owner=subject.key).select_related("member", "federation"),
        (
            Item("member", "会员", show=lambda row: row.member.name),
            Item("number", "编号"),
            Item("state", "状态"),
            Item("document_number", "协议文号"),
            Item("terms", "约定的内容"),
            Item("valid_from", "协议自"),
            Item("valid_to", "协议至"),
        ),
        unit="份",
        url=lambda row: str(row.get_absolute_url()),
        erase=erase_draft,
        kept_by_law=_kept,
        scope=lambda row: str(row.scope),
        persons=owners,
    )
)
declare_not_personal(
    organizations_CustodyEntry="代管的收支由谁录入、谁复核，是履行职务的记录；对方是单位，个人只写“个人”",
    organizations_CustodyStatement="对账单由谁出具，是履行职务的记录",
    organizations_CustodyPolicy="由谁设定公开，是履行职务的记录",
)
declare_retention(
    Retention(
        "custody-drafts",
        "没有提交的代管申请",
        CUSTODY,
        "自最后一次修改之日",
        "删除草稿和附件",
        "同 retention.draft_days",
        "retention.draft_days",
        "organizations.Custody",
        lambda cutoff: untouched_since(Custody, cutoff).filter(state=CustodyState.DRAFT),
        delete_draft,
        since="created_at",
    )
)
