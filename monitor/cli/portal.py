"""Showing the pages to the people of a district."""

import threading
from pathlib import Path

import click

from monitor.build import build_pages
from monitor.cli import service as logbook
from monitor.cli.context import Desk, pass_desk
from monitor.config import SignIn, secret
from monitor.errors import ConfigError
from monitor.scheduler.daemon import WATCHED_SECONDS, Doorbell, Supervisor, signalled
from monitor.web.app import portal_app
from monitor.web.auth import BACK, Provider
from monitor.web.server import listening, listening_at


@click.command()
@pass_desk
def portal(desk: Desk) -> None:
    """Serve the portal until SIGTERM, next to `namesake run`.

    This process queries no source, sends no email and has no roster key. The service does all
    searches.
    """
    config = desk.config.portal
    if not config.address:
        reason = f"{desk.path} has no `address` under [portal]. People need it to find the pages."
        raise ConfigError(reason)
    stopping, supervisor = threading.Event(), Supervisor(desk.outside.environ)
    oidc = config.sign_in is SignIn.OIDC
    with logbook.kept(), build_pages(desk.config, desk.outside) as service:
        bell = Doorbell(desk.config.state)
        app = portal_app(
            service,
            bell.ring,
            provider=_provider(desk) if oidc else None,
            metrics_token=secret("metrics-token", desk.outside.environ),
        )
        server = (
            listening_at(app, Path(config.socket))
            if config.socket
            else listening(app, *config.place)
        )
        with signalled(stopping), server:
            supervisor.tell("READY=1", f"STATUS=Serving {config.address}.")
            try:
                while not stopping.wait(WATCHED_SECONDS):
                    service.state.check_files()
            finally:
                supervisor.tell("STOPPING=1")


def _provider(desk: Desk) -> Provider:
    config = desk.config.portal
    return Provider(
        issuer=config.issuer,
        client=config.client,
        secret=secret("oidc-secret", desk.outside.environ),
        back=f"{config.address}{BACK}",
        now=desk.outside.clock.now,
    )
