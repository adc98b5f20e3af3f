"""How the processes of the kernel itself begin; a domain says it in its own `api.py`."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from pydantic import AwareDatetime, Field

from linli.core.access.models import User
from linli.core.api.begins import begins
from linli.core.api.schemas import Input, one_of, whole
from linli.core.privacy.actions.incidents import report_incident
from linli.core.privacy.actions.requests import begin_request
from linli.core.privacy.choices import DATA_REQUEST, RequestKind
from linli.core.privacy.incident_choices import INCIDENT, IncidentKind
from linli.core.privacy.incident_models import Incident
from linli.core.privacy.models import DataRequest
from linli.core.privacy.places import districts
from linli.core.privacy.queries import disclosures_visible_to

_KINDS = "；".join(f"{kind.value}：{kind.label}" for kind in RequestKind)
_ROW = "我的数据里一条记录的 record"
_LOOK: Any = whole(ge=1, le=2**62)


class BeginRequest(Input):
    """Opens a request about the own data, or gives the draft of the same matter that is open."""

    kind: one_of(RequestKind.values) = Field(description=_KINDS)  # type: ignore[valid-type]
    record: str = Field("", max_length=80, description=_ROW, examples=["account/7"])
    look: _LOOK | None = Field(None, description="问为什么看时：data/looks 里的 id", examples=[5])
    on_behalf: bool = Field(False, strict=True, description="替没有账号的居民代办，从看得到的一条记录开始")


@begins(DATA_REQUEST, BeginRequest)
def open_request(body: BeginRequest, *, actor: User) -> DataRequest:
    """A draft of a request; a look that was at somebody else does not exist."""
    look = None
    if body.look is not None:
        look = disclosures_visible_to(actor).filter(pk=body.look).first()
        if look is None:
            raise Http404
    return begin_request(body.kind, actor=actor, record_key=body.record, look=look, on_behalf=body.on_behalf)


_INCIDENTS = "；".join(f"{kind.value}：{kind.label}" for kind in IncidentKind)


class ReportIncident(Input):
    """Reports what looks like a personal information incident; it is with the district at once."""

    kind: one_of(IncidentKind.values) = Field(description=_INCIDENTS)  # type: ignore[valid-type]
    what: str = Field(max_length=2000, description="发现了什么", examples=["名单发到了微信群"])
    found_at: AwareDatetime = Field(description="什么时候发现的", examples=["2026-01-05T09:00:00+08:00"])
    district: str = Field("", max_length=12, description="由哪个区处理；只有一个区时不填", examples=["440511"])


@begins(INCIDENT, ReportIncident)
def open_incident(body: ReportIncident, *, actor: User) -> Incident:
    """A report; an unknown district is none."""
    place = next((place.path for place in districts() if body.district == place.number_code), body.district)
    return report_incident(kind=body.kind, what=body.what, found_at=body.found_at, place=place, actor=actor)
