"""The house holds: what import-linter cannot see."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

import linli

ROOT = Path(linli.__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "src" / "linli"
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
FLOORS = [
    [name.strip(" ()") for name in layer.split("|")]
    for layer in next(c for c in CONTRACTS if "Floors" in c["name"])["layers"]
]
HEIGHT = {label: -depth for depth, layer in enumerate(FLOORS) for label in layer}
OWN_APPS = [config for config in apps.get_app_configs() if config.name.startswith("linli.")]
LINES_AT_MOST = 500
WORDLESS = {"utils", "util", "helpers", "helper", "misc", "common", "base", "tools", "lib"}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


def test_every_app_stands_on_a_floor() -> None:
    assert OWN_APPS
    assert [config.label for config in OWN_APPS if config.label not in HEIGHT] == []


@pytest.mark.parametrize("config", OWN_APPS, ids=lambda config: config.label)
def test_foreign_keys_point_down(config: object) -> None:
    """A relation written as a string is hidden from import-linter; here it is resolved."""
    upward = [
        f"{field} → {field.related_model._meta.label}"
        for model in config.get_models(include_auto_created=True)
        for field in (*model._meta.local_fields, *model._meta.local_many_to_many)
        if isinstance(field, models.ForeignObject | models.ManyToManyField)
        if (label := field.related_model._meta.app_label) in HEIGHT
        if label != config.label and HEIGHT[label] >= HEIGHT[config.label]
    ]

    assert upward == []


def test_modules_stay_short() -> None:
    counted = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in MODULES}

    assert {str(path): count for path, count in counted.items() if count > LINES_AT_MOST} == {}


def test_modules_are_named_after_what_they_hold() -> None:
    assert [str(path.relative_to(ROOT)) for path in MODULES if {path.stem, path.parent.name} & WORDLESS] == []
