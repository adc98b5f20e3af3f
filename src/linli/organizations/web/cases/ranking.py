"""Who may read the papers of a list of commendation; nothing is filled in beforehand."""

from __future__ import annotations

from linli.core.files.registry import register_readable
from linli.organizations.models import Commendation

register_readable(
    Commendation,
    lambda user, subject: user.has_perm("organizations.view_commendation", subject),
    changeable=lambda user, subject: False,
)
