"""Every state of the pages at once: four sites in front of two districts, and everybody in them."""

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, Flask, abort
from msgspec import structs
from werkzeug.routing import Map

from monitor.app import OUTBOX, App
from monitor.cli.demo import DemoMailbox, list_actors
from monitor.config.sections import CALLBACK_PATH, SignInMethod
from monitor.db.database import Database as Store
from monitor.demo.setup import build_config, hash_roster
from monitor.demo.story import open_played_story
from monitor.domain.district.findings import DistrictFinding, DistrictTrace
from monitor.domain.errors import BusyError, NotPermittedError
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import DistrictFindingKind
from monitor.services.due_jobs import take_over_jobs
from monitor.services.sessions import IDLE_LASTS
from monitor.web.app import build_portal_context, create_portal_app
from monitor.web.demo import create_demo_app
from monitor.web.server import LOOPBACK, serve_on_port
from monitor.web.session_cookie import BrowserSession, BrowserSessions
from monitor.web.sign_in import IdentityProvider, SignInAttempt
from tests.real.process import free_ports
from tests.real.states.cases import raised
from tests.real.states.people import reader, set_out
from tests.real.states.state import Site, State

STRANGER, REFUSED = "stranger@cedarvalley.example", "refused"
HEADER = "X-Forwarded-Email"
LOCKED = BusyError("Another process holds the folder.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt(IdentityProvider):
    """The district's own accounts, which ask nothing and send their reader straight back."""

    def build_authorization_url(self, attempt: SignInAttempt) -> str:
        return f"{CALLBACK_PATH}?state={attempt.state}&code={self.client_id}"

    def fetch_verified_email(self, code: str, _attempt: SignInAttempt) -> str:
        if code == REFUSED:
            raise NotPermittedError(code)
        return code


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One site: where it is, and what signs its cookies."""

    address: str
    app: App

    @property
    def visits(self) -> BrowserSessions:
        return build_portal_context(self.app, lambda: None).sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    sites: Mapping[Site, Shown]
    refs: Mapping[str, str]

    def address(self, state: State) -> str:
        return self.sites[state.site].address + state.address.format_map(self.refs)

    def cookie(self, site: Site, who: str) -> dict[str, str]:
        """Sign somebody in; `lapsed` was here an hour ago, and did nothing since."""
        shown = self.sites[site]
        visits, now = shown.visits, shown.app.clock.now()
        visit = BrowserSession(id=visits.app.ids.new_code())
        begun = now - 2 * IDLE_LASTS if who == "lapsed" else now
        known, way = reader(shown.app, "john" if who == "lapsed" else who)
        visits.sign_in(visit, known, way)
        value = visits.signer.dumps([visit.id, int(begun.timestamp())])
        return {"name": visits.cookie_name, "value": value, "url": shown.address}

    def headers(self, site: Site, who: str) -> dict[str, str]:
        """What a proxy says of somebody, where one stands in front."""
        if site is not Site.VOUCHED or not who:
            return {}
        app = self.sites[site].app
        if who == "stranger":
            return {HEADER: STRANGER}
        return {HEADER: app.db.people.load_person(reader(app, who)[0]).mail}


def find_lookalike(app: App) -> None:
    """Have a domain that looks like the district's wait for a decision."""
    domain, now = "cedarval1ey.example", app.clock.now()
    trace = DistrictTrace(
        kind=DistrictFindingKind.DOMAIN,
        key=domain,
        source="dns",
        address=domain,
        reasons=(Reason("district-domain.other-sign"),),
        web_addresses=("192.0.2.7",),
        mail_servers=(f"mx.{domain}",),
    )
    found = DistrictFinding(id="look-alike", trace=trace, first_seen=now, last_seen=now)
    app.db.district_findings.save_district_finding(found)


@contextlib.contextmanager
def set_in(played: Path, folder: Path) -> Iterator[Scene]:
    """Show all of it; `played` is the demo's folder after its story, which is copied."""
    ports = dict(zip(Site, free_ports(len(Site)), strict=True))
    at = {site: f"http://{LOOPBACK}:{port}" for site, port in ports.items()}
    shutil.copytree(played, folder / "played")
    nobody_yet(folder / "empty")
    with contextlib.ExitStack() as parts:
        app = parts.enter_context(open_played_story(folder / "played", at[Site.DISTRICT]))
        empty = parts.enter_context(open_played_story(folder / "empty", at[Site.EMPTY]))
        take_over_jobs(app)
        refs = set_out(app)
        find_lookalike(app)
        newest = mailbox(app).list_emails()[0]
        refs = {**refs, **raised(app, refs), "email": newest.name, "reader": newest.to}
        services = {
            Site.DISTRICT: app,
            Site.EMPTY: empty,
            Site.ACCOUNTS: _signing_in(app, SignInMethod.OIDC, at[Site.ACCOUNTS]),
            Site.VOUCHED: _signing_in(app, SignInMethod.HEADER, at[Site.VOUCHED]),
        }
        for site, app in apps(services).items():
            parts.enter_context(serve_on_port(app, LOOPBACK, ports[site]))
        sites = {one_site: Shown(address=at[one_site], app=services[one_site]) for one_site in Site}
        yield Scene(sites=sites, refs=refs)


def nobody_yet(folder: Path) -> None:
    """Make a district in which nobody was invited and nothing was asked."""
    folder.mkdir()
    config = build_config(folder)
    hash_roster(config)
    Store.create_or_open_folder(config.state).close()


def _let_colleagues_tell(app: App) -> App:
    district = structs.replace(app.config.district, colleagues_tell=True)
    return app.copy_with(config=structs.replace(app.config, district=district))


def apps(services: Mapping[Site, App]) -> dict[Site, Flask]:
    made = {
        Site.DISTRICT: _demo(_let_colleagues_tell(services[Site.DISTRICT])),
        Site.EMPTY: create_portal_app(services[Site.EMPTY], lambda: None),
        Site.ACCOUNTS: create_portal_app(
            services[Site.ACCOUNTS], lambda: None, provider(services[Site.ACCOUNTS])
        ),
        Site.VOUCHED: create_portal_app(services[Site.VOUCHED], lambda: None),
    }
    for app in made.values():
        # Its own addresses, for it has one more than other districts.
        app.url_map = Map([rule.empty() for rule in app.url_map.iter_rules()])
        app.register_blueprint(_faults())
    return made


def provider(app: App) -> IdentityProvider:
    return Prompt(
        issuer="",
        client_id=STRANGER,
        client_secret="",
        redirect_uri=CALLBACK_PATH,
        now=app.clock.now,
    )


def _demo(app: App) -> Flask:
    return create_demo_app(app, lambda: None, lambda: list_actors(app), mailbox(app).list_emails)


def mailbox(app: App) -> DemoMailbox:
    return DemoMailbox(folder=app.config.state / OUTBOX)


def _signing_in(app: App, way: SignInMethod, address: str) -> App:
    portal = structs.replace(app.config.portal, sign_in=way, address=address)
    return app.copy_with(config=structs.replace(app.config, portal=portal))


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
