"""Revocations are about organizations; the accounts in them only say who did what."""

from __future__ import annotations

from linli.core.privacy.declare import declare_not_personal

declare_not_personal(
    organizations_Revocation="组织被撤销、取缔的事项，账号只记谁提出、谁听证、谁决定",
)
