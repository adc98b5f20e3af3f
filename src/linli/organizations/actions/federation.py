"""The federation of a street: its record, its checklist of six, its posts, its friends."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction

from linli.actors.choices import BodyKind
from linli.actors.models import Body
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.files.queries import attachments_of
from linli.core.parameters import value_of
from linli.core.workflow.drafts import keep_draft, open_draft
from linli.core.workflow.engine import keep_version, performs
from linli.core.workflow.numbers import next_number
from linli.organizations.choices import federation as choices
from linli.organizations.choices.federation import One, PillarState, Standard
from linli.organizations.models import Federation, Friendship, Pillar, Tenure
from linli.organizations.queries.federation import pillars_of

EVIDENCE, APPROVAL, AGREEMENT = "evidence", "approval", "agreement"
SAVED = "organizations.draft_saved"


# --- the record -------------------------------------------------------------------------------------------------


@transaction.atomic
def open_federation(body: Body, *, founded_on: dt.date, actor: User) -> Federation:
    """Begin the record of a street's federation, with one open item for each of the six."""
    made = Federation(body=body, area=body.area, name=body.name, founded_on=founded_on, scope=body.area.path)
    if not actor.has_perm("organizations.open_federation", made):
        raise NotAllowed("organizations.open_federation", "联合会的档案由所在街道或区民政局建立。")
    if body.kind != BodyKind.FEDERATION or body.area.level != "street":
        text = "请选一个街道的社会组织联合会。"
        raise BadInput("organizations.open_federation", text, fields={"body": text})
    if founded_on > clock.today():
        text = "成立日期不能在将来。"
        raise BadInput("organizations.open_federation", text, fields={"founded_on": text})
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise WrongState("organizations.open_federation", "这个街道的联合会已经建了档案。") from error
    record(actor, "organizations.open_federation", made, founded_on=founded_on)
    for one in One:
        open_draft(Pillar(federation=made, item=one), actor=actor, code="organizations.open_federation")
    return made


# --- 六个一 ------------------------------------------------------------------------------------------------------


def pillar_missing(pillar: Pillar) -> list[str]:
    """What is still to be done before the street can check."""
    todo = [] if pillar.note.strip() else ["写明现状"]
    return todo + ([] if attachments_of(pillar, EVIDENCE).exists() else ["上传佐证材料"])


def save_pillar(pillar: Pillar, *, actor: User, revision: int | None, **values: Any) -> Pillar:
    """Keep what the federation says of one of the six."""
    return keep_draft(pillar, steps=(choices.SEND_PILLAR,), name=SAVED, actor=actor, revision=revision, values=values)


@performs(choices.SEND_PILLAR)
def send_pillar(pillar: Pillar, *, actor: User) -> None:
    """Send it with its evidence."""
    _whole(choices.SEND_PILLAR.name, pillar_missing(pillar))
    pillar.sent_by = actor
    pillar.number = pillar.number or next_number("LG", pillar.federation.area, clock.today().year)
    keep_version(pillar, actor)


@performs(choices.CONFIRM_PILLAR)
def confirm_pillar(pillar: Pillar, *, actor: User, reason: str = "") -> None:
    """The street finds it met; the federation's standing follows in the same moment."""
    pillar.checked_by, pillar.checked_on = actor, clock.today()
    _tally_ones(pillar.federation, meets=pillar, actor=actor)


@performs(choices.RETURN_PILLAR)
def return_pillar(pillar: Pillar, *, actor: User, reason: str) -> None:
    """The street says what is missing."""


@transaction.atomic
def recheck_pillar(federation: Federation, item: str, *, actor: User) -> Pillar:
    """Open another round of one of the six: the office was given up, the staff left."""
    federation = Federation.objects.select_for_update(of=("self",)).get(pk=federation.pk)
    if not actor.has_perm("organizations.recheck_pillar", federation):
        raise NotAllowed("organizations.recheck_pillar", "重新核对由街道提出。")
    latest = dict(pillars_of(federation).rows).get(One(item))
    if latest is None or latest.state != PillarState.MET:
        raise WrongState("organizations.recheck_pillar", "这一项正在办，不用再开一轮。")
    made = open_draft(
        Pillar(federation=federation, item=item, round=latest.round + 1, note=latest.note),
        actor=actor,
        code="organizations.recheck_pillar",
    )
    _tally_ones(federation, meets=None, actor=actor)
    return made


def _tally_ones(federation: Federation, *, meets: Pillar | None, actor: User) -> None:
    """Write how many of the six are met now; `meets` is being confirmed and not saved yet."""
    row = Federation.objects.select_for_update(of=("self",)).select_related("area").get(pk=federation.pk)
    row.ones_met = pillars_of(row).met + (1 if meets is not None else 0)
    standard = Standard.MET if row.ones_met == len(One) else Standard.MENDING
    if standard != row.standard:
        row.standard = standard
        record(actor, "organizations.federation_standard", row, standard=standard)
    row.save()


# --- posts ------------------------------------------------------------------------------------------------------


def begin_tenure(federation: Federation, *, actor: User) -> Tenure:
    """Open the draft of a post."""
    if not actor.has_perm("organizations.begin_tenure", federation):
        raise NotAllowed("organizations.begin_tenure", "联合会的任职由联合会秘书或街道登记。")
    return open_draft(Tenure(federation=federation, owner=actor), actor=actor, code="organizations.begin_tenure")


def save_tenure(tenure: Tenure, *, actor: User, revision: int | None, **values: Any) -> Tenure:
    """Keep what is said of a post."""
    return keep_draft(tenure, steps=(choices.SEND_TENURE,), name=SAVED, actor=actor, revision=revision, values=values)


