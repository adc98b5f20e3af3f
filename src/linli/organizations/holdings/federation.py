"""What a federation holds about people: contacts of members and of those who come to ask, names in its posts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from linli.core.access.models import User
from linli.core.files.models import Attachment
from linli.core.parameters import Parameter, declare
from linli.core.privacy.choices import Ground, NumberKind, Trigger
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
from linli.core.privacy.holdings import STORED, delete_draft, owners, untouched_since
from linli.core.privacy.models import VerifiedNumber
from linli.core.privacy.values import Kind
from linli.organizations.actions.federation_erasing import erase_contact, erase_tenure
from linli.organizations.choices.federation import TENURE, TenureState
from linli.organizations.choices.membership import ENQUIRY, MEMBERSHIP, MemberStatus
from linli.organizations.models import Enquiry, Member, Membership, Tenure

MEMBERS, POSTS = "federation_members", "federation_posts"

declare_processing(
    Processing(
        MEMBERS,
        "联合会会员和资源对接的联系人",
        "办理入会、退会和会员事务，答复来对接资源的组织",
        Ground.CONTRACT,
        "个人信息保护法第十三条第一款第二项；联合会章程",
        "会员的联系人、以个人身份入会的乡贤和社会知名人士、来对接资源的组织的联系人",
        "本人填写；没有账号的由联合会秘书当面代填",
        "所在街道联合会的秘书、街道的经办人",
        STORED,
    ),
    Processing(
        POSTS,
        "联合会的任职人员",
        "登记谁任什么职务、任期多长，核对公职人员兼职的批准文件",
        Ground.DUTY,
        "公务员法第四十四条；社会团体登记管理条例",
        "联合会的会长、副会长、秘书长、理事、监事和专职人员",
        "联合会按选举和聘任的结果登记",
        "联合会、街道、区民政局的经办人；任职情况在会员范围内公开",
        STORED,
        triggers=frozenset({Trigger.PUBLISHED}),
    ),
)


def _about(model: Any) -> Any:
    """Rows of one's own account, or whose number was verified to be one's own."""
    return lambda subject: model.objects.filter(
        Q(owner=subject.key) | Q(contact_phone_hash__in=subject.phone_hashes - {""})
    )


def _own(row: Any, item: Item, subject: Subject) -> bool:
    """What one typed oneself, or where the number is one's own; what a secretary typed is the contact's."""
    typed = row.owner_id == subject.key and getattr(row, "entered_by_id", None) in (None, subject.key)
    return typed or row.contact_phone_hash in subject.phone_hashes - {""}


def _persons(rows: QuerySet[Any]) -> QuerySet[Any]:
    phones = rows.exclude(contact_phone_hash="").values("contact_phone_hash")
    verified = VerifiedNumber.objects.filter(kind=NumberKind.PHONE, value_hash__in=phones)
    return owners(rows).union(verified.values("person"))


def _nobody(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.none().values("owner")


def _scope(row: Any) -> str:
    return str(row.scope)


def _papers(case: Any) -> QuerySet[Attachment]:
    kind = ContentType.objects.get_for_model(case)
    return Attachment.objects.filter(subject_type=kind, subject_id=case.pk, removed_at__isnull=True)


def _case_kept(case: Any, subject: Subject) -> str:
    return "正在办理，请等办结或先撤回" if case.is_open and case.began_at is not None else ""


def _member_kept(member: Member, subject: Subject) -> str:
    return "" if member.status == MemberStatus.LEFT else "还是会员，退会以后可以删"


def _member_blocks(user: User) -> list[str]:
    rows = Member.objects.filter(owner=user).exclude(status=MemberStatus.LEFT).order_by("pk")
    return [f"“{row.name}”还是联合会会员，请先退会，或者由联合会改到别的账号。" for row in rows]


def _erase_case(case: Any, *, actor: User) -> None:
    if case.began_at is None:
        delete_draft(case)
    else:
        erase_contact(case, actor=actor)


CONTACT = (Item("contact_name", "联系人", Kind.NAME), Item("contact_phone", "联系电话", Kind.PHONE))

declare_holdings(
    Holding(
        "federation-members",
        "联合会的会员资格",
        "organizations.Member",
        MEMBERS,
        _about(Member),
        (
            Item("name", "名称或姓名"),
            Item("number", "会员编号"),
            Item("kind", "会员类别"),
            Item("status", "会员状态"),
            *CONTACT,
            Item("joined_on", "入会日期"),
            Item("left_on", "退会日期"),
        ),
        unit="项",
        url=lambda row: str(row.get_absolute_url()),
        own=_own,
        answers_for=("contact_phone_hash",),
        erase=erase_contact,
        kept_by_law=_member_kept,
        blocks_closing=_member_blocks,
        scope=_scope,
        persons=_persons,
    ),
    Holding(
        "memberships",
        "联合会的会员事项",
        "organizations.Membership",
        MEMBERS,
        _about(Membership),
        (
            Item("kind", "事项"),
            Item("name", "名称或姓名"),
            Item("number", "编号"),
            Item("state", "状态"),
            *CONTACT,
            Item("intro", "简介和能做的事"),
            Item("cause", "事由"),
            Item("began_at", "提交时间"),
            Item("ended_at", "办结时间"),
        ),
        unit="件",
        url=lambda row: str(row.get_absolute_url()),
        own=_own,
        answers_for=("contact_phone_hash",),
        erase=_erase_case,
        kept_by_law=_case_kept,
        scope=_scope,
        files=_papers,
        persons=_persons,
    ),
    Holding(
        "enquiries",
        "资源对接",
        "organizations.Enquiry",
        MEMBERS,
        _about(Enquiry),
        (
            Item("name", "你们的名称"),
            Item("number", "编号"),
            Item("state", "状态"),
            *CONTACT,
            Item("resource", "哪类资源"),
            Item("want", "想做什么"),
            Item("began_at", "提交时间"),
            Item("ended_at", "办结时间"),
        ),
        unit="件",
        url=lambda row: str(row.tracking_url),
        own=_own,
        answers_for=("contact_phone_hash",),
        erase=_erase_case,
        kept_by_law=_case_kept,
        scope=_scope,
        persons=_persons,
    ),
    Holding(
        "tenures",
        "联合会的任职",
        "organizations.Tenure",
        POSTS,
        # A post names a person and no account or number, so none can be found for a subject by itself.
        lambda subject: Tenure.objects.none(),
        (
            Item("person_name", "姓名", Kind.NAME),
            Item("title_held", "职务"),
            Item("is_official", "是公职人员"),
            Item("approval_number", "批准文号"),
            Item("term_from", "任期自"),
            Item("term_to", "任期至"),
        ),
        unit="项",
        note="任职记录里只有姓名，没有证件号和电话，所以不能自动认出是你的。要查询、更正，请到所在街道。",
        scope=_scope,
        files=_papers,
        persons=_nobody,
    ),
)
declare_not_personal(
    organizations_Pillar="联合会的建设情况，账号只记谁报送、谁核对",
    organizations_Occasion="联合会的调查、走访和会议，账号只记谁填写",
    organizations_Friendship="两家组织的协议，账号只记谁登记",
)

declare(
    Parameter(
        "retention.federation_contact_days",
        int,
        365,
        "天",
        "保存期限：退会的会员、办结的会员事项和资源对接的联系人",
        "最小必要（个人信息保护法第十九条）[V-]；天数为本系统所定",
        30,
        3650,
    ),
    Parameter(
        "retention.tenure_days",
        int,
        3650,
        "天",
        "保存期限：卸任人员的姓名和任职材料",
        "比照会议档案定期十年 [M]；请按本地档案规定核对",
        365,
        10950,
    ),
)


def _system(function: Any) -> Any:
    """A rule's act, done by the system."""
    return lambda row: function(row, actor=User.system())


