"""What programs may do with revocations; the matters are cases and follow from their declaration."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from linli.areas.models import Area
from linli.areas.queries import by_key
from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.api.begins import begins
from linli.core.api.listing import page
from linli.core.api.problems import Problem
from linli.core.api.rooms import Room
from linli.core.api.schemas import UID, Answer, Input, Paged, Word, page_of, word
from linli.organizations.actions import revocation as actions
from linli.organizations.choices.revocation import REVOCATION, RevocationKind
from linli.organizations.models import Revocation
from linli.organizations.queries import revocation as queries
from linli.organizations.queries.register import organizations_visible_to

_KINDS = "；".join(f"{kind.value}：{kind.label}" for kind in RevocationKind)


class BeginRevocation(Input):
    """Proposes to revoke a registration, or to ban what is not registered."""

    kind: Literal[tuple(RevocationKind.values)] = Field("revoke", description=_KINDS)  # type: ignore[valid-type]
    organization: str | None = Field(None, max_length=22, description="名册里的标识；撤销要有", examples=[UID])
    name: str = Field("", max_length=60, description="取缔：它用的名称", examples=["东方老年保健协会"])
    area: str | None = Field(None, max_length=30, description="取缔：街道或社区的代码", examples=["440511004001"])
    address: str = Field("", max_length=120, description="取缔：活动地点")


@begins(REVOCATION, BeginRevocation)
def open_revocation(body: BeginRevocation, *, actor: User) -> Revocation:
    """The draft of a matter."""
    organization = None
    if body.organization:
        organization = organizations_visible_to(actor).filter(uid=body.organization).first()
        if organization is None:
            raise Http404
    if body.kind == RevocationKind.REVOKE:
        if organization is None:
            raise Problem(422, "input.refused", fields={"organization": "撤销登记要写是哪家组织。"})
        return actions.begin_revocation(organization, actor=actor)
    area = by_key(body.area, Area.objects.all()) if body.area else None
    area = area or (organization.area if organization is not None else None)
    if area is None:
        raise Problem(422, "input.refused", fields={"area": "请写在哪个街道或社区。"})
    return actions.begin_ban(area, name=body.name, address=body.address, actor=actor, organization=organization)


class Revoked(Answer):
    """A decision that was served, as everybody may know it."""

    number: str = Field(examples=["CX-440511004-2026-00001"])
    kind: Word = Field(examples=[{"code": "revoke", "label": "撤销登记"}])
    name: str = Field(examples=["金平区春晖协会"])
    ground: Word = Field(examples=[{"code": "inactive", "label": "取得登记证书满一年没有开展活动"}])
    decision_number: str = Field(examples=["汕金民撤〔2026〕1 号"])
    decided_on: dt.date = Field(examples=["2026-11-02"])
    served_on: dt.date = Field(examples=["2026-11-05"])
    state: Word = Field(examples=[{"code": "window", "label": "复议期内"}])


class MeetsGround(Answer):
    """A registered organization that meets a ground, as the records show it."""

    organization: str = Field(examples=[UID])
    name: str = Field(examples=["金平区春晖协会"])
    ground: Word = Field(examples=[{"code": "inactive", "label": "取得登记证书满一年没有开展活动"}])
    facts: str = Field(examples=["2025年3月3日登记，到2026年11月23日平台上没有一场举办过的活动。"])


room = Room("revocations", "撤销和取缔", "送达了的决定谁都可以看；在办的见 cases 的 revocation。")


def listed(request: HttpRequest, filters: Query[Paged]) -> object:
    """What was decided and served, the latest first."""
    items, following = page(queries.public_revocations(), ("-pk",), filters.after, filters.limit)
    return {"items": [_told(row) for row in items], "next": following}


def grounds(request: HttpRequest) -> object:
    """Who meets a ground below the person's posts."""
    user = user_of(request)
    if not user.has_perm("organizations.view_revocations"):
        raise Http404
    return [
        {
            "organization": row.organization.uid,
            "name": row.organization.name,
            "ground": word(row.ground.value, str(row.ground.label)),
            "facts": row.facts,
        }
        for row in queries.who_meets_a_ground(user)
    ]


def _told(row: Revocation) -> dict[str, Any]:
    plain = ("number", "name", "decision_number", "decided_on", "served_on")
    return {
        **{name: getattr(row, name) for name in plain},
        "kind": word(row.kind, row.get_kind_display()),
        "ground": word(row.ground, row.get_ground_display()),
        "state": word(row.state, row.get_state_display()),
    }


room.reads("", "撤销和取缔：公告", page_of(Revoked), name="revocations_list", open=True)(listed)
room.reads("/grounds", "撤销和取缔：符合情形的组织", list[MeetsGround], name="revocations_grounds")(grounds)
