"""The pages of many districts."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial

from monitor.app import DistrictResources
from monitor.app.parts import build_crawler, build_parser
from monitor.cli.context import CliContext
from monitor.cli.portal import open_site, serve_pages
from monitor.config import find_socket_path
from monitor.fleet.cli.context import find_sender
from monitor.fleet.config import FleetFile
from monitor.fleet.districts import DistrictFolder, build_district_environment, open_memories
from monitor.fleet.hosted_districts import QuerySender
from monitor.fleet.sites import DistrictSites
from monitor.web.app import OpenSite
from scrapers.http.client import HttpConnections


def serve_fleet(context: CliContext, file: FleetFile) -> None:
    """Serve the pages of many districts, each at its own address, until SIGTERM."""
    fleet = file.fleet
    on_socket = bool(find_socket_path(fleet.listen))
    offline = replace(context.environment, is_offline=True)
    with build_parser() as parser, open_recall(context, file) as sender:
        shared = replace(offline, connections=HttpConnections(offline.build_dialer(), 1))
        resources = DistrictResources(parser=parser, build_crawler=build_crawler)

        def open_district(folder: DistrictFolder) -> AbstractContextManager[OpenSite]:
            environment = build_district_environment(shared, folder)
            own = resources
            if sender is not None:
                own = replace(resources, recall_queries=partial(sender.recall_queries, folder.name))
            return open_site(CliContext(folder.config_path, environment), own)

        sites = DistrictSites(fleet.districts, open_district, on_socket=on_socket)
        try:
            what = f"the districts of {fleet.districts}"
            serve_pages(context, fleet.listen, sites, what, sites.tidy)
        finally:
            sites.close()


@contextmanager
def open_recall(context: CliContext, file: FleetFile) -> Iterator[QuerySender | None]:
    """Open what has other machines ask no more about a person; None where there are none."""
    if not file.fleet.database:
        yield None
        return
    with open_memories(file, context.environment) as memories:
        yield find_sender(memories, file)
