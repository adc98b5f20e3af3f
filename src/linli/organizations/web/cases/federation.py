"""The step forms of a federation's loops, who reads their papers, and whose numbers may be revealed."""

from __future__ import annotations

from typing import Any

from linli.core.files.registry import register_readable
from linli.core.privacy.registry import register_revealable
from linli.core.workflow.wizard import Document, Page, Wizard
from linli.organizations.actions import federation as actions
from linli.organizations.actions import membership as members
from linli.organizations.choices import federation as choices
from linli.organizations.choices import membership
from linli.organizations.choices.federation import EVIDENCE_OF, FriendshipState, One, PillarState, TenureState
from linli.organizations.choices.membership import MemberKind, MembershipKind, MembershipState
from linli.organizations.models import Enquiry, Friendship, Member, Membership, Pillar, Tenure
from linli.organizations.queries.federation import enquiries_visible_to, members_visible_to, memberships_visible_to
from linli.organizations.web.forms import federation as forms


def _pillar_pages(case: Any) -> tuple[Page, ...]:
    one = One(case.item) if case.item else One.OFFICE
    return (
        Page("state", str(one.label), "街道按现状和材料核对。六项都达标，联合会才算达标。", forms.PillarForm),
        Page(
            "evidence",
            "带上佐证材料",
            EVIDENCE_OF[one],
            documents=(Document(actions.EVIDENCE, "佐证材料", True, EVIDENCE_OF[one]),),
        ),
    )


PILLAR_WIZARD = Wizard(
    choices.PILLAR,
    pages=_pillar_pages,
    save=actions.save_pillar,
    missing=actions.pillar_missing,
    editable=frozenset({PillarState.OPEN}),
    sending=frozenset({choices.SEND_PILLAR.name}),
    every_form=(forms.PillarForm,),
    next_words="接下来由街道核对。",
    sent="已报街道",
)

TENURE_PAGES = (
    Page("post", "谁任什么职务", "任期届满会自动卸任，并提醒换届。", forms.TenureForm),
    Page("approval", "是不是公职人员", "公职人员兼职要先经组织部门批准，不领取报酬。", forms.ApprovalForm),
    Page(
        "papers",
        "带上材料",
        "公职人员要有批准文件；其他的可以只传选举记录。",
        documents=(
            Document(actions.APPROVAL, "批准文件", False, "组织部门批准兼职的文件。公职人员必须有，没有不能到任。"),
            Document("election", "选举或聘任记录", False, "会议纪要、聘书等。"),
        ),
    ),
)

TENURE_WIZARD = Wizard(
    choices.TENURE,
    pages=lambda case: TENURE_PAGES,
    save=actions.save_tenure,
    missing=actions.tenure_missing,
    editable=frozenset({TenureState.DRAFT}),
    sending=frozenset({choices.SEND_TENURE.name}),
    next_words="接下来由街道核对，核对后到任。",
    sent="已报街道",
)

FRIENDSHIP_PAGES = (
    Page("agreement", "和谁、商定了什么", "友好组织不是会员；协议到期自行终止。", forms.FriendshipForm),
    Page(
        "papers",
        "带上协议",
        "双方盖章的协议。",
        documents=(Document(actions.AGREEMENT, "友好合作协议", True, "拍照或传 PDF 都行。"),),
    ),
)

FRIENDSHIP_WIZARD = Wizard(
    choices.FRIENDSHIP,
    pages=lambda case: FRIENDSHIP_PAGES,
    save=actions.save_friendship,
    missing=actions.friendship_missing,
    editable=frozenset({FriendshipState.DRAFT}),
    sending=frozenset({choices.SIGN_FRIENDSHIP.name}),
    next_words="到期会自行终止，并告诉你。",
    sent="协议已登记",
)

_PROOF = Page(
    "papers",
    "带上材料",
    "有的就传，没有可以跳过。",
    documents=(Document("proof", "相关材料", False, "证书、简介、会议记录等。"),),
)


def _membership_pages(case: Any) -> tuple[Page, ...]:
    if case.kind != MembershipKind.JOIN:
        title = "为什么退会" if case.kind == MembershipKind.LEAVE else "提请理事会审议什么"
        return (Page("cause", title, "", forms.CauseForm), _PROOF)
    own = case.member_kind == MemberKind.ORGANIZATION
    form = forms.OrganizationJoinForm if own else forms.OtherJoinForm
    return (
        Page("who", "介绍一下", "理事会按这些审议。", form),
        Page("contact", "怎样联系", "会员事务都找这个人。", forms.ContactForm),
        _PROOF,
        Page("consent", "个人信息怎么用", "先说清楚，再请你同意。", forms.JoinConsentForm),
    )


MEMBERSHIP_WIZARD = Wizard(
    membership.MEMBERSHIP,
    pages=_membership_pages,
    save=members.save_membership,
    missing=members.membership_missing,
    editable=frozenset({MembershipState.DRAFT, MembershipState.MEND}),
    sending=frozenset(step.name for step in members.SENDING),
    every_form=(forms.OtherJoinForm, forms.ContactForm, forms.JoinConsentForm, forms.CauseForm),
    next_words="联合会核对后提请理事会审议，每一步都会通知。",
    sent="已提交",
)

for model, permission, wizard in (
    (Pillar, "organizations.view_pillar", PILLAR_WIZARD),
    (Tenure, "organizations.view_tenure", TENURE_WIZARD),
    (Friendship, "organizations.view_friendship", FRIENDSHIP_WIZARD),
    (Membership, "organizations.view_membership", MEMBERSHIP_WIZARD),
):
    register_readable(
        model,
        lambda user, subject, permission=permission: user.has_perm(permission, subject),  # type: ignore[misc]
        changeable=lambda user, subject, wizard=wizard: wizard.may_edit(subject, user),  # type: ignore[misc]
    )

_CONTACT = {"contact_phone": "联系电话", "contact_name": "联系人"}
register_revealable(
    Member,
    _CONTACT,
    visible_to=members_visible_to,
    permission="organizations.reveal_contact",
    subject_of=lambda member: member.owner,
)
register_revealable(
    Membership,
    _CONTACT,
    visible_to=memberships_visible_to,
    permission="organizations.reveal_contact",
    subject_of=lambda matter: matter.owner,
)
register_revealable(
    Enquiry,
    _CONTACT,
    visible_to=enquiries_visible_to,
    permission="organizations.reveal_contact",
    subject_of=lambda enquiry: enquiry.owner,
)