def tenure_missing(tenure: Tenure) -> list[str]:
    """What is still to be done before the street can check a post."""
    asked = (("title_held", "选职务"), ("person_name", "填姓名"), ("elected_on", "填选举或聘任日期"))
    todo = [words for name, words in asked if not getattr(tenure, name)]
    if tenure.is_official is None:
        todo.append("说明是不是公职人员")
    if tenure.term_from is None or tenure.term_to is None:
        todo.append("填任期")
    else:
        years = int(value_of("federation.term_years", tenure.federation.scope))
        if tenure.term_to <= tenure.term_from:
            todo.append("任期的结束日要晚于开始日")
        elif tenure.term_to > _years_after(tenure.term_from, years):
            todo.append(f"一届最长 {years} 年，请缩短任期")
    return todo + (approval_missing(tenure) if tenure.is_official else [])


def _years_after(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def approval_missing(tenure: Tenure) -> list[str]:
    """Without what an official may not take up the post (公务员法 44; rulebook §3)."""
    todo = [] if tenure.approval_number.strip() else ["填组织部门批准兼职的文号"]
    todo += [] if tenure.approved_on else ["填批准日期"]
    todo += [] if tenure.unpaid else ["公职人员兼职不得领取报酬"]
    return todo + ([] if attachments_of(tenure, APPROVAL).exists() else ["上传批准文件"])


@performs(choices.SEND_TENURE)
def send_tenure(tenure: Tenure, *, actor: User) -> None:
    """Send the post to be checked."""
    _whole(choices.SEND_TENURE.name, tenure_missing(tenure))
    tenure.number = tenure.number or next_number("RZ", tenure.federation.area, clock.today().year)
    keep_version(tenure, actor)


@performs(choices.ACTIVATE_TENURE)
def activate_tenure(tenure: Tenure, *, actor: User, reason: str = "") -> None:
    """The post is taken up: of an official never without the approval document, whatever was sent before."""
    _whole(choices.ACTIVATE_TENURE.name, tenure_missing(tenure))
    assert tenure.term_to is not None
    if tenure.term_to < clock.today():
        raise WrongState(choices.ACTIVATE_TENURE.name, "任期已经过了，不能到任。请退回改任期。")
    tenure.activated_by = actor


@performs(choices.RETURN_TENURE)
def return_tenure(tenure: Tenure, *, actor: User, reason: str) -> None:
    """The street says what is missing."""


@performs(choices.LEAVE_TENURE)
def leave_tenure(tenure: Tenure, *, actor: User, reason: str) -> None:
    """The post ends before its term."""
    tenure.left_on = clock.today()


@performs(choices.EXPIRE_TENURE)
def expire_tenure(tenure: Tenure, *, actor: User) -> None:
    """The term has run."""
    tenure.left_on = tenure.term_to


@performs(choices.DROP_TENURE)
def drop_tenure(tenure: Tenure, *, actor: User, reason: str = "") -> None:
    """Nothing comes of it."""


# --- friends ----------------------------------------------------------------------------------------------------


def begin_friendship(federation: Federation, *, actor: User, name: str = "") -> Friendship:
    """Open the draft of an agreement."""
    if not actor.has_perm("organizations.begin_friendship", federation):
        raise NotAllowed("organizations.begin_friendship", "友好协议由联合会登记。")
    made = Friendship(federation=federation, owner=actor, name=name[:60])
    return open_draft(made, actor=actor, code="organizations.begin_friendship")


def save_friendship(friendship: Friendship, *, actor: User, revision: int | None, **values: Any) -> Friendship:
    """Keep what was agreed."""
    return keep_draft(
        friendship, steps=(choices.SIGN_FRIENDSHIP,), name=SAVED, actor=actor, revision=revision, values=values
    )


def friendship_missing(friendship: Friendship) -> list[str]:
    """What an agreement needs."""
    todo = [] if friendship.name else ["填对方名称"]
    todo += [] if friendship.shares else ["写明共享和合作的内容"]
    if friendship.valid_from is None or friendship.valid_to is None:
        todo.append("填协议期")
    elif friendship.valid_to <= friendship.valid_from:
        todo.append("协议的结束日要晚于开始日")
    elif friendship.valid_to < clock.today():
        todo.append("协议已经到期，不用再登记")
    return todo + ([] if attachments_of(friendship, AGREEMENT).exists() else ["上传协议"])


@performs(choices.SIGN_FRIENDSHIP)
def sign_friendship(friendship: Friendship, *, actor: User) -> None:
    """The agreement holds until its last day."""
    _whole(choices.SIGN_FRIENDSHIP.name, friendship_missing(friendship))
    friendship.number = friendship.number or next_number("YH", friendship.federation.area, clock.today().year)
    keep_version(friendship, actor)


@performs(choices.EXPIRE_FRIENDSHIP)
def expire_friendship(friendship: Friendship, *, actor: User) -> None:
    """The clock: its last day has passed."""
    friendship.ended_on = friendship.valid_to


@performs(choices.BREAK_OFF_FRIENDSHIP)
def break_off_friendship(friendship: Friendship, *, actor: User, reason: str) -> None:
    """Ended before its day, with the reason."""
    friendship.ended_on = clock.today()


@performs(choices.DROP_FRIENDSHIP)
def drop_friendship(friendship: Friendship, *, actor: User, reason: str = "") -> None:
    """Nothing comes of it."""


def _whole(code: str, todo: list[str]) -> None:
    if todo:
        raise BadInput(code, f"还差 {len(todo)} 项：{'；'.join(todo)}。", fields={})
