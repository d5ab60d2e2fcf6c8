"""The command `namesake`: each command is loaded when it is run, so that help comes at once.

How often Python looks for objects that hold each other.
"""

import gc
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import click
from click.shell_completion import CompletionItem

from monitor.annexes import discover_annexes
from monitor.domain.errors import (
    INTERRUPTED_EXIT_CODE,
    MonitorError,
    NotPermittedError,
    UnavailableError,
    build_permission_error,
)

if TYPE_CHECKING:
    from monitor.app import Environment
    from scrapers.crawl.pause_file import PauseFile

# Python's own figure is 700. A sweep makes hundreds of thousands of objects that live until its
# end and hardly any cycle: looking at all of them again and again took a tenth of its work.
GC_THRESHOLD = 50_000


# Who starts one of these does not act in it.
SERVICES = frozenset({"run", "portal"})


def reduce_gc_frequency() -> None:
    """Set it for the whole program, so only a program's entry calls this."""
    gc.set_threshold(GC_THRESHOLD, 20, 20)


HELP = "Show school staff what the public web says about them."
EXIT_CODES: Final[Mapping[int, str]] = MappingProxyType(
    {
        0: "done",
        2: "wrong usage",
        64: "invalid configuration",
        65: "invalid input",
        69: "network, server or source unavailable, or its answer failed a check",
        70: "internal error",
        71: "some of many districts are set aside; the others are done",
        73: "cannot write to the state folder",
        74: "the district lives on another machine",
        75: "another Namesake process is using the state folder",
        76: "the roster key does not match the tokens",
        77: "not allowed by consent, role or file permissions",
        78: "the database is damaged, or of another version",
        79: "the database was moved, deleted or replaced while in use",
        130: "stopped with Ctrl-C",
    }
)


# What each command of the core does, in a line: help loads none of them.
CORE_COMMANDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "Setup": {
            "init": "Set up a district: questions, or --answers FILE.",
            "demo": "Play three weeks in a made-up district.",
            "me": "Look yourself up now, without a district. Leaves only a page.",
        },
        "Health": {
            "status": "Show on one screen how the service is doing.",
            "doctor": "Check everything that can fail, and say what to do.",
            "audit": "Check that the audit log is complete.",
            "metrics": "Print the service's metrics for Prometheus.",
        },
        "People": {
            "staff": "Invite staff, list them by ID, record withdrawals.",
            "why": "Show why someone got no invitation, and send it again.",
            "mail": "Preview and send emails, retry them, resume an address.",
            "roster": "Manage the tokens that the student matcher reads.",
        },
        "Checks": {
            "check": "Check one person now, or everyone with consent.",
            "cases": "List open cases by reference.",
            "explain": "Print why a finding was judged that way, or its history.",
            "sources": "List and test sources, and update facts about sites.",
            "district": "List and check look-alikes of the district itself.",
        },
        "Service": {
            "run": "Run the service until SIGTERM.",
            "portal": "Serve the portal, next to `namesake run`.",
            "backup": "Back up the district, and test each backup.",
            "restore": "Restore a backup into the empty state folder.",
        },
    }
)
# Only what is run is loaded. The names are spelled out, so that what can be imported is seen.
COMMAND_LOADERS: Final[Mapping[str, Callable[[], click.Command]]] = MappingProxyType(
    {
        "audit": lambda: import_module("monitor.cli.audit").audit,
        "backup": lambda: import_module("monitor.cli.backup").backup,
        "cases": lambda: import_module("monitor.cli.findings").list_cases,
        "check": lambda: import_module("monitor.cli.command_declarations").check,
        "demo": lambda: import_module("monitor.cli.demo").demo,
        "district": lambda: import_module("monitor.cli.district").district,
        "doctor": lambda: import_module("monitor.cli.command_declarations").doctor,
        "explain": lambda: import_module("monitor.cli.findings").explain,
        "init": lambda: import_module("monitor.cli.command_declarations").init,
        "mail": lambda: import_module("monitor.cli.mail").mail,
        "me": lambda: import_module("monitor.cli.command_declarations").me,
        "metrics": lambda: import_module("monitor.cli.metrics").metrics,
        "portal": lambda: import_module("monitor.cli.portal").portal,
        "restore": lambda: import_module("monitor.cli.backup").restore,
        "roster": lambda: import_module("monitor.cli.roster").roster,
        "run": lambda: import_module("monitor.cli.run").run,
        "sources": lambda: import_module("monitor.cli.sources_group").sources,
        "staff": lambda: import_module("monitor.cli.staff").staff,
        "status": lambda: import_module("monitor.cli.command_declarations").status,
        "why": lambda: import_module("monitor.cli.why").why,
    }
)


# Annexes may extend these. All others start without looking for an annex.
EXTENSIBLE_COMMANDS: Final = frozenset(
    {"run", "portal", "backup", "doctor", "metrics", "status", "init"}
)
CONFIG_OPTION: Final = "--config"


def list_command_groups() -> Mapping[str, Mapping[str, str]]:
    """Return the commands under their titles, those of annexes behind those of the core."""
    groups = {title: dict(commands) for title, commands in CORE_COMMANDS.items()}
    for annex in discover_annexes():
        for name, command in annex.commands.items():
            groups.setdefault(command.title, {})[name] = command.line
    return groups


def list_command_lines() -> Mapping[str, str]:
    return {name: line for group in list_command_groups().values() for name, line in group.items()}


def load_command(name: str) -> click.Command | None:
    """Load one command, with what annexes add to it; None if there is none of that name."""
    load = COMMAND_LOADERS.get(name)
    if load is None:
        brought = (annex.commands.get(name) for annex in discover_annexes())
        return next((command.load() for command in brought if command), None)
    command = load()
    for annex in discover_annexes() if name in EXTENSIBLE_COMMANDS else ():
        if name in annex.extensions:
            command = annex.extensions[name](command)
    return command


