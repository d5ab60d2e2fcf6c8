"""The command `namesake`: each command is loaded when it is run, so that help comes at once.

How often Python looks for objects that hold each other.
"""

import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import click
from click.shell_completion import CompletionItem

from monitor.annexes import discover_annexes
from monitor.domain.errors import INTERRUPTED_EXIT_CODE, MonitorError, NotPermittedError

if TYPE_CHECKING:
    from monitor.app import Environment
    from scrapers.crawl.pauses import PauseFile

# Python's own figure is 700. A sweep makes hundreds of thousands of objects that live until its
# end and hardly any cycle: looking at all of them again and again took a tenth of its work.
GC_THRESHOLD = 50_000


def reduce_gc_frequency() -> None:
    """Set it for the whole program, so only a program's entry calls this."""
    gc.set_threshold(GC_THRESHOLD, 20, 20)


HELP = """\
Show school staff what the public web says about them.

\b
Exit codes:
   0  done
   2  wrong usage
  64  invalid configuration
  65  invalid input
  69  network, server or source unavailable, or its answer failed a check
  70  internal error
  71  some of many districts are set aside; the others are done
  73  cannot write to the state folder
  74  the district lives on another machine
  75  another Namesake process is using the state folder
  76  the roster key does not match the tokens
  77  not allowed by consent, role or file permissions
  78  the database is damaged, or newer than this program
  79  the database was moved, deleted or replaced while in use
 130  stopped with Ctrl-C
"""


# What each command of the core does, in a line: help loads none of them.
CORE_COMMANDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "Setup": {
            "init": "Set up a district: questions, or --answers FILE.",
            "units": "Write the systemd units of this installation.",
            "doctor": "Check everything that can fail, and say what to do.",
            "demo": "Play three weeks in a made-up district.",
            "me": "Look yourself up now, without a district. Leaves only a page.",
        },
        "People": {
            "staff": "Invite staff, list them by ID, record withdrawals.",
            "digest": "Preview one digest, or send the emails that are due.",
            "mail": "List and retry emails, and resume a paused address.",
            "roster": "Manage the tokens that the student matcher reads.",
        },
        "Checks": {
            "check": "Check one person now.",
            "sweep": "Run this week's sweep for everyone with consent.",
            "plan": "Print planned queries, with dates and costs.",
            "sources": "List, test and import sources.",
            "facts": "Show how old facts are, and update them.",
            "first-contact": "Learn how sources really answer, without any name.",
            "district": "List and check look-alikes of the district itself.",
        },
        "Review": {
            "cases": "List open cases by reference.",
            "explain": "Print the evidence for whose a finding is.",
            "timeline": "Print the history of a finding.",
            "evidence": "Write the evidence pack of a case in the demo.",
            "weights": "Show what each detection rule weighs.",
        },
        "Care": {
            "run": "Run the service until SIGTERM.",
            "portal": "Serve the portal, next to `namesake run`.",
            "jobs": "List scheduled jobs, next one first.",
            "backup": "Back up the district, and test each backup.",
            "restore": "Restore a backup into the empty state folder.",
            "audit": "Check the audit log.",
            "metrics": "Print the service's metrics for Prometheus.",
            "purge": "Delete data past its retention period now.",
        },
    }
)
# Only what is run is loaded. The names are spelled out, so that what can be imported is seen.
COMMAND_LOADERS: Final[Mapping[str, Callable[[], click.Command]]] = MappingProxyType(
    {
        "audit": lambda: import_module("monitor.cli.audit").audit,
        "backup": lambda: import_module("monitor.cli.backup").backup,
        "check": lambda: import_module("monitor.cli.check").check,
        "demo": lambda: import_module("monitor.cli.demo").demo,
        "digest": lambda: import_module("monitor.cli.mail").digest,
        "district": lambda: import_module("monitor.cli.district").district,
        "doctor": lambda: import_module("monitor.cli.doctor").doctor,
        "evidence": lambda: import_module("monitor.cli.findings").evidence,
        "facts": lambda: import_module("monitor.cli.facts").facts,
        "first-contact": lambda: import_module("monitor.cli.first_contact").first_contact,
        "explain": lambda: import_module("monitor.cli.findings").explain_finding,
        "cases": lambda: import_module("monitor.cli.findings").cases,
        "init": lambda: import_module("monitor.cli.init").init,
        "jobs": lambda: import_module("monitor.cli.jobs").jobs,
        "mail": lambda: import_module("monitor.cli.mail").mail,
        "me": lambda: import_module("monitor.cli.me").me,
        "metrics": lambda: import_module("monitor.cli.metrics").metrics,
        "plan": lambda: import_module("monitor.cli.plan").plan,
        "portal": lambda: import_module("monitor.cli.portal").portal,
        "purge": lambda: import_module("monitor.cli.purge").purge,
        "restore": lambda: import_module("monitor.cli.backup").restore,
        "roster": lambda: import_module("monitor.cli.roster").roster,
        "run": lambda: import_module("monitor.cli.run").run,
        "sources": lambda: import_module("monitor.cli.sources").sources,
        "staff": lambda: import_module("monitor.cli.staff").staff,
        "sweep": lambda: import_module("monitor.cli.check").sweep,
        "timeline": lambda: import_module("monitor.cli.findings").show_timeline,
        "units": lambda: import_module("monitor.cli.units").units,
        "weights": lambda: import_module("monitor.cli.findings").weights,
    }
)


