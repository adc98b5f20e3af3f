"""What is held about people, why, and for how long, as data.

Each room of the house says in its module `holdings.py`: a `Processing` (an entry of the register of processing
activities, PIPL 55-56), the `Holding`s that belong to it (which rows are about a person, which values they hold) and
the `Retention` rules by which they go. The pages 我的数据, the file to take along, the privacy notice, requests and
the nightly clean-up are all derived from these. A test fails for a personal field that no entry names.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms
from django.apps import apps
from django.db.models import Model, QuerySet

from linli.core.privacy.choices import Ground, Trigger
from linli.core.privacy.values import Kind, PersonalValue

if TYPE_CHECKING:
    from linli.core.access.models import User
    from linli.core.files.models import Attachment


@dataclass(frozen=True)
class Subject:
    """Whom data may be about: an account, and keyed hashes of numbers that were verified to be this person's.

    A number that somebody merely typed never stands here: a mistyped phone must not open another person's record.
    """

    user: User | None = None
    id_hashes: frozenset[str] = frozenset()
    phone_hashes: frozenset[str] = frozenset()

    @property
    def key(self) -> int:
        """The number of the account; 0, which nobody has, without one."""
        return self.user.pk if self.user is not None else 0


@dataclass(frozen=True)
class Item:
    """One value of a row. A value with a `kind` is personal: masked until its own person asks for it in full."""

    name: str
    label: str
    kind: Kind | None = None
    show: Callable[[Any], Any] | None = None
    sensitive: bool = False

    def of(self, row: Any) -> Any:
        """The plain value as a reader knows it: the words of a choice, "" for none."""
        if self.show is not None:
            return self.show(row)
        display = getattr(row, f"get_{self.name}_display", None)
        value = display() if display else getattr(row, self.name)
        return "" if value is None else value

    def value(self, row: Any) -> Any:
        """The value, which shows itself masked when it is personal."""
        plain = self.of(row)
        return PersonalValue(self.kind, str(plain)) if self.kind is not None else plain


def always(row: Any, item: Item, subject: Subject) -> bool:
    """The default of `own`: every value of the row is the person's to read."""
    return True


def nothing(row: Any, subject: Subject) -> str:
    """The default of `kept_by_law`: no law asks to keep the row."""
    return ""


def no_blocks(user: User) -> list[str]:
    """The default of `blocks_closing`: nothing has to be settled first."""
    return []


@dataclass(frozen=True)
class Holding:
    """One kind of rows about people.

    `about` gives the rows about a subject; `own` says whether one value of such a row may be shown to the subject in
    full (a row may also hold what belongs to somebody else). `answers_for` names further fields of the model that
    follow from those shown (hashes, keys). `correct` writes a corrected value through the register's action; `erase`
    removes the personal values of a row; `kept_by_law` says in a sentence why that may not be done now. `persons` is
    `about` the other way round and for many rows at once: a query of the accounts that rows are about, without which
    rows of the model can be neither handed out in bulk nor counted in an incident.
    """

    slug: str
    label: str
    model_label: str
    processing: str
    about: Callable[[Subject], QuerySet[Any]] = field(repr=False)
    items: tuple[Item, ...]
    title: Callable[[Any], str] = str
    unit: str = "条"
    note: str = ""
    url: Callable[[Any], str] | None = None
    own: Callable[[Any, Item, Subject], bool] = always
    answers_for: tuple[str, ...] = ()
    correctable: Mapping[str, Callable[[], forms.Field]] = field(default_factory=dict)
    correct: Callable[..., None] | None = None
    erase: Callable[..., None] | None = None
    kept_by_law: Callable[[Any, Subject], str] = nothing
    blocks_closing: Callable[[User], list[str]] = no_blocks
    scope: Callable[[Any], str] | None = None
    files: Callable[[Any], Iterable[Attachment]] | None = None
    persons: Callable[[QuerySet[Any]], QuerySet[Any]] | None = field(default=None, repr=False)

    @property
    def model(self) -> type[Model]:
        """The model of the rows."""
        return apps.get_model(self.model_label)

    @property
    def sensitive(self) -> bool:
        """Whether it holds sensitive personal information (PIPL 28; rulebook §11.2)."""
        return any(item.sensitive for item in self.items)

    @property
    def requestable(self) -> bool:
        """Whether a single row can be named in a request."""
        return self.correct is not None or self.erase is not None

    def item(self, name: str) -> Item | None:
        """The item of this name."""
        return next((item for item in self.items if item.name == name), None)


