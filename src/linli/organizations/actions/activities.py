"""The loop of an activity, signing in on site, and the closing of a year."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.jobs import defer
from linli.core.workflow.drafts import keep_draft, open_draft
from linli.core.workflow.engine import keep_version, perform, performs
from linli.core.workflow.numbers import next_number
from linli.organizations.actions.rating import rate_organization
from linli.organizations.choices import activities as choices
from linli.organizations.choices.activities import ActivityState
from linli.organizations.models import Activity, CheckIn, ClosedYear, Organization
from linli.organizations.queries.activities import is_closed
from linli.organizations.rules.activities import MAY_HOLD

EDITABLE = frozenset({ActivityState.DRAFT, ActivityState.RETURNED, ActivityState.DISAGREED})
SAVED = "organizations.draft_saved"
VERIFY_JOB = "organizations.verify_activity"
CHECKED_IN = "organizations.checked_in"
YEAR_CLOSED, YEAR_REOPENED = "organizations.year_closed", "organizations.year_reopened"
REQUIRED = (
    ("name", "填写活动名称"),
    ("kind", "选择活动类型"),
    ("starts_at", "填写开始和结束时间"),
    ("place", "填写地点"),
    ("plan", "写明怎么办"),
    ("expected", "填写预计到场人数"),
)


def begin_activity(organization: Organization, *, actor: User) -> Activity:
    """Open an empty plan. The community enters it for an organization whose head has no account."""
    if not actor.has_perm("organizations.begin_activity", organization):
        raise NotAllowed("organizations.begin_activity", "活动由组织的负责人填写，或由所在社区代办。")
    if organization.legal_status not in MAY_HOLD:
        raise WrongState(
            "organizations.begin_activity",
            f"“{organization.name}”{organization.get_legal_status_display()}，不能再举办活动。",
        )
    own = organization.owner_id == actor.pk
    activity = Activity(
        organization=organization,
        owner=organization.owner,
        entered_by=None if own else actor,
        place=organization.address,
    )
    return open_draft(activity, actor=actor, code="organizations.begin_activity")


def save_activity(activity: Activity, *, actor: User, revision: int | None, **values: Any) -> Activity:
    """Keep what has been typed so far; refuses a day of a year that is closed."""
    starts_at = values.get("starts_at")
    if starts_at is not None:
        refuse_closed_year(activity, SAVED, starts_at)
    sending = (choices.ANNOUNCE, choices.REPORT)
    return keep_draft(activity, steps=sending, name=SAVED, actor=actor, revision=revision, values=values)


def refuse_closed_year(activity: Activity, code: str, starts_at: Any = None) -> None:
    """Raises BadInput where the activity took place in a year whose records are closed."""
    day = timezone.localdate(starts_at or activity.starts_at)
    if is_closed(activity.organization.scope, day):
        text = closed_words(day.year)
        raise BadInput(code, text, fields={"starts_at": text})


def closed_words(year: int) -> str:
    """What is said to whoever dates an activity into a closed year."""
    return f"{year} 年度已经结账，不能再补记或修改那一年的活动。确有遗漏，请联系区民政局。"


def missing(activity: Activity) -> list[str]:
    """What is still to be done before the plan can be sent, as instructions; empty when nothing is."""
    todo = [words for name, words in REQUIRED if not getattr(activity, name)]
    if activity.budget and not activity.money_from:
        todo.append("写明钱从哪里来、怎么用")
    if activity.starts_at is not None and activity.reported_because and activity.starts_at <= clock.now():
        todo.append("重大活动要在举办之前报备，请改到以后的时间")
    return todo


def _send(activity: Activity, step: str, actor: User) -> None:
    todo = missing(activity)
    if todo:
        raise BadInput(step, f"还差 {len(todo)} 项：{'；'.join(todo)}。")
    refuse_closed_year(activity, step)
    if activity.organization.legal_status not in MAY_HOLD:
        words = activity.organization.get_legal_status_display()
        raise WrongState(step, f"“{activity.organization.name}”{words}，不能再举办活动。")
    if not activity.number:
        area = activity.organization.area
        assert area is not None
        activity.number = next_number("HD", area, clock.today().year)
    keep_version(activity, actor)


@performs(choices.ANNOUNCE)
def announce_activity(activity: Activity, *, actor: User) -> None:
    """No trigger says that it has to be reported: it stands on the calendar at once."""
    _send(activity, choices.ANNOUNCE.name, actor)


@performs(choices.REPORT)
def report_activity(activity: Activity, *, actor: User) -> None:
    """Send the plan to the federation's Party organization, before the event."""
    _send(activity, choices.REPORT.name, actor)


