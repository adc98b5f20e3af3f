"""The wizard of a request about the own data, and who reads its papers and numbers."""

from __future__ import annotations

from typing import Any

from linli.core.files.registry import register_readable
from linli.core.privacy import choices
from linli.core.privacy.actions import requests
from linli.core.privacy.choices import RequestKind
from linli.core.privacy.models import DataRequest, Takeout
from linli.core.privacy.queries import requests_visible_to
from linli.core.privacy.registry import register_revealable
from linli.core.privacy.web.forms import FORM_OF, ClaimantForm
from linli.core.workflow.wizard import Document, Page, Wizard

TITLES = {
    RequestKind.CORRECT: ("哪里不对", "经办人核对以后当场改，原来的内容不再使用。"),
    RequestKind.DELETE: ("删除什么", "依法要保留的会告诉你为什么、留到什么时候。"),
    RequestKind.RESTRICT: ("限制使用什么", "限制以后，只有监督检查和紧急情况才能看全。"),
    RequestKind.WITHDRAW: ("撤回哪项同意", "撤回不影响以前已经办的事。"),
    RequestKind.EXPLAIN: ("想知道什么", "例如：为什么要我的身份证号、给过谁、依据哪一条。"),
    RequestKind.QUESTION: ("想问哪一次", "由区里的个人信息保护负责人问清楚以后答复你，看的人不参与答复。"),
    RequestKind.LINK: ("按什么号码找", "带身份证到街道核对以后，名下的记录会出现在“我的数据”里。"),
}
PROOF = Page(
    "proof",
    "带上证明",
    "更正姓名、身份证号请拍身份证或户口簿；监护人请拍关系证明。其他的可以跳过。",
    documents=(Document("proof", "证明材料", False, "拍照或传文件都行，办结后随请求一起清理。"),),
)


def _pages(case: Any) -> tuple[Page, ...]:
    title, why = TITLES[RequestKind(case.kind)]
    what = Page("what", title, why, FORM_OF[case.kind])
    who = Page("who", "替谁提出", "请看着身份证填。号码要和这条记录上的一致。", ClaimantForm)
    return (who, what, PROOF) if case.owner_id is None else (what, PROOF)


WIZARD = Wizard(
    choices.DATA_REQUEST,
    pages=_pages,
    save=requests.save_request,
    missing=requests.missing,
    editable=frozenset(requests.EDITABLE),
    sending=frozenset(
        step.name for step in (choices.SUBMIT, choices.SUBMIT_DISTRICT, choices.RESUBMIT, choices.RESUBMIT_DISTRICT)
    ),
    every_form=(ClaimantForm, *dict.fromkeys(FORM_OF.values())),
    next_words="有了结果会通知你；不同意结果时怎么办，答复里也会写明。",
)

register_readable(
    DataRequest,
    lambda user, subject: user.has_perm("core.view_request", subject),
    changeable=lambda user, subject: WIZARD.may_edit(subject, user),
)
# The file to take along is served by its own page alone, after the password.
register_readable(Takeout, lambda user, subject: False)
register_revealable(
    DataRequest,
    {
        "value": "应改为的内容",
        "claimant_name": "本人姓名",
        "claimant_id_number": "本人身份证号",
        "claimant_phone": "本人手机号",
    },
    visible_to=requests_visible_to,
    permission="core.view_request",
    subject_of=lambda case: case.owner,
)
