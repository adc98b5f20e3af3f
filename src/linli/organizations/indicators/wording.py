"""Words that the figures of all parts use."""

from __future__ import annotations

from django.db.models import TextChoices

USUAL = "社会组织统计的通行口径"
PARTY, CASES, FEDERATION = "党建", "备案和变更", "联合会"
INCUBATION, ACTIVITIES, LAWFUL = "孵化", "活动", "登记管理"


def words(choices: type[TextChoices]) -> tuple[tuple[str, str], ...]:
    """The values of choices with their labels."""
    return tuple((member.value, str(member.label)) for member in choices)
