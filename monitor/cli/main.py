"""The command `namesake`."""

import os
import sys
from pathlib import Path

import click

from monitor.cli import ask, demo, enrol, flags, letters, service, staff, students
from monitor.cli.desk import Desk
from monitor.config import default_path
from monitor.errors import MonitorError

INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The configuration file; else $NAMESAKE_CONFIG, else the platform's place.",
)
@click.version_option(package_name="namesake-monitor", prog_name="namesake")
@click.pass_context
def namesake(context: click.Context, config: Path | None) -> None:
    r"""Show school staff what the public web says under their name.

    \b
    Exit codes: 0 done, 2 wrong usage, 64 configuration, 65 bad input,
    69 something cannot be reached, 73 cannot write, 75 another Namesake
    holds the folder, 77 not permitted, 78 the database refuses.
    """
    context.obj = Desk(config or default_path(os.environ))


for command in (
    service.init,
    service.run,
    service.due,
    service.audit,
    staff.staff,
    enrol.enrol,
    ask.check,
    ask.sweep,
    ask.sources,
    letters.digest,
    flags.flags,
    students.students,
    demo.demo,
):
    namesake.add_command(command)


def main() -> None:
    """Run a command; what goes wrong is one sentence and an exit code, never a traceback."""
    try:
        code = namesake.main(standalone_mode=False)
    except MonitorError as error:
        click.echo(f"namesake: {error}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Exception as error:
        # The last door: nobody is shown a traceback who did not ask for one.
        if os.environ.get("NAMESAKE_TRACEBACK"):
            raise
        click.echo(
            f"namesake: This is a fault of ours ({type(error).__name__}); nothing was lost. "
            "Please report it with what NAMESAKE_TRACEBACK=1 shows.",
            err=True,
        )
        sys.exit(MonitorError.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("namesake: stopped; what was done so far is kept.", err=True)
        sys.exit(INTERRUPTED)
    sys.exit(code if isinstance(code, int) else 0)
