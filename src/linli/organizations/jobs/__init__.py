"""What organizations do by the clock or afterwards; procrastinate finds the jobs here."""

from linli.organizations.jobs import activities, annual, cadence, credit, custody, dormant, party, ranking

__all__ = ["activities", "annual", "cadence", "credit", "custody", "dormant", "party", "ranking"]
