"""Why somebody looks at a personal value."""

from __future__ import annotations

PURPOSES = {
    "contact": "联系本人办理事项",
    "identity": "核对身份",
    "check": "监督检查",
    "emergency": "紧急情况",
    "other": "其他",
}
