"""Every name an event can bear has Chinese words: read off the code, wherever an event is written."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import linli
from linli.core.audit.labels import GROUPS, LABELS, labels, names_in
from linli.core.workflow.declare import STEPS

ROOT = Path(linli.__file__).resolve().parent
NAME = re.compile(r"[a-z]+\.[a-z_]+")
#: Where a name comes as an argument: a step's, or that of the caller, who is walked, too.
PASSED_ON = {"step.name", "name", "self.name"}


def written() -> Iterator[tuple[str, str]]:
    """Name and place of each `record(…)`, `Event(name=…)` and `replay.event(…)`."""
    for path in sorted(ROOT.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        module = ".".join(("linli", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
                continue
            called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            place = f"{path.relative_to(ROOT)}:{node.lineno}"
            if called == "record" and len(node.args) >= 3:
                yield from ((name, place) for name in said(node.args[1], module, place))
            elif called == "event" and len(node.args) >= 4:
                yield from ((name, place) for name in said(node.args[2], module, place))
            elif called == "Event":
                for keyword in node.keywords:
                    if keyword.arg == "name":
                        yield from ((name, place) for name in said(keyword.value, module, place))


def said(node: ast.expr, module: str, place: str) -> Iterator[str]:
    """The names an expression may stand for."""
    if isinstance(node, ast.IfExp):
        yield from said(node.body, module, place)
        yield from said(node.orelse, module, place)
        return
    text = ast.unparse(node)
    if isinstance(node, ast.Constant):
        value = node.value
    elif isinstance(node, ast.JoinedStr):
        return  # found by its caller's words below
    else:
        found: object = importlib.import_module(module)
        for part in text.split("."):
            found = getattr(found, part, None)
        value = found
    if not isinstance(value, str):
        assert text in PASSED_ON, f"{place}: {text} — say here how this name is known"
        return
    assert NAME.fullmatch(value), (place, value)
    yield value


def test_every_event_has_words() -> None:
    known = labels()
    assert {name: place for name, place in written() if name not in known} == {}


def test_every_step_has_words() -> None:
    assert {name for name in STEPS if not labels()[name].strip() or labels()[name].isascii()} == set()
    assert {name for name, words in LABELS.items() if words.isascii()} == set()


def test_each_group_holds_something() -> None:
    assert [slug for slug in GROUPS if not names_in(slug)] == []
