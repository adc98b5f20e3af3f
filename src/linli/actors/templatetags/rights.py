"""What a proposed post would be able to do, on the page where somebody agrees to it."""

from __future__ import annotations

from typing import Any

from django import template

from linli.actors.models import Appointment
from linli.actors.queries.rights import administration_of, loops_of, registers_of

register = template.Library()


@register.inclusion_tag("actors/_loops.html")
def rights_of(case: Appointment) -> dict[str, Any]:
    """The loops, registers and administrative permissions of the role over the area."""
    return {
        "loops": loops_of(case.role),
        "registers": registers_of(case.role),
        "administration": administration_of(case.role, case.area),
    }
