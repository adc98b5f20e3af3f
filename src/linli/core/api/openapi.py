"""The OpenAPI 3.1 document: what ninja derives, with the errors, the headers and an example for everything."""

from __future__ import annotations

from typing import Any

from linli.core.api.frame import FILES, JSON, Call
from linli.core.api.problems import MEDIA_TYPE, STATUSES

Part = dict[str, Any]

PROBLEM: Part = {
    "title": "Problem",
    "type": "object",
    "description": "RFC 9457。code 给程序判断，detail 给人看，fields 逐项说明。",
    "required": ["type", "title", "status", "detail", "code", "fields", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": {"type": "string"}},
        "request_id": {"type": "string"},
    },
}
_RATE = {
    "RateLimit-Limit": "这一分钟最多几次",
    "RateLimit-Remaining": "这一分钟还剩几次",
    "RateLimit-Reset": "几秒后重新计数",
}
_TAGS = r'^(\*|"[\x21\x23-\x7E]+"(, *"[\x21\x23-\x7E]+")*)$'
_HEADERS: dict[str, Part] = {
    "If-Match": {
        "description": "读取时得到的 ETag；别人改过就得 412，不会盖掉。",
        "example": '"3-9f86d081884c7d65"',
        "pattern": _TAGS,
    },
    "Idempotency-Key": {
        "description": "同一件事重发时用同一个值，只办一次。",
        "example": "8e03978e-40d5-43e8-bc93-6894a57f9324",
        "pattern": r"^[\x21-\x7E]{1,255}$",
    },
    "If-None-Match": {"description": "上次的 ETag；没有变就得 304。", "example": '"9f86d081884c7d65"'},
}


