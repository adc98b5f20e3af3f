"""Reading what programs send: JSON that PostgreSQL can hold, or a sentence."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from django.http import HttpRequest
from ninja.parser import Parser

from linli.core.api.problems import Problem

DEEPEST = 32
LARGEST = 1024 * 1024  # bytes of a JSON body; files come as multipart


def is_text(value: str) -> bool:
    """Whether PostgreSQL takes it: no NUL, no half of a surrogate pair."""
    return "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)


class StrictParser(Parser):
    """JSON in UTF-8, not deeper than DEEPEST, without NaN and without characters no database holds."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body of a JSON operation. Raises Problem."""
        try:
            read = json.loads(request.body.decode("utf-8"), parse_constant=_no_number)
        except UnicodeDecodeError:
            raise Problem(400, "body.encoding", "内容不是 UTF-8。请用 UTF-8 发送。") from None
        except RecursionError:
            raise Problem(400, "body.depth", "内容嵌套太深。") from None
        except ValueError:
            raise Problem(400, "body.json", "内容不是正确的 JSON。请核对括号、引号和逗号。") from None
        _check(read, 0)
        return read


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _check(value: Any, depth: int, name: str = "body") -> None:
    if depth > DEEPEST:
        raise Problem(400, "body.depth", f"内容嵌套太深，最多 {DEEPEST} 层。")
    match value:
        case str():
            if not is_text(value):
                raise Problem(422, "input.characters", fields={name: "含有不能保存的字符。"})
        case float():
            if not math.isfinite(value):
                raise Problem(422, "input.number", fields={name: "数字太大。"})
        case dict():
            for key, inner in value.items():
                if not is_text(key):
                    raise Problem(422, "input.characters", fields={"body": "名称里含有不能保存的字符。"})
                _check(inner, depth + 1, key if depth == 0 else name)
        case list():
            for inner in value:
                _check(inner, depth + 1, name)
