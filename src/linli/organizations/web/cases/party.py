"""The form of a Party unit, who reads its papers, and whose names and numbers may be revealed."""

from __future__ import annotations

from linli.core.files.registry import register_readable
from linli.core.privacy.registry import register_revealable
from linli.core.workflow.wizard import Document, Page, Wizard
from linli.organizations.actions import party as actions
from linli.organizations.choices import party as choices
from linli.organizations.choices.party import UnitState
from linli.organizations.models import PartyMember, PartyUnit
from linli.organizations.queries.party import account_of, party_members_visible_to
from linli.organizations.web.forms import party as forms

UNIT_PAGES = (
    Page("unit", "怎样设", "名称和书记可以改；加入、移出组织在这件事的页面上办。", forms.UnitForm),
    Page(
        "papers",
        "带上材料",
        "有的就传，没有可以跳过。",
        documents=(Document("election", "选举或委派记录", False, "党员大会纪要、委派文件等，不要照片。"),),
    ),
)

UNIT_WIZARD = Wizard(
    choices.UNIT,
    pages=lambda case: UNIT_PAGES,
    save=actions.save_unit,
    missing=actions.unit_missing,
    editable=frozenset({UnitState.SUGGESTED}),
    sending=frozenset({choices.ACCEPT_UNIT.name}),
    next_words="接下来由街道审批。",
    sent="已报街道",
)
register_readable(
    PartyUnit,
    lambda user, subject: user.has_perm("organizations.view_partyunit", subject),
    changeable=lambda user, subject: UNIT_WIZARD.may_edit(subject, user),
)
register_revealable(
    PartyMember,
    {"name": "姓名", "phone": "手机号", "id_number": "身份证号"},
    visible_to=party_members_visible_to,
    permission="organizations.reveal_party_member",
    subject_of=account_of,
)
