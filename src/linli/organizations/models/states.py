"""The states of an organization that do not depend on each other, each a column (rulebook §2.2)."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from linli.areas.choices import UrbanRural
from linli.core import clock
from linli.organizations.choices.filing import LIVING
from linli.organizations.choices.states import (
    GRADED,
    STARS_MOST,
    UNREGISTERED,
    ActivityStatus,
    CreditStatus,
    Grade,
    IncubationStatus,
    LegalType,
    PartyCover,
    RegisteredLevel,
)


def _word(label: Any, choices: type[TextChoices], default: str = "", length: int = 12) -> Any:
    """A column with a constant default, so that adding it is a moment whatever the size of the table."""
    return models.CharField(
        label, max_length=length, choices=choices, blank=not default, default=default, db_default=default
    )


class States(models.Model):
    """Columns beside the legal status; the loops of the domain keep them."""

    legal_type = _word(_("法律类型"), LegalType)
    registered_level = _word(_("登记机关层级"), RegisteredLevel)
    urban_rural = _word(_("城乡"), UrbanRural, length=5)
    incubation_status = _word(_("孵化状态"), IncubationStatus, IncubationStatus.NONE.value)
    activity_status = _word(_("活动状态"), ActivityStatus, ActivityStatus.UNKNOWN.value)
    credit_status = _word(_("信用状态"), CreditStatus, CreditStatus.NORMAL.value)
    grade = _word(_("评估等级"), Grade, length=2)
    grade_until = models.DateField(_("评估等级有效期至"), null=True, blank=True)
    # Not a positive one: its check would have the whole table read when the column is added.
    stars = models.SmallIntegerField(
        _("星级"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(STARS_MOST)]
    )
    stars_until = models.DateField(_("星级有效期至"), null=True, blank=True)
    party_cover = _word(_("党的组织覆盖"), PartyCover, PartyCover.NONE.value)

    class Meta:
        abstract = True

    @property
    def grade_now(self) -> str:
        """The grade as long as it is valid; "" when there is none or its day has passed."""
        return self.grade if self.grade_until is not None and self.grade_until >= clock.today() else ""

    @property
    def stars_now(self) -> int:
        """The stars as long as they are valid, else 0."""
        return self.stars or 0 if self.stars_until is not None and self.stars_until >= clock.today() else 0


STATE_FIELDS = tuple(field.name for field in States._meta.local_fields)

_CHOSEN: dict[str, type[TextChoices]] = {
    "legal_type": LegalType,
    "registered_level": RegisteredLevel,
    "urban_rural": UrbanRural,
    "incubation_status": IncubationStatus,
    "activity_status": ActivityStatus,
    "credit_status": CreditStatus,
    "grade": Grade,
    "party_cover": PartyCover,
}


def _values(name: str) -> list[str]:
    field = next(field for field in States._meta.local_fields if field.name == name)
    return [*([""] if field.blank else []), *_CHOSEN[name].values]


STATE_CONSTRAINTS = [
    models.CheckConstraint(
        name="organizations_states_known",
        condition=Q(*((f"{name}__in", _values(name)) for name in _CHOSEN)),
    ),
    models.CheckConstraint(
        name="organizations_legal_type_of_registered",
        condition=~Q(legal_status__in=[status.value for status in UNREGISTERED])
        | Q(legal_type="", registered_level=""),
    ),
    models.CheckConstraint(
        name="organizations_grade_of_registered",
        condition=Q(grade="", grade_until__isnull=True)
        | ~Q(grade="") & Q(grade_until__isnull=False, legal_status__in=[status.value for status in GRADED]),
    ),
    models.CheckConstraint(
        name="organizations_stars_of_living",
        condition=Q(stars__isnull=True, stars_until__isnull=True)
        | Q(
            stars__range=(1, STARS_MOST),
            stars_until__isnull=False,
            legal_status__in=[status.value for status in LIVING],
        ),
    ),
]
