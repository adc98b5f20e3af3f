"""What is typed into a search box and what stands in a record, brought to one spelling.

The same is written a second time in SQL (`schema.py`), where the database keeps the search columns of every row right
however the row comes in; tests/core/registers/test_words.py holds the two together. docs/algorithms/finding.md
explains why and shows an example.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

# Marks that people type or leave out as they like; NFKC has made the full-width ones narrow before.
DROPPED = (
    " \t\n\r\v\f-‐‑‒–—―−()[]{}<>《》〈〉「」『』【】〔〕·•‧∙⋅・.,，。、;:!?'\"“”‘’`/\\|_+*&#@~^$%="
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
)
UPPER, LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
# What one place is called in two ways; longer words first.
SYNONYMS = (
    ("社区居民委员会", "社区"),
    ("社区居委会", "社区"),
    ("居民委员会", "社区"),
    ("居委会", "社区"),
    ("村村民委员会", "村"),
    ("村村委会", "村"),
    ("村民委员会", "村"),
    ("村委会", "村"),
)
MOST_WORDS = 4
MOST_CHARACTERS = 60
CODE_LEAST = 4  # fewer characters of a code would be part of nearly every code

_TABLE = str.maketrans(UPPER, LOWER, DROPPED)


def plain(text: str) -> str:
    """Half width, lower case, without spaces and marks: 金苑（二）社区 A座 → 金苑二社区a座."""
    return unicodedata.normalize("NFKC", text).translate(_TABLE)


def canonical(text: str) -> str:
    """A plain text with one word for one thing: 金苑居委会 → 金苑社区."""
    for said, meant in SYNONYMS:
        text = text.replace(said, meant)
    return text


@dataclass(frozen=True)
class Word:
    """One word that was asked for. `text` is plain; `meant` is its other spelling or the same."""

    text: str
    meant: str

    @property
    def is_short(self) -> bool:
        """A single character finds what begins with it."""
        return len(self.text) == 1

    @property
    def is_code(self) -> bool:
        """Could be a part of a number or a credit code."""
        return self.text.isascii() and len(self.text) >= CODE_LEAST

    @property
    def spellings(self) -> tuple[str, ...]:
        """As typed, and as meant where that differs."""
        return (self.text,) if self.text == self.meant else (self.text, self.meant)


def words_of(asked: str) -> tuple[Word, ...]:
    """The words between spaces, each plain; marks alone are nothing. Only the first `MOST_WORDS` are looked at."""
    found: list[Word] = []
    for part in asked[: MOST_CHARACTERS * 2].replace("\0", "").replace("\u3000", " ").split():
        text = plain(part)[:MOST_CHARACTERS]
        word = Word(text, canonical(text))
        if text and word not in found:
            found.append(word)
    return tuple(found[:MOST_WORDS])


def pairs(text: str) -> list[str]:
    """Neighbouring characters, each pair once, in order."""
    return list(dict.fromkeys(text[i : i + 2] for i in range(len(text) - 1)))


def runs(text: str) -> list[str]:
    """Parts of a code by which it is looked up: three runs of four from its end, where codes differ most."""
    starts = [start for start in (len(text) - 4, len(text) - 8, len(text) - 12) if start >= 0]
    return list(dict.fromkeys(text[start : start + 4] for start in starts))
