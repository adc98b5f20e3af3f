"""Credit is about organizations; the accounts in it only say who did what."""

from __future__ import annotations

from linli.core.privacy.declare import declare_not_personal

declare_not_personal(
    organizations_CreditInfo="组织的信用信息，账号只记谁归集、谁撤下",
    organizations_CreditListing="组织在名录里的事项，账号只记谁提出、谁决定、谁申请移出",
)
