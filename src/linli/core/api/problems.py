"""Every error as application/problem+json (RFC 9457): a code for programs, a sentence for people, fields by name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pydantic
import structlog
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404, HttpResponse
from django.http.multipartparser import MultiPartParserError
from ninja.errors import AuthenticationError, HttpError, ValidationError

from linli.core.errors import Refusal

log = structlog.get_logger(__name__)
MEDIA_TYPE = "application/problem+json"
# Code, title and sentence of a status nobody said more about.
STATUSES: Mapping[int, tuple[str, str, str]] = {
    400: ("request.malformed", "请求读不懂", "请求不是正确的 HTTP 或 JSON。请核对后再发。"),
    401: ("auth.missing", "需要令牌", "请在 Authorization 里带上 Bearer 令牌。令牌在“我的 → 接口令牌”里建立。"),
    403: ("auth.not_allowed", "不能这样做", "你的岗位或令牌的范围不包括这个操作。"),
    404: ("not_found", "没有这个内容", "地址不存在，或你看不到它。"),
    405: ("method.not_allowed", "这个地址不支持这种方法", "可用的方法见 Allow。"),
    406: ("accept.unknown", "给不出要的格式", "这里只给 application/json。请改 Accept。"),
    409: ("state.conflict", "状态不对", "它刚才被改过。请重新读取，再试一次。"),
    410: ("gone", "已经不在了", "这里的内容不再提供。"),
    412: ("match.changed", "内容已经变了", "读取之后有人改过。请重新读取，核对后用新的 ETag 再发。"),
    413: ("body.too_large", "发来的内容太大", "请缩小或分批发送。"),
    415: ("body.type", "内容的格式不对", "请用 Content-Type: application/json 发送。"),
    422: ("input.invalid", "有几处要改", "发来的内容有误，见 fields。"),
    428: ("match.missing", "需要 If-Match", "请先读取，再把得到的 ETag 放进 If-Match，以免盖掉别人的改动。"),
    429: ("limit.calls", "调用太频繁", "请按 Retry-After 等一会儿再发。"),
    500: (
        "server.error",
        "服务出错",
        "这是我们的错，已经记下。请稍后再试；一直这样，请把 request_id 告诉系统管理员。",
    ),
    503: ("server.busy", "暂时忙", "请稍后再试。"),
    507: ("server.full", "存不下了", "服务器的存储满了。请告诉系统管理员。"),
}


class Problem(Exception):  # noqa: N818 -- an answer, not a fault of the program
    """An answer that is an error. What is not given is taken from STATUSES."""

    def __init__(
        self,
        status: int,
        code: str = "",
        detail: str = "",
        *,
        title: str = "",
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        usual = STATUSES.get(status, STATUSES[400])
        self.status, self.code = status, code or usual[0]
        self.title, self.detail = title or usual[1], detail or usual[2]
        self.fields, self.headers = dict(fields or {}), dict(headers or {})
        super().__init__(self.code)

    def response(self) -> HttpResponse:
        """As it goes out."""
        said: dict[str, Any] = {
            "type": f"urn:linli:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "fields": self.fields,
            "request_id": str(structlog.contextvars.get_contextvars().get("request_id", "")),
        }
        answer = HttpResponse(
            json.dumps(said, ensure_ascii=False), status=self.status, content_type=MEDIA_TYPE, headers=self.headers
        )
        if self.status == 401:
            answer["WWW-Authenticate"] = 'Bearer realm="linli"'
        answer["Cache-Control"] = "no-store"
        return answer


def problem_of(error: BaseException) -> Problem:
    """What an exception means to a caller; whatever nobody foresaw is a 500 and goes to the log."""
    match error:
        case Problem():
            return error
        case Refusal():
            return Problem(error.status, error.code, error.message, title=error.title, fields=error.fields)
        case Http404():
            return Problem(404)
        case ValidationError():
            return _invalid(error)
        case AuthenticationError():
            return Problem(401)
        case RequestDataTooBig():
            return Problem(413)
        case HttpError():
            cause = error.__cause__ or error.__context__
            known = isinstance(cause, (Problem, RequestDataTooBig))
            return problem_of(cause) if known and cause is not None else Problem(error.status_code)
        case MultiPartParserError() | SuspiciousOperation():
            return Problem(400)
        case IntegrityError():
            log.warning("api_conflict", error=type(error).__name__)
            return Problem(409, detail="别人刚才做了同样的事。请重新读取，再试一次。")
        case DataError():
            log.warning("api_unstorable", error=type(error).__name__)
            return Problem(422, "input.unstorable", "有一个值太大、太长或含有不能保存的字符。请核对后再发。")
        case OperationalError() if getattr(error.__cause__, "sqlstate", "") in ("40P01", "40001", "55P03"):
            return Problem(503, headers={"Retry-After": "1"})
        case pydantic.ValidationError():
            # An answer that does not fit its own shape. Its message would quote values, so only the places go out.
            log.error("api_answer", where=[".".join(map(str, each["loc"])) for each in error.errors()][:20])
            return Problem(500)
        case _:
            log.error("api_failed", exc_info=error)
            return Problem(500)


# Words for what pydantic finds; {…} is its own context.
_WORDS = {
    "missing": "缺少这一项。",
    "extra_forbidden": "没有这一项。",
    "string_type": "要填文字。",
    "string_too_long": "最多 {max_length} 个字。",
    "string_too_short": "至少 {min_length} 个字。",
    "string_pattern_mismatch": "写法不对。",
    "int_type": "要填整数。",
    "int_parsing": "要填整数。",
    "int_from_float": "要填整数。",
    "int_parsing_size": "数字太大。",
    "float_type": "要填数字。",
    "float_parsing": "要填数字。",
    "bool_type": "要填 true 或 false。",
    "bool_parsing": "要填 true 或 false。",
    "greater_than_equal": "不能小于 {ge}。",
    "less_than_equal": "不能大于 {le}。",
    "literal_error": "只能是 {expected}。",
    "enum": "只能是 {expected}。",
    "list_type": "要填列表。",
    "dict_type": "要填对象。",
    "model_type": "要填对象。",
    "model_attributes_type": "要填对象。",
    "date_type": "要填日期，例如 2026-11-22。",
    "date_parsing": "要填日期，例如 2026-11-22。",
    "date_from_datetime_parsing": "要填日期，例如 2026-11-22。",
}


def _invalid(error: ValidationError) -> Problem:
    fields: dict[str, str] = {}
    for found in error.errors:
        where = [str(part) for part in found.get("loc", ())]
        # ("body", name of the argument, field …); a parameter has no argument in between.
        named = where[2:] if where[:1] == ["body"] and len(where) > 2 else where[1:]
        said = _WORDS.get(found.get("type", ""), "格式不对。")
        fields.setdefault(".".join(named)[:80] or "body", said.format(**found.get("ctx", {})))
    return Problem(422, fields=fields)


def fields_of(errors: Mapping[str, Iterable[Any]]) -> dict[str, str]:
    """Errors of a Django form by field; what concerns the whole stands under `__all__`."""
    return {name: " ".join(str(text) for text in texts) for name, texts in errors.items()}
