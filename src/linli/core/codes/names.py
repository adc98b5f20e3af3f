"""Names of persons and of organizations: what is a name, and its one spelling (rulebook §1.5).

Characters are counted as people count them, by code point, so that a rare character beyond the BMP is one.
"""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError

from .characters import half_width, one_space

PERSON_LENGTH = (2, 50)
ORGANIZATION_LENGTH = (2, 60)
# The dots people type between the parts of a name; stored as U+00B7 (GB/T 15834).
_DOTS = str.maketrans(dict.fromkeys("•‧∙⋅・･●", "·"))
_HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_SPACE_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}]) (?=[{_HAN}])")
_POINT_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}]) ?\. ?(?=[{_HAN}])")
_SPACE_AT_DOT = re.compile(r" ?· ?")
_PERSON_MARKS = frozenset("·.'’- ")
_ORGANIZATION_MARKS = frozenset("·'’“”（）《》、—-&+/. ")


def is_han(character: str) -> bool:
    """A Chinese character; planes 2 and 3 as a whole, since Python's tables are older than the newest extensions."""
    return re.fullmatch(rf"[{_HAN}]", character) is not None


def _is_letter(character: str) -> bool:
    return is_han(character) or unicodedata.category(character)[0] in "LM"


def normalise_person_name(text: str) -> str:
    """Trimmed; full-width letters at half width; no space between Chinese characters; one kind of dot."""
    name = one_space(half_width(unicodedata.normalize("NFC", text)).translate(_DOTS))
    name = _SPACE_AT_DOT.sub("·", _POINT_BETWEEN_HAN.sub("·", name))
    return _SPACE_BETWEEN_HAN.sub("", name)


def check_person_name(text: str) -> str:
    """The normalised name of a person, 2 to 50 characters."""
    name = normalise_person_name(text)
    if not name:
        raise ValidationError("请填姓名。", code="name_empty")
    for character in name:
        if character in _PERSON_MARKS or _is_letter(character):
            continue
        raise ValidationError(
            f"姓名里不能有“{_shown(character)}”。请按身份证上的写法再填，少数民族姓名中间用“·”。",
            code="name_character",
        )
    if not _is_letter(name[0]) or not (_is_letter(name[-1]) or name[-1] == "."):
        raise ValidationError("姓名的开头和结尾应是文字。请去掉多余的符号。", code="name_edge")
    _check_length(name, "姓名", PERSON_LENGTH)
    return name


def normalise_organization_name(text: str) -> str:
    """Trimmed; letters and digits at half width, brackets at full width, as on a certificate."""
    name = one_space(half_width(unicodedata.normalize("NFC", text)))
    name = name.replace("(", "（").replace(")", "）").replace("•", "·").replace("・", "·")
    return _SPACE_BETWEEN_HAN.sub("", re.sub(r" ?([（）]) ?", r"\1", name))


def check_organization_name(text: str) -> str:
    """The normalised name of an organization, 2 to 60 characters, at least two of them Chinese."""
    name = normalise_organization_name(text)
    if not name:
        raise ValidationError("请填组织名称。", code="name_empty")
    for character in name:
        if character in _ORGANIZATION_MARKS or _is_letter(character) or unicodedata.category(character) == "Nd":
            continue
        raise ValidationError(
            f"组织名称里不能有“{_shown(character)}”。请用规范汉字，必要时用括号“（）”。",
            code="name_character",
        )
    if name.count("（") != name.count("）"):
        raise ValidationError("组织名称里的括号没有成对。请补上或去掉。", code="name_brackets")
    _check_length(name, "组织名称", ORGANIZATION_LENGTH)
    if sum(map(is_han, name)) < 2:
        raise ValidationError("组织名称要用规范汉字，至少两个字。请再填。", code="name_no_chinese")
    return name


def _check_length(name: str, what: str, limits: tuple[int, int]) -> None:
    least, most = limits
    if len(name) < least:
        raise ValidationError(f"{what}至少 {least} 个字，现在是 {len(name)} 个字。请填全称。", code="name_short")
    if len(name) > most:
        raise ValidationError(f"{what}最多 {most} 个字，现在是 {len(name)} 个字。请缩短后再填。", code="name_long")


def _shown(character: str) -> str:
    """The character, or its number where it has no shape."""
    return character if character.isprintable() else f"U+{ord(character):04X}"
