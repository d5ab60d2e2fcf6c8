"""Signing in with a district's own accounts: a real provider, a real browser, and our pages."""

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs
from playwright.sync_api import Browser, Page, expect

from monitor.app import App
from monitor.config.sections import CALLBACK_PATH, SignInMethod
from monitor.demo.district import MARIA
from monitor.demo.story import OPERATOR, open_played_story
from monitor.web.app import create_portal_app
from monitor.web.server import LOOPBACK, serve_on_port
from monitor.web.sign_in import IdentityProvider
from tests.real import oidc as oidc_part
from tests.real.oidc import CLIENT, SECRET, OpenId
from tests.real.process import free_ports

pytestmark = pytest.mark.real


@dataclass(frozen=True, slots=True)
class District:
    address: str
    app: App
    openid: OpenId


@pytest.fixture(scope="module")
def district(played_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    if reason := oidc_part.lacking():
        pytest.skip(f"{oidc_part.NAME}: {reason}")
    folder = tmp_path_factory.mktemp("accounts")
    (port,) = free_ports(1)
    address = f"http://{LOOPBACK}:{port}"
    with ExitStack() as parts:
        openid = parts.enter_context(oidc_part.running(folder, f"{address}{CALLBACK_PATH}"))
        app = parts.enter_context(open_played_story(_copied(played_demo, folder), address))
        portal = structs.replace(
            app.config.portal, sign_in=SignInMethod.OIDC, issuer=openid.issuer, client=CLIENT
        )
        app = app.copy_with(config=structs.replace(app.config, portal=portal))
        app = create_portal_app(app, lambda: None, _provider(app, openid))
        parts.enter_context(serve_on_port(app, LOOPBACK, port))
        yield District(address, app, openid)


def _copied(demo: Path, folder: Path) -> Path:
    return Path(shutil.copytree(demo, folder / "demo"))


def _provider(app: App, openid: OpenId, secret: str = SECRET) -> IdentityProvider:
    return IdentityProvider(
        issuer=openid.issuer,
        client_id=CLIENT,
        client_secret=secret,
        redirect_uri=openid.back,
        # The story's clock is not the provider's.
        now=lambda: datetime.now(UTC),
    )


@pytest.fixture
def window(browser: Browser, district: District) -> Iterator[Page]:
    context = browser.new_context(base_url=district.address)
    context.set_default_timeout(120_000)
    yield context.new_page()
    context.close()


def signs_in(page: Page, login: str) -> None:
    page.goto("/sign-in")
    page.get_by_role("link", name="Sign in with your school account").click()
    page.locator("input[name=login]").fill(login)
    page.locator("input[name=password]").fill("anything")
    page.locator("button[type=submit]").click()
    page.locator("button[type=submit]").click()  # the provider asks what we may know
    page.wait_for_url(re.compile(re.escape(CALLBACK_PATH)))


@pytest.mark.parametrize(("who", "place"), [(MARIA.person.mail, "/me"), (OPERATOR, "/operate")])
def test_who_has_an_account_of_the_district_is_signed_in(window: Page, who: str, place: str):
    signs_in(window, who)
    window.get_by_role("button", name="Sign in").click()

    window.wait_for_url(f"**{place}")


def test_who_has_not_joined_is_told_so_and_let_in_nowhere(window: Page):
    signs_in(window, "nobody@cedarvalley.example")
    window.get_by_role("button", name="Sign in").click()

    expect(window.locator("main")).to_contain_text("You have not joined")
    window.goto("/me")
    assert window.url.endswith("/sign-in")


def test_an_address_that_the_provider_has_not_checked_proves_nothing(
    window: Page, district: District
):
    signs_in(window, "unverified@cedarvalley.example")
    window.get_by_role("button", name="Sign in").click()

    expect(window.locator("text=Code 403")).to_have_count(1)


def test_an_answer_works_once_and_in_the_browser_that_asked(window: Page, browser: Browser):
    signs_in(window, MARIA.person.mail)
    answer = window.url
    thief = browser.new_context().new_page()
    thief.goto(answer)
    expect(thief.locator("text=Code 410")).to_have_count(1)
    thief.context.close()

    window.get_by_role("button", name="Sign in").click()
    window.wait_for_url("**/me")
    window.goto(answer)
    expect(window.locator("text=Code 410")).to_have_count(1)
