"""The loop of a person's request about the own data: each function is one step of choices.DATA_REQUEST.

Granting does at once what was asked: the register is corrected by its own action, personal values are erased, a
record is restricted, a consent ends, records are tied to the account. Nothing is left for somebody to do by hand.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.privacy import choices
from linli.core.privacy.actions.consents import withdraw_consent
from linli.core.privacy.actions.erasing import Outcome, close_account, erase_row, mark_record
from linli.core.privacy.choices import MarkKind, NumberKind, RequestKind, RequestState
from linli.core.privacy.cipher import keyed_hash
from linli.core.privacy.declare import HOLDINGS, Holding, Subject
from linli.core.privacy.models import DataRequest, Disclosure, VerifiedNumber
from linli.core.privacy.places import Place, district_of, districts
from linli.core.privacy.queries import row_of, subject_of_request
from linli.core.privacy.registry import REVEALABLE
from linli.core.workflow.engine import keep_version, performs, settle
from linli.core.workflow.numbers import next_number

EDITABLE = frozenset({RequestState.DRAFT, RequestState.MEND})
BEGIN, SAVE = "privacy.begin_request", "privacy.save_request"


@transaction.atomic
def begin_request(
    kind: str, *, actor: User, record_key: str = "", look: Disclosure | None = None, on_behalf: bool = False
) -> DataRequest:
    """Open a draft, or go on with the own one about the same thing.

    A worker who enters for somebody without an account holds it as `entered_by`.
    """
    if not actor.has_perm(BEGIN):
        raise NotAllowed(BEGIN, "请先登录，再提出请求。")
    if on_behalf and not _may_enter_for(record_key, actor):
        raise NotAllowed(BEGIN, "代别人提出由社区或街道的工作人员，从那条记录的页面开始。")
    if kind not in RequestKind.values:
        raise BadInput(BEGIN, "请选想办什么。", fields={"kind": "请选想办什么。"})
    event = look.event if look is not None else None
    case = DataRequest(
        kind=kind,
        owner=None if on_behalf else actor,
        entered_by=actor if on_behalf else None,
        record=record_key,
        event=event,
    )
    if record_key and not on_behalf and row_of(record_key, subject_of_request(case)) is None:
        raise BadInput(BEGIN, "没有找到这条记录，或者它不是关于你的。", fields={"record": "没有找到这条记录。"})
    if not on_behalf and (twin := _twin(case)):
        return twin
    case.scope = scope_of(case)
    case.save()
    begun = record(actor, "core.case_begun", case)
    if not on_behalf:
        settle(case, actor, begun)
    return case


def _may_enter_for(record_key: str, actor: User) -> bool:
    """A worker enters for the person of a record whose personal values the worker may see: not for just anybody, or
    typing numbers would tell whose they are."""
    slug, _, key = record_key.partition("/")
    entry = REVEALABLE.get(HOLDINGS[slug].model._meta.label_lower) if slug in HOLDINGS else None
    if entry is None or not key.isascii() or not key.isdigit() or len(key) > 18:
        return False
    row = entry.visible_to(actor).filter(pk=int(key)).first()
    return row is not None and actor.has_perm(entry.permission, row)


def _twin(case: DataRequest) -> DataRequest | None:
    drafts = DataRequest.objects.filter(owner=case.owner, state=RequestState.DRAFT, kind=case.kind)
    return drafts.filter(record=case.record, event=case.event).first()


def scope_of(case: DataRequest) -> str:
    """Who is responsible: the area of the record; the district of the look, of the account's records, or chosen."""
    subject = subject_of_request(case)
    holding = HOLDINGS.get(case.holding_slug)
    if holding is not None and holding.scope is not None:
        # Entered for somebody, the record is known by who entered it, before the person's number is typed.
        row = holding.model._default_manager.filter(pk=case.record.partition("/")[2]).first()
        if row is not None and (path := holding.scope(row)):
            return path
    if case.event is not None and (place := district_of(case.event.scope)):
        return place.path
    return case.place or _usual_district(subject)


def _usual_district(subject: Subject) -> str:
    """The district of the subject's records; where there are none, the only one served, else unknown."""
    for holding in HOLDINGS.values():
        if holding.scope is not None:
            for row in holding.about(subject)[:1]:
                if place := district_of(holding.scope(row)):
                    return place.path
    served = districts()
    return served[0].path if len(served) == 1 else ""