@performs(choices.LICENSE)
def license_activity(activity: Activity, *, actor: User, police_number: str) -> None:
    """The police have licensed it meanwhile."""
    activity.police_number = police_number.strip()


def _needs_licence(activity: Activity, step: str) -> None:
    if activity.lacks_licence:
        text = f"这个活动预计 {activity.expected:,} 人，要先填公安许可编号，才能往下办。"
        raise BadInput(step, text, fields={"police_number": text})


@performs(choices.AGREE)
def agree_activity(
    activity: Activity, *, actor: User, plan_read: bool = True, money_read: bool = True, reason: str = ""
) -> None:
    """Plan and money were looked at, and there is nothing against it; an opinion, not a licence."""
    _needs_licence(activity, choices.AGREE.name)
    lacking = [words for read, words in ((plan_read, "活动方案"), (money_read, "资金使用")) if not read]
    if lacking:
        raise BadInput(choices.AGREE.name, f"请先审阅{'和'.join(lacking)}。")


@performs(choices.RETURN_ACTIVITY)
def return_activity(activity: Activity, *, actor: User, reason: str) -> None:
    """The plan or the money is to be mended."""


@performs(choices.DISAGREE)
def disagree_activity(activity: Activity, *, actor: User, reason: str) -> None:
    """There is something against it, with the reason."""


@performs(choices.GO_AHEAD)
def go_ahead_with_activity(activity: Activity, *, actor: User, reason: str) -> None:
    """An opinion is not a licence: the organizer answers for it. What the police license they still have to."""
    _needs_licence(activity, choices.GO_AHEAD.name)


@performs(choices.HOLD)
def hold_activity(activity: Activity, *, actor: User) -> None:
    """It has taken place."""
    if activity.starts_at is None or activity.starts_at > clock.now():
        raise BadInput(choices.HOLD.name, f"活动定在 {activity.when}，还没有开始。")
    refuse_closed_year(activity, choices.HOLD.name)


@performs(choices.SUMMARISE)
def summarise_activity(
    activity: Activity,
    *,
    actor: User,
    person_times: int,
    persons: int,
    hours: Decimal,
    summary_text: str,
    spent: Decimal | None = None,
) -> None:
    """What the host says of it: person-times, persons and hours apart. Others verify it afterwards."""
    refuse_closed_year(activity, choices.SUMMARISE.name)
    if persons > person_times:
        raise BadInput(
            choices.SUMMARISE.name,
            f"人数（{persons:,}）不能多于人次（{person_times:,}）。",
            fields={"persons": "人数不能多于人次。"},
        )
    activity.person_times, activity.persons, activity.hours = person_times, persons, hours
    activity.summary_text, activity.spent = summary_text, spent
    activity.checked_in = activity.check_ins.count()
    defer(VERIFY_JOB, activity_id=activity.pk)


@performs(choices.CONFIRM)
def confirm_activity(activity: Activity, *, actor: User, reason: str = "") -> None:
    """The community knows that it took place."""
    refuse_closed_year(activity, choices.CONFIRM.name)
    activity.confirmed_by = actor
    _count(activity)


@performs(choices.DOUBT)
def doubt_activity(activity: Activity, *, actor: User, reason: str) -> None:
    """The summary leaves something open."""


@performs(choices.DISPROVE)
def disprove_activity(activity: Activity, *, actor: User, reason: str) -> None:
    """It did not take place, or not so: it does not count."""


@performs(choices.COUNT_IN)
def count_in_activity(activity: Activity, *, actor: User) -> None:
    """Enough people signed in on site."""
    refuse_closed_year(activity, choices.COUNT_IN.name)
    activity.checked_in = activity.check_ins.count()
    if activity.checked_in < int(activity.kept("activity.checkins_min")):
        raise WrongState(choices.COUNT_IN.name, "现场签到的人数还不够，请社区核实。")
    _count(activity)


