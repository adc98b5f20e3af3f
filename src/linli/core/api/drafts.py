"""Changing a draft by its fields, checked by the same forms as the pages of its wizard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from linli.core.access.models import User
from linli.core.api.problems import Problem, fields_of
from linli.core.api.schemas import as_typed
from linli.core.workflow.models import Case
from linli.core.workflow.wizard import Wizard


def draft_fields(wizard: Wizard) -> dict[str, forms.Field]:
    """Every field a draft of this process may have, by name."""
    return {name: field for form in wizard.all_forms() for name, field in form.base_fields.items()}


def change(wizard: Wizard, case: Case, given: Mapping[str, Any], *, actor: User) -> Case:
    """Save the given values, each checked with the rest of its page. Raises Problem naming the wrong ones."""
    wizard.must_edit(case, actor)
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    known: set[str] = set()
    fresh = type(case)._default_manager.get(pk=case.pk)
    for page in wizard.pages(case):
        if page.form is None:
            continue
        known |= page.form.base_fields.keys()
        sent = {name: value for name, value in given.items() if name in page.form.base_fields}
        if not sent:
            continue
        form = page.form(_data(page.form(instance=fresh), sent), instance=fresh)
        if not form.is_valid():
            wrong |= fields_of(form.errors)
        values |= {name: value for name, value in form.cleaned_data.items() if hasattr(case, name)}
    wrong |= {name: "这件事没有这一项。" for name in given if name not in known}
    if wrong:
        raise Problem(422, "input.refused", fields=wrong)
    if not values:
        raise Problem(422, "input.empty", "没有要改的内容。请至少发一项。")
    return wizard.save(case, actor=actor, revision=case.revision, **values)


def _data(form: forms.ModelForm[Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """The page as a browser would send it: what the draft holds, with the given values in their places."""
    data: dict[str, Any] = {}
    for name, field in form.fields.items():
        if name in sent:
            value = as_typed(field, sent[name])
        else:
            value = field.prepare_value(form.get_initial_for_field(field, name))
            value = "on" if value is True else "" if value in (None, False) else value
        if value != "":
            data[form.add_prefix(name)] = value
    return data
