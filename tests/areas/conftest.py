"""A small town to change, and people who may and may not change it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from tests.areas.towns import person, plant

from linli.areas.choices import Level
from linli.core.access.grants import Grant
from linli.core.access.models import User


@pytest.fixture
def town(db) -> SimpleNamespace:
    district = plant("金平区", Level.DISTRICT, code="440511")
    east = plant("东方街道", Level.STREET, district, code="440511001")
    west = plant("大华街道", Level.STREET, district, code="440511002")
    return SimpleNamespace(
        district=district,
        east=east,
        west=west,
        phoenix=plant("凤凰居委会", Level.COMMUNITY, east, code="440511001001"),
        garden=plant("金苑社区居民委员会", Level.COMMUNITY, east, code="440511001002"),
        harbour=plant("海安村委会", Level.COMMUNITY, west, code="440511002201"),
    )


@pytest.fixture
def keeper(town) -> User:
    """The system administrator of the district."""
    return person("keeper", Grant(role="sysadmin", scope=town.district.path, body_id=1, body_name="区民政局"))
