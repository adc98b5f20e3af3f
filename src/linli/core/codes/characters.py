"""What people type before it is a code: full-width letters, stray spaces, look-alike dashes."""

from __future__ import annotations

import re

# U+FF01..U+FF5E are the ASCII characters at full width; U+3000 is the full-width space.
_HALF_WIDTH = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
# Zero-width characters, the soft hyphen and direction marks come along when text is pasted from a chat.
_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x2060, 0xFEFF])


def half_width(text: str) -> str:
    """Full-width ASCII becomes ASCII, dashes become "-", invisible characters go; nothing else changes."""
    return text.translate(_HALF_WIDTH).translate(_DASHES).translate(_INVISIBLE)


def compact(text: str) -> str:
    """The form in which codes are stored: half width, upper case, no spaces and no hyphens."""
    return re.sub(r"[\s-]+", "", half_width(text)).upper()


def one_space(text: str) -> str:
    """Trimmed, each run of white space a single space."""
    return " ".join(text.split())


def is_digits(text: str) -> bool:
    """Only 0-9: `str.isdigit` would let Arabic-Indic and superscript digits through."""
    return text.isascii() and text.isdigit()
