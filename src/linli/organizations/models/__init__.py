"""Everything this domain keeps, a module for each part; Django finds the models here."""

from linli.organizations.models.register import CASE_FACETS, PROFILE_FIELDS, Amendment, Filing, Organization
from linli.organizations.models.states import STATE_FIELDS

__all__ = ["CASE_FACETS", "PROFILE_FIELDS", "STATE_FIELDS", "Amendment", "Filing", "Organization"]