# Annexes may extend these. All others start without looking for an annex.
EXTENSIBLE_COMMANDS: Final = frozenset({"run", "portal", "backup", "doctor", "metrics", "units"})
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
    """Loads commands only to run one, or to print its own help."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, move_config_first(args))

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(list_command_lines())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        return load_command(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        width = max(map(len, list_command_lines()))
        for title, commands in list_command_groups().items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), line) for name, line in commands.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the names of commands from the list above: click would load them all."""
        lines = sorted(list_command_lines().items())
        commands = [
            CompletionItem(name, help=line) for name, line in lines if name.startswith(incomplete)
        ]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]


@click.group(cls=LazyGroup, help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    CONFIG_OPTION,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The configuration file, before or behind a command. Default: $NAMESAKE_CONFIG, or this "
    "system's usual place.",
)
@click.version_option(package_name="namesake-monitor", prog_name="namesake")
@click.pass_context
def namesake(context: click.Context, config: Path | None) -> None:
    from monitor.app import Environment
    from monitor.cli.context import CliContext
    from monitor.cli.logs import show_warnings_of_commands
    from monitor.config.sections import find_config_path

    show_warnings_of_commands()
    environment = context.obj or Environment(variables=os.environ, open_pauses=_open_pauses)
    context.obj = cli_context = CliContext(
        config or find_config_path(environment.variables), environment
    )
    context.call_on_close(cli_context.fix_file_ownership)


def _open_pauses(folder: Path | None) -> "PauseFile | None":
    from monitor.app.parts import open_shared_pauses

    return open_shared_pauses(os.environ, folder)


def main(arguments: Sequence[str] | None = None, environment: "Environment | None" = None) -> None:
    """Run a command. An error becomes one sentence and an exit code, never a traceback."""
    reduce_gc_frequency()
    given = None if arguments is None else list(arguments)
    try:
        code = namesake.main(given, "namesake", standalone_mode=False, obj=environment)
    except (click.Abort, KeyboardInterrupt):
        click.echo("namesake: Stopped. Finished work is saved.", err=True)
        sys.exit(INTERRUPTED_EXIT_CODE)
    except MonitorError as error:
        click.echo(f"namesake: {_escape(str(error))}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except PermissionError as error:
        click.echo(
            f"namesake: {_escape(str(error.filename))} cannot be opened by this user. "
            "Run namesake "
            "as the service's own user, or as root.",
            err=True,
        )
        sys.exit(NotPermittedError.exit_code)
    except Exception as error:
        # The last resort: a traceback is shown only on request.
        if os.environ.get("NAMESAKE_TRACEBACK"):
            raise
        click.echo(
            f"namesake: Internal error ({type(error).__name__}). No data was lost. "
            "Please report it with the output of NAMESAKE_TRACEBACK=1.",
            err=True,
        )
        sys.exit(MonitorError.exit_code)
    sys.exit(code if isinstance(code, int) else 0)


def _escape(text: str) -> str:
    """Spell out controls, as all output of commands does."""
    from monitor.cli.context import escape_controls

    return escape_controls(text)
