"""The loop of an application to be filed: each function is one step of choices.FILING."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.files.queries import attachments_of
from linli.core.workdays import add_workdays
from linli.core.workflow.engine import days_of, keep_version, performs, settle
from linli.core.workflow.numbers import next_number
from linli.organizations.actions.register import enter_register
from linli.organizations.choices import filing as choices
from linli.organizations.choices.filing import DOCUMENTS, FilingState
from linli.organizations.models import Filing
from linli.organizations.queries.register import name_taken

EDITABLE = frozenset({FilingState.DRAFT, FilingState.MEND_COMMUNITY, FilingState.MEND_STREET})
REQUIRED = (
    ("name", "填写组织名称"),
    ("kind", "选择类别"),
    ("purpose", "写明宗旨和活动内容"),
    ("area", "选择所在社区"),
    ("address", "填写活动场所"),
    ("leader_name", "填写负责人姓名"),
    ("leader_id_number", "填写负责人身份证号"),
    ("leader_phone", "填写负责人手机号"),
    ("founders", "填写发起人名单"),
    ("member_count", "填写成员人数"),
    ("consented_at", "阅读并同意个人信息处理说明"),
)


@transaction.atomic
def begin_filing(*, actor: User, on_behalf: bool = False) -> Filing:
    """Open an empty draft. A worker who enters for somebody without an account holds it as `entered_by`."""
    if not actor.has_perm("organizations.begin_filing"):
        raise NotAllowed("organizations.begin_filing", "请先登录，再申请备案。")
    filing = Filing(owner=None if on_behalf else actor, entered_by=actor if on_behalf else None)
    filing.save()
    event = record(actor, "core.case_begun", filing)
    if not on_behalf:
        settle(filing, actor, event)
    return filing


@transaction.atomic
def save_draft(filing: Filing, *, actor: User, revision: int | None, **values: Any) -> Filing:
    """Keep what has been typed so far. Raises WrongState when another device saved in between (nothing is lost)."""
    filing = Filing.objects.select_for_update(of=("self",)).get(pk=filing.pk)
    if not actor.has_perm(choices.SUBMIT.name, filing):
        raise NotAllowed("organizations.save_draft", "这份申请不是你的，不能修改。")
    if filing.state not in EDITABLE:
        raise WrongState("organizations.save_draft", "这份申请已经提交，现在不能改。需要改时请先撤回或等退回补正。")
    if revision is not None and revision != filing.revision:
        raise WrongState("draft.revision", "这份草稿刚才在另一台设备上改过。")
    for name, value in values.items():
        setattr(filing, name, value)
    if filing.kind and not filing.national_kind:
        filing.national_kind = choices.NATIONAL_KIND_OF[choices.Kind(filing.kind)]
    filing.revision += 1
    filing.save()
    event = record(actor, "organizations.draft_saved", filing, fields=sorted(values))
    if filing.owner_id:
        settle(filing, actor, event)
    return filing


def missing(filing: Filing) -> list[str]:
    """What is still to be done before the application can be sent, as instructions; empty when nothing is."""
    todo = [words for name, words in REQUIRED if not getattr(filing, name)]
    held = {attachment.slot for attachment in attachments_of(filing)} if filing.pk else set()
    todo += [f"上传{label}" for slot, label, needed, _why in DOCUMENTS if needed and slot not in held]
    least = days_of(filing, "filing.founders_min") or 1
    if filing.founders and len(filing.founder_names) < least:
        todo.append(f"发起人至少 {least} 人，现在 {len(filing.founder_names)} 人")
    if filing.name and filing.area is not None and name_taken(filing.name, filing.area):
        todo.append(f"本社区已有“{filing.name}”，请换一个名称")
    if filing.party_member_count is not None and filing.party_member_count > (filing.member_count or 0):
        todo.append("党员人数不能多于成员人数")
    return todo


def _send(filing: Filing, actor: User) -> None:
    todo = missing(filing)
    if todo:
        raise BadInput("organizations.incomplete", f"还差 {len(todo)} 项：{';'.join(todo)}。", fields={})
    try:
        filing.clean_fields(exclude=["owner", "entered_by", "organization"])
    except ValidationError as error:
        words = " ".join(text for texts in error.message_dict.values() for text in texts)
        raise BadInput("organizations.invalid", words) from error
    if not filing.number:
        assert filing.area is not None
        filing.number = next_number("SQ", filing.area, clock.today().year)
    keep_version(filing, actor)


@performs(choices.SUBMIT)
def submit_filing(filing: Filing, *, actor: User) -> None:
    """Send the application to the community."""
    _send(filing, actor)


@performs(choices.RESUBMIT)
def resubmit_filing(filing: Filing, *, actor: User) -> None:
    """Send the mended application to the community again."""
    _send(filing, actor)


@performs(choices.RESUBMIT_STREET)
def resubmit_filing_to_street(filing: Filing, *, actor: User) -> None:
    """Send the mended application straight back to the street that asked for it."""
    _send(filing, actor)


@performs(choices.SUPPORT)
def support_filing(filing: Filing, *, actor: User, reason: str = "") -> None:
    """The community agrees; the street decides."""


@performs(choices.OPPOSE)
def oppose_filing(filing: Filing, *, actor: User, reason: str) -> None:
    """The community disagrees and says why; the street decides."""


@performs(choices.RETURN_COMMUNITY)
def return_filing_to_mend(filing: Filing, *, actor: User, reason: str) -> None:
    """The community asks for what is missing."""


@performs(choices.AGREE)
def agree_filing(filing: Filing, *, actor: User, reason: str = "") -> None:
    """The street agrees; the public notice starts tomorrow's working day and runs its days."""
    filing.publicity_from = clock.today()
    filing.publicity_to = add_workdays(clock.today(), days_of(filing, "filing.publicity_days") or 0)


@performs(choices.RETURN_STREET)
def return_filing_from_street(filing: Filing, *, actor: User, reason: str) -> None:
    """The street asks for what is missing; the mended application comes back to the street, not to the community."""


@performs(choices.REFUSE)
def refuse_filing(filing: Filing, *, actor: User, reason: str) -> None:
    """The street refuses, with the reason the applicant reads in full."""


@performs(choices.OBJECT)
def object_to_filing(filing: Filing, *, actor: User, reason: str) -> None:
    """Somebody objected during the notice: it ends and the street looks again."""
    filing.publicity_to = clock.today()


@performs(choices.ISSUE)
def issue_filing(filing: Filing, *, actor: User) -> None:
    """The notice has run: the number is given and the register record opened."""
    filing.organization = enter_register(filing, actor=actor)


@performs(choices.WITHDRAW)
def withdraw_filing(filing: Filing, *, actor: User, reason: str = "") -> None:
    """The applicant takes it back; what was typed stays readable."""
