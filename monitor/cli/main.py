"""The command `namesake`.

How often Python looks for objects that hold each other.
"""

import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from monitor.app import Environment
from monitor.cli import (
    backup,
    check,
    demo,
    doctor,
    findings,
    flags,
    jobs,
    mail,
    maintenance,
    plan,
    portal,
    roster,
    service,
    setup,
    sources,
    staff,
    weights,
)
from monitor.cli.context import CliContext, escape_controls
from monitor.config import find_config_path
from monitor.domain.errors import MonitorError, NotPermittedError

# Python's own figure is 700. A sweep makes hundreds of thousands of objects that live until its
# end and hardly any cycle: looking at all of them again and again took a tenth of its work.
GC_THRESHOLD = 50_000


def reduce_gc_frequency() -> None:
    """Set it for the whole program, so only a program's entry calls this."""
    gc.set_threshold(GC_THRESHOLD, 20, 20)


INTERRUPTED = 130
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
  73  cannot write to the state folder
  75  another Namesake process is using the state folder
  76  the roster key does not match the tokens
  77  not allowed by consent, role or file permissions
  78  the database is damaged, or newer than this program
  79  the database was moved, deleted or replaced while in use
 130  stopped with Ctrl-C
"""


@click.group(help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The configuration file. Default: $NAMESAKE_CONFIG, or this system's usual place.",
)
@click.version_option(package_name="namesake-monitor", prog_name="namesake")
@click.pass_context
def namesake(context: click.Context, config: Path | None) -> None:
    environment = context.ensure_object(Environment)
    context.obj = cli_context = CliContext(
        config or find_config_path(environment.variables), environment
    )
    context.call_on_close(cli_context.fix_file_ownership)


for command in (
    setup.init,
    service.run,
    portal.portal,
    jobs.jobs,
    service.audit,
    maintenance.purge,
    doctor.doctor,
    service.metrics,
    staff.staff,
    check.check,
    check.sweep,
    plan.plan,
    sources.sources,
    mail.digest,
    mail.mail,
    flags.flags,
    findings.explain_item,
    findings.show_timeline,
    findings.evidence,
    roster.roster,
    weights.weights,
    backup.backup,
    backup.restore,
    demo.demo,
):
    namesake.add_command(command)


def main(arguments: Sequence[str] | None = None, environment: Environment | None = None) -> None:
    """Run a command. An error becomes one sentence and an exit code, never a traceback."""
    reduce_gc_frequency()
    given = None if arguments is None else list(arguments)
    obj = environment or Environment(variables=os.environ)
    try:
        code = namesake.main(given, "namesake", standalone_mode=False, obj=obj)
    except (click.Abort, KeyboardInterrupt):
        click.echo("namesake: Stopped. Finished work is saved.", err=True)
        sys.exit(INTERRUPTED)
    except MonitorError as error:
        click.echo(f"namesake: {escape_controls(str(error))}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except PermissionError as error:
        click.echo(
            f"namesake: {escape_controls(str(error.filename))} cannot be opened by this user. "
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
