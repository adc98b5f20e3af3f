"""What programs begin with organizations; everything else follows from the declarations."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import BaseModel, Field

from linli.actors.queries import street_body
from linli.areas.models import Area
from linli.areas.queries import by_key
from linli.core.access.models import User
from linli.core.api.begins import begins
from linli.core.api.rooms import Room
from linli.core.api.schemas import UID, Answer, Input, Word, word
from linli.core.errors import NotAllowed
from linli.organizations.actions.amendments import begin_amendment
from linli.organizations.actions.filings import begin_filing
from linli.organizations.choices.filing import AMENDMENT, FILING, AmendmentKind
from linli.organizations.models import Amendment, Filing
from linli.organizations.queries.register import filings_in_publicity, organizations_visible_to, similar_organizations
from linli.organizations.rules.filing import enters_for_others


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


# --- what is on public notice, and names that are like another --------------------------------------------------


class PublicNotice(Answer):
    """A filing on public notice: everybody may read it and object."""

    uid: str = Field(examples=[UID])
    name: str = Field(examples=["凤亭下书画社"])
    kind: Word = Field(examples=[{"code": "culture", "label": "文体"}])
    purpose: str = Field(examples=["面向社区老人和儿童开展书法、国画公益教学"])
    area: str = Field(examples=["东方街道金苑社区"])
    since: dt.date | None = Field(examples=["2026-11-22"])
    until: dt.date | None = Field(examples=["2026-11-29"])
    object_to: str = Field(examples=["东方街道办事处 0754-88880000"], description="有异议向谁提")


class SimilarOrganization(Answer):
    """An organization whose name is like the one asked about."""

    name: str = Field(examples=["凤亭书画社"])
    kind: Word = Field(examples=[{"code": "culture", "label": "文体"}])
    area: str = Field(examples=["东方街道金苑社区"])


class SimilarAsked(BaseModel):
    """Which name, where."""

    name: str = Field(min_length=1, max_length=60, description="想用的名称", examples=["凤亭下书画社"])
    area: str | None = Field(None, max_length=30, description="社区的代码", examples=["440511004001"])


publicity = Room("publicity", "公示", "正在公示的备案，谁都可以看。")
names = Room("names", "名称", "起名时看有没有相像的。")


def noticed(request: HttpRequest) -> object:
    """Everything on public notice today."""
    return [_notice(filing) for filing in filings_in_publicity()[:200]]


def notice(request: HttpRequest, uid: str) -> object:
    """One filing on public notice."""
    filing = filings_in_publicity().filter(uid=uid).first()
    if filing is None:
        raise Http404
    return _notice(filing)


def similar(request: HttpRequest, asked: Query[SimilarAsked]) -> object:
    """Organizations like the one being named."""
    area = by_key(asked.area, Area.objects.all()) if asked.area else None
    return [
        {
            "name": found.name,
            "kind": word(found.kind, found.get_kind_display()),
            "area": found.area.full_name if found.area else "",
        }
        for found in similar_organizations(asked.name, area)
    ]


def _notice(filing: Filing) -> dict[str, Any]:
    assert filing.area is not None
    street = street_body(filing.area)
    return {
        "uid": filing.uid,
        "name": filing.name,
        "kind": word(filing.kind, filing.get_kind_display()),
        "purpose": filing.purpose,
        "area": filing.area.full_name,
        "since": filing.publicity_from,
        "until": filing.publicity_to,
        "object_to": f"{street.name} {street.phone}".strip() if street else "",
    }


publicity.reads("", "公示：列表", list[PublicNotice], name="publicity_list", open=True)(noticed)
publicity.reads("/{uid}", "公示：一件", PublicNotice, name="publicity_one", open=True)(notice)
names.reads("/similar", "相像的名称", list[SimilarOrganization], name="names_similar")(similar)
