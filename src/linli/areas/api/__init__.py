"""Areas for programs: reading them, and for the administrators who keep them, reforms."""

from __future__ import annotations

from linli.areas.api import places, reforms

__all__ = ["places", "reforms"]
