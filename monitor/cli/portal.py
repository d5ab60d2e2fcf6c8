"""Showing the pages to the people of a district."""

import threading
from pathlib import Path

import click

from monitor.app import open_portal_app
from monitor.cli import logs
from monitor.cli.context import CliContext, pass_cli_context
from monitor.config import SignInMethod, read_secret
from monitor.scheduler.daemon import WATCHED_SECONDS, SystemdNotifier, WakeSocket, stop_on_signals
from monitor.web.app import create_portal_app
from monitor.web.server import serve_on_port, serve_on_socket
from monitor.web.sign_in import IdentityProvider


@click.command()
@logs.log_options
@pass_cli_context
def portal(context: CliContext, log_format: str, *, verbose: bool) -> None:
    """Serve the portal until SIGTERM, next to `namesake run`.

    This process queries no source, sends no email and has no roster key. The service does all
    searches.
    """
    config = context.config.portal
    stopping, supervisor = threading.Event(), SystemdNotifier(context.environment.variables)
    oidc = config.sign_in is SignInMethod.OIDC
    settings = logs.LogSettings(form=logs.LogFormat(log_format), verbose=verbose)
    with (
        logs.log_to_stream(settings=settings),
        open_portal_app(context.config, context.environment) as app,
    ):
        wake_socket = WakeSocket(context.config.state)
        site = create_portal_app(
            app,
            wake_socket.wake_daemon,
            provider=_build_provider(context) if oidc else None,
            metrics_token=read_secret("metrics-token", context.environment.variables),
            scim_token=read_secret("scim-token", context.environment.variables),
        )
        server = (
            serve_on_socket(site, Path(config.socket_path))
            if config.socket_path
            else serve_on_port(site, *config.host_and_port)
        )
        with stop_on_signals(stopping), server:
            supervisor.send_state("READY=1", f"STATUS=Serving {config.address}.")
            try:
                while not stopping.wait(WATCHED_SECONDS):
                    app.db.check_files()
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
