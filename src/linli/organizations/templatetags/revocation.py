"""What a page of a revocation tells besides the case itself."""

from __future__ import annotations

from django import template

from linli.core.access.grants import Person
from linli.organizations.models import Activity, Revocation
from linli.organizations.queries.revocation import cancelled_by

register = template.Library()


@register.simple_tag
def cancelled_with(case: Revocation, user: Person) -> list[Activity]:
    """The activities that were cancelled when it was served."""
    return cancelled_by(case, user)
