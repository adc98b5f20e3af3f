"""The quick select gives the very element that Django's template gives."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.test.html import parse_html
from django.utils.html import escape

from linli.core.ui.forms import LongSelect

CHOICES: list[Any] = [
    ("", "请选择"),
    ("东方街道", [(1, "金苑社区"), (2, "<b>聚龙</b>社区")]),
    ("大华街道", [(3, "华坞")]),
]


@pytest.mark.parametrize("value", [None, "", 2, "3"])
def test_same_as_django(value: Any) -> None:
    attrs = {"id": "id_area", "required": True, "data-x": '"'}

    ours = LongSelect(choices=CHOICES).render("area", value, attrs)

    assert parse_html(ours) == parse_html(forms.Select(choices=CHOICES).render("area", value, attrs))
    assert escape("<b>聚龙</b>社区") in ours
