"""What a role may see and do, asked of the rules themselves; and the other way round, who may take a step here.

Rights stand nowhere as a list: a rule is a predicate over a person and a record. So a person who holds nothing but
the role is held before each rule with a record that is nobody's. What comes out is what the rule will answer later,
and a rule that changes changes this page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from linli.actors.choices import ADMINISTRATION, Role
from linli.actors.models import Body, Post
from linli.actors.queries import posts_on
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.grants import Grant
from linli.core.access.models import User
from linli.core.parameters.models import ParameterValue
from linli.core.registers.declare import REGISTRY as REGISTERS
from linli.core.workflow.declare import REGISTRY, STEPS, Process, Step

NOBODY, SOMEBODY = -1, -2  # ids of no account
ANYWHERE = "1/"


def holder_of_nothing_but(role: str, scope: str = ANYWHERE) -> User:
    """A person without a row who holds this one role over a path."""
    user = User(pk=NOBODY, username="—")
    user._grants = (Grant(role, scope, 0),)  # type: ignore[attr-defined]
    return user


@dataclass(frozen=True)
class Allowed:
    """What a role may do in one loop."""

    process: Process
    sees: bool
    steps: tuple[tuple[str, tuple[Step, ...]], ...]  # the state in words, the steps from it
    owes: tuple[str, ...]  # the states in which the role owes the next step


@cache
def loops_of(role: str) -> tuple[Allowed, ...]:
    """The loops in which a role sees or does something."""
    user = holder_of_nothing_but(role)
    found = []
    for process in REGISTRY.values():
        case: Any = process.model(scope=ANYWHERE)
        steps, sees = [], False
        for state, label in process.states:
            case.state = state
            may = tuple(step for step in process.steps_from(state) if _may(user, step.name, case))
            if may:
                steps.append((str(label), may))
            sees = sees or _may(user, f"{case._meta.app_label}.view_{process.slug}", case)
        owes = tuple(process.label_of(duty.state) for duty in process.duties if duty.owed_by == role)
        if sees or steps or (process.closed and owes):
            found.append(Allowed(process, sees, tuple(steps), owes))
    return tuple(found)


def _may(user: User, permission: str, record: Any) -> bool:
    try:
        return bool(user.has_perm(permission, record))
    except ObjectDoesNotExist:  # the rule looks at a relation that a record of nobody's does not have
        return False


@cache
def registers_of(role: str) -> tuple[str, ...]:
    """The registers a role may read."""
    user = holder_of_nothing_but(role)
    shown = []
    for register in REGISTERS.values():
        probe: Any = register.model()
        probe.scope = ANYWHERE
        if _may(user, register.view, probe):
            shown.append(register.label)
    return tuple(shown)


def administration_of(role: str, area: Area) -> list[str]:
    """The administrative permissions of a role over an area, in words."""
    user = holder_of_nothing_but(role, area.path)
    account = User(pk=SOMEBODY)
    post = Post(user_id=SOMEBODY, role=Role.VOLUNTEER, area=area)
    subjects: dict[str, Any] = {
        "core.reveal_account": account,
        "core.lock_account": account,
        "core.unlock_account": account,
        "core.end_sessions": account,
        "core.reset_account": account,
        "actors.appoint": post,
        "actors.relieve": post,
        "actors.manage_bodies": Body(area=area),
        "core.set_policy": ParameterValue(key="security.password_days", scope=""),
        "areas.rename_area": area,
    }
    return [
        words
        for name, words in ADMINISTRATION.items()
        if name != "core.view_cases" and _may(user, name, subjects.get(name))
    ]


@cache
def roles_for(step: str) -> tuple[str, ...]:
    """The roles that may take a step in some state."""
    return tuple(
        role
        for role in Role.values
        if any(step == one.name for loop in loops_of(role) for _state, may in loop.steps for one in may)
    )


@dataclass(frozen=True)
class Holder:
    """Somebody who may take a step at a place, by which post, and whether the post owes it."""

    post: Post
    nearest: bool
    owes: bool


def who_may(step: str, area: Area) -> list[Holder]:
    """The people who may take a step on a case of this area today, the nearest first; KeyError for no step."""
    _step, process = STEPS[step]
    owing = {
        duty.owed_by for duty in process.duties if any(one.name == step for one in process.steps_from(duty.state))
    }
    ids = [int(part) for part in area.path.split("/") if part]
    posts = list(
        posts_on(clock.today())
        .filter(role__in=roles_for(step), area_id__in=ids, user__is_active=True)
        .select_related("user", "body", "area__parent")
        .defer("area__boundary", "area__parent__boundary")
    )
    nearest = {role: max(len(post.area.path) for post in posts if post.role == role) for role in _roles(posts)}
    found = [
        Holder(post, len(post.area.path) == nearest[post.role], post.role in owing)
        for post in sorted(posts, key=lambda post: (-len(post.area.path), post.role, post.pk))
    ]
    return sorted(found, key=lambda one: not (one.owes and one.nearest))


def _roles(posts: Iterable[Post]) -> set[str]:
    return {post.role for post in posts}
