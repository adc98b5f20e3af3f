"""The keys that protect personal values: deriving, encrypting, decrypting, hashing (rulebook §11.2 and §11.3).

A stored value reads `enc1$<key mark>$<Fernet token>`: the version of the format, the key that made it, the token.
The key mark lets a rotation count what is left without decrypting a row; it is derived from the key and does not
reveal it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

FORMAT = "enc1"


class DecryptionError(Exception):
    """A stored value cannot be read: its key is missing, or the value was damaged or written past Linli."""


def _derive(key: str, purpose: str, length: int) -> bytes:
    kdf = HKDF(algorithm=hashes.SHA256(), length=length, salt=None, info=f"linli {purpose} v1".encode())
    return kdf.derive(key.encode())


def _configured() -> tuple[str, ...]:
    keys = tuple(key.strip() for key in settings.LINLI_FIELD_KEYS if key.strip())
    if not keys:
        raise ImproperlyConfigured("LINLI_FIELD_KEYS 是空的。请至少设置一个密钥，最新的放在最前面，用逗号分隔。")
    return keys


@lru_cache(maxsize=8)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derive(key, "field key", 32))) for key in keys])


@lru_cache(maxsize=32)
def key_mark(key: str) -> str:
    """Eight hex digits that name a key without giving it away."""
    return _derive(key, "key mark", 4).hex()


def key_marks() -> tuple[str, ...]:
    """Marks of the configured keys, newest first."""
    return tuple(key_mark(key) for key in _configured())


def newest_prefix() -> str:
    """What every stored value starts with once a rotation is complete."""
    return f"{FORMAT}${key_marks()[0]}$"


def encrypt(value: str) -> str:
    """The stored form of a value; an empty value stays empty."""
    if not value:
        return value
    return newest_prefix() + _fernet(_configured()).encrypt(value.encode()).decode("ascii")


def encrypt_all(values: Iterable[str | None]) -> list[str | None]:
    """The stored forms of many values, quicker than one by one; None and "" stay as they are."""
    prefix, seal = newest_prefix(), _fernet(_configured()).encrypt
    return [prefix + seal(value.encode()).decode("ascii") if value else value for value in values]


def decrypt(stored: str) -> str:
    """The value behind a stored form. Raises DecryptionError; never returns text that was not encrypted."""
    if not stored:
        return stored
    version, mark, token = (*stored.split("$", 2), "", "")[:3]
    if version != FORMAT:
        raise DecryptionError("这一列应是加密的内容，读到的却是明文。请核对是谁绕过系统改了数据库。")
    try:
        return _fernet(_configured()).decrypt(token).decode()
    except InvalidToken as error:
        marks = key_marks()
        if mark in marks:
            raise DecryptionError("加密的内容已损坏。请从备份恢复这一行。") from error
        raise DecryptionError(
            f"缺少密钥 {mark}（现有 {'、'.join(marks)}）。请把旧密钥放回 LINLI_FIELD_KEYS，再运行 linli keys rotate。"
        ) from error


@lru_cache(maxsize=8)
def _audit_key(key: str) -> bytes:
    return _derive(key, "audit key", 32)


def audit_key() -> bytes:
    """What signs seals and marks (core/audit): whoever reaches the database alone cannot make one."""
    if not settings.LINLI_HASH_KEY:
        raise ImproperlyConfigured("LINLI_HASH_KEY 是空的。没有它就不能封存办理记录。")
    return _audit_key(settings.LINLI_HASH_KEY)


def seal(content: bytes) -> bytes:
    """Bytes sealed with the newest key; see sealed.py."""
    return _fernet(_configured()).encrypt(content)


def unseal(token: bytes) -> bytes:
    """The bytes behind a token of any configured key. Raises InvalidToken."""
    return _fernet(_configured()).decrypt(token)


def hash_all(values: Iterable[str | None], kind: str = "") -> list[str | None]:
    """`keyed_hash` of many values that have their one spelling already (digits, capitals); None stays None."""
    if not settings.LINLI_HASH_KEY:
        raise ImproperlyConfigured("LINLI_HASH_KEY 是空的。没有它就不能按身份证号或手机号查找。")
    key, start = _derive(settings.LINLI_HASH_KEY, "hash key", 32), f"{kind}\0"
    digest = hmac.digest
    return [digest(key, (start + value).encode(), "sha256").hex() if value else value for value in values]


def keyed_hash(value: str, kind: str = "") -> str:
    """HMAC-SHA256 in hex, for finding exactly this value without storing it in the clear; empty stays empty.

    Spacing, full-width digits and letter case do not matter. `kind` keeps a phone and a card with the same
    digits apart; the same kind must be used for writing and for looking up.
    """
    plain = "".join(unicodedata.normalize("NFKC", value).split()).upper()
    if not plain:
        return ""
    if not settings.LINLI_HASH_KEY:
        raise ImproperlyConfigured("LINLI_HASH_KEY 是空的。没有它就不能按身份证号或手机号查找。")
    key = _derive(settings.LINLI_HASH_KEY, "hash key", 32)
    return hmac.new(key, f"{kind}\0{plain}".encode(), hashlib.sha256).hexdigest()