def move_config_first(arguments: Sequence[str]) -> list[str]:
    """Let `--config FILE` also stand behind a command, which is where people write it."""
    moved, others, left = list[str](), list[str](), list(arguments)
    while left and left[0] != "--":
        taken = left.pop(0)
        if taken == CONFIG_OPTION and left:
            moved += [taken, left.pop(0)]
        elif taken.startswith(f"{CONFIG_OPTION}="):
            moved.append(taken)
        else:
            others.append(taken)
    return [*moved, *others, *left]


class LazyGroup(click.Group):
    """Loads commands only to run one: help about them needs names and lines alone.

    `lines` say what each command does, as its own help does; `loaders` load one.
    """

    def __init__(
        self,
        *arguments: Any,  # noqa: ANN401 - click's own
        lines: Mapping[str, str] | None = None,
        loaders: Mapping[str, Callable[[], click.Command]] | None = None,
        **options: Any,  # noqa: ANN401 - click's own
    ) -> None:
        super().__init__(*arguments, **options)
        self._lines, self._loaders = lines or {}, loaders or {}

    def list_lines(self) -> Mapping[str, str]:
        return self._lines

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(self.list_lines())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        load = self._loaders.get(cmd_name)
        return load() if load else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the commands that are spelled alike: click sees only those that are loaded."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            known = self.list_commands(ctx)
            raise click.NoSuchCommand(error.command_name, possibilities=known, ctx=ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl(sorted(self.list_lines().items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the names of commands from the lines: click would load them all."""
        commands = [
            CompletionItem(name, help=line)
            for name, line in sorted(self.list_lines().items())
            if name.startswith(incomplete)
        ]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]


class NamesakeGroup(LazyGroup):
    """All commands, in groups."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, move_config_first(args))

    def list_lines(self) -> Mapping[str, str]:
        return list_command_lines()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        return load_command(cmd_name)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Put commands first, as they are what help is asked for."""
        self.format_commands(ctx, formatter)
        click.Command.format_options(self, ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Exit codes"):
            formatter.write_dl([(f"{code:>3}", meaning) for code, meaning in EXIT_CODES.items()])

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        width = max(map(len, self.list_lines()))
        for title, commands in list_command_groups().items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), line) for name, line in commands.items()])


@click.group(cls=NamesakeGroup, help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    CONFIG_OPTION,
    type=click.Path(path_type=Path, dir_okay=False, readable=False),
    help="The configuration file, before or after a command. Default: $NAMESAKE_CONFIG, or this "
    "system's usual place.",
)
@click.version_option(package_name="namesake-monitor", prog_name="namesake")
@click.pass_context
def namesake(context: click.Context, config: Path | None) -> None:
    from monitor.app import Environment
    from monitor.cli.context import CliContext, name_shell_user
    from monitor.config.sections import find_config_path
    from monitor.domain.person import CURRENT_MEANS
    from monitor.event_log import show_warnings_of_commands

    show_warnings_of_commands()
    environment = context.obj or Environment(variables=os.environ, open_pauses=_open_pauses)
    context.obj = cli_context = CliContext(
        config or find_config_path(environment.variables), environment
    )
    context.call_on_close(cli_context.fix_file_ownership)
    if context.invoked_subcommand not in SERVICES:
        means = CURRENT_MEANS.set(f"shell:{name_shell_user(environment.variables)}")
        context.call_on_close(lambda: CURRENT_MEANS.reset(means))


def _open_pauses(folder: Path | None) -> "PauseFile | None":
    from monitor.app.builders import open_shared_pauses

    return open_shared_pauses(os.environ, folder)


# What Python has on Unix alone.
UNIX_MODULES: Final = frozenset({"fcntl", "resource"})


def main(arguments: Sequence[str] | None = None, environment: "Environment | None" = None) -> None:
    """Run a command. An error becomes one sentence and an exit code, never a traceback."""
    reduce_gc_frequency()
    given = sys.argv[1:] if arguments is None else list(arguments)
    as_json = "--json" in given
    try:
        code = namesake.main(given, "namesake", standalone_mode=False, obj=environment)
    except (click.Abort, KeyboardInterrupt):
        code, reason = INTERRUPTED_EXIT_CODE, "Stopped. Finished work is saved."
    except MonitorError as error:
        code, reason = error.exit_code, str(error)
    except click.ClickException as error:
        code, reason = error.exit_code, error.format_message()
        if not as_json:
            error.show()
            sys.exit(code)
    except PermissionError as error:
        code, reason = NotPermittedError.exit_code, str(build_permission_error(error.filename))
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name in UNIX_MODULES:
            click.echo(
                "namesake: Namesake needs Linux. On Windows use WSL, on a Chromebook its Linux "
                "environment, on a Mac a Linux container; or check yourself on your district's "
                "portal.",
                err=True,
            )
            sys.exit(UnavailableError.exit_code)
        # The last resort: a traceback is shown only on request.
        if os.environ.get("NAMESAKE_TRACEBACK"):
            raise
        code = MonitorError.exit_code
        reason = (
            f"Internal error ({type(error).__name__}). No data was lost. "
            "Please report it with the output of NAMESAKE_TRACEBACK=1."
        )
    else:
        sys.exit(code if isinstance(code, int) else 0)
    # Say it as the last line on standard error: an answer may have been printed before.
    from monitor.cli.context import escape_controls

    told = json.dumps({"error": {"code": code, "message": reason}}, ensure_ascii=False)
    click.echo(escape_controls(told if as_json else f"namesake: {reason}"), err=True)
    sys.exit(code)
