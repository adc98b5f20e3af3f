"""The loop in which posts are given: the system administrator proposes, the security administrator agrees.

Each function is one step of choices.APPOINTMENT. What one administrator could do alone (make an account and give it
rights) takes two here, and neither can be the person concerned; the database holds both (rulebook §11.3).
"""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from linli.actors import choices
from linli.actors.actions.posts import end_post, put_in_force
from linli.actors.choices import ADMINISTRATORS, AppointmentKind, AppointmentState
from linli.actors.models import Appointment, Body, Post
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.notices import notify
from linli.core.workflow.engine import performs
from linli.core.workflow.numbers import next_number

OPEN = (AppointmentState.DRAFT, AppointmentState.PROPOSED)


@transaction.atomic
def begin_appointment(
    kind: str,
    *,
    user: User,
    role: str,
    body: Body,
    area: Area,
    cause: str,
    title: str = "",
    since: dt.date | None = None,
    until: dt.date | None = None,
    replaces: Post | None = None,
    actor: User,
) -> Appointment:
    """Propose to give or end a post, in one go with sending it to the security administrator."""
    proposal = Appointment(
        kind=AppointmentKind(kind),
        owner=actor,
        user=user,
        role=role,
        body=body,
        area=area,
        duty_title=title,
        since=since or clock.today(),
        until=until,
        cause=cause,
        replaces=replaces,
        scope=area.path,
    )
    if not actor.has_perm(choices.PROPOSE.name, proposal):
        if user.pk == actor.pk:
            raise NotAllowed(choices.PROPOSE.name, "任何人不能给自己任免岗位。请由另一位系统管理员提出。")
        raise NotAllowed(choices.PROPOSE.name, "岗位任免由管这个区域的系统管理员提出。请联系他们。")
    _agrees(proposal)
    try:
        proposal.full_clean()
        with transaction.atomic():
            proposal.save()
    except ValidationError as error:
        fields = {name: " ".join(texts) for name, texts in error.message_dict.items()}
        raise BadInput("actors.appointment_invalid", " ".join(fields.values()), fields=fields) from error
    except IntegrityError as error:  # a double click: the first one made it
        raise WrongState(choices.PROPOSE.name, "同样的任免已经提出，正等安全管理员核准。") from error
    sent: Appointment = propose_appointment(proposal, actor=actor)
    return sent


def _agrees(proposal: Appointment) -> None:
    """Say at once what could not come into force, so that nobody waits for an answer that is known."""
    wrong: dict[str, str] = {}
    kind, replaced = proposal.kind, proposal.replaces
    if proposal.body.valid_to is not None:
        wrong["body"] = f"“{proposal.body}”已经撤销。请选现在的机构。"
    if proposal.area.valid_to is not None:
        wrong["area"] = f"“{proposal.area}”已经停用。请选现在的区域。"
    if kind == AppointmentKind.DEPUTY and proposal.until is None:
        wrong["until"] = "临时代理要写明到哪天为止。"
    if kind in (AppointmentKind.HANDOVER, AppointmentKind.RELIEVE) and replaced is None:
        wrong["replaces"] = "请选要移交或终止的岗位。"
    if kind != AppointmentKind.RELIEVE and replaced is not None and replaced.user_id == proposal.user_id:
        wrong["user"] = f"{proposal.user} 自己就在这个岗位上。请选接替的人。"
    if kind != AppointmentKind.RELIEVE and (not proposal.user.is_active or proposal.user.is_system):
        wrong["user"] = "这个账号已锁定。先解锁，或换一个人。"
    if kind != AppointmentKind.RELIEVE and "user" not in wrong:
        clash = hat_clash(proposal)
        if clash is not None:
            wrong["user"] = (
                f"{proposal.user} 在这段时间任“{clash}”。系统、安全、审计三种管理员互斥，也不兼任业务岗位。"
                "请先卸任那个岗位，或换一个人。"
            )
    if wrong:
        raise BadInput("actors.appointment_invalid", " ".join(wrong.values()), fields=wrong)


def hat_clash(proposal: Appointment) -> Post | None:
    """A post of another hat in the same days; the constraint actors_post_one_hat_… would refuse the new one."""
    posts = Post.objects.filter(user=proposal.user).exclude(valid_to__lte=proposal.since)
    if proposal.until is not None:
        posts = posts.filter(valid_from__lt=proposal.until)
    if proposal.role in ADMINISTRATORS:
        return posts.exclude(role=proposal.role).select_related("body").first()
    return posts.filter(role__in=ADMINISTRATORS).select_related("body").first()


@performs(choices.PROPOSE)
def propose_appointment(proposal: Appointment, *, actor: User) -> None:
    """Send the proposal."""
    proposal.number = proposal.number or next_number("GW", proposal.area, clock.today().year)


@performs(choices.AGREE)
def agree_appointment(proposal: Appointment, *, actor: User, reason: str = "") -> None:
    """The second person agrees, and in the same moment the post comes into being or ends."""
    proposal.decided_by = actor
    # A post begins on the day of agreement at the earliest: nobody had a right before it was granted.
    begins = max(proposal.since, clock.today())
    old = None
    if proposal.replaces is not None:
        old = Post.objects.select_for_update(of=("self",)).select_related("area", "user").get(pk=proposal.replaces.pk)
    if proposal.kind == AppointmentKind.RELIEVE:
        assert old is not None
        proposal.post = end_post(old, on=begins, reason=proposal.cause, actor=actor)
        _tell(proposal, "你的一个岗位将终止", f"{old}，自 {begins:%Y-%m-%d} 起不再任职。依据：{proposal.cause}")
        return
    if proposal.until is not None and proposal.until <= begins:
        raise WrongState(choices.AGREE.name, "拟任的结束日已经过去。请不予核准，由提出人改日期后重新提出。")
    proposal.post = put_in_force(
        Post(
            user=proposal.user,
            role=proposal.role,
            body=proposal.body,
            area=proposal.area,
            title=proposal.duty_title,
            valid_from=begins,
            valid_to=proposal.until,
        ),
        actor=actor,
    )
    if proposal.kind == AppointmentKind.HANDOVER:
        assert old is not None
        end_post(old, on=begins, reason=proposal.cause, actor=actor)
    _tell(proposal, "你有了一个新岗位", f"{proposal.post}，管辖{proposal.area.full_name}，自 {begins:%Y-%m-%d} 起。")


def _tell(proposal: Appointment, title: str, body: str) -> None:
    event = Event.objects.filter(name__in=("actors.appoint", "actors.relieve")).order_by("-pk").first()
    notify(proposal.user, kind="other.post", title=title, body=body, event=event)


@performs(choices.REFUSE)
def refuse_appointment(proposal: Appointment, *, actor: User, reason: str) -> None:
    """The second person does not agree and says why."""
    proposal.decided_by = actor


@performs(choices.WITHDRAW)
def withdraw_appointment(proposal: Appointment, *, actor: User, reason: str = "") -> None:
    """Whoever proposed it takes it back."""
