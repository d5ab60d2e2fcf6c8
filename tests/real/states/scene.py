"""Every state of the pages at once: four sites in front of two districts, and everybody in them."""

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, Flask, abort
from msgspec import structs

from monitor.cli.demo import actors
from monitor.config import SignIn
from monitor.db.database import State as Store
from monitor.demo.setup import configuration, hash_roster
from monitor.demo.story import afterwards
from monitor.errors import BusyError, NotPermittedError
from monitor.service import Service
from monitor.services.auth import IDLE_LASTS
from monitor.web.app import desk_of, portal_app
from monitor.web.auth import BACK, Attempt, Provider
from monitor.web.demo import demo_app
from monitor.web.server import LOOPBACK, listening
from monitor.web.sessions import Visit, Visits
from tests.real.process import free_ports
from tests.real.states.flags import raised
from tests.real.states.people import reader, set_out
from tests.real.states.state import Site, State

STRANGER, REFUSED = "stranger@cedarvalley.example", "refused"
HEADER = "X-Forwarded-Email"
LOCKED = BusyError("Another process holds the folder.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt(Provider):
    """The district's own accounts, which ask nothing and send their reader straight back."""

    def way_in(self, attempt: Attempt) -> str:
        return f"{BACK}?state={attempt.state}&code={self.client}"

    def address_of(self, code: str, _attempt: Attempt) -> str:
        if code == REFUSED:
            raise NotPermittedError(code)
        return code


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One site: where it is, and what signs its cookies."""

    address: str
    service: Service

    @property
    def visits(self) -> Visits:
        return desk_of(self.service, lambda: None).visits


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    sites: Mapping[Site, Shown]
    refs: Mapping[str, str]

    def address(self, state: State) -> str:
        return self.sites[state.site].address + state.address.format_map(self.refs)

    def cookie(self, site: Site, who: str) -> dict[str, str]:
        """Sign somebody in; `lapsed` was here an hour ago, and did nothing since."""
        shown = self.sites[site]
        visits, now = shown.visits, shown.service.now()
        visit = Visit(id=visits.admitting.new_code())
        begun = now - 2 * IDLE_LASTS if who == "lapsed" else now
        known, way = reader(shown.service, "john" if who == "lapsed" else who)
        visits.enter(visit, known, way)
        value = visits.signer.dumps([visit.id, int(begun.timestamp())])
        return {"name": visits.cookie, "value": value, "url": shown.address}

    def headers(self, site: Site, who: str) -> dict[str, str]:
        """What a proxy says of somebody, where one stands in front."""
        if site is not Site.VOUCHED or not who:
            return {}
        service = self.sites[site].service
        if who == "stranger":
            return {HEADER: STRANGER}
        return {HEADER: service.state.people.get(reader(service, who)[0]).mail}


@contextlib.contextmanager
def set_in(played: Path, folder: Path) -> Iterator[Scene]:
    """Show all of it; `played` is the demo's folder after its story, which is copied."""
    ports = dict(zip(Site, free_ports(len(Site)), strict=True))
    at = {site: f"http://{LOOPBACK}:{port}" for site, port in ports.items()}
    shutil.copytree(played, folder / "played")
    nobody_yet(folder / "empty")
    with contextlib.ExitStack() as parts:
        service = parts.enter_context(afterwards(folder / "played", at[Site.DISTRICT]))
        empty = parts.enter_context(afterwards(folder / "empty", at[Site.EMPTY]))
        service.rounds.begin()
        refs = set_out(service)
        refs = {**refs, **raised(service, refs)}
        services = {
            Site.DISTRICT: service,
            Site.EMPTY: empty,
            Site.ACCOUNTS: _signing_in(service, SignIn.OIDC, at[Site.ACCOUNTS]),
            Site.VOUCHED: _signing_in(service, SignIn.HEADER, at[Site.VOUCHED]),
        }
        for site, app in apps(services).items():
            parts.enter_context(listening(app, LOOPBACK, ports[site]))
        sites = {each: Shown(address=at[each], service=services[each]) for each in Site}
        yield Scene(sites=sites, refs=refs)


def nobody_yet(folder: Path) -> None:
    """Make a district in which nobody was invited and nothing was asked."""
    folder.mkdir()
    config = configuration(folder)
    hash_roster(config)
    Store.init(config.state).close()


def apps(services: Mapping[Site, Service]) -> dict[Site, Flask]:
    made = {
        Site.DISTRICT: _demo(services[Site.DISTRICT]),
        Site.EMPTY: portal_app(services[Site.EMPTY], lambda: None),
        Site.ACCOUNTS: portal_app(
            services[Site.ACCOUNTS], lambda: None, provider(services[Site.ACCOUNTS])
        ),
        Site.VOUCHED: portal_app(services[Site.VOUCHED], lambda: None),
    }
    for app in made.values():
        app.register_blueprint(_faults())
    return made


def provider(service: Service) -> Provider:
    return Prompt(issuer="", client=STRANGER, secret="", back=BACK, now=service.now)


def _demo(service: Service) -> Flask:
    return demo_app(service, lambda: None, lambda: actors(service))


def _signing_in(service: Service, way: SignIn, address: str) -> Service:
    portal = structs.replace(service.config.portal, sign_in=way, address=address)
    return replace(service, config=structs.replace(service.config, portal=portal))


def _faults() -> Blueprint:
    """Answer with every error there is: some need a full disk or a fault of ours to be met."""
    routes = Blueprint("faults", __name__)

    @routes.get("/join/fault/<int:status>")
    def fail(status: int) -> str:
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ValueError(status)
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            raise LOCKED
        abort(status)

    return routes
