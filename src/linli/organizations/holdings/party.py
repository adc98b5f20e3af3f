"""What is held about Party members, secretaries of units and members of the two committees, and why.

That somebody belongs to the Party is sensitive (PIPL 28): it rests on a ground of its own, is shown masked, and
every look at name or number asks a reason and is recorded.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from linli.core.access.models import User
from linli.core.codes.fields import IdNumberField, PersonNameField, PhoneField
from linli.core.parameters import Parameter, declare
from linli.core.privacy.choices import Ground, NumberKind
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
from linli.core.privacy.holdings import STORED
from linli.core.privacy.models import VerifiedNumber
from linli.core.privacy.values import Kind
from linli.organizations.actions.party_people import (
    correct_party_member,
    erase_committee_post,
    erase_party_member,
    erase_secretary,
)
from linli.organizations.choices.party import UNIT
from linli.organizations.models import CommitteePost, PartyMember, PartyUnit

PARTY, OFFICES = "party_members", "party_offices"

declare_processing(
    Processing(
        PARTY,
        "社会组织里的党员",
        "设置党组织、纳入管理、通知组织生活，防止一人纳入两个支部",
        Ground.STATUTE,
        "个人信息保护法第十三条第一款第七项、第二十八条；中国共产党章程、支部工作条例（试行）",
        "社会组织里的党员",
        "本人报到，或者由所在社会组织、社区党组织登记",
        "所在社区的书记、街道、联合会秘书、区民政局的经办人、审计员",
        STORED,
    ),
    Processing(
        OFFICES,
        "党组织的书记和两委成员兼职",
        "登记谁任党组织的书记、组长、指导员，谁经批准在社会组织兼职，算兼职的比例",
        Ground.DUTY,
        "公务员法第四十四条；支部工作条例（试行）",
        "党组织的书记、组长、指导员，在社会组织兼职的社区两委成员",
        "联合会和街道按选举、委派和批准文件登记",
        "所在社区的书记、街道、联合会秘书、区民政局的经办人、审计员",
        STORED,
    ),
)


def _about(subject: Subject) -> QuerySet[PartyMember]:
    """Rows whose number was verified to be the person's; a phone, which may be shared, counts where no card is."""
    verified = Q(id_number_hash__in=subject.id_hashes - {""}) | Q(
        id_number_hash="", phone_hash__in=subject.phone_hashes - {""}
    )
    return PartyMember.objects.filter(verified).select_related("organization", "managed_by", "reported_to")


def _persons(rows: QuerySet[Any]) -> QuerySet[Any]:
    ids = rows.exclude(id_number_hash="").values("id_number_hash")
    return VerifiedNumber.objects.filter(kind=NumberKind.ID_NUMBER, value_hash__in=ids).values("person")


def _nobody(rows: QuerySet[Any]) -> QuerySet[Any]:
    return VerifiedNumber.objects.none().values("person")


def _scope(row: Any) -> str:
    return str(row.scope)


def _kept(row: PartyMember, subject: Subject) -> str:
    return "" if row.left_on else "还在册管理，转出以后可以删"


