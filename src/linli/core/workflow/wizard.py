"""Filling in a case over several small pages: one matter a page, a draft that keeps itself, a summary at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.urls import reverse

from linli.core.access.models import User
from linli.core.errors import NotAllowed, WrongState
from linli.core.workflow.declare import Process
from linli.core.workflow.models import Case

REVIEW = "check"


@dataclass(frozen=True)
class Document:
    """A paper an application brings; `photos`: pictures alone, without their names."""

    slot: str
    label: str
    needed: bool
    why: str
    photos: bool = False


@dataclass(frozen=True)
class Page:
    """One matter. `form` for typed fields, or `documents` for papers; `helps` adds a hint to the page."""

    slug: str
    title: str
    why: str = ""
    form: type[forms.ModelForm[Any]] | None = None
    documents: Sequence[Document] = ()
    template: str = ""
    helps: Callable[[Case], dict[str, Any]] | None = None


@dataclass(frozen=True)
class Wizard:
    """The pages of a process, how a draft is kept, and what is still missing."""

    process: Process
    pages: Callable[[Case], Sequence[Page]]
    save: Callable[..., Case]
    missing: Callable[[Any], list[str]]
    editable: frozenset[str]
    sending: frozenset[str] = field(default=frozenset())
    next_words: str = ""
    sent: str = "申请已提交"
    # The summary before sending, where a domain has more to say there: its template, and what it shows.
    review_template: str = ""
    review: Callable[[Case], dict[str, Any]] | None = None
    # Every form a page may show, where that depends on the case; empty: `pages` is the same for each.
    every_form: Sequence[type[forms.ModelForm[Any]]] = ()

    def __post_init__(self) -> None:
        WIZARDS[self.process.slug] = self

    def may_edit(self, case: Case, user: User) -> bool:
        """Whether the case is a draft (or to be mended) and this person's to write."""
        return case.state in self.editable and any(
            user.has_perm(name, case)
            for name in self.sending
            if case.state in next(step.sources for step in self.process.steps if step.name == name)
        )

    def must_edit(self, case: Case, user: User) -> None:
        """Refuse whoever may not write here, or not any more."""
        if self.may_edit(case, user):
            return
        if user.pk in (case.owner_id, case.entered_by_id):
            raise WrongState("draft.sent", "这份申请已经提交，现在不能改。可以在进度页查看，或先撤回。")
        raise NotAllowed("draft.not_yours", "这份申请不是你的，不能修改。")

    def all_forms(self) -> list[type[forms.ModelForm[Any]]]:
        """Every form a case of this process may show."""
        return list(self.every_form) or [
            page.form for page in self.pages(self.process.model()) if page.form is not None
        ]

    def page(self, case: Case, slug: str) -> Page | None:
        """The page of an address."""
        return next((page for page in self.pages(case) if page.slug == slug), None)

    def url(self, case: Case, slug: str = "") -> str:
        """The address of a page; the first one when none is named."""
        return reverse("core:wizard", args=[self.process.slug, case.uid, slug or self.pages(case)[0].slug])

    def after(self, case: Case, page: Page) -> str:
        """Where the reader goes on: the next page, or the summary."""
        pages = list(self.pages(case))
        i = pages.index(page)
        return self.url(case, pages[i + 1].slug if i + 1 < len(pages) else REVIEW)


WIZARDS: dict[str, Wizard] = {}
