"""What this domain holds about people, why and how long: persons in charge, applicants, founders."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from linli.core.access.models import User
from linli.core.codes.fields import IdNumberField, MobileField, PersonNameField
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
from linli.core.privacy.holdings import STORED, delete_draft, delete_drafts, owners, untouched_since
from linli.core.privacy.models import VerifiedNumber
from linli.core.privacy.values import Kind
from linli.core.sheets.choices import KEPT_DAYS, STAGED_DAYS
from linli.organizations.actions.erasing import (
    erase_amendment,
    erase_amendments,
    erase_filing,
    erase_filings,
    erase_organization,
    erase_organizations,
)
from linli.organizations.actions.register import amend_register
from linli.organizations.choices.filing import LIVING, AmendmentKind, AmendmentState, FilingState
from linli.organizations.models import Amendment, Filing, Organization

CASES, REGISTER = "filing", "organization"

declare_processing(
    Processing(
        CASES,
        "社会组织备案和变更的申请",
        "核对负责人和发起人的身份，出意见、审核、公示，通知进展",
        Ground.DUTY,
        "个人信息保护法第十三条第一款第三项、第三十四条；地方社区社会组织备案管理办法",
        "申请人、负责人、发起人",
        "申请人自己填写和上传；不会上网的由社区工作者当面代填",
        "所在社区、街道、区民政局的经办人；公示时公开组织名称、活动场所和遮住的负责人姓名",
        STORED,
        triggers=frozenset({Trigger.PUBLISHED}),
    ),
    Processing(
        REGISTER,
        "社会组织名册",
        "知道组织由谁负责、怎样联系，依法监督和公开",
        Ground.DUTY,
        "个人信息保护法第十三条第一款第三项、第三十四条；社会组织登记管理有关规定",
        "社会组织的负责人",
        "来自办结的备案和变更，或者由街道批量录入原有名册",
        "所在社区、街道、区民政局的经办人；对外只公开遮住的姓名",
        STORED,
        triggers=frozenset({Trigger.PUBLISHED}),
    ),
)


def _leads(subject: Subject, prefix: str = "leader") -> Q:
    """Rows whose number was verified to be the subject's; by the phone only where no identity number stands."""
    return Q(**{f"{prefix}_id_hash__in": subject.id_hashes}) | Q(
        **{f"{prefix}_phone_hash__in": subject.phone_hashes, f"{prefix}_id_hash": ""}
    )


def _filings(subject: Subject) -> QuerySet[Filing]:
    return Filing.objects.filter(Q(owner=subject.key) | _leads(subject)).select_related("area__parent")


