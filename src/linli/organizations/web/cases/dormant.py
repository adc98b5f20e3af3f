"""Who may read the papers of a dormant organization's matter; nothing is filled in beforehand."""

from __future__ import annotations

from linli.core.files.registry import register_readable
from linli.organizations.models import Dormancy

register_readable(
    Dormancy,
    lambda user, subject: user.has_perm("organizations.view_dormancy", subject),
    changeable=lambda user, subject: False,
)
