"""What every template of the project keeps to: no inline style, script or handler; labels; the built front end."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.template.loader import get_template

import linli
from linli.core.ui.icons import ICONS

PACKAGE = Path(linli.__file__).parent
FRONTEND = PACKAGE.parent.parent / "frontend"
# A page to take along stands alone in a file: nothing of the site, so no policy of ours, is around it.
ALONE = {"core/privacy/takeout.html"}
TEMPLATES = sorted(path for path in PACKAGE.rglob("templates/**/*.html") if not str(path).endswith(tuple(ALONE)))
INLINE = {
    "style attribute": re.compile(r"\sstyle\s*=", re.I),
    "style element": re.compile(r"<style\b", re.I),
    "handler attribute": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.I),
    "script address": re.compile(r"(href|src|action)\s*=\s*[\"']\s*javascript:", re.I),
    "inline script": re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*application/json)", re.I),
    "evaluated attribute": re.compile(r"\shx-(on|vals|headers)[:\w-]*\s*=\s*[\"']js:|\shx-on[:=]", re.I),
}


def name(path: Path) -> str:
    return str(path).split("/templates/")[1]


def markup(path: Path) -> str:
    """The template without its own tags, whose arguments may look like attributes."""
    return re.sub(r"{%.*?%}", "", path.read_text(), flags=re.S)


@pytest.mark.parametrize("kind", INLINE)
def test_no_template_needs_a_looser_policy(kind):
    assert TEMPLATES
    assert [name(path) for path in TEMPLATES if INLINE[kind].search(markup(path))] == []


def test_the_patterns_of_this_test_would_catch_what_they_name():
    bad = {
        "style attribute": '<p style="color:red">',
        "style element": "<style>p{}</style>",
        "handler attribute": '<a onclick="x()">',
        "script address": '<a href="javascript:x()">',
        "inline script": "<script>x()</script>",
        "evaluated attribute": '<a hx-on:click="x()">',
    }

    assert [kind for kind in INLINE if not INLINE[kind].search(bad[kind])] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_template_compiles(path):
    assert get_template(name(path))


def test_every_component_says_how_it_is_used():
    silent = [
        path.name
        for path in (PACKAGE / "core/templates/cotton").glob("*.html")
        if not path.read_text().startswith("{# <c-")
    ]

    assert silent == []


def test_every_icon_that_is_named_exists():
    named = {icon for path in TEMPLATES for icon in re.findall(r"{% svg_icon \"([\w-]+)\"", path.read_text())}

    assert named
    assert named - set(ICONS) == set()


# --- contrast (WCAG 2.1, 1.4.3 and 1.4.11) ---------------------------------------------------------------------


def colours(block: str) -> dict[str, str]:
    css = (FRONTEND / "src/styles/tokens.css").read_text()
    body = re.search(re.escape(block) + r" {(.*?)\n}", css, re.S)
    assert body
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", body[1]))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


NORMAL = colours(":root")
ELDER = NORMAL | colours(":root.elder")
GROUNDS = ("paper", "sheet", "act-soft", "late-soft", "soon-soft", "ok-soft")


def test_contrast_is_computed_as_the_standard_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("palette", [NORMAL, ELDER], ids=["normal", "elder"])
@pytest.mark.parametrize("ink", ["ink", "muted", "act", "late", "soon", "ok"])
def test_words_can_be_read_on_every_ground(palette, ink):
    weak = {ground: round(contrast(palette[ink], palette[ground]), 2) for ground in GROUNDS}

    assert {ground: ratio for ground, ratio in weak.items() if ratio < 4.5} == {}


def test_large_print_is_stronger():
    assert all(contrast(ELDER[ink], "#ffffff") >= 7 for ink in ("ink", "muted", "act", "late", "soon", "ok"))


@pytest.mark.parametrize("palette", [NORMAL, ELDER], ids=["normal", "elder"])
def test_the_edge_of_a_field_can_be_seen(palette):
    assert contrast(palette["edge"], palette["sheet"]) >= 3
    assert contrast("#ffffff", palette["act"]) >= 4.5


# --- the built front end ---------------------------------------------------------------------------------------


def test_the_lock_file_names_no_registry():
    lock = json.loads((FRONTEND / "package-lock.json").read_text())

    assert len(lock["packages"]) > 20
    assert [key for key, package in lock["packages"].items() if "resolved" in package] == []
    assert all("integrity" in package for key, package in lock["packages"].items() if key)


def test_what_is_installed_is_what_the_package_asks_for():
    wanted = json.loads((FRONTEND / "package.json").read_text())["devDependencies"]
    locked = json.loads((FRONTEND / "package-lock.json").read_text())["packages"][""]["devDependencies"]

    assert locked == wanted
