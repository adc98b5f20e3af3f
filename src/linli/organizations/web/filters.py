"""The filters of the register, in the address bar."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from linli.actors.queries import served_districts
from linli.areas.models import Area
from linli.areas.queries import children
from linli.organizations.choices import Kind, LegalStatus
from linli.organizations.models import Organization


def streets() -> list[tuple[int, str]]:
    """The streets of the districts served."""
    return [(street.pk, street.name) for district in served_districts() for street in children(district)]


class PublicFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Search, street and kind: what a visitor asks."""

    q = django_filters.CharFilter(label="名称、编号或场所", method="search")
    street = django_filters.ChoiceFilter(label="街道", choices=streets, method="in_street", empty_label="全部街道")
    kind = django_filters.ChoiceFilter(label="类别", choices=Kind.choices, empty_label="全部类别")

    class Meta:
        model = Organization
        fields = ("q", "street", "kind")

    def search(self, rows: QuerySet[Organization], name: str, value: str) -> QuerySet[Organization]:
        """Any part of the name, the number or the venue."""
        words = value.strip()
        return rows.filter(Q(name__contains=words) | Q(number__contains=words) | Q(address__contains=words))

    def in_street(self, rows: QuerySet[Organization], name: str, value: Any) -> QuerySet[Organization]:
        """Everything that lies under the street."""
        street = Area.objects.filter(pk=value).first()
        return rows.filter(scope__startswith=street.path) if street else rows.none()


class RegisterFilter(PublicFilter):
    """The officers' filter: also by legal status."""

    legal_status = django_filters.MultipleChoiceFilter(label="法律状态", choices=LegalStatus.choices)

    class Meta:
        model = Organization
        fields = ("q", "street", "kind", "legal_status")