def _persons(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The accounts records or applications are about: their owners, and whoever's number was verified (`_leads`)."""
    ids = rows.exclude(leader_id_hash="").values("leader_id_hash")
    phones = rows.filter(leader_id_hash="").exclude(leader_phone_hash="").values("leader_phone_hash")
    verified = VerifiedNumber.objects.filter(
        Q(kind=NumberKind.ID_NUMBER, value_hash__in=ids) | Q(kind=NumberKind.PHONE, value_hash__in=phones)
    )
    return owners(rows).union(verified.values("person"))


def _is_leader(row: Organization | Filing, subject: Subject) -> bool:
    verified = row.leader_id_hash in subject.id_hashes if row.leader_id_hash else False
    return verified or (not row.leader_id_hash and row.leader_phone_hash in subject.phone_hashes - {""})


def _own_filing(filing: Filing, item: Item, subject: Subject) -> bool:
    """What one typed oneself, or the person in charge that one is verified to be; never the founders besides."""
    typed = filing.owner_id == subject.key and filing.entered_by_id in (None, subject.key)
    return typed or (item.name != "founders" and _is_leader(filing, subject))


def _organizations(subject: Subject) -> QuerySet[Organization]:
    return Organization.objects.filter(Q(owner=subject.key) | _leads(subject)).select_related(
        "area__parent", "filing"
    )


def _own_organization(organization: Organization, item: Item, subject: Subject) -> bool:
    """The account stays when the person in charge changes, so an owner is not the person in charge by itself: the
    numbers must be verified, or be those the owner typed into the own application or change."""
    if _is_leader(organization, subject):
        return True
    if organization.owner_id != subject.key:
        return False
    filing = Filing.objects.filter(organization=organization, owner=subject.user, entered_by__isnull=True).first()
    if filing is not None and filing.leader_id_hash and filing.leader_id_hash == organization.leader_id_hash:
        return True
    typed = Amendment.objects.filter(
        organization=organization,
        owner=subject.user,
        entered_by__isnull=True,
        kind=AmendmentKind.LEADER,
        state="done",
    )
    return any(row.new_leader_id_number == organization.leader_id_number for row in typed if row.new_leader_id_number)


def _own_amendment(amendment: Amendment, item: Item, subject: Subject) -> bool:
    return amendment.owner_id == subject.key and amendment.entered_by_id in (None, subject.key)


def _scope(row: Any) -> str:
    return str(row.scope)


def _papers(case: Any) -> QuerySet[Attachment]:
    kind = ContentType.objects.get_for_model(case)
    return Attachment.objects.filter(subject_type=kind, subject_id=case.pk, removed_at__isnull=True)


def _filing_kept(filing: Filing, subject: Subject) -> str:
    """The application of an organization that its person still leads is the ground of the filing."""
    if filing.is_open and filing.began_at is not None:
        return "正在办理，请等办结或先撤回"
    organization = filing.organization
    if organization is None or organization.legal_status not in LIVING:
        return ""
    same = filing.leader_id_hash and filing.leader_id_hash == organization.leader_id_hash
    return "组织还在备案，这是备案的依据，注销或换负责人以后可以删" if same else ""


def _organization_kept(organization: Organization, subject: Subject) -> str:
    if organization.legal_status in LIVING:
        return "组织还在备案，法律要求有负责人，注销或换负责人以后可以删"
    return ""


def _amendment_kept(amendment: Amendment, subject: Subject) -> str:
    if amendment.is_open and amendment.began_at is not None:
        return "正在办理，请等办结或先撤回"
    return ""


def _leads_a_living_one(user: User) -> list[str]:
    rows = Organization.objects.filter(owner=user, legal_status__in=LIVING).order_by("pk")
    return [f"你是“{row.name}”的负责人，请先变更负责人或注销备案，或者由社区改到别的账号。" for row in rows]


def _erase_filing(filing: Filing, *, actor: User) -> None:
    if filing.began_at is None and filing.state == FilingState.DRAFT:
        delete_draft(filing)
    else:
        erase_filing(filing, actor=actor)


def _erase_amendment(amendment: Amendment, *, actor: User) -> None:
    if amendment.began_at is None and amendment.state == AmendmentState.DRAFT:
        delete_draft(amendment)
    else:
        erase_amendment(amendment, actor=actor)


def _correct(organization: Organization, *, actor: User, **values: str) -> None:
    amend_register(organization, actor=actor, **values)


LEADER = (
    Item("leader_name", "负责人姓名", Kind.NAME),
    Item("leader_id_number", "负责人身份证号", Kind.ID_NUMBER, sensitive=True),
    Item("leader_phone", "负责人手机号", Kind.PHONE),
)
LEADER_HASHES = ("leader_id_hash", "leader_phone_hash")

declare_holdings(
    Holding(
        "organizations",
        "名册上的组织",
        "organizations.Organization",
        REGISTER,
        _organizations,
        (
            Item("name", "名称"),
            Item("number", "备案编号"),
            Item("legal_status", "法律状态"),
            *LEADER,
            Item("filed_on", "备案日期"),
            Item("ended_on", "终止日期"),
        ),
        unit="家",
        url=lambda row: str(row.public_url),
        own=_own_organization,
        answers_for=(*LEADER_HASHES, "address"),
        correctable={
            "leader_name": lambda: PersonNameField(label="负责人姓名"),
            "leader_id_number": lambda: IdNumberField(label="负责人身份证号"),
            "leader_phone": lambda: MobileField(label="负责人手机号"),
        },
        correct=_correct,
        erase=erase_organization,
        kept_by_law=_organization_kept,
        blocks_closing=_leads_a_living_one,
        scope=_scope,
        persons=_persons,
    ),
    Holding(
        "filings",
        "备案申请",
        "organizations.Filing",
        CASES,
        _filings,
        (
            Item("name", "组织名称"),
            Item("number", "编号"),
            Item("state", "状态"),
            *LEADER,
            Item("founders", "发起人名单", Kind.OTHER),
            Item("purpose", "宗旨和活动内容"),
            Item("address", "活动场所"),
            Item("member_count", "成员人数"),
            Item("party_member_count", "其中党员人数"),
            Item("consented_at", "阅读处理说明的时间"),
            Item("began_at", "提交时间"),
            Item("ended_at", "办结时间"),
        ),
        unit="件",
        url=lambda row: str(row.get_absolute_url()),
        own=_own_filing,
        answers_for=LEADER_HASHES,
        erase=_erase_filing,
        kept_by_law=_filing_kept,
        scope=_scope,
        files=_papers,
        persons=_persons,
    ),
    Holding(
        "amendments",
        "变更与注销的申请",
        "organizations.Amendment",
        CASES,
        lambda subject: Amendment.objects.filter(owner=subject.key).select_related("organization__area__parent"),
        (
            Item("organization", "组织", show=lambda row: row.organization.name),
            Item("kind", "事项"),
            Item("number", "编号"),
            Item("state", "状态"),
            Item("cause", "变更原因"),
            Item("new_name", "新名称"),
            Item("new_leader_name", "新负责人姓名", Kind.NAME),
            Item("new_leader_id_number", "新负责人身份证号", Kind.ID_NUMBER, sensitive=True),
            Item("new_leader_phone", "新负责人手机号", Kind.PHONE),
            Item("new_address", "新活动场所"),
            Item("settlement", "财产和未了事务的处理"),
            Item("began_at", "提交时间"),
            Item("ended_at", "办结时间"),
        ),
        unit="件",
        url=lambda row: str(row.get_absolute_url()),
        own=_own_amendment,
        erase=_erase_amendment,
        kept_by_law=_amendment_kept,
        scope=_scope,
        files=_papers,
        persons=owners,
    ),
)
declare_not_personal(
    organizations_Organization_address="组织的活动场所，公开",
    organizations_Filing_address="组织的活动场所，公示时公开",
    organizations_Amendment_new_address="组织的活动场所",
)

declare(
    Parameter(
        "retention.refused_case_days",
        int,
        365,
        "天",
        "保存期限：没有办成的申请里的个人信息",
        "最小必要（个人信息保护法第十九条）[V-]；天数为本系统所定，请按本地档案规定核对",
        30,
        3650,
    ),
    Parameter(
        "retention.ended_organization_days",
        int,
        1825,
        "天",
        "保存期限：终止的组织负责人的证件号和手机号",
        "比照行政处罚法追责时效最长五年 [M]；本系统所定，请按本地档案规定核对",
        365,
        10950,
    ),
)

FAILED = (FilingState.REFUSED, FilingState.WITHDRAWN)


def _ended(cutoff: dt.datetime) -> QuerySet[Organization]:
    rows = Organization.objects.filter(erased_at__isnull=True, ended_on__lt=cutoff.date())
    return rows.exclude(legal_status__in=LIVING)


def _system(function: Any) -> Any:
    """A rule's act, done by the system."""
    return lambda rows: function(rows, actor=User.system())


declare_retention(
    Retention(
        "imports",
        "批量录入的原文件和原值",
        REGISTER,
        "自导入之日",
        "由导入自己的任务删除文件和原值，导入的记录留下",
        "同 sheets.kept_days",
        KEPT_DAYS,
    ),
    Retention(
        "import-rows",
        "批量录入里核对后没有导入的内容",
        REGISTER,
        "自最后一次核对之日",
        "由导入自己的任务删除",
        "同 sheets.staged_days",
        STAGED_DAYS,
    ),
    Retention(
        "filing-drafts",
        "没有提交的备案申请",
        CASES,
        "自最后一次修改之日",
        "删除草稿和附件",
        "同 retention.draft_days",
        "retention.draft_days",
        "organizations.Filing",
        lambda cutoff: untouched_since(Filing, cutoff),
        act_many=delete_drafts,
        since="created_at",
    ),
    Retention(
        "amendment-drafts",
        "没有提交的变更申请",
        CASES,
        "自最后一次修改之日",
        "删除草稿和附件",
        "同 retention.draft_days",
        "retention.draft_days",
        "organizations.Amendment",
        lambda cutoff: untouched_since(Amendment, cutoff),
        act_many=delete_drafts,
        since="created_at",
    ),
    Retention(
        "failed-filings",
        "不予备案、已撤回的申请里的个人信息",
        CASES,
        "自办结之日",
        "抹去证件号、手机号和附件，姓名只留遮住的样子，申请和决定留下",
        "同 retention.refused_case_days",
        "retention.refused_case_days",
        "organizations.Filing",
        lambda cutoff: Filing.objects.filter(state__in=FAILED, erased_at__isnull=True, ended_at__lt=cutoff),
        act_many=_system(erase_filings),
        since="ended_at",
    ),
    Retention(
        "failed-amendments",
        "不同意、已撤回的变更里的个人信息",
        CASES,
        "自办结之日",
        "抹去证件号、手机号和附件，姓名只留遮住的样子，申请和决定留下",
        "同 retention.refused_case_days",
        "retention.refused_case_days",
        "organizations.Amendment",
        lambda cutoff: Amendment.objects.filter(
            state__in=(AmendmentState.REFUSED, AmendmentState.WITHDRAWN), erased_at__isnull=True, ended_at__lt=cutoff
        ),
        act_many=_system(erase_amendments),
        since="ended_at",
    ),
    Retention(
        "ended-organizations",
        "终止的组织的负责人",
        REGISTER,
        "自终止之日",
        "抹去证件号和手机号，姓名只留遮住的样子，名册记录留下",
        "同 retention.ended_organization_days",
        "retention.ended_organization_days",
        "organizations.Organization",
        _ended,
        act_many=_system(erase_organizations),
        since="ended_on",
    ),
    Retention(
        "ended-filings",
        "终止的组织当初的备案申请",
        CASES,
        "自组织终止之日",
        "抹去证件号、手机号和附件，姓名只留遮住的样子，申请和决定留下",
        "同 retention.ended_organization_days",
        "retention.ended_organization_days",
        "organizations.Filing",
        lambda cutoff: Filing.objects.filter(
            erased_at__isnull=True, organization__ended_on__lt=cutoff.date()
        ).exclude(organization__legal_status__in=LIVING),
        act_many=_system(erase_filings),
        since="organization__ended_on",
    ),
    Retention(
        "former-leaders",
        "办结的变更里的负责人信息",
        CASES,
        "自组织终止之日",
        "抹去证件号、手机号和附件，姓名只留遮住的样子，申请和决定留下",
        "同 retention.ended_organization_days",
        "retention.ended_organization_days",
        "organizations.Amendment",
        lambda cutoff: Amendment.objects.filter(
            erased_at__isnull=True, state=AmendmentState.DONE, organization__ended_on__lt=cutoff.date()
        ).exclude(organization__legal_status__in=LIVING),
        act_many=_system(erase_amendments),
        since="organization__ended_on",
    ),
)
