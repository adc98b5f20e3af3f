"""Kinds of matters, reports, and who follows them."""

from linli.voice.models.matters import Handling, Matter
from linli.voice.models.report import Contact, Follow, HelpAsked, Report

__all__ = ["Contact", "Follow", "Handling", "HelpAsked", "Matter", "Report"]
