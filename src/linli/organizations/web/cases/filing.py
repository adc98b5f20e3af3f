"""The step forms of the two loops, bound to their processes."""

from __future__ import annotations

from typing import Any, cast

from linli.core.files.registry import register_readable
from linli.core.privacy.registry import register_revealable
from linli.core.workflow.wizard import Document, Page, Wizard
from linli.organizations.actions import amendments, filings
from linli.organizations.choices import filing as choices
from linli.organizations.models import Amendment, Filing, Organization
from linli.organizations.queries.register import (
    amendments_visible_to,
    filings_visible_to,
    organizations_visible_to,
    similar_organizations,
)
from linli.organizations.web.forms import filing as forms


def _similar(case: Any) -> dict[str, Any]:
    filing = cast(Filing, case)
    return {"similar": similar_organizations(filing.name, filing.area, filing.kind)}


FILING_PAGES = (
    Page("basics", "组织是什么", "居民在公开名册上看到的就是这些。", forms.BasicsForm),
    Page(
        "place",
        "在哪里活动",
        "由所在社区出意见、所在街道审核，所以先要知道在哪里。",
        forms.PlaceForm,
        template="organizations/wizard_place.html",
        helps=_similar,
    ),
    Page("leader", "谁来负责", "有进展会通知负责人。", forms.LeaderForm),
    Page("people", "有哪些人", "发起人要达到规定人数。", forms.FoundersForm, helps=_similar),
    Page(
        "documents",
        "带上材料",
        "拍照或传文件都行，一份 20 MB 以内。",
        documents=tuple(Document(*document) for document in choices.DOCUMENTS),
    ),
    Page("consent", "个人信息怎么用", "先说清楚，再请你同意。", forms.ConsentForm),
)

FILING_WIZARD = Wizard(
    choices.FILING,
    pages=lambda case: FILING_PAGES,
    save=filings.save_draft,
    missing=filings.missing,
    editable=frozenset(filings.EDITABLE),
    sending=frozenset({choices.SUBMIT.name, choices.RESUBMIT.name, choices.RESUBMIT_STREET.name}),
    next_words="接下来由社区出意见，再由街道审核，公示期满就发备案证。每一步都会通知你。",
)

AMENDMENT_FORMS = {
    choices.AmendmentKind.NAME: ("改成什么名称", forms.NameChangeForm),
    choices.AmendmentKind.LEADER: ("换谁来负责", forms.LeaderChangeForm),
    choices.AmendmentKind.ADDRESS: ("搬到哪里", forms.AddressChangeForm),
    choices.AmendmentKind.CANCEL: ("为什么注销", forms.CancelForm),
}


def _amendment_pages(case: Any) -> tuple[Page, ...]:
    title, form = AMENDMENT_FORMS[choices.AmendmentKind(case.kind)]
    return (
        Page("change", title, "名册上的其他内容不用再填。", form),
        Page(
            "documents",
            "带上材料",
            "有会议记录、同意书等可一并上传；没有可以跳过。",
            documents=(Document("proof", "相关材料", False, "拍照或传文件都行。"),),
        ),
    )


AMENDMENT_WIZARD = Wizard(
    choices.AMENDMENT,
    pages=_amendment_pages,
    save=amendments.save_amendment,
    missing=amendments.missing,
    editable=frozenset(amendments.EDITABLE),
    sending=frozenset({choices.SUBMIT_AMENDMENT.name, choices.RESUBMIT_AMENDMENT.name}),
    next_words="接下来由社区出意见，再由街道审核；同意后名册当场更新。",
    every_form=tuple(form for _title, form in AMENDMENT_FORMS.values()),
)

register_readable(
    Filing,
    lambda user, subject: user.has_perm("organizations.view_filing", subject),
    changeable=lambda user, subject: FILING_WIZARD.may_edit(subject, user),
)
register_readable(
    Amendment,
    lambda user, subject: user.has_perm("organizations.view_amendment", subject),
    changeable=lambda user, subject: AMENDMENT_WIZARD.may_edit(subject, user),
)

_LEADER = {"leader_phone": "负责人手机号", "leader_id_number": "负责人身份证号", "leader_name": "负责人姓名"}
register_revealable(
    Organization,
    _LEADER,
    visible_to=organizations_visible_to,
    permission="organizations.reveal_leader",
    subject_of=lambda organization: organization.owner,
)
register_revealable(
    Filing,
    {**_LEADER, "founders": "发起人名单"},
    visible_to=filings_visible_to,
    permission="organizations.reveal_leader",
    subject_of=lambda filing: filing.owner,
)
register_revealable(
    Amendment,
    {
        "new_leader_phone": "新负责人手机号",
        "new_leader_id_number": "新负责人身份证号",
        "new_leader_name": "新负责人姓名",
    },
    visible_to=amendments_visible_to,
    permission="organizations.reveal_leader",
    subject_of=lambda amendment: amendment.owner,
)