def _count(activity: Activity) -> None:
    """A verified activity counts at once: the register says how alive its organization is. Saved here, since the rule
    reads the table; the frame saves the whole once more."""
    activity.save()
    rate_organization(activity.organization)


@performs(choices.CANCEL_ACTIVITY)
def cancel_activity(activity: Activity, *, actor: User, reason: str = "") -> None:
    """It will not take place."""


def verify_by_attendance(activity_id: int) -> bool:
    """What the job does after a summary: verified when enough signed in, else left to the community."""
    activity = Activity.objects.filter(pk=activity_id, state=ActivityState.SUMMED).first()
    if activity is None or activity.check_ins.count() < int(activity.kept("activity.checkins_min")):
        return False
    try:
        perform(choices.COUNT_IN, activity, actor=User.system())
    except (WrongState, BadInput):  # somebody was faster, or the year was closed meanwhile
        return False
    return True


@transaction.atomic
def check_in(activity: Activity, *, code: str, actor: User) -> CheckIn:
    """Sign in on site with the code that is shown there; a second time changes nothing."""
    if not actor.has_perm("organizations.check_in", activity):
        raise NotAllowed(CHECKED_IN, "请先登录，再签到。")
    held = Activity.objects.select_for_update(of=("self",)).select_related("organization").get(pk=activity.pk)
    if code.strip().upper() != held.code:
        raise BadInput(CHECKED_IN, "签到码不对。请看现场的签到牌，共 6 位。", fields={"code": "签到码不对。"})
    if actor.pk in (held.owner_id, held.entered_by_id):
        raise NotAllowed(CHECKED_IN, "你是举办方，签到由来参加的人做。")
    if not held.is_open_to_sign_in(clock.now()):
        raise WrongState(CHECKED_IN, "现在不能签到。开始前一小时到结束后一小时可以签到。")
    found = CheckIn.objects.filter(activity=held, person=actor).first()
    if found is not None:
        return found
    made = CheckIn.objects.create(activity=held, person=actor)
    record(actor, CHECKED_IN, held)
    return made


def withdraw_check_in(made: CheckIn, *, actor: User) -> None:
    """Who signed in takes it back; an activity that was verified by it keeps the number."""
    record(actor, "organizations.check_in_withdrawn", made.activity)
    made.delete()


def forget_check_in(made: CheckIn) -> None:
    """Its time is over; the activity keeps the number."""
    made.delete()


# --- the closing of a year ----------------------------------------------------------------------------------------


@transaction.atomic
def close_year(scope: str, year: int, *, actor: User) -> ClosedYear:
    """From now on nothing that took place in the year is added or changed below the area."""
    closing = ClosedYear(scope=scope, year=year, closed_by=actor)
    if not actor.has_perm("organizations.close_year", closing):
        raise NotAllowed(YEAR_CLOSED, "年度由区民政局科长结账。")
    if year >= clock.today().year:
        raise BadInput(YEAR_CLOSED, f"{year} 年还没有过完，不能结账。", fields={"year": "这一年还没有过完。"})
    if year < clock.today().year - 50:
        raise BadInput(YEAR_CLOSED, "年度不对，请核对。", fields={"year": "年度不对。"})
    with connection.cursor() as cursor:  # whoever writes an activity of the year just now comes first; see 0012
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('organizations.closed_year'), %s)", [year])
    try:
        with transaction.atomic():
            closing.save()
    except IntegrityError:
        raise WrongState(YEAR_CLOSED, f"{year} 年度已经结过账了。") from None
    record(actor, YEAR_CLOSED, closing, year=year)
    return closing


@transaction.atomic
def reopen_year(closing: ClosedYear, *, reason: str, actor: User) -> None:
    """Open a closed year again, with the reason; the event stays."""
    held = ClosedYear.objects.select_for_update().filter(pk=closing.pk).first()
    if held is None:
        raise WrongState(YEAR_REOPENED, "这一年度已经打开了。")
    if not actor.has_perm("organizations.close_year", held):
        raise NotAllowed(YEAR_REOPENED, "年度由区民政局科长打开。")
    if not reason.strip():
        raise BadInput(YEAR_REOPENED, "请写明打开的理由。", fields={"reason": "请写明理由。"})
    record(actor, YEAR_REOPENED, held, year=held.year, reason=reason)
    held.delete()
