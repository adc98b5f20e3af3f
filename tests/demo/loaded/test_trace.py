"""After a whole district was loaded, in bulk and step by step, everything fits: no false alarm."""

from __future__ import annotations

import pytest

from linli.core.audit.chain import seal_events
from linli.core.audit.findings import Report
from linli.core.audit.models import Event
from linli.core.audit.records import verify_records
from linli.core.audit.verify import verify_chain
from linli.organizations.models import Organization

pytestmark = pytest.mark.usefixtures("district")


def test_everything_the_loader_wrote_fits() -> None:
    seal_events()
    report = verify_records(report=verify_chain())

    assert [finding.text for finding in report.findings] == []
    assert report.counts["events"] == Event.objects.count()
    assert report.counts["rows"] > Organization.objects.count() * 2


def test_it_does_so_because_every_row_is_marked() -> None:
    row = Organization.objects.order_by("pk").first()
    assert row is not None
    super(type(Organization.objects.all()), Organization.objects.filter(pk=row.pk)).update(name="假名字")
    report = verify_records(report=Report())

    assert [(finding.kind, finding.row) for finding in report.findings] == [("row_changed", row.pk)]
