"""Everything this domain keeps, a module for each part; Django finds the models here."""

from linli.organizations.models.register import CASE_FACETS, PROFILE_FIELDS, Amendment, Filing, Organization

__all__ = ["CASE_FACETS", "PROFILE_FIELDS", "Amendment", "Filing", "Organization"]