def _left(cutoff: dt.datetime) -> QuerySet[Member]:
    return Member.objects.filter(status=MemberStatus.LEFT, erased_at__isnull=True, left_on__lt=cutoff.date())


def _ended(model: Any, ends: Any) -> Any:
    return lambda cutoff: model.objects.filter(state__in=ends, erased_at__isnull=True, ended_at__lt=cutoff)


_GONE = "抹去电话和附件，姓名只留遮住的样子，事项和决定留下"
_SAME = "同 retention.federation_contact_days"
declare_retention(
    Retention(
        "membership-drafts",
        "没有提交的会员事项",
        MEMBERS,
        "自最后一次修改之日",
        "删除草稿和附件",
        "同 retention.draft_days",
        "retention.draft_days",
        "organizations.Membership",
        lambda cutoff: untouched_since(Membership, cutoff),
        delete_draft,
        since="created_at",
    ),
    Retention(
        "left-members",
        "退会会员的联系人",
        MEMBERS,
        "自退会之日",
        _GONE,
        _SAME,
        "retention.federation_contact_days",
        "organizations.Member",
        _left,
        _system(erase_contact),
        since="left_on",
    ),
    Retention(
        "ended-memberships",
        "办结的会员事项的联系人",
        MEMBERS,
        "自办结之日",
        _GONE,
        _SAME,
        "retention.federation_contact_days",
        "organizations.Membership",
        _ended(Membership, MEMBERSHIP.ends),
        _system(erase_contact),
        since="ended_at",
    ),
    Retention(
        "ended-enquiries",
        "办结的资源对接的联系人",
        MEMBERS,
        "自办结之日",
        _GONE,
        _SAME,
        "retention.federation_contact_days",
        "organizations.Enquiry",
        _ended(Enquiry, ENQUIRY.ends),
        _system(erase_contact),
        since="ended_at",
    ),
    Retention(
        "tenure-drafts",
        "没有报送的任职",
        POSTS,
        "自最后一次修改之日",
        "删除草稿和附件",
        "同 retention.draft_days",
        "retention.draft_days",
        "organizations.Tenure",
        lambda cutoff: untouched_since(Tenure, cutoff).filter(state=TenureState.DRAFT),
        delete_draft,
        since="created_at",
    ),
    Retention(
        "ended-tenures",
        "卸任人员的姓名和任职材料",
        POSTS,
        "自卸任之日",
        "姓名只留遮住的样子，删除材料，职务和任期留下",
        "同 retention.tenure_days",
        "retention.tenure_days",
        "organizations.Tenure",
        _ended(Tenure, TENURE.ends),
        _system(erase_tenure),
        since="ended_at",
    ),
)
