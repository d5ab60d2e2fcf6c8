"""Showing the pages to the people of a district, or of many."""

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.app import DistrictResources, open_portal_app
from monitor.cli import logs
from monitor.cli.context import CliContext, districts_option, find_fleet, pass_cli_context
from monitor.config import (
    FleetFile,
    SignInMethod,
    find_socket_path,
    read_secret,
    split_host_and_port,
)
from monitor.scheduler.daemon import WATCHED_SECONDS, SystemdNotifier, WakeSocket, stop_on_signals
from monitor.web.app import create_portal_app
from monitor.web.districts import DistrictSites, OpenSite
from monitor.web.server import WsgiApp, serve_on_port, serve_on_socket
from monitor.web.sign_in import IdentityProvider

if TYPE_CHECKING:
    from monitor.services.fleet import DistrictFolder


@click.command()
@logs.log_options
@districts_option
@pass_cli_context
def portal(context: CliContext, log_format: str, folder: Path | None, *, verbose: bool) -> None:
    """Serve the portal until SIGTERM, next to `namesake run`.

    This process queries no source, sends no email and has no roster key. The service does all
    searches. With --districts, or [fleet] in the configuration, it serves many districts, each
    under the host name of its address.
    """
    file = find_fleet(context, folder)
    settings = logs.LogSettings(form=logs.LogFormat(log_format), verbose=verbose)
    with logs.log_to_stream(settings=settings):
        if file is not None:
            _serve_fleet(context, file)
            return
        with open_site(context) as site:
            config = context.config.portal
            _serve(context, config.listen, site.pages, config.address, site.app.db.check_files)


def _serve_fleet(context: CliContext, file: FleetFile) -> None:
    # A portal of one district has no part in asking.
    from monitor.app.parts import build_crawler, build_parser
    from monitor.cli.fleet import open_recall
    from monitor.services.fleet import build_district_environment
    from scrapers.http.client import HttpConnections

    fleet = file.fleet
    on_socket = bool(find_socket_path(fleet.listen))
    offline = replace(context.environment, is_offline=True)
    with build_parser() as parser, open_recall(context, file) as sender:
        shared = replace(offline, connections=HttpConnections(offline.build_dialer(), 1))
        resources = DistrictResources(parser=parser, build_crawler=build_crawler)

        def open_district(folder: "DistrictFolder") -> AbstractContextManager[OpenSite]:
            environment = build_district_environment(shared, folder)
            own = resources
            if sender is not None:
                own = replace(
                    resources, recall_questions=partial(sender.recall_questions, folder.name)
                )
            return open_site(CliContext(folder.config_path, environment), own)

        sites = DistrictSites(fleet.districts, open_district, on_socket=on_socket)
        try:
            _serve(context, fleet.listen, sites, f"the districts of {fleet.districts}", sites.tidy)
        finally:
            sites.close()


@contextmanager
def open_site(
    context: CliContext, resources: DistrictResources | None = None
) -> Iterator[OpenSite]:
    """Open the pages of one district."""
    config, variables = context.config, context.environment.variables
    oidc = config.portal.sign_in is SignInMethod.OIDC
    with open_portal_app(config, context.environment, resources) as app:
        pages = create_portal_app(
            app,
            WakeSocket(config.state).wake_daemon,
            provider=_build_provider(context) if oidc else None,
            metrics_token=read_secret("metrics-token", variables),
            scim_token=read_secret("scim-token", variables),
        )
        yield OpenSite(app=app, pages=pages)


def _serve(
    context: CliContext,
    listen: str,
    pages: WsgiApp,
    what: str,
    check: Callable[[], None],
) -> None:
    stopping, supervisor = threading.Event(), SystemdNotifier(context.environment.variables)
    path = find_socket_path(listen)
    server = (
        serve_on_socket(pages, Path(path))
        if path
        else serve_on_port(pages, *split_host_and_port(listen))
    )
    with stop_on_signals(stopping), server:
        # All that is loaded by now stays. To look through it for garbage again and again would hold
        # up every reader for 40 ms.
        gc.freeze()
        supervisor.send_state("READY=1", f"STATUS=Serving {what}.")
        try:
            while not stopping.wait(WATCHED_SECONDS):
                check()
        finally:
            supervisor.send_state("STOPPING=1")


def _build_provider(context: CliContext) -> IdentityProvider:
    config = context.config.portal
    return IdentityProvider(
        issuer=config.issuer,
        client_id=config.client,
        client_secret=read_secret("oidc-secret", context.environment.variables),
        redirect_uri=config.redirect_address,
        now=context.environment.clock.now,
    )
