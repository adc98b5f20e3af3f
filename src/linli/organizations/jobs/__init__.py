"""What organizations do by the clock, a module for each part."""

from linli.organizations.jobs import credit

__all__ = ["credit"]
