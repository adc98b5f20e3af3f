"""What programs begin with organizations; everything else follows from the declarations."""

from __future__ import annotations

from typing import Literal

from django.http import Http404
from pydantic import Field

from linli.core.access.models import User
from linli.core.api.begins import begins
from linli.core.api.schemas import Input
from linli.core.errors import NotAllowed
from linli.organizations.actions.amendments import begin_amendment
from linli.organizations.actions.filings import begin_filing
from linli.organizations.choices import AMENDMENT, FILING, AmendmentKind
from linli.organizations.models import Amendment, Filing
from linli.organizations.queries import organizations_visible_to
from linli.organizations.rules import enters_for_others


class BeginFiling(Input):
    """Opens an empty draft."""

    on_behalf: bool = Field(False, strict=True, description="替没有账号的居民代办；要有社区或街道的岗位")


class BeginAmendment(Input):
    """Opens a change of an organization, or gives the one of this kind that is open."""

    organization: str = Field(max_length=22, description="名册里的标识", examples=["Zk3v8mQ1bH0xY7tR5cW2aA"])
    kind: Literal[tuple(AmendmentKind.values)] = Field(  # type: ignore[valid-type]
        description="；".join(f"{kind.value}：{kind.label}" for kind in AmendmentKind)
    )


@begins(FILING, BeginFiling)
def open_filing(body: BeginFiling, *, actor: User) -> Filing:
    """A draft of an application to be filed."""
    if body.on_behalf and not enters_for_others(actor):
        raise NotAllowed("organizations.begin_filing", "代办备案由社区工作者和街道经办进行。")
    return begin_filing(actor=actor, on_behalf=body.on_behalf)


@begins(AMENDMENT, BeginAmendment)
def open_amendment(body: BeginAmendment, *, actor: User) -> Amendment:
    """A draft of a change; an organization the person does not see does not exist."""
    organization = organizations_visible_to(actor).filter(uid=body.organization).first()
    if organization is None:
        raise Http404
    return begin_amendment(organization, kind=body.kind, actor=actor)
