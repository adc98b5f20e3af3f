"""What the kernel itself holds about people: accounts, logins, traces, notices, papers, requests."""

from linli.core.privacy.holdings import incidents, keeping, rows
from linli.core.privacy.holdings.keeping import delete_draft, delete_drafts, erase_draft, owners, untouched_since
from linli.core.privacy.holdings.purposes import SIGN_UP, STORED

__all__ = [
    "SIGN_UP",
    "STORED",
    "delete_draft",
    "delete_drafts",
    "erase_draft",
    "incidents",
    "keeping",
    "owners",
    "rows",
    "untouched_since",
]
