"""One closed loop, declared once as data: Step, Duty, Process. Everything else is derived from these.

`choices.py` of a domain declares; `rules.py` adds a permission of each step's name; `actions.py` binds each step to a
function with `@performs`; `queries.py` binds the list people may see with `@visible`. The generic tests in
tests/core/workflow walk every process that is registered here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from django.apps import apps

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from linli.core.access.grants import Person
    from linli.core.registers.declare import Column
    from linli.core.workflow.models import Case

F = TypeVar("F", bound=Callable[..., Any])

OWNER = "owner"  # the person whose case it is
SYSTEM = "system"  # the clock itself: when the time has run, `then` is taken by the system user


@dataclass(frozen=True)
class Step:
    """An arrow. Its name is at once arrow, permission and audit event.

    `target` None leaves the state as it is. `reason` says whether words are asked for: "must", "may" or "".
    `told` is the sentence the owner gets as a notice ({title} is filled in); empty: the label is used. `unnamed` is
    what readers without a post are told instead of the name of who took it.
    `since` names a date of the case before which the step is not offered; the page says from when on it is.
    `inward`: readers without a post are not told that it was taken.
    """

    name: str
    sources: Set[str]
    target: str | None
    label: StrOrPromise
    done: StrOrPromise = ""
    reason: str = ""
    basis: StrOrPromise = ""
    tone: str = ""
    hint: StrOrPromise = ""
    told: StrOrPromise = ""
    quiet: bool = False
    unnamed: StrOrPromise = ""
    since: str = ""
    inward: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "sources", frozenset(self.sources))

    @property
    def slug(self) -> str:
        """The step's part of an address: "organizations.agree_filing" → "agree_filing"."""
        return self.name.rpartition(".")[2]

    @property
    def past(self) -> str:
        """How the timeline tells it."""
        return str(self.done or self.label)


@dataclass(frozen=True)
class Duty:
    """In this state these posts owe the next step.

    `within` is a number of working days or the key of a parameter that holds it; None: no deadline. `until` names a
    date of the case instead (the end of a term, the day something is due): the duty lasts to the end of that day.
    Where the applicant, or who entered the case, holds that post, `stands_in` owes it instead: nobody decides on an
    own case. Where an OWNER duty is nobody's, `stands_in` owes it, too. When it is overdue the row also opens for
    `raised_to`, who may urge. A SYSTEM duty takes `then` when its
    days have run. `named_by` is an attribute of the case that names the role where one loop serves several offices
    (a district's grade, a street's stars); `owed_by` is then who owes it as a rule.
    `extension` (days or parameter key) allows one extension, before expiry, with a reason, told to the owner. Where
    the day is one of the case (`until`), the case gets the later day, and one extension is all there is, however
    often the state is entered. `extended_by` names a permission asked beside the role, where several bodies hold it.
    `held_by` is an attribute of the case that names the one person who owes it: a row of that person's inbox alone,
    where not everybody of the post may know of the case. `raised_named` names, as `named_by` does, who is above.
    """

    state: str
    owed_by: str
    within: int | str | None = None
    until: str = ""
    stands_in: str = ""
    raised_to: str = ""
    then: str = ""
    extension: int | str | None = None
    basis: str = ""
    named_by: str = ""
    extended_by: str = ""
    held_by: str = ""
    raised_named: str = ""


@dataclass(frozen=True)
class Stage:
    """A place on the stage bar and in the picture; one or more states."""

    label: str
    states: tuple[str, ...]


@dataclass
class Process:
    """The loop. `stages` is the straight way; states outside it (returned, refused, …) are drawn below it.

    `closed`: what is typed in its steps stays with the case; the trace keeps step and state alone.
    """

    slug: str
    model_label: str
    label: str
    steps: Sequence[Step]
    duties: Sequence[Duty]
    stages: Sequence[Stage]
    ends: Set[str]
    start: str
    parameters: Sequence[str] = ()
    facts_template: str = ""
    aside_template: str = ""
    unit: str = "件"
    content: str = "申请内容"  # the title above the facts
    owner_label: str = "申请人"  # what the timeline calls the owner
    hides_owner: bool = False  # who brought it is told to nobody: no name, no post, no trace, no refusal
    home: str = "organizations:mine"  # where its owner comes from, and what that page is called
    home_label: str = "我的申请"
    columns: Sequence[Column] = ()  # what an export of its cases holds
    closed: bool = False
    view: str = "core.view_cases"  # the permission that opens the list and the picture at all
    visible_to: Callable[[Person], QuerySet[Any]] | None = field(default=None, repr=False)
    reach: Callable[[Person], Iterable[str]] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.ends = frozenset(self.ends)
        if REGISTRY.setdefault(self.slug, self) is not self:
            raise ValueError(f"process declared twice: {self.slug}")
        for step in self.steps:
            if STEPS.setdefault(step.name, (step, self))[1] is not self:
                raise ValueError(f"step declared twice: {step.name}")

    @property
    def model(self) -> type[Case]:
        """The case's model."""
        return apps.get_model(self.model_label)

    @property
    def states(self) -> list[tuple[str, str]]:
        """Codes and words of the states, in the order they were declared."""
        return list(self.model._meta.get_field("state").choices or ())

    def label_of(self, state: str) -> str:
        """The words for a state."""
        return str(dict(self.states)[state])

    def duty_in(self, state: str) -> Duty | None:
        """Who owes what in a state; None in an end."""
        return next((duty for duty in self.duties if duty.state == state), None)

    def steps_from(self, state: str) -> Iterator[Step]:
        """The arrows that leave a state, in the order of declaration."""
        return (step for step in self.steps if state in step.sources)

    def parameter_keys(self) -> set[str]:
        """Every parameter a case keeps from its beginning."""
        used = {value for duty in self.duties for value in (duty.within, duty.extension) if isinstance(value, str)}
        return used | set(self.parameters)

    def step(self, slug: str) -> Step | None:
        """The step with this address part."""
        return next((step for step in self.steps if step.slug == slug), None)


REGISTRY: dict[str, Process] = {}
STEPS: dict[str, tuple[Step, Process]] = {}
ACTIONS: dict[str, Callable[..., Any]] = {}


def process_of(case: Case | type[Case]) -> Process:
    """The process a case (or its model) runs through."""
    return next(process for process in REGISTRY.values() if process.model_label == case._meta.label)


def visible(process: Process, reach: Callable[[Person], Iterable[str]] | None = None) -> Callable[[F], F]:
    """Bind the list that a person may see: `@visible(FILING)` above `filings_visible_to(user)`.

    `reach` names the paths below which the person sees every case that has left its first state; beyond that, own
    cases alone. Where it is given, the table of the cases keeps a tally of its states under the process's slug
    (`core.registers.schema.KeepTally`), and lists and counts cost the same at any size.
    """

    def bind(function: F) -> F:
        process.visible_to = function
        process.reach = reach
        return function

    return bind
