"""The fixtures of voice."""

from tests.voice.voices import accepted, closed, dispatched, light, replied, sent, working

__all__ = ["accepted", "closed", "dispatched", "light", "replied", "sent", "working"]