def finish(document: Part) -> Part:
    """Add to ninja's document what it cannot know. Works in place."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = PROBLEM | {"examples": [problem_example(422)]}
    components["responses"] = {f"Problem{status}": _problem(status) for status in STATUSES}
    components["headers"] = {
        name: {"description": words, "schema": {"type": "integer", "minimum": 0}, "example": 60}
        for name, words in _RATE.items()
    }
    _without_nul(document["paths"])
    _without_nul(schemas)
    for operations in document["paths"].values():
        for operation in operations.values():
            _finish(operation, operation.pop("x-call"), schemas)
    for schema in schemas.values():
        schema.setdefault("examples", [example_of(schema, schemas)])
    return document


def _without_nul(part: Any) -> None:
    """Say of every text that no database takes NUL; the parser refuses it."""
    if isinstance(part, list):
        for inner in part:
            _without_nul(inner)
    elif isinstance(part, dict):
        if part.get("type") == "string" and not part.keys() & {
            "pattern",
            "enum",
            "const",
            "format",
            "contentMediaType",
        }:
            part["pattern"] = "^[^\\x00]*$"
        for name, inner in part.items():
            if name not in ("example", "examples", "default"):
                _without_nul(inner)


def problem_example(status: int) -> Part:
    """What an error looks like."""
    code, title, detail = STATUSES[status]
    return {
        "type": f"urn:linli:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "fields": {"reason": "缺少这一项。"} if status == 422 else {},
        "request_id": "0d1c2b3a-8c5e-4d62-9d7e-6f0a1b2c3d4e",
    }


def _problem(status: int) -> Part:
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": problem_example(status)}
    return {"description": STATUSES[status][1], "content": {MEDIA_TYPE: content}}


def _errors(call: Call, operation: Part) -> list[int]:
    """The statuses an operation may answer with beside its own."""
    found = {400, 401, 403, 404, 406, 409, 422, 429, 500, 503}
    if call.gives != JSON:
        found |= {410}
        found -= {406}
    if call.writes:
        found |= {413}
    if call.takes:
        found |= {415, 507} if call.takes != JSON else {415}
    if call.guarded:
        found |= {412, 428}
    return sorted(found)


def _words(call: Call) -> str:
    """What somebody who calls an operation must know beside its summary."""
    said = [call.about]
    said.append(f"要有范围 `{call.scope}`。" if call.scope else "谁都可以调用，不用令牌。")
    if call.guarded:
        said.append("把读取时得到的 `ETag` 放进 `If-Match`：缺少得 428，读取之后改过得 412。")
    if call.method == "POST":
        kept = "" if call.keeps else "；应答不留存，重发得 409"
        said.append(f"带同一个 `Idempotency-Key` 重发只办一次{kept}。")
    if call.takes == FILES:
        said.append("用 `multipart/form-data` 发文件。")
    if call.gives != JSON:
        said.append("应答是文件。")
    if "after" in call.asks:
        said.append("按 `next` 翻页。")
    return "".join(said)


def _finish(operation: Part, call: Call, schemas: Part) -> None:
    responses = operation["responses"]
    operation["description"] = _words(call)
    if "security" in operation:
        operation["security"] = [{name: [call.scope] for name in way} for way in operation["security"]]
    for status, response in list(responses.items()):
        response["description"] = "没有内容" if int(status) == 204 else "办好了"
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in _RATE}
        for content in response.get("content", {}).values():
            content["example"] = example_of(content["schema"], schemas)
        if int(status) != 204:
            words = {"description": "这个内容的版本", "schema": {"type": "string"}, "example": '"3-9f86d081884c7d65"'}
            response["headers"]["ETag"] = words
    if call.gives != JSON:
        binary = {"schema": {"type": "string", "contentEncoding": "binary"}, "example": "（文件内容）"}
        responses.clear()
        responses[200] = {"description": "文件", "content": {call.gives: binary}}
    for status in _errors(call, operation):
        responses.setdefault(status, {"$ref": f"#/components/responses/Problem{status}"})
    if not call.writes:
        responses.setdefault(304, {"description": "没有变"})
        operation["parameters"].append(_header("If-None-Match", required=False))
    if call.guarded:
        operation["parameters"].append(_header("If-Match", required=True))
    if call.method == "POST":
        operation["parameters"].append(_header("Idempotency-Key", required=False))
    for parameter in operation["parameters"]:
        if "examples" in parameter:  # a list, as a schema has them; a parameter has them by name
            parameter["example"] = parameter.pop("examples")[0]
        parameter.setdefault("example", example_of(parameter["schema"], schemas))
    for content in operation.get("requestBody", {}).get("content", {}).values():
        content["example"] = example_of(content["schema"], schemas)


def _header(name: str, *, required: bool) -> Part:
    words = dict(_HEADERS[name])
    shape = {"type": "string"} | ({"pattern": words.pop("pattern")} if "pattern" in words else {})
    return {"in": "header", "name": name, "required": required, "schema": shape, **words}


def example_of(schema: Part, schemas: Part, depth: int = 0) -> Any:
    """An example that follows from a schema: its own, else built from its parts."""
    if "$ref" in schema:
        named = schemas[schema["$ref"].rpartition("/")[2]]
        return example_of(named, schemas, depth + 1) if depth < 24 else None
    if "example" in schema:
        return schema["example"]
    if schema.get("examples"):
        return schema["examples"][0]
    for known in ("const", "default"):
        if schema.get(known) is not None:
            return schema[known]
    if schema.get("enum"):
        return schema["enum"][0]
    for choice in ("anyOf", "oneOf", "allOf"):
        if schema.get(choice):
            return example_of(schema[choice][0], schemas, depth + 1)
    match schema.get("type"):
        case "object":
            return {
                name: example_of(inner, schemas, depth + 1) for name, inner in schema.get("properties", {}).items()
            }
        case "array":
            return [example_of(schema.get("items", {}), schemas, depth + 1)]
        case "integer" | "number":
            return max(schema.get("minimum", 1), 1)
        case "boolean":
            return True
        case "string":
            formats = {"date": "2026-11-22", "date-time": "2026-11-22T06:30:00Z", "binary": "（文件内容）"}
            return formats.get(schema.get("format", ""), "文字")
    return None
