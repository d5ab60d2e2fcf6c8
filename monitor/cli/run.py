"""Running the service."""

import threading
from dataclasses import replace

import click

from monitor import event_log
from monitor.cli.context import CliContext, pass_cli_context


@click.command()
@event_log.log_options
@pass_cli_context
def run(context: CliContext, log_format: str, *, verbose: bool) -> None:
    """Run the service until SIGTERM. A second one for the same state folder exits with code 75."""
    from monitor.app.parser_sandbox import note_parser_sandbox
    from monitor.scheduler.daemon import Daemon, SystemdNotifier, WakeSocket
    from monitor.scheduler.job_scheduler import Liveness
    from monitor.scheduler.timed_jobs import build_supervised_runner

    settings = event_log.LogSettings(form=event_log.LogFormat(log_format), verbose=verbose)
    liveness = Liveness(context.environment.clock)
    environment = replace(context.environment, beat=liveness.beat)
    watched = replace(context, environment=environment)
    with event_log.log_to_stream(settings=settings), watched.open_app_locked() as app:
        note_parser_sandbox(context.config.state)
        runner = build_supervised_runner(app, context.environment)
        Daemon(
            jobs=runner,
            notifier=SystemdNotifier(context.environment.variables),
            wake_socket=WakeSocket(context.config.state),
            stopping=threading.Event(),
            liveness=liveness,
        ).run_until_stopped()
        # The machine may be moved or lost before the next start.
        runner.back_up_keys()
