"""The name a file is shown and downloaded under."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 100
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]')


def extension_of(name: str) -> str:
    """The extension in lower case without the dot, "" when there is none: "报告.PDF " → "pdf"."""
    stem, dot, extension = _bare(name).rpartition(".")
    return extension.strip().lower() if dot and stem and re.fullmatch(r"\w{1,8}", extension.strip()) else ""


def clean_name(name: str, extension: str) -> str:
    """A name that is safe to show and to save on any system, with the extension the content has.

    Folders, control and direction-changing characters go ("fdp.exe" must not read as "exe.pdf"), long names are cut.
    """
    bare = _bare(name)
    old = extension_of(name)
    stem = bare.rpartition(".")[0] if old else bare
    stem = " ".join(_FORBIDDEN.sub("_", stem).split()).strip(". ")
    return f"{stem[:LONGEST].strip() or '附件'}.{extension}"


def _bare(name: str) -> str:
    """Without folders (of either system) and without characters that do not show."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    return "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")).strip()
