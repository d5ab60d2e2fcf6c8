"""Showing the pages to the people of a district."""

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from monitor import event_log
from monitor.app import DistrictResources, open_portal_app
from monitor.cli.context import CliContext, pass_cli_context
from monitor.config.sections import SignInMethod, find_socket_path, read_secret, split_host_and_port
from monitor.scheduler.daemon import WATCHED_SECONDS, SystemdNotifier, WakeSocket, stop_on_signals
from monitor.web.app import OpenSite, create_portal_app
from monitor.web.server import WsgiApp, serve_on_port, serve_on_socket
from monitor.web.sign_in import IdentityProvider


@click.command()
@event_log.log_options
@pass_cli_context
def portal(context: CliContext, log_format: str, *, verbose: bool) -> None:
    """Serve the portal until SIGTERM, next to `namesake run`.

    This process runs no searches, sends no email and has no roster key. The service does all
    searches.
    """
    settings = event_log.LogSettings(form=event_log.LogFormat(log_format), verbose=verbose)
    with event_log.log_to_stream(settings=settings), open_site(context) as site:
        config = context.config.portal
        serve_pages(context, config.listen, site.pages, config.address, site.app.db.check_files)


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
            variables=variables,
        )
        yield OpenSite(app=app, pages=pages)


def serve_pages(
    context: CliContext, listen: str, pages: WsgiApp, what: str, check: Callable[[], None]
) -> None:
    """Serve until SIGTERM, and `check` now and then."""
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
