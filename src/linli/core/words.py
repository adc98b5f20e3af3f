"""The words of choices, looked up once.

Django translates every word of a field's choices each time one value is shown; on a list of thirty rows that is the
dearest thing on the page.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import models


@cache
def _words_of(field: models.Field[Any, Any]) -> dict[Any, str]:
    return {value: str(label) for value, label in field.flatchoices}


class Worded(models.Model):
    """A model whose `get_…_display` methods read the words from memory. There is one language."""

    class Meta:
        abstract = True

    def _get_FIELD_display(self, field: models.Field[Any, Any]) -> str:  # noqa: N802 -- Django's own name
        value = getattr(self, field.attname)
        return _words_of(field).get(value, str(value) if value is not None else "")
