"""Chinese text is punctuated as Chinese (full-width), in templates and in the strings of the code."""

from __future__ import annotations

import re
import tokenize
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "linli"
HALF = re.compile(r"[一-鿿”》][,:;?!]|[一-鿿]\([^()<>\"']*[一-鿿]")

ENGLISH = re.compile(r"[a-z]{2,} [a-z]{2,}")


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.html")), ids=lambda path: path.name)
def test_templates(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text())

    assert HALF.findall(text) == []


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_strings(path: Path) -> None:
    with path.open("rb") as file:
        strings = [token.string for token in tokenize.tokenize(file.readline) if token.type == tokenize.STRING]
    # A pattern is no text: "(?:村民" asks for nothing. English words about Chinese ones are punctuated as English.
    texts = [text for text in strings if not text.startswith('r"') and not ENGLISH.search(text)]

    assert [string for string in texts if HALF.search(string)] == []