@transaction.atomic
def save_request(case: DataRequest, *, actor: User, revision: int | None, **values: Any) -> DataRequest:
    """Keep what has been typed so far. Raises WrongState when another device saved in between (nothing is lost)."""
    case = DataRequest.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if not any(actor.has_perm(step.name, case) for step in (choices.SUBMIT, choices.SUBMIT_DISTRICT)):
        raise NotAllowed(SAVE, "这份请求不是你的，不能修改。")
    if case.state not in EDITABLE:
        raise WrongState(SAVE, "这份请求已经提出，现在不能改。需要改时请先撤回。")
    if revision is not None and revision != case.revision:
        raise WrongState("draft.revision", "这份草稿刚才在另一台设备上改过。")
    for name, value in values.items():
        setattr(case, name, value)
    case.scope = scope_of(case)
    case.revision += 1
    case.save()
    event = record(actor, "privacy.request_saved", case, fields=sorted(values))
    if case.owner_id:
        settle(case, actor, event)
    return case


def missing(case: DataRequest) -> list[str]:
    """What is still to be done before the request can be sent; empty when nothing is."""
    todo = []
    if case.owner is None:
        if not case.claimant_name:
            todo.append("填写本人姓名")
        if not case.claimant_id_number:
            todo.append("填写本人身份证号")
        elif row_of(case.record, subject_of_request(case)) is None:
            todo.append("核对身份证号：和这条记录上的不一致。名册上的号码错了，请走“变更负责人”")
    match case.kind:
        case RequestKind.CORRECT:
            todo += [] if case.record else ["选择要更正的记录"]
            todo += [] if case.field and case.value else ["写明哪一项、应改为什么"]
        case RequestKind.RESTRICT:
            todo += [] if case.record else ["选择要限制的记录"]
        case RequestKind.WITHDRAW:
            todo += [] if case.processing else ["选择撤回哪项同意"]
        case RequestKind.LINK:
            todo += [] if case.claimant_id_number else ["填写身份证号"]
        case RequestKind.EXPLAIN:
            todo += [] if case.words else ["写明想知道什么"]
        case RequestKind.QUESTION:
            todo += [] if case.words or case.event_id else ["写明想问哪一次查看"]
    if not case.scope:
        todo.append("选择由哪个区办理")
    return todo


def _send(case: DataRequest, actor: User) -> None:
    todo = missing(case)
    if todo:
        raise BadInput("privacy.incomplete", f"还差 {len(todo)} 项：{'；'.join(todo)}。")
    if not case.number:
        case.number = next_number("XX", _place(case), clock.today().year)
    keep_version(case, actor)


def _place(case: DataRequest) -> Place:
    """The district numbers the request, wherever in it it lies."""
    place = district_of(case.scope)
    if place is None:
        raise BadInput("privacy.no_place", "还不知道由哪个区办理。请在第一页选择。")
    return place


@performs(choices.SUBMIT)
def submit_request(case: DataRequest, *, actor: User) -> None:
    """Send it to the street of the record."""
    _send(case, actor)


@performs(choices.SUBMIT_DISTRICT)
def submit_request_to_district(case: DataRequest, *, actor: User) -> None:
    """Send it to the district."""
    _send(case, actor)


@performs(choices.RESUBMIT)
def resubmit_request(case: DataRequest, *, actor: User) -> None:
    """Send the mended request again."""
    _send(case, actor)


@performs(choices.RESUBMIT_DISTRICT)
def resubmit_request_to_district(case: DataRequest, *, actor: User) -> None:
    """Send the mended request to the district again."""
    _send(case, actor)


@performs(choices.RETURN)
def return_request(case: DataRequest, *, actor: User, reason: str) -> None:
    """Whoever has it asks for what is missing."""


@performs(choices.TRANSFER)
def transfer_request(case: DataRequest, *, actor: User, reason: str) -> None:
    """The street hands it to the district, which is responsible."""
    case.scope = case.place = _place(case).path


@performs(choices.REFUSE)
def refuse_request(case: DataRequest, *, actor: User, reason: str, ground: str) -> None:
    """Nothing is done, on a ground of the law, with the reason the person reads in full."""
    case.ground = ground


@performs(choices.WITHDRAW)
def withdraw_request(case: DataRequest, *, actor: User, reason: str = "") -> None:
    """The person takes it back."""


