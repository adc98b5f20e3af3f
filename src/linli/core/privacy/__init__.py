"""Personal values: encrypted at rest, masked on screen, revealed with a reason (rulebook §11.2)."""

from __future__ import annotations

from linli.core.privacy.cipher import DecryptionError, keyed_hash
from linli.core.privacy.fields import EncryptedTextField
from linli.core.privacy.masks import mask_id_number, mask_name, mask_phone, scrub
from linli.core.privacy.values import Kind, PersonalValue

__all__ = [
    "DecryptionError",
    "EncryptedTextField",
    "Kind",
    "PersonalValue",
    "keyed_hash",
    "mask_id_number",
    "mask_name",
    "mask_phone",
    "scrub",
]
