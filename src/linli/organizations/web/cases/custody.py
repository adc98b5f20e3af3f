"""The step forms of custody and of its entries, bound to their processes."""

from __future__ import annotations

from typing import Any

from linli.core.files.registry import register_readable
from linli.core.workflow.wizard import Document, Page, Wizard
from linli.organizations.actions import custody as actions
from linli.organizations.actions import custody_entries as entries
from linli.organizations.choices import custody as choices
from linli.organizations.choices.custody import AGREEMENT, VOUCHER
from linli.organizations.models import Custody, CustodyEntry
from linli.organizations.web.forms import custody as forms

CUSTODY_PAGES = (
    Page("agreement", "约定了什么", "平台只记账，不收钱也不转钱；钱在联合会的银行账户里。", forms.CustodyForm),
    Page(
        "papers",
        "带上协议",
        "双方盖章的代管协议。",
        documents=(
            Document(AGREEMENT, "代管协议", True, "拍照或传 PDF 都行。"),
            Document("resolution", "会议决议", False, "组织同意代管的会议记录。"),
        ),
    ),
)

CUSTODY_WIZARD = Wizard(
    choices.CUSTODY,
    pages=lambda case: CUSTODY_PAGES,
    save=actions.save_custody,
    missing=actions.custody_missing,
    editable=actions.EDITABLE,
    sending=frozenset(step.name for step in actions.SENDING),
    next_words="联合会同意以后开立分账，每月出对账单。",
)


def _entry_pages(case: Any) -> tuple[Page, ...]:
    if case.reverses_id is not None:
        return (Page("entry", "为什么冲正", "金额和来源跟原来那一笔相同，入账后两笔相抵。", forms.ReversalForm),)
    voucher = Document(VOUCHER, "凭证", True, "银行回单、发票、收据，拍清楚。")
    return (
        Page("entry", "记一笔", "录入后由另一个人复核才入账；入账后不能改，只能冲正。", forms.EntryForm),
        Page("papers", "带上凭证", "每一笔都要有凭证。", documents=(voucher,)),
    )


ENTRY_WIZARD = Wizard(
    choices.CUSTODY_ENTRY,
    pages=_entry_pages,
    save=entries.save_entry,
    missing=entries.entry_missing,
    editable=entries.EDITABLE,
    sending=frozenset(step.name for step in entries.SENDING),
    every_form=(forms.EntryForm,),
    next_words="接下来由联合会的另一个人复核入账。",
    sent="已提交复核",
)

for model, permission, wizard in (
    (Custody, "organizations.view_custody", CUSTODY_WIZARD),
    (CustodyEntry, "organizations.view_custodyentry", ENTRY_WIZARD),
):
    register_readable(
        model,
        lambda user, subject, permission=permission: user.has_perm(permission, subject),  # type: ignore[misc]
        changeable=lambda user, subject, wizard=wizard: wizard.may_edit(subject, user),  # type: ignore[misc]
    )
