"""The service of many districts, and their pages."""

import threading
from contextlib import AbstractContextManager, closing
from dataclasses import replace

from monitor import event_log
from monitor.app import DistrictResources
from monitor.app.builders import build_crawler, build_parser
from monitor.app.parser_sandbox import note_parser_sandbox
from monitor.cli.context import CliContext
from monitor.cli.portal import open_site, serve_pages
from monitor.config.sections import find_socket_path
from monitor.db.state_folder_lock import StateFolderLock
from monitor.fleet.cli.context import open_home
from monitor.fleet.config import FleetFile
from monitor.fleet.db.shared_database import SharedDatabase
from monitor.fleet.district_folders import (
    DistrictFolder,
    build_district_environment,
    list_district_folders,
)
from monitor.fleet.fence import OTHERS_STOP_WITHIN
from monitor.fleet.hosted_districts import SharedResources
from monitor.fleet.portals import DistrictSites
from monitor.fleet.runner import FleetRunner
from monitor.scheduler.daemon import Daemon, SystemdNotifier, WakeSocket
from monitor.scheduler.job_scheduler import Liveness
from monitor.web.app import OpenSite
from scrapers.http.client import HttpConnections


def run_fleet(context: CliContext, file: FleetFile, *, log_format: str, verbose: bool) -> None:
    """Run the service of many districts until SIGTERM."""
    folder, open_pauses = file.fleet.districts, context.environment.open_pauses
    liveness = Liveness(context.environment.clock)
    environment = replace(
        context.environment, beat=liveness.beat, open_pauses=lambda _: open_pauses(folder)
    )
    settings = event_log.LogSettings(form=event_log.LogFormat(log_format), verbose=verbose)
    with (
        event_log.log_to_stream(settings=settings),
        StateFolderLock(folder),
        SharedDatabase.open_folder(folder) as shared,
        open_home(context, file) as sender,
        closing(
            SharedResources(
                shared, environment, file.fetch, len(list_district_folders(folder)), sender
            )
        ) as resources,
    ):
        note_parser_sandbox(folder)
        with closing(FleetRunner(file, resources, liveness)) as runner:
            Daemon(
                jobs=runner,
                notifier=SystemdNotifier(context.environment.variables),
                wake_socket=WakeSocket(folder),
                stopping=threading.Event(),
                liveness=liveness,
                note_caller=runner.note_caller,
            ).run_until_stopped()


def serve_fleet(context: CliContext, file: FleetFile, *, log_format: str, verbose: bool) -> None:
    """Serve the pages of many districts, each at its own address, until SIGTERM."""
    fleet, offline = file.fleet, replace(context.environment, is_offline=True)
    shared = replace(offline, connections=HttpConnections(offline.build_dialer(), 1))
    settings = event_log.LogSettings(form=event_log.LogFormat(log_format), verbose=verbose)
    with event_log.log_to_stream(settings=settings), build_parser() as parser:
        resources = DistrictResources(
            parser=parser,
            build_crawler=build_crawler,
            # It opens no PostgreSQL: who wants to leave must not wait for one.
            others_stop_within=OTHERS_STOP_WITHIN if fleet.database else None,
        )

        def open_district(folder: DistrictFolder) -> AbstractContextManager[OpenSite]:
            environment = build_district_environment(shared, folder)
            return open_site(CliContext(folder.config_path, environment), resources)

        on_socket = bool(find_socket_path(fleet.listen))
        with closing(DistrictSites(fleet.districts, open_district, on_socket=on_socket)) as sites:
            what = f"the districts of {fleet.districts}"
            serve_pages(context, fleet.listen, sites, what, sites.tidy)