@dataclass(frozen=True)
class Processing:
    """An entry of the register of processing activities (PIPL 55-56, rulebook §11.2); also of the privacy notice.

    `sure` marks how sure the basis is, as the rulebook does: [V], [V-], [M]. `triggers` says why an impact assessment
    is due before (automated decisions, giving away, publishing …); that sensitive data is held, the holdings say.
    """

    slug: str
    label: str
    purpose: str
    ground: Ground
    basis: str
    people: str
    sources: str
    recipients: str
    security: str
    sure: str = "[M]"
    triggers: frozenset[Trigger] = frozenset()
    asks_consent: bool = False  # the person agrees on a page of ours, so a changed entry is put to the person again

    @property
    def holdings(self) -> list[Holding]:
        """What is held under this entry."""
        return [holding for holding in HOLDINGS.values() if holding.processing == self.slug]

    @property
    def fields(self) -> list[str]:
        """Labels of the personal values, each once."""
        return list(dict.fromkeys(item.label for holding in self.holdings for item in holding.items if item.kind))

    @property
    def sensitive_fields(self) -> list[str]:
        """Labels of those that are sensitive."""
        found = (item.label for holding in self.holdings for item in holding.items if item.sensitive)
        return list(dict.fromkeys(found))

    @property
    def reasons(self) -> list[Trigger]:
        """Why an impact assessment is due, in the order of the law; empty where none is."""
        due = self.triggers | ({Trigger.SENSITIVE} if self.sensitive_fields else set())
        return [trigger for trigger in Trigger if trigger in due]

    @property
    def retentions(self) -> list[Retention]:
        """How long it stays."""
        return [rule for rule in RETENTIONS.values() if rule.processing == self.slug]


def no_rows(cutoff: dt.datetime) -> QuerySet[Any]:
    """The default of `due`, for what is kept by another mechanism and only told here."""
    from linli.core.audit.models import Event

    return Event.objects.none()


@dataclass(frozen=True)
class Retention:
    """How long something stays and what then happens.

    `due(cutoff)` gives the rows whose time had run at the moment `cutoff`; a row that was dealt with is not among
    them any more, which makes the job idempotent. `act(row)` does it, in the caller's transaction; `act_many(rows)`
    does it for a query of rows at once where nothing has to be known of each, and is then used for large batches.
    Without either the rule only tells how something else looks after itself, or that it is never deleted.
    """

    slug: str
    label: str
    processing: str
    after: str  # 自…之日起
    effect: str  # what happens, in words
    source: str
    parameter: str = ""
    model_label: str = ""
    due: Callable[[dt.datetime], QuerySet[Any]] = field(default=no_rows, repr=False)
    act: Callable[[Any], None] | None = field(default=None, repr=False)
    act_many: Callable[[QuerySet[Any]], object] | None = field(default=None, repr=False)
    title: Callable[[Any], str] = str
    since: str = ""  # ORM path of the moment the time runs from
    scope: str = "scope"  # ORM path of the area's path, "" where a row lies nowhere

    @property
    def model(self) -> type[Model]:
        """The model of the rows."""
        return apps.get_model(self.model_label)

    @property
    def runs(self) -> bool:
        """Whether the nightly job has something to do for it."""
        return self.act is not None or self.act_many is not None

    def cutoff(self, now: dt.datetime, scope: str = "") -> dt.datetime:
        """What is older than this goes; below a path whose own value of the parameter may differ."""
        from linli.core.parameters import value_of

        return now - dt.timedelta(days=value_of(self.parameter, scope))


PROCESSINGS: dict[str, Processing] = {}
HOLDINGS: dict[str, Holding] = {}
RETENTIONS: dict[str, Retention] = {}
# Fields that look personal and are not, and tables that point to an account without being about it; each with why.
NOT_PERSONAL: dict[str, str] = {}


def _add(table: dict[str, Any], entries: Sequence[Any], word: str) -> None:
    for entry in entries:
        if table.setdefault(entry.slug, entry) is not entry:
            raise ValueError(f"{word} declared twice: {entry.slug}")


def declare_processing(*entries: Processing) -> None:
    """Make entries of the register of processing known."""
    _add(PROCESSINGS, entries, "processing")


def declare_holdings(*entries: Holding) -> None:
    """Make kinds of rows about people known."""
    _add(HOLDINGS, entries, "holding")


def declare_retention(*entries: Retention) -> None:
    """Make rules of keeping known."""
    _add(RETENTIONS, entries, "retention")


def declare_not_personal(**reasons: str) -> None:
    """Name models ("app_Model") or fields ("app_Model_field") that need no entry, each with the reason."""
    NOT_PERSONAL.update(reasons)


def holdings_of(model: type[Model]) -> Iterator[Holding]:
    """The holdings that answer for a model."""
    return (holding for holding in HOLDINGS.values() if holding.model is model)