@performs(choices.GRANT)
def grant_request(case: DataRequest, *, actor: User, reason: str = "", identity_checked: bool = False) -> None:
    """Do what was asked, now and whole."""
    outcome = carry_out(case, actor=actor, reason=reason, identity_checked=identity_checked)
    if outcome.kept:
        kept = "；".join(f"{label} {count} 条（{why}）" for (label, why), count in outcome.kept.items())
        raise BadInput(
            choices.GRANT.name, f"有些依法不能删：{kept}。请选“部分办理”，写明依据；能删的会删，其余留下。"
        )
    case.outcome = outcome.as_list()


@performs(choices.GRANT_PART)
def grant_request_in_part(
    case: DataRequest, *, actor: User, reason: str, ground: str, identity_checked: bool = False
) -> None:
    """Do what may be done and keep the rest on a ground of the law."""
    if case.kind != RequestKind.DELETE:
        raise BadInput(choices.GRANT_PART.name, "只有删除可以部分办理。其他请求请选“同意”或“不予办理”。")
    case.outcome = carry_out(case, actor=actor, reason=reason, identity_checked=identity_checked).as_list()
    case.ground = ground


def carry_out(case: DataRequest, *, actor: User, reason: str, identity_checked: bool) -> Outcome:
    """Do what a request asks, in the caller's transaction; what was done and what stays."""
    if (case.owner is None or case.kind == RequestKind.LINK) and not identity_checked:
        text = "请当面核对身份证件，再勾选“已核对”。否则可能把别人的信息交出去。"
        raise BadInput("privacy.identity", text, fields={"identity_checked": text})
    outcome = Outcome()
    match case.kind:
        case RequestKind.CORRECT:
            _correct(case, actor, outcome)
        case RequestKind.DELETE:
            outcome = _delete(case, actor)
        case RequestKind.RESTRICT:
            holding, row = _named(case)
            mark_record(row, MarkKind.RESTRICTED, reason=f"本人请求 {case.number}", actor=actor)
            outcome.erased[f"{holding.label}：已限制使用"] += 1
        case RequestKind.WITHDRAW:
            if case.owner is None:
                raise BadInput("privacy.no_account", "本人没有账号，没有可撤回的同意。")
            withdraw_consent(case.processing, person=case.owner, actor=actor)
            outcome.erased["同意已撤回"] += 1
        case RequestKind.LINK:
            _link(case, actor, outcome)
        case _:
            if not reason.strip():
                raise BadInput("privacy.no_answer", "请把答复写在附言里，本人会看到全文。")
    return outcome


def _named(case: DataRequest) -> tuple[Holding, Any]:
    found = row_of(case.record, subject_of_request(case))
    if found is None:
        raise WrongState(
            "privacy.record_gone", "请求里说的那条记录已经不在，或者不再是本人的。请写明情况，不予办理。"
        )
    return found


def _correct(case: DataRequest, actor: User, outcome: Outcome) -> None:
    holding, row = _named(case)
    item = holding.item(case.field)
    if holding.correct is None or item is None or case.field not in holding.correctable:
        raise BadInput("privacy.not_correctable", "这一项不能在这里更正。请写明应走的手续，不予办理。")
    holding.correct(row, actor=actor, **{case.field: case.value})
    outcome.erased[f"{holding.label}：{item.label}已更正"] += 1


def _delete(case: DataRequest, actor: User) -> Outcome:
    subject, outcome = subject_of_request(case), Outcome()
    if case.record:
        holding, row = _named(case)
        if holding.slug == "account" and case.owner is not None:
            outcome = close_account(case.owner, actor=actor)
        else:
            erase_row(holding, row, subject, outcome, actor=actor)
    else:  # everything: the account with all that hangs on it
        assert case.owner is not None
        outcome = close_account(case.owner, actor=actor)
    if not outcome.kept:  # what the person wrote has served
        case.value = case.words = ""
    if case.owner is None or not case.owner.is_active:
        case.claimant_name = case.claimant_phone = case.claimant_id_number = ""
    return outcome


def _link(case: DataRequest, actor: User, outcome: Outcome) -> None:
    if case.owner is None:
        raise BadInput("privacy.no_account", "关联记录要先有账号。请请本人先注册。")
    wanted = [(NumberKind.ID_NUMBER, case.claimant_id_number), (NumberKind.PHONE, case.claimant_phone)]
    for kind, number in wanted:
        if number:
            VerifiedNumber.objects.get_or_create(
                person=case.owner, kind=kind, value_hash=keyed_hash(number, kind), defaults={"verified_by": actor}
            )
            outcome.erased[f"{NumberKind(kind).label}已核实，名下的记录已关联"] += 1
    case.claimant_phone = case.claimant_id_number = ""
