"""What the pages of impact assessments need: a list as words, papers, what has changed since."""

from __future__ import annotations

from typing import Any

from django import template

from linli.core.files.models import Attachment
from linli.core.files.queries import attachments_of
from linli.core.privacy.actions.assessments import entry_now
from linli.core.privacy.assessment_choices import AssessmentState
from linli.core.privacy.assessment_models import Assessment
from linli.core.privacy.telling import changes_between, in_words

register = template.Library()


@register.filter
def listed(value: Any) -> str:
    """A list as a sentence."""
    return in_words(value)


@register.simple_tag
def assessment_papers(case: Assessment) -> list[Attachment]:
    """What was attached."""
    return list(attachments_of(case))


@register.simple_tag
def changed_since(case: Assessment) -> list[dict[str, str]]:
    """What the register says otherwise than when it was assessed; nothing for one that holds no longer."""
    if case.state not in (AssessmentState.REVIEW, AssessmentState.IN_FORCE):
        return []
    due = entry_now(case)
    return changes_between({"": case.declared}, {"": due.said}) if due is not None else []
