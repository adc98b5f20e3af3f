"""Operations derived from the kernel's declarations; each module is one room of the API, or several."""

#: As they stand in the document; each has a function `build`.
IN_ORDER = (
    "registers",
    "kept",
    "cases",
    "inbox",
    "files",
    "imports",
    "exports",
    "notices",
    "data",
    "privacy",
    "parameters",
    "calendar",
    "audit",
    "tokens",
    "webhooks",
)
