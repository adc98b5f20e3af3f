"""The step form of a registration, bound to its process."""

from __future__ import annotations

from linli.core.files.registry import register_readable
from linli.core.workflow.wizard import Document, Page, Wizard
from linli.organizations.actions import registration
from linli.organizations.choices import registration as choices
from linli.organizations.models import Registration
from linli.organizations.web.forms import registration as forms

PAGES = (
    Page("kind", "登记成什么", "名册上的内容不用再填。", forms.KindForm),
    Page("means", "会员、人员和资金", "达到法律规定的条件才能登记；在孵时的数已经填好。", forms.MeansForm),
    Page(
        "papers",
        "带上材料",
        "主管单位的批准文件由街道审查后出具，不用自己带。",
        documents=tuple(Document(*paper) for paper in choices.PAPERS),
    ),
)

REGISTRATION_WIZARD = Wizard(
    choices.REGISTRATION,
    pages=lambda case: PAGES,
    save=registration.save_registration,
    missing=registration.missing,
    editable=frozenset(registration.EDITABLE),
    sending=frozenset(step.name for step in registration.SENDING),
    next_words="接下来由主管单位审查，再由登记机关受理；受理后六十日内答复。",
)

register_readable(
    Registration,
    lambda user, subject: user.has_perm("organizations.view_registration", subject),
    changeable=lambda user, subject: REGISTRATION_WIZARD.may_edit(subject, user),
)
