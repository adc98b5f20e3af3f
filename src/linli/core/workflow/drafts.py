"""A draft: opened, and kept as it is typed. What every case that is filled in does, so that an action says only what
is particular to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar, cast

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from linli.core.access.models import User
from linli.core.audit import record
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.workflow.declare import Step
from linli.core.workflow.engine import settle
from linli.core.workflow.models import Case

C = TypeVar("C", bound=Case)


@transaction.atomic
def open_draft(case: C, *, actor: User, code: str) -> C:
    """Save a new case with its first event and its row of the inbox. Raises WrongState where a constraint says that
    there is one already: a double click, or two people at once."""
    try:
        case.validate_constraints()
        with transaction.atomic():
            case.save()
    except ValidationError as error:
        raise WrongState(code, " ".join(error.messages)) from error
    except IntegrityError as error:
        raise WrongState(code, "刚才已经有人开了同样的一件，请刷新页面。") from error
    settle(case, actor, record(actor, "core.case_begun", case))
    return case


@transaction.atomic
def keep_draft(
    case: C, *, steps: Iterable[Step], name: str, actor: User, revision: int | None, values: dict[str, Any]
) -> C:
    """Keep what has been typed so far. `steps` are those that send it: who may take one may write, and only where one
    starts. Raises WrongState when another device saved in between (nothing is lost)."""
    locked = cast("C", type(case)._default_manager.select_for_update().get(pk=case.pk))
    sending = [step for step in steps if locked.state in step.sources]
    if not sending:
        raise WrongState(name, f"这件事现在是“{locked.state_label}”，不能改。需要改时请先撤回或等退回。")
    if not any(actor.has_perm(step.name, locked) for step in sending):
        raise NotAllowed(name, "这份草稿不是你的，不能修改。")
    if revision is not None and revision != locked.revision:
        raise WrongState("draft.revision", "这份草稿刚才在另一台设备上改过。")
    for field, value in values.items():
        setattr(locked, field, value)
    locked.revision += 1
    try:
        with transaction.atomic():
            locked.save()
    except IntegrityError as error:
        try:
            locked.validate_constraints()
        except ValidationError as said:
            raise BadInput(name, " ".join(said.messages)) from error
        raise BadInput(name, "这样填和已有的记录冲突，请核对。") from error
    settle(locked, actor, record(actor, name, locked, fields=sorted(values)))
    return locked
