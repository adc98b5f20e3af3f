"""The pages of prose keep their word: links lead somewhere, names exist, and nothing is left out."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
import rules
from django.apps import apps
from django.db.models import Choices

from linli.core.parameters import REGISTRY
from linli.core.workflow.declare import STEPS
from linli.organizations.choices.filing import DOCUMENTS

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.zh-CN.md")
PAGES = sorted(
    {*READMES, "CONTRIBUTING.md", "CHANGELOG.md", *(str(p.relative_to(ROOT)) for p in (ROOT / "docs").rglob("*.md"))}
)
LINK = re.compile(r"\]\(([^()\s]+)\)|(?:src|href)=\"([^\"]+)\"")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def headings(page: str) -> list[tuple[int, str]]:
    """Level and words of each heading, code blocks left out."""
    found = re.findall(r"^(#+) (.+)$", FENCE.sub("", text_of(page)), re.MULTILINE)
    return [(len(marks), words.strip()) for marks, words in found]


def anchor(words: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")


# --- links and commands -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("prose", PAGES)
def test_every_link_and_image_leads_somewhere(prose: str) -> None:
    targets = [first or second for first, second in LINK.findall(FENCE.sub("", text_of(prose)))]
    lost = []
    for target in targets:
        if re.match(r"[a-z]+:", target):
            continue
        path, _, name = target.partition("#")
        file = (ROOT / prose).parent / path if path else ROOT / prose
        known = file.exists() and (not name or name in map(anchor, (w for _, w in headings(str(file)))))
        lost += [] if known else [target]
    assert lost == []


@pytest.mark.parametrize("prose", PAGES)
def test_every_make_command_exists(prose: str) -> None:
    targets = set(re.search(r"^\.PHONY: (.+)$", text_of("Makefile"), re.MULTILINE)[1].split())  # type: ignore[index]
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", code_in(prose), re.MULTILINE))
    assert named <= targets


def code_in(page: str) -> str:
    """What stands in backticks or in a code block."""
    text = text_of(page)
    return "\n".join([*FENCE.findall(text), *re.findall(r"`[^`\n]+`", FENCE.sub("", text))])


def test_both_readmes_say_the_same() -> None:
    english, chinese = READMES
    outline = [[level for level, _ in headings(page)] for page in READMES]
    commands = [sorted(re.findall(r"make [a-z]+(?: [A-Z_]+=\S+)*", code_in(page))) for page in READMES]
    links = [
        sorted(target for pair in LINK.findall(text_of(page)) for target in pair if target and target not in READMES)
        for page in READMES
    ]

    assert outline[0] == outline[1]
    assert commands[0] == commands[1]
    assert {"make run", "make test"} <= {" ".join(command.split()[:2]) for command in commands[0]}
    assert links[0] == links[1]
    assert f"]({chinese})" in text_of(english)
    assert f"]({english})" in text_of(chinese)


def test_the_readmes_name_people_of_the_demo() -> None:
    from linli.demo.personas import PASSWORD, PERSONAS

    named = {person.username for person in PERSONAS}
    for page in READMES:
        rows = re.findall(r"^\| `([a-z]+)` \| ([^|]+) \|", text_of(page), re.MULTILINE)
        assert len(rows) >= 4
        assert {username for username, _ in rows} <= named
        assert PASSWORD in text_of(page)


def test_deploy_names_every_variable_that_is_read() -> None:
    settings = text_of("src/linli/settings.py")
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z][A-Z0-9_]+)\"", settings))
    read |= {f"LINLI_{name.upper()}" for name in re.findall(r"\bsecret\(\"(\w+)\"\)", settings)}
    cli = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/linli/cli").glob("*.py"))
    read |= set(re.findall(r"envvar=\"([A-Z_]+)\"", cli))
    deploy = text_of("docs/deploy.md")

    assert {"LINLI_HOME", "LINLI_SECRET_KEY", "LINLI_PORT", "DATABASE_URL"} <= read
    assert sorted(name for name in read if not re.search(rf"\b{name}\b", deploy)) == []


@pytest.mark.parametrize("prose", [page for page in PAGES if page.startswith("docs/algorithms/")])
def test_every_test_that_is_named_exists(prose: str) -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    known = {name for source in sources for name in re.findall(r"^(?:async )?def (test_\w+)", source, re.MULTILINE)}
    assert sorted(set(re.findall(r"`(test_\w+)`", text_of(prose))) - known) == []


# --- the glossary -----------------------------------------------------------------------------------------------


def glossary() -> list[tuple[str, str]]:
    """Chinese term and the name in backticks of each row."""
    rows = []
    for line in text_of("docs/glossary.md").splitlines():
        if line.startswith("| ") and not line.startswith("| Chinese"):
            term, name, meaning, source = re.split(r" \| ", line.removeprefix("| ").removesuffix(" |"))
            assert meaning
            assert source
            rows.append((term, name))
    return rows


@cache
def modules_of(room: str) -> tuple[ModuleType, ...]:
    """The package of a room and everything in it; none when there is no such room."""
    for parent in ("linli", "linli.core"):
        try:
            package = importlib.import_module(f"{parent}.{room}")
        except ModuleNotFoundError:
            continue
        names = [info.name for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
        return (package, *(importlib.import_module(name) for name in names if ".migrations" not in name))
    return ()


def exists(name: str) -> bool:
    """Whether a name of the glossary is a parameter, a permission, or something in its room."""
    if name in REGISTRY or rules.perm_exists(name):
        return True
    room, *steps = name.split(".")
    return bool(steps) and any(holds(module, steps) for module in modules_of(room))


def holds(found: object, steps: list[str]) -> bool:
    for step in steps:
        if not hasattr(found, step):
            return step in getattr(found, "__dataclass_fields__", {}) and step == steps[-1]
        found = getattr(found, step)
    return True


def test_every_name_in_the_glossary_exists() -> None:
    names = [(name, re.fullmatch(r"`([a-z_]+(?:\.\w+)+)`( \w+)?", name)) for _, name in glossary()]

    assert [name for name, match in names if match is None] == []
    assert [name for name, match in names if match and not exists(match[1])] == []


def test_a_name_that_does_not_exist_is_found_out() -> None:
    assert exists("areas.Level.GRID")
    assert not exists("areas.Level.VILLAGE_GREEN")
    assert not exists("nowhere.Level")
    assert not exists("filing.years")


def choices() -> Iterator[tuple[str, str, str]]:
    """Room, name within it and Chinese words of every choice that Linli declares."""
    for name in sorted(sys.modules):
        if not name.startswith("linli."):
            continue
        for _, found in inspect.getmembers(sys.modules[name], inspect.isclass):
            nested = [inner for inner in vars(found).values() if inspect.isclass(inner)]
            for each in (found, *nested):
                if issubclass(each, Choices) and each.__module__ == name and len(each):
                    room = name.removeprefix("linli.").removeprefix("core.").split(".")[0]
                    for member in each:
                        yield room, f"{each.__qualname__}.{member.name}", str(member.label)


def plain(text: str) -> str:
    """Full-width and half-width punctuation are the same here."""
    return unicodedata.normalize("NFKC", text)


def test_no_word_of_the_field_is_missing() -> None:
    wanted = {(f"`{room}.{name}`", plain(label)) for room, name, label in choices()}
    wanted |= {(f"`{name}`", plain(str(step.label))) for name, (step, _) in STEPS.items()}
    wanted |= {(f"`{key}`", plain(str(parameter.label))) for key, parameter in REGISTRY.items()}
    wanted |= {(f"`organizations.DOCUMENTS` {slot}", label) for slot, label, *_ in DOCUMENTS}
    wanted |= {
        (f"`{model.__module__.removeprefix('linli.').removeprefix('core.').split('.')[0]}.{model.__name__}`", "")
        for model in apps.get_models()
        if model.__module__.startswith("linli.")
    }
    terms: dict[str, list[str]] = {}
    for term, name in glossary():
        terms.setdefault(name, []).append(plain(term))

    assert len(wanted) > 150
    assert sorted(pair for pair in wanted if not any(pair[1] in term for term in terms.get(pair[0], []))) == []