_NAME_ALONE = "记录里只有姓名，没有证件号和电话，所以不能自动认出是你的。要查询、更正，请到所在街道。"
declare_holdings(
    Holding(
        "party-members",
        "党员登记",
        "organizations.PartyMember",
        PARTY,
        _about,
        (
            Item("name", "姓名", Kind.NAME),
            Item("id_number", "身份证号", Kind.ID_NUMBER, sensitive=True),
            Item("phone", "手机号", Kind.PHONE),
            Item("stage", "党员类别", sensitive=True),
            Item("organization", "所在社会组织", show=lambda row: row.organization.name),
            Item("belongs_to", "组织关系所在党组织", sensitive=True),
            Item("managed_by", "纳入管理的党组织", show=lambda row: row.managed_by.name if row.managed_by else ""),
            Item("reported_to", "报到的社区", show=lambda row: row.reported_to.name if row.reported_to else ""),
            Item("joined_on", "登记日期"),
            Item("left_on", "转出日期"),
        ),
        answers_for=("id_number_hash", "phone_hash"),
        correctable={
            "name": lambda: PersonNameField(label="姓名"),
            "id_number": lambda: IdNumberField(label="身份证号"),
            "phone": lambda: PhoneField(label="手机号"),
        },
        correct=correct_party_member,
        erase=erase_party_member,
        kept_by_law=_kept,
        scope=_scope,
        persons=_persons,
    ),
    Holding(
        "party-secretaries",
        "党组织的书记、组长、指导员",
        "organizations.PartyUnit",
        OFFICES,
        # A unit names a person and no account or number, so none can be found for a subject by itself.
        lambda subject: PartyUnit.objects.none(),
        (
            Item("secretary_name", "姓名", Kind.NAME),
            Item("name", "党组织"),
            Item("term_from", "任期自"),
            Item("term_to", "任期至"),
        ),
        unit="项",
        note=_NAME_ALONE,
        scope=_scope,
        persons=_nobody,
    ),
    Holding(
        "committee-posts",
        "两委成员兼职",
        "organizations.CommitteePost",
        OFFICES,
        lambda subject: CommitteePost.objects.none(),
        (
            Item("person_name", "姓名", Kind.NAME),
            Item("organization", "社会组织", show=lambda row: row.organization.name),
            Item("is_head", "任会长或召集人"),
            Item("approval", "批准依据"),
            Item("held_from", "任职自"),
            Item("held_to", "任职至"),
        ),
        unit="项",
        note=_NAME_ALONE,
        scope=_scope,
        persons=_nobody,
    ),
)
declare_not_personal(
    organizations_PartySession="党组织的会议，只有人数，账号只记谁填写",
    organizations_PartyCoverage="党组织覆盖哪些社会组织",
)
declare(
    Parameter(
        "retention.party_member_days",
        int,
        730,
        "天",
        "保存期限：转出党员的身份证号和手机号",
        "最小必要（个人信息保护法第十九条）[V-]；天数为本系统所定",
        30,
        3650,
    )
)


def _left(cutoff: dt.datetime) -> QuerySet[PartyMember]:
    return PartyMember.objects.filter(left_on__lt=cutoff.date(), erased_at__isnull=True)


def _relieved(cutoff: dt.datetime) -> QuerySet[CommitteePost]:
    return CommitteePost.objects.filter(held_to__lt=cutoff.date(), erased_at__isnull=True)


def _ended(cutoff: dt.datetime) -> QuerySet[PartyUnit]:
    rows = PartyUnit.objects.filter(state__in=UNIT.ends, ended_at__lt=cutoff, erased_at__isnull=True)
    return rows.exclude(secretary_name="")


def _system(function: Any) -> Any:
    """A rule's act, done by the system."""
    return lambda row: function(row, actor=User.system())


declare_retention(
    Retention(
        "left-party-members",
        "转出的党员",
        PARTY,
        "自转出之日",
        "抹去证件号和手机号，姓名只留遮住的样子",
        "同 retention.party_member_days",
        "retention.party_member_days",
        "organizations.PartyMember",
        _left,
        _system(erase_party_member),
        since="left_on",
    ),
    Retention(
        "ended-committee-posts",
        "卸任的两委成员兼职",
        OFFICES,
        "自卸任之日",
        "姓名只留遮住的样子，职务和任期留下",
        "同 retention.tenure_days",
        "retention.tenure_days",
        "organizations.CommitteePost",
        _relieved,
        _system(erase_committee_post),
        since="held_to",
    ),
    Retention(
        "ended-party-units",
        "撤销的党组织的书记",
        OFFICES,
        "自撤销之日",
        "姓名只留遮住的样子，党组织和任期留下",
        "同 retention.tenure_days",
        "retention.tenure_days",
        "organizations.PartyUnit",
        _ended,
        _system(erase_secretary),
        since="ended_at",
    ),
)
