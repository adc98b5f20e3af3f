"""Templates are compiled once, when a process starts."""

from __future__ import annotations

from pathlib import Path

from django.apps import apps
from django.template.loader import get_template


def compile_templates() -> int:
    """Compile every page template of Linli's apps into the cache of the loader; how many. A quarter of a second.

    What is compiled later would be walked through by each full run of the garbage collector, in the middle of
    somebody's request.
    """
    compiled = 0
    for config in apps.get_app_configs():
        if config.name.startswith("linli."):
            folder = Path(config.path) / "templates"
            for path in sorted(folder.rglob("*.html")):
                get_template(path.relative_to(folder).as_posix())
                compiled += 1
    return compiled
