"""The pages of many districts."""

from contextlib import AbstractContextManager
from dataclasses import replace

from monitor.app import DistrictResources
from monitor.app.parts import build_crawler, build_parser
from monitor.cli.context import CliContext
from monitor.cli.portal import open_site, serve_pages
from monitor.config.sections import find_socket_path
from monitor.fleet.config import FleetFile
from monitor.fleet.districts import DistrictFolder, build_district_environment
from monitor.fleet.fence import OTHERS_STOP_WITHIN
from monitor.fleet.sites import DistrictSites
from monitor.web.app import OpenSite
from scrapers.http.client import HttpConnections


def serve_fleet(context: CliContext, file: FleetFile) -> None:
    """Serve the pages of many districts, each at its own address, until SIGTERM."""
    fleet = file.fleet
    on_socket = bool(find_socket_path(fleet.listen))
    offline = replace(context.environment, is_offline=True)
    # It opens no PostgreSQL: who wants to leave must not wait for one.
    others = OTHERS_STOP_WITHIN if fleet.database else None
    with build_parser() as parser:
        shared = replace(offline, connections=HttpConnections(offline.build_dialer(), 1))
        resources = DistrictResources(
            parser=parser, build_crawler=build_crawler, others_stop_within=others
        )

        def open_district(folder: DistrictFolder) -> AbstractContextManager[OpenSite]:
            environment = build_district_environment(shared, folder)
            return open_site(CliContext(folder.config_path, environment), resources)

        sites = DistrictSites(fleet.districts, open_district, on_socket=on_socket)
        try:
            what = f"the districts of {fleet.districts}"
            serve_pages(context, fleet.listen, sites, what, sites.tidy)
        finally:
            sites.close()
