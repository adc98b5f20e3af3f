"""The step form of an application, who reads the papers of a case, and whose numbers may be revealed."""

from __future__ import annotations

from linli.core.files.registry import register_readable
from linli.core.privacy.registry import register_revealable
from linli.core.workflow.models import Case
from linli.core.workflow.wizard import Document, Page, Wizard
from linli.mediation.actions import cases as actions
from linli.mediation.choices import cases as choices
from linli.mediation.choices.states import OTHER_PAPER
from linli.mediation.models import MediationCase, MediationParty
from linli.mediation.queries import parties_visible_to
from linli.mediation.web import forms

SOURCE = Page("source", "从哪里来", "代当事人登记的，写明来源。", forms.SourceForm)
PAGES = (
    Page("sides", "双方是谁", "调解不收费。号码只给调解员联系用，看一次留一次痕。", forms.SidesForm),
    Page("matter", "为了什么事", "写的内容不公开：只有双方、调解员和调委会主任看得到。", forms.MatterForm),
    Page(
        "papers",
        "带上证据",
        "合同、收据、照片等，没有可以跳过。",
        documents=(Document(OTHER_PAPER, "相关材料", False, "能说明事情经过的。"),),
    ),
)


def _pages(case: Case) -> tuple[Page, ...]:
    return (SOURCE, *PAGES) if case.owner_id is None and case.entered_by_id is not None else PAGES


MEDIATION_WIZARD = Wizard(
    choices.MEDIATION,
    pages=_pages,
    save=actions.save_case,
    missing=actions.missing,
    editable=frozenset(actions.EDITABLE),
    sending=frozenset({choices.SUBMIT.name}),
    next_words="调委会会先问双方同不同意调解；同意以后一个月内调结。",
    sent="调解申请已提交",
    every_form=(forms.SourceForm, forms.SidesForm, forms.MatterForm),
)

register_readable(
    MediationCase,
    lambda user, subject: user.has_perm("mediation.view_mediation", subject),
    changeable=lambda user, subject: MEDIATION_WIZARD.may_edit(subject, user),
)
register_revealable(
    MediationParty,
    {"phone": "手机号", "id_number": "身份证号"},
    visible_to=parties_visible_to,
    permission="mediation.reveal_party",
    subject_of=lambda party: party.user,
)
