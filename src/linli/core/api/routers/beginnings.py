"""How the processes of the kernel itself begin; a domain says it in its own `api.py`."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from pydantic import Field

from linli.core.access.models import User
from linli.core.api.begins import begins
from linli.core.api.schemas import Input, one_of, whole
from linli.core.privacy.actions.requests import begin_request
from linli.core.privacy.choices import DATA_REQUEST, RequestKind
from linli.core.privacy.models import DataRequest
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
