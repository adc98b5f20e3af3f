"""What changes in this room; each module holds one matter."""

from linli.core.privacy.actions.looks import disclose, disclose_many
from linli.core.privacy.actions.revealing import LEAST_REASON, PER_DAY, REVEAL, TooMany, reveal

__all__ = ["LEAST_REASON", "PER_DAY", "REVEAL", "TooMany", "disclose", "disclose_many", "reveal"]
