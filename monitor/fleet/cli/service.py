"""The service of many districts."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from monitor.app.parser_sandbox import note_parser_sandbox
from monitor.cli.context import CliContext
from monitor.db.files import StateFolderLock
from monitor.fleet.cli.context import find_sender
from monitor.fleet.config import FleetFile
from monitor.fleet.db.shared import SharedMemories
from monitor.fleet.districts import list_district_folders, open_memories
from monitor.fleet.hosted_districts import SharedResources
from monitor.fleet.runner import FleetRunner
from monitor.scheduler.daemon import Daemon, SystemdNotifier, WakeSocket
from monitor.scheduler.workers import Liveness


def run_fleet(context: CliContext, file: FleetFile) -> None:
    """Run the service of many districts until SIGTERM."""
    folder = file.fleet.districts
    liveness = Liveness(context.environment.clock)
    environment = replace(context.environment, beat=liveness.beat)
    with (
        StateFolderLock(folder),
        open_memories(file, environment) as shared,
        _open_resources(shared, file, replace(context, environment=environment)) as resources,
    ):
        note_parser_sandbox(folder)
        runner = FleetRunner(file, resources, liveness)
        try:
            Daemon(
                jobs=runner,
                notifier=SystemdNotifier(context.environment.variables),
                wake_socket=WakeSocket(folder),
                stopping=threading.Event(),
                liveness=liveness,
                note_caller=runner.note_caller,
            ).run_until_stopped()
        finally:
            runner.close()


@contextmanager
def _open_resources(
    shared: SharedMemories, file: FleetFile, context: CliContext
) -> Iterator[SharedResources]:
    folder, open_pauses = file.fleet.districts, context.environment.open_pauses
    environment = replace(context.environment, open_pauses=lambda _: open_pauses(folder))
    districts = len(list_district_folders(folder))
    sender = find_sender(shared, file) if file.fleet.database else None
    resources = SharedResources(shared, environment, file.fetch, districts, sender)
    try:
        yield resources
    finally:
        resources.close()
