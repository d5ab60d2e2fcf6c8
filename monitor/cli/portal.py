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
    """Show the pages until SIGTERM, beside `namesake run`.

    This process asks nobody on the web, sends no mail and holds no key of the roster: what is
    to be looked up, the service does.
    """
    config = desk.config.portal
    if not config.address:
        reason = f"{desk.path} names no `address` in [portal]: nobody would find the pages."
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
            supervisor.tell("READY=1", f"STATUS=The pages are at {config.address}.")
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
