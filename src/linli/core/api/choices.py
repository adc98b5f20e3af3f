"""The numbers of the API that a district may set for itself."""

from __future__ import annotations

from linli.core.parameters import Parameter, declare

PER_TOKEN, PER_ADDRESS = "api.calls_per_minute", "api.calls_per_minute_address"
KEPT_HOURS = "api.idempotency_hours"
DAYS_MOST = "api.token_days"
KEPT_MOST = 168  # hours; nobody may keep answers longer
_SOURCE = "本系统所定"

declare(
    Parameter(
        PER_TOKEN,
        int,
        600,
        "次",
        "接口：每个令牌每分钟的调用次数",
        _SOURCE,
        least=1,
        most=100_000,
        kept_by="technical",
    ),
    Parameter(
        PER_ADDRESS,
        int,
        1200,
        "次",
        "接口：每个网络地址每分钟的调用次数",
        _SOURCE,
        least=1,
        most=1_000_000,
        kept_by="technical",
    ),
    Parameter(
        KEPT_HOURS,
        int,
        24,
        "小时",
        "接口：重复请求的应答保留多久",
        _SOURCE,
        least=1,
        most=KEPT_MOST,
        kept_by="technical",
    ),
    Parameter(DAYS_MOST, int, 365, "天", "接口：令牌最长的有效期", _SOURCE, least=1, most=1095, kept_by="security"),
)
