"""What organizations do by the clock, a module for each part."""

from linli.organizations.jobs import cadence, credit

__all__ = ["cadence", "credit"]
