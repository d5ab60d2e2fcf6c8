"""A portal in front of the world of the tests, and guests who look at its pages."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from msgspec import structs
from werkzeug.test import TestResponse

from monitor.config.sections import Config, SignInMethod
from monitor.domain.vocabulary import AuthMethod, TokenScope
from monitor.services.access_tokens import TokenRequest, create_access_token
from monitor.services.sessions import find_account_id, load_account_principal
from monitor.web.app import build_portal_context, create_portal_app
from monitor.web.session_cookie import BrowserSession, BrowserSessions
from monitor.web.sign_in import CALLBACK_PATH, PROOF_REJECTED, IdentityProvider, SignInAttempt
from tests.monitor.services.world import World

HOST = "namesake.cedarvalley.example"
ADDRESS = f"https://{HOST}"
COOKIE = "__Host-namesake"
OPERATOR = "ops@cedarvalley.example"


HEADER = "X-Forwarded-Email"
ISSUER = "https://accounts.cedarvalley.example"
CLAIMED = "the code of "


def with_portal(config: Config, sign_in: SignInMethod = SignInMethod.LINK) -> Config:
    """Give the district an address for its pages, and somebody who operates it."""
    return structs.replace(
        config,
        portal=structs.replace(config.portal, address=ADDRESS, sign_in=sign_in, issuer=ISSUER),
        district=structs.replace(config.district, operators=(OPERATOR,)),
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer, as a test looks at it."""

    response: TestResponse

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def headers(self) -> Any:
        return self.response.headers

    @property
    def html(self) -> str:
        return self.response.get_data(as_text=True)

    @property
    def page(self) -> BeautifulSoup:
        return BeautifulSoup(self.html.replace("<wbr>", ""), "lxml")

    @property
    def text(self) -> str:
        """The words of the page's own part, without the breaks between them."""
        main = self.page.find("main")
        return " ".join(main.get_text(" ").split()) if main else ""

    @property
    def title(self) -> str:
        heading = self.page.find("h1")
        return heading.get_text(" ", strip=True) if heading else ""

    @property
    def leads_to(self) -> str:
        return str(self.response.headers.get("Location", ""))


def count_visible_words(seen: Seen) -> int:
    """Count the words that are read: the title of a fold, not what is in it, nor what is unseen."""
    main = seen.page.find("main")
    for hidden in main.select("details:not([open]) > :not(summary), .unseen, input, script"):
        hidden.extract()
    return len(main.get_text(" ").split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts(IdentityProvider):
    """The district's own accounts, which ask nothing: `the code of MAIL` proves that address."""

    def build_authorization_url(self, attempt: SignInAttempt) -> str:
        return f"{ISSUER}/authorize?state={attempt.state}"

    def fetch_verified_email(self, code: str, _attempt: SignInAttempt) -> str:
        if not code.startswith(CLAIMED):
            raise PROOF_REJECTED
        return code.removeprefix(CLAIMED)


def accounts(now: Callable[[], datetime]) -> IdentityProvider:
    return Accounts(
        issuer=ISSUER,
        client_id="namesake",
        client_secret="opens nothing",
        redirect_uri=CALLBACK_PATH,
        now=now,
    )


@dataclass(frozen=True)
class Guest:
    """A browser without a script: it keeps cookies, and fills in what each form needs."""

    portal: "Portal"
    client: FlaskClient = field(repr=False)

    def get(self, path: str, **told: Any) -> Seen:
        return Seen(self.client.get(path, base_url=ADDRESS, **told))

    def post(self, path: str, **fields: Any) -> Seen:
        """Send a form, with the token that a page of ours would have put in."""
        return self.send(path, {"csrf": self.csrf, **fields})

    def send(self, path: str, fields: Any = None, **told: Any) -> Seen:
        """Send exactly this."""
        return Seen(self.client.post(path, base_url=ADDRESS, data=fields, **told))

    def follow(self, seen: Seen) -> Seen:
        return self.get(seen.leads_to)

    @property
    def csrf(self) -> str:
        return self.portal.visits.build_csrf_token(BrowserSession(id=self.visit_id))

    @property
    def visit_id(self) -> str:
        """The id in the browser's cookie; one is fetched where there is none."""
        if self.client.get_cookie(COOKIE, HOST) is None:
            self.get("/sign-in")
        cookie = self.client.get_cookie(COOKIE, HOST)
        assert cookie
        visit_id, _ = self.portal.visits.signer.loads(cookie.value)
        return str(visit_id)


def named(guest: Guest, mail: str) -> None:
    """Have a proxy name somebody with each request from now on."""
    guest.client.environ_base[f"HTTP_{HEADER.upper().replace('-', '_')}"] = mail


@dataclass(frozen=True)
class Program:
    """A program with an access token, and no cookie."""

    client: FlaskClient = field(repr=False)
    secret: str

    def ask(self, method: str, path: str, **told: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.secret}", **told.pop("headers", {})}
        return self.client.open(path, method=method, base_url=ADDRESS, headers=headers, **told)

    def get(self, path: str, **told: Any) -> TestResponse:
        return self.ask("GET", f"/api/v1{path}", **told)

    def post(self, path: str, body: Any = None, **told: Any) -> TestResponse:
        return self.ask(
            "POST", f"/api/v1{path}", **({} if body is None else {"json": body}), **told
        )


@dataclass
class Portal:
    """`rung` notes how often the service was told that something waits for it."""

    world: World
    rung: list[int] = field(default_factory=list)

    @cached_property
    def app(self) -> Flask:
        service = self.world.app
        oidc = service.config.portal.sign_in is SignInMethod.OIDC
        wake = partial(self.rung.append, 1)
        return create_portal_app(service, wake, accounts(service.clock.now) if oidc else None)

    @property
    def visits(self) -> BrowserSessions:
        service = self.world.app
        return build_portal_context(service, wake=lambda: None).sessions

    def guest(self) -> Guest:
        """Nobody in particular, in a browser of their own."""
        return Guest(self, self.app.test_client())

    def signed_in(self, mail: str) -> Guest:
        """Whoever has this address (staff, reviewer, operator), signed in."""
        reader = find_account_id(self.world.app, mail)
        assert reader, f"nobody may sign in as {mail}"
        if self.visits.proxy_header:
            return self.vouched(mail)
        return self.entered(reader, AuthMethod.DEMO)

    def vouched(self, mail: str) -> Guest:
        """Whoever the district's proxy let in, and under which address."""
        guest = self.guest()
        named(guest, mail)
        return guest

    def token(self, mail: str, *scopes: TokenScope, days: int = 30) -> str:
        """Make a token on the page of whoever has this address."""
        app, role = self.world.app, scopes[0].role
        since = self.world.clock.now()
        principal = load_account_principal(app, find_account_id(app, mail), AuthMethod.DEMO, since)
        assert principal, f"nobody may sign in as {mail}"
        wanted = TokenRequest(name="a test", scopes=frozenset(scopes), days=days)
        return create_access_token(app, principal, role, wanted)

    def program(self, mail: str, *scopes: TokenScope) -> Program:
        return Program(self.app.test_client(), self.token(mail, *scopes))

    def entered(self, reader: str, way: AuthMethod) -> Guest:
        visits = self.visits
        visit = BrowserSession(id=visits.app.ids.new_code())
        visits.sign_in(visit, reader, way)
        stamp = int(self.world.clock.now().timestamp())
        guest = self.guest()
        guest.client.set_cookie(
            COOKIE,
            visits.signer.dumps([visit.id, stamp]),
            domain=HOST,
            secure=True,
        )
        return guest
