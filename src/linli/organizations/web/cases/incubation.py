"""The step form of a stay in an incubator, bound to its process."""

from __future__ import annotations

from linli.core.files.registry import register_readable
from linli.core.workflow.wizard import Document, Page, Wizard
from linli.organizations.actions import incubation
from linli.organizations.choices import incubation as choices
from linli.organizations.models import Incubation
from linli.organizations.web.forms import incubation as forms

PAGES = (
    Page("apply", "申请入驻孵化室", "名册上的内容不用再填。", forms.ApplyForm),
    Page(
        "documents",
        "带上材料",
        "有活动照片、计划等可一并上传；没有可以跳过。",
        documents=(Document("plan", "发展计划", False, "一年打算怎么做。"), Document("other", "其他材料", False, "")),
    ),
)

INCUBATION_WIZARD = Wizard(
    choices.INCUBATION,
    pages=lambda case: PAGES,
    save=incubation.save_incubation,
    missing=incubation.missing,
    editable=frozenset(incubation.EDITABLE),
    sending=frozenset({choices.APPLY.name, choices.REAPPLY.name}),
    next_words="孵化室答复以后会通知你。",
)

register_readable(
    Incubation,
    lambda user, subject: user.has_perm("organizations.view_incubation", subject),
    changeable=lambda user, subject: INCUBATION_WIZARD.may_edit(subject, user),
)
