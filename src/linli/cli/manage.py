"""`linli manage`: Django's own management commands."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings

import click

from linli.cli.ready import database_there

# These read the code, not the data; no server is started for them.
WITHOUT_DATABASE = {
    "makemigrations",
    "makemessages",
    "compilemessages",
    "collectstatic",
    "findstatic",
    "diffsettings",
}


@click.command(
    "manage",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Django 的管理命令，例如 linli manage shell。"""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.settings")
    from django.core.management import execute_from_command_line

    idle = not arguments or arguments[0] in WITHOUT_DATABASE or arguments[0].startswith("-") or arguments[0] == "help"
    with contextlib.nullcontext() if idle else database_there():
        if idle:
            # makemigrations looks whether the history fits; without a database it says that it could not.
            warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
        execute_from_command_line(["linli manage", *arguments])
    sys.stdout.flush()
