"""The command `linli`: serve, web, worker, db and the rest, and whatever the domains add.

Fast by being lazy: a built-in command is imported when it is called. A domain adds commands by a module
`commands.py` with a list `commands: list[click.Command]`; it imports models inside its functions, not at its top,
because Django and the database are there only while a command runs.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click

# name → (module, attribute, one line of help)
BUILT_IN = {
    "serve": ("linli.cli.serve", "serve", "启动数据库、网页和后台任务，Ctrl-C 停止。"),
    "web": ("linli.cli.web", "web", "只启动网页服务。"),
    "worker": ("linli.cli.worker", "worker", "只启动后台任务。"),
    "prepare": ("linli.cli.prepare", "prepare", "更新数据表和静态文件；升级后运行一次。"),
    "db": ("linli.cli.db", "db", "内置数据库：start、stop、status、url。"),
    "backup": ("linli.cli.backup", "backup", "备份数据库、文件和密钥；backup verify 核对一份备份。"),
    "restore": ("linli.cli.restore", "restore", "把一份备份恢复到空的数据库和文件夹。"),
    "check": ("linli.cli.check", "check", "检查设置、数据库和数据文件夹。"),
    "manage": ("linli.cli.manage", "manage", "Django 的管理命令。"),
}


def rooms_with_commands() -> Iterator[str]:
    """Modules `commands` of the domains and of the rooms of core."""
    package = Path(__file__).resolve().parent.parent
    for path in sorted((*package.glob("*/commands.py"), *package.glob("core/*/commands.py"))):
        yield ".".join(("linli", *path.relative_to(package).with_suffix("").parts))


class Commands(click.Group):
    """Built-in commands by name, those of the domains by looking into their rooms."""

    @functools.cached_property
    def added(self) -> dict[str, click.Command]:
        """Commands of the domains by name, each leaf with Django and the database around it."""
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.settings")
        found: dict[str, click.Command] = {}
        for module in rooms_with_commands():
            for command in import_module(module).commands:
                surround(command)
                found[command.name] = command
        return found

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Built-in first, in their order."""
        return [*BUILT_IN, *sorted(self.added)]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import only what is called."""
        if name in BUILT_IN:
            module, attribute, _ = BUILT_IN[name]
            command = getattr(import_module(module), attribute)
            assert isinstance(command, click.Command)
            return command
        return self.added.get(name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands without importing the built-in ones."""
        rows = [(name, text) for name, (_, _, text) in BUILT_IN.items()]
        rows += [(name, command.get_short_help_str(60)) for name, command in sorted(self.added.items())]
        with formatter.section("命令"):
            formatter.write_dl(rows)


def surround(command: click.Command) -> None:
    """Give every leaf of this command Django and a running database."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            surround(each)
    elif command.callback is not None:
        command.callback = with_database(command.callback)


def with_database(function: Callable[..., Any]) -> Callable[..., Any]:
    """Run it with Django set up; a refusal or a failing database ends it with a sentence."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        from linli.cli.ready import django_ready

        with django_ready():
            return function(*args, **kwargs)

    return wrapped


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="linli")
def group() -> None:
    """邻里共治 Linli。设置全部来自环境变量，见 docs/deploy.md。"""


def main() -> None:
    """Entry point of the command `linli`."""
    from linli.cli.home import Halt, cannot_write

    # Ended by somebody, a command still tidies up after itself.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        group.main(prog_name="linli", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("已中断。", err=True)
        sys.exit(130)
    except click.UsageError as error:
        usage = error.ctx.get_usage() if error.ctx else "linli --help"
        click.secho(f"✗ 命令写得不对：{error.format_message()}", fg="red", err=True)
        click.echo(f"  {usage}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno not in (13, 28, 30):  # no permission, no space, read-only: everything else is a defect
            raise
        Halt(cannot_write(Path(error.filename or "."), error)).show()
        sys.exit(1)
