"""The step form of a revocation, and who reads its evidence."""

from __future__ import annotations

from linli.core.files.registry import register_readable
from linli.core.workflow.wizard import Document, Page, Wizard
from linli.organizations.actions import revocation as actions
from linli.organizations.choices import revocation as choices
from linli.organizations.models import Revocation
from linli.organizations.web.forms import revocation as forms

PAGES = (
    Page("grounds", "凭什么撤销、取缔", "先告知，听陈述申辩，要求听证的先听证，再由另一个人决定。", forms.GroundForm),
    Page(
        "papers",
        "带上证据",
        "年报催告、检查记录、证人证言、现场照片等。",
        documents=(Document(actions.EVIDENCE, "证据", True, "拍照或传文件都行。"),),
    ),
)

REVOCATION_WIZARD = Wizard(
    choices.REVOCATION,
    pages=lambda case: PAGES,
    save=actions.save_revocation,
    missing=actions.revocation_missing,
    editable=actions.EDITABLE,
    sending=frozenset({choices.NOTIFY.name}),
    next_words="接下来告知组织，期满由局领导决定。",
    sent="已告知",
    every_form=(forms.GroundForm,),
)

register_readable(
    Revocation,
    lambda user, subject: user.has_perm("organizations.view_revocation", subject),
    changeable=lambda user, subject: REVOCATION_WIZARD.may_edit(subject, user),
)
